package tokenize

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// pattern finds its first match in text at or behind a place; start is negative without one. No
// match is empty.
type pattern interface {
	find(text []byte, from int) (start, end int)
}

// literal is a pattern that is a text.
type literal string

func (l literal) find(text []byte, from int) (start, end int) {
	i := bytes.Index(text[from:], []byte(l))
	if i < 0 {
		return -1, -1
	}
	return from + i, from + i + len(l)
}

// repeated is a pattern of so many characters of a kind; most is 0 without a limit. one, if not
// empty, is a text that every match begins with.
type repeated struct {
	is          func(rune) bool
	least, most int
	one         []byte
}

func (p repeated) find(text []byte, from int) (start, end int) {
	if len(p.one) > 0 {
		skip := bytes.Index(text[from:], p.one)
		if skip < 0 {
			return -1, -1
		}
		from += skip
	}
	start, n := from, 0
	for i := from; ; {
		r, size := utf8.DecodeRune(text[i:])
		if size > 0 && p.is(r) {
			if i, n = i+size, n+1; n == p.most {
				return start, i
			}
			continue
		}
		if n >= p.least {
			return start, i
		}
		if size == 0 {
			return -1, -1
		}
		i += size
		start, n = i, 0
	}
}

// ofClass is a pattern of one character of a class.
func ofClass(c class) pattern {
	return repeated{is: func(r rune) bool { return classOf(r)&c != 0 }, least: 1, most: 1}
}

// isPunctuation is what Punctuation splits at.
var isPunctuation = ofClass(punctuation)

// patternFile is a pattern in tokenizer.json.
type patternFile struct {
	String, Regex *string
}

func (f patternFile) pattern() (pattern, error) {
	switch {
	case f.String != nil && *f.String != "":
		return literal(*f.String), nil
	case f.Regex != nil:
		if s := scanners[*f.Regex]; s != nil {
			return covers(s), nil
		}
		if p := parsePattern(*f.Regex); p != nil {
			return p, nil
		}
		return nil, unsupported("the pattern %q; the patterns of GPT-2, Qwen and Llama 3 are read, and single characters or classes with a count", *f.Regex)
	}
	return nil, fmt.Errorf("a pattern is neither a String nor a Regex")
}

// parsePattern reads a regular expression that is a text or one character, class or kind of
// characters with a count; nil is another.
func parsePattern(expr string) pattern {
	var text strings.Builder
	for rest := expr; ; {
		is, char, after := parseAtom(rest)
		if is == nil {
			return nil
		}
		least, most, behind := parseCount(after)
		if least > 0 && behind == "" && rest == expr {
			p := repeated{is: is, least: least, most: most}
			if char >= 0 {
				p.one = []byte(strings.Repeat(string(char), min(least, 8)))
			}
			return p
		}
		if char < 0 || least != 1 || most != 1 {
			return nil
		}
		text.WriteRune(char)
		if rest = behind; rest == "" {
			return literal(text.String())
		}
	}
}

// parseAtom reads a character, an escape or a class; char is negative if it is not one character.
func parseAtom(expr string) (is func(rune) bool, char rune, rest string) {
	r, n := utf8.DecodeRuneInString(expr)
	switch {
	case n == 0 || strings.ContainsRune(`.^$*+?()|{}]`, r) || r == utf8.RuneError:
		return nil, 0, ""
	case r == '[':
		return parseSet(expr[1:])
	case r != '\\':
		return func(c rune) bool { return c == r }, r, expr[n:]
	}
	for name, c := range map[string]class{`\s`: space, `\p{L}`: letter, `\p{N}`: number} {
		if rest, ok := strings.CutPrefix(expr, name); ok {
			return func(r rune) bool { return classOf(r)&c != 0 }, -1, rest
		}
	}
	r, n = utf8.DecodeRuneInString(expr[1:])
	switch escaped := strings.IndexRune("nrt", r); {
	case escaped >= 0:
		r = rune("\n\r\t"[escaped])
	case n == 0 || r >= utf8.RuneSelf || classes.ascii[r]&punctuation == 0:
		return nil, 0, ""
	}
	return func(c rune) bool { return c == r }, r, expr[1+n:]
}

// parseSet reads a class behind its bracket.
func parseSet(expr string) (is func(rune) bool, char rune, rest string) {
	rest, negated := strings.CutPrefix(expr, "^")
	var parts []func(rune) bool
	for !strings.HasPrefix(rest, "]") || len(parts) == 0 {
		if strings.HasPrefix(rest, "[") || strings.HasPrefix(rest, "&&") {
			return nil, 0, ""
		}
		part, low, after := parseAtom(rest)
		if part == nil {
			return nil, 0, ""
		}
		if high, ok := strings.CutPrefix(after, "-"); ok && !strings.HasPrefix(high, "]") {
			_, last, behind := parseAtom(high)
			if low < 0 || behind == "" || last < low || strings.HasPrefix(high, "[") {
				return nil, 0, ""
			}
			part, after = func(r rune) bool { return low <= r && r <= last }, behind
		}
		parts, rest = append(parts, part), after
	}
	return func(r rune) bool {
		for _, in := range parts {
			if in(r) {
				return !negated
			}
		}
		return negated
	}, -1, rest[1:]
}

// parseCount reads +, {2}, {2,} or {2,3}; without one the count is 1. least is 0 for others.
func parseCount(expr string) (least, most int, rest string) {
	rest, plus := strings.CutPrefix(expr, "+")
	if plus {
		if rest != "" && strings.ContainsAny(rest[:1], "+?") {
			return 0, 0, rest
		}
		return 1, 0, rest
	}
	inner, ok := strings.CutPrefix(expr, "{")
	if !ok {
		if expr != "" && strings.ContainsAny(expr[:1], "*?") {
			return 0, 0, expr
		}
		return 1, 1, expr
	}
	inner, rest, ok = strings.Cut(inner, "}")
	low, high, open := strings.Cut(inner, ",")
	least, err := strconv.Atoi(low)
	if most = least; open {
		most = 0
		if high != "" {
			most, err = strconv.Atoi(high)
		}
	}
	if !ok || err != nil || least < 1 || most != 0 && most < least || rest != "" {
		return 0, 0, rest
	}
	return least, most, rest
}

package tokenize

import "bytes"

// AddedToken is a token that is looked for in a text before anything else, with its flags as in
// tokenizer.json.
type AddedToken struct {
	ID         int32  `json:"id"`
	Content    string `json:"content"`
	SingleWord bool   `json:"single_word"` // only where no \w stands beside it
	LeftStrip  bool   `json:"lstrip"`      // with the white space before it
	RightStrip bool   `json:"rstrip"`      // with the white space behind it
	Normalized bool   `json:"normalized"`  // looked for in the normalized text
	Special    bool   `json:"special"`
}

// finder finds added tokens, the leftmost and of those the longest.
type finder struct {
	trie   *trie
	tokens []AddedToken
	first  [256]bool // bytes that one begins with
	only   int       // the one such byte, -1 if there are several
}

// newFinder makes a finder of tokens by what each is looked for as; nil without tokens.
func newFinder(tokens []AddedToken, contents []string) *finder {
	if len(tokens) == 0 {
		return nil
	}
	f := &finder{tokens: tokens, only: int(contents[0][0])}
	ids := make([]int32, len(tokens))
	for i, content := range contents {
		ids[i] = int32(i)
		f.first[content[0]] = true
		if int(content[0]) != f.only {
			f.only = -1
		}
	}
	f.trie = newTrie(contents, ids)
	return f
}

// find gives the first match at or behind a place, and its token; start is negative without one.
func (f *finder) find(text []byte, from int) (start, end int, token *AddedToken) {
	for start = from; start < len(text); start++ {
		if f.only >= 0 {
			skip := bytes.IndexByte(text[start:], byte(f.only))
			if skip < 0 {
				break
			}
			start += skip
		} else if !f.first[text[start]] {
			continue
		}
		if i, n := f.trie.longest(text[start:]); n > 0 {
			return start, start + n, &f.tokens[i]
		}
	}
	return -1, -1, nil
}

// each calls between with what lies between the tokens of text, and found with the tokens. What
// the white space that a token takes with it overlaps counts for both, as in the library.
func (f *finder) each(text []byte, asText bool, between func(start, end int), found func(id int32)) {
	done := 0
	for at := 0; f != nil; {
		start, end, token := f.find(text, at)
		if start < 0 {
			break
		}
		at = end
		if asText && token.Special || token.SingleWord && !aWord(text, start, end) {
			continue
		}
		if token.LeftStrip {
			for start > done {
				c, n := lastClass(text[:start])
				if c&space == 0 {
					break
				}
				start = max(start-n, done)
			}
		}
		if token.RightStrip {
			for end < len(text) {
				c, n := firstClass(text[end:])
				if c&space == 0 {
					break
				}
				end += n
			}
		}
		if done < start {
			between(done, start)
		}
		found(token.ID)
		done = end
	}
	if done < len(text) {
		between(done, len(text))
	}
}

// aWord reports whether no \w stands beside text[start:end].
func aWord(text []byte, start, end int) bool {
	if start > 0 {
		if c, _ := lastClass(text[:start]); c&word != 0 {
			return false
		}
	}
	if end < len(text) {
		if c, _ := firstClass(text[end:]); c&word != 0 {
			return false
		}
	}
	return true
}

// AddedSpan returns where the first added token of a text begins and where the last one ends: at
// the text's end and at its beginning if there is none.
func (t *Tokenizer) AddedSpan(text string) (first, last int) {
	first = len(text)
	for at := 0; t.raw != nil; at = last {
		start, end, _ := t.raw.find([]byte(text), at)
		if start < 0 {
			break
		}
		first, last = min(first, start), end
	}
	return first, last
}

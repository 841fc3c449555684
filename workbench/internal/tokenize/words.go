package tokenize

import "unicode/utf8"

// words is a text cut into words, which pre-tokenizers cut further.
type words struct {
	text   []byte
	origin int    // as of the piece
	spans  []span // in order; what lies between them is dropped
	cut    []span // the next spans, while a pre-tokenizer runs
	texts  buffers
	marks  []mark
}

// span is a word, from its first byte to behind its last.
type span struct{ start, end int }

// mark is a part of a word that a pattern matches, or does not.
type mark struct {
	span
	match bool
}

// set begins with one word, the text.
func (w *words) set(p piece) {
	w.text, w.origin = p.text, p.origin
	w.spans = append(w.spans[:0], span{0, len(p.text)})
}

// add adds a word to the next ones if it is not empty.
func (w *words) add(start, end int) {
	if start < end {
		w.cut = append(w.cut, span{start, end})
	}
}

// turn makes the next words those that count.
func (w *words) turn() { w.spans, w.cut = w.cut, w.spans[:0] }

// preTokenizer cuts words.
type preTokenizer interface{ split(w *words) }

// preTokenizers are done one after the other.
type preTokenizers []preTokenizer

func (p preTokenizers) split(w *words) {
	for _, each := range p {
		each.split(w)
	}
}

// bytesLast is the last pre-tokenizer if it is ByteLevel: the model behind it may read bytes.
func (p preTokenizers) bytesLast() *bytesOf {
	if len(p) == 0 {
		return nil
	}
	l, _ := p[len(p)-1].(*bytesOf)
	return l
}

// behavior says what becomes of the parts a pattern matches.
type behavior int

const (
	isolated behavior = iota
	removed
	contiguous
	mergedWithPrevious
	mergedWithNext
)

var behaviors = map[string]behavior{"Isolated": isolated, "Removed": removed, "Contiguous": contiguous, "MergedWithPrevious": mergedWithPrevious, "MergedWithNext": mergedWithNext}

// splitter is Split, and Punctuation, Digits and CharDelimiterSplit, too.
type splitter struct {
	pattern  pattern
	behavior behavior
	invert   bool
}

func (s splitter) split(w *words) {
	w.cut = w.cut[:0]
	for _, word := range w.spans {
		w.mark(s, word)
		w.apply(s.behavior)
	}
	w.turn()
}

// mark lists the matches in a word, and what is between them.
func (w *words) mark(s splitter, word span) {
	w.marks = w.marks[:0]
	text := w.text[word.start:word.end]
	for at := 0; at < len(text); {
		start, end := s.pattern.find(text, at)
		if start < 0 {
			start, end = len(text), len(text)
		}
		if at < start {
			w.marks = append(w.marks, mark{span{word.start + at, word.start + start}, s.invert})
		}
		if start < end {
			w.marks = append(w.marks, mark{span{word.start + start, word.start + end}, !s.invert})
		}
		at = end
	}
}

// apply adds words made of the marks.
func (w *words) apply(b behavior) {
	last := false
	switch b {
	case isolated, removed:
		for _, m := range w.marks {
			if b == isolated || !m.match {
				w.add(m.start, m.end)
			}
		}
	case contiguous, mergedWithPrevious:
		first := len(w.cut)
		for _, m := range w.marks {
			joins := m.match == last
			if b == mergedWithPrevious {
				joins = m.match && !last
			}
			if joins && len(w.cut) > first {
				w.cut[len(w.cut)-1].end = m.end
			} else {
				w.add(m.start, m.end)
			}
			last = m.match
		}
	case mergedWithNext:
		for i, m := range w.marks {
			begins := m.match || i == 0 || !w.marks[i-1].match
			if begins {
				w.add(m.start, m.end)
			} else {
				w.cut[len(w.cut)-1].end = m.end
			}
		}
	}
}

// bertWords is BertPreTokenizer: words between white space, punctuation by itself.
type bertWords struct{}

func (bertWords) split(w *words) {
	w.cut = w.cut[:0]
	for _, word := range w.spans {
		start := word.start
		for i := start; i < word.end; {
			c, n := firstClass(w.text[i:word.end])
			if c&(space|punctuation) != 0 {
				w.add(start, i)
				if start = i + n; c&space == 0 {
					w.add(i, start)
				}
			}
			i += n
		}
		w.add(start, word.end)
	}
	w.turn()
}

// spaced is WhitespaceSplit: words between white space.
type spaced struct{}

func (spaced) split(w *words) {
	w.cut = w.cut[:0]
	for _, word := range w.spans {
		start := word.start
		for i := start; i < word.end; {
			c, n := firstClass(w.text[i:word.end])
			if c&space != 0 {
				w.add(start, i)
				start = i + n
			}
			i += n
		}
		w.add(start, word.end)
	}
	w.turn()
}

// wordsAndOthers is Whitespace: runs of \w, and runs of what is neither \w nor white space.
type wordsAndOthers struct{}

func (wordsAndOthers) split(w *words) {
	w.cut = w.cut[:0]
	for _, each := range w.spans {
		start, last := each.start, class(0)
		for i := start; i < each.end; {
			c, n := firstClass(w.text[i:each.end])
			if c &= space | word; c != last {
				if last&space == 0 {
					w.add(start, i)
				}
				start, last = i, c
			}
			i += n
		}
		if last&space == 0 {
			w.add(start, each.end)
		}
	}
	w.turn()
}

// fixedLength is FixedLength: words of so many characters.
type fixedLength int

func (l fixedLength) split(w *words) {
	w.cut = w.cut[:0]
	for _, word := range w.spans {
		start, chars := word.start, 0
		for i := start; i < word.end; {
			_, n := utf8.DecodeRune(w.text[i:])
			i += n
			if chars++; chars == int(l) {
				w.add(start, i)
				start, chars = i, 0
			}
		}
		w.add(start, word.end)
	}
	w.turn()
}

// metaspace is Metaspace: a character in the place of spaces, with which words begin.
type metaspace struct {
	char          string
	always, first bool // it is put before every word, or before the one at the very beginning
	splits        bool
}

func (m metaspace) split(w *words) {
	w.cut = w.cut[:0]
	text, origin := w.texts.take(), 0
	for _, word := range w.spans {
		start := len(text)
		begins := w.text[word.start] == ' ' || hasPrefix(w.text[word.start:word.end], m.char)
		if !begins && (m.always || m.first && word.start < w.origin) {
			text = append(text, m.char...)
		}
		for i := word.start; i < word.end; i++ {
			c := w.text[i]
			switch {
			case c == ' ':
				if m.splits {
					w.add(start, len(text))
					start = len(text)
				}
				text = append(text, m.char...)
			case m.splits && c == m.char[0] && hasPrefix(w.text[i:word.end], m.char):
				w.add(start, len(text))
				start = len(text)
				text = append(text, c)
			default:
				text = append(text, c)
			}
			if i < w.origin {
				origin = len(text)
			}
		}
		w.add(start, len(text))
	}
	p := w.texts.done(text, origin)
	w.text, w.origin = p.text, p.origin
	w.turn()
}

func hasPrefix(text []byte, prefix string) bool {
	return len(text) >= len(prefix) && string(text[:len(prefix)]) == prefix
}

// bytesOf is ByteLevel: words of GPT-2's pattern, whose bytes become characters of its alphabet.
type bytesOf struct {
	prefix  bool // a space is put before words without one
	pattern bool
	mapped  bool // the model wants the characters, not the bytes
}

func (l *bytesOf) split(w *words) {
	if l.prefix {
		w.rewrite(func(dst, word []byte) []byte {
			if word[0] != ' ' {
				dst = append(dst, ' ')
			}
			return append(dst, word...)
		})
	}
	if l.pattern {
		w.scan(gpt2)
	}
	if l.mapped {
		w.rewrite(func(dst, word []byte) []byte {
			for _, b := range word {
				dst = append(dst, alphabet[b]...)
			}
			return dst
		})
	}
}

// rewrite makes another text of every word.
func (w *words) rewrite(f func(dst, word []byte) []byte) {
	text, origin := w.texts.take(), 0
	for i, word := range w.spans {
		start := len(text)
		text = f(text, w.text[word.start:word.end])
		if w.spans[i] = (span{start, len(text)}); word.start < w.origin {
			origin = len(text)
		}
	}
	p := w.texts.done(text, origin)
	w.text, w.origin = p.text, p.origin
}

// scan cuts words at the ends that a scanner gives.
func (w *words) scan(next func([]byte) int) {
	w.cut = w.cut[:0]
	for _, word := range w.spans {
		for start := word.start; start < word.end; {
			end := start + next(w.text[start:word.end])
			w.cut = append(w.cut, span{start, end})
			start = end
		}
	}
	w.turn()
}

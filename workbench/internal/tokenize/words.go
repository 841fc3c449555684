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

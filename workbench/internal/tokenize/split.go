package tokenize

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

package tokenize

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

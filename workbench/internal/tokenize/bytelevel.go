package tokenize

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

// bytesLast is the last pre-tokenizer if it is ByteLevel: the model behind it may read bytes.
func (p preTokenizers) bytesLast() *bytesOf {
	if len(p) == 0 {
		return nil
	}
	l, _ := p[len(p)-1].(*bytesOf)
	return l
}

// byteLevel is ByteLevel: a character of GPT-2's alphabet for every byte.
type byteLevel struct{}

func (byteLevel) normalize(b *buffers, p piece) piece {
	dst, origin := b.take(), 0
	for i, c := range p.text {
		if dst = append(dst, alphabet[c]...); i < p.origin {
			origin = len(dst)
		}
	}
	return b.done(dst, origin)
}

// alphabet is GPT-2's: a visible character for each byte.
var alphabet = newAlphabet()

func newAlphabet() (a [256]string) {
	n := rune(256)
	for b := range a {
		r := rune(b)
		if b < '!' || b > '~' && b < 0xa1 || b == 0xad {
			r, n = n, n+1
		}
		a[b] = string(r)
	}
	return a
}

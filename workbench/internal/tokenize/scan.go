package tokenize

import "unicode/utf8"

// The patterns of the byte-level families, scanned by hand: they look ahead, which Go's regexp
// cannot. A scanner gives the length of the word that text, which is not empty, begins with.
const (
	gpt2Pattern  = `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`
	qwenPattern  = `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`
	llamaPattern = `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`
)

var scanners = map[string]func([]byte) int{
	gpt2Pattern:  gpt2,
	qwenPattern:  func(text []byte) int { return qwen(text, 1) },
	llamaPattern: func(text []byte) int { return qwen(text, 3) },
}

// scanned is Split by one of the patterns, with words isolated.
type scanned func([]byte) int

func (s scanned) split(w *words) { w.scan(s) }

// covers is a pattern whose matches leave nothing out.
type covers func([]byte) int

func (c covers) find(text []byte, from int) (start, end int) {
	if from == len(text) {
		return -1, -1
	}
	return from, from + c(text[from:])
}

// gpt2 scans gpt2Pattern.
func gpt2(text []byte) int {
	if text[0] == '\'' {
		if n := contraction(text, false); n > 0 {
			return n
		}
	}
	start := 0
	if text[0] == ' ' && len(text) > 1 {
		start = 1
	}
	c, n := firstClass(text[start:])
	if c&space != 0 {
		return spaces(text)
	}
	return run(text, start+n, c&(letter|number))
}

// run is the length up to the end of the run of characters of a kind: letters, numbers, or, when
// it is 0, those that are neither and no white space.
func run(text []byte, from int, kind class) int {
	for from < len(text) {
		if b := text[from]; b < utf8.RuneSelf {
			if classes.ascii[b]&(letter|number|space) != kind {
				break
			}
			from++
			continue
		}
		r, n := utf8.DecodeRune(text[from:])
		if classOf(r)&(letter|number|space) != kind {
			break
		}
		from += n
	}
	return from
}

// spaces is the length of a run of white space that leaves its last character to the word behind.
func spaces(text []byte) int {
	last, i := 0, 0
	for i < len(text) {
		c, n := firstClass(text[i:])
		if c&space == 0 {
			break
		}
		last, i = i, i+n
	}
	if i == len(text) || last == 0 {
		return i
	}
	return last
}

// contraction is the length of 's, 't, 're, 've, 'm, 'll or 'd at the beginning of text, 0 without
// one. With fold capitals count, and the long s.
func contraction(text []byte, fold bool) int {
	if len(text) < 2 {
		return 0
	}
	if fold && len(text) > 2 && text[1] == 0xc5 && text[2] == 0xbf {
		return 3
	}
	lower := func(b byte) byte {
		if fold && 'A' <= b && b <= 'Z' {
			b += 'a' - 'A'
		}
		return b
	}
	first := lower(text[1])
	switch first {
	case 's', 't', 'm', 'd':
		return 2
	case 'r', 'v', 'l':
		want := byte('e')
		if first == 'l' {
			want = 'l'
		}
		if len(text) > 2 && lower(text[2]) == want {
			return 3
		}
	}
	return 0
}

// qwen scans qwenPattern with numbers of up to so many digits.
func qwen(text []byte, digits int) int {
	if text[0] == '\'' {
		if n := contraction(text, true); n > 0 {
			return n
		}
	}
	c, n := firstClass(text)
	if c&letter != 0 {
		return run(text, n, letter)
	}
	if c&number != 0 {
		for digits--; digits > 0 && n < len(text); digits-- {
			next, size := firstClass(text[n:])
			if next&number == 0 {
				break
			}
			n += size
		}
		return n
	}
	var next class
	size := 0
	if n < len(text) {
		next, size = firstClass(text[n:])
	}
	if next&letter != 0 && text[0] != '\r' && text[0] != '\n' {
		return run(text, n+size, letter)
	}
	if c&space == 0 || text[0] == ' ' && size > 0 && next&(letter|number|space) == 0 {
		if c&space != 0 {
			n += size
		}
		n = run(text, n, 0)
		for n < len(text) && (text[n] == '\r' || text[n] == '\n') {
			n++
		}
		return n
	}
	if n := lines(text); n > 0 {
		return n
	}
	return spaces(text)
}

// lines is the length of the run of white space that text begins with up to its last line end, 0
// without one.
func lines(text []byte) (n int) {
	for i := 0; i < len(text); {
		c, size := firstClass(text[i:])
		if c&space == 0 {
			break
		}
		if i += size; text[i-1] == '\r' || text[i-1] == '\n' {
			n = i
		}
	}
	return n
}

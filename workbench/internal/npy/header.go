package npy

import (
	"encoding/binary"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// header is what the Python dict at the start of the file says.
type header struct {
	descr      string
	kind       byte // 'f' or 'i'
	width      int  // bytes per value
	big        bool
	fortran    bool
	rows, cols int
}

// parseHeader reads a dict literal with the keys descr, fortran_order and shape.
func parseHeader(s string) (header, error) {
	p := parser{strings.TrimSpace(s)}
	var h header
	seen := map[string]bool{}
	if !p.eat("{") {
		return h, p.wrong("'{'")
	}
	for !p.eat("}") {
		key, ok := p.str()
		if !ok || !p.eat(":") {
			return h, p.wrong("a key")
		}
		if seen[key] {
			return h, fmt.Errorf("%w: header names %q twice", ErrFormat, key)
		}
		seen[key] = true
		if err := h.set(key, &p); err != nil {
			return h, err
		}
		if !p.eat(",") && !strings.HasPrefix(p.rest, "}") {
			return h, p.wrong("',' or '}'")
		}
	}
	for _, key := range []string{"descr", "fortran_order", "shape"} {
		if !seen[key] {
			return h, fmt.Errorf("%w: header lacks %q", ErrFormat, key)
		}
	}
	if p.rest != "" {
		return h, p.wrong("the end of the header")
	}
	return h, nil
}

func (h *header) set(key string, p *parser) error {
	switch key {
	case "descr":
		return h.setType(p)
	case "fortran_order":
		switch {
		case p.eat("True"):
			h.fortran = true
		case !p.eat("False"):
			return p.wrong("True or False")
		}
		return nil
	case "shape":
		return h.setShape(p)
	}
	return fmt.Errorf("%w: header has the unknown key %q", ErrFormat, key)
}

func (h *header) setType(p *parser) error {
	s, ok := p.str()
	if !ok {
		return fmt.Errorf("%w: it holds records of named fields: save one field, numpy.save(f, a['field'].astype('float32'))", ErrFormat)
	}
	h.descr, h.big = s, strings.HasPrefix(s, ">")
	switch t := strings.TrimLeft(s, "<>=|"); t {
	case "f2", "f4", "f8", "i1", "i4":
		h.kind, h.width = t[0], int(t[1]-'0')
		return nil
	}
	return fmt.Errorf("%w: %s", ErrFormat, unreadable(s))
}

// unreadable says what values of a type are, and how to make readable ones of them.
func unreadable(descr string) string {
	what := map[byte]string{'i': "whole numbers", 'u': "whole numbers", 'b': "true or false", 'f': "wide numbers"}
	switch kind := (strings.TrimLeft(descr, "<>=|") + " ")[0]; {
	case strings.HasPrefix(descr, "bfloat16"), strings.HasSuffix(descr, "V2"):
		return fmt.Sprintf("it holds values of two bytes without a type (%q), as bfloat16 is saved: convert it before, numpy.save(f, a.astype('float32'))", descr)
	case kind == 'c':
		return fmt.Sprintf("it holds complex numbers (type %q): save their real part, numpy.save(f, numpy.load(f).real.astype('float32'))", descr)
	case kind == 'O':
		return fmt.Sprintf("it holds Python objects (type %q), such as rows of unequal length: make one array of numbers of them, numpy.save(f, numpy.array(rows, dtype='float32'))", descr)
	case what[kind] != "":
		return fmt.Sprintf("it holds %s (type %q), float16, float32 or float64 are wanted: convert it, numpy.save(f, numpy.load(f).astype('float32'))", what[kind], descr)
	}
	return fmt.Sprintf("it holds values of type %q, which are no numbers: float16, float32 or float64 are wanted", descr)
}

func (h header) typeName() string { return fmt.Sprintf("%c%d", h.kind, h.width) }

func (h header) order() binary.ByteOrder {
	if h.big {
		return binary.BigEndian
	}
	return binary.LittleEndian
}

func (h *header) setShape(p *parser) error {
	if !p.eat("(") {
		return p.wrong("a shape")
	}
	var dims []int
	for !p.eat(")") {
		n, ok := p.integer()
		if !ok {
			return p.wrong("a shape of whole numbers")
		}
		dims = append(dims, n)
		if !p.eat(",") && !strings.HasPrefix(p.rest, ")") {
			return p.wrong("',' or ')'")
		}
	}
	switch len(dims) {
	case 1:
		h.rows, h.cols = dims[0], 1
	case 2:
		h.rows, h.cols = dims[0], dims[1]
	case 0:
		return fmt.Errorf("%w: it holds one number, rows of numbers are wanted", ErrFormat)
	default:
		return fmt.Errorf("%w: %d dimensions, readable are 1 and 2: save it as rows, numpy.save(f, a.reshape(len(a), -1))", ErrFormat, len(dims))
	}
	if h.cols > 0 && h.rows > math.MaxInt/16/h.cols || max(h.rows, h.cols) > math.MaxInt/16 || h.rows*h.cols == 0 && max(h.rows, h.cols) > math.MaxInt32 {
		return fmt.Errorf("%w: shape %d×%d is too large", ErrFormat, h.rows, h.cols)
	}
	return nil
}

// parser reads the few Python literals a header is made of.
type parser struct{ rest string }

func (p *parser) eat(tok string) bool {
	rest, ok := strings.CutPrefix(p.rest, tok)
	if ok {
		p.rest = strings.TrimLeft(rest, " \n\t")
	}
	return ok
}

func (p *parser) str() (string, bool) {
	if p.rest == "" || (p.rest[0] != '\'' && p.rest[0] != '"') {
		return "", false
	}
	end := strings.IndexByte(p.rest[1:], p.rest[0])
	if end < 0 {
		return "", false
	}
	s := p.rest[1 : 1+end]
	p.eat(p.rest[:end+2])
	return s, true
}

func (p *parser) integer() (int, bool) {
	end := 0
	for end < len(p.rest) && p.rest[end] >= '0' && p.rest[end] <= '9' {
		end++
	}
	n, err := strconv.Atoi(p.rest[:end])
	if err != nil {
		return 0, false
	}
	p.eat(p.rest[:end])
	p.eat("L") // NumPy on Python 2 wrote 3L
	return n, true
}

func (p *parser) wrong(want string) error {
	rest := p.rest
	if len(rest) > 20 {
		rest = rest[:20]
	}
	return fmt.Errorf("%w: header: want %s at %q", ErrFormat, want, rest)
}

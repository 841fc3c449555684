package serve

import (
	"encoding/json"
	"fmt"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// cellText is the text of a cell. Package encoding/json puts U+FFFD in the place of what
// is no text, which would change the program without a word: here it is an error.
type cellText string

// textError says where a text is none.
type textError struct {
	what         string
	line, column int // from 1; the column counts bytes, as Go does
}

func (e *textError) Error() string {
	return fmt.Sprintf("invalid UTF-8 in line %d, column %d of the cell: %s", e.line, e.column, e.what)
}

// UnmarshalJSON reads a JSON string. It returns a *textError if it is no text.
func (t *cellText) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		if err := checkText(b[1 : len(b)-1]); err != nil {
			return err
		}
	}
	return json.Unmarshal(b, (*string)(t))
}

// checkText looks for bytes that are not UTF-8, and for escaped halves of characters,
// between the quotes of a valid JSON string.
func checkText(b []byte) error {
	e := &textError{line: 1, column: 1}
	for i := 0; i < len(b); {
		if b[i] != '\\' {
			r, n := utf8.DecodeRune(b[i:])
			if r == utf8.RuneError && n == 1 {
				e.what = fmt.Sprintf("byte %#02x", b[i])
				return e
			}
			i, e.column = i+n, e.column+n
			continue
		}
		switch b[i+1] {
		case 'n':
			i, e.line, e.column = i+2, e.line+1, 1
		case 'u':
			r, n := escaped(b[i:])
			if utf16.IsSurrogate(r) {
				e.what = fmt.Sprintf("half of a character, \\u%04x", r)
				return e
			}
			i, e.column = i+n, e.column+utf8.RuneLen(r)
		default:
			i, e.column = i+2, e.column+1
		}
	}
	return nil
}

// escaped reads the character that begins with \u and returns how many bytes it takes; a
// surrogate if it is only half a character.
func escaped(b []byte) (r rune, n int) {
	unit := func(b []byte) rune {
		if len(b) < 6 || b[0] != '\\' || b[1] != 'u' {
			return 0
		}
		v, _ := strconv.ParseUint(string(b[2:6]), 16, 16)
		return rune(v)
	}
	first := unit(b)
	if pair := utf16.DecodeRune(first, unit(b[6:])); pair != utf8.RuneError {
		return pair, 12
	}
	return first, 6
}

package serve

import (
	"encoding/json"
	"errors"
	"testing"
)

// The text of a cell arrives as it was sent, or not at all.
func TestCellText(t *testing.T) {
	for _, c := range []struct {
		json, want string
		line, col  int // of an error
	}{
		{json: `"a\nb\t\"\\é😀"`, want: "a\nb\t\"\\é😀"},
		{json: `"\u00e9\ud83d\ude00\ufffd�"`, want: "é😀\ufffd\ufffd"},
		{json: "\"ab\\ncd\xff\"", line: 2, col: 3},
		{json: "\"é\\n\\né\xe2\x82\"", line: 3, col: 3},
		{json: `"x\udcff"`, line: 1, col: 2},
		{json: `"\n\ud83d"`, line: 2, col: 1},
		{json: `"\ud83d\ud83d\ude00"`, line: 1, col: 1},
		{json: `"\ude00\n"`, line: 1, col: 1},
	} {
		var got cellText
		err := json.Unmarshal([]byte(c.json), &got)
		var bad *textError
		switch {
		case c.line == 0 && (err != nil || string(got) != c.want):
			t.Errorf("%s gave %q, %v", c.json, got, err)
		case c.line > 0 && (!errors.As(err, &bad) || bad.line != c.line || bad.column != c.col):
			t.Errorf("%s gave %v, want an error in %d:%d", c.json, err, c.line, c.col)
		}
	}
	for _, bad := range []string{`5`, `["x"]`} {
		if err := json.Unmarshal([]byte(bad), new(cellText)); err == nil {
			t.Errorf("%s is taken for a text", bad)
		}
	}
}

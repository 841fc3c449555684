// Package jsonl reads files of JSON lines, objects with named fields.
package jsonl

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"axn/workbench/internal/textfile"
)

// Object is a JSON object of a file, its values as they are written.
type Object map[string]json.RawMessage

// Read calls each for every object of a file of JSON lines. Its errors name file and
// object.
func Read(path string, each func(o Object) error) error {
	return textfile.Read(path, func(text io.Reader) error {
		src := bufio.NewReader(text)
		if first, err := firstByte(src); err == nil && first == '[' {
			return errors.New("it is a JSON array: one JSON object a line is wanted, without brackets around them and commas between")
		}
		dec := json.NewDecoder(src)
		for n := 1; ; n++ {
			var o Object
			err := dec.Decode(&o)
			if err == io.EOF {
				return nil
			}
			err = told(err)
			if err == nil && o == nil {
				err = errors.New("it is null, an object is wanted")
			}
			if err == nil {
				err = each(o)
			}
			if err != nil {
				return fmt.Errorf("object %d: %w", n, err)
			}
		}
	})
}

// told says what is wanted where there is no JSON object.
func told(err error) error {
	kind := (*json.UnmarshalTypeError)(nil)
	switch syntax := (*json.SyntaxError)(nil); {
	case errors.As(err, &kind):
		return fmt.Errorf("it is a JSON %s, an object is wanted", kind.Value)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("the file ends within it: it was cut short, fetch or write it again")
	case errors.As(err, &syntax):
		return fmt.Errorf("%w: one JSON object a line is wanted, nothing between them, texts in double quotes and null for None and NaN", err)
	}
	return err
}

// firstByte returns the first byte that is no space, and leaves it to be read.
func firstByte(src *bufio.Reader) (byte, error) {
	for {
		b, err := src.ReadByte()
		if err != nil {
			return 0, err
		}
		if !bytes.ContainsRune([]byte(" \t\r\n"), rune(b)) {
			return b, src.UnreadByte()
		}
	}
}

func (o Object) Has(field string) bool { return o[field] != nil }

// ID returns a field that is an id: a string, or a number as it is written.
func (o Object) ID(field string) (string, error) {
	raw := bytes.TrimSpace(o[field])
	switch {
	case len(raw) == 0:
		return "", fmt.Errorf("it has no %s (%s)", field, o.Fields())
	case raw[0] == '"':
		id, err := o.Text(field)
		if err == nil && id == "" {
			err = fmt.Errorf("its %s is empty", field)
		}
		return id, err
	case raw[0] == '-' || raw[0] >= '0' && raw[0] <= '9':
		return string(raw), nil
	}
	return "", fmt.Errorf("its %s is %s: a string or a number is wanted", field, Kind(raw))
}

// EitherID returns the id of the one field of two that the object has; a null is none.
func (o Object) EitherID(a, b string) (ofA, ofB string, err error) {
	given := func(field string) bool { return o.Has(field) && Kind(o[field]) != "null" }
	switch {
	case given(a) && given(b):
		err = fmt.Errorf("it has both %s and %s: one of them is wanted", a, b)
	case given(a):
		ofA, err = o.ID(a)
	case given(b):
		ofB, err = o.ID(b)
	default:
		err = fmt.Errorf("it has neither %s nor %s (%s)", a, b, o.Fields())
	}
	return ofA, ofB, err
}

// Text returns a field that is a string.
func (o Object) Text(field string) (string, error) {
	raw, ok := o[field]
	if !ok {
		return "", fmt.Errorf("it has no %s (%s)", field, o.Fields())
	}
	if trimmed := bytes.TrimSpace(raw); len(trimmed) == 0 || trimmed[0] != '"' {
		return "", fmt.Errorf("its %s is %s: a string is wanted", field, Kind(raw))
	}
	var text string
	if err := json.Unmarshal(raw, &text); err != nil {
		return "", fmt.Errorf("its %s: %w", field, err)
	}
	if strings.ContainsRune(text, utf8.RuneError) && !bytes.Contains(raw, []byte("\ufffd")) && !bytes.Contains(bytes.ToLower(raw), []byte(`\ufffd`)) {
		return "", fmt.Errorf(`its %s has half a surrogate pair, \ud800 to \udfff alone, which is no character`, field)
	}
	return text, nil
}

// shownFields is how many fields a message lists.
const shownFields = 10

// Fields lists the names of the fields, the first of many.
func (o Object) Fields() string {
	names := slices.Sorted(maps.Keys(o))
	switch more := len(names) - shownFields; {
	case len(names) == 0:
		return "it is empty"
	case more > 0:
		return fmt.Sprintf("its fields are %s and %d more", strings.Join(names[:shownFields], ", "), more)
	}
	return "its fields are " + strings.Join(names, ", ")
}

// Kind says what a JSON value is.
func Kind(raw json.RawMessage) string {
	switch c := bytes.TrimSpace(raw); {
	case bytes.Equal(c, []byte("null")):
		return "null"
	case bytes.HasPrefix(c, []byte("[")):
		return "an array"
	case bytes.HasPrefix(c, []byte("{")):
		return "an object"
	case bytes.HasPrefix(c, []byte(`"`)):
		return "a string"
	case bytes.HasPrefix(c, []byte("t")) || bytes.HasPrefix(c, []byte("f")):
		return "true or false"
	}
	return "a number"
}

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
			if kind := (*json.UnmarshalTypeError)(nil); errors.As(err, &kind) {
				err = fmt.Errorf("it is a JSON %s, an object is wanted", kind.Value)
			} else if err == nil && o == nil {
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

// EitherID returns the ids of the one field that the object has; numbers are read as by id.
func (o Object) EitherID(a, b string) (ofA, ofB string, err error) {
	switch {
	case o.Has(a):
		ofA, err = o.ID(a)
	case o.Has(b):
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

func (o Object) Fields() string {
	if len(o) == 0 {
		return "it is empty"
	}
	return "its fields are " + strings.Join(slices.Sorted(maps.Keys(o)), ", ")
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

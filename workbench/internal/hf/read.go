package hf

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"

	"axn/workbench/internal/files"
)

// readJSON decodes a file that counts for the fingerprint.
func (m *Model) readJSON(path string, v any) error {
	if err := decodeFile(path, v); err != nil {
		return err
	}
	m.files = append(m.files, path)
	return nil
}

// readOptional reads a file that may be missing.
func (m *Model) readOptional(dir, name string, v any) error {
	if err := m.readJSON(filepath.Join(dir, name), v); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// readText reads a text file; what stands there instead of one is an error.
func readText(path string) ([]byte, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if what := files.Foreign(b); what != "" {
		return nil, fmt.Errorf("%s is %s", filepath.Base(path), what)
	}
	return b, nil
}

// decodeFile decodes a JSON file. The error names the place.
func decodeFile(path string, v any) error {
	b, err := readText(path)
	if err != nil {
		return err
	}
	if bytes.HasPrefix(b, []byte("\ufeff")) {
		return fmt.Errorf("%s begins with a byte-order mark, which transformers does not take: save it as UTF-8 without one", filepath.Base(path))
	}
	if err := json.Unmarshal(b, v); err != nil {
		return fmt.Errorf("%s: %w", filepath.Base(path), placed(b, err))
	}
	return nil
}

// placed says where in a JSON text an error is, and what is wanted there.
func placed(text []byte, err error) error {
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		if syntax.Error() == "unexpected end of JSON input" {
			return fmt.Errorf("%w: the file is cut short, fetch it again", err)
		}
		line, column := position(text, int(syntax.Offset)-1)
		return fmt.Errorf("line %d, column %d: %w", line, column, err)
	}
	if typ, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		line, column := position(text, int(typ.Offset)-1)
		return fmt.Errorf("line %d, column %d: %s is %s, want %s", line, column, orDefault(typ.Field, "it"), articled(typ.Value), kinds[typ.Type.Kind()])
	}
	return err
}

func orDefault(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// articled puts the article before what JSON calls a value, such as "array" or "number 1.5".
func articled(value string) string {
	switch {
	case strings.HasPrefix(value, "bool"):
		return "true or false"
	case strings.HasPrefix(value, "array"), strings.HasPrefix(value, "object"):
		return "an " + value
	}
	return "a " + value
}

// position is the line and column, from 1, of a byte of a text.
func position(text []byte, at int) (line, column int) {
	before := text[:max(0, min(at, len(text)))]
	return bytes.Count(before, []byte("\n")) + 1, len(before) - bytes.LastIndexByte(before, '\n')
}

// kinds are what JSON calls the types that files are decoded into.
var kinds = map[reflect.Kind]string{
	reflect.Bool: "true or false", reflect.String: "a string", reflect.Slice: "a list", reflect.Map: "an object", reflect.Struct: "an object",
	reflect.Int: "a whole number", reflect.Int32: "a whole number", reflect.Int64: "a whole number", reflect.Float64: "a number", reflect.Float32: "a number",
}

// foreignWeights says what stands in the place of a file of weights; nil if it may be one.
func foreignWeights(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	head := make([]byte, files.HeadSize)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && err != io.EOF {
		return err
	}
	what := files.Foreign(head[:n])
	if text := files.Text(head[:n]); what == "" && text != "" {
		what = fmt.Sprintf("a text (%q), not weights: download the file itself", text)
	}
	if what == "" {
		return nil
	}
	return fmt.Errorf("%s is %s", filepath.Base(path), what)
}

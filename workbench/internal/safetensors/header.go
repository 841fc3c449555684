package safetensors

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
)

// parseHeader fills Tensors and Metadata.
func (f *File) parseHeader(header []byte) error {
	dec := json.NewDecoder(bytes.NewReader(header))
	err := eachKey(dec, func(key string) error {
		if key == "__metadata__" {
			return dec.Decode(&f.Metadata)
		}
		t, err := parseTensor(dec)
		if err != nil {
			return err
		}
		f.Tensors[key] = t
		return nil
	})
	if err != nil {
		return fmt.Errorf("header: %w", err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return errors.New("header: more after its closing brace")
	}
	return nil
}

// parseTensor reads {"dtype":"F16","shape":[2,3],"data_offsets":[0,12]} and checks that the
// three agree.
func parseTensor(dec *json.Decoder) (t Tensor, err error) {
	var offsets []int64
	fields := map[string]any{"dtype": &t.Type, "shape": &t.Shape, "data_offsets": &offsets}
	err = eachKey(dec, func(key string) error {
		field, ok := fields[key]
		if !ok {
			return errors.New("unknown key")
		}
		delete(fields, key)
		return dec.Decode(field)
	})
	if err != nil {
		return t, err
	}
	for _, key := range []string{"dtype", "shape", "data_offsets"} {
		if fields[key] != nil {
			return t, fmt.Errorf("no %s", key)
		}
	}
	if t.Shape == nil {
		return t, errors.New("shape is null")
	}
	if len(offsets) != 2 || offsets[0] < 0 || offsets[1] < offsets[0] {
		return t, fmt.Errorf("data_offsets %v are not a begin and an end", offsets)
	}
	t.begin, t.end = offsets[0], offsets[1]
	bytes, err := t.size()
	if err == nil && bytes != t.end-t.begin {
		err = fmt.Errorf("%s values of shape %v need %d bytes, data_offsets hold %d", t.Type, t.Shape, bytes, t.end-t.begin)
	}
	return t, err
}

// size is the bytes that type and shape need.
func (t Tensor) size() (int64, error) {
	width, ok := typeSizes[t.Type]
	if !ok {
		return 0, fmt.Errorf("unknown dtype %q", t.Type)
	}
	size := int64(width)
	for _, n := range t.Shape {
		if n < 0 || n > 0 && size > math.MaxInt64/int64(n) {
			return 0, fmt.Errorf("shape %v is not possible", t.Shape)
		}
		size *= int64(n)
	}
	return size, nil
}

// eachKey reads a JSON object and calls value at each key's value. An error names the key; a key
// that comes twice is one.
func eachKey(dec *json.Decoder, value func(key string) error) error {
	if open, err := dec.Token(); err != nil {
		return noEOF(err)
	} else if open != json.Delim('{') {
		return fmt.Errorf("%v where an object should begin", open)
	}
	seen := map[string]bool{}
	for dec.More() {
		token, err := dec.Token()
		if err != nil {
			return noEOF(err)
		}
		key := token.(string) // the decoder lets nothing else be a key
		if seen[key] {
			return fmt.Errorf("key %q twice", key)
		}
		seen[key] = true
		if err := value(key); err != nil {
			return fmt.Errorf("%q: %w", key, noEOF(err))
		}
	}
	_, err := dec.Token()
	return noEOF(err)
}

package safetensors

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math"

	"axn/workbench/internal/f32"
)

// Value is a tensor to write.
type Value struct {
	Name  string
	Type  string // F32, F16 or BF16
	Shape []int
	Data  []float32
}

// Write writes tensors in the order given; F16 and BF16 round to nearest even.
func Write(w io.Writer, metadata map[string]string, values []Value) error {
	header, err := encodeHeader(metadata, values)
	if err != nil {
		return fmt.Errorf("safetensors: write: %w", err)
	}
	if _, err := w.Write(header); err != nil {
		return fmt.Errorf("safetensors: write header: %w", err)
	}
	for _, v := range values {
		if _, err := w.Write(encode(v)); err != nil {
			return fmt.Errorf("safetensors: write tensor %q: %w", v.Name, err)
		}
	}
	return nil
}

func encodeHeader(metadata map[string]string, values []Value) ([]byte, error) {
	type entry struct {
		Type    string   `json:"dtype"`
		Shape   []int    `json:"shape"`
		Offsets [2]int64 `json:"data_offsets"`
	}
	header, at := map[string]any{}, int64(0)
	if metadata != nil {
		header["__metadata__"] = metadata
	}
	for _, v := range values {
		size, err := Tensor{Type: v.Type, Shape: v.Shape}.size()
		if err != nil || converters[v.Type] == nil || header[v.Name] != nil || size != int64(len(v.Data)*typeSizes[v.Type]) {
			return nil, fmt.Errorf("tensor %q: %d values as %s of shape %v, or its name twice", v.Name, len(v.Data), v.Type, v.Shape)
		}
		header[v.Name] = entry{v.Type, append([]int{}, v.Shape...), [2]int64{at, at + size}}
		at += size
	}
	text, err := json.Marshal(header)
	for len(text)%8 != 0 {
		text = append(text, ' ') // so that the tensors are aligned
	}
	return append(binary.LittleEndian.AppendUint64(nil, uint64(len(text))), text...), err
}

func encode(v Value) []byte {
	var values any = v.Data
	switch half := make([]uint16, len(v.Data)); v.Type {
	case "F16":
		f32.ToHalf(half, v.Data)
		values = half
	case "BF16":
		for i, x := range v.Data {
			half[i] = bfloat(x)
		}
		values = half
	}
	b, err := binary.Append(nil, binary.LittleEndian, values)
	if err != nil {
		panic(err) // only for values of no fixed size
	}
	return b
}

// bfloat rounds to bfloat16, nearest even; NaN stays NaN.
func bfloat(x float32) uint16 {
	b := math.Float32bits(x)
	if x != x {
		return uint16(b>>16) | 0x40
	}
	return uint16((b + 0x7fff + b>>16&1) >> 16)
}

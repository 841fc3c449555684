package safetensors

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"axn/workbench/internal/f32"
	"axn/workbench/internal/sharedtest"
)

// file puts a header and so many data bytes together.
func file(header string, data int) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(b, header...), make([]byte, data)...)
}

func read(b []byte) (*File, error) { return Read(bytes.NewReader(b), int64(len(b))) }

func TestRoundTrip(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	values := []Value{{"scalar", "F32", nil, []float32{3.25}}, {"empty", "F16", []int{0, 7}, nil}}
	for _, typ := range []string{"F32", "F16", "BF16"} {
		v := Value{Name: "m/" + typ, Type: typ, Shape: []int{37, 2000}, Data: make([]float32, 37*2000)}
		for i := range v.Data {
			v.Data[i] = float32(rng.NormFloat64())
		}
		values = append(values, v)
	}
	var b bytes.Buffer
	if err := Write(&b, map[string]string{"format": "pt"}, values); err != nil {
		t.Fatal(err)
	}
	f, err := read(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if f.Metadata["format"] != "pt" || !slices.Equal(f.Names(), []string{"empty", "m/BF16", "m/F16", "m/F32", "scalar"}) {
		t.Errorf("metadata %v, names %v", f.Metadata, f.Names())
	}
	for _, v := range values {
		got, err := f.Float32(v.Name, v.Shape...)
		if err != nil || len(got) != len(v.Data) {
			t.Fatalf("%s: %d values, %v", v.Name, len(got), err)
		}
		for i, x := range v.Data {
			if want := rounded(v.Type, x); got[i] != want {
				t.Fatalf("%s[%d] = %v, want %v", v.Name, i, got[i], want)
			}
		}
	}
}

// rounded is what is left of x in a type: for BF16 by comparing the two neighbours.
func rounded(typ string, x float32) float32 {
	switch typ {
	case "F16":
		half, back := []uint16{0}, []float32{0}
		f32.ToHalf(half, []float32{x})
		f32.FromHalf(back, half)
		return back[0]
	case "BF16":
		down := math.Float32frombits(math.Float32bits(x) &^ 0xffff)
		up := math.Float32frombits(math.Float32bits(down) + 1<<16)
		below, above := math.Abs(float64(x)-float64(down)), math.Abs(float64(up)-float64(x))
		if below < above || below == above && math.Float32bits(down)>>16&1 == 0 {
			return down
		}
		return up
	}
	return x
}

func TestSpecialValues(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(-1))
	for _, typ := range []string{"F32", "F16", "BF16"} {
		var b bytes.Buffer
		err := Write(&b, nil, []Value{{"x", typ, []int{3}, []float32{nan, inf, 0}}})
		if err != nil {
			t.Fatal(err)
		}
		f, err := read(b.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		if x, err := f.Float32("x"); err != nil || x[0] == x[0] || x[1] != inf || x[2] != 0 {
			t.Errorf("%s: %v, %v", typ, x, err)
		}
	}
}

func TestMalformedFiles(t *testing.T) {
	const good = `"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}`
	for _, c := range []struct {
		name string
		file []byte
		want string
	}{
		{"empty", nil, "header length"},
		{"short length", []byte{1, 2, 3}, "header length"},
		{"huge header", binary.LittleEndian.AppendUint64(nil, 1<<40), "header of 1099511627776 bytes in a file of 8"},
		{"negative header", binary.LittleEndian.AppendUint64(nil, 1<<63), "header of"},
		{"header past the end", binary.LittleEndian.AppendUint64(nil, 9), "header of 9 bytes in a file of 8"},
		{"no header", file("", 0), "header: unexpected EOF"},
		{"not JSON", file("pickle", 0), "header: invalid"},
		{"a list", file("[]", 0), "where an object should begin"},
		{"cut JSON", file(`{"a":{"dtype":"F32"`, 0), `"a": unexpected EOF`},
		{"after the brace", file("{"+good+"}x", 8), "after its closing brace"},
		{"tensor not an object", file(`{"a":3}`, 0), `"a": 3 where an object`},
		{"metadata not text", file(`{"__metadata__":{"x":1}}`, 0), `"__metadata__"`},
		{"duplicate tensor", file("{"+good+","+good+"}", 8), `key "a" twice`},
		{"duplicate key", file(`{"a":{"dtype":"F32","dtype":"F16"}}`, 0), `"a": key "dtype" twice`},
		{"unknown key", file(`{"a":{"dtype":"F32","x":1}}`, 0), `"a": "x": unknown key`},
		{"no dtype", file(`{"a":{"shape":[2],"data_offsets":[0,8]}}`, 8), `"a": no dtype`},
		{"no shape", file(`{"a":{"dtype":"F32","data_offsets":[0,8]}}`, 8), `"a": no shape`},
		{"null shape", file(`{"a":{"dtype":"F32","shape":null,"data_offsets":[0,4]}}`, 4), `"a": shape is null`},
		{"no offsets", file(`{"a":{"dtype":"F32","shape":[2]}}`, 8), `"a": no data_offsets`},
		{"unknown dtype", file(`{"a":{"dtype":"F33","shape":[2],"data_offsets":[0,8]}}`, 8), `"a": unknown dtype "F33"`},
		{"dtype a number", file(`{"a":{"dtype":3,"shape":[2],"data_offsets":[0,8]}}`, 8), `"a": "dtype"`},
		{"shape of fractions", file(`{"a":{"dtype":"F32","shape":[0.5],"data_offsets":[0,2]}}`, 2), `"a": "shape"`},
		{"negative shape", file(`{"a":{"dtype":"F32","shape":[-2,-1],"data_offsets":[0,8]}}`, 8), `"a": shape [-2 -1]`},
		{"endless shape", file(`{"a":{"dtype":"F32","shape":[4294967296,4294967296,4294967296],"data_offsets":[0,8]}}`, 8), `"a": shape`},
		{"three offsets", file(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,9]}}`, 8), `"a": data_offsets [0 8 9]`},
		{"backward offsets", file(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}`, 8), `"a": data_offsets [8 0]`},
		{"negative offset", file(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}`, 8), `"a": data_offsets [-8 0]`},
		{"wrong size", file(`{"a":{"dtype":"F16","shape":[2],"data_offsets":[0,8]}}`, 8), `"a": F16 values of shape [2] need 4 bytes, data_offsets hold 8`},
		{"past the end", file("{"+good+"}", 7), `tensor "a" ends at byte 8 of 7`},
		{"bytes left over", file("{"+good+"}", 9), `1 bytes after tensor "a"`},
		{"overlap", file("{"+good+`,"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}`, 12), `tensor "b" begins at byte 4, inside tensor "a"`},
		{"hole", file("{"+good+`,"b":{"dtype":"F32","shape":[1],"data_offsets":[9,13]}}`, 13), `tensor "b" begins at byte 9, leaving a hole`},
		{"hole at the start", file(`{"b":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}`, 2), `tensor "b" begins at byte 1, leaving a hole after the header`},
	} {
		if _, err := read(c.file); !errors.Is(err, ErrFormat) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", c.name, err, c.want)
		}
	}
}

func TestFloat32Errors(t *testing.T) {
	f, err := read(file(`{"a":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},"i":{"dtype":"I64","shape":[1],"data_offsets":[8,16]}}`, 16))
	if err != nil {
		t.Fatal(err)
	}
	for want, get := range map[string]func() ([]float32, error){
		`no tensor "b"`:                      func() ([]float32, error) { return f.Float32("b") },
		`tensor "a" has shape 1×2, want 2×1`: func() ([]float32, error) { return f.Float32("a", 2, 1) },
		`tensor "i" has type I64`:            func() ([]float32, error) { return f.Float32("i") },
	} {
		if _, err := get(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	f.r = bytes.NewReader(nil)
	if _, err := f.Float32("a"); !errors.Is(err, io.ErrUnexpectedEOF) || !strings.Contains(err.Error(), `"a"`) {
		t.Errorf("a file that shrank: %v", err)
	}
}

func TestWriteErrors(t *testing.T) {
	for _, values := range [][]Value{
		{{"a", "F32", []int{2}, make([]float32, 3)}},
		{{"a", "I64", []int{1}, make([]float32, 1)}},
		{{"a", "F32", nil, make([]float32, 1)}, {"a", "F32", nil, make([]float32, 1)}},
	} {
		if err := Write(io.Discard, nil, values); err == nil || !strings.Contains(err.Error(), `"a"`) {
			t.Errorf("%v: error %v", values, err)
		}
	}
}

func TestOpen(t *testing.T) {
	bad := filepath.Join(t.TempDir(), "bad.safetensors")
	if err := os.WriteFile(bad, []byte("short"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(bad); !errors.Is(err, ErrFormat) || !strings.Contains(err.Error(), bad) {
		t.Errorf("error %v", err)
	}
	f, err := Open(sharedtest.Path(t, "data/models/ce-wordnet-L4/model.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if x, err := f.Float32("bert.embeddings.word_embeddings.weight", 11748, 256); err != nil || x[0] == 0 {
		t.Error(err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(file(`{"__metadata__":{"a":"b"},"a":{"dtype":"F16","shape":[2,1],"data_offsets":[0,4]},"b":{"dtype":"BF16","shape":[],"data_offsets":[4,6]}}`, 6))
	f.Add(file(`{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}`, 0))
	f.Fuzz(func(t *testing.T, b []byte) {
		in, err := read(b)
		if err != nil {
			if !errors.Is(err, ErrFormat) {
				t.Fatalf("%v is not ErrFormat", err)
			}
			return
		}
		var values []Value
		for _, name := range in.Names() {
			if x, err := in.Float32(name); err == nil {
				values = append(values, Value{name, in.Tensors[name].Type, in.Tensors[name].Shape, x})
			}
		}
		var out bytes.Buffer
		if err := Write(&out, in.Metadata, values); err != nil {
			t.Fatal(err)
		}
		again, err := read(out.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range values {
			x, err := again.Float32(v.Name, v.Shape...)
			if err != nil || !slices.EqualFunc(x, v.Data, func(a, b float32) bool { return math.Float32bits(a) == math.Float32bits(b) || a != a && b != b }) {
				t.Fatalf("%q: %v became %v, %v", v.Name, v.Data, x, err)
			}
		}
	})
}

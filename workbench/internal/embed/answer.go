package embed

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"

	"axn/workbench/internal/remote"
)

// wire has the fields of both shapes; each request sets those of its own.
type wire struct {
	Inputs     []string `json:"inputs,omitempty"`     // TEI
	Truncate   bool     `json:"truncate,omitempty"`   // TEI: cut long texts instead of refusing them
	Model      string   `json:"model,omitempty"`      // OpenAI
	Input      []string `json:"input,omitempty"`      // OpenAI
	Dimensions int      `json:"dimensions,omitempty"` // both
}

// result is the vector of one text, or why the answer has none.
type result struct {
	vector []float32
	err    error
}

// request asks a server for the vectors of texts, once.
func (c *Client) request(ctx context.Context, t remote.Turn, texts []string) ([]result, error) {
	s, err := t.Server(ctx)
	if err != nil {
		return nil, err
	}
	r := wire{Model: s.Model, Input: texts, Dimensions: c.Dimension}
	if Shape(s.Shape) == TEI {
		r = wire{Inputs: texts, Truncate: true, Dimensions: c.Dimension}
	}
	answer, err := t.Post(ctx, s, r)
	if err != nil {
		return nil, err
	}
	got, err := parse(answer, len(texts))
	if err != nil {
		return nil, t.Said(err)
	}
	return got, nil
}

// parse reads the answer to a request of n texts: a list of n vectors, or objects with an index
// and an embedding in any order under data or embeddings. A vector that cannot be used costs only
// the text it belongs to. The error is why the answer has no vector at all.
func parse(answer []byte, n int) ([]result, error) {
	answer, err := remote.JSON(answer, "vectors", "an embedding server")
	if err != nil {
		return nil, err
	}
	var list []json.RawMessage
	var object struct{ Data, Embeddings []json.RawMessage }
	if json.Unmarshal(answer, &list) != nil {
		json.Unmarshal(answer, &object) // without one there is no list
		if list = object.Data; list == nil {
			list = object.Embeddings
		}
	}
	if list == nil {
		return nil, remote.Without(answer, "list of vectors (data, embeddings)")
	}
	results, usable := make([]result, n), false
	seen, beyond := make([]int, n), false
	for i, raw := range list {
		index, r := readEntry(raw, i, len(list) == n)
		if index < 0 || index >= n {
			beyond = beyond || index == n
			continue
		}
		if seen[index]++; seen[index] > 1 {
			r = result{err: fmt.Errorf("the answer has %d vectors for text %d of its request", seen[index], index)}
		}
		results[index] = r
	}
	if beyond && n > 0 && seen[0] == 0 {
		return nil, fmt.Errorf("the answer has an index %d and no index 0: it counts %d texts from 1, where 0 is wanted", n, n)
	}
	for i := range results {
		if seen[i] == 0 {
			results[i].err = fmt.Errorf("the answer has no vector for text %d of its request", i)
		}
		usable = usable || results[i].err == nil
	}
	if !usable && n > 0 {
		return nil, fmt.Errorf("the answer has %d entries and no vector for any of %d texts: %w", len(list), n, results[0].err)
	}
	return results, nil
}

// readEntry reads an entry; index is -1 when it has none. A bare vector is that of the text in its
// place, if there is one for each.
func readEntry(raw json.RawMessage, at int, complete bool) (index int, r result) {
	var object struct {
		Index     *int
		Embedding json.RawMessage
	}
	if json.Unmarshal(raw, &object) == nil && object.Embedding != nil {
		if raw = object.Embedding; object.Index != nil {
			return *object.Index, readVector(raw)
		}
	}
	if !complete {
		return -1, result{}
	}
	return at, readVector(raw)
}

// readVector reads a list of numbers, or base64 of float32 in little-endian order.
func readVector(raw json.RawMessage) (r result) {
	var text string
	if json.Unmarshal(raw, &text) == nil && len(raw) > 0 && raw[0] == '"' {
		b, err := base64.StdEncoding.DecodeString(text)
		if err != nil || len(b) == 0 || len(b)%4 != 0 {
			return result{err: fmt.Errorf("the vector is a text that is not base64 of float32 values: %s", remote.OneLine(text))}
		}
		r.vector = make([]float32, len(b)/4)
		binary.Decode(b, binary.LittleEndian, r.vector)
	} else {
		var numbers []*float64
		if err := json.Unmarshal(raw, &numbers); err != nil || len(numbers) == 0 {
			return result{err: fmt.Errorf("the vector is %s, want a list of numbers", remote.OneLine(string(raw[:min(len(raw), 100)])))}
		}
		for i, x := range numbers {
			if x == nil {
				return result{err: fmt.Errorf("number %d of the vector is null", i)}
			}
			r.vector = append(r.vector, float32(*x))
		}
	}
	for i, x := range r.vector {
		if v := float64(x); math.IsNaN(v) || math.IsInf(v, 0) {
			return result{err: fmt.Errorf("number %d of the vector is %v", i, v)}
		}
	}
	return r
}

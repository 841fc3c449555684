// JSON of own types: tags, omitempty, embedding, private fields, maps, any, round trips.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

type Base struct {
	ID      int       `json:"id"`
	Created time.Time `json:"created"`
}
type Item struct {
	Base
	Name   string         `json:"name"`
	Price  float64        `json:"price,omitempty"`
	Tags   []string       `json:"tags"`
	Meta   map[string]any `json:"meta,omitempty"`
	Next   *Item          `json:"next,omitempty"`
	Secret string         `json:"-"`
	priv   int
	Count  int              `json:",string"`
	Raw    json.RawMessage  `json:"raw,omitempty"`
	Labels map[Color]string `json:"labels,omitempty"`
}
type Color string

func main() {
	t0 := time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC)
	it := Item{Base: Base{1, t0}, Name: "a<b>", Tags: nil, Secret: "s", priv: 5, Count: 7, Labels: map[Color]string{"red": "R"}}
	it.Next = &Item{Name: "n", Tags: []string{"x"}, Meta: map[string]any{"k": []int{1}}, Raw: json.RawMessage(`{"a":1}`)}
	b, err := json.Marshal(it)
	fmt.Println(string(b), err)
	var back Item
	err = json.Unmarshal(b, &back)
	fmt.Println(err, back.ID, back.Created.Year(), back.Next.Meta, string(back.Next.Raw), back.priv, back.Labels)
	b, _ = json.MarshalIndent(map[string]any{"z": 1, "a": []any{nil, true, 1.5, "s"}}, "", "  ")
	fmt.Println(string(b))
	var anyv any
	json.Unmarshal([]byte(`{"n": 1e3, "l": [1, "x", null], "o": {"b": false}}`), &anyv)
	m := anyv.(map[string]any)
	fmt.Printf("%v %T %T\n", m, m["n"], m["l"])
	err = json.Unmarshal([]byte(`{"id": "text"}`), &back)
	var te *json.UnmarshalTypeError
	fmt.Println(errors.As(err, &te), err)
	err = json.Unmarshal([]byte(`{"id": 1,}`), &back)
	fmt.Println(err)
	dec := json.NewDecoder(strings.NewReader(`{"Name":"q","bogus":1}`))
	dec.DisallowUnknownFields()
	fmt.Println(dec.Decode(&struct{ Name string }{}))
	var arr [2]int
	var anon struct {
		A int `json:"a"`
		B []struct{ C string }
	}
	fmt.Println(json.Unmarshal([]byte(`[1,2,3]`), &arr), arr)
	fmt.Println(json.Unmarshal([]byte(`{"a":5,"b":[{"c":"deep"}]}`), &anon), anon)
}

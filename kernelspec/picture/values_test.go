package picture

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"
)

type city struct {
	Name   string
	People int
	share  float64
	Tags   []string
}

type named struct{ A int }

func (n named) String() string { return fmt.Sprint("named ", n.A) }

func TestValuesAsTables(t *testing.T) {
	many := map[int]string{}
	for i := range 1000 {
		many[i] = fmt.Sprint("v", i)
	}
	for name, c := range map[string]struct {
		v     any
		wants []string
	}{
		"structs":          {[]city{{"Ulm <b>", 126405, 1.0 / 3, []string{"a", "b"}}, {Name: "Kiel"}}, []string{"Name", "People", "126405", "Ulm &lt;b&gt;", "[a b]", "2 rows × 3 columns", "string"}},
		"pointers":         {[]*city{{Name: "Ulm"}, nil}, []string{"Ulm", "&lt;nil&gt;"}},
		"array":            {[2]struct{ X, Y float64 }{{1.0 / 3, 2}, {3, 4}}, []string{"0.333333", "2 rows × 2 columns"}},
		"map of numbers":   {map[string]int{"b": 2, "a": 1}, []string{">a</th><td", ">b</th><td", "value", "2 rows × 1 column<"}},
		"map of structs":   {map[int]city{10: {Name: "Ulm"}, 9: {Name: "Kiel"}}, []string{"Kiel", "Ulm"}},
		"matrix":           {[][]float64{{1, 2, 3}, {4, 5, 6.0000001}}, []string{"2 rows × 3 columns", ">6<"}},
		"rows of words":    {[][]string{{"id", "text"}, {"1", "a"}}, []string{"2 rows × 2 columns"}},
		"a large map":      {many, []string{"1000 rows", "v0", "v999", "⋮"}},
		"array rows":       {[][2]int{{1, 2}}, []string{"1 row × 2 columns"}},
		"with a text":      {[]named{{1}, {2}}, []string{"named 2", "value", "picture.named", "2 rows × 1 column<"}},
		"pointers to them": {[]*named{{1}}, []string{"named 1", "1 row × 1 column<"}},
		"hidden fields":    {[]time.Time{{}}, []string{"0001-01-01"}},
		"times in a field": {[]struct{ D time.Duration }{{time.Second}}, []string{"1s"}},
	} {
		p, ok := Of(c.v)
		if !ok {
			t.Errorf("%s: no table", name)
			continue
		}
		html := p.Data[HTML].(string)
		for _, want := range c.wants {
			if !strings.Contains(html, want) {
				t.Errorf("%s: the table lacks %q: %s", name, want, html)
			}
		}
		if _, isMap := c.v.(map[int]string); !isMap && p.Data[Text] != fmt.Sprint(c.v) {
			t.Errorf("%s: the text is %q", name, p.Data[Text])
		}
	}
	order, _ := Of(map[int]city{10: {Name: "Ulm"}, 9: {Name: "Kiel"}})
	if html := order.Data[HTML].(string); strings.Index(html, "Kiel") > strings.Index(html, "Ulm") {
		t.Error("a map's rows are not in the order of its keys")
	}
}

func TestValuesThatAreNoTables(t *testing.T) {
	for name, v := range map[string]any{
		"empty":             []city{},
		"strings":           []string{"a"},
		"with a text":       map[string]named{"a": {1}},
		"bytes":             [][]byte{[]byte("ab"), []byte("cd")},
		"uneven rows":       [][]int{{1}, {1, 2}},
		"rows of nothing":   [][]int{{}, {}},
		"any":               []any{1, city{}},
		"a map of slices":   map[string][]int{"a": {1}},
		"a map by struct":   map[city2]int{{1}: 1},
		"functions by name": maps.All(map[string]int{}),
	} {
		if p, ok := Of(v); ok {
			t.Errorf("%s is shown as %v", name, p.Data)
		}
	}
}

type city2 struct{ N int }

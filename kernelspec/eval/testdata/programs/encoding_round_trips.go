package main

import (
	"bytes"
	"encoding/csv"
	"encoding/gob"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"strings"
	"text/template"
	"time"
)

type Addr struct {
	Street string `json:"street" xml:"street,attr"`
	Zip    *int   `json:"zip,omitempty" xml:"zip,omitempty"`
}
type Level int

func (l Level) MarshalText() ([]byte, error) { return []byte(fmt.Sprintf("L%d", int(l))), nil }
func (l *Level) UnmarshalText(b []byte) error {
	_, err := fmt.Sscanf(string(b), "L%d", (*int)(l))
	return err
}

type Base struct{ ID int }
type Person struct {
	Base
	Name   string            `json:"name"`
	Age    int               `json:"age,string"`
	Addr   *Addr             `json:"addr,omitempty"`
	Tags   []string          `json:"tags"`
	Meta   map[string]any    `json:"meta,omitempty" xml:"-"`
	Levels map[Level]float64 `json:"levels" xml:"-"`
	Lv     Level
	hidden int
	Raw    json.RawMessage `json:"raw,omitempty" xml:"-"`
	When   time.Time       `json:"when"`
	D      time.Duration
	Any    any `xml:"-"`
}

func main() {
	zip := 123
	p := Person{Base: Base{7}, Name: "Ann <b>", Age: 30, Addr: &Addr{"Main", &zip}, Tags: nil, Levels: map[Level]float64{2: 1.5, 1: 2}, Lv: 3, Raw: json.RawMessage(`{"x":[1,2]}`), When: time.Date(2024, 1, 2, 3, 4, 5, 0, time.UTC), D: time.Second, Any: []any{1, "a", nil, map[string]int{"z": 1}}}
	b, err := json.MarshalIndent(p, "", " ")
	fmt.Println(string(b), err)
	var q Person
	err = json.Unmarshal(b, &q)
	fmt.Println(err, q.Name, q.Age, q.Addr.Street, *q.Addr.Zip, q.Tags == nil, q.Levels, q.Lv, q.When.Equal(p.When), q.Any, q.ID)
	err = json.Unmarshal([]byte(`{"name": 5}`), &q)
	fmt.Println(err)
	err = json.Unmarshal([]byte(`{"name": "x",}`), &q)
	fmt.Println(err)
	dec := json.NewDecoder(strings.NewReader(`{"ID":1}{"ID":2} {"bad":3}`))
	dec.DisallowUnknownFields()
	for {
		var b Base
		if err := dec.Decode(&b); err != nil {
			fmt.Println(err)
			break
		}
		fmt.Println(b)
	}
	var generic any
	json.Unmarshal([]byte(`{"a":[1,2.5,true,null,"s"],"b":{"c":1e3}}`), &generic)
	fmt.Println(generic, fmt.Sprintf("%T", generic.(map[string]any)["a"].([]any)[0]))
	x, err := xml.MarshalIndent(struct {
		XMLName xml.Name `xml:"person"`
		Base
		Name string
		Addr *Addr `xml:"addr"`
		List []int `xml:"list>item"`
	}{Base: p.Base, Name: p.Name, Addr: p.Addr, List: []int{1, 2}}, "", " ")
	fmt.Println(string(x), err)
	var buf bytes.Buffer
	type G struct {
		A int
		B map[string][]float64
		C *Base
	}
	fmt.Println(gob.NewEncoder(&buf).Encode(G{1, map[string][]float64{"k": {1, 2}}, &Base{3}}))
	var g G
	fmt.Println(gob.NewDecoder(&buf).Decode(&g), g.A, g.B, g.C.ID)
	r := csv.NewReader(strings.NewReader("a,b\n\"x,1\",2\n"))
	recs, err := r.ReadAll()
	fmt.Println(recs, err)
	t := template.Must(template.New("t").Funcs(template.FuncMap{"up": strings.ToUpper, "add": func(a, b int) int { return a + b }}).Parse(`{{range $i, $e := .Items}}{{if $i}}, {{end}}{{$e.Name | up}}={{add $e.N 1}}{{else}}none{{end}} {{with .X}}{{.}}{{end}} {{len .Items}} {{index .M "k"}} {{printf "%05.1f" .F}} {{.Method 3}} {{define "sub"}}<{{.}}>{{end}}{{template "sub" .F}}
`))
	type Item struct {
		Name string
		N    int
	}
	fmt.Println(t.Execute(&buf, Data{Items: []any{Item{"a", 1}, &Item{"b", 2}}, M: map[string]int{"k": 5}, F: 2.25}))
	fmt.Print(buf.String())
	fmt.Println(template.Must(template.New("e").Parse("{{.Nope}}")).Execute(&buf, Data{}))
}

type Data struct {
	Items []any
	X     *int
	M     map[string]int
	F     float64
}

func (d Data) Method(n int) string { return strings.Repeat("m", n) }

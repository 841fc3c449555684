package main

import (
	"bytes"
	"encoding/csv"
	"encoding/gob"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"os"
	"strings"
	"time"
)

type Level int

const (
	Low Level = iota
	High
)

func (l Level) MarshalText() ([]byte, error) { return []byte([]string{"low", "high"}[l]), nil }
func (l *Level) UnmarshalText(b []byte) error {
	switch string(b) {
	case "low":
		*l = Low
	case "high":
		*l = High
	default:
		return fmt.Errorf("bad level %q", b)
	}
	return nil
}

type Meta struct {
	Created time.Time `json:"created" xml:"created,attr"`
	Notes   string    `json:"notes,omitempty" xml:"notes,omitempty"`
}
type Task struct {
	XMLName xml.Name `json:"-" xml:"task"`
	Meta
	Title   string          `json:"title" xml:"title"`
	Level   Level           `json:"level" xml:"level,attr"`
	Sub     []*Task         `json:"sub,omitempty" xml:"sub>task"`
	Counts  map[Level]int   `json:"counts,omitempty" xml:"-"`
	Raw     json.RawMessage `json:"raw,omitempty" xml:"-"`
	Any     any             `json:"any" xml:"-"`
	private int
	Ptr     *float64 `json:"ptr" xml:"ptr,omitempty"`
	Str     int      `json:"str,string" xml:"-"`
}
type Point struct{ X, Y int }

func (p Point) MarshalJSON() ([]byte, error) { return []byte(fmt.Sprintf("[%d,%d]", p.X, p.Y)), nil }
func (p *Point) UnmarshalJSON(b []byte) error {
	var a [2]int
	if err := json.Unmarshal(b, &a); err != nil {
		return err
	}
	p.X, p.Y = a[0], a[1]
	return nil
}

type Shape interface{ Area() float64 }
type Sq struct{ S float64 }
type Ci struct{ R float64 }

func (s Sq) Area() float64  { return s.S * s.S }
func (c *Ci) Area() float64 { return 3 * c.R * c.R }

type Temp struct{ c float64 }

func (t Temp) GobEncode() ([]byte, error) { return []byte(fmt.Sprint(t.c)), nil }
func (t *Temp) GobDecode(b []byte) error  { _, err := fmt.Sscan(string(b), &t.c); return err }

func main() {
	f := 2.5
	t := Task{Title: "a<b>", Level: High, Meta: Meta{Created: time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC)}, Sub: []*Task{{Title: "s", Counts: map[Level]int{High: 2, Low: 1}}}, Raw: json.RawMessage(`{"a":1}`), Any: []any{1, "x", nil, Point{1, 2}}, Ptr: &f, Str: 7}
	b, err := json.MarshalIndent(t, "", " ")
	fmt.Println(string(b), err)
	var u Task
	err = json.Unmarshal(b, &u)
	fmt.Printf("%v %+v %v %v\n", err, u.Sub[0].Counts, u.Any, *u.Ptr)
	err = json.Unmarshal([]byte(`{"level":"mid"}`), &u)
	fmt.Println(err)
	err = json.Unmarshal([]byte(`{"title":3}`), &u)
	fmt.Println(err)
	err = json.Unmarshal([]byte(`{"title":"x"`), &u)
	fmt.Println(err)
	d := json.NewDecoder(strings.NewReader(`{"X":1}`))
	d.DisallowUnknownFields()
	var q struct{ Y int }
	fmt.Println(d.Decode(&q))
	var ps map[string]Point
	fmt.Println(json.Unmarshal([]byte(`{"a":[3,4]}`), &ps), ps)
	b, err = json.Marshal(map[string]any{"f": func() {}})
	fmt.Println(string(b), err)
	x, err := xml.MarshalIndent(t, "", " ")
	fmt.Println(string(x), err)
	var xt Task
	fmt.Println(xml.Unmarshal(x, &xt), xt.Title, xt.Level, len(xt.Sub), xt.Created)
	gob.Register(Sq{})
	gob.Register(&Ci{})
	var buf bytes.Buffer
	err = gob.NewEncoder(&buf).Encode(struct {
		L []Shape
		T Temp
		M map[Point]string
	}{[]Shape{Sq{2}, &Ci{1}}, Temp{36.6}, map[Point]string{{1, 2}: "p"}})
	fmt.Println(err)
	var g struct {
		L []Shape
		T Temp
		M map[Point]string
	}
	err = gob.NewDecoder(&buf).Decode(&g)
	fmt.Println(err, len(g.L), g.L[0].Area(), g.L[1].Area(), g.T, g.M)
	w := csv.NewWriter(os.Stdout)
	w.WriteAll([][]string{{"a", "b,c"}, {"d\"e", "f\ng"}})
	r := csv.NewReader(strings.NewReader("a;b\n# c\nd;e;f\n"))
	r.Comma, r.Comment = ';', '#'
	fmt.Println(r.ReadAll())
}

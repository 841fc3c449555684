// Enumerations with String, parsing, JSON, flags, map keys and exhaustive tables.
package main

import (
	"encoding/json"
	"fmt"
	"strings"
)

type Color int

const (
	Red Color = iota
	Green
	Blue
)

var names = map[Color]string{Red: "red", Green: "green", Blue: "blue"}

func (c Color) String() string {
	if s, ok := names[c]; ok {
		return s
	}
	return fmt.Sprintf("Color(%d)", int(c))
}

func ParseColor(s string) (Color, error) {
	for c, n := range names {
		if strings.EqualFold(n, s) {
			return c, nil
		}
	}
	return 0, fmt.Errorf("no color %q", s)
}

func (c Color) MarshalText() ([]byte, error) { return []byte(c.String()), nil }
func (c *Color) UnmarshalText(b []byte) (err error) {
	*c, err = ParseColor(string(b))
	return
}

type Pixel struct {
	X, Y int
	C    Color `json:"color"`
}

type Palette [3]Color

func main() {
	fmt.Println(Red, Color(7), []Color{Blue, Red}, Palette{Green})
	fmt.Printf("%v %d %s %x %T %+v %#v\n", Green, Green, Green, Green, Green, Pixel{1, 2, Blue}, Pixel{C: Green})
	var st fmt.Stringer = Blue
	fmt.Println(st, st == fmt.Stringer(Blue), st.(Color)+1)
	b, err := json.Marshal(map[Color][]Pixel{Red: {{1, 2, Green}}})
	fmt.Println(string(b), err)
	var p Pixel
	fmt.Println(json.Unmarshal([]byte(`{"X":5,"color":"BLUE"}`), &p), p)
	fmt.Println(json.Unmarshal([]byte(`{"color":"pink"}`), &p))
	switch c := p.C; c {
	case Red, Green:
		fmt.Println("warm?")
	case Blue:
		fmt.Println("cold", c)
	}
	count := map[Color]int{}
	for _, c := range []Color{Red, Blue, Red} {
		count[c]++
	}
	fmt.Println(count, count[Red])
	var e error = fmt.Errorf("bad %v", Green)
	fmt.Println(e)
}

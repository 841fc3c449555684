// Units as types, with conversions, methods, constants and a table.
package main

import (
	"cmp"
	"fmt"
	"slices"
	"sort"
)

type Celsius float64
type Fahrenheit float64
type Kelvin float64

const (
	AbsoluteZero Celsius = -273.15
	Freezing     Celsius = 0
	Boiling      Celsius = 100
)

type Temperature interface {
	Celsius() Celsius
	fmt.Stringer
}

func (c Celsius) Celsius() Celsius    { return c }
func (f Fahrenheit) Celsius() Celsius { return Celsius((f - 32) * 5 / 9) }
func (k Kelvin) Celsius() Celsius     { return Celsius(k) + AbsoluteZero }

func (c Celsius) String() string    { return fmt.Sprintf("%.1f°C", float64(c)) }
func (f Fahrenheit) String() string { return fmt.Sprintf("%.1f°F", float64(f)) }
func (k Kelvin) String() string     { return fmt.Sprintf("%.1fK", float64(k)) }

func warmest(ts ...Temperature) Temperature {
	return slices.MaxFunc(ts, func(a, b Temperature) int { return cmp.Compare(a.Celsius(), b.Celsius()) })
}

func main() {
	ts := []Temperature{Boiling, Fahrenheit(451), Kelvin(300), Freezing}
	for _, t := range ts {
		fmt.Printf("%v = %v (%T)\n", t, t.Celsius(), t)
	}
	fmt.Println(warmest(ts...), AbsoluteZero, Boiling-Freezing)
	sort.Slice(ts, func(i, j int) bool { return ts[i].Celsius() < ts[j].Celsius() })
	fmt.Println(ts)
}

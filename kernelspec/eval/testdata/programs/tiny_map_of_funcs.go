// A dispatch table with variadic functions.
package main

import (
	"fmt"
	"maps"
	"slices"
)

var ops = map[string]func(...float64) float64{
	"sum": func(x ...float64) (t float64) {
		for _, v := range x {
			t += v
		}
		return
	},
	"max": func(x ...float64) float64 { return slices.Max(x) },
}

func main() {
	for _, k := range slices.Sorted(maps.Keys(ops)) {
		fmt.Println(k, ops[k](1, 5, 2.5))
	}
	_, ok := ops["min"]
	fmt.Println(ok, len(ops))
}

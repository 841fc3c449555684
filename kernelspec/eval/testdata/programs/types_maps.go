// Maps: missing keys, deletion while ranging, keys of many types, nil maps.
package main

import (
	"fmt"
	"maps"
	"math"
	"slices"
)

type point struct{ x, y int }

func main() {
	m := map[string]int{"a": 1, "b": 2, "c": 3}
	v, ok := m["z"]
	fmt.Println(v, ok, len(m), m)
	m["a"]++
	m["new"] += 5
	delete(m, "b")
	delete(m, "nothing")
	fmt.Println(m)
	for k := range m {
		delete(m, k)
	}
	fmt.Println(len(m))
	p := map[point][]string{}
	p[point{1, 2}] = append(p[point{1, 2}], "x", "y")
	fmt.Println(p, len(p[point{2, 1}]))
	i := map[any]string{1: "int", 1.0: "float", "1": "string", point{}: "point", [1]int{1}: "array", nil: "nil"}
	fmt.Println(i[1], i[1.0], i["1"], i[point{}], i[[1]int{1}], i[nil], i[int64(1)] == "")
	var n map[string]bool
	fmt.Println(n["x"], len(n), n == nil)
	nan := math.NaN()
	f := map[float64]int{nan: 1, nan: 2, 0.0: 3}
	fmt.Println(len(f), f[nan], f[math.Copysign(0, -1)])
	clear(f)
	fmt.Println(len(f))
	st := map[string]struct{ n int }{"q": {4}}
	fmt.Println(st["q"].n, st)
	fn := map[string]func(int) int{"dbl": func(x int) int { return 2 * x }}
	fmt.Println(fn["dbl"](21), fn["no"] == nil)
	nested := map[string]map[string]int{"o": {"i": 1}}
	nested["o"]["j"] = 2
	keys := slices.Sorted(maps.Keys(nested["o"]))
	fmt.Println(keys, nested)
}

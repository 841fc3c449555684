// Pointers in maps, values in maps.
package main

import "fmt"

type acc struct{ n int }

func (a *acc) add(k int) { a.n += k }

func main() {
	m := map[string]*acc{"a": {}, "b": {5}}
	m["a"].add(3)
	m["b"].add(1)
	v := map[string]acc{"x": {1}}
	x := v["x"]
	x.add(10)
	fmt.Println(m["a"].n, m["b"].n, v["x"].n, x.n)
	v["x"] = x
	fmt.Println(v)
}

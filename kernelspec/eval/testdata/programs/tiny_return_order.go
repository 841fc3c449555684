// Results that are filled while the others are computed.
package main

import (
	"encoding/json"
	"fmt"
)

type T struct{ A int }

func parse(s string) (T, error) {
	var v T
	return v, json.Unmarshal([]byte(s), &v)
}

func list(s string) (xs []int, err error) {
	return xs, json.Unmarshal([]byte(s), &xs)
}

func inc(p *int) int { *p++; return *p }

func main() {
	fmt.Println(parse(`{"A":5}`))
	fmt.Println(list(`[1,2]`))
	n := 1
	fmt.Println(n, inc(&n), n)
	a := []int{n, inc(&n)}
	fmt.Println(a)
	b := [2]int{n, inc(&n)}
	x, y := n, inc(&n)
	fmt.Println(b, x, y)
}

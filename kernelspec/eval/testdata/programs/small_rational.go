// Rational numbers as values with methods, comparison and continued fractions.
package main

import (
	"fmt"
	"slices"
)

type Rat struct{ n, d int64 }

func gcd(a, b int64) int64 {
	if b == 0 {
		if a < 0 {
			return -a
		}
		return a
	}
	return gcd(b, a%b)
}

func R(n, d int64) Rat {
	if d == 0 {
		panic("zero denominator")
	}
	g := gcd(n, d)
	if d < 0 {
		g = -g
	}
	return Rat{n / g, d / g}
}

func (a Rat) Add(b Rat) Rat   { return R(a.n*b.d+b.n*a.d, a.d*b.d) }
func (a Rat) Mul(b Rat) Rat   { return R(a.n*b.n, a.d*b.d) }
func (a Rat) Inv() Rat        { return R(a.d, a.n) }
func (a Rat) Less(b Rat) bool { return a.n*b.d < b.n*a.d }
func (a Rat) String() string {
	if a.d == 1 {
		return fmt.Sprint(a.n)
	}
	return fmt.Sprintf("%d/%d", a.n, a.d)
}

func continued(as ...int64) Rat {
	r := R(as[len(as)-1], 1)
	for i := len(as) - 2; i >= 0; i-- {
		r = R(as[i], 1).Add(r.Inv())
	}
	return r
}

func main() {
	h := R(0, 1)
	for i := int64(1); i <= 6; i++ {
		h = h.Add(R(1, i))
	}
	fmt.Println(h, R(2, -4), R(3, 3), R(1, 2).Mul(R(2, 3)), continued(3, 7, 15, 1))
	rs := []Rat{R(1, 2), R(1, 3), R(2, 5)}
	slices.SortFunc(rs, func(a, b Rat) int {
		if a.Less(b) {
			return -1
		}
		return 1
	})
	fmt.Println(rs, R(1, 2) == R(2, 4), map[Rat]string{R(1, 2): "half"}[R(3, 6)])
	defer func() { fmt.Println("recovered:", recover()) }()
	fmt.Println(R(0, 1).Inv())
}

// Big integers, rationals and floats; math and bits functions.
package main

import (
	"fmt"
	"math"
	"math/big"
	"math/bits"
)

type frac struct{ *big.Rat }

func (f frac) Half() frac { return frac{new(big.Rat).Quo(f.Rat, big.NewRat(2, 1))} }

func fact(n int64) *big.Int {
	r := big.NewInt(1)
	for i := int64(2); i <= n; i++ {
		r.Mul(r, big.NewInt(i))
	}
	return r
}

func main() {
	f := fact(30)
	fmt.Println(f, f.BitLen(), f.Cmp(big.NewInt(0)))
	n, ok := new(big.Int).SetString("123456789012345678901234567890", 10)
	fmt.Println(n, ok, new(big.Int).Mod(n, big.NewInt(97)), new(big.Int).Exp(big.NewInt(3), big.NewInt(100), big.NewInt(1000007)))
	q, r := new(big.Int).DivMod(n, big.NewInt(1e9), new(big.Int))
	fmt.Println(q, r, new(big.Int).GCD(nil, nil, big.NewInt(84), big.NewInt(36)), big.NewInt(97).ProbablyPrime(10))
	fmt.Printf("%x %d %v %s\n", n, big.NewInt(-5), []*big.Int{big.NewInt(1)}, n.Text(36))
	h := frac{big.NewRat(1, 3)}
	h.Add(h.Rat, big.NewRat(1, 6))
	fmt.Println(h, h.Half(), h.Half().FloatString(5))
	x := new(big.Float).SetPrec(100).SetInt64(2)
	fmt.Println(x.Sqrt(x).Text('g', 25))
	fmt.Println(bits.OnesCount(255), bits.LeadingZeros64(1), bits.Reverse8(1), bits.Len(1023), bits.TrailingZeros(8))
	hi, lo := bits.Mul64(1<<63, 6)
	fmt.Println(hi, lo, bits.RotateLeft8(0b10010000, 1))
	fmt.Println(math.Sqrt(2), math.Hypot(3, 4), math.Cbrt(27), math.Floor(-1.5), math.Round(2.5), math.RoundToEven(2.5), math.Trunc(-1.7))
	fmt.Println(math.Inf(-1), math.NaN(), math.IsInf(math.Inf(1), 0), math.Mod(7, -3), math.Remainder(7, 3), math.Signbit(math.Copysign(0, -1)))
	fr, exp := math.Frexp(10)
	ip, fp := math.Modf(-3.25)
	fmt.Println(fr, exp, ip, fp, math.MaxUint8, math.SmallestNonzeroFloat64, math.FMA(2, 3, 4))
	fmt.Printf("%.6f %.6f %.6f\n", math.Sin(1), math.Log1p(0.5), math.Gamma(5))
}

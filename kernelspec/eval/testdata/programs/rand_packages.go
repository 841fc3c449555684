// Seeded generators give the same numbers; own sources; shuffles and permutations.
package main

import (
	"fmt"
	old "math/rand"
	"math/rand/v2"
	"time"
)

type fixed struct{ n uint64 }

func (f *fixed) Uint64() uint64 { f.n = f.n*6364136223846793005 + 1442695040888963407; return f.n }

func main() {
	r := rand.New(rand.NewPCG(1, 2))
	fmt.Println(r.IntN(100), r.IntN(100), r.Float64(), r.Perm(5))
	s := []string{"a", "b", "c", "d"}
	r.Shuffle(len(s), func(i, j int) { s[i], s[j] = s[j], s[i] })
	fmt.Println(s, r.NormFloat64() > -10, r.Int64N(1e12))
	m := rand.New(&fixed{7})
	fmt.Println(m.Uint64(), m.IntN(10), m.Uint32())
	c := rand.NewChaCha8([32]byte{1, 2, 3})
	fmt.Println(c.Uint64())
	n := rand.N(10)
	d := rand.N(time.Second)
	fmt.Println(n >= 0 && n < 10, d < time.Second, rand.IntN(1))
	o := old.New(old.NewSource(42))
	fmt.Println(o.Intn(100), o.Intn(100), o.Float64(), o.Perm(4))
	z := rand.NewZipf(r, 1.5, 2, 50)
	total := uint64(0)
	for range 100 {
		total += z.Uint64()
	}
	fmt.Println(total > 0, total)
	defer func() { fmt.Println(recover()) }()
	rand.IntN(0)
}

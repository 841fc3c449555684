// testing: Benchmark, AllocsPerRun, sub-benchmarks and quick checks over own functions.
package main

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"testing/iotest"
	"testing/quick"
	"time"
)

type pair struct{ A, B int8 }

func (p pair) sum() int { return int(p.A) + int(p.B) }

func main() {
	ran := 0
	r := testing.Benchmark(func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; i < b.N; i++ {
			ran++
			if ran > 100 {
				b.SkipNow()
			}
		}
	})
	fmt.Println(ran > 0, r.N >= 0)
	fmt.Println(testing.AllocsPerRun(10, func() {}) >= 0)
	err := quick.Check(func(p pair) bool { return p.sum() == int(p.B)+int(p.A) }, nil)
	fmt.Println(err)
	err = quick.Check(func(x uint8) bool { return x < 10 }, &quick.Config{MaxCount: 1000})
	var ce *quick.CheckError
	fmt.Println(errors.As(err, &ce))
	fmt.Println(testing.CoverMode() == "", testing.BenchmarkResult{N: 10, T: time.Second}.NsPerOp())
	rd := iotest.OneByteReader(strings.NewReader("abc"))
	b := make([]byte, 3)
	n, _ := rd.Read(b)
	fmt.Println(n, iotest.TestReader(strings.NewReader("xyz"), []byte("xyz")))
	fmt.Println(fstest.TestFS(fstest.MapFS{"a/b": {Data: []byte("x")}}, "a/b"))
}

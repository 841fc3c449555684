package workbench

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"axn/workbench/internal/cores"
	"axn/workbench/internal/f32"
	"axn/workbench/internal/shelf"
)

// large is toy at the sizes of a service: 256 dimensions of falling spread, and
// scores made when asked for.
func large(n int) (*Dataset, Scorer) {
	const queries, dims = 200, 256
	d := &Dataset{Name: "large", DE: DualEmbeddings{Queries: NewMatrix(queries, dims), Items: NewMatrix(n, dims)}}
	for q := range queries {
		d.Queries = append(d.Queries, Query{ID: fmt.Sprint(q), Gold: -1})
		if q < 100 {
			d.Train = append(d.Train, q)
		} else {
			d.Test = append(d.Test, q)
		}
	}
	d.Items = make([]Item, n)
	for i, m := range []*Matrix{d.DE.Queries, d.DE.Items} {
		cores.Each(m.Rows, func(r int) {
			rng, row := rand.New(rand.NewPCG(uint64(r), uint64(i))), m.Row(r)
			for j := range row {
				row[j] = float32(rng.NormFloat64() / math.Sqrt(float64(8+j)))
			}
			f32.Scale(1/float32(math.Sqrt(float64(f32.SqNorm(row)))), row)
		})
	}
	for i := range d.Items {
		d.Items[i].ID = fmt.Sprint(i)
	}
	return d, ScorerFunc(func(_ context.Context, pairs []Pair) ([]float64, error) {
		out := make([]float64, len(pairs))
		for i, p := range pairs {
			v, x := d.DE.Items.Row(p.Item), d.DE.Queries.Row(p.Query)
			own := rand.New(rand.NewPCG(uint64(p.Item), uint64(p.Query))).NormFloat64()
			out[i] = 6*math.Tanh(2*float64(f32.Dot(v, x))) + 2*float64(v[3]*x[5]+v[7]*x[1]) + .3*math.Sin(float64(p.Item)) + .3*own
		}
		return out, nil
	})
}

// BenchmarkOneQuery searches for one query at a time, B = 500, by the scan and by
// bytes.
func BenchmarkOneQuery(b *testing.B) {
	for _, n := range []int{10000, 100000, 1000000} {
		b.Run(fmt.Sprintf("n=%dk/d=256", n/1000), func(b *testing.B) {
			d, s := large(n)
			g := must[*Scores](b)(Observe(b.Context(), s, d, Sampling{PerQuery: 200, Random: 200}))
			for m, rounds := range map[Method]int{DualEncoder: 10, Calibrated: 5} {
				b.Run(fmt.Sprintf("method=%s/rounds=%d", m, rounds), func(b *testing.B) {
					ix := must[*Index](b)(Factorize(b.Context(), d, g, FactorizeOptions{Method: m}))
					for _, by := range []string{"scan", "bytes"} {
						b.Run("by="+by, func(b *testing.B) {
							benchmarkOneQuery(b, ix, s, d.Test, by, SearchOptions{Budget: 500, Rounds: rounds})
						})
					}
				})
			}
		})
	}
}

func benchmarkOneQuery(b *testing.B, ix *Index, s Scorer, queries []int, by string, o SearchOptions) {
	o, q := ix.options(o), 0
	for _, m := range ix.coded() {
		ix.items().CodesOf(m.view())
	}
	for b.Loop() {
		block := must[*block](b)(ix.newBlock(b.Context(), queries[q:q+1], o))
		if block.items = (shelf.NewScan(ix.items())); by == "bytes" {
			block.items = shelf.NewCoded(ix.items(), len(block.seekers))
		}
		if err := block.search(b.Context(), s, o); err != nil {
			b.Fatal(err)
		}
		q = (q + 1) % len(queries)
	}
}

package calibrate

import (
	"fmt"
	"math"
	"sort"

	"axn/workbench/internal/cores"
	"axn/workbench/internal/curve"
	"axn/workbench/internal/f32"
)

// A Signal is a cheap score of every item beside a query: it sets dst, one value an item.
type Signal func(query int, dst []float32) error

// Weight is what a fit says of a signal: over queries the coefficient of its NormalScores has
// that mean and that deviation. Both are 0 where the signal says nothing.
type Weight struct{ Mean, Deviation float64 }

// Useful tells whether the signal is to be looked at.
func (w Weight) Useful() bool { return w != Weight{} }

const (
	signalQueries   = 64   // queries on which a signal is compared with the dual encoder
	signalRows      = 256  // train queries whose rests tell what signals are worth
	signalRelevance = 0.02 // the mean correlation with the dual encoder that says nothing
	signalMean      = 0.3  // without scores, a relevant signal's coefficient, give or take
	signalDeviation = 0.3  // so much
)

// NormalScores replaces scores by the normal quantiles of their ranks, of which equal scores
// share the mean rank, and centres them. It returns an error for a score that is not finite.
func NormalScores(x []float32) error {
	low := float32(math.Inf(1))
	for i, v := range x {
		if v-v != 0 {
			return fmt.Errorf("item %d has the score %v", i, v)
		}
		low = min(low, v)
	}
	var above []int // most scores may be the lowest, as of texts without a word in common
	for i, v := range x {
		if v > low {
			above = append(above, i)
		}
	}
	sort.Slice(above, func(a, b int) bool { return x[above[a]] > x[above[b]] })
	n, sum := len(x), 0.0
	z := make([]float32, n)
	quantile := func(from, to int) float32 { // of ranks from … to-1, equal
		q := curve.RankQuantile(float64(from+to-1)/2, n)
		sum += float64(to-from) * q
		return float32(q)
	}
	for from := 0; from < len(above); {
		to := from + 1
		for to < len(above) && x[above[to]] == x[above[from]] {
			to++
		}
		q := quantile(from, to)
		for _, i := range above[from:to] {
			z[i] = q
		}
		from = to
	}
	if len(above) < n {
		q := quantile(len(above), n)
		for i, v := range x {
			if v == low {
				z[i] = q
			}
		}
	}
	mean := float32(sum / float64(max(n, 1)))
	for i := range x {
		x[i] = z[i] - mean
	}
	return nil
}

// relevantSignals weighs signals without a score: those that go along with the dual encoder's
// scores, as noise does not, are taken to say something beside it as well.
func relevantSignals(in *Problem) ([]Weight, error) {
	weights := make([]Weight, len(in.Signals))
	queries := min(in.Queries.Rows, signalQueries)
	for s, signal := range in.Signals {
		along := make([]float64, queries)
		err := eachRow(queries, func(q int) error {
			query := q * in.Queries.Rows / queries
			z, sims := make([]float32, in.Items.Rows), make([]float32, in.Items.Rows)
			if err := signal(query, z); err != nil {
				return err
			}
			if err := NormalScores(z); err != nil {
				return fmt.Errorf("query %d: %w", query, err)
			}
			f32.Gemv(sims, in.Items, in.Queries.Row(query))
			along[q] = correlation(z, sims)
			return nil
		})
		if err != nil {
			return nil, err
		}
		mean, within := meanAndError(along)
		if math.Abs(mean) > max(signalRelevance, surely*within) {
			weights[s] = Weight{math.Copysign(signalMean, mean), signalDeviation}
		}
	}
	return weights, nil
}

// eachRow calls do for 0 … n-1 on all cores and returns the first error.
func eachRow(n int, do func(i int) error) error {
	errs := make([]error, n)
	cores.Each(n, func(i int) { errs[i] = do(i) })
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// correlation is Pearson's; 0 where one side is constant.
func correlation(x, y []float32) float64 {
	var sx, sy, xx, yy, xy float64
	n := float64(len(x))
	for i := range x {
		a, b := float64(x[i]), float64(y[i])
		sx, sy, xx, yy, xy = sx+a, sy+b, xx+a*a, yy+b*b, xy+a*b
	}
	v := (xx - sx*sx/n) * (yy - sy*sy/n)
	if !(v > 0) {
		return 0
	}
	return (xy - sx*sy/n) / math.Sqrt(v)
}

func meanAndError(x []float64) (mean, err float64) {
	for _, v := range x {
		mean += v / float64(len(x))
	}
	for _, v := range x {
		err += (v - mean) * (v - mean)
	}
	return mean, math.Sqrt(err) / float64(max(len(x), 1))
}

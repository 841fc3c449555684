package workbench

import (
	"fmt"
	"math"
	"slices"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"

	"axn/workbench/internal/chart"
	"axn/workbench/internal/cores"
	"axn/workbench/internal/stats"
	"axn/workbench/internal/topk"
)

// rankEdges are the last ranks of the ranges that errors are shown by: half
// decades.
var rankEdges = []int{1, 3, 10, 30, 100, 300, 1000, 3000, 10000, 30000, 100000, math.MaxInt}

// errorSum is what a group of items adds up to.
type errorSum struct{ n, sum, squares float64 }

func (s *errorSum) add(e float64) { s.n, s.sum, s.squares = s.n+1, s.sum+e, s.squares+e*e }

func (s *errorSum) merge(o errorSum) {
	s.n, s.sum, s.squares = s.n+o.n, s.sum+o.sum, s.squares+o.squares
}

func (s *errorSum) bias() float64 { return s.sum / max(s.n, 1) }
func (s *errorSum) rmse() float64 { return math.Sqrt(s.squares / max(s.n, 1)) }

// errorGroups are the sums of one round: over all items, by range of the exact
// rank, by tenth of the query's items in rising order of score, and by whether
// the cross-encoder had scored the item.
type errorGroups struct {
	all      errorSum
	rank     [12]errorSum
	decile   [10]errorSum
	observed [2]errorSum // no, yes
}

func (g *errorGroups) merge(o *errorGroups) {
	g.all.merge(o.all)
	for i := range g.rank {
		g.rank[i].merge(o.rank[i])
	}
	for i := range g.decile {
		g.decile[i].merge(o.decile[i])
	}
	for i := range g.observed {
		g.observed[i].merge(o.observed[i])
	}
}

// errors sums approximation − exact of one query in one round; order are its
// items by exact score, best first, and seen those scored by then.
func (a *Approximation) errors(query, round int, order []int, seen []bool) errorGroups {
	var g errorGroups
	exact, approx := a.Exact.Row(query), a.Rounds[round].Row(query)
	edge := 0
	for r, it := range order {
		if r+1 > rankEdges[edge] {
			edge++
		}
		e := float64(approx[it]) - float64(exact[it])
		g.all.add(e)
		g.rank[edge].add(e)
		g.decile[9-10*r/len(order)].add(e)
		if seen[it] {
			g.observed[1].add(e)
		} else {
			g.observed[0].add(e)
		}
	}
	return g
}

// errorsByRound sums over all queries.
func (a *Approximation) errorsByRound() []errorGroups {
	perQuery := make([][]errorGroups, len(a.Results))
	cores.Each(len(a.Results), func(q int) {
		order, seen := a.exactOrder(q), make([]bool, a.Exact.Cols)
		for r := range a.Rounds {
			if r > 0 && r <= len(a.Results[q].Rounds) {
				for _, it := range a.Results[q].Rounds[r-1].Items {
					seen[it] = true
				}
			}
			perQuery[q] = append(perQuery[q], a.errors(q, r, order, seen))
		}
	})
	rounds := make([]errorGroups, len(a.Rounds))
	for _, qs := range perQuery {
		for r := range qs {
			rounds[r].merge(&qs[r])
		}
	}
	return rounds
}

// exactOrder lists a query's items by exact score, best first.
func (a *Approximation) exactOrder(query int) []int {
	return topk.Select(a.Exact.Row(query), a.Exact.Cols, nil)
}

// Frame shows how far the approximate scores are from the cross-encoder's: system,
// round (how many rounds' scores were known), group, range, items, bias (mean of
// approximate − exact) and rmse. The groups are all; rank, ranges of the exact
// rank; decile, tenths of each query's items by exact score, 10 the highest; and
// observed, whether the cross-encoder had scored the item by then. Groups without
// items are left out.
func (a *Approximation) Frame() dataframe.DataFrame {
	var names, groups, ranges []string
	var rounds, items []int
	var bias, rmse []float64
	add := func(round int, group, name string, s errorSum) {
		if s.n == 0 {
			return
		}
		names, groups, ranges = append(names, a.Name), append(groups, group), append(ranges, name)
		rounds, items = append(rounds, round), append(items, int(s.n))
		bias, rmse = append(bias, s.bias()), append(rmse, s.rmse())
	}
	for r, g := range a.errorsByRound() {
		add(r, "all", "all", g.all)
		for i, s := range g.rank {
			add(r, "rank", rankRange(i), s)
		}
		for i, s := range g.decile {
			add(r, "decile", fmt.Sprint(i+1), s)
		}
		add(r, "observed", "no", g.observed[0])
		add(r, "observed", "yes", g.observed[1])
	}
	return dataframe.New(
		series.New(names, series.String, "system"), series.New(rounds, series.Int, "round"),
		series.New(groups, series.String, "group"), series.New(ranges, series.String, "range"),
		series.New(items, series.Int, "items"), series.New(bias, series.Float, "bias"), series.New(rmse, series.Float, "rmse"))
}

// rankRange names a range of ranks, such as 4-10.
func rankRange(i int) string {
	switch {
	case i == 0:
		return "1"
	case i == len(rankEdges)-1:
		return fmt.Sprintf("%d+", rankEdges[i-1]+1)
	}
	return fmt.Sprintf("%d-%d", rankEdges[i-1]+1, rankEdges[i])
}

// calibrationShares are the upper ends of the bins of Calibration, as shares of
// the items by approximate score: twentieths, the last one finer, where the
// choices fall.
var calibrationShares = func() []float64 {
	var ends []float64
	for i := 1; i < 20; i++ {
		ends = append(ends, float64(i)/20)
	}
	return append(ends, 0.98, 0.99, 0.995, 0.999, 1)
}()

// calibrationBin is a bin's mean approximate and exact scores.
type calibrationBin struct {
	items         int
	approx, exact float64
	sd            float64 // deviation of the exact scores
}

// calibration bins the items not observed when round rounds' scores were known,
// all queries together, by approximate score.
func (a *Approximation) calibration(round int) []calibrationBin {
	var points [][2]float32
	for q := range a.Results {
		seen := make([]bool, a.Exact.Cols)
		for _, r := range a.Results[q].Rounds[:min(round, len(a.Results[q].Rounds))] {
			for _, it := range r.Items {
				seen[it] = true
			}
		}
		for it, v := range a.Rounds[round].Row(q) {
			if !seen[it] {
				points = append(points, [2]float32{v, a.Exact.Row(q)[it]})
			}
		}
	}
	slices.SortFunc(points, func(x, y [2]float32) int { return slices.Compare(x[:], y[:]) })
	var bins []calibrationBin
	lo := 0
	for _, share := range calibrationShares {
		hi := int(math.Round(share * float64(len(points))))
		if hi > lo {
			var approx, exact stats.Moments
			for _, p := range points[lo:hi] {
				approx.Add(float64(p[0]))
				exact.Add(float64(p[1]))
			}
			bins = append(bins, calibrationBin{hi - lo, approx.Mean, exact.Mean, exact.Deviation()})
		}
		lo = hi
	}
	return bins
}

// Calibration shows what an approximate score is worth, over the items not yet
// observed when round rounds' scores were known: system, round, bin (from the
// lowest approximate scores up), items, and the means approx and exact with the
// deviation exact_sd of the exact scores. Another round than 0 … len(Rounds)-1 is an error:
// the table's Err.
func (a *Approximation) Calibration(round int) dataframe.DataFrame {
	if err := a.checkRound(round); err != nil {
		return dataframe.DataFrame{Err: fmt.Errorf("workbench: calibration: %w", err)}
	}
	bins := a.calibration(round)
	n := len(bins)
	names, rounds, numbers, items := make([]string, n), make([]int, n), make([]int, n), make([]int, n)
	approx, exact, sd := make([]float64, n), make([]float64, n), make([]float64, n)
	for i, b := range bins {
		names[i], rounds[i], numbers[i], items[i] = a.Name, round, i+1, b.items
		approx[i], exact[i], sd[i] = b.approx, b.exact, b.sd
	}
	return dataframe.New(
		series.New(names, series.String, "system"), series.New(rounds, series.Int, "round"),
		series.New(numbers, series.Int, "bin"), series.New(items, series.Int, "items"),
		series.New(approx, series.Float, "approx"), series.New(exact, series.Float, "exact"), series.New(sd, series.Float, "exact_sd"))
}

// PlotErrors draws the root mean square error of approximate scores against the
// exact rank, on a logarithmic axis, once the scores of round rounds were known:
// one line per search, or several rounds of one when given several times.
func PlotErrors(round int, as ...*Approximation) (*plot.Plot, error) {
	var lines []chart.Line
	for _, a := range as {
		if err := a.checkRound(round); err != nil {
			return nil, fmt.Errorf("workbench: plot errors: %w", err)
		}
		c := chart.Line{Name: a.Name}
		below := 0
		for i, s := range a.errorsByRound()[round].rank {
			if s.n > 0 {
				edge := min(rankEdges[i], a.Exact.Cols)
				c.XYs = append(c.XYs, plotter.XY{X: (math.Log10(float64(below+1)) + math.Log10(float64(edge))) / 2, Y: s.rmse()})
				below = edge
			}
		}
		lines = append(lines, c)
	}
	if len(lines) == 0 || len(lines[0].XYs) == 0 {
		return nil, fmt.Errorf("workbench: plot errors: there are no searches")
	}
	p := chart.New(fmt.Sprintf("Error of approximate scores after %d rounds", round), "rank of the item by the cross-encoder", "root mean square error, logits")
	p.Y.Min = 0
	if err := chart.AddLines(p, lines); err != nil {
		return nil, fmt.Errorf("workbench: plot: %w", err)
	}
	chart.DecadeAxis(p, lines)
	return p, nil
}

// PlotCalibration draws mean exact against mean approximate scores of the items not
// observed when the scores of round rounds were known, one line per search. On
// the grey diagonal scores are what they say.
func PlotCalibration(round int, as ...*Approximation) (*plot.Plot, error) {
	var lines []chart.Line
	low, high := math.Inf(1), math.Inf(-1)
	for _, a := range as {
		if err := a.checkRound(round); err != nil {
			return nil, fmt.Errorf("workbench: plot calibration: %w", err)
		}
		c := chart.Line{Name: a.Name}
		for _, b := range a.calibration(round) {
			c.XYs = append(c.XYs, plotter.XY{X: b.approx, Y: b.exact})
			low, high = min(low, b.exact), max(high, b.exact)
		}
		if len(c.XYs) > 0 {
			lines = append(lines, c)
		}
	}
	if len(lines) == 0 {
		return nil, fmt.Errorf("workbench: plot calibration: no item was left unobserved")
	}
	p := chart.New(fmt.Sprintf("What approximate scores are worth after %d rounds", round), "mean approximate score, logits", "mean cross-encoder score, logits")
	if err := chart.AddLines(p, lines, chart.Backdrop{XYs: plotter.XYs{{X: low, Y: low}, {X: high, Y: high}}, Width: vg.Points(1)}); err != nil {
		return nil, fmt.Errorf("workbench: plot: %w", err)
	}
	return p, nil
}

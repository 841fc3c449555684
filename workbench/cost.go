package workbench

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"

	"axn/workbench/internal/chart"
)

// Workload is a search task, to be sized before it is run.
type Workload struct {
	Items, Dims    int // |I|, and d: a Calibrated index keeps 2d + 2 floats an item,
	Views          int // and as many more as its views are wide, 128 each at most
	IndexCalls     int // cross-encoder calls for the index, item passes among them
	Queries        int // to be searched
	Budget, Rounds int // B and R of each; Rounds 0 = 5
	Oversample     int // of a search over a store; 0 = 4
}

// Rates are what the machines were measured to do in a second.
type Rates struct {
	Calls   float64 // cross-encoder calls, of all replicas together
	Scan    float64 // bytes of items that one shard scans for a query
	Network float64 // bytes to and from the searcher; 0 costs nothing
}

// Plan says what a workload needs when its items are cut into shards, one row for
// each count of shards:
//
//	gb           items of one shard: |I|·(2d + 2 + Views)·4 bytes / shards
//	scan_ms      one query's scan on a shard, all at once: gb / Scan
//	network_kb   a round's traffic: the vector to every shard, (number, product) of
//	             k = Oversample·B/R candidates from each, the rows of the k best
//	network_ms   the same over the network
//	score_ms     a round's cross-encoder calls: (B/R) / Calls
//	query_s      R rounds of the three, one after another
//	score_hours  of all replicas: (IndexCalls + Queries·B) / Calls
//	scan_hours   of all shards together: Queries·R·scan·shards
//
// Searches side by side share the replicas and the shards, which the hours bound:
// queries take score_hours at least.
func (w Workload) Plan(r Rates, shards []int) (dataframe.DataFrame, error) {
	rounds, over := float64(cmp.Or(w.Rounds, 5)), float64(cmp.Or(w.Oversample, defaultOversample))
	if err := w.check(r); err != nil {
		return dataframe.DataFrame{}, fmt.Errorf("workbench: plan: %w", err)
	}
	names := []string{"gb", "scan_ms", "network_kb", "network_ms", "score_ms", "query_s", "score_hours", "scan_hours"}
	columns := make([][]float64, len(names))
	row := float64(2*w.Dims+2+w.Views) * 4
	calls := float64(w.Budget) / rounds
	for i, n := range shards {
		if n <= 0 {
			return dataframe.DataFrame{}, fmt.Errorf("workbench: plan: shards[%d] is %d: each count must be positive", i, n)
		}
		bytes := float64(w.Items) * row / float64(n)
		scan, score := bytes/r.Scan, calls/r.Calls
		traffic := float64(n)*(row+over*calls*candidateBytes) + over*calls*row
		network := 0.
		if r.Network > 0 {
			network = traffic / r.Network
		}
		hours := (float64(w.IndexCalls) + float64(w.Queries)*float64(w.Budget)) / r.Calls / 3600
		for c, v := range []float64{bytes / 1e9, 1e3 * scan, traffic / 1e3, 1e3 * network, 1e3 * score, rounds * (scan + network + score), hours, float64(w.Queries) * rounds * scan * float64(n) / 3600} {
			columns[c] = append(columns[c], v)
		}
	}
	all := []series.Series{series.New(shards, series.Int, "shards")}
	for c, name := range names {
		all = append(all, series.New(columns[c], series.Float, name))
	}
	return dataframe.New(all...), nil
}

// check returns an error that names the first field which is not positive, or not 0 or more, and must be.
func (w Workload) check(r Rates) error {
	for _, f := range []struct {
		name  string
		value float64
	}{{"Items", float64(w.Items)}, {"Dims", float64(w.Dims)}, {"Budget", float64(w.Budget)}, {"Rates.Calls", r.Calls}, {"Rates.Scan", r.Scan}} {
		if !(f.value > 0) {
			return fmt.Errorf("%s is %v: it must be positive", f.name, f.value)
		}
	}
	for _, f := range []struct {
		name  string
		value float64
	}{{"Views", float64(w.Views)}, {"IndexCalls", float64(w.IndexCalls)}, {"Queries", float64(w.Queries)}, {"Rounds", float64(w.Rounds)}, {"Oversample", float64(w.Oversample)}, {"Rates.Network", r.Network}} {
		if !(f.value >= 0) {
			return fmt.Errorf("%s is %v: it cannot be negative", f.name, f.value)
		}
	}
	return nil
}

// candidateBytes is what a candidate takes on the network: its number and its inner product.
const candidateBytes = 12

// Price is what a cross-encoder's work costs, in seconds: a call, which scores a pair,
// and a pass over an item alone.
type Price struct{ Call, Pass float64 }

// orCalls returns the price and its unit: without one, calls. A pass of unknown price
// is taken for a call, though it is shorter than one of the same item.
func (p Price) orCalls() (price Price, unit string) {
	unit = "seconds"
	if !(p.Call > 0) {
		p, unit = Price{Call: 1}, "calls"
	}
	if p.Pass == 0 {
		p.Pass = p.Call
	}
	return p, unit
}

// of is what calls and passes cost.
func (p Price) of(calls float64, passes int) float64 {
	return p.Call*calls + p.Pass*float64(passes)
}

// pricePart is how many pairs and items Price times.
const pricePart = 500

// Price times the cross-encoder on texts of d, half a thousand pairs and as many items
// alone, on this machine as it is now.
func (c *CrossEncoder) Price(ctx context.Context, d *Dataset) (Price, error) {
	if err := d.checkRows(); err != nil {
		return Price{}, fmt.Errorf("workbench: price: %w", err)
	}
	pairs, items := make([][2]string, pricePart), make([]string, pricePart)
	for i := range pairs {
		p := Pair{Query: i / 100 * 7919 % len(d.Queries), Item: i * 7919 % len(d.Items)} // a hundred items a query
		var err error
		if pairs[i], err = d.texts(p); err != nil {
			return Price{}, fmt.Errorf("workbench: price: %w", err)
		}
		items[i] = pairs[i][1]
	}
	start := time.Now()
	if _, err := c.Predict(quiet(ctx), pairs); err != nil {
		return Price{}, err
	}
	between := time.Now()
	if _, err := c.ReadItems(quiet(ctx), items); err != nil {
		return Price{}, err
	}
	return Price{Call: between.Sub(start).Seconds() / pricePart, Pass: time.Since(between).Seconds() / pricePart}, nil
}

// String fits one line.
func (p Price) String() string {
	return fmt.Sprintf("Price: %.3g ms a call, %.3g ms an item pass", 1000*p.Call, 1000*p.Pass)
}

// BudgetOptions say what PlanBudget plans for.
type BudgetOptions struct {
	Recall  float64 // the mean Top-K-Recall wanted, above 0, at most 1
	K       int     // one of the report's
	Queries int     // to be searched with the index in all
}

// BudgetPlan says what a recall costs, by how the cross-encoder's work is split between the index
// and the queries.
type BudgetPlan struct {
	BudgetOptions
	Splits []BudgetSplit // one of each system and index cost, in the report's order

	dataset, unit string
	price         Price
}

// BudgetSplit is one way to pay for the recall.
type BudgetSplit struct {
	System                 string
	IndexCalls, ItemPasses int

	// Budget is B, calls a query, that reach the recall by the measures: between two budgets
	// recall goes with the logarithm. It is NaN where the largest budget measured does not
	// reach it. Low and High are those by the upper and the lower limits of the measures.
	Budget, Low, High float64

	Exact float64 // calls a query beside B: those of a Cascade's Exact
	Total float64 // what the index and all queries cost: calls, or seconds where the report has a Price
}

// PlanBudget reads off a report how many calls a query needs for a wanted recall with each
// system and at each index cost, and what index and queries then cost together. The report is of an
// experiment at several budgets and samplings, best over train queries that no index learnt
// from. A k that it lacks is an error; that no split reaches the recall is not.
func PlanBudget(r *Report, o BudgetOptions) (*BudgetPlan, error) {
	if !(o.Recall > 0 && o.Recall <= 1) || o.Queries <= 0 {
		return nil, fmt.Errorf("workbench: plan budget: recall %v of %d queries: the one lies between 0 and 1, the other above 0", o.Recall, o.Queries)
	}
	p := &BudgetPlan{BudgetOptions: o, dataset: r.Dataset}
	p.price, p.unit = r.Price.orCalls()
	lines := map[*Measure][]*Measure{} // by the first measure of a system and index cost
	var first []*Measure
	for i := range r.Measures {
		m := &r.Measures[i]
		if m.K != o.K {
			continue
		}
		at := slices.IndexFunc(first, func(f *Measure) bool { return f.System == m.System && f.Sampling == m.Sampling })
		if at < 0 {
			at, first = len(first), append(first, m)
		}
		lines[first[at]] = append(lines[first[at]], m)
	}
	if len(first) == 0 {
		return nil, fmt.Errorf("workbench: plan budget: the report on %s has no measures at k = %d", r.Dataset, o.K)
	}
	for _, f := range first {
		ms := lines[f]
		slices.SortStableFunc(ms, func(a, b *Measure) int { return cmp.Compare(a.Budget, b.Budget) })
		s := BudgetSplit{System: r.costName(f), IndexCalls: f.IndexCalls, ItemPasses: f.ItemPasses}
		s.Budget, s.Exact = budgetFor(o.Recall, ms, func(m *Measure) float64 { return m.Recall })
		s.Low, _ = budgetFor(o.Recall, ms, func(m *Measure) float64 { return m.High })
		s.High, _ = budgetFor(o.Recall, ms, func(m *Measure) float64 { return m.Low })
		s.Total = p.price.of(float64(s.IndexCalls)+float64(o.Queries)*(s.Budget+s.Exact), s.ItemPasses)
		p.Splits = append(p.Splits, s)
	}
	return p, nil
}

// budgetFor is the budget at which measures, by rising budget, reach a recall, and the calls of a
// Cascade's Exact there; the smallest measured if that does.
func budgetFor(recall float64, ms []*Measure, of func(*Measure) float64) (budget, exact float64) {
	at := slices.IndexFunc(ms, func(m *Measure) bool { return of(m) >= recall })
	if at <= 0 {
		if at < 0 {
			return math.NaN(), math.NaN()
		}
		return float64(ms[0].Budget), ms[0].ExactCalls
	}
	low, high := ms[at-1], ms[at]
	share := (recall - of(low)) / (of(high) - of(low))
	return float64(low.Budget) * math.Pow(float64(high.Budget)/float64(low.Budget), share), low.ExactCalls + share*(high.ExactCalls-low.ExactCalls)
}

// Best is the split that costs least; nil if none reaches the recall.
func (p *BudgetPlan) Best() *BudgetSplit {
	var best *BudgetSplit
	for i := range p.Splits {
		if s := &p.Splits[i]; s.Total == s.Total && (best == nil || s.Total < best.Total) {
			best = s
		}
	}
	return best
}

// String fits one line.
func (p *BudgetPlan) String() string {
	want := fmt.Sprintf("BudgetPlan: Top-%d-Recall %.3g of %d queries", p.K, p.Recall, p.Queries)
	if b := p.Best(); b != nil {
		return fmt.Sprintf("%s: %s, %d calls for the index and %.0f a query, %.3g %s in all", want, b.System, b.IndexCalls, b.Budget, b.Total, p.unit)
	}
	return want + ": no split measured reaches it"
}

// Frame shows the splits: system, index_calls, item_passes, budget with its limits budget_low and
// budget_high (calls a query, rounded up), index_share (of the total, 0 to 1), total, and best,
// whether none costs less. Where the recall is not reached budget and total are missing.
func (p *BudgetPlan) Frame() dataframe.DataFrame {
	n := len(p.Splits)
	systems, calls, passes, best := make([]string, n), make([]int, n), make([]int, n), make([]bool, n)
	names := []string{"budget", "budget_low", "budget_high", "index_share", "total_" + p.unit}
	figures := make([][]float64, len(names))
	up := func(calls float64) float64 { return math.Ceil(calls - 1e-6) } // but for rounding
	for i := range p.Splits {
		s := &p.Splits[i]
		systems[i], calls[i], passes[i], best[i] = s.System, s.IndexCalls, s.ItemPasses, s == p.Best()
		for c, v := range []float64{up(s.Budget), up(s.Low), up(s.High), p.price.of(float64(s.IndexCalls), s.ItemPasses) / s.Total, s.Total} {
			figures[c] = append(figures[c], v)
		}
	}
	columns := []series.Series{series.New(systems, series.String, "system"), series.New(calls, series.Int, "index_calls"), series.New(passes, series.Int, "item_passes")}
	for c, name := range names {
		columns = append(columns, series.New(figures[c], series.Float, name))
	}
	return dataframe.New(append(columns, series.New(best, series.Bool, "best"))...)
}

// Plot draws what a query costs with each split, its part of the index in it, against the number of
// queries that the index serves, from a hundredth to a hundred times those planned for, both on
// logarithmic axes: the lowest line is the split to choose.
func (p *BudgetPlan) Plot() (*plot.Plot, error) {
	var lines []chart.Line
	for i := range p.Splits {
		s := &p.Splits[i]
		if s.Total != s.Total {
			continue
		}
		line := chart.Line{Name: s.System}
		for e := -2.0; e <= 2; e += 0.25 {
			queries := max(1, float64(p.Queries)*math.Pow(10, e))
			each := p.price.of(float64(s.IndexCalls), s.ItemPasses)/queries + p.price.of(s.Budget+s.Exact, 0)
			line.XYs = append(line.XYs, plotter.XY{X: math.Log10(queries), Y: math.Log10(each)})
		}
		lines = append(lines, line)
	}
	if len(lines) == 0 {
		return nil, fmt.Errorf("workbench: plot: no split measured reaches a recall of %v at k = %d: measure larger budgets", p.Recall, p.K)
	}
	c := chart.New(fmt.Sprintf("Top-%d recall %.3g on %s", p.K, p.Recall, p.dataset), "queries that the index serves", "cross-encoder "+p.unit+" a query, index and search")
	if err := chart.AddLines(c, lines); err != nil {
		return nil, fmt.Errorf("workbench: plot: %w", err)
	}
	chart.DecadeAxis(c, lines)
	chart.DecadeAxisY(c, lines)
	return c, nil
}

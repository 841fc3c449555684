package workbench

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"
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

// check returns an error that names the first field which is not positive and must be.
func (w Workload) check(r Rates) error {
	for _, f := range []struct {
		name  string
		value float64
	}{{"Items", float64(w.Items)}, {"Dims", float64(w.Dims)}, {"Budget", float64(w.Budget)}, {"Rates.Calls", r.Calls}, {"Rates.Scan", r.Scan}} {
		if !(f.value > 0) {
			return fmt.Errorf("%s is %v: it must be positive", f.name, f.value)
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

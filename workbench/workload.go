package workbench

import (
	"cmp"
	"fmt"

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
	if w.Items <= 0 || w.Dims <= 0 || w.Budget <= 0 || !(r.Calls > 0) || !(r.Scan > 0) {
		return dataframe.DataFrame{}, fmt.Errorf("workbench: plan: items, dimensions, budget and the rates of calls and scans must be positive: %+v, %+v", w, r)
	}
	names := []string{"gb", "scan_ms", "network_kb", "network_ms", "score_ms", "query_s", "score_hours", "scan_hours"}
	columns := make([][]float64, len(names))
	row := float64(2*w.Dims+2+w.Views) * 4
	calls := float64(w.Budget) / rounds
	for _, n := range shards {
		if n <= 0 {
			return dataframe.DataFrame{}, fmt.Errorf("workbench: plan: %d shards", n)
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

// candidateBytes is what a candidate takes on the network: its number and its inner product.
const candidateBytes = 12

package workbench

// Initializer chooses the first round of a search, the Y of AXN_{X,Y}, by a cheap
// score of its own. With Rounds 1 the search is retrieve-and-rerank by it.
type Initializer interface {
	// Initialize sets dst, one value per item, to the scores whose highest round 1
	// takes for a query, a row of the data set. Calls for several queries run at
	// the same time.
	Initialize(query int, dst []float32) error
}

// Signal is a cheap score of query and item beside the dual encoder's: BM25, a second dual
// encoder, a feature of pairs. Only the order of its scores counts.
type Signal struct {
	Name   string
	Scores Initializer // of every item for a row of the data set's queries, higher is better; see Initialize
}

// SignalWeight is what Calibrated has learnt of a signal: an item's warped score is expected
// to be its signal, as a normal quantile of its rank, times a coefficient that is Mean on the
// average of queries and has that Deviation over them.
type SignalWeight struct {
	Name            string
	Mean, Deviation float64
}

// InitializerFunc lets any function be an Initializer.
type InitializerFunc func(query int, dst []float32) error

// Initialize calls f.
func (f InitializerFunc) Initialize(query int, dst []float32) error { return f(query, dst) }

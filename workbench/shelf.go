package workbench

import (
	"context"

	"axn/workbench/internal/curve"
	"axn/workbench/internal/f32"
	"axn/workbench/internal/topk"
)

// shelf is where the items are: all that a search knows of them comes through it.
// Its methods may be called from several goroutines.
type shelf interface {
	// size returns |I| and p.
	size() (items, features int)

	// choose returns for every probe the n items of highest score that it has not
	// seen, with their scores, best first, ties by lower item; fewer where fewer
	// are left. A probe's answer, bits included, depends neither on the others nor
	// on the number of threads, and an exact shelf's is that of Index.choose.
	choose(ctx context.Context, probes []probe, n int) ([][]topk.Hit, error)

	// rows returns what is known of some items, in the order given, in memory that
	// is the caller's.
	rows(ctx context.Context, items []int) (itemRows, error)
}

// itemRows are n items taken from a shelf.
type itemRows struct {
	features f32.Mat   // F, n×p
	vectors  f32.Mat   // v, n×d
	bias     []float32 // of the prior, n; nil where there is none
}

// probe is one query's approximate scores, as a formula. Item i scores
//
//	F_i·place + curve(v_i·vector) + slope·bias_i
//
// and, if draw is set, what draw makes of it.
type probe struct {
	query  int          // the probes of a query have one vector
	place  []float32    // length p; nil is 0
	vector []float32    // x_q, length d; only looked at where there is a curve
	curve  *curve.Lines // nil is 0, for the bias too
	slope  float32
	draw   *lottery
	seen   map[int]bool // not to be chosen
}

// similarity is the probe for the dual encoder's own list.
func similarity(query int, vector []float32) probe {
	return probe{query: query, vector: vector, curve: curve.Identity}
}

// finish makes the scores of items numbered from lo on out of what F_i·place is:
// sims are v_i·vector, bias the prior's.
func (p *probe) finish(lo int, scores, sims, bias []float32) {
	if p.curve != nil {
		p.curve.Add(scores, sims)
		if p.slope != 0 {
			f32.Axpy(p.slope, bias, scores)
		}
	}
	if p.draw != nil {
		p.draw.apply(lo, scores)
	}
}

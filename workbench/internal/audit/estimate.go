package audit

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/mathext"
)

// Scored is an item with its score.
type Scored struct {
	Item   int
	Score  float64
	Chance float64 // that it would be scored
}

// Search is one query's: the items that its search scored, and others that were drawn.
type Search struct {
	Found []Scored
	Drawn []Scored
	Left  []float64 // the chances of all items not scored by the search, in the order of their ranks
	Law   Law       // that they were taken from
}

// Of is the same audit of a search that scored only so many of the found items: the others are drawn for certain.
func (s *Search) Of(found []Scored) Search {
	by := make(map[int]bool, len(found))
	for _, f := range found {
		by[f.Item] = true
	}
	of := Search{Found: found, Drawn: slices.Clone(s.Drawn), Law: s.Law}
	for _, f := range s.Found {
		if !by[f.Item] {
			of.Drawn, of.Left = append(of.Drawn, f), append(of.Left, 1)
		}
	}
	of.Left = append(of.Left, s.Left...)
	return of
}

// order is that of exact neighbours: higher scores first, of equal ones the lower item.
func order(a, b Scored) int {
	if a.Score != b.Score {
		return cmp.Compare(b.Score, a.Score)
	}
	return a.Item - b.Item
}

// Recall estimates the mean over searches of the share of the true k best items that they scored,
// and gives a 95 % interval. Every search must have scored k items or more.
func Recall(searches []Search, k int) (recall, low, high float64) {
	all := queries(searches, k)
	var missed total
	n := float64(len(all))
	for _, q := range all {
		recall += q.mean + q.ahead
		missed.add(q, n)
	}
	recall /= n
	least, most := missed.interval()
	low, high = recall-most, recall-least
	if least < most { // the truth is a multiple of a step: limits lie no further out than one, but for roundings
		const margin = .001
		steps := n * float64(k)
		low, high = (math.Ceil(low*steps)-margin)/steps, (math.Floor(high*steps)+margin)/steps
	}
	recall = min(max(0, recall-missed.sum), 1)
	return recall, min(max(0, low), recall), max(min(1, high), recall)
}

// Each estimates the recall of every search by the same lines, and by how many items of the true top k neither the searches nor
// what is drawn for certain have: others, as a model says (Others). Few hits say less of that, and the model counts as knownAs
// more of them, or as fewer where hits are further from what it makes expected. By itself an estimate may lie outside 0 to 1: where an item
// of small chance was drawn.
func Each(searches []Search, k int, others float64) []float64 {
	all := queries(searches, k)
	hits, kinds, law := 0.0, 0.0, mass{}
	for _, q := range all {
		_, n := q.before()
		hits, kinds = hits+n, kinds+q.kind(q.edge-1)
		law.add(q.law)
	}
	worth := float64(knownAs)
	if law.all > 0 {
		expected := others * law.drawn / law.all
		if beyond := (hits-expected)*(hits-expected) - expected; beyond > 0 { // chance alone
			worth = min(worth, expected*expected/beyond)
		}
	}
	drawn := 1.0 // how much the draw says
	if worth > 0 {
		drawn = hits / (hits + worth)
	}
	recalls := make([]float64, len(all))
	for i, q := range all {
		byDraw, model := q.times, others/kinds
		q.times = drawn*byDraw + (1-drawn)*model
		q.excess = max(q.excess, q.times)
		q.lay(k)
		recalls[i] = q.mean
		if q.times > 0 {
			sum, _ := q.missed()
			recalls[i] += drawn * (q.ahead*byDraw/q.times - sum)
		}
	}
	return recalls
}

// Others is how many items of the searches' true top k neither they nor what is drawn for certain have, if their recalls are those.
func Others(searches []Search, k int, recalls []float64) (sum float64) {
	for i, q := range queries(searches, k) {
		sum += (1-recalls[i])*float64(k) - float64(len(q.surely))
	}
	return max(sum, 0)
}

// total is the part of a mean recall that a draw shows, of which few and large parts may make all.
type total struct {
	sum, variance float64
	near, square  float64 // sums over queries of what an item before the best known one would be missed by, and its square
	law           mass
	hits          bool    // whether any item drawn belongs to a top k
	bend          float64 // the variance of what the lines leave out
}

func (t *total) add(q *query, n float64) {
	sum, variance := q.missed()
	t.sum, t.variance = t.sum+sum/n, t.variance+variance/(n*n)
	t.near, t.square = t.near+q.near[0]/n, t.square+q.near[0]*q.near[0]/(n*n)
	t.law.add(q.law)
	t.hits = t.hits || sum > 0 || slices.ContainsFunc(q.surely, func(r int) bool { return q.near[r] > 0 })
	t.bend += q.bend / (n * n)
}

// interval is the 95 % interval. A sum of a Poisson number of parts lies above what a gamma distribution of the
// sum's mean and variance says, and below that of a sum with one part more (Fay and Feuer 1997); half of each (Fay and Kim 2017)
// covers what it should. The part more is as large as the law of the ranks makes it in the mean. Where none was drawn this is what a Poisson number may be
// of which none was seen. What the lines leave out widens either side.
func (t *total) interval() (low, high float64) {
	law := t.law
	if !t.hits {
		law.drawn, law.all = law.drawn+law.certain, law.all+law.certain // there are none even where they are the most likely
	}
	low, high = t.sum, t.sum
	if law.drawn > 0 && t.near > 0 {
		part, more := t.square/t.near, law.all/law.drawn
		half := mixture{{t.sum, t.variance}, {t.sum + (more-1)*part, t.variance + (more*more-more)*part*part}}
		low, high = half.quantile(.025), half.quantile(.975)
	}
	beyond := 1.96 * math.Sqrt(t.bend)
	return max(0, t.sum-math.Hypot(t.sum-low, beyond)), t.sum + math.Hypot(high-t.sum, beyond)
}

// mixture is an even one of two gamma distributions, by their means and variances; a mean of 0 is all at 0.
type mixture [2]struct{ mean, variance float64 }

func (m mixture) quantile(p float64) float64 {
	low, high := 0.0, m[1].mean+40*math.Sqrt(m[1].variance)
	for range 60 {
		mid, share := (low+high)/2, 0.0
		for _, g := range m {
			if g.mean > 0 {
				share += mathext.GammaIncReg(g.mean*g.mean/g.variance, mid*g.mean/g.variance) / 2
			} else {
				share += .5
			}
		}
		if share < p {
			low = mid
		} else {
			high = mid
		}
	}
	return high
}

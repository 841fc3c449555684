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
}

// ranked is a query's items whose scores are certain to be known, best first, beside what was drawn
// by chance.
type ranked struct {
	known    []Scored
	found    []int     // of the first r known ones how many the search scored, by r from 0
	others   []float64 // how many of the items that are not known come before the r-th, by the draw (Horvitz and Thompson)
	variance []float64 // of that
	hits     []float64 // how many drawn ones do

	// Sums of likelihoods, up to one factor: of the items that were left to chance, of what all
	// drawn ones stand for in the mean, and what makes the variance of the estimate.
	chance, drawn, spread float64
}

func (s *Search) ranked(k int) *ranked {
	q := &ranked{known: slices.Clone(s.Found)}
	by := map[int]bool{}
	for _, f := range s.Found {
		by[f.Item] = true
	}
	var others []Scored
	for _, d := range s.Drawn {
		if d.Chance == 1 {
			q.known = append(q.known, d)
		} else {
			others = append(others, d)
		}
	}
	slices.SortFunc(q.known, order)
	slices.SortFunc(others, order)
	n := len(q.known) + 1
	q.found, q.others, q.variance, q.hits = make([]int, n), make([]float64, n), make([]float64, n), make([]float64, n)
	before, variance := 0.0, 0.0
	for r, x := range q.known {
		for len(others) > 0 && order(others[0], x) < 0 {
			w := 1 / others[0].Chance
			before, variance, others = before+w, variance+w*(w-1), others[1:]
			q.hits[r+1]++
		}
		q.hits[r+1] += q.hits[r]
		q.others[r+1], q.variance[r+1] = before, variance
		if q.found[r+1] = q.found[r] + 1; !by[x.Item] {
			q.found[r+1]--
			q.hits[r+1]++
		}
	}
	for r, c := range s.Left {
		p := Likelihood(r, k)
		q.drawn += p * c
		if c < 1 {
			q.chance, q.spread = q.chance+p, q.spread+p*(1-c)/c
		}
	}
	return q
}

// order is that of exact neighbours: higher scores first, of equal ones the lower item.
func order(a, b Scored) int {
	return cmp.Or(-cmp.Compare(a.Score, b.Score), cmp.Compare(a.Item, b.Item))
}

// likely is how many of the items that are not known come before the known one of rank r, up to a
// factor that is one for all queries, by what is known of how chances fall with the rank.
func (q *ranked) likely(r int) float64 {
	if q.drawn == 0 {
		return 0
	}
	return q.hits[r] * q.chance / q.drawn
}

// Recall estimates the mean over searches of the share of the true k best items that they scored,
// and gives a 95 % interval. Every search must have scored k items or more.
//
// Of the known items the best r, and the others that come before the r-th, would be the true top k if
// they were k together; r is the rank at which they are likely to be. If the others are
// more or fewer then by so many fewer or more of the known ones near that rank belong to the top k: a
// query's recall is linear in what the draw estimates, and its mean has no more bias than that line.
func Recall(searches []Search, k int) (recall, low, high float64) {
	all := make([]*ranked, len(searches))
	n, likely, hits := 0.0, 0.0, 0.0
	for i := range searches {
		q := searches[i].ranked(k)
		r := min(k, len(q.known))
		all[i], n, likely, hits = q, n+q.others[r], likely+q.likely(r), hits+q.hits[r]
	}
	factor := 0.0
	if likely > 0 {
		factor = n / likely
	}
	missed := total{hits: hits}
	for _, q := range all {
		r, near := q.edge(k, factor)
		near /= float64(k * len(all))
		recall += float64(q.found[r])/float64(k*len(all)) + near*float64(k-r)
		missed.sum, missed.variance = missed.sum+near*q.others[r], missed.variance+near*near*q.variance[r]
		if q.drawn > 0 {
			rate := (q.hits[r] + .5/float64(len(all))) / q.drawn // half a hit more than there were
			missed.likely, missed.spread = missed.likely+near*rate*q.chance, missed.spread+near*near*rate*q.spread
		}
	}
	least, most := missed.interval()
	return min(max(0, recall-missed.sum), 1), max(0, recall-most), min(1, recall-least)
}

// edge is the rank of a known item at which known ones and others are likely to be k together, and how
// much fewer of the true top k the search has scored for each other item more.
func (q *ranked) edge(k int, factor float64) (r int, near float64) {
	for r = min(k, len(q.known)); r > 1 && float64(r)+factor*q.likely(r) > float64(k)+.5; {
		r--
	}
	from, to := max(r-max(1, k/10), 0), min(r+max(1, k/10), len(q.known))
	steep := 1 + factor*(q.likely(to)-q.likely(from))/float64(to-from) // true ranks by known ones
	return r, float64(q.found[to]-q.found[from]) / float64(to-from) / steep
}

// bend is the deviation of what the line leaves out of a mean recall: on train queries of verbs and
// artifacts, where searches found half of the top 100 and more.
const bend = 0.0015

// total is a sum of which a draw shows few and large parts.
type total struct {
	sum, variance  float64 // as the draw estimates them
	hits           float64 // of all that was drawn, what is certain included
	likely, spread float64 // what the hits make likely: the sum and its variance
}

// interval is the 95 % interval. Sum and variance are those of a Poisson number of equal parts,
// for which the gamma distribution of as many parts, and of one more, give the limits (Fay and
// Feuer 1997; half of each, Fay and Kim 2017). Half a likely part goes into the variance, because
// the largest ones are seldom drawn. Where none was drawn the upper limit is what the hits leave
// likely. What the line leaves out widens either side.
func (t *total) interval() (low, high float64) {
	if !(t.likely > 0 && t.spread > 0) {
		return t.sum, t.sum
	}
	typical := t.spread / t.likely
	if t.sum == 0 {
		shape := min(1, t.hits+.5)
		high = mathext.GammaIncRegInv(shape, .975) / (shape/t.likely + 1/typical)
	} else {
		part := (t.variance + typical*typical/2) / t.sum
		low, high = quantile(t.sum/part, .025)*part, quantile(t.sum/part, .975)*part
	}
	return max(0, t.sum-math.Hypot(t.sum-low, 1.96*bend)), t.sum + math.Hypot(high-t.sum, 1.96*bend)
}

// quantile is that of an even mixture of the gamma distributions of shapes n and n + 1.
func quantile(n, p float64) float64 {
	low, high := mathext.GammaIncRegInv(n, p), mathext.GammaIncRegInv(n+1, p)
	for range 50 {
		if mid := (low + high) / 2; mathext.GammaIncReg(n, mid)+mathext.GammaIncReg(n+1, mid) < 2*p {
			low = mid
		} else {
			high = mid
		}
	}
	return high
}

// Package judge computes measures of rankings against graded relevance judgements,
// as trec_eval defines them. It knows grades and ranks alone.
package judge

import "math"

// Unjudged is the grade of an item that has no judgement.
const Unjudged = math.MinInt

// List is one query's ranking as the measures see it.
type List struct {
	Grades []int // grade of the item at each rank, Unjudged where there is none
	Judged []int // grades of all judged items of the query, highest first
}

// relevant counts the judged items of at least a grade.
func (l List) relevant(rel int) int {
	n := 0
	for _, g := range l.Judged {
		if g >= rel {
			n++
		}
	}
	return n
}

// top returns the grades of the first k ranks; all for k = 0.
func (l List) top(k int) []int {
	if k == 0 {
		return l.Grades
	}
	return l.Grades[:min(k, len(l.Grades))]
}

// hits counts the items of at least a grade in the first k ranks.
func (l List) hits(k, rel int) int {
	n := 0
	for _, g := range l.top(k) {
		if g >= rel {
			n++
		}
	}
	return n
}

// ndcg is the discounted cumulative gain of the first k ranks, Σ gain/log2(rank+1),
// over that of the best order of the judged items (Järvelin and Kekäläinen 2002).
// A grade below 1 gains nothing. It is 0 where nothing is relevant.
func ndcg(l List, k int, gain func(grade int) float64) float64 {
	dcg := func(grades []int) float64 {
		sum := 0.0
		for i, g := range grades {
			if g > 0 {
				sum += gain(g) / math.Log2(float64(i+2))
			}
		}
		return sum
	}
	ideal := l.Judged
	if k > 0 {
		ideal = ideal[:min(k, len(ideal))]
	}
	best := dcg(ideal)
	if best == 0 {
		return 0
	}
	return dcg(l.top(k)) / best
}

// Gains of nDCG: the grade itself, trec_eval's; or 2^grade - 1 (Burges et al. 2005).
func linear(grade int) float64      { return float64(grade) }
func exponential(grade int) float64 { return math.Exp2(float64(grade)) - 1 }

// reciprocalRank is 1 over the rank of the first relevant item, 0 without one.
func reciprocalRank(l List, k, rel int) float64 {
	for i, g := range l.top(k) {
		if g >= rel {
			return 1 / float64(i+1)
		}
	}
	return 0
}

// averagePrecision is the sum of the precision at each relevant item of the first k
// ranks over the number of relevant items there are.
func averagePrecision(l List, k, rel int) float64 {
	sum, found := 0.0, 0
	for i, g := range l.top(k) {
		if g >= rel {
			found++
			sum += float64(found) / float64(i+1)
		}
	}
	return ratio(sum, l.relevant(rel))
}

// rPrecision is the precision at the rank that equals the number of relevant items.
func rPrecision(l List, rel int) float64 {
	n := l.relevant(rel)
	if n == 0 {
		return 0
	}
	return ratio(float64(l.hits(n, rel)), n)
}

// rbp is rank-biased precision (Moffat and Zobel 2008) of binary relevance: (1-p) Σ
// p^(rank-1) over the relevant ranks.
func rbp(l List, k, rel int, p float64) float64 {
	sum, weight := 0.0, 1-p
	for _, g := range l.top(k) {
		if g >= rel {
			sum += weight
		}
		weight *= p
	}
	return sum
}

// judged is the share of the first k ranks, or of all there are, with a judgement.
func judged(l List, k int) float64 {
	top := l.top(k)
	n := 0
	for _, g := range top {
		if g != Unjudged {
			n++
		}
	}
	return ratio(float64(n), len(top))
}

func ratio(x float64, n int) float64 {
	if n == 0 {
		return 0
	}
	return x / float64(n)
}

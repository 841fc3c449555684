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

// ranked is a query's items whose scores are certain to be known, best first, beside what was drawn
// by chance.
type ranked struct {
	known  []Scored
	found  []int   // of the first r known ones how many the search scored, by r from 0
	before []tally // what comes before the r-th

	// Sums of likelihoods, up to one factor: of the items that were left to chance, of those drawn of them in the
	// mean, of those drawn for certain; and of the former over their chances.
	chance, drawn, certain, over float64

	shrink float64 // how much of what a drawn item stands for goes by the likelihoods alone
	factor float64 // of likely, by the other queries
}

// tally sums over items that were drawn.
type tally struct {
	sure, hits       float64 // how many were drawn for certain, and by chance
	weights, squares float64 // of the latter 1/chance, and its square
}

func (s *Search) ranked(likely []float64) *ranked {
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
	q.found, q.before = make([]int, len(q.known)+1), make([]tally, len(q.known)+1)
	var sum tally
	for r, x := range q.known {
		for len(others) > 0 && order(others[0], x) < 0 {
			w := 1 / others[0].Chance
			sum.hits, sum.weights, sum.squares, others = sum.hits+1, sum.weights+w, sum.squares+w*w, others[1:]
		}
		if q.found[r+1] = q.found[r] + 1; !by[x.Item] {
			q.found[r+1]--
			sum.sure++
		}
		q.before[r+1] = sum
	}
	for r, c := range s.Left {
		p := likely[r]
		if c < 1 {
			q.chance, q.drawn, q.over = q.chance+p, q.drawn+p*c, q.over+p/c
		} else {
			q.certain += p
		}
	}
	return q
}

// share is what each item drawn by chance stands for by the likelihoods: as many as there are of its kind.
func (q *ranked) share() float64 {
	if q.drawn == 0 {
		return 1
	}
	return q.chance / q.drawn
}

// others is how many of the items that are not known come before the known one of rank r, by what was drawn, and
// the variance of that: an item that stands for w has w² − w of it, whatever of w goes by the likelihoods.
func (q *ranked) others(r int) (sum, variance float64) {
	t, own, all := q.before[r], 1-q.shrink, q.shrink*q.share()
	sum = own*t.weights + all*t.hits
	return sum, own*own*t.squares + 2*own*all*t.weights + all*all*t.hits - sum
}

// part is how large a part of what is missed items are that are drawn, over the likelihoods: Σ w² − w for a sum of
// Σ w, each up to the factor of these.
func (q *ranked) part() (sum, variance float64) {
	own, all := 1-q.shrink, q.shrink*q.share()
	sum = own*q.chance + all*q.drawn
	return sum, own*own*q.over + 2*own*all*q.chance + all*all*q.drawn - sum
}

// order is that of exact neighbours: higher scores first, of equal ones the lower item.
func order(a, b Scored) int {
	return cmp.Or(-cmp.Compare(a.Score, b.Score), cmp.Compare(a.Item, b.Item))
}

// likely is how many of the items that are not known come before the known one of rank r, up to a
// factor that is one for all queries: as many as of those drawn for certain, half an item being among the best k
// where none is. It does not depend on what the query drew by chance.
func (q *ranked) likely(r, k int) float64 {
	if q.chance == 0 {
		return 0
	}
	return (q.before[r].sure + .5*float64(r)/float64(k)) * q.chance
}

// Recall estimates the mean over searches of the share of the true k best items that they scored,
// and gives a 95 % interval. Every search must have scored k items or more.
//
// Of the known items the best r, and the others that come before the r-th, would be the true top k if
// they were k together; r is the rank at which they are likely to be. If the others are
// more or fewer then by so many fewer or more of the known ones near that rank belong to the top k: a
// query's recall is linear in what the draw estimates, and its mean has no more bias than that line.
func Recall(searches []Search, k int) (recall, low, high float64) {
	all := rankedAll(searches, k)
	var missed total
	n := float64(len(all))
	hits, open, drawn, certain := 0.0, 0.0, 0.0, 0.0
	for _, q := range all {
		e := q.edge(k)
		near := e.near / n
		sum, variance := q.others(e.r)
		recall += e.recall(0) / n
		missed.bend += e.bend / (n * n)
		missed.sum, missed.variance = missed.sum+near*sum, missed.variance+near*near*variance
		hits, certain = hits+q.before[e.r].hits+q.before[e.r].sure, certain+q.certain
		open, drawn = open+near*(q.chance-q.drawn), drawn+q.drawn
		if q.drawn > 0 {
			rate := (q.before[e.r].hits + q.before[e.r].sure + .5/n) / (q.drawn + q.certain) // half a hit more than there were
			sum, variance := q.part()
			missed.likely, missed.spread = missed.likely+near*rate*sum, missed.spread+near*near*rate*variance
		}
	}
	if hits == 0 {
		drawn += certain // there are none even where they are the most likely
	}
	if drawn > 0 {
		missed.one = open / drawn
	}
	least, most := missed.interval()
	return min(max(0, recall-missed.sum), 1), max(0, recall-most), min(1, recall-least)
}

// Each estimates the recall of every search by the same lines. By itself an estimate may lie outside 0 to 1: where
// an item of small chance was drawn.
func Each(searches []Search, k int) []float64 {
	all := rankedAll(searches, k)
	recalls := make([]float64, len(all))
	for i, q := range all {
		e := q.edge(k)
		sum, _ := q.others(e.r)
		recalls[i] = e.recall(sum)
	}
	return recalls
}

// knownAs is how many hits would show as well as the likelihoods do at which ranks the missed items lie.
const knownAs = 10

// rankedAll ranks what is known of all searches. The fewer were drawn by chance, the more each of them stands for what
// it does by the likelihoods, and the less for 1/chance, of which few large parts would make all of the estimate.
//
// Each query gets the factor of ranked.likely that the others show: were it to depend on a query's own draw, items
// of small chance would count for less just where they are drawn.
func rankedAll(searches []Search, k int) (all []*ranked) {
	hits, likelihood := 0.0, []float64(nil)
	for i := range searches {
		if n := len(searches[i].Left); n != len(likelihood) {
			likelihood = searches[i].Law.likelihoods(n)
		}
		q := searches[i].ranked(likelihood)
		all, hits = append(all, q), hits+q.before[min(k, len(q.known))].hits
	}
	n, likely := 0.0, 0.0
	for _, q := range all {
		q.shrink = knownAs / (knownAs + hits)
		r := min(k, len(q.known))
		others, _ := q.others(r)
		n, likely = n+others, likely+q.likely(r, k)
	}
	for _, q := range all {
		r := min(k, len(q.known))
		others, _ := q.others(r)
		if rest := likely - q.likely(r, k); rest > 0 {
			q.factor = max(n-others, 0) / rest
		}
	}
	return all
}

// edge is where the true top k of a query is likely to end.
type edge struct {
	r    int     // the known items that belong to it
	line float64 // the recall if no other item came before the r-th
	near float64 // how much less it is for each that does
	bend float64 // the variance of what the line leaves out
}

func (e edge) recall(others float64) float64 { return e.line - e.near*others }

func (q *ranked) edge(k int) edge {
	r := min(k, len(q.known))
	for r > 1 && float64(r)+q.factor*q.likely(r, k) > float64(k)+.5 {
		r--
	}
	from, to := max(r-max(1, k/10), 0), min(r+max(1, k/10), len(q.known))
	steep := 1 + q.factor*(q.likely(to, k)-q.likely(from, k))/float64(to-from) // true ranks by known ones
	share := float64(q.found[to]-q.found[from]) / float64(to-from)
	near := share / steep / float64(k)
	return edge{r, float64(q.found[r])/float64(k) + near*float64(k-r), near, share * (1 - share) * off(q.factor*q.likely(r, k)) / steep / float64(k*k)}
}

// off is about how far a Poisson number lies from its mean. By so many known items the true top k ends elsewhere than
// at the edge, and each of them was found, or not, by chance.
func off(mean float64) float64 { return min(2*mean, math.Sqrt(2*mean/math.Pi)) }

// total is a sum of which a draw shows few and large parts.
type total struct {
	sum, variance  float64 // as the draw estimates them
	likely, spread float64 // what the hits make likely: the sum and its variance
	one            float64 // what one hit by chance leaves open, by the likelihoods
	bend           float64 // the variance of what the lines leave out
}

// interval is the 95 % interval. Sum and variance are those of a Poisson number of equal parts,
// for which the gamma distribution of as many parts, and of one more, give the limits (Fay and
// Feuer 1997; half of each, Fay and Kim 2017). A likely part goes into the variance, because
// the largest ones are seldom drawn. Where none was drawn the upper limit is that of a Poisson number of which none
// was seen. What the lines leave out widens either side.
func (t *total) interval() (low, high float64) {
	if !(t.likely > 0 && t.spread > 0) {
		return t.sum, t.sum
	}
	if t.sum == 0 {
		high = mathext.GammaIncRegInv(1, .975) * t.one
	} else {
		typical := t.spread / t.likely
		part := (t.variance + typical*typical) / t.sum
		low, high = quantile(t.sum/part, .025)*part, quantile(t.sum/part, .975)*part
	}
	beyond := 1.96 * math.Sqrt(t.bend*bent)
	return max(0, t.sum-math.Hypot(t.sum-low, beyond)), t.sum + math.Hypot(high-t.sum, beyond)
}

// bent is how many times what the lines leave out goes into the variance: on train queries of verbs and artifacts
// intervals at k = 100 then cover about what they should.
const bent = 3

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

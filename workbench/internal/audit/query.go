package audit

import (
	"slices"

	"gonum.org/v1/gonum/mathext"
)

// query is what an audit knows of one search. Of the items whose scores are certain to be known the best r, and the others that come
// before the r-th, are its true best ones, so that its recall follows from how many others come before each of the
// best k known ones. They are not known but for those that were drawn by chance.
type query struct {
	found, sure []int // of the best r known items: how many the search scored, and how many were drawn for certain
	surely      []int // for each of the latter how many known items come before it
	hits        []hit // the others that were drawn and come before the k-th known one
	law         mass

	edge   int     // of how many known items the true top k is likely to consist
	times  float64 // how many others there are for one that was drawn for certain, by the other queries
	excess float64 // by how much their variance exceeds that of a Poisson number, over their mean

	mean  float64   // the recall that is expected
	near  []float64 // how much less the line has for each other more, by how many known items come before that one
	ahead float64   // what the expected others take off by that
	bend  float64   // the variance of what the line leaves out
}

// hit is an item drawn by chance that comes after so many known ones, and stands for so many items.
type hit struct {
	after          int
	chance, stands float64
}

// mass sums the likelihoods of a law, up to one factor: of the items left to chance, of those drawn of them in the mean,
// and of those drawn for certain.
type mass struct{ all, drawn, certain float64 }

func (m *mass) add(o mass) {
	m.all, m.drawn, m.certain = m.all+o.all, m.drawn+o.drawn, m.certain+o.certain
}

// queries judges the searches by all of them together.
//
// The recall of a query is a sum over the found ones among its best k known items: each belongs to the true top k if few
// enough others come before it. Of that function of the others the line is the best linear one in the mean: it goes
// through the mean recall, and each other takes off as much as one more would in the mean. So the estimate is linear in what was
// drawn, whose parts have no bias, and where the line is laid goes by what the query drew for certain and by what the other queries drew: were it to
// depend on a query's own draw, items of small chance would count for less just where they are drawn.
func queries(searches []Search, k int) []*query {
	var all []*query
	hits, likelihood := 0, []float64(nil)
	for i := range searches {
		if n := len(searches[i].Left); n != len(likelihood) {
			likelihood = searches[i].Law.likelihoods(n)
		}
		q := searches[i].query(k, likelihood)
		all, hits = append(all, q), hits+len(q.hits)
	}
	for _, q := range all {
		q.weigh(knownAs / (knownAs + float64(hits)))
	}
	for range 3 { // the edges depend on how many others there are, which are counted up to the edges
		expect(all)
		for _, q := range all {
			for q.edge = len(q.near) - 1; q.edge > 1 && float64(q.edge)+q.others(q.edge-1) > float64(k)+.5; {
				q.edge--
			}
		}
	}
	expect(all)
	for _, q := range all {
		q.lay(k)
	}
	return all
}

func (s *Search) query(k int, likelihood []float64) *query {
	found := make(map[int]bool, len(s.Found))
	for _, f := range s.Found {
		found[f.Item] = true
	}
	known, others := slices.Clone(s.Found), []Scored(nil)
	for _, d := range s.Drawn {
		if d.Chance == 1 {
			known = append(known, d)
		} else {
			others = append(others, d)
		}
	}
	slices.SortFunc(known, order)
	slices.SortFunc(others, order)
	known = known[:min(k, len(known))]
	q := &query{found: make([]int, len(known)+1), sure: make([]int, len(known)+1), edge: len(known), near: make([]float64, len(known)+1)}
	for r, x := range known {
		for len(others) > 0 && order(others[0], x) < 0 {
			q.hits, others = append(q.hits, hit{after: r, chance: others[0].Chance}), others[1:]
		}
		q.found[r+1], q.sure[r+1] = q.found[r], q.sure[r]
		if found[x.Item] {
			q.found[r+1]++
		} else {
			q.sure[r+1]++
			q.surely = append(q.surely, r)
		}
	}
	for r, c := range s.Left {
		if c < 1 {
			q.law.add(mass{all: likelihood[r], drawn: likelihood[r] * c})
		} else {
			q.law.certain += likelihood[r]
		}
	}
	return q
}

// knownAs is how many hits would show as well as the likelihoods do at which ranks the missed items lie, and as well as a
// search's own estimate, which is off by about a third, how many are missing.
const knownAs = 10

// weigh says how many items each hit stands for. The fewer hits there are, the more it is what all of them stand for by the
// likelihoods, and the less 1/chance, of which few large parts would make all of the estimate.
func (q *query) weigh(byLaw float64) {
	for i := range q.hits {
		h := &q.hits[i]
		h.stands = (1-byLaw)/h.chance + byLaw*q.law.all/q.law.drawn
	}
}

// kind is how many others are likely to come before the known item that comes after r known ones, up to a factor: as many
// as there are before it of those drawn for certain, and up to half an item, which is before the k-th.
func (q *query) kind(r int) float64 {
	return float64(q.sure[r]) + .5*float64(r+1)/float64(len(q.found)-1)
}

// others is how many they are expected to be.
func (q *query) others(r int) float64 { return q.times * q.kind(r) }

// before is how many items its hits before the edge stand for, and how many hits these are.
func (q *query) before() (stands, hits float64) {
	for _, h := range q.hits {
		if h.after < q.edge {
			stands, hits = stands+h.stands, hits+1
		}
	}
	return stands, hits
}

// expect sets times and excess by the hits before the edges. The number of others of a kind is taken for a Poisson number whose mean is
// known from those drawn for certain as one known from so many events, which makes it negative binomial of excess times; or more where hits
// differ from what is expected by more than that. All queries together, and half a hit more, count as one query beside the others: so that
// a line goes by something where there are hardly any others.
func expect(all []*query) {
	var stands, kinds, hits float64
	var law mass
	for _, q := range all {
		s, h := q.before()
		stands, hits, kinds = stands+s, hits+h, kinds+q.kind(q.edge-1)
		law.add(q.law)
	}
	n, half := float64(len(all)), 0.0
	if law.drawn > 0 {
		half = law.all / law.drawn / 2
	}
	var differ, expected, others, squares float64
	for _, q := range all {
		s, h := q.before()
		kind := q.kind(q.edge - 1)
		q.times = (max(stands-s, 0) + (stands+half)/n) / (kinds - kind + kinds/n)
		mean := hits * kind / kinds
		differ, expected = differ+(h-mean)*(h-mean)-h, expected+mean*mean
		others, squares = others+q.others(q.edge-1), squares+q.others(q.edge-1)*q.others(q.edge-1)
	}
	seen := 0.0
	if expected > 0 && others > 0 {
		seen = differ / expected * squares / others
	}
	for _, q := range all {
		q.excess = max(q.times, seen)
	}
}

// atMost is the probability that at most n others come before the known item that comes after r known ones.
func (q *query) atMost(n, r int) float64 {
	mean := q.others(r)
	switch {
	case n < 0:
		return 0
	case mean == 0:
		return 1
	}
	return mathext.RegIncBeta(mean/q.excess, float64(n+1), 1/(1+q.excess))
}

// lay lays the line.
func (q *query) lay(k int) {
	mean, squares, of := 0.0, 0.0, float64(k)
	for r := len(q.near) - 2; r >= 0; r-- {
		q.near[r] = q.near[r+1]
		if q.found[r+1] > q.found[r] {
			stays := q.atMost(k-1-r, r)
			q.near[r] += (stays - q.atMost(k-2-r, r)) / of // one more would take its place
			mean, squares = mean+stays, squares+stays*float64(2*q.found[r]+1)
		}
	}
	mean, squares = mean/of, squares/(of*of)
	q.mean, q.ahead, q.bend = mean, 0, 0
	if q.times == 0 {
		return // no others
	}
	q.bend = squares - mean*mean
	before := 0.0
	for r := range len(q.near) - 1 {
		more := q.others(r) - before
		q.ahead, q.bend = q.ahead+more*q.near[r], q.bend-more*(1+q.excess)*q.near[r]*q.near[r]
		before += more
	}
	q.bend = max(q.bend, 0)
}

// missed is what the drawn items take off the line, and the variance of that: one that stands for w has w² − w of it, whatever
// of w goes by the likelihoods.
func (q *query) missed() (sum, variance float64) {
	for _, h := range q.hits {
		near := q.near[h.after]
		sum, variance = sum+h.stands*near, variance+(h.stands*h.stands-h.stands)*near*near
	}
	return sum, variance
}

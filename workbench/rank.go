package workbench

import "sort"

// rank sorts items and their scores together: best first, ties by lower item.
func rank(items []int, scores []float64) {
	sort.Sort(&ranking{items, scores})
}

type ranking struct {
	items  []int
	scores []float64
}

func (r *ranking) Len() int { return len(r.items) }
func (r *ranking) Less(i, j int) bool {
	if r.scores[i] != r.scores[j] {
		return r.scores[i] > r.scores[j]
	}
	return r.items[i] < r.items[j]
}
func (r *ranking) Swap(i, j int) {
	r.items[i], r.items[j] = r.items[j], r.items[i]
	r.scores[i], r.scores[j] = r.scores[j], r.scores[i]
}

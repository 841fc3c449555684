package stats

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// StudentT is the two-sided p of the paired t-test of differences having mean 0. It is 1
// where no difference is there at all, or fewer than two.
func StudentT(difference []float64) float64 {
	if len(difference) < 2 || !slices.ContainsFunc(difference, func(v float64) bool { return v != 0 }) {
		return 1
	}
	mean, deviation := stat.MeanStdDev(difference, nil)
	if deviation == 0 {
		return 0
	}
	t := mean / deviation * math.Sqrt(float64(len(difference)))
	return 2 * distuv.StudentsT{Sigma: 1, Nu: float64(len(difference) - 1)}.CDF(-math.Abs(t))
}

// exactWilcoxon is the greatest number of differences for which Wilcoxon counts signs.
const exactWilcoxon = 50

// Wilcoxon is the two-sided p of Wilcoxon's signed-rank test of paired differences lying
// symmetrically about 0. Zero differences are left out. Up to 50 differences of distinct
// sizes it is exact, else the normal approximation with the correction for ties.
func Wilcoxon(difference []float64) float64 {
	x := slices.DeleteFunc(slices.Clone(difference), func(v float64) bool { return v == 0 })
	n := len(x)
	if n == 0 {
		return 1
	}
	slices.SortFunc(x, func(a, b float64) int { return cmp.Compare(math.Abs(a), math.Abs(b)) })
	positive, ties := 0.0, 0.0
	for i := 0; i < n; {
		j := i
		for j < n && math.Abs(x[j]) == math.Abs(x[i]) {
			j++
		}
		size := float64(j - i)
		for _, v := range x[i:j] {
			if v > 0 {
				positive += float64(i+j+1) / 2 // mean of the ranks i+1 to j
			}
		}
		ties += size*size*size - size
		i = j
	}
	if n <= exactWilcoxon && n == len(difference) && ties == 0 {
		return signedRanks(n, positive)
	}
	m := float64(n)
	variance := m*(m+1)*(2*m+1)/24 - ties/48
	z := (positive - m*(m+1)/4) / math.Sqrt(variance)
	return min(1, 2*distuv.UnitNormal.CDF(-math.Abs(z)))
}

// signedRanks is the two-sided p of a sum of positive ranks out of 1 to n, each sign being
// as likely as the other.
func signedRanks(n int, sum float64) float64 {
	most := n * (n + 1) / 2
	ways := make([]float64, most+1) // by sum
	ways[0] = 1
	for r := 1; r <= n; r++ {
		for s := most; s >= r; s-- {
			ways[s] += ways[s-r]
		}
	}
	low := int(math.Round(min(sum, float64(most)-sum)))
	tail := 0.0
	for _, w := range ways[:low+1] {
		tail += w
	}
	return min(1, 2*tail/math.Exp2(float64(n)))
}

// Holm adjusts p values of several tests so that the chance of one false rejection among
// all stays below the level (Holm 1979). A value that is NaN stands for no test.
func Holm(p []float64) []float64 {
	adjusted, order := ascending(p)
	least := 0.0
	for i, at := range order {
		least = max(least, min(1, float64(len(order)-i)*p[at]))
		adjusted[at] = least
	}
	return adjusted
}

// BenjaminiHochberg adjusts p values of several tests so that the share of false ones among
// the rejections stays below the level (Benjamini and Hochberg 1995). A value that is NaN
// stands for no test.
func BenjaminiHochberg(p []float64) []float64 {
	adjusted, order := ascending(p)
	most := 1.0
	for i := len(order) - 1; i >= 0; i-- {
		at := order[i]
		most = min(most, p[at]*float64(len(order))/float64(i+1))
		adjusted[at] = most
	}
	return adjusted
}

// ascending returns a copy of p and the places of its numbers, least first.
func ascending(p []float64) (adjusted []float64, order []int) {
	for i, v := range p {
		if !math.IsNaN(v) {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(p[a], p[b]) })
	return slices.Clone(p), order
}

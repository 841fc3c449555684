package calibrate

import "axn/workbench/internal/f32"

// evidenceCols is the length of an item's evidence: what observed entries say of its free
// bias and its deviations in k features, as the normal equations of a ridge regression. First
// comes the lower triangle of their matrix, row by row, then the right side. Evidence adds up
// over entries.
func evidenceCols(k int) int { return (k + 1) * (k + 4) / 2 }

// EvidenceCols is that of a fit of p features before dense rows.
func EvidenceCols(p int) int { return evidenceCols(deviatingIn(p)) }

// deviates is how many features an item with evidence of that length deviates in.
func deviates(cols int) int {
	k := 0
	for evidenceCols(k) < cols {
		k++
	}
	return k
}

// addTo adds entry j of a row to its item's evidence: the query's place is u with the
// covariance of the row's system.
func (fit rowFit) addTo(evidence []float32, j int) {
	k := fit.s.cov.Rows
	one := append([]float32{1}, fit.u[:k]...)
	target := evidence[len(evidence)-k-1:]
	at := 0
	for a, ua := range one {
		target[a] += fit.rest[j] * ua
		for b, ub := range one[:a+1] {
			evidence[at] += ua * ub
			if b > 0 {
				evidence[at] += fit.s.cov.Row(a - 1)[b-1]
			}
			at++
		}
		if a > 0 {
			target[a] -= fit.s.back.Row(j)[a-1]
		}
	}
}

// solveOwn sets own, of length k+1, to an item's free bias and deviations: the ridge
// regression of its evidence, where noise and spread are the variances of an entry and of a
// free bias.
func solveOwn(own, evidence []float32, noise, spread float64) {
	gram, at := f32.NewMat(len(own), len(own)), 0
	for a := range own {
		at += copy(gram.Row(a)[:a+1], evidence[at:])
		gram.Row(a)[a] += float32(noise) / deviationSpread
	}
	gram.Row(0)[0] = evidence[0] + float32(noise)/float32(spread)
	copy(own, evidence[at:])
	f32.Cholesky(gram, 1)
	f32.SolveCholesky(gram, own)
}

// solveBias is solveOwn for an item without deviations.
func solveBias(own, evidence []float32, noise, spread float64) {
	own[0] = evidence[len(evidence)-len(own)] / (evidence[0] + float32(noise)/float32(spread))
}

// Package solve has the regressions of the workbench: the posterior of Calibrated, least squares
// of least norm, ridge regressions; and what keeps their factorisations from failing.
package solve

import "fmt"

// steps is how often Regular tries: enough for any start and factor above 2 to pass all
// that float32 holds.
const steps = 160

// Regular calls try with first, then with a factor times what it was called with before,
// until it succeeds: a matrix that rounding has made singular or indefinite gets more and
// more on its diagonal. It panics if that does not end, which finite values cannot cause.
func Regular[T float32 | float64](first, factor T, try func(more T) bool) {
	more := first
	for range steps {
		if try(more) {
			return
		}
		more *= factor
	}
	panic(fmt.Errorf("a matrix stays without a factor with %g on its diagonal: its values are not finite", more))
}

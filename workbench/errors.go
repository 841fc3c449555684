package workbench

import (
	"cmp"
	"fmt"
	"math"
	"strings"
)

// PartialError says which pairs of a call have no score, or which texts no vector, while
// others have one. errors.Is and errors.As look at the errors of all that failed.
type PartialError struct {
	Failed []PairError // by index, at least one
	Pairs  int         // in the call, or texts
	Of     string      // what they lack, for the message; "" is scores
}

// PairError is why one pair has no score.
type PairError struct {
	Index int // in the call
	Err   error
}

// Error names the first failed pair.
func (e *PartialError) Error() string {
	return fmt.Sprintf("%d of %d %s %d: %v", len(e.Failed), e.Pairs, cmp.Or(e.Of, "pairs have no score; pair"), e.Failed[0].Index, e.Failed[0].Err)
}

// Unwrap returns the errors of all failed pairs.
func (e *PartialError) Unwrap() []error {
	errs := make([]error, len(e.Failed))
	for i, f := range e.Failed {
		errs[i] = f.Err
	}
	return errs
}

// Within returns the error of pairs from up to but not including to, nil if those have scores,
// with indexes from there: what a call of several parts says of one.
func (e *PartialError) Within(from, to int) error {
	part := &PartialError{Pairs: to - from, Of: e.Of}
	for _, f := range e.Failed {
		if f.Index >= from && f.Index < to {
			part.Failed = append(part.Failed, PairError{f.Index - from, f.Err})
		}
	}
	if len(part.Failed) == 0 {
		return nil
	}
	return part
}

// partial returns a *PartialError over the pairs that have an error, nil if none
// has, and makes their scores NaN.
func partial(scores []float64, errs []error) error {
	e := &PartialError{Pairs: len(errs)}
	for i, err := range errs {
		if err != nil {
			scores[i] = math.NaN()
			e.Failed = append(e.Failed, PairError{i, err})
		}
	}
	if len(e.Failed) == 0 {
		return nil
	}
	return e
}

// nested is an error of one workbench call within the message of another, which
// says the package's name once.
type nested struct{ error }

func (n nested) Error() string { return strings.TrimPrefix(n.error.Error(), "workbench: ") }

func (n nested) Unwrap() error { return n.error }

// Must panics with err unless it is nil. It ends a notebook cell that cannot go on:
//
//	scores, err := workbench.Observe(ctx, ce, data, workbench.Sampling{Random: 100})
//	workbench.Must(err)
func Must(err error) {
	if err != nil {
		panic(err)
	}
}

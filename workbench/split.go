package workbench

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// Split draws test queries at random into Test and leaves all others to Train; 0
// draws a fifth. The data set's String says so. Both keep the order of the rows. Same seed, same draw. With more
// than there are it changes nothing and returns an error.
func (d *Dataset) Split(test int, seed int64) error {
	n := len(d.Queries)
	if test == 0 {
		test = (n + 4) / 5
	}
	if test < 0 || test > n {
		return fmt.Errorf("workbench: split %s: %d test queries of %d", d.Name, test, n)
	}
	drawn := make([]bool, n)
	for _, row := range rand.New(rand.NewPCG(uint64(seed), 1)).Perm(n)[:test] {
		drawn[row] = true
	}
	d.setSplit(func(row int) bool { return drawn[row] })
	d.drawn = slices.Clone(d.Test)
	return nil
}

// setSplit makes the given queries Test and the others Train.
func (d *Dataset) setSplit(test func(row int) bool) {
	d.Train, d.Test, d.drawn = nil, nil, nil
	for row := range d.Queries {
		if test(row) {
			d.Test = append(d.Test, row)
		} else {
			d.Train = append(d.Train, row)
		}
	}
}

// assign puts a query where a table's column split says.
func (d *Dataset) assign(row int, split string) error {
	switch split {
	case "train":
		d.Train = append(d.Train, row)
	case "test":
		d.Test = append(d.Test, row)
	case "":
	default:
		return fmt.Errorf("split %q is neither train nor test", split)
	}
	return nil
}

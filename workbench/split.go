package workbench

import (
	"fmt"
	"math/rand/v2"
)

// Split draws test queries at random into Test and leaves all others to Train; 0
// draws a fifth. Both keep the order of the rows. Same seed, same draw. With more
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
	return nil
}

// splitBy makes the given queries Test and the others Train, or draws where that
// leaves one of them empty.
func (d *Dataset) splitBy(test func(row int) bool) error {
	if d.setSplit(test); len(d.Train) > 0 && len(d.Test) > 0 {
		return nil
	}
	return d.Split(0, 0)
}

func (d *Dataset) setSplit(test func(row int) bool) {
	d.Train, d.Test = nil, nil
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

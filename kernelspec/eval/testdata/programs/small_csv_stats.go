// Columns of a CSV by name, with means, missing values and groups.
package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

const data = `name,dept,salary
Ann,dev,100
Bob,ops,
Cid,dev,80
"Dee, Jr",ops,60
`

type table struct {
	cols map[string]int
	rows [][]string
}

func read(r io.Reader) (*table, error) {
	all, err := csv.NewReader(r).ReadAll()
	if err != nil {
		return nil, err
	}
	t := &table{map[string]int{}, all[1:]}
	for i, n := range all[0] {
		t.cols[n] = i
	}
	return t, nil
}

func (t *table) floats(name string, keep func([]string) bool) (xs []float64, missing int) {
	for _, r := range t.rows {
		if keep != nil && !keep(r) {
			continue
		}
		if x, err := strconv.ParseFloat(r[t.cols[name]], 64); err == nil {
			xs = append(xs, x)
		} else {
			missing++
		}
	}
	return
}

func mean(xs []float64, missing int) string {
	s := 0.0
	for _, x := range xs {
		s += x
	}
	return fmt.Sprintf("%.1f (%d missing)", s/float64(len(xs)), missing)
}

func main() {
	t, err := read(strings.NewReader(data))
	fmt.Println(err, len(t.rows), t.rows[3][0])
	fmt.Println(mean(t.floats("salary", nil)))
	for _, d := range []string{"dev", "ops"} {
		fmt.Println(d, mean(t.floats("salary", func(r []string) bool { return r[t.cols["dept"]] == d })))
	}
	_, err = read(strings.NewReader("a,b\n1\n"))
	var pe *csv.ParseError
	fmt.Println(errors.As(err, &pe), pe.Line, errors.Is(err, csv.ErrFieldCount))
}

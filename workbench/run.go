package workbench

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"axn/workbench/internal/files"
	"axn/workbench/internal/textfile"
)

// WriteRun writes results as a run in TREC's format, which trec_eval, ir_measures, ranx
// and PyTerrier read: query id, Q0, item id, rank from 1, score, name. A path that ends
// in .gz is gzipped. An empty name is the file's, without its ending.
//
// Programs that read runs rank by score and break ties by id in their own ways; scores
// are written with all their digits. A result without items has no line. An id with a space, a name with a space, no
// results, two of a query, an item twice or a score that is not finite are errors, and nothing is written.
func WriteRun(path, name string, d *Dataset, rs []Result) error {
	if name == "" {
		name, _, _ = strings.Cut(filepath.Base(path), ".")
	}
	var b bytes.Buffer
	if err := d.printRun(&b, name, rs); err != nil {
		return fmt.Errorf("workbench: write run %s: %w", path, err)
	}
	err := files.Write(path, func(f *os.File) error {
		if !strings.HasSuffix(path, ".gz") {
			_, err := f.Write(b.Bytes())
			return err
		}
		z := gzip.NewWriter(f)
		if _, err := z.Write(b.Bytes()); err != nil {
			return err
		}
		return z.Close()
	})
	if err != nil {
		return fmt.Errorf("workbench: write run: %w", err)
	}
	return nil
}

func (d *Dataset) printRun(w io.Writer, name string, rs []Result) error {
	if strings.ContainsAny(name, " \t\r\n") {
		return fmt.Errorf("the name %q has a space, which the format cannot hold", name)
	}
	if len(rs) == 0 {
		return errors.New("a run needs at least one result")
	}
	if err := cmp.Or(checkRun(rs), d.checkAmong(rs)); err != nil {
		return err
	}
	for i := range rs {
		r := &rs[i]
		if r.Query < 0 || r.Query >= len(d.Queries) {
			return fmt.Errorf("result %d is of query row %d, %s has %d queries", i, r.Query, d.Name, len(d.Queries))
		}
		query := d.Queries[r.Query].ID
		for at, it := range r.Items {
			if it < 0 || it >= len(d.Items) {
				return fmt.Errorf("query %s: item row %d of %d", query, it, len(d.Items))
			}
			id, score := d.Items[it].ID, r.Scores[at]
			if !oneWord(query) || !oneWord(id) {
				return fmt.Errorf("the ids %q and %q: an id that is empty or has a space cannot stand in a run", query, id)
			}
			fmt.Fprintf(w, "%s Q0 %s %d %s %s\n", query, id, at+1, strconv.FormatFloat(score, 'g', -1, 64), name)
		}
	}
	return nil
}

// oneWord reports whether a column of TREC's formats can hold an id.
func oneWord(id string) bool { return len(strings.Fields(id)) == 1 && strings.TrimSpace(id) == id }

// OpenRun reads a run in TREC's format, gzipped or not, made by whatever program: query
// id, Q0, item id, rank, score, name. Each query of the file gives one result, in the
// order in which the file first names them, its items ranked as trec_eval ranks them:
// by score, ties by id in descending order; the rank column is not read, which tools
// fill differently. All its items count as one round; Calls is 0, because a file does
// not say what it cost.
//
// A query or item that the data set lacks, a line of another shape and an item listed
// twice are errors that name the line.
func OpenRun(path string, d *Dataset) ([]Result, error) {
	rs, err := d.readRun(path)
	if err != nil {
		return nil, fmt.Errorf("workbench: open run %s: %w", path, err)
	}
	return rs, nil
}

func (d *Dataset) readRun(path string) ([]Result, error) {
	queries, items := d.byID()
	var rs []Result
	at := map[int]int{} // result by query
	err := textfile.Lines(path, func(_ int, line string) error {
		q, it, score, err := runLine(strings.Fields(line), queries, items)
		if err != nil {
			return err
		}
		i, ok := at[q]
		if !ok {
			i, rs = len(rs), append(rs, Result{Query: q, Recall: math.NaN()})
			at[q] = i
		}
		rs[i].Items, rs[i].Scores = append(rs[i].Items, it), append(rs[i].Scores, score)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if rs == nil {
		return nil, errors.New("it is empty")
	}
	for i := range rs {
		if err := d.rankRun(&rs[i]); err != nil {
			return nil, fmt.Errorf("query %s: %w", d.Queries[rs[i].Query].ID, err)
		}
	}
	return rs, nil
}

// runLine reads the columns of a line.
func runLine(f []string, queries, items map[string]int) (query, item int, score float64, err error) {
	if len(f) != 6 {
		return 0, 0, 0, fmt.Errorf("%d columns: a run has six (query, Q0, item, rank, score, name)", len(f))
	}
	query, ok := queries[f[0]]
	if !ok {
		return 0, 0, 0, fmt.Errorf("the data set has no query %q", f[0])
	}
	if item, ok = items[f[2]]; !ok {
		return 0, 0, 0, fmt.Errorf("the data set has no item %q", f[2])
	}
	score, err = strconv.ParseFloat(f[4], 64)
	if err != nil || math.IsNaN(score) {
		return 0, 0, 0, fmt.Errorf("score %q is not a number", f[4])
	}
	return query, item, score, nil
}

// rankRun puts a result in trec_eval's order, as one round.
func (d *Dataset) rankRun(r *Result) error {
	order, err := d.trecOrder(r)
	if err != nil {
		return err
	}
	of := make(map[int]float64, len(order))
	for i, it := range r.Items {
		of[it] = r.Scores[i]
	}
	scores := make([]float64, len(order))
	for i, it := range order {
		scores[i] = of[it]
	}
	r.Items, r.Scores, r.Rounds = order, scores, []Round{{Items: order, Scores: scores}}
	return nil
}

// reciprocalOffset is the constant of reciprocal-rank fusion that its authors chose.
const reciprocalOffset = 60

// FuseRanks joins rankings of the same queries by reciprocal-rank fusion (Cormack,
// Clarke and Büttcher, SIGIR 2009): an item's score is the sum over runs of
// 1/(60 + rank), rank being its place in the run, from 1. Each query that some run
// has gives one result, in the order in which the runs first name them. A query or an item that a run has twice is an
// error, and so is a score that is not finite.
func FuseRanks(runs ...[]Result) ([]Result, error) {
	return fuse(runs, func(_ int, r *Result, add func(item int, score float64)) {
		for rank, it := range r.Items {
			add(it, 1/float64(reciprocalOffset+rank+1))
		}
	})
}

// FuseScores joins rankings of the same queries by a weighted sum of their scores, which
// are first scaled in each run and query from lowest to highest onto 0 to 1; where all
// are equal they become 1. An item that a run does not list gets nothing from it.
// weights has one entry per run; nil weighs all alike, 1 each.
func FuseScores(weights []float64, runs ...[]Result) ([]Result, error) {
	if weights == nil {
		weights = slices.Repeat([]float64{1}, len(runs))
	}
	if len(weights) != len(runs) {
		return nil, fmt.Errorf("workbench: fuse: %w: %d weights for %d runs", ErrShape, len(weights), len(runs))
	}
	if i := slices.IndexFunc(weights, func(w float64) bool { return w-w != 0 }); i >= 0 {
		return nil, fmt.Errorf("workbench: fuse: weight %d is %v", i, weights[i])
	}
	return fuse(runs, func(run int, r *Result, add func(item int, score float64)) {
		if len(r.Scores) == 0 {
			return
		}
		low, high := slices.Min(r.Scores), slices.Max(r.Scores)
		for i, it := range r.Items {
			scaled := 1.0
			if high > low {
				scaled = (r.Scores[i] - low) / (high - low)
			}
			add(it, weights[run]*scaled)
		}
	})
}

// checkRun returns an error for a ranking with two results of a query, or an item without a score or twice.
func checkRun(run []Result) error {
	seen := map[int]bool{}
	for i := range run {
		r := &run[i]
		if seen[r.Query] {
			return fmt.Errorf("it has two results of query %d", r.Query)
		}
		seen[r.Query] = true
		if len(r.Scores) != len(r.Items) {
			return fmt.Errorf("query %d: %w: %d items and %d scores", r.Query, ErrShape, len(r.Items), len(r.Scores))
		}
		listed := make(map[int]bool, len(r.Items))
		for at, it := range r.Items {
			if listed[it] {
				return fmt.Errorf("query %d: item %d is there twice", r.Query, it)
			}
			if s := r.Scores[at]; math.IsNaN(s) || math.IsInf(s, 0) {
				return fmt.Errorf("query %d, item %d: the score is %v", r.Query, it, s)
			}
			listed[it] = true
		}
	}
	return nil
}

// fuse sums what the runs give to the items of each query, best first, ties by lower
// item row.
func fuse(runs [][]Result, give func(run int, r *Result, add func(item int, score float64))) ([]Result, error) {
	if len(runs) == 0 {
		return nil, errors.New("workbench: fuse: there are no runs")
	}
	var fused []Result
	at := map[int]int{} // result by query
	sums := []map[int]float64{}
	for n, run := range runs {
		if err := checkRun(run); err != nil {
			return nil, fmt.Errorf("workbench: fuse: run %d: %w", n, err)
		}
		for i := range run {
			r := &run[i]
			q, ok := at[r.Query]
			if !ok {
				q = len(fused)
				at[r.Query], fused, sums = q, append(fused, Result{Query: r.Query, Recall: math.NaN()}), append(sums, map[int]float64{})
			}
			give(n, r, func(item int, score float64) { sums[q][item] += score })
		}
	}
	for q := range fused {
		fused[q].ranked(sums[q])
	}
	return fused, nil
}

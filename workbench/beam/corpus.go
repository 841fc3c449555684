package beam

import (
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"

	"axn/workbench"
	"axn/workbench/internal/f32"
	"axn/workbench/internal/files"
	"axn/workbench/internal/npy"
)

// Corpus is a data set that every worker can open.
type Corpus struct {
	Dir     string // folder of the data set
	WordNet bool   // take the texts from the installed WordNet instead of texts.jsonl
}

var (
	datasets kept[*workbench.Dataset]
	texts    kept[*workbench.Dataset]
)

// open opens the data set once a process.
func (c Corpus) open() (*workbench.Dataset, error) {
	return datasets.get(fmt.Sprint(c), func() (*workbench.Dataset, error) { return c.fill(workbench.OpenDataset(c.Dir)) })
}

// openTexts is open without vectors.
func (c Corpus) openTexts() (*workbench.Dataset, error) {
	return texts.get(fmt.Sprint(c), func() (*workbench.Dataset, error) { return c.fill(workbench.OpenTexts(c.Dir)) })
}

func (c Corpus) fill(d *workbench.Dataset, err error) (*workbench.Dataset, error) {
	if err != nil || !c.WordNet {
		return d, err
	}
	w, err := workbench.OpenWordNet("")
	if err != nil {
		return nil, err
	}
	return d, w.FillTexts(d)
}

const aloneFile = "ce_alone.npy"

// readItems reads vectors and views of some items, or of all for nil, in the order of OpenDataset.
func (c Corpus) readItems(items []int32) (vectors f32.Mat, views []f32.Mat, err error) {
	names := files.Glob(c.Dir, "view_*.npy") // sorted
	if alone := filepath.Join(c.Dir, aloneFile); files.Exists(alone) {
		names = append(names, alone)
	}
	if vectors, err = readRows(filepath.Join(c.Dir, "de_items.npy"), items); err != nil {
		return vectors, nil, err
	}
	for _, name := range names {
		view, err := readRows(name, items)
		if err != nil {
			return vectors, nil, err
		}
		views = append(views, view)
	}
	return vectors, views, nil
}

// readRows reads some rows of a .npy file, or all for nil.
func readRows(path string, rows []int32) (m f32.Mat, err error) {
	err = files.Read(path, func(f *os.File, size int64) error {
		read := func() (npy.Array, error) { return npy.ReadRows(f, size, rows) }
		if rows == nil {
			read = func() (npy.Array, error) { return npy.Read(f, size) }
		}
		a, err := read()
		m = f32.View(a.Data, a.Rows, a.Cols)
		return err
	})
	return m, err
}

// Grid cuts all pairs of queries and items into Queries × Items cells. A pair's
// cell follows from its two texts alone, so that equal pairs share one and every
// job with the same grid finds them in the same cache file. 0 counts as 1.
type Grid struct{ Queries, Items int }

func (g Grid) queries() int { return max(g.Queries, 1) }
func (g Grid) items() int   { return max(g.Items, 1) }

// cells is how many there are.
func (g Grid) cells() int { return g.queries() * g.items() }

// cell numbers a cell by row and column.
func (g Grid) cell(query, item int) int { return query*g.items() + item }

// query returns the grid row of a query.
func (g Grid) query(d *workbench.Dataset, q int) int {
	return bucket(d.Queries[q].Text, d.Queries[q].ID, g.queries())
}

var columns kept[[][]int32]

// column returns the items of a grid column, in rising order.
func (g Grid) column(c Corpus, column int) ([]int32, error) {
	all, err := columns.get(fmt.Sprint(c, g), func() ([][]int32, error) {
		d, err := c.open()
		if err != nil {
			return nil, err
		}
		all := make([][]int32, g.items())
		for i := range d.Items {
			b := g.item(d, i)
			all[b] = append(all[b], int32(i))
		}
		return all, nil
	})
	if err != nil {
		return nil, err
	}
	return all[column], nil
}

// item returns the grid column of an item.
func (g Grid) item(d *workbench.Dataset, i int) int {
	return bucket(d.Items[i].Text, d.Items[i].ID, g.items())
}

// bucket hashes a text, or the id of what has none.
func bucket(text, id string, n int) int {
	if text == "" {
		text = id
	}
	h := fnv.New64a()
	h.Write([]byte(text))
	return int(h.Sum64() % uint64(n))
}

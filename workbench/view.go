package workbench

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"axn/workbench/internal/pca"
)

// View is further features of a data set's items beside the dual encoder's
// vectors: what a cross-encoder thinks of each item alone, the vectors of a second
// dual encoder, numeric features.
type View struct {
	Name  string  // "ce" is the file view_ce.npy of a data set folder
	Items *Matrix // one row an item, any width
	Kept  float64 // share of the variance that NewView kept; 0 when not known
	Axes  *Matrix // what NewView made it by, for Rows: the features' means, and in each further row a direction; nil when not known

	// Passes is how many times a cross-encoder read an item alone to make it, which is
	// counted beside the calls of an index. OpenDataset takes a file to have cost one
	// pass an item: set 0 for features that cost none, such as a second dual encoder's.
	Passes int
}

// String fits one line.
func (v View) String() string {
	s := fmt.Sprintf("View %s: %d items, %d features", v.Name, v.Items.Rows, v.Items.Cols)
	if v.Kept > 0 {
		s += fmt.Sprintf(", %.1f %% of the variance kept", 100*v.Kept)
	}
	if v.Passes > 0 {
		s += fmt.Sprintf(", %d item passes", v.Passes)
	}
	return s
}

// viewFile is the name of a view's file in a data set folder.
func viewFile(name string) string { return "view_" + name + ".npy" }

// axesFile is the name of the file of a view's axes.
func axesFile(name string) string { return "axes_" + name + ".npy" }

// Save writes the view into a data set folder as view_NAME.npy, float32, and its axes, if they are known, as axes_NAME.npy.
func (v View) Save(dir string) error { return v.save(dir, (*Matrix).Save) }

// SaveHalf is Save in float16, rounded to nearest even.
func (v View) SaveHalf(dir string) error { return v.save(dir, (*Matrix).SaveHalf) }

func (v View) save(dir string, save func(*Matrix, string) error) error {
	if err := v.check(); err != nil {
		return fmt.Errorf("workbench: save view: %w", err)
	}
	axes := filepath.Join(dir, axesFile(v.Name))
	if v.Axes == nil { // those of another view, if there are any
		if err := os.Remove(axes); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("workbench: save view: %w", err)
		}
	} else if err := v.Axes.Save(axes); err != nil {
		return err
	}
	return save(v.Items, filepath.Join(dir, viewFile(v.Name)))
}

// Rows returns the rows that items which come later have in a view that NewView or Dataset.ReadItems made, for AddItems
// and Index.Add: features are theirs, such as CrossEncoder.ReadItems reads, one row an item, as wide as those that the view
// was made of.
func (v View) Rows(features *Matrix) (*Matrix, error) {
	if v.Axes == nil {
		return nil, fmt.Errorf("workbench: rows of view %s: its axes are not known, as of a view that NewView did not make, or of a file without %s: make it anew", v.Name, axesFile(v.Name))
	}
	if err := cmp.Or(v.check(), features.checkShape("features")); err != nil {
		return nil, fmt.Errorf("workbench: rows of view %s: %w", v.Name, err)
	}
	if features.Cols != v.Axes.Cols {
		return nil, fmt.Errorf("workbench: rows of view %s: %w: features %v, and it was made of %d columns", v.Name, ErrShape, features, v.Axes.Cols)
	}
	if err := features.checkFinite(func(row int) string { return fmt.Sprintf("new item %d", row) }); err != nil {
		return nil, fmt.Errorf("workbench: rows of view %s: %w", v.Name, err)
	}
	axes := v.Axes.view()
	c := &pca.Components{Mean: axes.Row(0), Directions: axes.RowRange(1, axes.Rows)}
	return matrixOf(c.Project(features.view())), nil
}

// checkAxes returns an error when the axes are not those of the view's columns.
func (v View) checkAxes() error {
	if v.Axes == nil {
		return nil
	}
	if err := v.Axes.checkShape(axesFile(v.Name)); err != nil {
		return err
	}
	if v.Axes.Rows != 1+v.Items.Cols {
		return fmt.Errorf("%s: %w: %d rows, one more than the view's %d columns are wanted", axesFile(v.Name), ErrShape, v.Axes.Rows, v.Items.Cols)
	}
	return nil
}

// check returns an error that names the first thing wrong with the view by itself.
func (v View) check() error {
	switch {
	case v.Name == "" || v.Name != filepath.Base(v.Name) || strings.ContainsAny(v.Name, `/\`):
		return fmt.Errorf("a view named %q: the name is part of a file's, such as \"ce\" of view_ce.npy", v.Name)
	case v.Items == nil || v.Items.Cols == 0:
		return fmt.Errorf("view %s has no features", v.Name)
	}
	if err := cmp.Or(v.Items.checkShape("view "+v.Name), v.checkAxes()); err != nil {
		return err
	}
	return v.Items.checkFinite(func(row int) string { return fmt.Sprintf("%s, row %d", viewFile(v.Name), row) })
}

// openViews reads every view_NAME.npy of the folder, by name.
func (d *Dataset) openViews() error {
	files, err := os.ReadDir(d.Dir)
	if err != nil {
		return err
	}
	for _, f := range files { // sorted
		name, isView := strings.CutPrefix(f.Name(), "view_")
		name, isMatrix := strings.CutSuffix(name, ".npy")
		if !isView || !isMatrix {
			continue
		}
		m, err := OpenMatrix(filepath.Join(d.Dir, f.Name()))
		if err != nil {
			return err
		}
		axes, err := OpenMatrix(filepath.Join(d.Dir, axesFile(name)))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		d.Views = append(d.Views, View{Name: name, Items: m, Passes: m.Rows, Axes: axes})
	}
	return nil
}

// setView adds a view, or puts it in the place of one of that name.
func (d *Dataset) setView(v View) {
	if i := slices.IndexFunc(d.Views, func(w View) bool { return w.Name == v.Name }); i >= 0 {
		d.Views = slices.Clone(d.Views)
		d.Views[i] = v
		return
	}
	d.Views = append(slices.Clip(d.Views), v) // what is behind may be a copy's
}

// passes is how many item passes the views cost. A pass that made a view gave Alone
// as well.
func (d *Dataset) passes() int {
	n := 0
	for _, v := range d.Views {
		n += v.Passes
	}
	if d.Alone != nil {
		n = max(n, len(d.Items))
	}
	return n
}

// checkViews returns an error that names the first view that does not fit the items.
func (d *Dataset) checkViews() error {
	seen := make(map[string]bool, len(d.Views))
	for _, v := range d.Views {
		if err := v.check(); err != nil {
			return err
		}
		if v.Items.Rows != len(d.Items) {
			return fmt.Errorf("%s: %w: %d rows, %d items", viewFile(v.Name), ErrShape, v.Items.Rows, len(d.Items))
		}
		if seen[v.Name] {
			return errors.New("two views named " + v.Name)
		}
		seen[v.Name] = true
	}
	return nil
}

// ViewOptions say how NewView reduces features to a view. The zero value keeps 128
// directions of one block.
type ViewOptions struct {
	Width int // directions kept; 0 = 128

	// Blocks is into how many blocks of equal width the columns fall. Each is brought
	// to the same size, so that none counts for more: 3 for what CrossEncoder.ReadItems
	// returns, the number of columns for numbers in units of their own. 0 = 1, and 3 in
	// Dataset.ReadItems.
	Blocks int
}

const defaultViewWidth = 128

// NewView reduces features of items, one row an item, to a view of at most o.Width
// columns by principal components: the columns are centred, each block is scaled to
// a mean squared norm of 1, and the rows are projected on the directions in which all
// blocks together vary most. The view's rows have a mean squared norm of 1; Kept says
// which share of the variance is left. Same features, same view. O(rows·columns² +
// columns³).
func NewView(name string, features *Matrix, o ViewOptions) (View, error) {
	fail := func(err error) (View, error) { return View{}, fmt.Errorf("workbench: new view: %w", err) }
	if o.Width == 0 {
		o.Width = defaultViewWidth
	}
	if o.Blocks == 0 {
		o.Blocks = 1
	}
	v := View{Name: name, Items: features}
	if err := v.check(); err != nil {
		return fail(err)
	}
	if o.Width < 0 || o.Blocks < 0 || features.Cols%o.Blocks != 0 {
		return fail(fmt.Errorf("%w: width %d, %d columns in %d blocks of equal width", ErrShape, o.Width, features.Cols, o.Blocks))
	}
	c := pca.New(features.view(), o.Blocks, o.Width)
	v.Items, v.Kept = matrixOf(c.Project(features.view())), c.Kept
	v.Axes = &Matrix{Rows: 1 + c.Directions.Rows, Cols: features.Cols, Data: slices.Concat(c.Mean, c.Directions.Data)}
	return v, nil
}

// aloneFile holds Dataset.Alone in a data set folder.
const aloneFile = "ce_alone.npy"

// ScoreAlone sets Alone: s scores the text of every item beside an empty query, one
// item pass an item. What a cross-encoder says to no question at all is a first
// guess of what it says to any.
func (d *Dataset) ScoreAlone(ctx context.Context, s TextScorer) error {
	if err := checkThere("scorer", s); err != nil {
		return fmt.Errorf("workbench: score alone: %w", err)
	}
	pairs := make([][2]string, len(d.Items))
	for i, it := range d.Items {
		if it.Text == "" {
			return fmt.Errorf("workbench: score alone: item row %d (%s) %s", i, it.ID, noText)
		}
		pairs[i][1] = it.Text
	}
	scores, err := s.Predict(ctx, pairs)
	if err != nil {
		return fmt.Errorf("workbench: score alone: %w", nested{err})
	}
	if len(scores) != len(pairs) {
		return fmt.Errorf("workbench: score alone: %w: the scorer answered %d scores for %d items", ErrScore, len(scores), len(pairs))
	}
	with := &Dataset{Items: d.Items, Alone: NewMatrix(len(scores), 1)}
	for i, v := range scores {
		with.Alone.Data[i] = float32(v)
	}
	if err := with.checkAlone(); err != nil {
		return fmt.Errorf("workbench: score alone: %w", err)
	}
	d.Alone = with.Alone
	return nil
}

// openAlone reads the file if there is one.
func (d *Dataset) openAlone() error {
	m, err := OpenMatrix(filepath.Join(d.Dir, aloneFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	d.Alone = m
	return err
}

// checkAlone returns an error when Alone does not fit the items.
func (d *Dataset) checkAlone() error {
	if d.Alone == nil {
		return nil
	}
	if d.Alone.Rows != len(d.Items) || d.Alone.Cols != 1 {
		return fmt.Errorf("%s: %w: %d×%d, %d items", aloneFile, ErrShape, d.Alone.Rows, d.Alone.Cols, len(d.Items))
	}
	if err := d.Alone.checkShape(aloneFile); err != nil {
		return err
	}
	for i, v := range d.Alone.Data {
		if v-v != 0 {
			return fmt.Errorf("%s, row %d: %w: it is %v, not finite", aloneFile, i, ErrScore, v)
		}
	}
	return nil
}

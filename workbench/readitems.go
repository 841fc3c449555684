package workbench

import (
	"context"
	"errors"
	"fmt"
	"time"

	"axn/workbench/internal/cache"
	"axn/workbench/internal/encoder"
)

// ItemReader reads items alone, without a query: it turns each text into a row of
// features, the same for the same text. A CrossEncoder and a Cache around one are such.
type ItemReader interface {
	ReadItems(ctx context.Context, texts []string) (*Matrix, error)
}

// stateBlocks is how many blocks of equal width a row of CrossEncoder.ReadItems has.
const stateBlocks = encoder.StateBlocks

// ReadItems returns the model's hidden states of each text alone on the item's side,
// as in [CLS] [SEP] item [SEP]: len(texts) × 3·(hidden width), side by side the mean over
// tokens of the last layer, that of the last but one, and of the last the row that the
// score is made of: [CLS], or a decoder's last. Where a norm follows the last layer, its
// rows are those after it. One pass
// a text; a text's row has the same bits in any batch and on any number of threads.
// NewView with Blocks 3 makes a view of it, Dataset.ReadItems does both.
func (c *CrossEncoder) ReadItems(ctx context.Context, texts []string) (*Matrix, error) {
	m := startProgress(ctx, "read", "items", len(texts))
	defer m.end()
	states := NewMatrix(len(texts), stateBlocks*c.encoder.Width())
	input := func(i int, dst []int32) ([]int32, int) { return c.pair(dst, "", texts[i]) }
	if err := c.encoder.States(ctx, len(texts), input, states.view(), m.add); err != nil {
		return nil, fmt.Errorf("workbench: read items: %w", err)
	}
	return states, nil
}

// stateScorer tells from what ReadItems gave of items what Predict says of them beside
// an empty query; nil, nil says that it cannot.
type stateScorer interface {
	ScoreStates(states *Matrix) (*Matrix, error)
}

// ScoreStates returns what Predict says of texts beside an empty query, to rounding,
// from what ReadItems gave of them: len(texts) × 1, without a further pass. It is nil, nil for
// a model whose score is made of other rows.
func (c *CrossEncoder) ScoreStates(states *Matrix) (*Matrix, error) {
	if states.Cols != stateBlocks*c.encoder.Width() {
		return nil, fmt.Errorf("workbench: score states: %w: %v, want %d columns", ErrShape, states, stateBlocks*c.encoder.Width())
	}
	scores, alone := make([]float64, states.Rows), NewMatrix(states.Rows, 1)
	if !c.encoder.ScoreStates(states.view(), scores) {
		return nil, nil
	}
	for i, s := range scores {
		alone.Data[i] = float32(s)
	}
	return alone, nil
}

// ReadItems has r read the text of every item and adds what it finds, reduced to
// o.Width, to d.Views under the name "ce", or in the place of a view of that name; a
// CrossEncoder's tells it Alone too. It spends one pass an item. After an error d is
// what it was before.
func (d *Dataset) ReadItems(ctx context.Context, r ItemReader, o ViewOptions) (View, error) {
	fail := func(err error) (View, error) {
		return View{}, fmt.Errorf("workbench: read items of %s: %w", d.Name, nested{err})
	}
	texts := make([]string, len(d.Items))
	for i, item := range d.Items {
		if texts[i] = item.Text; item.Text == "" {
			return fail(fmt.Errorf("item row %d (%s) %s", i, item.ID, noText))
		}
	}
	if err := checkThere("reader of items", r); err != nil {
		return fail(err)
	}
	states, err := r.ReadItems(ctx, texts)
	if err != nil {
		return fail(err)
	}
	if states.Rows != len(texts) {
		return fail(fmt.Errorf("%w: %d rows for %d texts", ErrShape, states.Rows, len(texts)))
	}
	if o.Blocks == 0 {
		o.Blocks = stateBlocks
	}
	v, err := NewView("ce", states, o)
	if err != nil {
		return fail(err)
	}
	if s, ok := r.(stateScorer); ok {
		alone, err := s.ScoreStates(states)
		if err != nil {
			return fail(err)
		}
		if alone != nil {
			d.Alone = alone
		}
	}
	v.Passes = len(texts)
	d.setView(v)
	return v, nil
}

// cacheItemBlock is how many texts ReadItems looks up at once.
const cacheItemBlock = 4096

// ReadItems returns stored rows, and has the scorer inside, which must be an
// ItemReader, read the other texts and stores theirs: every second or so, so that
// after an interrupt or a crash the same call goes on where the last one stood. A text
// takes 12·(hidden width) bytes of the file.
func (c *Cache) ReadItems(ctx context.Context, texts []string) (*Matrix, error) {
	m := startProgress(ctx, "read", "items", len(texts))
	defer m.end()
	r, ok := c.ts.(ItemReader)
	if !ok {
		return nil, fmt.Errorf("workbench: cached items: a %T cannot read items alone", c.ts)
	}
	var all *Matrix
	for lo := 0; lo < len(texts); lo += cacheItemBlock {
		rows, err := c.readBlock(quiet(ctx), r, texts[lo:min(lo+cacheItemBlock, len(texts))], m)
		if err != nil {
			return nil, fmt.Errorf("workbench: cached items: %w", err)
		}
		if all == nil {
			all = NewMatrix(len(texts), len(rows[0]))
		}
		for i, row := range rows {
			if len(row) != all.Cols {
				return nil, fmt.Errorf("workbench: cached items: %w: %d features of text %d, %d of the others", ErrShape, len(row), lo+i, all.Cols)
			}
			copy(all.Row(lo+i), row)
		}
	}
	if all == nil {
		all = NewMatrix(0, 0)
	}
	return all, nil
}

// readBlock returns a row for each text.
func (c *Cache) readBlock(ctx context.Context, r ItemReader, texts []string, m *meter) ([][]float32, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	keys, rows := cache.TextKeys(texts), make([][]float32, len(texts))
	found, err := c.db.GetRows(c.model, keys, rows)
	if err != nil || found == len(texts) {
		m.add(found)
		return rows, err
	}
	done, err := c.takeTurn(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	if found, err = c.db.GetRows(c.model, keys, rows); err != nil { // what others read in the meantime
		return nil, err
	}
	m.add(found)
	missing, first := firstMissing(keys, func(i int) bool { return rows[i] == nil })
	for len(missing) > 0 {
		batch := missing[:min(c.batch, len(missing))]
		if err := c.readBatch(ctx, r, batch, texts, keys, rows); err != nil {
			return nil, err
		}
		missing = missing[len(batch):]
		m.add(len(batch))
	}
	for i, k := range keys {
		if j, ok := first[k]; ok && j != i {
			rows[i] = rows[j]
			m.add(1)
		}
	}
	return rows, nil
}

// readBatch reads the texts with the given indices and stores their rows.
func (c *Cache) readBatch(ctx context.Context, r ItemReader, batch []int, texts []string, keys []cache.Key, rows [][]float32) error {
	some, hashes, got := make([]string, len(batch)), make([]cache.Key, len(batch)), make([][]float32, len(batch))
	for j, i := range batch {
		some[j], hashes[j] = texts[i], keys[i]
	}
	begin := time.Now()
	states, err := r.ReadItems(ctx, some)
	part, isPartial := errors.AsType[*PartialError](err)
	if err != nil && (!isPartial || states == nil) {
		return nested{err}
	}
	if states.Rows != len(batch) {
		return fmt.Errorf("%w: %d rows for %d texts", ErrShape, states.Rows, len(batch))
	}
	if len(batch) == c.batch {
		c.pace(time.Since(begin))
	}
	for j, i := range batch {
		got[j] = states.Row(j)
		rows[i] = got[j]
	}
	if isPartial { // what was paid for is kept
		for n, f := range part.Failed {
			hashes, got = append(hashes[:f.Index-n], hashes[f.Index-n+1:]...), append(got[:f.Index-n], got[f.Index-n+1:]...)
		}
		first := part.Failed[0]
		err = fmt.Errorf("%d texts failed, the vectors of the others are kept; text %.40q: %w", len(part.Failed), some[first.Index], first.Err)
	}
	if err := c.db.PutRows(c.model, hashes, got); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	if err != nil {
		return nested{err}
	}
	return nil
}

// ScoreStates is that of the scorer inside; nil where it has none.
func (c *Cache) ScoreStates(states *Matrix) (*Matrix, error) {
	if s, ok := c.ts.(stateScorer); ok {
		return s.ScoreStates(states)
	}
	return nil, nil
}

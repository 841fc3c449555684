package workbench

import (
	"context"
	"fmt"

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
// [CLS] [SEP] item [SEP]: len(texts) × 3·(hidden width), side by side the mean over
// tokens of the last layer, that of the last but one, and [CLS] of the last. One pass
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
// from what ReadItems gave of them: len(texts) × 1, without a further pass.
func (c *CrossEncoder) ScoreStates(states *Matrix) (*Matrix, error) {
	if states.Cols != stateBlocks*c.encoder.Width() {
		return nil, fmt.Errorf("workbench: score states: %w: %v, want %d columns", ErrShape, states, stateBlocks*c.encoder.Width())
	}
	scores, alone := make([]float64, states.Rows), NewMatrix(states.Rows, 1)
	c.encoder.ScoreStates(states.view(), scores)
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
			return fail(fmt.Errorf("item row %d (%s) has no text", i, item.ID))
		}
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

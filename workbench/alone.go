package workbench

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
)

// aloneFile holds Dataset.Alone in a data set folder.
const aloneFile = "ce_alone.npy"

// ScoreAlone sets Alone: s scores the text of every item beside an empty query, one
// item pass an item. What a cross-encoder says to no question at all is a first
// guess of what it says to any.
func (d *Dataset) ScoreAlone(ctx context.Context, s TextScorer) error {
	pairs := make([][2]string, len(d.Items))
	for i, it := range d.Items {
		if it.Text == "" {
			return fmt.Errorf("workbench: score alone: item row %d (%s) has no text", i, it.ID)
		}
		pairs[i][1] = it.Text
	}
	scores, err := s.Predict(ctx, pairs)
	if err != nil {
		return fmt.Errorf("workbench: score alone: %w", err)
	}
	alone := NewMatrix(len(scores), 1)
	for i, v := range scores {
		alone.Data[i] = float32(v)
	}
	d.Alone = alone
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
	for i, v := range d.Alone.Data {
		if v-v != 0 {
			return fmt.Errorf("%s, row %d: the score %v is not finite", aloneFile, i, v)
		}
	}
	return nil
}

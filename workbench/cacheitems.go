package workbench

import (
	"context"
	"fmt"
	"time"

	"axn/workbench/internal/cache"
)

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
	select {
	case c.turn <- struct{}{}:
		defer func() { <-c.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
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
	if err != nil {
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
	if err := c.db.PutRows(c.model, hashes, got); err != nil {
		return fmt.Errorf("store: %w", err)
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

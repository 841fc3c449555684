package cache

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"go.etcd.io/bbolt"
)

// Count is how many scores and rows a file holds of a model.
type Count struct {
	Model         string
	Scores, Items int
}

// Verify reads the whole file: every entry fits its checksum and is found under its key, keys are
// in order, every page is either in use or free. It returns what it counted, and the first thing
// that is wrong. (bbolt's own check panics in a goroutine of its own on some damage.)
func (d *DB) Verify(ctx context.Context) (counts []Count, err error) {
	d.mu.Lock() // nobody may write: the free list is as the last writer left it, not as this reader sees it
	defer d.mu.Unlock()
	err = d.file.view(func(models *bbolt.Bucket) error {
		err := scan(ctx, models, func(model *bbolt.Bucket, last, k, v []byte) error {
			if bytes.Compare(last, k) >= 0 || !bytes.Equal(model.Get(k), v) {
				return fmt.Errorf("%w: entry %x is out of order", ErrCorrupt, k)
			}
			_, err := unsealed(k, v)
			return err
		}, &counts)
		if err != nil {
			return err
		}
		return checkPages(models.Tx())
	})
	return counts, err
}

// Counts counts the scores and rows of each model.
func (d *DB) Counts(ctx context.Context) (counts []Count, err error) {
	err = d.view(func(models *bbolt.Bucket) error {
		return scan(ctx, models, func(_ *bbolt.Bucket, _, _, _ []byte) error { return nil }, &counts)
	})
	return counts, err
}

// scan counts the entries of each model and calls each with the key before and the entry.
func scan(ctx context.Context, models *bbolt.Bucket, each func(model *bbolt.Bucket, last, k, v []byte) error, counts *[]Count) error {
	return models.ForEachBucket(func(name []byte) error {
		n, model := counter(counts, string(name)), models.Bucket(name)
		var last []byte
		return model.ForEach(func(k, v []byte) error {
			if *n++; *n%4096 == 0 && ctx.Err() != nil {
				return ctx.Err()
			}
			err := each(model, last, k, v)
			last = k
			return err
		})
	})
}

// counter returns where the entries of a bucket are counted. A model's rows follow its scores.
func counter(counts *[]Count, bucket string) *int {
	model, isRows := strings.CutSuffix(bucket, rowsMark)
	if n := len(*counts); n == 0 || (*counts)[n-1].Model != model {
		*counts = append(*counts, Count{Model: model})
	}
	c := &(*counts)[len(*counts)-1]
	if isRows {
		return &c.Items
	}
	return &c.Scores
}

// checkPages compares the pages that the free list leaves with those that the tree uses.
func checkPages(tx *bbolt.Tx) error {
	pages := int(tx.Size()) / tx.DB().Info().PageSize
	left := pages - 2 // the first two hold the roots
	for i := 2; i < pages; i++ {
		p, err := tx.Page(i)
		switch {
		case err != nil:
			return err
		case p.Type == "free":
			left--
		case p.Type == "freelist":
			left -= 1 + p.OverflowCount
			i += p.OverflowCount
		default:
			i += p.OverflowCount
		}
	}
	s := tx.Cursor().Bucket().Stats()
	if used := s.BranchPageN + s.BranchOverflowN + s.LeafPageN + s.LeafOverflowN; used != left {
		return fmt.Errorf("%w: %d pages are in use, %d are not free", ErrCorrupt, used, left)
	}
	return nil
}

// Compact verifies the file and writes it anew without unused pages. It returns the sizes in
// bytes. If anything fails the file stays as it was.
func (d *DB) Compact(ctx context.Context) (before, after int64, err error) {
	if _, err := d.Verify(ctx); err != nil {
		return 0, 0, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	temp, err := os.CreateTemp(filepath.Dir(d.path), "."+filepath.Base(d.path)+".*")
	if err != nil {
		return 0, 0, err
	}
	defer os.Remove(temp.Name())
	if err := temp.Close(); err != nil {
		return 0, 0, err
	}
	fresh, err := d.file.copyTo(temp.Name())
	if err != nil {
		return 0, 0, err
	}
	if before, after, err = sizes(d.path, temp.Name()); err == nil {
		err = os.Rename(temp.Name(), d.path) // fresh stays open and locked under its new name
	}
	if err != nil {
		return 0, 0, errors.Join(err, fresh.close())
	}
	old := d.file
	d.file = fresh
	return before, after, old.close()
}

// copyTo copies all entries into an empty file and leaves it open.
func (f *file) copyTo(path string) (*file, error) {
	fresh, err := openFile(path)
	if err != nil {
		return nil, err
	}
	err = f.guard(func(bolt *bbolt.DB) error { return bbolt.Compact(fresh.bolt, bolt, 1<<24) })
	if err != nil {
		return nil, errors.Join(err, fresh.close())
	}
	return fresh, nil
}

func sizes(a, b string) (int64, int64, error) {
	sa, err := os.Stat(a)
	if err != nil {
		return 0, 0, err
	}
	sb, err := os.Stat(b)
	if err != nil {
		return 0, 0, err
	}
	return sa.Size(), sb.Size(), nil
}

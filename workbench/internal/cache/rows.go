package cache

import (
	"encoding/binary"
	"fmt"
	"math"

	"go.etcd.io/bbolt"
)

// rowsOf names the bucket of a model's rows, beside that of its scores.
func rowsOf(model string) string { return model + rowsMark }

const rowsMark = "\x00items"

// TextKeys returns the keys of texts.
func TextKeys(texts []string) []Key {
	keys := make([]Key, len(texts))
	for i, t := range texts {
		hash(keys[i][:], t)
	}
	return keys
}

// GetRows sets rows[i] where keys[i] is stored for a model, and nil where it is not. It returns how
// many are stored.
func (d *DB) GetRows(model string, keys []Key, rows [][]float32) (found int, err error) {
	err = d.view(func(models *bbolt.Bucket) error {
		b := models.Bucket([]byte(rowsOf(model)))
		for i := range keys {
			rows[i] = nil
			if b == nil {
				continue
			}
			if v := b.Get(keys[i][:]); v != nil {
				if rows[i], err = row(keys[i][:], v); err != nil {
					return err
				}
				found++
			}
		}
		return nil
	})
	return found, err
}

// PutRows stores rows in one transaction; when it returns nil they are on disk.
func (d *DB) PutRows(model string, keys []Key, rows [][]float32) error {
	indices := make([]int, len(keys))
	for i := range indices {
		indices[i] = i
	}
	return d.put(rowsOf(model), keys, indices, func(i int) []byte {
		v := make([]byte, 0, 4*len(rows[i])+4)
		for _, x := range rows[i] {
			v = binary.LittleEndian.AppendUint32(v, math.Float32bits(x))
		}
		return v
	})
}

// row returns the value of a row's entry.
func row(key, v []byte) ([]float32, error) {
	value, err := unsealed(key, v)
	if err != nil {
		return nil, err
	}
	if len(value)%4 != 0 {
		return nil, fmt.Errorf("%w: entry %x of %d bytes is no row", ErrCorrupt, key, len(value))
	}
	x := make([]float32, len(value)/4)
	for i := range x {
		x[i] = math.Float32frombits(binary.LittleEndian.Uint32(value[4*i:]))
	}
	return x, nil
}

// Package cache keeps scores on disk in a bbolt file: for each model a table from the hash of a
// pair of texts to the score, and one from the hash of a text to a row of floats. A commit survives
// kill -9 and power loss; a file that is damaged gives errors, not wrong scores.
package cache

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"slices"
	"sync"

	"go.etcd.io/bbolt"
)

// table is the bucket that holds a bucket for each model; the number is the format's version.
var table = []byte("axn scores 1")

// DB is an open file. Its methods may be called from several goroutines.
type DB struct {
	path string
	mu   sync.RWMutex // held for writing while file is exchanged
	file *file
}

// Open opens a file, or makes one.
func Open(path string) (*DB, error) {
	f, err := openFile(path)
	if err != nil {
		return nil, err
	}
	if err := f.guard(f.begin); err != nil {
		return nil, errors.Join(err, f.close())
	}
	return &DB{path: path, file: f}, nil
}

// Close closes the file.
func (d *DB) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.file.close()
}

// view runs a reading transaction over the models' buckets, update a writing one.
func (d *DB) view(f func(models *bbolt.Bucket) error) error {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.file.view(f)
}

func (d *DB) update(f func(models *bbolt.Bucket) error) error {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.file.guard(func(bolt *bbolt.DB) error {
		return bolt.Update(func(tx *bbolt.Tx) error { return f(tx.Bucket(table)) })
	})
}

// Get sets scores[i] where keys[i] is stored for a model, and NaN where it is not. It returns how
// many are stored.
func (d *DB) Get(model string, keys []Key, scores []float64) (found int, err error) {
	err = d.view(func(models *bbolt.Bucket) error {
		b := models.Bucket([]byte(model))
		for i := range keys {
			scores[i] = math.NaN()
			if b == nil {
				continue
			}
			if v := b.Get(keys[i][:]); v != nil {
				if scores[i], err = score(keys[i][:], v); err != nil {
					return err
				}
				found++
			}
		}
		return nil
	})
	return found, err
}

// Put stores finite scores in one transaction; when it returns nil they are on disk.
func (d *DB) Put(model string, keys []Key, scores []float64) error {
	order := make([]int, 0, len(keys))
	for i, s := range scores {
		if !math.IsNaN(s) && !math.IsInf(s, 0) {
			order = append(order, i)
		}
	}
	return d.put(model, keys, order, func(i int) []byte {
		return binary.LittleEndian.AppendUint64(make([]byte, 0, 12), math.Float64bits(scores[i]))
	})
}

// put stores the values of the keys with the given indices in one bucket, in order of key, so that
// pages are filled one after the other.
func (d *DB) put(bucket string, keys []Key, indices []int, value func(i int) []byte) error {
	slices.SortFunc(indices, func(a, b int) int { return bytes.Compare(keys[a][:], keys[b][:]) })
	return d.update(func(models *bbolt.Bucket) error {
		b, err := models.CreateBucketIfNotExists([]byte(bucket))
		for _, i := range indices {
			if err != nil {
				break
			}
			err = b.Put(keys[i][:], sealed(keys[i][:], value(i)))
		}
		return err
	})
}

// sealed is a value with a checksum over key and value behind it, since bbolt has none for its pages.
func sealed(key, value []byte) []byte {
	return binary.LittleEndian.AppendUint32(value, checksum(key, value))
}

// unsealed returns the value.
func unsealed(key, v []byte) ([]byte, error) {
	n := len(v) - 4
	if n < 0 || binary.LittleEndian.Uint32(v[n:]) != checksum(key, v[:n]) {
		return nil, fmt.Errorf("%w: the checksum of entry %x is wrong", ErrCorrupt, key)
	}
	return v[:n], nil
}

// score returns the value of a score's entry.
func score(key, v []byte) (float64, error) {
	value, err := unsealed(key, v)
	if err != nil {
		return 0, err
	}
	if len(value) != 8 {
		return 0, fmt.Errorf("%w: entry %x of %d bytes is no score", ErrCorrupt, key, len(value))
	}
	return math.Float64frombits(binary.LittleEndian.Uint64(value)), nil
}

func checksum(key, value []byte) uint32 {
	return crc32.Update(crc32.ChecksumIEEE(key), crc32.IEEETable, value)
}

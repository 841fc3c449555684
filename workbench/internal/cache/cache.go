// Package cache keeps scores on disk in a bbolt file: for each model a table from the hash of a
// pair of texts to the score. A commit survives kill -9 and power loss; a file that is damaged
// gives errors, not wrong scores.
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
				if scores[i], err = decode(keys[i][:], v); err != nil {
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
	order := make([]int, 0, len(keys)) // by key, so that pages are filled one after the other
	for i, s := range scores {
		if !math.IsNaN(s) && !math.IsInf(s, 0) {
			order = append(order, i)
		}
	}
	slices.SortFunc(order, func(a, b int) int { return bytes.Compare(keys[a][:], keys[b][:]) })
	return d.update(func(models *bbolt.Bucket) error {
		b, err := models.CreateBucketIfNotExists([]byte(model))
		for _, i := range order {
			if err != nil {
				break
			}
			err = b.Put(keys[i][:], encode(keys[i][:], scores[i]))
		}
		return err
	})
}

// A value is the score and a checksum over key and score, since bbolt has none for its pages.
func encode(key []byte, score float64) []byte {
	v := binary.LittleEndian.AppendUint64(make([]byte, 0, 12), math.Float64bits(score))
	return binary.LittleEndian.AppendUint32(v, checksum(key, v))
}

func decode(key, v []byte) (float64, error) {
	if len(v) != 12 || binary.LittleEndian.Uint32(v[8:]) != checksum(key, v[:8]) {
		return 0, fmt.Errorf("%w: the checksum of entry %x is wrong", ErrCorrupt, key)
	}
	return math.Float64frombits(binary.LittleEndian.Uint64(v)), nil
}

func checksum(key, score []byte) uint32 {
	return crc32.Update(crc32.ChecksumIEEE(key), crc32.IEEETable, score)
}

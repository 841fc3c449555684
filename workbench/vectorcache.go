package workbench

import (
	"context"
	"errors"
	"fmt"
)

// VectorCache is an Embedder that keeps every vector on disk and never pays for a text
// twice; texts as queries, as items and as neither are told apart. Vectors are written
// every second or so while a call runs, so that after an interrupt or a crash the same
// call goes on where the last one stood. Any number of goroutines may use one.
type VectorCache struct {
	plain, queries, items *Cache // over one file
	e                     Embedder
}

// CachedEmbedder opens or makes a vector cache at path around an embedder, which must be
// a Fingerprinter, as a TextEncoder and an EmbedClient are. One file may serve several
// models, and scores beside them, but only one cache at a time has it open.
func CachedEmbedder(e Embedder, path string) (*VectorCache, error) {
	f, ok := e.(Fingerprinter)
	if !ok {
		return nil, fmt.Errorf("workbench: cache %s: a %T has no fingerprint that says which vectors it gives", path, e)
	}
	ofQueries, ofItems := e.Encode, e.Encode
	if r, ok := e.(retriever); ok {
		ofQueries, ofItems = r.EncodeQueries, r.EncodeItems
	}
	plain, err := Cached(&vectorReader{e.Encode, f}, path)
	if err != nil {
		return nil, err
	}
	c := &VectorCache{plain: plain, e: e}
	c.queries, c.items = plain.of(&vectorReader{ofQueries, f}, " queries"), plain.of(&vectorReader{ofItems, f}, " items")
	return c, nil
}

// of is a cache of another reader's rows in the same file, under a model name of its own.
func (c *Cache) of(ts TextScorer, suffix string) *Cache {
	return &Cache{ts: ts, model: c.model + suffix, db: c.db, turn: c.turn, batch: c.batch}
}

// vectorReader has an embedder read items alone.
type vectorReader struct {
	encode func(ctx context.Context, texts []string) (*Matrix, error)
	Fingerprinter
}

// ReadItems returns the vectors.
func (r *vectorReader) ReadItems(ctx context.Context, texts []string) (*Matrix, error) {
	return r.encode(ctx, texts)
}

// Predict is there because a Cache is one of scores too.
func (r *vectorReader) Predict(context.Context, [][2]string) ([]float64, error) {
	return nil, errors.New("an embedder has vectors, no scores")
}

// Close closes the file; later calls fail.
func (c *VectorCache) Close() error { return c.plain.Close() }

// Encode returns stored vectors, and has e make and stores the others.
func (c *VectorCache) Encode(ctx context.Context, texts []string) (*Matrix, error) {
	return c.plain.ReadItems(ctx, texts)
}

// EncodeQueries is Encode of queries.
func (c *VectorCache) EncodeQueries(ctx context.Context, texts []string) (*Matrix, error) {
	return c.queries.ReadItems(ctx, texts)
}

// EncodeItems is Encode of items.
func (c *VectorCache) EncodeItems(ctx context.Context, texts []string) (*Matrix, error) {
	return c.items.ReadItems(ctx, texts)
}

// Fingerprint is that of the embedder inside.
func (c *VectorCache) Fingerprint() (string, error) { return c.plain.model, nil }

// String fits one line.
func (c *VectorCache) String() string { return fmt.Sprintf("VectorCache around %v", c.e) }

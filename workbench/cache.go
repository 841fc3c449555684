package workbench

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync/atomic"
	"time"

	"axn/workbench/internal/cache"
)

// Errors of a score cache.
var (
	ErrCacheDamaged = cache.ErrCorrupt // the file has lost or changed bytes; what can be read is still right
	ErrCacheInUse   = cache.ErrInUse   // another process, or another Cache of this one, has the file open
)

// Named gives a scorer a fingerprint: a name that must change whenever its
// scores do.
func Named(name string, ts TextScorer) TextScorer { return namedScorer{ts, name} }

type namedScorer struct {
	TextScorer
	name string
}

func (n namedScorer) ReadItems(ctx context.Context, texts []string) (*Matrix, error) {
	r, ok := n.TextScorer.(ItemReader)
	if !ok {
		return nil, fmt.Errorf("a %T cannot read items alone", n.TextScorer)
	}
	return r.ReadItems(ctx, texts)
}

func (n namedScorer) Fingerprint() (string, error) {
	if n.name == "" {
		return "", errors.New("the name is empty")
	}
	return "named " + n.name, nil
}

// Cache is a TextScorer, and an ItemReader if the scorer inside is one, that keeps
// every score and every item's row on disk and never pays for a pair or an item twice. Scores are written every second or so while a call runs, so that after
// an interrupt, a crash or kill -9 the same call goes on where the last one stood.
// Any number of goroutines may use one; a score is computed by one at a time.
type Cache struct {
	ts    TextScorer
	model string
	db    *cache.DB
	turn  chan struct{} // held while scoring
	batch int           // pairs or items between two writes; guarded by turn
	paid  atomic.Int64
	found atomic.Int64
}

// The pairs between two writes are as many as take about a second.
const (
	minCacheBatch = 32
	maxCacheBatch = 1 << 14
)

// Cached opens or makes a score cache at path around a scorer, which must be a
// Fingerprinter; see Named for others. One file may serve several models, but only
// one Cache at a time has it open. A full disk or a damaged file is an error, and
// neither harms what is stored.
func Cached(ts TextScorer, path string) (*Cache, error) {
	fail := func(err error) (*Cache, error) { return nil, fmt.Errorf("workbench: cache %s: %w", path, err) }
	f, ok := ts.(Fingerprinter)
	if !ok {
		return fail(fmt.Errorf("a %T has no fingerprint that says which scores it gives; see Named", ts))
	}
	model, err := f.Fingerprint()
	if err != nil {
		return fail(fmt.Errorf("fingerprint: %w", nested{err}))
	}
	db, err := cache.Open(path)
	if err != nil {
		return fail(err)
	}
	return &Cache{ts: ts, model: model, db: db, turn: make(chan struct{}, 1), batch: 2 * minCacheBatch}, nil
}

// Close closes the file; later calls fail.
func (c *Cache) Close() error { return c.db.Close() }

// Fingerprint is that of the scorer inside.
func (c *Cache) Fingerprint() (string, error) { return c.model, nil }

// Calls says how many pairs were scored and how many found since Cached.
func (c *Cache) Calls() (scored, found int) { return int(c.paid.Load()), int(c.found.Load()) }

// Predict returns stored scores, and scores and stores the rest.
func (c *Cache) Predict(ctx context.Context, pairs [][2]string) ([]float64, error) {
	m := startProgress(ctx, "predict", "pairs", len(pairs))
	defer m.end()
	scores, err := c.predict(quiet(ctx), pairs, m)
	if err != nil {
		return scores, fmt.Errorf("workbench: cached scores: %w", err)
	}
	return scores, nil
}

func (c *Cache) predict(ctx context.Context, pairs [][2]string, m *meter) ([]float64, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	keys, scores := cache.Keys(pairs), make([]float64, len(pairs))
	found, err := c.db.Get(c.model, keys, scores)
	if err != nil {
		return nil, err
	}
	if found == len(pairs) {
		c.found.Add(int64(found))
		m.add(found)
		return scores, nil
	}
	done, err := c.takeTurn(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	if found, err = c.db.Get(c.model, keys, scores); err != nil { // what others scored in the meantime
		return nil, err
	}
	c.found.Add(int64(found))
	m.add(found)
	return c.scoreMissing(ctx, pairs, keys, scores, m)
}

// takeTurn waits until nobody else pays. The function given back ends the turn.
func (c *Cache) takeTurn(ctx context.Context) (done func(), err error) {
	select {
	case c.turn <- struct{}{}:
		return func() { <-c.turn }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// scoreMissing scores and stores, batch by batch, the pairs whose score is NaN, each once.
func (c *Cache) scoreMissing(ctx context.Context, pairs [][2]string, keys []cache.Key, scores []float64, m *meter) ([]float64, error) {
	missing, first := firstMissing(keys, func(i int) bool { return math.IsNaN(scores[i]) })
	errs := make([]error, len(pairs))
	for len(missing) > 0 {
		batch := missing[:min(c.batch, len(missing))]
		err := c.scoreBatch(ctx, batch, pairs, keys, scores, errs)
		if _, ok := errors.AsType[*PartialError](err); err != nil && !ok {
			return nil, err
		}
		missing = missing[len(batch):]
		m.add(len(batch))
		if err != nil { // stop after the first failed batch: the rest would most likely fail too
			for _, i := range missing {
				errs[i] = fmt.Errorf("not tried after an earlier failure: %w", err)
			}
			break
		}
	}
	for i, k := range keys {
		if j, ok := first[k]; ok && j != i {
			scores[i], errs[i] = scores[j], errs[j]
			m.add(1)
		}
	}
	return scores, partial(scores, errs)
}

// firstMissing returns the first index of each key among those missing, in order and by key.
func firstMissing(keys []cache.Key, missing func(i int) bool) (indices []int, first map[cache.Key]int) {
	first = make(map[cache.Key]int)
	for i, k := range keys {
		if _, known := first[k]; !known && missing(i) {
			first[k] = i
			indices = append(indices, i)
		}
	}
	return indices, first
}

// scoreBatch scores the pairs with the given indices and stores what it gets. After a
// *PartialError it sets the errors of pairs without a score.
func (c *Cache) scoreBatch(ctx context.Context, batch []int, pairs [][2]string, keys []cache.Key, scores []float64, errs []error) error {
	texts, hashes := make([][2]string, len(batch)), make([]cache.Key, len(batch))
	for j, i := range batch {
		texts[j], hashes[j] = pairs[i], keys[i]
	}
	begin := time.Now()
	got, err := c.ts.Predict(ctx, texts)
	part, isPartial := errors.AsType[*PartialError](err)
	if err != nil && !isPartial {
		return nested{err}
	}
	if len(got) != len(batch) {
		return fmt.Errorf("%w: the scorer answered %d scores for %d pairs", ErrScore, len(got), len(batch))
	}
	if len(batch) == c.batch {
		c.pace(time.Since(begin))
	}
	if isPartial {
		for _, f := range part.Failed {
			errs[batch[f.Index]], got[f.Index] = f.Err, math.NaN()
		}
	}
	if err := c.db.Put(c.model, hashes, got); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	for j, i := range batch {
		scores[i] = got[j]
		if errs[i] == nil {
			c.paid.Add(1)
		}
	}
	return err
}

// pace makes batches take between half a second and two.
func (c *Cache) pace(took time.Duration) {
	switch {
	case took < time.Second/2:
		c.batch = min(2*c.batch, maxCacheBatch)
	case took > 2*time.Second:
		c.batch = max(c.batch/2, minCacheBatch)
	}
}

// CacheCount is how many scores and items read alone a cache file holds of a model.
type CacheCount struct {
	Model  string // fingerprint
	Scores int
	Items  int
}

// Counts counts the scores and items in the file.
func (c *Cache) Counts(ctx context.Context) ([]CacheCount, error) {
	return cacheCounts("count", c.db.Counts, ctx)
}

// Verify reads the whole file and says what it holds, or with an ErrCacheDamaged
// what is wrong with it.
func (c *Cache) Verify(ctx context.Context) ([]CacheCount, error) {
	return cacheCounts("verify", c.db.Verify, ctx)
}

func cacheCounts(verb string, read func(context.Context) ([]cache.Count, error), ctx context.Context) ([]CacheCount, error) {
	counts, err := read(ctx)
	list := make([]CacheCount, len(counts))
	for i, n := range counts {
		list[i] = CacheCount(n)
	}
	if err != nil {
		return list, fmt.Errorf("workbench: %s cache: %w", verb, err)
	}
	return list, nil
}

// Compact verifies the file and writes it anew without unused space; it returns
// its size in bytes before and after. When it fails the file stays as it was.
func (c *Cache) Compact(ctx context.Context) (before, after int64, err error) {
	before, after, err = c.db.Compact(ctx)
	if err != nil {
		return 0, 0, fmt.Errorf("workbench: compact cache: %w", err)
	}
	return before, after, nil
}

// String fits one line.
func (c *Cache) String() string {
	scored, found := c.Calls()
	return fmt.Sprintf("Cache: %d pairs scored, %d found", scored, found)
}

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

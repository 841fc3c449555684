package workbench

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"

	"axn/workbench/internal/lexical"
)

// ByDualEncoder starts from the dual encoder's scores.
func ByDualEncoder(e DualEmbeddings) Initializer {
	return InitializerFunc(func(query int, dst []float32) error {
		if len(dst) != e.Items.Rows || query < 0 || query >= e.Queries.Rows {
			return fmt.Errorf("%w: query %d and %d items, vectors of %d and %d", ErrShape, query, len(dst), e.Queries.Rows, e.Items.Rows)
		}
		e.similarities(dst, e.Queries.Row(query))
		return nil
	})
}

// ByBM25 starts from BM25 (k1 0.9, b 0.4, English stems) between the query's text
// and the items', which are their lemmas where they have no text.
func ByBM25(d *Dataset) (Initializer, error) {
	return byWords(d, "BM25", (*lexical.Index).BM25)
}

// ByTFIDF starts from the cosine of TF-IDF vectors of the same texts.
func ByTFIDF(d *Dataset) (Initializer, error) {
	return byWords(d, "TF-IDF", (*lexical.Index).TFIDF)
}

func byWords(d *Dataset, name string, score func(*lexical.Index, []float32, string)) (Initializer, error) {
	texts, some := make([]string, len(d.Items)), false
	for i, it := range d.Items {
		texts[i] = cmp.Or(it.Text, it.Lemmas)
		some = some || texts[i] != ""
	}
	if !some {
		return nil, fmt.Errorf("workbench: %s: no item of %s has a text or lemmas", name, d.Name)
	}
	x := lexical.New(texts)
	return InitializerFunc(func(query int, dst []float32) error {
		if query < 0 || query >= len(d.Queries) || len(dst) != len(texts) {
			return fmt.Errorf("%w: query %d of %d and %d items, texts of %d: %s is to be made anew after AddItems", ErrShape, query, len(d.Queries), len(dst), len(texts), name)
		}
		if q := d.Queries[query]; q.Text == "" {
			return fmt.Errorf("%s: query row %d (%s) of %s %s", name, query, q.ID, d.Name, noText)
		}
		score(x, dst, d.Queries[query].Text)
		return nil
	}), nil
}

// ByChance starts from items drawn uniformly, others for each query; same seed,
// same items.
func ByChance(seed int64) Initializer {
	return InitializerFunc(func(query int, dst []float32) error {
		uniform(dst, seed, uint64(query)+1)
		return nil
	})
}

// fixedAnchors are the same items for every query, drawn by the index's seed.
func fixedAnchors(ix *Index) Initializer {
	return InitializerFunc(func(_ int, dst []float32) error {
		uniform(dst, ix.Seed, 0)
		return nil
	})
}

// uniform sets dst to random values; its k highest are a uniform draw of k.
func uniform(dst []float32, seed int64, stream uint64) {
	rng := rand.New(rand.NewPCG(uint64(seed), stream))
	for i := range dst {
		dst[i] = rng.Float32()
	}
}

// ByRun starts from the rankings of a run, such as OpenRun reads: round 1 takes its best
// items. Items that it does not list come after those it lists. A query without a result
// is an error when it is searched, and so is one with two.
func ByRun(run []Result) Initializer {
	of := make(map[int][]int, len(run)) // places by query
	for i := range run {
		of[run[i].Query] = append(of[run[i].Query], i)
	}
	return InitializerFunc(func(query int, dst []float32) error {
		switch n := len(of[query]); {
		case n == 0:
			return fmt.Errorf("the run has no result of query %d", query)
		case n > 1:
			return fmt.Errorf("the run has %d results of query %d, and one is wanted", n, query)
		}
		r := &run[of[query][0]]
		for i := range dst {
			dst[i] = -math.MaxFloat32
		}
		for at, it := range r.Items {
			if it < 0 || it >= len(dst) {
				return fmt.Errorf("%w: the run has item %d of %d", ErrShape, it, len(dst))
			}
			dst[it] = float32(-at)
		}
		return nil
	})
}

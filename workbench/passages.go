package workbench

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"sync/atomic"
	"unicode"
)

// PassageOptions are the settings of Passages.
type PassageOptions struct {
	// Mean has an item's score be the mean of its passages', not their greatest (MaxP and
	// its kin: Dai and Callan, Deeper Text Understanding for IR, 2019).
	Mean bool

	// Words is how many words a passage has. 0 is as many as the model reads beside the
	// query, which a CrossEncoder says; for others Words must be set.
	Words int

	// Overlap is the share of a passage's words that the next one repeats, below 1; 0 is a
	// quarter, negative none.
	Overlap float64
}

// PassageScorer is a TextScorer that scores items longer than a model reads in overlapping
// passages; see Passages. Any number of goroutines may use one.
type PassageScorer struct {
	ts     TextScorer
	o      PassageOptions
	length func(query, item string) (tokens, most int) // nil where Words says it
	pairs  atomic.Int64
	calls  atomic.Int64
}

// Passages returns a scorer that scores an item longer than ts reads by its passages, each
// beside the whole query, instead of by its beginning: the greatest of their scores, or
// their mean. An item that is not cut has the score that ts gives it. A passage is a call
// of ts: Calls counts them, and budgets of a search, which count pairs, do not.
//
//	ce, err := workbench.Passages(model, workbench.PassageOptions{})
//	workbench.Must(err)
//	result, err := index.Search(ctx, workbench.NewScorer(ce, data), query, workbench.SearchOptions{Budget: 100})
//
// Words end at white space; a word that alone is longer than a passage is divided. A Cached
// scorer inside keeps the passages' scores. It is an error where ts does not say how much it
// reads and Words is 0.
func Passages(ts TextScorer, o PassageOptions) (*PassageScorer, error) {
	fail := func(format string, args ...any) (*PassageScorer, error) {
		return nil, fmt.Errorf("workbench: passages: "+format, args...)
	}
	if err := checkThere("scorer", ts); err != nil {
		return fail("%w", err)
	}
	switch {
	case o.Words < 0:
		return fail("Words is %d", o.Words)
	case !(o.Overlap < 1):
		return fail("Overlap is %v, want a share below 1", o.Overlap)
	case o.Overlap == 0:
		o.Overlap = 0.25
	}
	s := &PassageScorer{ts: ts, o: o}
	if o.Words == 0 {
		if s.length = lengthOf(ts); s.length == nil {
			return fail("a %T does not say how much it reads: set Words", ts)
		}
	}
	return s, nil
}

// lengthOf is how a scorer says how many tokens a pair has and how many it reads; nil if it
// does not.
func lengthOf(ts TextScorer) func(query, item string) (tokens, most int) {
	switch ts := ts.(type) {
	case *CrossEncoder:
		return ts.length
	case *Cache:
		return lengthOf(ts.ts)
	case namedScorer:
		return lengthOf(ts.TextScorer)
	}
	return nil
}

// Calls says how many pairs were scored, and how many calls of the scorer inside that took.
func (s *PassageScorer) Calls() (pairs, calls int) { return int(s.pairs.Load()), int(s.calls.Load()) }

// Fingerprint is that of the scorer inside, and how the passages are made.
func (s *PassageScorer) Fingerprint() (string, error) {
	f, ok := s.ts.(Fingerprinter)
	if !ok {
		return "", fmt.Errorf("a %T has no fingerprint that says which scores it gives; see Named", s.ts)
	}
	inside, err := f.Fingerprint()
	return fmt.Sprintf("passages %v %d %g of %s", s.o.Mean, s.o.Words, s.o.Overlap, inside), err
}

// passageBlock is how many pairs are divided at a time.
const passageBlock = 4096

// Predict scores each pair by the passages of its item.
func (s *PassageScorer) Predict(ctx context.Context, pairs [][2]string) ([]float64, error) {
	m := startProgress(ctx, "predict", "pairs", len(pairs))
	defer m.end()
	scores, errs := make([]float64, len(pairs)), make([]error, len(pairs))
	for lo := 0; lo < len(pairs); lo += passageBlock {
		hi := min(lo+passageBlock, len(pairs))
		if err := s.block(quiet(ctx), pairs[lo:hi], scores[lo:hi], errs[lo:hi]); err != nil {
			return nil, fmt.Errorf("workbench: passages: %w", nested{err})
		}
		m.add(hi - lo)
	}
	if err := partial(scores, errs); err != nil {
		return scores, fmt.Errorf("workbench: passages: %w", err)
	}
	return scores, nil
}

// block scores some pairs, or says of each why it has no score.
func (s *PassageScorer) block(ctx context.Context, pairs [][2]string, scores []float64, errs []error) error {
	var parts [][2]string // the passages of all pairs
	var of []int          // the pair of each
	for i, p := range pairs {
		if err := ctx.Err(); err != nil {
			return err
		}
		passages, err := s.divide(p[0], p[1])
		errs[i] = err
		for _, text := range passages {
			parts, of = append(parts, [2]string{p[0], text}), append(of, i)
		}
	}
	got, err := s.ts.Predict(ctx, parts)
	part, isPartial := errors.AsType[*PartialError](err)
	switch {
	case err != nil && !isPartial:
		return err
	case len(got) != len(parts):
		return fmt.Errorf("%w: the scorer answered %d scores for %d pairs", ErrScore, len(got), len(parts))
	case isPartial:
		for _, f := range part.Failed {
			errs[of[f.Index]] = f.Err
		}
	}
	s.pairs.Add(int64(len(pairs)))
	s.calls.Add(int64(len(parts)))
	s.gather(got, of, scores)
	return nil
}

// gather puts the passages' scores together.
func (s *PassageScorer) gather(got []float64, of []int, scores []float64) {
	n := make([]int, len(scores))
	for j, i := range of {
		switch n[i]++; {
		case n[i] == 1:
			scores[i] = got[j]
		case s.o.Mean:
			scores[i] += got[j]
		default:
			scores[i] = max(scores[i], got[j])
		}
	}
	for i := range scores {
		if s.o.Mean && n[i] > 1 {
			scores[i] /= float64(n[i])
		}
	}
}

// divide returns the passages of an item: itself, if it is not too long.
func (s *PassageScorer) divide(query, item string) ([]string, error) {
	ends := wordEnds(item)
	text := func(from, to int) string { // of so many words
		if from == 0 {
			return strings.TrimSpace(item[:ends[to-1]])
		}
		return strings.TrimSpace(item[ends[from-1]:ends[to-1]])
	}
	fits := func(from, to int) bool {
		if s.length == nil {
			return to-from <= s.o.Words
		}
		tokens, most := s.length(query, text(from, to))
		return tokens <= most
	}
	if len(ends) == 0 || fits(0, len(ends)) {
		return []string{item}, nil
	}
	var passages []string
	for from := 0; ; {
		n := most(len(ends)-from, func(n int) bool { return fits(from, from+n) })
		if n == 0 {
			tokens, room := s.length(query, "")
			return nil, fmt.Errorf("the query has %d tokens and the model reads %d: no room for a passage", tokens, room)
		}
		passages = append(passages, text(from, from+n))
		if from+n == len(ends) {
			return passages, nil
		}
		from += max(1, n-int(math.Max(0, s.o.Overlap)*float64(n)))
	}
}

// most is the greatest n up to limit for which ok holds, if it holds for all below one for
// which it does; it asks about 2·log n times.
func most(limit int, ok func(n int) bool) int {
	low, high := 0, 1
	for high <= limit && ok(high) {
		low, high = high, 2*high
	}
	for high = min(high, limit+1); high-low > 1; {
		if mid := (low + high) / 2; ok(mid) {
			low = mid
		} else {
			high = mid
		}
	}
	return low
}

// longWord is the bytes from which a word is divided.
const longWord = 32

// wordEnds returns where each word of a text ends, the white space before it belonging to
// it: in bytes, the last at the end of the text.
func wordEnds(text string) (ends []int) {
	inWord, begin := false, 0
	for i, r := range text {
		switch space := unicode.IsSpace(r); {
		case space && inWord:
			ends, begin = append(ends, i), i
			inWord = false
		case !space && inWord && i-begin >= longWord:
			ends, begin = append(ends, i), i
		case !space && !inWord:
			inWord, begin = true, i
		}
	}
	if inWord {
		return append(ends, len(text))
	}
	if n := len(ends); n > 0 {
		ends[n-1] = len(text)
	}
	return ends
}

package workbench

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc64"
	"math"
	"reflect"
	"slices"
	"strings"
	"sync"
)

// Pair names a query and an item by their rows in the data set.
type Pair struct{ Query, Item int }

// Scorer is a cross-encoder: one raw score per pair, in the order of the pairs,
// higher is better. Another number of scores, or one that is not finite, ends a
// workbench call with an ErrScore. A workbench call never runs two Score calls of its
// own at the same time. One that is a Fingerprinter, too, says which scores it gives: what
// is observed with it remembers that.
type Scorer interface {
	Score(ctx context.Context, pairs []Pair) ([]float64, error)
}

// ScorerFunc lets any function be a Scorer.
type ScorerFunc func(ctx context.Context, pairs []Pair) ([]float64, error)

// Score calls f.
func (f ScorerFunc) Score(ctx context.Context, pairs []Pair) ([]float64, error) { return f(ctx, pairs) }

// ErrScore says that a scorer gave no usable score for a pair.
var ErrScore = errors.New("unusable score")

// LookUp returns a Scorer over a matrix of scores, queries × items. A score that is NaN or
// infinite, as of a pair that was never scored, is an ErrScore when a call asks for it, and
// harms no other.
func LookUp(m *Matrix) Scorer { return lookUp{m, sync.OnceValue(m.fingerprint)} }

// lookUp is the Scorer of a table of scores.
type lookUp struct {
	m           *Matrix
	fingerprint func() string
}

// Score looks the pairs up.
func (l lookUp) Score(ctx context.Context, pairs []Pair) ([]float64, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s := make([]float64, len(pairs))
	for i, p := range pairs {
		if p.Query < 0 || p.Query >= l.m.Rows || p.Item < 0 || p.Item >= l.m.Cols {
			return nil, fmt.Errorf("query %d, item %d: no such pair in scores of %d×%d", p.Query, p.Item, l.m.Rows, l.m.Cols)
		}
		s[i] = l.m.At(p.Query, p.Item)
	}
	return s, nil
}

// sized is a Scorer that knows how many items it scores.
type sized interface{ items() int }

func (l lookUp) items() int { return l.m.Cols }

// Fingerprint names the table by its shape and its scores.
func (l lookUp) Fingerprint() (string, error) { return l.fingerprint(), nil }

// scorePairs asks a Scorer for all calls that have rows; CheckScorer and Cache ask
// TextScorers themselves. It returns one finite score per pair or an error; an answer of
// another length or a NaN or Inf is an ErrScore that names the pair.
func scorePairs(ctx context.Context, s Scorer, pairs []Pair) ([]float64, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if len(pairs) == 0 {
		return nil, nil
	}
	got, err := s.Score(quiet(ctx), pairs)
	if err != nil {
		return nil, nested{err}
	}
	if len(got) != len(pairs) {
		return nil, fmt.Errorf("%w: the scorer answered %d scores for %d pairs", ErrScore, len(got), len(pairs))
	}
	for i, v := range got {
		if !(math.Abs(v) <= math.MaxFloat32) {
			return nil, fmt.Errorf("%w: query %d, item %d: score is %v", ErrScore, pairs[i].Query, pairs[i].Item, v)
		}
	}
	return slices.Clone(got), nil // the scorer may answer in the same memory again
}

// missing tells whether there is nothing, or a nil pointer or function, in an interface.
func missing(x any) bool {
	v := reflect.ValueOf(x)
	switch v.Kind() {
	case reflect.Invalid:
		return true
	case reflect.Pointer, reflect.Func:
		return v.IsNil()
	}
	return false
}

// checkThere returns an error when what should read texts is missing.
func checkThere(what string, x any) error {
	if missing(x) {
		return fmt.Errorf("there is no %s: it is nil; look at the error of what should have opened it", what)
	}
	return nil
}

// Fingerprinter is a TextScorer, or a Scorer, that can say which scores it gives: two
// with the same fingerprint give the same.
type Fingerprinter interface {
	Fingerprint() (string, error)
}

// fingerprintOf says which scores s gives, "" where it cannot say. It waits for a server no
// longer than ctx.
func fingerprintOf(ctx context.Context, s Scorer) string {
	f, ok := s.(Fingerprinter)
	if !ok {
		return ""
	}
	answer := make(chan string, 1)
	go func() {
		text, err := f.Fingerprint()
		if err != nil {
			text = ""
		}
		answer <- text
	}()
	select {
	case text := <-answer:
		return text
	case <-ctx.Done():
		return ""
	}
}

// sameScores tells whether two fingerprints may be of one cross-encoder. A table of scores
// does not say which model it comes from: it is compared with tables of the same shape only.
func sameScores(a, b string) bool {
	return a == "" || b == "" || a == b || tableShape(a) != tableShape(b)
}

// tableShape is what the fingerprint of a table of scores begins with, "" for others.
func tableShape(fingerprint string) string {
	if !strings.HasPrefix(fingerprint, "table ") {
		return ""
	}
	return fingerprint[:strings.LastIndexByte(fingerprint, ' ')]
}

// tableSample is how many scores of a table make its fingerprint, at most: two
// cross-encoders differ in nearly all.
const tableSample = 1 << 16

// fingerprint names the table by its shape and a checksum of scores spread over all of it.
func (m *Matrix) fingerprint() string {
	n := min(len(m.Data), tableSample)
	bytes := make([]byte, 0, 4*n)
	for i := range n {
		bytes = binary.LittleEndian.AppendUint32(bytes, math.Float32bits(m.Data[i*len(m.Data)/n]))
	}
	return fmt.Sprintf("table %d×%d %016x", m.Rows, m.Cols, crc64.Checksum(bytes, crc64.MakeTable(crc64.ECMA)))
}

// Initializer chooses the first round of a search, the Y of AXN_{X,Y}, by a cheap
// score of its own. With Rounds 1 the search is retrieve-and-rerank by it.
type Initializer interface {
	// Initialize sets dst, one value per item, to the scores whose highest round 1
	// takes for a query, a row of the data set. Calls for several queries run at
	// the same time.
	Initialize(query int, dst []float32) error
}

// Signal is a cheap score of query and item beside the dual encoder's: BM25, a second dual
// encoder, a feature of pairs. Only the order of its scores counts.
type Signal struct {
	Name   string
	Scores Initializer // of every item for a row of the data set's queries, higher is better; see Initialize
}

// SignalWeight is what Calibrated has learnt of a signal: an item's warped score is expected
// to be its signal, as a normal quantile of its rank, times a coefficient that is Mean on the
// average of queries and has that Deviation over them.
type SignalWeight struct {
	Name            string
	Mean, Deviation float64
}

// InitializerFunc lets any function be an Initializer.
type InitializerFunc func(query int, dst []float32) error

// Initialize calls f.
func (f InitializerFunc) Initialize(query int, dst []float32) error { return f(query, dst) }

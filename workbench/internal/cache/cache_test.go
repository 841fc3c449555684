package cache

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"go.etcd.io/bbolt"
)

func open(t testing.TB, path string) *DB {
	t.Helper()
	d, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

// some makes n pairs of ten items a query, their keys and scores.
func some(seed uint64, n int) ([]Key, []float64) {
	rng := rand.New(rand.NewPCG(seed, 0))
	pairs, scores := make([][2]string, n), make([]float64, n)
	for i := range pairs {
		pairs[i] = [2]string{fmt.Sprint("query ", seed, i/10), fmt.Sprint("item ", i%10)}
		scores[i] = rng.NormFloat64()
	}
	return Keys(pairs), scores
}

func want(t *testing.T, d *DB, model string, keys []Key, scores []float64) {
	t.Helper()
	got := make([]float64, len(keys))
	found, err := d.Get(model, keys, got)
	if err != nil || found != len(keys) || !slices.Equal(got, scores) {
		t.Fatalf("%s: %d of %d found, %v", model, found, len(keys), err)
	}
}

func put(t testing.TB, d *DB, model string, keys []Key, scores []float64) {
	t.Helper()
	if err := d.Put(model, keys, scores); err != nil {
		t.Fatal(err)
	}
}

func TestKeys(t *testing.T) {
	keys := Keys([][2]string{{"a", "b"}, {"a", "c"}, {"b", "a"}, {"ab", ""}, {"", "ab"}, {"a", "b"}})
	if keys[0] != keys[5] || [10]byte(keys[0][:10]) != [10]byte(keys[1][:10]) {
		t.Error("equal texts have different hashes")
	}
	slices.SortFunc(keys, func(a, b Key) int { return strings.Compare(string(a[:]), string(b[:])) })
	if len(slices.Compact(keys)) != 5 {
		t.Error("different pairs share a key")
	}
}

func TestPutGet(t *testing.T) {
	path := filepath.Join(t.TempDir(), "scores")
	d := open(t, path)
	keys, scores := some(1, 5000)
	other, _ := some(2, 10)
	put(t, d, "m", keys, scores)
	put(t, d, "n", keys[:1], []float64{-0.5})
	want(t, d, "m", keys, scores)
	want(t, d, "n", keys[:1], []float64{-0.5})
	got := make([]float64, 10)
	for _, model := range []string{"m", "absent"} {
		if found, err := d.Get(model, other, got); found != 0 || err != nil || !math.IsNaN(got[3]) {
			t.Errorf("%s: found %d, %v, %v", model, found, got, err)
		}
	}
	if err := d.Put("m", other[:2], []float64{math.NaN(), math.Inf(1)}); err != nil {
		t.Fatal(err)
	}
	if found, _ := d.Get("m", other[:2], got); found != 0 {
		t.Error("a NaN or Inf was stored")
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Get("m", keys, scores); !errors.Is(err, ErrClosed) {
		t.Errorf("closed: %v", err)
	}
	want(t, open(t, path), "m", keys, scores)
}

// Rows lie beside scores, under keys of their own, and are counted apart.
func TestRows(t *testing.T) {
	d := open(t, filepath.Join(t.TempDir(), "scores"))
	keys, rows := TextKeys([]string{"b", "a", ""}), [][]float32{{1, -2.5}, {float32(math.Inf(1)), 0}, {}}
	if err := d.PutRows("m", keys[:2], rows[:2]); err != nil {
		t.Fatal(err)
	}
	put(t, d, "m", keys, []float64{1, 2, 3})
	got := make([][]float32, 3)
	if found, err := d.GetRows("m", keys, got); found != 2 || err != nil || !slices.Equal(got[0], rows[0]) || !slices.Equal(got[1], rows[1]) || got[2] != nil {
		t.Errorf("%d found, %v: %v", found, err, got)
	}
	if found, err := d.GetRows("other", keys, got); found != 0 || err != nil || got[0] != nil {
		t.Errorf("another model: %d found, %v", found, err)
	}
	if counts, err := d.Verify(t.Context()); err != nil || !slices.Equal(counts, []Count{{"m", 3, 2}}) {
		t.Errorf("%v, %v", counts, err)
	}
	want(t, d, "m", keys, []float64{1, 2, 3})
}

func TestVerifyAndCompact(t *testing.T) {
	path := filepath.Join(t.TempDir(), "scores")
	d := open(t, path)
	keys, scores := some(1, 20000)
	for i := 0; i < len(keys); i += 500 {
		put(t, d, "m", keys[i:i+500], scores[i:i+500])
	}
	put(t, d, "n", keys[:7], scores[:7])
	counts, err := d.Verify(t.Context())
	if err != nil || !slices.Equal(counts, []Count{{"m", 20000, 0}, {"n", 7, 0}}) {
		t.Fatalf("%v, %v", counts, err)
	}
	before, after, err := d.Compact(t.Context())
	if err != nil || after >= before || after < 20000*32 {
		t.Errorf("from %d to %d bytes, %v", before, after, err)
	}
	want(t, d, "m", keys, scores)
	if _, err := Open(path); !errors.Is(err, ErrInUse) {
		t.Errorf("opened twice after compacting: %v", err)
	}
	more, values := some(3, 100)
	put(t, d, "m", more, values)
	if counts, err = d.Verify(t.Context()); err != nil || counts[0].Scores != 20100 {
		t.Errorf("%v, %v", counts, err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	d = open(t, path)
	want(t, d, "m", keys, scores)
	want(t, d, "m", more, values)
	if left, _ := os.ReadDir(filepath.Dir(path)); len(left) != 1 {
		t.Errorf("files left: %v", left)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := d.Verify(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestInUse(t *testing.T) {
	path := filepath.Join(t.TempDir(), "scores")
	open(t, path)
	if _, err := Open(path); !errors.Is(err, ErrInUse) {
		t.Errorf("error %v", err)
	}
}

func TestNotACache(t *testing.T) {
	dir := t.TempDir()
	text, bolt := filepath.Join(dir, "text"), filepath.Join(dir, "bolt")
	content := []byte(strings.Repeat("something precious\n", 5000))
	if err := os.WriteFile(text, content, 0o600); err != nil {
		t.Fatal(err)
	}
	other, err := bbolt.Open(bolt, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	err = other.Update(func(tx *bbolt.Tx) error { _, err := tx.CreateBucket([]byte("users")); return err })
	if err := errors.Join(err, other.Close()); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{text, bolt} {
		before, _ := os.ReadFile(path)
		if _, err := Open(path); !errors.Is(err, ErrCorrupt) {
			t.Errorf("%s: %v", path, err)
		}
		if after, _ := os.ReadFile(path); string(after) != string(before) {
			t.Errorf("%s was changed", path)
		}
	}
	if _, err := Open(filepath.Join(dir, "no", "such")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("error %v", err)
	}
}

// TestDamage overwrites every page of a file in turn, flips single bits and cuts the file. Opening,
// reading all and verifying must give an error or the right scores, and never crash; what Verify
// lets pass must be complete.
func TestDamage(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "scores")
	d := open(t, path)
	keys, scores := some(1, 1000)
	put(t, d, "m", keys, scores)
	put(t, d, "m", keys[:10], scores[:10]) // so that there are free pages
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	page := os.Getpagesize()
	var cases [][]byte
	for at := 0; at < len(good); at += page {
		for _, fill := range []byte{0, 0xff, 1} {
			b := slices.Clone(good)
			for i := range page {
				b[at+i] = fill
			}
			cases = append(cases, b)
		}
		if at > 0 {
			cases = append(cases, good[:at], good[:at+page/3])
		}
	}
	rng := rand.New(rand.NewPCG(5, 5))
	for range 300 {
		b := slices.Clone(good)
		b[rng.IntN(len(b))] ^= 1 << rng.IntN(8)
		cases = append(cases, b)
	}
	noticed := 0
	for i, b := range cases {
		path := filepath.Join(dir, fmt.Sprint("case", i))
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := damaged(t.Context(), path, keys, scores); err != nil {
			noticed++
			if !errors.Is(err, ErrCorrupt) {
				t.Errorf("case %d: %v", i, err)
			}
		}
		os.Remove(path)
	}
	if noticed < len(cases)/4 {
		t.Errorf("damage noticed in %d of %d cases", noticed, len(cases))
	}
}

func damaged(ctx context.Context, path string, keys []Key, scores []float64) error {
	d, err := Open(path)
	if err != nil {
		return err
	}
	defer d.Close()
	got := make([]float64, len(keys))
	found, err := d.Get("m", keys, got)
	if err != nil {
		return err
	}
	for i := range got {
		if got[i] == got[i] && got[i] != scores[i] {
			return fmt.Errorf("wrong score %v, want %v", got[i], scores[i])
		}
	}
	counts, err := d.Verify(ctx)
	if err != nil {
		return err
	}
	if len(counts) == 1 && counts[0].Model == "m" && counts[0].Scores != found {
		return fmt.Errorf("verified with %v, found %d", counts, found)
	}
	return nil
}

func TestConcurrentUse(t *testing.T) {
	d := open(t, filepath.Join(t.TempDir(), "scores"))
	var wait sync.WaitGroup
	for w := range 4 {
		wait.Go(func() {
			keys, scores := some(uint64(w), 300)
			for i := 0; i < 300; i += 50 {
				put(t, d, "m", keys[i:i+50], scores[i:i+50])
				want(t, d, "m", keys[:i+50], scores[:i+50])
			}
		})
	}
	wait.Go(func() {
		for range 3 {
			if _, _, err := d.Compact(t.Context()); err != nil {
				t.Error(err)
			}
		}
	})
	wait.Wait()
	if counts, err := d.Verify(t.Context()); err != nil || counts[0].Scores != 1200 {
		t.Errorf("%v, %v", counts, err)
	}
}

func BenchmarkGet(b *testing.B) {
	d := open(b, filepath.Join(b.TempDir(), "scores"))
	keys, scores := some(1, 100000)
	put(b, d, "m", keys, scores)
	for b.Loop() {
		if _, err := d.Get("m", keys[:4096], scores); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*4096), "ns/pair")
}

func BenchmarkPut(b *testing.B) {
	d := open(b, filepath.Join(b.TempDir(), "scores"))
	for i := 0; b.Loop(); i++ {
		keys, scores := some(uint64(i), 4096)
		put(b, d, "m", keys, scores)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*4096), "ns/pair")
}

package workbench

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// goldenStates are texts and what transformers' hidden states of them alone are,
// made by testdata/ce_states.py.
func goldenStates(t testing.TB) (texts []string, want *Matrix) {
	t.Helper()
	b, err := os.ReadFile("testdata/ce_states.json")
	if err == nil {
		err = json.Unmarshal(b, &texts)
	}
	must0(t, err)
	return texts, must[*Matrix](t)(OpenMatrix("testdata/ce_states.npy"))
}

func TestReadItemsGolden(t *testing.T) {
	texts, want := goldenStates(t)
	got := must[*Matrix](t)(openCE(t).ReadItems(t.Context(), texts))
	if got.Rows != want.Rows || got.Cols != want.Cols {
		t.Fatalf("%v, want %v", got, want)
	}
	worst := 0.0
	for i, v := range want.Data {
		worst = max(worst, math.Abs(float64(got.Data[i]-v)))
	}
	t.Logf("%d states, worst difference %.2g", len(want.Data), worst)
	if !(worst <= goldenTolerance) {
		t.Errorf("states differ by %g", worst)
	}
}

// The scores of states are those of pairs with an empty query.
func TestScoreStates(t *testing.T) {
	c := openCE(t)
	texts, states := goldenStates(t)
	var pairs [][2]string
	for _, text := range texts {
		pairs = append(pairs, [2]string{"", text})
	}
	want := must[[]float64](t)(c.Predict(t.Context(), pairs))
	got := must[*Matrix](t)(openCache(t, c, filepath.Join(t.TempDir(), "x")).ScoreStates(states))
	for i, v := range want {
		if !(math.Abs(got.At(i, 0)-v) <= goldenTolerance) {
			t.Errorf("text %d: %v, want %v", i, got.At(i, 0), v)
		}
	}
	if _, err := c.ScoreStates(NewMatrix(2, 5)); !errors.Is(err, ErrShape) {
		t.Errorf("no states: %v", err)
	}
}

// A text alone, in any batch and order: the same bits. Reading stops with its context.
func TestReadItemsBits(t *testing.T) {
	c := openCE(t)
	texts, _ := goldenStates(t)
	want := must[*Matrix](t)(c.ReadItems(t.Context(), texts))
	for n := 1; n < len(texts); n *= 3 {
		some := slices.Clone(texts[:n])
		slices.Reverse(some)
		got := must[*Matrix](t)(c.ReadItems(t.Context(), some))
		for i := range some {
			if !slices.Equal(got.Row(i), want.Row(n-1-i)) {
				t.Errorf("text %d has other bits in a batch of %d", n-1-i, n)
			}
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.ReadItems(ctx, texts); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if m, err := c.ReadItems(t.Context(), nil); err != nil || m.Rows != 0 {
		t.Errorf("no texts: %v, %v", m, err)
	}
}

// letters counts the letters a, b and c of a text, and remembers what it read.
type letters struct {
	lengths
	read []string
	stop int // texts after which it fails; 0 = never
}

func (l *letters) Fingerprint() (string, error) { return "letters", nil }

func (l *letters) ReadItems(ctx context.Context, texts []string) (*Matrix, error) {
	m := NewMatrix(len(texts), 3)
	for i, text := range texts {
		if l.stop > 0 && len(l.read) >= l.stop {
			return nil, errors.New("the power is out")
		}
		l.read = append(l.read, text)
		for j, letter := range "abc" {
			m.Row(i)[j] = float32(strings.Count(text, string(letter)))
		}
	}
	return m, nil
}

// What a cache has stored is not read again, after a failure either.
func TestCacheReadItems(t *testing.T) {
	path := filepath.Join(t.TempDir(), "scores")
	var texts []string
	for i := range 10000 {
		texts = append(texts, strings.Repeat("ab", i%7000%90)+strings.Repeat("c", i%7000/90)) // some come twice
	}
	want := must[*Matrix](t)((&letters{}).ReadItems(t.Context(), texts))
	first := &letters{stop: 3000}
	c := openCache(t, first, path)
	if _, err := c.ReadItems(t.Context(), texts); err == nil || !strings.Contains(err.Error(), "power") {
		t.Fatalf("a reader that fails: %v", err)
	}
	c.Close()
	second := &letters{}
	c = openCache(t, second, path)
	kept := must[[]CacheCount](t)(c.Verify(t.Context()))[0].Items
	if kept < 1000 || kept > 3000 {
		t.Errorf("%d items kept of 3000 read", kept)
	}
	for range 2 {
		if got := must[*Matrix](t)(c.ReadItems(t.Context(), texts)); !slices.Equal(got.Data, want.Data) {
			t.Error("the cache gives other rows")
		}
	}
	distinct := slices.Compact(slices.Sorted(slices.Values(texts)))
	if len(second.read) != len(distinct)-kept {
		t.Errorf("%d read with %d of %d kept", len(second.read), kept, len(distinct))
	}
	if _, err := openCache(t, &counting{}, filepath.Join(t.TempDir(), "x")).ReadItems(t.Context(), texts); err == nil || !strings.Contains(err.Error(), "cannot read items alone") {
		t.Errorf("a scorer that reads no items: %v", err)
	}
}

func TestDatasetReadItems(t *testing.T) {
	d, _ := toy(3, 5, 40, 4)
	withTexts(d)
	for i := range d.Items {
		d.Items[i].Text = strings.Repeat("ab", i%7) + strings.Repeat("c", i+1)
	}
	v := must[View](t)(d.ReadItems(t.Context(), &letters{}, ViewOptions{}))
	if len(d.Views) != 1 || d.Views[0].Name != "ce" || v.Passes != 40 || v.Items.Rows != 40 || v.Items.Cols != 2 || math.Abs(v.Kept-1) > 1e-6 {
		t.Errorf("%v", v) // a and b always come together: two directions
	}
	d.Views = append(d.Views, View{Name: "own", Items: NewMatrix(40, 1)})
	must[View](t)(d.ReadItems(t.Context(), &letters{}, ViewOptions{Width: 1}))
	if len(d.Views) != 2 || d.Views[0].Items.Cols != 1 {
		t.Errorf("read again: %v", d.Views)
	}
	must0(t, d.Check())
	d.Items[7].Text = ""
	if _, err := d.ReadItems(t.Context(), &letters{}, ViewOptions{}); err == nil || !strings.Contains(err.Error(), "item row 7") {
		t.Errorf("an item without a text: %v", err)
	}
}

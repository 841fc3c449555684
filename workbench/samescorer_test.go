package workbench

import (
	"bytes"
	"context"
	"errors"
	"log"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"axn/workbench/internal/npy"
	"axn/workbench/internal/npz"
)

// otherScorers gives, by what they are, pairs of scorers and whether they are told apart.
func otherScorers(g, other *Matrix, d *Dataset) map[string]struct {
	a, b  Scorer
	apart bool
} {
	type pair = struct {
		a, b  Scorer
		apart bool
	}
	text := func(m *Matrix) TextScorer {
		queries, items := d.byID()
		return TextScorerFunc(func(ctx context.Context, pairs [][2]string) ([]float64, error) {
			scores := make([]float64, len(pairs))
			for i, p := range pairs {
				scores[i] = m.At(queries[p[0]], items[p[1]])
			}
			return scores, nil
		})
	}
	larger := NewMatrix(g.Rows+1, g.Cols)
	copy(larger.Data, other.Data)
	bare := func(m *Matrix) Scorer { return ScorerFunc(LookUp(m).Score) }
	return map[string]pair{
		"one table":                {LookUp(g), LookUp(g.Select(upTo(g.Rows))), false},
		"two tables":               {LookUp(g), LookUp(other), true},
		"tables of other shapes":   {LookUp(g), LookUp(larger), false},
		"functions":                {bare(g), bare(other), false},
		"a table and a function":   {LookUp(g), bare(other), false},
		"one name":                 {NewScorer(Named("a", text(g)), d), NewScorer(Named("a", text(g)), d), false},
		"two names":                {NewScorer(Named("a", text(g)), d), NewScorer(Named("b", text(other)), d), true},
		"a name and a table":       {NewScorer(Named("a", text(g)), d), LookUp(g), false},
		"texts without a name":     {NewScorer(text(g), d), NewScorer(Named("b", text(other)), d), false},
		"a table and an empty one": {LookUp(g), NewScorer(Named("", text(g)), d), false},
	}
}

// What is observed remembers its cross-encoder, through files and heads of indexes too;
// searching with another one is said once, or is an error.
func TestSameScorer(t *testing.T) {
	d, g := toy(3, 8, 30, 4)
	_, other := toy(4, 8, 30, 4)
	for i := range d.Queries {
		d.Queries[i].Text = d.Queries[i].ID
	}
	for i := range d.Items {
		d.Items[i].Text = d.Items[i].ID
	}
	dir := t.TempDir()
	for name, c := range otherScorers(g, other, d) {
		scores := must[*Scores](t)(Observe(t.Context(), c.a, d, Sampling{Random: 5}))
		Must(scores.Save(filepath.Join(dir, "scores")))
		again := must[*Scores](t)(OpenScores(filepath.Join(dir, "scores")))
		made := must[*Index](t)(Factorize(t.Context(), d, again, FactorizeOptions{Method: DualEncoder}))
		Must(made.Save(filepath.Join(dir, "index")))
		opened, mapped := must[*Index](t)(OpenIndex(filepath.Join(dir, "index"))), must[*Index](t)(MapIndex(filepath.Join(dir, "index")))
		for how, ix := range map[string]*Index{"made": made, "opened": opened, "mapped": mapped} {
			notes := map[string]int{}
			ctx := WithProgress(t.Context(), func(p Progress) { notes[p.Note]++ })
			if _, err := ix.Search(ctx, c.a, 5, SearchOptions{Budget: 5, SameScorer: true}); err != nil || len(notes) != 1 || notes[""] == 0 {
				t.Errorf("%s, %s: the same scorer: error %v, notes %v", name, how, err, notes)
			}
			for range 2 {
				if _, err := ix.Search(ctx, c.b, 5, SearchOptions{Budget: 5}); err != nil {
					t.Fatal(err)
				}
			}
			delete(notes, "")
			said := 0
			for note, n := range notes {
				if said += n; !strings.Contains(note, "observed with another cross-encoder") {
					t.Errorf("%s, %s: the note %q", name, how, note)
				}
			}
			if c.apart != (said > 0) || said > 2 { // when it comes up, and in the last report of that search
				t.Errorf("%s, %s: said %d times, want it told apart: %v", name, how, said, c.apart)
			}
			_, err := ix.Search(ctx, c.b, 5, SearchOptions{Budget: 5, SameScorer: true})
			if c.apart != errors.Is(err, ErrOtherScorer) || !c.apart && err != nil {
				t.Errorf("%s, %s: strictly: error %v", name, how, err)
			}
		}
		if head := made.Head(); head.Fingerprint != scores.Fingerprint {
			t.Errorf("%s: head has %q, scores %q", name, head.Fingerprint, scores.Fingerprint)
		}
		Must(mapped.Close())
	}
}

// Where nobody follows the progress the log says it.
func TestSameScorerLogs(t *testing.T) {
	d, g := toy(3, 8, 30, 4)
	_, other := toy(4, 8, 30, 4)
	ix := toyIndex(t, d, g, DualEncoder)
	var b bytes.Buffer
	log.SetOutput(&b)
	defer log.SetOutput(os.Stderr)
	for range 2 {
		if _, err := ix.Search(t.Context(), LookUp(other), 5, SearchOptions{Budget: 5}); err != nil {
			t.Fatal(err)
		}
	}
	if n := strings.Count(b.String(), "another cross-encoder"); n != 1 {
		t.Errorf("logged %d times: %s", n, &b)
	}
}

// Files from before fingerprints open, and say nothing.
func TestScoresWithoutFingerprint(t *testing.T) {
	path := filepath.Join(t.TempDir(), "scores")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := npz.NewWriter(f, map[string]any{"Kind": scoresKind, "Items": 2, "Calls": 1})
	w.Ints("queries", []int32{0})
	w.Ints("lens", []int32{1})
	w.Ints("items", []int32{1})
	for _, name := range []string{"values", "weights"} {
		w.Floats(name, npy.Array{Rows: 1, Cols: 1, Data: []float32{1}})
	}
	if err := errors.Join(w.Close(), f.Close()); err != nil {
		t.Fatal(err)
	}
	if g := must[*Scores](t)(OpenScores(path)); g.Fingerprint != "" || g.Len() != 1 {
		t.Errorf("%+v", g)
	}
}

// A fingerprint that does not come in time is not waited for.
func TestFingerprintObeysContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	block := make(chan struct{})
	defer close(block)
	if got := fingerprintOf(ctx, slowName{LookUp(NewMatrix(1, 1)), block}); got != "" {
		t.Errorf("got %q", got)
	}
}

type slowName struct {
	Scorer
	wait chan struct{}
}

func (s slowName) Fingerprint() (string, error) { <-s.wait; return "slow", nil }

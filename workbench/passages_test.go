package workbench

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
)

// TestPassages: an item that is read whole has the model's own score, a longer one that of its
// best passage or their mean, every word stands in a passage, none is cut, and calls are counted.
func TestPassages(t *testing.T) {
	ce := openCE(t)
	var seen [][2]string
	spy := TextScorerFunc(func(ctx context.Context, pairs [][2]string) ([]float64, error) {
		seen = append(seen, pairs...)
		return ce.Predict(ctx, pairs)
	})
	long := strings.Repeat("invade the lungs of the enemy 中国 ", 300) + strings.Repeat("x", 5000) + " end"
	pairs := [][2]string{{"she * invaded * it", "invade: occupy"}, {"she * invaded * it", long}, {"q", ""}, {"q", "  \n "}}
	_, most := ce.length("", "")
	for _, mean := range []bool{false, true} {
		s, err := Passages(ce, PassageOptions{Mean: mean})
		if err != nil {
			t.Fatal(err)
		}
		seen = nil
		s.ts = spy
		got, err := s.Predict(t.Context(), pairs)
		if err != nil {
			t.Fatal(err)
		}
		all, err := ce.Predict(t.Context(), seen)
		if err != nil {
			t.Fatal(err)
		}
		n := len(seen) - 3
		passages, scores := seen[1:1+n], all[1:1+n]
		want := slices.Max(scores)
		if mean {
			want = 0
			for _, x := range scores {
				want += x
			}
			want /= float64(n)
		}
		if got[0] != all[0] || math.Abs(got[1]-want) > 1e-9 || got[2] != all[len(all)-2] {
			t.Errorf("mean %v: %v, want %g of %d passages", mean, got, want, n)
		}
		rest := strings.Join(strings.Fields(long), "")
		for i, p := range passages {
			if tokens, _ := ce.length(p[0], p[1]); tokens > most || tokens < most/2 && i < n-1 {
				t.Errorf("passage %d has %d tokens of %d", i, tokens, most)
			}
			// what it has beyond the words that the one before it has is what comes next
			text := strings.Join(strings.Fields(p[1]), "")
			over := 0
			for k := min(len(text), len(rest)); k >= 0; k-- {
				if strings.HasSuffix(text, rest[:k]) {
					over = k
					break
				}
			}
			if over == 0 {
				t.Fatalf("passage %d does not go on where the one before it ends", i)
			}
			rest = rest[over:]
		}
		if rest != "" {
			t.Errorf("the last %d bytes stand in no passage", len(rest))
		}
		if p, calls := s.Calls(); p != 4 || calls != len(seen) || n < 5 {
			t.Errorf("%d pairs, %d calls, %d passages", p, calls, n)
		}
	}
}

// TestPassagesOfWords: passages of a scorer that does not say what it reads, exactly.
func TestPassagesOfWords(t *testing.T) {
	var seen []string
	count := TextScorerFunc(func(_ context.Context, pairs [][2]string) ([]float64, error) {
		scores := make([]float64, len(pairs))
		errs := make([]error, len(pairs))
		for i, p := range pairs {
			seen = append(seen, p[1])
			if scores[i] = float64(len(p[1])); strings.Contains(p[1], "bad") {
				errs[i] = errors.New("it is bad")
			}
		}
		return scores, partial(scores, errs)
	})
	if _, err := Passages(count, PassageOptions{}); err == nil || !strings.Contains(err.Error(), "set Words") {
		t.Errorf("%v", err)
	}
	if _, err := Passages(count, PassageOptions{Words: 4, Overlap: 1}); err == nil {
		t.Error("an overlap of everything")
	}
	for overlap, want := range map[float64]string{0: "a b c d|d  e\tf g", -1: "a b c d|e\tf g", 0.75: "a b c d|b c d  e|c d  e\tf|d  e\tf g"} {
		s, err := Passages(count, PassageOptions{Words: 4, Overlap: overlap})
		if err != nil {
			t.Fatal(err)
		}
		seen = nil
		got, err := s.Predict(t.Context(), [][2]string{{"q", "a b c d  e\tf g"}})
		if text := strings.Join(seen, "|"); err != nil || text != want {
			t.Errorf("overlap %g: %q, want %q; %v, %v", overlap, text, want, got, err)
		}
	}
	s, _ := Passages(count, PassageOptions{Words: 2})
	got, err := s.Predict(t.Context(), [][2]string{{"q", "a b c"}, {"q", "a b bad c"}})
	part, ok := errors.AsType[*PartialError](err)
	if !ok || len(part.Failed) != 1 || part.Failed[0].Index != 1 || got[0] != 3 || !math.IsNaN(got[1]) {
		t.Errorf("%v, %v", got, err)
	}
	ce := openCE(t)
	s, err = Passages(ce, PassageOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err = s.Predict(t.Context(), [][2]string{{strings.Repeat("query ", 600), "an item"}}); err == nil || !strings.Contains(err.Error(), "no room for a passage") {
		t.Errorf("%v", err)
	}
	a, _ := s.Fingerprint()
	s.o.Mean = true
	if b, err := s.Fingerprint(); err != nil || a == b {
		t.Errorf("%v: the fingerprints of the greatest and of the mean are one", err)
	}
}

package workbench

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
)

// byNumber encodes the text "q7" as the vector of query 7.
type byNumber struct{ d *Dataset }

func (e byNumber) Encode(_ context.Context, texts []string) (*Matrix, error) {
	m := NewMatrix(len(texts), e.d.DE.Queries.Cols)
	for i, text := range texts {
		q := 0
		if _, err := fmt.Sscanf(text, "q%d", &q); err != nil {
			return nil, err
		}
		copy(m.Row(i), e.d.DE.Queries.Row(q))
	}
	return m, nil
}

// TestAsk: a question answers as the query of the same vector does, by many goroutines at once,
// with ids and texts, and changes nothing.
func TestAsk(t *testing.T) {
	d, g := toy(71, 60, 300, 6)
	for i := range d.Items {
		d.Items[i].Text = fmt.Sprint("text of ", i)
	}
	ce := TextScorerFunc(func(_ context.Context, pairs [][2]string) ([]float64, error) {
		scores := make([]float64, len(pairs))
		for i, p := range pairs {
			q, it := 0, 0
			if _, err := fmt.Sscanf(p[0]+" "+p[1], "q%d text of %d", &q, &it); err != nil {
				return nil, err
			}
			scores[i] = g.At(q, it)
		}
		return scores, nil
	})
	for _, m := range allMethods() {
		ix := toyIndex(t, d, g, m)
		o := AskOptions{Dataset: d, Encoder: byNumber{d}, Scorer: ce, Search: SearchOptions{Budget: 40}}
		var wait sync.WaitGroup
		for _, q := range d.Test[:8] {
			wait.Go(func() {
				want, err1 := ix.Search(t.Context(), LookUp(g), q, SearchOptions{K: 10, Budget: 40})
				got, err2 := ix.Ask(t.Context(), fmt.Sprint("q", q), o)
				if err := errors.Join(err1, err2); err != nil {
					t.Error(m, err)
					return
				}
				if !slices.Equal(got.Items, want.Items) || !slices.Equal(got.Scores, want.Scores) || got.Calls != 40 || got.Found[0] != d.Items[want.Items[0]] {
					t.Errorf("%s: query %d: %v, want %v", m, q, got.Items, want.Items)
				}
				if f := got.Frame(); f.Nrow() != 10 || !slices.Equal(f.Names(), []string{"rank", "id", "score", "lemmas", "text", "item"}) {
					t.Errorf("frame %v", f)
				}
			})
		}
		wait.Wait()
		if ix.DE.Queries.Rows != 60 || len(d.Queries) != 60 {
			t.Errorf("%s: a question stayed", m)
		}
	}
}

// TestAskErrors: each thing that is missing is named.
func TestAskErrors(t *testing.T) {
	d, g := toy(72, 20, 60, 4)
	ix := toyIndex(t, d, g, DualEncoder)
	ce := TextScorerFunc(func(context.Context, [][2]string) ([]float64, error) { return nil, nil })
	wide := givenVectors(func() *Matrix { return NewMatrix(1, 9) })
	good := AskOptions{Dataset: d, Encoder: byNumber{d}, Scorer: ce, Search: SearchOptions{Budget: 5}}
	for want, change := range map[string]func(o *AskOptions){
		"set Dataset":            func(o *AskOptions) { o.Dataset = nil },
		"set Encoder":            func(o *AskOptions) { o.Encoder = nil },
		"set Scorer":             func(o *AskOptions) { o.Scorer = nil },
		"set Budget":             func(o *AskOptions) { o.Search.Budget = 0 },
		"Dataset.AddItems takes": func(o *AskOptions) { o.Dataset = &Dataset{Name: "less", Items: d.Items[:9]} },
		"vectors of length 4":    func(o *AskOptions) { o.Encoder = wide },
		"has no text":            func(o *AskOptions) {},
		"leave it nil":           func(o *AskOptions) { o.Search.First = ByDualEncoder(d.DE) }, // of d's queries
		"the index cannot say":   func(o *AskOptions) { o.Search.Recall = .9 },                 // of the 10 items that K 0 is
	} {
		o := good
		change(&o)
		if _, err := ix.Ask(t.Context(), "q3", o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	if _, err := ix.Ask(t.Context(), " ", good); err == nil || !strings.Contains(err.Error(), "the question is empty") {
		t.Errorf("an empty question: %v", err)
	}
}

// givenVectors is an Embedder that returns what it is told.
type givenVectors func() *Matrix

func (f givenVectors) Encode(context.Context, []string) (*Matrix, error) { return f(), nil }

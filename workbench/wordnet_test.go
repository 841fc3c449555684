package workbench

import (
	"context"
	"errors"
	"io/fs"
	"reflect"
	"strings"
	"testing"
)

func excerpt(t *testing.T) *WordNet {
	t.Helper()
	w, err := OpenWordNet("testdata/wordnet")
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestWordNetMissing(t *testing.T) {
	t.Setenv("WNSEARCHDIR", t.TempDir())
	_, err := OpenWordNet("")
	if !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("error %v", err)
	}
	for _, want := range []string{"apt-get install wordnet-base", "WNSEARCHDIR"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not say %q", err, want)
		}
	}
}

func TestFillTexts(t *testing.T) {
	t.Setenv("WNSEARCHDIR", "testdata/wordnet")
	w, err := OpenWordNet("")
	if err != nil {
		t.Fatal(err)
	}
	d := &Dataset{Name: "mixed", Queries: []Query{{ID: "00000200-v:0"}, {ID: "00000500-n:1"}, {ID: "00000300-s:0"}},
		Items: []Item{{ID: "00000200-n"}, {ID: "00000200-a"}, {ID: "00000200-r"}, {ID: "00000300-v"}}}
	if err := w.FillTexts(d); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, q := range d.Queries {
		got = append(got, q.Text)
	}
	for _, item := range d.Items {
		got = append(got, item.Text)
	}
	want := []string{"they * ran away *", "a * Café au lait *, please", "a bigger_one or a * bigger * one",
		"lamp, table lamp: a thing that gives light", "happy: glad", "slowly: not fast", "carry: bring along"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
}

func TestFillTextsErrors(t *testing.T) {
	w := excerpt(t)
	for id, want := range map[string]string{
		"":              `query row 1: "" is not the id`,
		"robot":         `query row 1: "robot" is not the id`,
		"00000900-v:0":  `no sense "00000900-v"`,
		"00000200-v":    `3 examples, no number ""`,
		"00000200-v:3":  `3 examples, no number "3"`,
		"00000200-v:-1": `3 examples, no number "-1"`,
		"00000400-n:1":  `has none of the words berry`,
	} {
		d := &Dataset{Name: "bad", Queries: []Query{{ID: "00000200-v:0", Text: "before"}, {ID: id}}}
		if err := w.FillTexts(d); err == nil || !strings.Contains(err.Error(), want) || d.Queries[0].Text != "before" {
			t.Errorf("%q: error %v, text %q", id, err, d.Queries[0].Text)
		}
	}
	d := &Dataset{Name: "bad", Items: []Item{{ID: "00000900-n"}}}
	if err := w.FillTexts(d); err == nil || !strings.Contains(err.Error(), `texts of bad: item row 0: no sense "00000900-n"`) {
		t.Errorf("error %v", err)
	}
}

func TestWordNetDataset(t *testing.T) {
	w := excerpt(t)
	for part, want := range map[string][2]int{"nouns": {4, 5}, "verbs": {3, 5}, "adjectives": {3, 2}, "adverbs": {1, 1},
		"artifacts": {2, 3}, "noun.artifact": {2, 3}, "verb.motion": {1, 3}, "adj.pert": {1, 0}} {
		d, err := w.Dataset(Domain{Part: part})
		if err != nil {
			t.Fatal(err)
		}
		if got := [2]int{len(d.Items), len(d.Queries)}; got != want || len(d.Train)+len(d.Test) != want[1] || len(d.Test) != (want[1]+4)/5 {
			t.Errorf("%s: %v, want %v items and queries", d, got, want)
		}
		texts := *d
		texts.Queries, texts.Items = append([]Query(nil), d.Queries...), append([]Item(nil), d.Items...)
		if err := w.FillTexts(&texts); err != nil || !reflect.DeepEqual(texts.Queries, d.Queries) || !reflect.DeepEqual(texts.Items, d.Items) {
			t.Errorf("%s: texts differ from those by id: %v", part, err)
		}
		for _, q := range d.Queries {
			if !strings.HasPrefix(q.ID, d.Items[q.Gold].ID+":") {
				t.Errorf("%s has gold %s", q.ID, d.Items[q.Gold].ID)
			}
		}
	}
}

func TestWordNetDraw(t *testing.T) {
	w := excerpt(t)
	draw := func(seed int64) *Dataset {
		d, err := w.Dataset(Domain{Part: "nouns", Train: 2, Test: 1, Seed: seed})
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	first, differs := draw(1), false
	if !reflect.DeepEqual(first.Train, []int{0, 1}) || !reflect.DeepEqual(first.Test, []int{2}) || len(first.Queries) != 3 {
		t.Errorf("train %v, test %v of %d", first.Train, first.Test, len(first.Queries))
	}
	if !reflect.DeepEqual(draw(1), first) {
		t.Error("the same seed drew other queries")
	}
	for seed := range int64(9) {
		differs = differs || !reflect.DeepEqual(draw(seed).Queries, first.Queries)
	}
	if !differs {
		t.Error("nine seeds drew the same queries")
	}
	for want, dom := range map[string]Domain{
		`no such part: verbs`:              {Part: "noun.robots"},
		`5 train and 1 test queries of 5`:  {Part: "nouns", Train: 5},
		`-1 train and 6 test queries of 5`: {Part: "nouns", Test: 6},
	} {
		if _, err := w.Dataset(dom); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: error %v", dom, err)
		}
	}
}

// lengths is a TextScorer and Embedder that counts letters.
type lengths struct{}

func (lengths) Predict(_ context.Context, pairs [][2]string) ([]float64, error) {
	scores := make([]float64, len(pairs))
	for i, p := range pairs {
		scores[i] = float64(100*len(p[0]) + len(p[1]))
	}
	return scores, nil
}

func (lengths) Encode(_ context.Context, texts []string) (*Matrix, error) {
	m := NewMatrix(len(texts), 2)
	for i, text := range texts {
		m.Row(i)[0], m.Row(i)[1] = float32(len(text)), 1
	}
	return m, nil
}

func TestNewScorer(t *testing.T) {
	d := &Dataset{Name: "d", Queries: []Query{{ID: "a", Text: "xx"}, {ID: "b"}}, Items: []Item{{ID: "c", Text: "yyy"}, {ID: "e"}}}
	s := NewScorer(lengths{}, d)
	if got, err := s.Score(t.Context(), []Pair{{0, 0}, {0, 0}}); err != nil || !reflect.DeepEqual(got, []float64{203, 203}) {
		t.Errorf("%v, %v", got, err)
	}
	for want, p := range map[string]Pair{
		"query row 1 (b) of d has no text": {1, 0}, "item row 1 (e) of d has no text": {0, 1},
		"no query row 2: d has 2 queries": {2, 0}, "no query row -1": {-1, 0}, "no item row 2: d has 2 items": {0, 2},
	} {
		if _, err := s.Score(t.Context(), []Pair{{0, 0}, p}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: error %v", p, err)
		}
	}
}

func TestEmbed(t *testing.T) {
	d, err := excerpt(t).Dataset(Domain{Part: "verbs"})
	if err != nil {
		t.Fatal(err)
	}
	if d.Check() == nil || !strings.HasSuffix(d.String(), "no vectors") {
		t.Errorf("%s passed its check", d)
	}
	if err := d.Embed(t.Context(), lengths{}); err != nil {
		t.Fatal(err)
	}
	if err := d.Check(); err != nil || d.DE.Items.Row(1)[0] != float32(len("carry: bring along")) {
		t.Errorf("%v, %v", err, d.DE.Items)
	}
	d.Items = append(d.Items, d.Items[0])
	if err := (&Dataset{Name: "bare", Queries: []Query{{ID: "q"}}, Items: []Item{{ID: "i", Text: "x"}}}).Embed(t.Context(), lengths{}); err == nil || !strings.Contains(err.Error(), "no texts of queries") {
		t.Errorf("no texts: %v", err)
	}
	if err := d.Embed(t.Context(), lengths{}); err == nil || len(d.Items) == d.DE.Items.Rows {
		t.Errorf("a repeated id: %v", err)
	}
}

package workbench

import (
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"strings"
	"testing"
)

// readable is a toy data set with texts, and a scorer of them that gives the toy's
// scores, moved a little by every word of both texts.
func readable() (*Dataset, TextScorerFunc) {
	d, g := toy(3, 120, 300, 16)
	queries, items := map[string]int{}, map[string]int{}
	for q := range d.Queries {
		d.Queries[q].Text = fmt.Sprintf("query%d asks for this", q)
		queries[fmt.Sprint("query", q)] = q
	}
	for i := range d.Items {
		d.Items[i].Text = fmt.Sprintf("item%d is a thing%s at the end", i, strings.Repeat(" of some length", i/10))
		items[fmt.Sprint("item", i)] = i
	}
	return d, func(_ context.Context, pairs [][2]string) ([]float64, error) {
		scores := make([]float64, len(pairs))
		for k, p := range pairs {
			q, _, _ := strings.Cut(p[0], " ")
			i, _, _ := strings.Cut(p[1], " ")
			end := float64(crc32.ChecksumIEEE([]byte(p[0]+"\t"+p[1]))) / math.MaxUint32
			scores[k] = g.At(queries[q], items[i]) + 1e-3*end
		}
		return scores, nil
	}
}

// through changes every score of a scorer.
func through(ts TextScorer, change func(k int, pair [2]string, score float64) float64) TextScorerFunc {
	return func(ctx context.Context, pairs [][2]string) ([]float64, error) {
		scores, err := ts.Predict(ctx, pairs)
		for k := range scores {
			scores[k] = change(k, pairs[k], scores[k])
		}
		return scores, err
	}
}

func verdicts(r *ScorerReport) map[string]Finding {
	found := map[string]Finding{}
	for _, f := range r.Findings {
		found[f.Check] = f
	}
	return found
}

func TestCheckScorerFine(t *testing.T) {
	d, ts := readable()
	calls := 0
	counted := TextScorerFunc(func(ctx context.Context, pairs [][2]string) ([]float64, error) {
		calls += len(pairs)
		return ts(ctx, pairs)
	})
	r := must[*ScorerReport](t)(CheckScorer(t.Context(), NewScorer(counted, d), d))
	for _, f := range r.Findings {
		if f.Verdict != Fine || f.Advice != "" {
			t.Errorf("%+v", f)
		}
	}
	if len(r.Findings) != 12 || r.Err() != nil || r.Calls != calls || calls > 700 {
		t.Errorf("%d findings, error %v, %d calls counted of %d", len(r.Findings), r.Err(), r.Calls, calls)
	}
}

func TestCheckScorerFindsBrokenScorers(t *testing.T) {
	d, ts := readable()
	for name, c := range map[string]struct {
		scorer  TextScorer
		check   string
		verdict Verdict
		found   string
	}{
		"error": {TextScorerFunc(func(context.Context, [][2]string) ([]float64, error) { return nil, errors.New("503") }), "answers", Problem, "scoring fails: 503"},
		"partial": {TextScorerFunc(func(_ context.Context, pairs [][2]string) ([]float64, error) {
			errs := make([]error, len(pairs))
			errs[1] = errors.New("gone")
			scores := make([]float64, len(pairs))
			return scores, partial(scores, errs)
		}), "answers", Problem, "1 of "},
		"length": {TextScorerFunc(func(context.Context, [][2]string) ([]float64, error) { return []float64{1}, nil }), "answers", Problem, "1 scores for"},
		"nan": {through(ts, func(k int, _ [2]string, s float64) float64 {
			if k == 5 {
				return math.NaN()
			}
			return s
		}), "answers", Problem, "1 of "},
		"constant": {through(ts, func(int, [2]string, float64) float64 { return 0.25 }), "variety", Problem, "every score is 0.25"},
		"item ignored": {through(ts, func(_ int, p [2]string, _ float64) float64 { return float64(crc32.ChecksumIEEE([]byte(p[0]))) }),
			"variety", Problem, "all items of a query have the same score"},
		"query ignored": {through(ts, func(_ int, p [2]string, _ float64) float64 { return float64(crc32.ChecksumIEEE([]byte(p[1]))) }),
			"variety", Problem, "an item has the same score for every query"},
		"rounded":       {through(ts, func(_ int, _ [2]string, s float64) float64 { return math.Round(s) }), "variety", Warning, "different scores"},
		"by position":   {through(ts, func(k int, _ [2]string, s float64) float64 { return s + float64(k)/10 }), "repeats", Problem, "move by"},
		"sigmoid":       {through(ts, func(_ int, _ [2]string, s float64) float64 { return 1 / (1 + math.Exp(-s)) }), "scale", Warning, "all between 0 and 1"},
		"steep sigmoid": {through(ts, func(_ int, _ [2]string, s float64) float64 { return 1 / (1 + math.Exp(-20*s)) }), "scale", Problem, "at an end"},
		"inverted":      {through(ts, func(_ int, _ [2]string, s float64) float64 { return -s }), "direction", Problem, "dual encoder's best score above"},
		"chance": {through(ts, func(_ int, p [2]string, _ float64) float64 {
			return float64(crc32.ChecksumIEEE([]byte(p[0]+"+"+p[1])))/1e9 - 2
		}),
			"dual encoder", Warning, "above random ones in"},
		"cut": {TextScorerFunc(func(ctx context.Context, pairs [][2]string) ([]float64, error) {
			short := make([][2]string, len(pairs))
			for k, p := range pairs {
				short[k] = [2]string{p[0], p[1][:min(len(p[1]), 300)]}
			}
			return ts(ctx, short)
		}), "length", Warning, "76 of 300 are as long"},
		"query cut": {TextScorerFunc(func(ctx context.Context, pairs [][2]string) ([]float64, error) {
			short := make([][2]string, len(pairs))
			for k, p := range pairs {
				short[k] = [2]string{p[0][:min(len(p[0]), 12)], p[1]}
			}
			return ts(ctx, short)
		}), "length", Warning, "the longest query, 22 characters"},
	} {
		t.Run(name, func(t *testing.T) {
			r := must[*ScorerReport](t)(CheckScorer(t.Context(), NewScorer(c.scorer, d), d))
			f := verdicts(r)[c.check]
			if f.Verdict != c.verdict || !strings.Contains(f.Found, c.found) || f.Advice == "" {
				t.Errorf("%s: %+v", c.check, f)
			}
			if dual := verdicts(r)["dual encoder"]; name == "inverted" && dual.Verdict != Fine {
				t.Errorf("%+v", dual)
			}
			if err := r.Err(); (err != nil) != (c.verdict == Problem) || err != nil && !strings.Contains(err.Error(), c.found) {
				t.Errorf("error %v", err)
			}
		})
	}
}

func TestCheckScorerFindsWrongData(t *testing.T) {
	for name, c := range map[string]struct {
		change  func(d *Dataset)
		check   string
		verdict Verdict
		found   string
	}{
		"empty item":  {func(d *Dataset) { d.Items[7].Text = "" }, "texts", Problem, "1 of 300 items have no text, first row 7 (i7)"},
		"empty query": {func(d *Dataset) { d.Queries[1].Text, d.Queries[4].Text = "", "" }, "texts", Problem, "2 of 120 queries have no text, first row 1 (q1)"},
		"same item":   {func(d *Dataset) { d.Items[9].Text = d.Items[2].Text }, "duplicates", Warning, "1 of 300 items repeat an earlier text, first rows 2 and 9"},
		"both": {func(d *Dataset) {
			d.Items[9].Text, d.Queries[d.Test[0]].Text = d.Items[2].Text, d.Queries[d.Train[3]].Text
		}, "duplicates", Warning, "train queries, too; 1 of 300 items"},
		"leak":            {func(d *Dataset) { d.Queries[d.Test[0]].Text = d.Queries[d.Train[3]].Text }, "duplicates", Warning, "1 of 60 test queries"},
		"few train":       {func(d *Dataset) { d.Train = d.Train[:49] }, "size", Warning, "49 train and 60 test"},
		"few test":        {func(d *Dataset) { d.Test = d.Test[:19] }, "size", Warning, "60 train and 19 test"},
		"no vectors":      {func(d *Dataset) { d.DE = DualEmbeddings{} }, "dual encoder", Warning, "no vectors"},
		"nothing to tell": {func(d *Dataset) { d.DE = DualEmbeddings{} }, "direction", Warning, "nothing to tell"},
		"few to tell":     {func(d *Dataset) { d.Train = d.Train[:3] }, "dual encoder", Warning, "fewer than 4 queries"},
		"judged": {func(d *Dataset) {
			for q := range d.Queries {
				d.Queries[q].Gold = q
			}
		}, "direction", Warning, "relevant items score above random ones in"},
		"rows out of step": {func(d *Dataset) {
			m := NewMatrix(d.DE.Items.Rows, d.DE.Items.Cols)
			for i := range d.Items {
				copy(m.Row(i), d.DE.Items.Row((i+1)%len(d.Items)))
			}
			d.DE.Items = m
		}, "dual encoder", Warning, "above random ones"},
	} {
		t.Run(name, func(t *testing.T) {
			d, ts := readable()
			c.change(d)
			r := must[*ScorerReport](t)(CheckScorer(t.Context(), NewScorer(ts, d), d))
			if f := verdicts(r)[c.check]; f.Verdict != c.verdict || !strings.Contains(f.Found, c.found) || f.Advice == "" {
				t.Errorf("%s: %+v", c.check, f)
			}
		})
	}
	if _, err := CheckScorer(t.Context(), LookUp(NewMatrix(1, 1)), &Dataset{}); err == nil {
		t.Error("a data set without rows is no error")
	}
}

// TestCheckScorerByRows looks at a scorer that reads no texts.
func TestCheckScorerByRows(t *testing.T) {
	d, g := toy(3, 120, 300, 16)
	r := must[*ScorerReport](t)(CheckScorer(t.Context(), LookUp(g), d))
	f := verdicts(r)
	if f["texts"].Verdict != Fine || f["direction"].Verdict != Fine || f["length"].Check != "" || r.Err() != nil {
		t.Errorf("%+v", r.Findings)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := CheckScorer(ctx, LookUp(g), d); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: error %v", err)
	}
}

func TestScorerReportShown(t *testing.T) {
	r := &ScorerReport{Dataset: "fruit", Calls: 1}
	r.add("texts", Fine, "all there", "never shown")
	r.add("scale", Warning, "0 < x & x < 1", "ask for <raw> scores")
	want := "ScorerReport on fruit: 0 problems, 1 warning, 2 checks, 1 call"
	if r.String() != want {
		t.Errorf("%s", r)
	}
	if df := r.Frame(); df.Err != nil || df.Nrow() != 2 || df.Elem(0, 3).String() != "" || df.Elem(1, 1).String() != "warning" {
		t.Errorf("%v", df)
	}
	for _, part := range []string{`<th scope="row" style="text-align:left">scale</th>`, "⚠ warning", "0 &lt; x &amp; x", "ask for &lt;raw&gt; scores", want} {
		if !strings.Contains(r.HTML(), part) {
			t.Errorf("%q is not in %s", part, r.HTML())
		}
	}
	if strings.Contains(r.HTML(), "never shown") {
		t.Error("advice beside what is well")
	}
}

package workbench

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"html"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"

	"axn/workbench/internal/topk"
)

// CheckScorer tells early what is wrong with a scorer, a data set's texts, or the
// two together, for about 650 cross-encoder calls: texts that are empty or
// come twice, too few rows, scores that are missing, not finite, not repeatable,
// constant, squashed by a sigmoid or lower for better items, query and item in each
// other's place, texts that are cut, and a dual encoder that knows nothing of the
// cross-encoder. The report shows itself as a table; its Err stops a program.
//
// What a scorer does wrong is in the report, not in the error, which says that ctx
// was cancelled, that d has no rows or that there is no scorer. Texts are looked at when s comes from
// NewScorer; the dual encoder when d has vectors.
func CheckScorer(ctx context.Context, s Scorer, d *Dataset) (*ScorerReport, error) {
	if err := cmp.Or(d.checkRows(), checkScorer(s)); err != nil {
		return nil, fmt.Errorf("workbench: check scorer: %w", err)
	}
	rows, byText := s.(rowScorer)
	c := &scorerCheck{ScorerReport: &ScorerReport{Dataset: d.Name}, d: d, byText: byText, dual: d.check() == nil}
	c.checkTexts()
	c.checkDuplicates()
	c.checkSize()
	c.sample()
	if c.ask(ctx, s) && c.checkVariety() {
		c.checkRepeats(ctx, s)
		c.checkScale()
		c.checkDirection()
		if byText {
			c.checkOrder(ctx, rows.ts)
			if err := c.checkLength(ctx, rows.ts); err != nil {
				c.add("length", Problem, "long texts are an error: "+nested{err}.Error(), "Have the server cut them, or split them into passages.")
			}
		}
		c.checkSpeed()
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("workbench: check scorer: %w", err)
	}
	return c.ScorerReport, nil
}

// The sample: queries, and items for each. Common items are the same for all.
const (
	checkQueries = 16
	checkCommon  = 8
	checkRandom  = 8
	checkTop     = 8
)

// scorerCheck is a check under way.
type scorerCheck struct {
	*ScorerReport
	d      *Dataset
	byText bool // the scorer reads texts
	dual   bool // the data set has vectors
	asked  []checkedQuery
	pairs  []Pair // of all queries, one after the other
	scores []float64
}

// checkedQuery are indices in scorerCheck.pairs.
type checkedQuery struct{ common, random, top, gold []int }

// sample chooses pairs: train queries where there are any, spread evenly, each with
// the common items, random ones, the dual encoder's best and the gold item.
func (c *scorerCheck) sample() {
	rng := rand.New(rand.NewPCG(1, 2))
	queries := c.usable(c.d.Train, func(q int) string { return c.d.Queries[q].Text })
	if len(queries) == 0 {
		queries = c.usable(upTo(len(c.d.Queries)), func(q int) string { return c.d.Queries[q].Text })
	}
	items := c.usable(upTo(len(c.d.Items)), func(it int) string { return c.d.Items[it].Text })
	rng.Shuffle(len(items), func(i, j int) { items[i], items[j] = items[j], items[i] })
	common := items[:min(checkCommon, len(items))]
	for i := range min(checkQueries, len(queries)) {
		q := queries[i*len(queries)/min(checkQueries, len(queries))]
		seen := map[int]bool{}
		put := func(it int, into *[]int) {
			if seen[it] || !c.readable(c.d.Items[it].Text) {
				return
			}
			seen[it] = true
			*into, c.pairs = append(*into, len(c.pairs)), append(c.pairs, Pair{q, it})
		}
		var a checkedQuery
		if gold := c.d.gold(q); gold >= 0 {
			put(gold, &a.gold)
		}
		for _, it := range c.dualTop(q) {
			put(it, &a.top)
		}
		for _, it := range common {
			put(it, &a.common)
		}
		for range min(checkRandom, len(items)) {
			put(items[rng.IntN(len(items))], &a.random)
		}
		c.asked = append(c.asked, a)
	}
}

func upTo(n int) []int {
	rows := make([]int, n)
	for i := range rows {
		rows[i] = i
	}
	return rows
}

func (c *scorerCheck) usable(rows []int, text func(int) string) []int {
	return slices.DeleteFunc(slices.Clone(rows), func(r int) bool { return !c.readable(text(r)) })
}

// dualTop are the dual encoder's best items, none without vectors.
func (c *scorerCheck) dualTop(query int) []int {
	if !c.dual {
		return nil
	}
	similar := make([]float32, len(c.d.Items))
	c.d.DE.similarities(similar, c.d.DE.Queries.Row(query))
	return topk.Select(similar, min(checkTop, len(similar)), nil)
}

// ask scores the sample and looks at the answers as such; it reports whether there
// is one finite score for each pair.
func (c *scorerCheck) ask(ctx context.Context, s Scorer) bool {
	start := time.Now()
	got, err := s.Score(quiet(ctx), c.pairs)
	seconds := time.Since(start).Seconds()
	part, isPartial := errors.AsType[*PartialError](err)
	bad, first := countFailing(len(got), func(i int) bool { return !math.IsNaN(got[i]) && !math.IsInf(got[i], 0) })
	switch {
	case len(c.pairs) == 0:
		c.add("answers", Problem, "there is no pair of texts to score", noTextAdvice)
	case isPartial:
		c.add("answers", Problem, fmt.Sprintf("%d of %d pairs have no score: %v", len(part.Failed), len(c.pairs), nested{err}), "Retry, or look into the server's log.")
	case err != nil:
		c.add("answers", Problem, "scoring fails: "+nested{err}.Error(), "Nothing else can be looked at before this is mended.")
	case len(got) != len(c.pairs):
		c.add("answers", Problem, fmt.Sprintf("%d scores for %d pairs", len(got), len(c.pairs)), "Return one score per pair, in the order of the pairs.")
	case bad > 0:
		p := c.pairs[first]
		c.add("answers", Problem, fmt.Sprintf("%d of %d scores are not finite, first %v for query row %d, item row %d", bad, len(got), got[first], p.Query, p.Item),
			"A logit of half precision that overflows, or a division by an empty length, are the usual causes.")
	default:
		c.scores, c.Calls, c.PairsPerSecond = slices.Clone(got), len(got), float64(len(got))/max(seconds, 1e-9)
		c.add("answers", Fine, fmt.Sprintf("one finite score for each of %d pairs, from %.3g to %.3g", len(got), slices.Min(got), slices.Max(got)), "")
		return true
	}
	return false
}

// Verdict says how bad a finding is.
type Verdict string

// The verdicts.
const (
	Fine    Verdict = "ok"
	Warning Verdict = "warning" // results will be worse or less certain than they could be
	Problem Verdict = "problem" // results will be wrong, or there will be none
)

// Finding is what CheckScorer saw in one respect.
type Finding struct {
	Check   string // what was looked at: texts, duplicates, size, answers, variety, …
	Verdict Verdict
	Found   string // the evidence
	Advice  string // what to do about it; empty when all is well
}

// ScorerReport lists findings in the order of the checks. Checks for which there is
// nothing to look at are missing: those of texts where the scorer reads none, and
// all that would follow a problem with the answers.
type ScorerReport struct {
	Dataset        string
	Findings       []Finding
	Calls          int // cross-encoder calls spent
	PairsPerSecond float64
}

func (r *ScorerReport) add(check string, v Verdict, found, advice string) {
	if v == Fine {
		advice = ""
	}
	r.Findings = append(r.Findings, Finding{check, v, found, advice})
}

// Err returns nil unless there are problems; its message names them all.
func (r *ScorerReport) Err() error {
	var errs []error
	for _, f := range r.Findings {
		if f.Verdict == Problem {
			errs = append(errs, fmt.Errorf("workbench: check scorer: %s: %s", f.Check, f.Found))
		}
	}
	return errors.Join(errs...)
}

// Frame shows the findings as a table: check, verdict, found, advice.
func (r *ScorerReport) Frame() dataframe.DataFrame {
	column := func(name string, of func(Finding) string) series.Series {
		values := make([]string, len(r.Findings))
		for i, f := range r.Findings {
			values[i] = of(f)
		}
		return series.New(values, series.String, name)
	}
	return dataframe.New(
		column("check", func(f Finding) string { return f.Check }), column("verdict", func(f Finding) string { return string(f.Verdict) }),
		column("found", func(f Finding) string { return f.Found }), column("advice", func(f Finding) string { return f.Advice }))
}

// HTML shows the findings with their advice in full.
func (r *ScorerReport) HTML() string {
	var b strings.Builder
	b.WriteString("<table><thead><tr>")
	for _, name := range []string{"check", "verdict", "found", "advice"} {
		b.WriteString(`<th scope="col" style="text-align:left">` + name + "</th>")
	}
	b.WriteString("</tr></thead><tbody>")
	for _, f := range r.Findings {
		mark := map[Verdict]string{Fine: "✓ ", Warning: "⚠ ", Problem: "✗ "}[f.Verdict]
		weight := map[bool]string{true: "normal", false: "bold"}[f.Verdict == Fine]
		b.WriteString(`<tr><th scope="row" style="text-align:left">` + html.EscapeString(f.Check) + "</th>")
		b.WriteString(`<td style="text-align:left;white-space:nowrap;font-weight:` + weight + `">` + mark + string(f.Verdict) + "</td>")
		for _, text := range []string{f.Found, f.Advice} {
			b.WriteString(`<td style="text-align:left">` + html.EscapeString(text) + "</td>")
		}
		b.WriteString("</tr>")
	}
	b.WriteString(`</tbody></table><p style="opacity:.6">` + html.EscapeString(r.String()) + "</p>")
	return b.String()
}

// String fits one line.
func (r *ScorerReport) String() string {
	count := map[Verdict]int{}
	for _, f := range r.Findings {
		count[f.Verdict]++
	}
	return fmt.Sprintf("ScorerReport on %s: %s, %s, %d checks, %s", r.Dataset,
		plural(count[Problem], "problem", "problems"), plural(count[Warning], "warning", "warnings"), len(r.Findings), plural(r.Calls, "call", "calls"))
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprint(n, " ", many)
}

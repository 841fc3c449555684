package workbench

import (
	"errors"
	"fmt"
	"html"
	"strings"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"
)

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

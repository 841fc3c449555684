package workbench

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"
)

// Frame shows the report as a table, one row per measure, in order: system,
// index_calls, item_passes, budget, rounds, k, recall, calls and seconds, then the interval of
// the recall (low, high), its spread over seeds (seed_sd), the gain over the
// baseline with its interval and p (gain, gain_low, gain_high, p), and what the
// index cost (sampling, observe_seconds, factorize_seconds, index_mb). Each measure of
// relevance adds its mean under its name, such as ndcg@10, and with that name in front
// _low, _high, _gain and _p; a Correction adds the adjusted p, p_adjusted. Where
// indexes learnt from queries that were searched, trained says from how many.
func (r *Report) Frame() dataframe.DataFrame {
	text := func(name string, of func(m *Measure) string) series.Series {
		return r.column(series.String, name, func(m *Measure) any { return of(m) })
	}
	count := func(name string, of func(m *Measure) int) series.Series {
		return r.column(series.Int, name, func(m *Measure) any { return of(m) })
	}
	number := func(name string, of func(m *Measure) float64) series.Series {
		return r.column(series.Float, name, func(m *Measure) any { return of(m) })
	}
	columns := []series.Series{
		text("system", func(m *Measure) string { return m.System }),
		count("index_calls", func(m *Measure) int { return m.IndexCalls }),
		count("item_passes", func(m *Measure) int { return m.ItemPasses }),
		count("budget", func(m *Measure) int { return m.Budget }),
		count("rounds", func(m *Measure) int { return m.Rounds }),
		count("k", func(m *Measure) int { return m.K }),
		number("recall", func(m *Measure) float64 { return m.Recall }),
		number("calls", func(m *Measure) float64 { return m.Calls }),
		number("seconds", func(m *Measure) float64 { return m.Seconds }),
		number("low", func(m *Measure) float64 { return m.Low }),
		number("high", func(m *Measure) float64 { return m.High }),
		number("seed_sd", func(m *Measure) float64 { return m.SeedSD }),
		number("gain", func(m *Measure) float64 { return m.Gain }),
		number("gain_low", func(m *Measure) float64 { return m.GainLow }),
		number("gain_high", func(m *Measure) float64 { return m.GainHigh }),
		number("p", func(m *Measure) float64 { return m.P }),
		text("sampling", func(m *Measure) string { return m.Sampling }),
		number("observe_seconds", func(m *Measure) float64 { return m.ObserveSeconds }),
		number("factorize_seconds", func(m *Measure) float64 { return m.FactorizeSeconds }),
		number("index_mb", func(m *Measure) float64 { return float64(m.IndexBytes) / (1 << 20) })}
	if r.correction != "" {
		columns = append(columns, number("p_adjusted", func(m *Measure) float64 { return m.PAdjusted }))
	}
	if r.trained() > 0 {
		columns = append(columns, count("trained", func(m *Measure) int { return m.Trained }))
	}
	for at, name := range r.judgedNames() {
		name = strings.ToLower(name)
		columns = append(columns, number(name, func(m *Measure) float64 { return m.Judged[at].Mean }),
			number(name+"_low", func(m *Measure) float64 { return m.Judged[at].Low }), number(name+"_high", func(m *Measure) float64 { return m.Judged[at].High }),
			number(name+"_gain", func(m *Measure) float64 { return m.Judged[at].Gain }), number(name+"_p", func(m *Measure) float64 { return m.Judged[at].P }))
		if r.correction != "" {
			columns = append(columns, number(name+"_p_adjusted", func(m *Measure) float64 { return m.Judged[at].PAdjusted }))
		}
	}
	return dataframe.New(columns...)
}

// column makes a column of a frame.
func (r *Report) column(t series.Type, name string, of func(m *Measure) any) series.Series {
	values := make([]any, len(r.Measures))
	for i := range r.Measures {
		values[i] = of(&r.Measures[i])
	}
	return series.New(values, t, name)
}

// Table shows recall in percent with one row per system and index cost, and per
// sampling where several cost the same, and one column per budget and k, such as
// B100_k10: the shape papers print. It shows the given k, or all if none is given, and
// the measures of relevance, such as B100_nDCG@10. Item passes have a column where there
// are any.
func (r *Report) Table(k ...int) dataframe.DataFrame {
	g := r.grid(k)
	names, calls, passes := make([]string, len(g.rows)), make([]int, len(g.rows)), make([]int, len(g.rows))
	for i, at := range g.rows {
		names[i], calls[i], passes[i] = at.system, at.calls, at.passes
	}
	all := []series.Series{series.New(names, series.String, "system"), series.New(calls, series.Int, "index_calls")}
	if len(passes) > 0 && slices.Max(passes) > 0 {
		all = append(all, series.New(passes, series.Int, "item_passes"))
	}
	for _, col := range g.columns {
		v := make([]float64, len(g.rows))
		for i, at := range g.rows {
			v[i] = math.Round(1000*g.cells[at][col].Mean) / 10
		}
		name := fmt.Sprintf("B%d_%s", col.budget, col.figure)
		if col.k > 0 {
			name = fmt.Sprintf("B%d_k%d", col.budget, col.k)
		}
		all = append(all, series.New(v, series.Float, name))
	}
	return dataframe.New(all...)
}

// drawnName names the system, and its sampling too where another one has cost it as
// many calls.
func (r *Report) drawnName(m *Measure) string {
	for _, other := range r.Measures {
		if other.System == m.System && other.IndexCalls == m.IndexCalls && other.Sampling != m.Sampling {
			return m.System + ", " + m.Sampling
		}
	}
	return m.System
}

// Frame shows the result as a table: query, rank (from 1), item, round (from 1),
// score; best first.
func (r *Result) Frame() dataframe.DataFrame {
	n := len(r.Items)
	query, rank, round := make([]int, n), make([]int, n), make([]int, n)
	found := r.foundIn()
	for i, it := range r.Items {
		query[i], rank[i], round[i] = r.Query, i+1, found[it]
	}
	return dataframe.New(
		series.New(query, series.Int, "query"), series.New(rank, series.Int, "rank"), series.New(r.Items, series.Int, "item"),
		series.New(round, series.Int, "round"), series.New(r.Scores, series.Float, "score"))
}

// foundIn maps every scored item to its round, from 1.
func (r *Result) foundIn() map[int]int {
	in := make(map[int]int, r.Calls)
	for i, round := range r.Rounds {
		for _, it := range round.Items {
			in[it] = i + 1
		}
	}
	return in
}

// Trace shows the search round by round against the exact neighbours: round,
// calls (so far), best (highest score so far), found (exact neighbours scored so
// far), new (of them in this round). Neighbours of another query, or none, are an error:
// the table's Err.
func (r *Result) Trace(exact Neighbors) dataframe.DataFrame {
	switch {
	case len(exact.Items) == 0:
		return dataframe.DataFrame{Err: fmt.Errorf("workbench: trace: query %d: there are no exact neighbours to look for: Exact finds them", r.Query)}
	case exact.Query != r.Query:
		return dataframe.DataFrame{Err: fmt.Errorf("workbench: trace: the result is of query %d, the exact neighbours of query %d", r.Query, exact.Query)}
	}
	n := len(r.Rounds)
	round, calls, found, fresh := make([]int, n), make([]int, n), make([]int, n), make([]int, n)
	best := make([]float64, n)
	sofar := Result{}
	for i, rd := range r.Rounds {
		sofar.Rounds = r.Rounds[:i+1]
		round[i], calls[i], found[i], best[i] = i+1, len(rd.Items), sofar.hits(exact.Items), slices.Max(rd.Scores)
		fresh[i] = found[i]
		if i > 0 {
			calls[i] += calls[i-1]
			best[i] = max(best[i], best[i-1])
			fresh[i] -= found[i-1]
		}
	}
	return dataframe.New(
		series.New(round, series.Int, "round"), series.New(calls, series.Int, "calls"), series.New(best, series.Float, "best"),
		series.New(found, series.Int, "found"), series.New(fresh, series.Int, "new"))
}

// Frame shows exact neighbours as a table: query, rank (from 1), item, score.
func (n Neighbors) Frame() dataframe.DataFrame {
	query, rank := make([]int, len(n.Items)), make([]int, len(n.Items))
	for i := range n.Items {
		query[i], rank[i] = n.Query, i+1
	}
	return dataframe.New(
		series.New(query, series.Int, "query"), series.New(rank, series.Int, "rank"),
		series.New(n.Items, series.Int, "item"), series.New(n.Scores, series.Float, "score"))
}

// Describe adds to a table with a column "item" what those items are: their ids
// (item_id), lemmas and text, where the data set has them, and the ids of queries
// (query_id) to a table with a column "query". Ids stand beside the row numbers, and are
// left out where all are the row numbers. The lemmas are not said again in front of the
// text.
func (d *Dataset) Describe(df dataframe.DataFrame) dataframe.DataFrame {
	df, err := d.describe(df)
	if err != nil {
		return dataframe.DataFrame{Err: fmt.Errorf("workbench: describe: %w", err)}
	}
	return df
}

func (d *Dataset) describe(df dataframe.DataFrame) (dataframe.DataFrame, error) {
	items, err := rowColumn(df, "item", len(d.Items))
	if err != nil {
		return df, err
	}
	text := func(name string, of func(it Item) string) series.Series {
		values := make([]string, len(items))
		for i, it := range items {
			values[i] = of(d.Items[it])
		}
		return series.New(values, series.String, name)
	}
	id := func(it Item) string { return it.ID }
	lemmas := text("lemmas", func(it Item) string { return it.Lemmas })
	texts := text("text", func(it Item) string { return strings.TrimPrefix(it.Text, it.Lemmas+": ") })
	if slices.Contains(df.Names(), "query") {
		queries, err := rowColumn(df, "query", len(d.Queries))
		if err != nil {
			return df, err
		}
		ids := make([]string, len(queries))
		for i, q := range queries {
			ids[i] = d.Queries[q].ID
		}
		df = withIDs(df, "query", queries, series.New(ids, series.String, "query_id"))
	}
	df = withIDs(df, "item", items, text("item_id", id))
	for _, c := range []series.Series{lemmas, texts} {
		if slices.ContainsFunc(c.Records(), func(s string) bool { return s != "" }) {
			df = df.Mutate(c)
		}
	}
	return df, df.Err
}

// rowColumn reads a column of row numbers below n.
func rowColumn(df dataframe.DataFrame, name string, n int) ([]int, error) {
	col := df.Col(name)
	if col.Err != nil {
		return nil, col.Err
	}
	rows, err := col.Int()
	if err != nil {
		return nil, fmt.Errorf("column %s: %w", name, err)
	}
	for _, row := range rows {
		if row < 0 || row >= n {
			return nil, fmt.Errorf("no %s %d in %d", name, row, n)
		}
	}
	return rows, nil
}

// withIDs puts ids behind the column of their rows, unless they are the rows.
func withIDs(df dataframe.DataFrame, name string, rows []int, ids series.Series) dataframe.DataFrame {
	same := true
	for i, id := range ids.Records() {
		same = same && id == strconv.Itoa(rows[i])
	}
	if same || slices.Contains(df.Names(), ids.Name) {
		return df
	}
	names := slices.Insert(df.Names(), 1+slices.Index(df.Names(), name), ids.Name)
	return df.Mutate(ids).Select(names)
}

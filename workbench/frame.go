package workbench

import (
	"fmt"
	"math"
	"slices"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"
)

// Frame shows the report as a table: system, index_calls, budget, rounds, k,
// recall, calls, seconds; one row per measure, in order.
func (r *Report) Frame() dataframe.DataFrame {
	n := len(r.Measures)
	names := make([]string, n)
	indexCalls, budgets, rounds, ks := make([]int, n), make([]int, n), make([]int, n), make([]int, n)
	recall, calls, seconds := make([]float64, n), make([]float64, n), make([]float64, n)
	for i, m := range r.Measures {
		names[i], indexCalls[i], budgets[i], rounds[i], ks[i] = m.System, m.IndexCalls, m.Budget, m.Rounds, m.K
		recall[i], calls[i], seconds[i] = m.Recall, m.Calls, m.Seconds
	}
	return dataframe.New(
		series.New(names, series.String, "system"), series.New(indexCalls, series.Int, "index_calls"),
		series.New(budgets, series.Int, "budget"), series.New(rounds, series.Int, "rounds"), series.New(ks, series.Int, "k"),
		series.New(recall, series.Float, "recall"), series.New(calls, series.Float, "calls"), series.New(seconds, series.Float, "seconds"))
}

// Table shows recall in percent with one row per system and one column per
// budget and k, such as B100_k10: the shape papers print.
func (r *Report) Table() dataframe.DataFrame {
	var systems, columns []string
	cells := map[[2]string]float64{}
	for _, m := range r.Measures {
		col := fmt.Sprintf("B%d_k%d", m.Budget, m.K)
		if _, ok := cells[[2]string{m.System, ""}]; !ok {
			systems, cells[[2]string{m.System, ""}] = append(systems, m.System), 0
		}
		if _, ok := cells[[2]string{"", col}]; !ok {
			columns, cells[[2]string{"", col}] = append(columns, col), 0
		}
		cells[[2]string{m.System, col}] = m.Recall
	}
	all := []series.Series{series.New(systems, series.String, "system")}
	for _, col := range columns {
		v := make([]float64, len(systems))
		for i, sys := range systems {
			v[i] = math.Round(1000*cells[[2]string{sys, col}]) / 10
		}
		all = append(all, series.New(v, series.Float, col))
	}
	return dataframe.New(all...)
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
// far), new (of them in this round).
func (r *Result) Trace(exact Neighbors) dataframe.DataFrame {
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

// Describe adds to a table with a column "item" what those items are: their
// lemmas and, where the data set has it, their text.
func (d *Dataset) Describe(df dataframe.DataFrame) dataframe.DataFrame {
	col := df.Col("item")
	if col.Err != nil {
		return dataframe.DataFrame{Err: fmt.Errorf("workbench: describe: %w", col.Err)}
	}
	rows, err := col.Int()
	if err != nil {
		return dataframe.DataFrame{Err: fmt.Errorf("workbench: describe: column item: %w", err)}
	}
	lemmas, texts, any := make([]string, len(rows)), make([]string, len(rows)), false
	for i, it := range rows {
		if it < 0 || it >= len(d.Items) {
			return dataframe.DataFrame{Err: fmt.Errorf("workbench: describe: no item %d in %d", it, len(d.Items))}
		}
		lemmas[i], texts[i] = d.Items[it].Lemmas, d.Items[it].Text
		any = any || texts[i] != ""
	}
	df = df.Mutate(series.New(lemmas, series.String, "lemmas"))
	if any {
		df = df.Mutate(series.New(texts, series.String, "text"))
	}
	return df
}

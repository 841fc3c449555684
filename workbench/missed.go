package workbench

import (
	"math"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"

	"axn/workbench/internal/cores"
	"axn/workbench/internal/topk"
)

// missedItem is a true neighbour that a search did not score.
type missedItem struct {
	query, item   int
	rank          int     // by exact score, from 1
	exact, approx float64 // approx as of the last choice
	approxRank    int     // by approx, from 1, among the items that could still be chosen
	short         float64 // how much higher approx had to be to be chosen
	cause         string
}

// Why a true neighbour was missed.
const (
	missedNext    = "next"           // the last evidence puts it among the choices of one more round
	missedBelow   = "underestimated" // its approximate score was further below the exact one than is usual
	missedCrowded = "crowded out"    // its own error was usual: others, overestimated or nearly as good, took the places
)

// Missed lists the true k nearest items that the searches did not score: system,
// query, item, rank (exact), score, approx (when the last round was chosen), error
// (approx − score), approx_rank among the items that could then be chosen, short
// (how much higher approx had to be) and cause: "next" if the evidence of the last
// round puts it among the choices of one more such round, else "underestimated" if
// its error lies below minus the root mean square error of the query's items that
// could be chosen, else "crowded out". Round 1 chosen by another score, such as
// BM25, is judged by the method's own.
func (a *Approximation) Missed(k int) dataframe.DataFrame {
	perQuery := make([][]missedItem, len(a.Results))
	cores.Each(len(a.Results), func(q int) { perQuery[q] = a.missed(q, k) })
	var names, causes []string
	var queries, items, ranks, approxRanks []int
	var scores, approx, errs, short []float64
	for _, ms := range perQuery {
		for _, m := range ms {
			names, causes = append(names, a.Name), append(causes, m.cause)
			queries, items, ranks, approxRanks = append(queries, m.query), append(items, m.item), append(ranks, m.rank), append(approxRanks, m.approxRank)
			scores, approx, errs, short = append(scores, m.exact), append(approx, m.approx), append(errs, m.approx-m.exact), append(short, m.short)
		}
	}
	return dataframe.New(
		series.New(names, series.String, "system"), series.New(queries, series.Int, "query"), series.New(items, series.Int, "item"),
		series.New(ranks, series.Int, "rank"), series.New(scores, series.Float, "score"), series.New(approx, series.Float, "approx"),
		series.New(errs, series.Float, "error"), series.New(approxRanks, series.Int, "approx_rank"),
		series.New(short, series.Float, "short"), series.New(causes, series.String, "cause"))
}

// missed lists one query's.
func (a *Approximation) missed(q, k int) []missedItem {
	r := &a.Results[q]
	if len(r.Rounds) == 0 {
		return nil
	}
	last := len(r.Rounds) - 1
	before, after := make([]bool, a.Exact.Cols), make([]bool, a.Exact.Cols)
	for i, round := range r.Rounds {
		for _, it := range round.Items {
			before[it], after[it] = before[it] || i < last, true
		}
	}
	exact, approx := a.Exact.Row(q), a.Rounds[last].Row(q)
	cut, usual := math.Inf(1), errorSum{}
	for _, it := range r.Rounds[last].Items {
		cut = min(cut, float64(approx[it]))
	}
	for it := range approx {
		if !before[it] {
			usual.add(float64(approx[it]) - float64(exact[it]))
		}
	}
	places := make(map[int]int, len(approx))
	for i, it := range topk.Select(approx, len(approx), func(it int) bool { return before[it] }) {
		places[it] = i + 1
	}
	next := map[int]bool{}
	for _, it := range topk.Select(a.Rounds[last+1].Row(q), len(r.Rounds[last].Items), func(it int) bool { return after[it] }) {
		next[it] = true
	}
	var missed []missedItem
	for rank, it := range a.exactOrder(q)[:min(k, len(exact))] {
		if after[it] {
			continue
		}
		m := missedItem{query: r.Query, item: it, rank: rank + 1, exact: float64(exact[it]), approx: float64(approx[it]),
			approxRank: places[it], short: cut - float64(approx[it]), cause: missedCrowded}
		switch {
		case next[it]:
			m.cause = missedNext
		case m.approx-m.exact < -usual.rmse():
			m.cause = missedBelow
		}
		missed = append(missed, m)
	}
	return missed
}

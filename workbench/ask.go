package workbench

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"html"
	"strings"

	"axn/workbench/internal/factors"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"
)

// For returns the index for other queries: row i of vectors is the dual encoder's vector of
// query i, of length d. It shares all else with ix, which it leaves as it is, so that any number
// of goroutines may ask an index at once, each with queries of its own. It keeps vectors, and costs nothing but the
// query tower of Inductive and Distilled. Signals, which know the data set's queries only, are
// left out. It does not see items that ix is given later by Add. Results name queries by their numbers here, so that Update
// of what they paid for is this index's, not that of ix. Vectors of another length are an ErrShape.
func (ix *Index) For(vectors *Matrix) (*Index, error) {
	if err := cmp.Or(ix.checkOpen(), vectors.checkShape("query vectors")); err != nil {
		return nil, fmt.Errorf("workbench: for: %w", err)
	}
	if vectors.Cols != ix.DE.Items.Cols {
		return nil, fmt.Errorf("workbench: for: %w: query vectors %v, and the index has vectors of length %d", ErrShape, vectors, ix.DE.Items.Cols)
	}
	if err := vectors.checkFinite(func(row int) string { return fmt.Sprintf("query %d", row) }); err != nil {
		return nil, fmt.Errorf("workbench: for: %w", err)
	}
	own := &Index{Method: ix.Method, Calls: ix.Calls, Passes: ix.Passes, DE: DualEmbeddings{Queries: vectors, Items: ix.DE.Items}, Fingerprint: ix.Fingerprint,
		Features: ix.Features, Span: ix.Span, Seed: ix.Seed, Normalization: ix.Normalization, Prior: ix.Prior,
		queryTower: ix.queryTower, itemTower: ix.itemTower, shared: ix.owner()}
	if ix.Prior != nil && len(ix.Prior.Signals) > 0 {
		prior := *ix.Prior
		prior.Signals, own.Prior = nil, &prior
	}
	switch {
	case ix.queryTower != nil:
		own.Queries = matrixOf(factors.ApplyTower(ix.queryTower.Data, vectors.view()))
	case ix.Queries != nil:
		return nil, fmt.Errorf("workbench: for: %w", errNoGrowth)
	}
	return own, nil
}

// AskOptions say what Ask stands on. All but Search.K and Fast must be set.
type AskOptions struct {
	Dataset *Dataset      // whose items the index knows: their ids and texts
	Encoder Embedder      // the dual encoder of the index's vectors, such as OpenDualEncoder opens
	Scorer  TextScorer    // the cross-encoder, such as OpenCrossEncoder opens
	Fast    TextScorer    // scores the rounds, and Scorer the best of them again, as in a Cascade; nil leaves all to Scorer
	Search  SearchOptions // Budget is the calls that the answer may cost, with Fast those of the rounds; K 0 is 10; First must be nil
}

func (o AskOptions) check(ix *Index, text string) error {
	switch {
	case o.Dataset == nil:
		return errors.New("no data set: set Dataset to the one whose items the index knows")
	case missing(o.Encoder):
		return errors.New("no dual encoder to read the question: set Encoder to what OpenDualEncoder returns for the model that made the vectors")
	case missing(o.Scorer):
		return errors.New("no cross-encoder to score items: set Scorer to what OpenCrossEncoder returns")
	case strings.TrimSpace(text) == "":
		return errors.New("the question is empty")
	case o.Search.First != nil:
		return errors.New("Search.First knows the queries of the data set alone: leave it nil")
	case ix.Features.Rows > len(o.Dataset.Items):
		return fmt.Errorf("the index knows %d items, and data set %s has %d: Dataset.AddItems takes the others", ix.Features.Rows, o.Dataset.Name, len(o.Dataset.Items))
	}
	return o.Search.check()
}

// Ask finds the items that the cross-encoder scores highest for a question in free text, which
// need not be a query of the data set: it encodes the text, searches, and returns items with
// their ids and texts. Neither index nor data set changes, and any number of goroutines may ask
// at once, if encoder and scorer let them. An error names what is missing.
func (ix *Index) Ask(ctx context.Context, text string, o AskOptions) (*Answer, error) {
	a, err := ix.ask(ctx, text, o)
	if err != nil {
		return nil, fmt.Errorf("workbench: ask: %w", err)
	}
	return a, nil
}

func (ix *Index) ask(ctx context.Context, text string, o AskOptions) (*Answer, error) {
	o.Search.K = cmp.Or(o.Search.K, 10)
	if err := o.check(ix, text); err != nil {
		return nil, err
	}
	vector, err := EncodeQueries(quiet(ctx), o.Encoder, []string{text})
	if err != nil {
		return nil, fmt.Errorf("encode: %w", nested{err})
	}
	if vector.Rows != 1 {
		return nil, fmt.Errorf("encode: %w: the encoder returned %v for one text", ErrShape, vector)
	}
	own, err := ix.For(vector)
	if err != nil {
		return nil, nested{err}
	}
	question := &Dataset{Name: o.Dataset.Name, Queries: []Query{{ID: "question", Text: text, Gold: -1}}, Items: o.Dataset.Items}
	scorer := NewScorer(o.Scorer, question)
	if o.Fast != nil {
		scorer = Cascade{Fast: NewScorer(o.Fast, question), Exact: scorer}
	}
	r, err := own.Search(ctx, scorer, 0, o.Search)
	if err != nil {
		return nil, nested{err}
	}
	a := &Answer{Question: text, Result: *r}
	for _, it := range r.Items {
		a.Found = append(a.Found, o.Dataset.Items[it])
	}
	return a, nil
}

// Answer is what Ask found.
type Answer struct {
	Question string
	Found    []Item // best first
	Result          // items as rows of the data set, parallel to Found; Query is 0
}

// String fits one line, if the question does.
func (a *Answer) String() string {
	return fmt.Sprintf("Answer to %q: %d items from %d calls", a.Question, len(a.Found), a.Calls)
}

// Frame shows the answer as a table: rank (from 1), id, score, lemmas, text, item (its row).
func (a *Answer) Frame() dataframe.DataFrame {
	n := len(a.Found)
	rank, ids, lemmas, texts := make([]int, n), make([]string, n), make([]string, n), make([]string, n)
	for i, it := range a.Found {
		rank[i], ids[i], lemmas[i], texts[i] = i+1, it.ID, it.Lemmas, it.Text
	}
	return dataframe.New(
		series.New(rank, series.Int, "rank"), series.New(ids, series.String, "id"), series.New(a.Scores, series.Float, "score"),
		series.New(lemmas, series.String, "lemmas"), series.New(texts, series.String, "text"), series.New(a.Items, series.Int, "item"))
}

// HTML shows the question and the ranked items.
func (a *Answer) HTML() string {
	var b strings.Builder
	fmt.Fprintf(&b, "<p><b>%s</b> (%d calls)</p><table><tr><th>rank</th><th>id</th><th>score</th><th>text</th></tr>", html.EscapeString(a.Question), a.Calls)
	for i, it := range a.Found {
		fmt.Fprintf(&b, "<tr><td>%d</td><td>%s</td><td>%.3f</td><td>%s</td></tr>", i+1, html.EscapeString(it.ID), a.Scores[i], html.EscapeString(cmp.Or(it.Text, it.Lemmas)))
	}
	return b.String() + "</table>"
}

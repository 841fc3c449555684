package workbench

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"
)

// whenceTexts says where texts come from, and noText that one is wanted and missing.
const (
	whenceTexts = "texts.jsonl in the data set's folder gives texts, and WordNet.FillTexts those of WordNet (commands: -wordnet)"
	noText      = "has no text: " + whenceTexts
)

// TextScorer scores pairs of texts: query first, then item. Scores are raw
// logits, one per pair, higher is better. One that could score some pairs only
// returns the scores, NaN where there is none, together with a *PartialError.
type TextScorer interface {
	Predict(ctx context.Context, pairs [][2]string) ([]float64, error)
}

// TextScorerFunc lets any function be a TextScorer.
type TextScorerFunc func(ctx context.Context, pairs [][2]string) ([]float64, error)

// Predict calls f.
func (f TextScorerFunc) Predict(ctx context.Context, pairs [][2]string) ([]float64, error) {
	return f(ctx, pairs)
}

// Embedder turns texts into the rows of a matrix, len(texts)×d; a dual encoder is
// one.
type Embedder interface {
	Encode(ctx context.Context, texts []string) (*Matrix, error)
}

// NewScorer returns a Scorer that has ts score the texts of d's rows, as they
// are at the time of the call. Its fingerprint is that of ts, if ts has one. Items longer
// than a CrossEncoder reads are cut; Passages around ts scores them whole, in parts.
func NewScorer(ts TextScorer, d *Dataset) Scorer { return rowScorer{ts, d} }

type rowScorer struct {
	ts TextScorer
	d  *Dataset
}

// Score hands the texts of the pairs to the TextScorer.
func (s rowScorer) Score(ctx context.Context, pairs []Pair) ([]float64, error) {
	texts := make([][2]string, len(pairs))
	for i, p := range pairs {
		t, err := s.d.texts(p)
		if err != nil {
			return nil, err
		}
		texts[i] = t
	}
	scores, err := s.ts.Predict(ctx, texts)
	if part, ok := errors.AsType[*PartialError](err); ok {
		p := pairs[part.Failed[0].Index]
		err = fmt.Errorf("query row %d, item row %d: %w", p.Query, p.Item, nested{err})
	}
	return scores, err
}

func (s rowScorer) items() int { return len(s.d.Items) }

// Fingerprint is that of the TextScorer.
func (s rowScorer) Fingerprint() (string, error) {
	if f, ok := s.ts.(Fingerprinter); ok {
		return f.Fingerprint()
	}
	return "", nil
}

// texts returns the two texts of a pair; the error names the row that has none.
func (d *Dataset) texts(p Pair) (t [2]string, err error) {
	switch {
	case p.Query < 0 || p.Query >= len(d.Queries):
		return t, fmt.Errorf("no query row %d: %s has %d queries", p.Query, d.Name, len(d.Queries))
	case p.Item < 0 || p.Item >= len(d.Items):
		return t, fmt.Errorf("no item row %d: %s has %d items", p.Item, d.Name, len(d.Items))
	}
	t = [2]string{d.Queries[p.Query].Text, d.Items[p.Item].Text}
	if t[0] == "" {
		return t, fmt.Errorf("query row %d (%s) of %s %s", p.Query, d.Queries[p.Query].ID, d.Name, noText)
	}
	if t[1] == "" {
		return t, fmt.Errorf("item row %d (%s) of %s %s", p.Item, d.Items[p.Item].ID, d.Name, noText)
	}
	return t, nil
}

// retriever is an Embedder that tells queries and items apart.
type retriever interface {
	EncodeQueries(ctx context.Context, texts []string) (*Matrix, error)
	EncodeItems(ctx context.Context, texts []string) (*Matrix, error)
}

// EncodeQueries encodes texts as queries where e tells those from items, as a TextEncoder and
// an EmbedClient do by their prompts, else as they are.
func EncodeQueries(ctx context.Context, e Embedder, texts []string) (*Matrix, error) {
	if r, ok := e.(retriever); ok {
		return r.EncodeQueries(ctx, texts)
	}
	return e.Encode(ctx, texts)
}

// Embed computes the data set's dual-encoder vectors from its texts, with the prompts
// of queries and of items if e is a TextEncoder, an EmbedClient or a VectorCache around one.
// After an error, of which a data set without texts is one, they are what they were before.
func (d *Dataset) Embed(ctx context.Context, e Embedder) error {
	queries, items := make([]string, len(d.Queries)), make([]string, len(d.Items))
	for i, q := range d.Queries {
		queries[i] = q.Text
	}
	for i, item := range d.Items {
		items[i] = item.Text
	}
	some := func(texts []string) bool {
		return slices.ContainsFunc(texts, func(text string) bool { return text != "" })
	}
	if !some(queries) || !some(items) {
		return fmt.Errorf("workbench: embed %s: it has no texts of queries, or none of items; %s", d.Name, whenceTexts)
	}
	if err := checkThere("embedder", e); err != nil {
		return fmt.Errorf("workbench: embed %s: %w", d.Name, err)
	}
	ofQueries, ofItems := e.Encode, e.Encode
	if r, ok := e.(retriever); ok {
		ofQueries, ofItems = r.EncodeQueries, r.EncodeItems
	}
	q, err := ofQueries(ctx, queries)
	if err != nil {
		return fmt.Errorf("workbench: embed %s: queries: %w", d.Name, nested{err})
	}
	v, err := ofItems(ctx, items)
	if err != nil {
		return fmt.Errorf("workbench: embed %s: items: %w", d.Name, nested{err})
	}
	with := *d
	with.DE = DualEmbeddings{Queries: q, Items: v}
	if err := with.check(); err != nil {
		return fmt.Errorf("workbench: embed %s: %w", d.Name, err)
	}
	d.DE = with.DE
	return nil
}

// AddQuery adds a query that came up later, with its dual-encoder vector x of length
// d, a copy of which it keeps, and returns its row. A Gold of 0 is none, and kept as -1. Indexes made from the data set in
// this process know it at once, so that no search may be under way; to use it with a reopened one, set the
// index's DE to the data set's. An x of another length is an ErrShape, an id that another query has an error. Copies of
// the data set share its vectors: of several one alone can take queries, until the others have DE.Queries of their own.
func (d *Dataset) AddQuery(q Query, x []float32) (row int, err error) {
	if err := d.addQuery(q, x); err != nil {
		return 0, fmt.Errorf("workbench: add query %q: %w", q.ID, err)
	}
	return len(d.Queries) - 1, nil
}

func (d *Dataset) addQuery(q Query, x []float32) error {
	vectors, one := d.DE.Queries, &Matrix{Rows: 1, Cols: len(x), Data: x}
	switch {
	case vectors == nil:
		return errNoVectors
	case len(x) != vectors.Cols:
		return fmt.Errorf("%w: a vector of length %d beside %v", ErrShape, len(x), vectors)
	case vectors == d.DE.Items:
		return fmt.Errorf("%w: the vectors of queries are those of items, which would be one more: give queries a copy, DE.Queries, before indexes are made", ErrShape)
	case vectors.Rows != len(d.Queries):
		return fmt.Errorf("%w: %d queries have %d vectors, as where a copy of the data set was given queries: add to that one, or set DE.Queries to vectors of its own", ErrShape, len(d.Queries), vectors.Rows)
	}
	if err := cmp.Or(vectors.checkShape("vectors of queries"), one.checkFinite(func(int) string { return "it" })); err != nil {
		return err
	}
	if row := slices.IndexFunc(d.Queries, func(other Query) bool { return other.ID == q.ID }); row >= 0 {
		return fmt.Errorf("query row %d has that id: give it another", row)
	}
	if q.Gold == 0 {
		q.Gold = -1
	}
	d.room = d.room.of(d)
	if d.room.last["queries"] != vectors { // behind them may be what others have added
		d.Queries = slices.Clip(d.Queries)
	}
	longer, err := d.room.withRows(vectors, "queries", 1, one)
	if err != nil {
		return err
	}
	*vectors = *longer // where the indexes see it
	d.room.last["queries"], d.Queries = vectors, append(d.Queries, q)
	return nil
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

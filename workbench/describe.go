package workbench

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"
)

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

// gota: frames from own structs, filtering with functions, grouping, joins and mutation.
package main

import (
	"fmt"
	"strings"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"
)

type sale struct {
	City  string
	Units int
	Price float64
	Ok    bool
	note  string
}

func main() {
	df := dataframe.LoadStructs([]sale{{"Rome", 3, 2.5, true, ""}, {"Oslo", 1, 10, false, "n"}, {"Rome", 2, 4, true, ""}})
	fmt.Println(df.Names(), df.Types(), df.Nrow(), df.Err)
	fmt.Println(df.Select([]string{"City", "Units"}))
	f := df.Filter(dataframe.F{Colname: "Units", Comparator: series.CompFunc, Comparando: func(e series.Element) bool { n, _ := e.Int(); return n > 1 }})
	fmt.Println(f.Col("Price").Float(), f.Nrow())
	d := df.Mutate(series.New([]float64{7.5, 10, 8}, series.Float, "Total")).Arrange(dataframe.RevSort("Total"))
	fmt.Println(d.Col("Total").Records(), d.Col("City").Records())
	m := d.Rapply(func(s series.Series) series.Series { n, _ := s.Elem(1).Int(); return series.Ints([]int{n * 2}) })
	fmt.Println(m.Col("X0").Records(), d.Elem(0, 0))
	g := df.GroupBy("City").Aggregation([]dataframe.AggregationType{dataframe.Aggregation_SUM}, []string{"Units"})
	fmt.Println(g.Arrange(dataframe.Sort("City")).Col("Units_SUM").Float())
	other := dataframe.LoadMaps([]map[string]any{{"City": "Rome", "Land": "IT"}, {"City": "Oslo", "Land": "NO"}})
	j := df.InnerJoin(other, "City")
	fmt.Println(j.Nrow(), j.Col("Land").Records())
	c := dataframe.ReadCSV(strings.NewReader("a,b\n1,x\n2,\n"))
	fmt.Println(c.Types(), c.Col("a").Mean(), c.Describe().Nrow())
	var b strings.Builder
	fmt.Println(c.WriteCSV(&b), strings.ReplaceAll(b.String(), "\n", ";"))
	s := series.New([]any{1, nil, 3}, series.Int, "s")
	fmt.Println(s.HasNaN(), s.Len(), s.Subset([]int{0, 2}).Sum(), df.Col("Nope").Err != nil)
	fmt.Println(s.Map(func(e series.Element) series.Element { return e }).Name)
}

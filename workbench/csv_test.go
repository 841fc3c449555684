package workbench

import (
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func TestOpenCSV(t *testing.T) {
	dir := write(t, map[string]string{
		"items.csv":   "\ufefftitle,id,text\nApple,a,\"round, \"\"red\"\"\nand sweet\"\n,b, long \n",
		"queries.tsv": "text\titem\tsplit\tnote\n5\" yellow\tb\ttest\tx\nred\t\ttrain\t\nblue\t\t\t\n",
	})
	d := must[*Dataset](t)(OpenCSV(filepath.Join(dir, "items.csv"), filepath.Join(dir, "queries.tsv")))
	if want := []Item{{ID: "a", Text: "Apple round, \"red\"\nand sweet"}, {ID: "b", Text: "long"}}; !reflect.DeepEqual(d.Items, want) {
		t.Errorf("items %+v", d.Items)
	}
	if want := []Query{{"0", `5" yellow`, 1}, {"1", "red", -1}, {"2", "blue", -1}}; !reflect.DeepEqual(d.Queries, want) {
		t.Errorf("queries %+v", d.Queries)
	}
	if d.Name != "items" || !reflect.DeepEqual(d.Test, []int{0}) || !reflect.DeepEqual(d.Train, []int{1}) {
		t.Errorf("%s: test %v, train %v", d.Name, d.Test, d.Train)
	}
}

func TestOpenCSVOfOneColumn(t *testing.T) {
	dir := write(t, map[string]string{"items.csv": "sense\nred\nblue\n", "queries.csv": "sentence\na\nb\nc\nd\ne\n"})
	d := must[*Dataset](t)(OpenCSV(filepath.Join(dir, "items.csv"), filepath.Join(dir, "queries.csv")))
	if d.Items[1] != (Item{ID: "1", Text: "blue"}) || len(d.Train) != 4 || len(d.Test) != 1 {
		t.Errorf("%v: items %v", d, d.Items)
	}
}

func TestOpenCSVErrors(t *testing.T) {
	good := map[string]string{"items.csv": "id,text\na,red\nb,blue\n", "queries.csv": "text,item\nx,a\n"}
	for name, c := range map[string]struct{ file, text, want string }{
		"empty file":    {"items.csv", "", "items.csv: it is empty"},
		"header only":   {"items.csv", "id,text\n", "items.csv: it has a header and no rows"},
		"no text":       {"items.csv", "id,body\na,red\n", `items.csv: no column "text" in the header "id, body"`},
		"short line":    {"items.csv", "id,text\na,red\nb\n", "items.csv: line 3 has 1 column, the header 2"},
		"quote":         {"items.csv", "id,text\na,\"red\n", "items.csv: line 2, column 8: a quote"},
		"same id":       {"items.csv", "id,text\na,red\na,blue\n", `item rows 0 and 1 share the id "a"`},
		"unknown item":  {"queries.csv", "text,item\nx,a\ny,z\n", `queries.csv: line 3: there is no item "z"`},
		"no id":         {"items.csv", "id,text\na,red\n,blue\n", "items.csv: line 3: the row has no id"},
		"Latin-1":       {"items.csv", "id,text\na,th\xe9\n", "items.csv: line 2, column 5: the byte 0xe9 is no UTF-8"},
		"open quote":    {"queries.csv", "text\titem\n\"x\ta\ny\ta\n", "queries.csv: line 2: a value begins with a quote"},
		"unknown split": {"queries.csv", "text,split\nx,dev\n", `queries.csv: line 2: split "dev" is neither train nor test`},
	} {
		files := map[string]string{c.file: c.text}
		for f, text := range good {
			if f != c.file {
				files[f] = text
			}
		}
		dir := write(t, files)
		_, err := OpenCSV(filepath.Join(dir, "items.csv"), filepath.Join(dir, "queries.csv"))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %s", name, err, c.want)
		}
	}
}

package table

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var items = Columns{Known: []string{"id", "text", "title"}, Required: "text"}

// read reads a table as lines of id=text.
func read(t testing.TB, name, text string) (string, error) {
	path := filepath.Join(t.TempDir(), name)
	os.WriteFile(path, []byte(text), 0o644)
	var b strings.Builder
	err := Read(path, items, func(row func(string) (string, bool)) error {
		id, _ := row("id")
		text, ok := row("text")
		if !ok {
			return fmt.Errorf("no text")
		}
		fmt.Fprintf(&b, "%s=%s;", id, text)
		return nil
	})
	return b.String(), err
}

func TestReads(t *testing.T) {
	for text, want := range map[string]string{
		"id,text\nw1,green tea\nw2,black\n":                    "w1=green tea;w2=black;",
		"id;text\nw1;green tea\nw2;black\n":                    "w1=green tea;w2=black;",
		"id\ttext\nw1\tgreen tea\nw2\tblack\n":                 "w1=green tea;w2=black;",
		"id|text\nw1|green, hot\n":                             "w1=green, hot;",
		"\ufeffid;text\r\nw1;green\r\n":                        "w1=green;",
		"id,text\rw1,green\r":                                  "w1=green;",
		"ID, Text \nw1, green \n":                              "w1=green;",
		"text,note,id\ngreen,x;y,w1\n":                         "w1=green;",
		"sep=;\nid;text\nw1;green\n":                           "w1=green;",
		"\n\nid,text\n\nw1,green\n\n":                          "w1=green;",
		"id,text\nw1,\"green, \"\"hot\"\"\nand sweet\"\n":      "w1=green, \"hot\"\nand sweet;",
		"\"id\";\"text\"\n\"w1\";\"a;b\"\n":                    "w1=a;b;",
		"id\ttext\nw1\t5\" of tea\nw2\t\"quoted \"\"x\"\"\"\n": "w1=5\" of tea;w2=quoted \"x\";",
		"id\ttext\nw1\t\"two\nlines\"\nw2\tb\n":                "w1=two\nlines;w2=b;",
		"id\ttext\nw1\t\"some\" quotes \"here\"\n":             "w1=\"some\" quotes \"here\";",
		"sense\nred\nblue\n":                                   "=red;=blue;",
		"text\n\"red, hot\"\n":                                 "=red, hot;",
		"id,text,weight\nw1,green,\"1,5\"\n":                   "w1=green;",
		"id,text\nw1,\n":                                       "w1=;",
		"id,a;b,text\nw1,x,green\n":                            "w1=green;",
	} {
		for _, name := range []string{"items.csv", "items.tsv"} {
			if got, err := read(t, name, text); err != nil || got != want {
				t.Errorf("%s %q: %q, error %v, want %q", name, text, got, err, want)
			}
		}
	}
}

func TestRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":                                "items.csv: it is empty",
		"\n \n":                           "items.csv: it is empty",
		"id,text\n":                       "items.csv: it has a header and no rows",
		"id,text":                         "items.csv: it has a header and no rows",
		"id;body\nw1;green\n":             `no column "text" in the header "id, body"`,
		"id,body\nw1,green\n":             `no column "text" in the header "id, body": the first line must name the columns`,
		"w1,green tea\nw2,black\n":        "no column \"text\"",
		"w1;green tea\nw2;black\n":        "looks as if separated by semicolons, and names no column of id, text, title",
		"green tea\nblack tea\n":          "is not the name of a column",
		"id,text;title\nw1,green;x\n":     "may be separated in several ways",
		"text,id;text\n":                  "may be separated in several ways (commas, semicolons)",
		"id,text\nw1,green\nw2\n":         "line 3 has 1 column, the header 2",
		"id,text\nw1,green, hot\n":        "line 2 has 3 columns, the header 2",
		"id,text\nw1,\"green\nw2,black\n": "the row that begins in line 2: a quote",
		"id,text\nw1,5\" of tea\n":        "line 2, column",
		"id\ttext\nw1\t\"green tea\nw2\tblack tea\n": "line 2: a value begins with a quote (\") that is not closed before line 3",
		"id\ttext\nw1\t\"green tea\n":                "line 2: a value begins with a quote (\") that nothing closes",
		"text\tid\n\"green tea\tw1\nblack\tw2\n":     "line 2: a value begins with a quote (\") that nothing closes",
		"id\ttext\nw1\t\"green\nw2\tblack \"tea\"\n": "that is not closed before line 3",
		"id,text,Text\nw1,a,b\n":                     `two columns are called "text"`,
		"id,text\nw1,th\xe9\n":                       "items.csv: line 2, column 6: the byte 0xe9 is no UTF-8",
		"i\x00d\x00,\x00t\x00e\x00x\x00t\x00\n\x00":  "UTF-16",
		"PK\x03\x04": "Excel",
	} {
		if got, err := read(t, "items.csv", text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %q, error %v, want one with %q", text, got, err, want)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, text := range []string{"id,text\nw1,\"a\"\n", "id\ttext\nw1\t\"a\n", "sep=;\nid;text\nx;y", "text\nx"} {
		f.Add([]byte(text))
	}
	path := filepath.Join(f.TempDir(), "items.csv")
	f.Fuzz(func(t *testing.T, text []byte) {
		os.WriteFile(path, text, 0o644)
		rows := 0
		err := Read(path, items, func(row func(string) (string, bool)) error {
			rows++
			_, ok := row("text")
			if !ok {
				t.Error("no text")
			}
			return nil
		})
		if err == nil && rows == 0 {
			t.Error("no row and no error")
		}
	})
}

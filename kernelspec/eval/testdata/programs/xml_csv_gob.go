// XML, CSV and gob with types of our own.
package main

import (
	"bytes"
	"encoding/csv"
	"encoding/gob"
	"encoding/xml"
	"fmt"
	"os"
	"strings"
	"time"
)

type Book struct {
	XMLName xml.Name `xml:"book"`
	ID      int      `xml:"id,attr"`
	Title   string   `xml:"title"`
	Authors []Author `xml:"authors>author"`
	Note    string   `xml:",comment"`
}
type Author struct {
	Name string `xml:"name"`
	Born Year   `xml:"born,omitempty"`
}
type Year int

func (y Year) MarshalText() ([]byte, error) { return []byte(fmt.Sprintf("AD%d", int(y))), nil }
func (y *Year) UnmarshalText(b []byte) error {
	_, err := fmt.Sscanf(string(b), "AD%d", (*int)(y))
	return err
}

type Animal interface{ Sound() string }
type Dog struct{ Name string }

func (d Dog) Sound() string { return d.Name + " barks" }

type Zoo struct {
	Animals []Animal
	Count   map[string]int
	When    time.Time
}

func main() {
	b, err := xml.MarshalIndent(Book{ID: 7, Title: "Go & XML", Authors: []Author{{"A", 1950}, {Name: "B"}}, Note: " n "}, "", " ")
	fmt.Println(string(b), err)
	var bk Book
	fmt.Println(xml.Unmarshal(b, &bk), bk.ID, bk.Title, bk.Authors)
	fmt.Println(xml.Unmarshal([]byte("<book><title>x</book>"), &bk))
	r := csv.NewReader(strings.NewReader("name,age\n\"Smith, J\",42\n# comment\nx,1\n"))
	r.Comment = '#'
	rows, err := r.ReadAll()
	fmt.Println(rows, len(rows), err)
	w := csv.NewWriter(os.Stdout)
	w.Write([]string{"a b", "c,d", "e\"f"})
	w.Flush()
	gob.RegisterName(fmt.Sprint("dog", time.Now().UnixNano()), Dog{})
	var buf bytes.Buffer
	err = gob.NewEncoder(&buf).Encode(Zoo{[]Animal{Dog{"rex"}}, map[string]int{"dog": 1}, time.Unix(0, 0).UTC()})
	var z Zoo
	fmt.Println(err, gob.NewDecoder(&buf).Decode(&z))
	fmt.Println(z.Animals[0].Sound(), z.Count, z.When.Year())
}

// The strings package: search, split, replace, builders, readers, mapping.
package main

import (
	"fmt"
	"strings"
	"unicode"
)

type codec struct{ *strings.Replacer }

func (c codec) Encode(s string) string { return c.Replace(s) }

func main() {
	s := "the quick brown fox, the lazy dog"
	fmt.Println(strings.Contains(s, "fox"), strings.Index(s, "the"), strings.LastIndex(s, "the"), strings.Count(s, "o"))
	fmt.Printf("%q\n", strings.Split("a,b,,c", ","))
	fmt.Printf("%q %q\n", strings.SplitN("a-b-c", "-", 2), strings.SplitAfter("x.y.", "."))
	fmt.Println(strings.Title("hello"), strings.Replace(s, "the", "a", 1), strings.ReplaceAll("aaa", "a", "bb"))
	fmt.Println(strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return unicode.ToUpper(r)
	}, "a b\tc"))
	fmt.Println(strings.TrimFunc("123abc456", unicode.IsDigit), strings.Trim("  x ", " "), strings.TrimLeft("xxabc", "x"), strings.TrimPrefix("prefix", "pre"))
	before, after, ok := strings.Cut("key=value=x", "=")
	fmt.Println(before, after, ok)
	fmt.Println(strings.FieldsFunc("a1b22c", unicode.IsDigit), strings.EqualFold("Straße", "STRASSE"), strings.EqualFold("Go", "gO"))
	var b strings.Builder
	for i := range 3 {
		fmt.Fprintf(&b, "%d,", i)
	}
	b.WriteByte('!')
	b.WriteRune('é')
	fmt.Println(b.String(), b.Len())
	r := strings.NewReader("reader")
	p := make([]byte, 4)
	n, _ := r.Read(p)
	fmt.Println(n, string(p[:n]), r.Len())
	c := codec{strings.NewReplacer("<", "&lt;", ">", "&gt;")}
	fmt.Println(c.Encode("<b>"), strings.Repeat("-", 5), strings.Join([]string{"a", "b"}, "/"))
	fmt.Println(strings.Compare("a", "b"), strings.IndexByte("abc", 'c'), strings.IndexAny("golang", "ln"), strings.ContainsRune("é", 'é'))
	if rest, found := strings.CutSuffix("file.go", ".go"); found {
		fmt.Println(rest, strings.ToTitle("ǆ"), strings.IndexFunc("abC", unicode.IsUpper))
	}
}

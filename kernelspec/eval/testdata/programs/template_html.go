// html/template escapes by context, with values and methods of own types.
package main

import (
	"fmt"
	"html/template"
	"os"
	"strings"
)

type Page struct {
	Title string
	Links []Link
	Body  template.HTML
	Data  map[string]any
}
type Link struct{ URL, Text string }

func (l Link) Safe() bool { return !strings.HasPrefix(l.URL, "javascript") }

const page = `<h1>{{.Title}}</h1>{{range .Links}}<a href="{{.URL}}" title='{{.Text}}'>{{.Text}}</a>{{.Safe}}
{{end}}{{.Body}}<script>var d = {{.Data}};</script>
`

func main() {
	t := template.Must(template.New("p").Parse(page))
	err := t.Execute(os.Stdout, Page{
		"<x> & \"y\"",
		[]Link{{"/a?b=c d", "it's"}, {"javascript:alert(1)", "bad"}},
		"<b>kept</b>",
		map[string]any{"k": []int{1, 2}, "s": "</script>"},
	})
	fmt.Println(err)
	fmt.Println(template.HTMLEscapeString("<a>"), template.URLQueryEscaper("a b&c"))
}

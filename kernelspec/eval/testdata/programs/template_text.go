// text/template: fields, methods with arguments, maps, ranges, functions, nested templates, errors.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/template"
)

type Item struct {
	Name  string
	Price float64
	Qty   int
}

func (i Item) Total() float64            { return i.Price * float64(i.Qty) }
func (i Item) Times(n int) float64       { return i.Total() * float64(n) }
func (i *Item) Label(s ...string) string { return i.Name + strings.Join(s, "+") }
func (i Item) Fail() (string, error)     { return "", errors.New("failed on purpose") }

type Order struct {
	Items []*Item
	Meta  map[string]any
	Who   interface{ Hello() string }
}
type greeter string

func (g greeter) Hello() string { return "hello " + string(g) }

const text = `{{define "row"}}{{.Name | printf "%-6s"}}|{{printf "%7.2f" .Total}}{{end -}}
{{.Who.Hello | upper}}
{{range $i, $e := .Items}}{{$i}} {{template "row" $e}} {{$e.Times 2}} {{$e.Label "a" "b"}}{{if gt .Qty 1}} many{{else}} one{{end}}
{{else}}none{{end -}}
{{with .Meta.note}}note: {{.}}{{end}} {{len .Items}} {{index .Meta "k"}} {{.Meta.missing}} {{and 1 0}} {{eq .Meta.k 3}}
`

func main() {
	t := template.Must(template.New("t").Funcs(template.FuncMap{"upper": strings.ToUpper}).Parse(text))
	o := Order{[]*Item{{"tea", 2.5, 2}, {"cup", 7, 1}}, map[string]any{"note": "n", "k": 3}, greeter("bob")}
	if err := t.Execute(os.Stdout, o); err != nil {
		fmt.Println(err)
	}
	var b strings.Builder
	err := template.Must(template.New("f").Parse("x{{.Fail}}")).Execute(&b, Item{})
	fmt.Println(b.String(), err)
	err = template.Must(template.New("g").Parse("{{.Nope}}")).Execute(io.Discard, Item{})
	fmt.Println(err)
	_, err = template.New("h").Parse("{{if}}")
	fmt.Println(err)
	template.Must(template.New("seq").Parse("{{range .}}{{.}},{{end}}{{range $i := 3}}{{$i}}{{end}}\n")).Execute(os.Stdout, []int{1, 2})
}

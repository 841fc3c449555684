// Package magic knows the lines of a cell that are no Go: those that begin with %
// or !, cells that begin with %%, and questions such as ?name. It rewrites them to
// Go that calls the functions of a Host, on the same lines.
package magic

import (
	"fmt"
	"strings"
)

// Magic is one command with its usage and what it does.
type Magic struct{ Name, Usage, Does string }

// Magics are all commands, in the order of the help text.
var Magics = []Magic{
	{"%%time", "%%time", "first line of a cell: how long the cell takes"},
	{"%time", "%time STMT", "how long one statement takes"},
	{"%who", "%who", "the variables, with types and sizes"},
	{"%rm", "%rm NAME …", "forget names"},
	{"%reset", "%reset", "forget all names"},
	{"%test", "%test [FLAGS] [PATTERN]", "run the functions TestXxx, FuzzXxx and ExampleXxx of the cells, all or those that match"},
	{"%bench", "%bench [FLAGS] [PATTERN]", "run the functions BenchmarkXxx"},
	{"%cd", "%cd DIR", "change the working directory"},
	{"%env", "%env [NAME[=VALUE]]", "show or set environment variables"},
	{"!", "!CMD", "run a shell command"},
	{"%%bash", "%%bash", "first line of a cell: the rest is a shell script, with which the cell fails"},
	{"%%writefile", "%%writefile [-a] FILE", "first line of a cell: the rest goes into a file; -a appends"},
	{"?", "?NAME or NAME?", "what a name is"},
	{"%debug", "%debug [on|off]", "the calls and variables of the last panic; on keeps them in all cells, which makes them slower"},
	{"%help", "%help", "this text"},
}

// Help returns what %help prints.
func Help() string {
	var b strings.Builder
	b.WriteString("A cell is Go: statements, declarations and expressions; the last expression is shown.\n")
	for _, m := range Magics {
		fmt.Fprintf(&b, "  %-26s %s\n", m.Usage, m.Does)
	}
	b.WriteString(`ctx is cancelled by the interrupt button. display.HTML(s), display.Show(v), display.Update(id, v) show things.
Tab completes, Shift-Tab explains. Packages that are not in the kernel: go run ./kernelspec build -with PKG
`)
	return b.String()
}

// unknown says that a line is no magic, with those there are.
func unknown(name string) string {
	var names []string
	for _, m := range Magics {
		if strings.HasPrefix(m.Name, "%") {
			names = append(names, m.Name)
		}
	}
	return fmt.Sprintf("%s is no magic of this kernel; there are %s and !CMD (%%help explains them)", name, strings.Join(names, " "))
}

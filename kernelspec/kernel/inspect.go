//go:build axnkernel

package main

import (
	"go/doc/comment"
	"html"
	"strings"

	"axn/kernelspec/help"
	"axn/kernelspec/picture"
	"axn/kernelspec/serve"
)

// described shows a description as text, Markdown and HTML; comments are set as
// go doc sets them.
func described(d *help.Description) *serve.Bundle {
	var p comment.Parser
	var pr comment.Printer
	pr.HeadingLevel = 4
	pr.DocLinkBaseURL = "https://pkg.go.dev"
	doc := p.Parse(d.Doc)

	text := []string{d.Declaration}
	md := []string{"```go\n" + d.Declaration + "\n```"}
	page := []string{"<pre><b>" + html.EscapeString(d.Declaration) + "</b></pre>"}
	if d.Parameter != "" {
		text = append(text, "parameter here: "+d.Parameter)
		md = append(md, "parameter here: `"+d.Parameter+"`")
		page = append(page, "<p>parameter here: <code>"+html.EscapeString(d.Parameter)+"</code></p>")
	}
	if d.Value != "" {
		text = append(text, d.Value)
		md = append(md, "```\n"+d.Value+"\n```")
		page = append(page, "<pre>"+html.EscapeString(d.Value)+"</pre>")
	}
	if d.Doc != "" {
		text = append(text, strings.TrimRight(string(pr.Text(doc)), "\n"))
		md = append(md, strings.TrimRight(string(pr.Markdown(doc)), "\n"))
		page = append(page, string(pr.HTML(doc)))
	}
	if len(d.Methods) > 0 {
		list := strings.Join(d.Methods, "\n")
		text = append(text, list)
		md = append(md, "```go\n"+list+"\n```")
		page = append(page, "<pre>"+html.EscapeString(list)+"</pre>")
	}
	if d.Package != "" && d.Package != "main" {
		text = append(text, "package "+d.Package)
		md = append(md, "*package "+d.Package+"*")
		page = append(page, "<p><i>package "+html.EscapeString(d.Package)+"</i></p>")
	}
	return &serve.Bundle{Data: map[string]any{
		picture.Text: strings.Join(text, "\n\n"), "text/markdown": strings.Join(md, "\n\n"), picture.HTML: strings.Join(page, "\n"),
	}}
}

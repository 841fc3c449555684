//go:build axnkernel

package main

import (
	"context"
	"fmt"
	"runtime"

	"axn/kernelspec/godoc"
	"axn/kernelspec/interp"
	"axn/kernelspec/serve"

	"github.com/cosmos72/gomacro/fast"
)

// language makes cells of Go out of gomacro's interpreter and gophernotes' display.
type language struct {
	in     *interp.Interp
	kernel *serve.Kernel
	notes  *Kernel // gophernotes' own: its renderers
}

func newLanguage() *language {
	l := &language{}
	l.registerDisplay()
	l.registerComm()
	archive, err := godoc.Open(docs)
	if err != nil {
		panic(err) // the builder wrote it
	}
	l.in = interp.New(archive, l.prepare)
	return l
}

// prepare declares what gophernotes declares: the package display and Display.
func (l *language) prepare(ir *fast.Interp) {
	l.notes = &Kernel{ir: ir, display: importPackage(ir, "display", "display")}
	l.notes.initRenderers()
	ir.DeclVar("Display", nil, l.display)
}

func (l *language) Start(k *serve.Kernel) { l.kernel = k }

func (l *language) Info() serve.Info {
	return serve.Info{
		Implementation:        "axn",
		ImplementationVersion: Version,
		Banner:                "Go (AXN workbench): " + runtime.Version() + ", gophernotes " + Version,
		LanguageInfo: map[string]any{
			"name": "go", "version": runtime.Version()[2:], "mimetype": "text/x-go", "file_extension": ".go",
			"pygments_lexer": "go", "codemirror_mode": "go", "nbconvert_exporter": "script",
		},
		HelpLinks: []serve.HelpLink{
			{Text: "Go", URL: "https://go.dev/doc/"},
			{Text: "gonum", URL: "https://pkg.go.dev/gonum.org/v1/gonum"},
			{Text: "gonum/plot", URL: "https://pkg.go.dev/gonum.org/v1/plot"},
			{Text: "gota", URL: "https://pkg.go.dev/github.com/go-gota/gota"},
			{Text: "gophernotes", URL: "https://github.com/gopherdata/gophernotes"},
		},
	}
}

func (l *language) Execute(c *serve.Cell) (*serve.Bundle, *serve.Failure) {
	res := l.in.Run(&interp.Cell{
		Name: fmt.Sprintf("cell[%d]", c.Count), Code: c.Code, Stdout: c.Stdout(), Stderr: c.Stderr(), Owner: c,
		Context: func(ctx context.Context) context.Context { return withProgress(ctx, c) },
	})
	if res.Err != nil {
		return nil, failure(res.Err)
	}
	return l.shown(func() *serve.Bundle { return l.result(c, res) })
}

func (l *language) Evaluate(expression string) (*serve.Bundle, *serve.Failure) {
	res := l.in.Run(&interp.Cell{Name: "expression", Code: expression})
	if res.Err != nil {
		return nil, failure(res.Err)
	}
	return l.shown(func() *serve.Bundle { return l.bundle(res) })
}

// shown shows a value, which may call methods of cells: they may fail as cells do.
func (l *language) shown(show func() *serve.Bundle) (b *serve.Bundle, fail *serve.Failure) {
	if err := l.in.Call(func() { b = show() }); err != nil {
		return nil, failure(err)
	}
	return b, nil
}

func failure(e *interp.Error) *serve.Failure {
	return &serve.Failure{Name: e.Name, Value: e.Value, Traceback: e.Traceback}
}

func (l *language) Interrupt()     { l.in.Interrupt() }
func (l *language) Fail(err error) { l.in.Fail(err) }

func (l *language) Complete(code string, cursor int) serve.Completion {
	found := l.in.Complete(code, cursor)
	c := serve.Completion{Start: found.Start, End: found.End}
	for _, m := range found.Matches {
		c.Matches = append(c.Matches, serve.Match{Text: m.Text, Type: m.Kind, Signature: m.Signature})
	}
	return c
}

func (l *language) Inspect(code string, cursor, detail int) *serve.Bundle {
	d := l.in.Inspect(code, cursor)
	if d == nil {
		return nil
	}
	return described(d)
}

func (l *language) IsComplete(code string) (status, indent string) { return l.in.IsComplete(code) }

//go:build axnkernel

package main

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"axn/kernelspec/child"
	"axn/kernelspec/comm"
	"axn/kernelspec/compiled"
	"axn/kernelspec/debug"
	"axn/kernelspec/eval"
	"axn/kernelspec/godoc"
	"axn/kernelspec/help"
	"axn/kernelspec/magic"
	"axn/kernelspec/serve"
	"axn/kernelspec/widgets"
)

// language makes cells of Go out of a session, with magics, help and displays.
type language struct {
	session *eval.Session
	magics  *magic.Host
	help    *help.Help
	kernel  *serve.Kernel
	current atomic.Pointer[run]
	texts   sync.Map // of cells as they were typed, by name
	tidier  tidier

	debugger *debug.Debugger
}

// run is a cell that runs or ran: the owner of what it starts.
type run struct {
	cell  *serve.Cell
	name  string // "cell[7]"
	ctx   context.Context
	began time.Duration // as child.Now tells it
}

func newLanguage() *language {
	l := &language{session: eval.New(), help: help.New(godoc.New(compiled.Doc))}
	l.magics = magic.NewHost(l.session, l.context, l.what, l.postMortem)
	l.debugger = l.newDebugger()
	l.declareDisplay()
	keepWithinBounds()
	l.runAgain()
	l.registerAgain()
	go l.warmUp()
	return l
}

func (l *language) Start(k *serve.Kernel) {
	l.kernel = k
	comm.Use(k)
	widgets.Use(l)
}

func (l *language) Execute(c *serve.Cell) (*serve.Bundle, *serve.Failure) {
	r := &run{cell: c, name: fmt.Sprintf("cell[%d]", c.Count), began: child.Now()}
	l.current.Store(r)
	l.texts.Store(r.name, c.Code)
	stops := l.debugger.Begin(r.name, c.Code)
	defer l.debugger.End()
	res := l.session.Run(&eval.Cell{
		Name: r.name, Code: magic.Expand(c.Code, l.known), Stops: stops, Stdout: c.Stdout(), Stderr: c.Stderr(), Owner: r, Stopped: c.Interrupted,
		Context: func(ctx context.Context) context.Context {
			r.ctx = withProgress(ctx, c)
			return r.ctx
		},
	})
	defer l.tidier.cellEnded()
	l.magics.PrintTime(r)
	if res.Err == nil {
		l.pointOutErrors(r)
		if res.Err = failed(r, res.Values); res.Err != nil {
			l.showBeside(c, res.Values)
		}
	}
	if res.Err != nil {
		return nil, l.failure(res.Err)
	}
	return l.shown(func() *serve.Bundle { return l.result(c, res.Values) })
}

func (l *language) Evaluate(expression string) (*serve.Bundle, *serve.Failure) {
	const name = "expression"
	l.texts.Store(name, expression)
	res := l.session.Run(&eval.Cell{Name: name, Code: expression})
	if res.Err != nil {
		return nil, l.failure(res.Err)
	}
	return l.shown(func() *serve.Bundle { return bundle(res.Values) })
}

// showBeside shows the values that stand before the error which a cell fails with, where
// they tell something.
func (l *language) showBeside(c *serve.Cell, values []any) {
	before := values[:len(values)-1]
	if c.Silent || !slices.ContainsFunc(before, func(v any) bool { return v != nil && !reflect.ValueOf(v).IsZero() }) {
		return
	}
	if b, fail := l.shown(func() *serve.Bundle { return bundle(before) }); fail == nil && b != nil {
		c.Show(b)
	}
}

// shown shows a value, which may call methods of cells: they may fail as cells do.
func (l *language) shown(show func() *serve.Bundle) (b *serve.Bundle, fail *serve.Failure) {
	if err := l.session.Call(func() { b = show() }); err != nil {
		return nil, l.failure(err)
	}
	return b, nil
}

// Call calls code of cells for a widget. What it shows, prints and fails with goes to publish.
func (l *language) Call(publish func(msgType string, content any), f func(ctx context.Context)) error {
	c := l.kernel.Detached(publish)
	r := &run{cell: c, name: "callback", began: child.Now()}
	err := l.session.CallAs(&eval.Cell{Name: r.name, Stdout: c.Stdout(), Stderr: c.Stderr(), Owner: r,
		Context: func(ctx context.Context) context.Context {
			r.ctx = withProgress(ctx, c)
			return r.ctx
		},
	}, f)
	c.Flush()
	if err == nil {
		return nil
	}
	publish("error", l.failure(err))
	return err
}

// caller returns the cell on whose behalf compiled code is called, nil if there is none.
func (l *language) caller() *run {
	r, _ := l.session.Owner().(*run)
	return r
}

// context returns the context of the cell on whose behalf compiled code is called.
func (l *language) context() context.Context {
	if r := l.caller(); r != nil {
		return r.ctx
	}
	return context.Background()
}

// Interrupt stops the running cell and the processes that it started.
func (l *language) Interrupt() {
	l.session.Interrupt()
	if r := l.current.Load(); r != nil {
		child.KillSince(r.began)
	}
}

func (l *language) Fail(err error) { l.session.Fail(err) }

// Stop ends the processes of all cells: the kernel ends.
func (l *language) Stop() { child.KillSince(0) }

func (l *language) Complete(code string, cursor int) serve.Completion {
	found := l.help.Complete(notebook{l.session}, code, cursor)
	c := serve.Completion{Start: found.Start, End: found.End}
	for _, m := range found.Matches {
		c.Matches = append(c.Matches, serve.Match{Text: m.Text, Type: m.Kind, Signature: m.Signature})
	}
	return c
}

func (l *language) Inspect(code string, cursor, detail int) *serve.Bundle {
	d := l.help.Inspect(notebook{l.session}, code, cursor)
	if d == nil {
		return nil
	}
	return described(d)
}

// what answers ?name: it shows the description in the cell.
func (l *language) what(name string) {
	b := l.Inspect(name, len(name), 0)
	if b == nil {
		magic.Fail("nothing is known of %s", name)
	}
	if r := l.caller(); r != nil {
		r.cell.Show(b)
	}
}

func (l *language) IsComplete(code string) (status, indent string) {
	return l.session.IsComplete(magic.Blank(code, l.known))
}

// known reports whether a name means something in a cell.
func (l *language) known(name string) bool { return notebook{l.session}.known(name) }

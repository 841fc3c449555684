//go:build axnkernel

package main

import (
	"context"
	"fmt"
	"html"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"axn/kernelspec/serve"
	"axn/workbench"
)

// patience is how long a call may take before its progress is shown.
const patience = 500 * time.Millisecond

// headless tells that nobody watches, and that outputs are to be stored: calls
// show no progress, which would be another one at each run.
var headless = os.Getenv("AXN_HEADLESS") != ""

// withProgress returns a context whose workbench calls show in the cell how far
// they have come; headless, only what has come up.
func withProgress(ctx context.Context, c *serve.Cell) context.Context {
	if headless {
		return workbench.WithProgress(ctx, notes(c.Stderr()))
	}
	b := &bars{cell: c, tasks: map[string]*bar{}}
	return workbench.WithProgress(ctx, b.report)
}

// notes returns a listener that writes to w what has come up in a call, at its end.
func notes(w io.Writer) func(workbench.Progress) {
	return func(p workbench.Progress) {
		if p.Final && p.Note != "" {
			fmt.Fprintf(w, "%s: %s\n", p.Task, p.Note)
		}
	}
}

// bars are the progress displays of a cell, one for each task. A task that is
// done again shows in the same place.
type bars struct {
	cell  *serve.Cell
	mu    sync.Mutex
	tasks map[string]*bar
	made  int
}

// bar is one display.
type bar struct {
	id    string // display_id; empty: not shown yet
	start time.Time
	ended bool
}

func (b *bars) report(p workbench.Progress) {
	b.mu.Lock()
	defer b.mu.Unlock()
	t := b.tasks[p.Task]
	if t == nil {
		t = &bar{ended: true}
		b.tasks[p.Task] = t
	}
	if t.ended {
		t.start = time.Now().Add(-100 * time.Millisecond) // reports begin after a while
	}
	t.ended = p.Final
	took := time.Since(t.start)
	switch {
	case took < patience && p.Note == "": // what has come up is shown at once
	case t.id == "":
		b.made++
		t.id = fmt.Sprintf("progress-%d-%d", b.cell.Count, b.made)
		b.cell.Show(shownBar(t.id, p, took))
	default:
		b.cell.Update(shownBar(t.id, p, took))
	}
}

// line says how far a task has come: done, rate, remaining time, and what has come up.
func line(p workbench.Progress, took time.Duration) string {
	parts := []string{p.Task + ":"}
	if p.Total > 0 {
		parts = append(parts, fmt.Sprintf("%d of %d %s", p.Done, p.Total, p.Unit))
	} else {
		parts = append(parts, fmt.Sprintf("%d %s", p.Done, p.Unit))
	}
	rate := float64(p.Done) / took.Seconds()
	parts = append(parts, fmt.Sprintf("(%s/s)", digits(rate)))
	switch {
	case p.Final:
		parts = append(parts, "in", clock(took))
	case p.Total > 0 && p.Done > 0:
		left := time.Duration(float64(p.Total-p.Done) / rate * float64(time.Second))
		parts = append(parts, clock(left), "left")
	}
	if p.Note != "" {
		parts = append(parts, "("+p.Note+")")
	}
	return strings.Join(parts, " ")
}

func digits(x float64) string {
	switch {
	case x >= 100:
		return fmt.Sprintf("%.0f", x)
	case x >= 1:
		return fmt.Sprintf("%.1f", x)
	}
	return fmt.Sprintf("%.2g", x)
}

func clock(d time.Duration) string {
	if d < 10*time.Second {
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	d = d.Round(time.Second)
	if d < time.Hour {
		return fmt.Sprintf("%d:%02d", int(d.Minutes()), int(d.Seconds())%60)
	}
	return fmt.Sprintf("%d:%02d:%02d", int(d.Hours()), int(d.Minutes())%60, int(d.Seconds())%60)
}

// shownBar shows a task as a bar with its line.
func shownBar(id string, p workbench.Progress, took time.Duration) *serve.Bundle {
	text := line(p, took)
	page := html.EscapeString(text)
	if !p.Final {
		value := ""
		if p.Total > 0 {
			value = fmt.Sprintf(` value="%d" max="%d"`, p.Done, p.Total)
		}
		page = fmt.Sprintf(`<progress style="width:20em;vertical-align:middle"%s></progress> %s`, value, page)
	}
	return &serve.Bundle{
		Data:      map[string]any{"text/plain": text, "text/html": "<div>" + page + "</div>"},
		Transient: map[string]any{"display_id": id},
	}
}

package main

import (
	"fmt"
	"io"
	"time"
)

// printTable prints the results as a table in Markdown, with the ratio of the
// first kernel to the second if there are two.
func printTable(w io.Writer, rs []*result) {
	head, rule := "| |", "|---|"
	for _, r := range rs {
		head, rule = head+" "+r.name+" |", rule+"---:|"
	}
	if len(rs) == 2 {
		head, rule = head+" ratio |", rule+"---:|"
	}
	fmt.Fprintln(w, head)
	fmt.Fprintln(w, rule)
	for _, row := range []struct {
		name string
		of   func(*result) time.Duration
	}{
		{"start to kernel_info", func(r *result) time.Duration { return r.info }},
		{"start to first cell (axn: imports workbench, gonum, gota, plot; ipykernel: bare)", func(r *result) time.Duration { return r.first }},
		{"trivial cell, median of the first 100", func(r *result) time.Duration { return r.early }},
		{"trivial cell, p95 of the first 100", func(r *result) time.Duration { return r.earlyP95 }},
		{"trivial cell, median of the last 100", func(r *result) time.Duration { return r.late }},
		{"trivial cell, p95 of the last 100", func(r *result) time.Duration { return r.lateP95 }},
		{"10,000 printed lines", func(r *result) time.Duration { return r.lines }},
		{"a line of 1 MB", func(r *result) time.Duration { return r.line }},
		{"5 MB of output", func(r *result) time.Duration { return r.mega }},
		{"SIGINT to the end of a busy loop", func(r *result) time.Duration { return r.busy }},
		{"SIGINT to the end of a sleep", func(r *result) time.Duration { return r.wait }},
		{"kernel_info on control while a cell runs", func(r *result) time.Duration { return r.control }},
	} {
		print(w, rs, row.name, func(r *result) float64 { return float64(row.of(r)) / 1e6 }, "ms")
	}
	print(w, rs, "10,000 lines: messages", func(r *result) float64 { return float64(r.lineMessages) }, "")
	print(w, rs, "memory after the first cell", func(r *result) float64 { return float64(r.memory) / 1e6 }, "MB")
	print(w, rs, "memory after all", func(r *result) float64 { return float64(r.memoryAtLast) / 1e6 }, "MB")
}

func print(w io.Writer, rs []*result, name string, of func(*result) float64, unit string) {
	fmt.Fprintf(w, "| %s |", name)
	for _, r := range rs {
		fmt.Fprintf(w, " %s %s |", digits(of(r)), unit)
	}
	if len(rs) == 2 && of(rs[1]) > 0 {
		fmt.Fprintf(w, " %.2f |", of(rs[0])/of(rs[1]))
	}
	fmt.Fprintln(w)
}

// digits writes a number with three digits that count.
func digits(x float64) string {
	switch {
	case x >= 100:
		return fmt.Sprintf("%.0f", x)
	case x >= 10:
		return fmt.Sprintf("%.1f", x)
	}
	return fmt.Sprintf("%.2f", x)
}

//go:build axnkernel

// Command gocell runs Go as cells, without Jupyter: for work on the evaluator and its
// tests. It is built with all packages that a kernel has, by builder.Kernel with this
// command as Main, or by
//
//	go run ./kernelspec build -main ./kernelspec/eval/gocell -o gocell
//
// A file that ends in .go is one cell; in any other, lines of --- divide the cells. What
// cells print goes to stdout and stderr, and so do the values of last expressions, one a
// line, each with its type. A cell that fails says so on stderr; the others run, and the
// command ends with 1. A cell that begins with //stop and a duration is interrupted then.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"runtime"
	"runtime/pprof"
	"strings"
	"time"

	_ "axn/kernelspec/compiled/tables"
	"axn/kernelspec/compiled/verify"
	"axn/kernelspec/eval"
)

func main() {
	files := flag.NewFlagSet(os.Args[0], flag.ExitOnError)
	quiet := files.Bool("q", false, "do not print the values of last expressions")
	times := files.Bool("t", false, "print how long each cell took, on stderr")
	profile := files.String("cpuprofile", "", "write a profile of where the time goes to this file")
	heap := files.String("memprofile", "", "write a profile of what lies in memory at the end to this file")
	check := files.Bool("verify", false, "check the tables, export data and sources that the builder generated, and run nothing")
	files.Parse(os.Args[1:])
	if *check {
		counts, err := verify.All()
		fmt.Printf("%+v\n", counts)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Args = os.Args[:1]
	if *profile != "" {
		f, err := os.Create(*profile)
		if err == nil {
			err = pprof.StartCPUProfile(f)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "gocell:", err)
			os.Exit(1)
		}
	}
	r := runner{session: eval.New(), quiet: *quiet, times: *times}
	for _, name := range files.Args() {
		if err := r.file(name); err != nil {
			fmt.Fprintln(os.Stderr, "gocell:", err)
			r.failed = true
		}
	}
	pprof.StopCPUProfile()
	if *heap != "" {
		if err := writeHeap(*heap); err != nil {
			fmt.Fprintln(os.Stderr, "gocell:", err)
			r.failed = true
		}
	}
	if r.failed {
		os.Exit(1)
	}
}

// writeHeap writes a profile of what a collection leaves.
func writeHeap(name string) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	runtime.GC()
	return errors.Join(pprof.WriteHeapProfile(f), f.Close())
}

type runner struct {
	session      *eval.Session
	n            int
	quiet, times bool
	failed       bool
}

// file runs the cells of a file.
func (r *runner) file(name string) error {
	b, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	cells := []string{string(b)}
	if !strings.HasSuffix(name, ".go") {
		cells = strings.Split("\n"+string(b), "\n---\n")
	}
	for _, code := range cells {
		r.cell(strings.TrimPrefix(code, "\n"))
	}
	return nil
}

func (r *runner) cell(code string) {
	r.n++
	if rest, ok := strings.CutPrefix(code, "//stop "); ok {
		line, _, _ := strings.Cut(rest, "\n")
		if d, err := time.ParseDuration(strings.TrimSpace(line)); err == nil {
			defer time.AfterFunc(d, r.session.Interrupt).Stop()
		}
	}
	start := time.Now()
	res := r.session.Run(&eval.Cell{Name: fmt.Sprintf("cell[%d]", r.n), Code: code, Stdout: os.Stdout, Stderr: os.Stderr})
	took := time.Since(start)
	if !r.quiet {
		for _, v := range res.Values {
			fmt.Printf("%v %T\n", v, v)
		}
	}
	if res.Err != nil {
		r.failed = true
		report(r.n, res.Err)
	}
	if r.times {
		fmt.Fprintf(os.Stderr, "cell[%d] %v\n", r.n, took)
	}
}

// report prints how a cell failed.
func report(n int, err *eval.Error) {
	for _, p := range err.Problems {
		fmt.Fprintf(os.Stderr, "%v: %s\n", p.At, p.Message)
	}
	if len(err.Problems) == 0 {
		fmt.Fprintf(os.Stderr, "cell[%d]: %v\n", n, err)
	}
	for _, f := range err.Frames {
		if f.Cell == "" {
			fmt.Fprintf(os.Stderr, "\tin %s\n", f.Func)
			continue
		}
		fmt.Fprintf(os.Stderr, "\t%v %s\n", f, f.Func)
	}
}

//go:debug gotypesalias=0

// Command bench measures the evaluator beside gomacro, as a library, and yaegi: each runs
// the programs of the folder programs, which print what they computed and how long that
// took. Every run is a process of its own; the evaluators take turns.
//
//	go run ./kernelspec build -main ./kernelspec/eval/gocell -o /tmp/gocell
//	cd kernelspec/eval/bench && go run . -eval /tmp/gocell
//
// It is a module of its own, so that the kernel needs neither of the two.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

func main() {
	ours := flag.String("eval", "", "the command gocell, built with all packages")
	rounds := flag.Int("rounds", 7, "how often each program runs in each evaluator")
	flag.BoolVar(&processor, "cpu", false, "measure processor time, less that of an empty program, in the place of the time that passes")
	only := flag.String("only", "", "run the programs whose names contain this")
	as := flag.String("as", "", "run one program in this process: gomacro or yaegi")
	flag.Parse()
	err := errors.New("-eval is missing: see the comment of the command")
	switch {
	case *as != "":
		err = interpret(*as, flag.Arg(0))
	case *ours != "":
		err = compare(*ours, *rounds, *only)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// evaluator runs a program and returns its output.
type evaluator struct {
	name string
	argv []string
}

// processor tells that what a process takes of the processors is measured, in the place of
// what the program measures itself: on a busy machine that says more.
var processor bool

// startup is a program that does nothing. What it takes of the processors is left out.
const startup = "startup/nothing.go"

// times are the durations of a program in an evaluator, one a round.
type times []time.Duration

func (t times) min() time.Duration { return slices.Min(t) }

func (t times) median() time.Duration {
	s := slices.Sorted(slices.Values(t))
	return s[len(s)/2]
}

// less takes a duration off each.
func (t times) less(d time.Duration) {
	for i := range t {
		t[i] = max(t[i]-d, time.Millisecond)
	}
}

// compare measures all programs and prints a table.
func compare(ours string, rounds int, only string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	all := []evaluator{{"eval", []string{ours, "-q"}}, {"gomacro", []string{self, "-as", "gomacro"}}, {"yaegi", []string{self, "-as", "yaegi"}}}
	programs, err := filepath.Glob("programs/*" + only + "*.go")
	if err != nil || len(programs) == 0 {
		return fmt.Errorf("no programs: run in the folder of the command (%w)", err)
	}
	fmt.Printf("%s, %s/%s, %d processors, %d rounds; milliseconds, minimum / median\n\n", runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), rounds)
	fmt.Println("| program | eval | gomacro | yaegi | eval : gomacro | eval : yaegi |\n| --- | --- | --- | --- | --- | --- |")
	nothing := make([]times, len(all))
	if processor {
		if nothing, err = measure(all, startup, rounds+2); err != nil {
			return err
		}
	}
	for _, p := range programs {
		got, err := measure(all, p, rounds)
		if err != nil {
			return err
		}
		for i, t := range got {
			if processor {
				t.less(nothing[i].min())
			}
		}
		row(strings.TrimSuffix(filepath.Base(p), ".go"), got)
	}
	return nil
}

// once runs a program in an evaluator, for two minutes at most.
func once(e evaluator, program string) (result string, took time.Duration, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, e.argv[0], append(e.argv[1:], program)...)
	out, err := cmd.Output()
	if err != nil {
		return "", 0, err
	}
	var ns int64
	_, err = fmt.Sscan(string(out), &result, &ns)
	took = time.Duration(ns)
	if processor {
		took = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	}
	return result, took, err
}

// measure runs a program in all evaluators in turn. The others have no times where they
// fail or compute something else than ours.
func measure(all []evaluator, program string, rounds int) ([]times, error) {
	got := make([]times, len(all))
	for range rounds {
		want := ""
		for i, e := range all {
			result, took, err := once(e, program)
			if i == 0 {
				if err != nil {
					return nil, fmt.Errorf("%s: %w", program, err)
				}
				want = result
			}
			if err == nil && result == want {
				got[i] = append(got[i], took)
			}
		}
	}
	return got, nil
}

func row(name string, got []times) {
	fmt.Printf("| %s", name)
	for _, t := range got {
		if len(t) == 0 {
			fmt.Print(" | fails")
			continue
		}
		fmt.Printf(" | %.1f / %.1f", ms(t.min()), ms(t.median()))
	}
	for _, t := range got[1:] {
		if len(t) == 0 {
			fmt.Print(" |")
			continue
		}
		fmt.Printf(" | %.2f", float64(got[0].min())/float64(t.min()))
	}
	fmt.Println(" |")
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

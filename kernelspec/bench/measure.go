package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"axn/kernelspec/frontend"
)

// code is what is run, in a kernel's language.
type code struct {
	trivial, first, lines, line, megabytes, busy, wait string
}

var goCode = code{
	trivial:   "1 + 1",
	first:     "import (\n\t\"axn/workbench\"\n\t\"gonum.org/v1/gonum/mat\"\n\t\"github.com/go-gota/gota/dataframe\"\n\t\"gonum.org/v1/plot\"\n\t\"fmt\"\n\t\"strings\"\n\t\"time\"\n)\nfmt.Println(mat.NewDense(1, 1, nil).At(0, 0), plot.New() != nil, workbench.Progress{}.Done, dataframe.New().Nrow())",
	lines:     "for i := 0; i < 10000; i++ { fmt.Println(i) }",
	line:      "fmt.Println(strings.Repeat(\"x\", 1<<20))",
	megabytes: "for i := 0; i < 5; i++ { fmt.Println(strings.Repeat(\"x\", 1<<20)) }",
	busy:      "for {}",
	wait:      "time.Sleep(time.Hour)",
}

var pythonCode = code{
	trivial:   "1 + 1",
	first:     "import time\nprint(1)", // bare: nothing of numpy, pandas or matplotlib
	lines:     "for i in range(10000): print(i)",
	line:      "print('x' * 2**20)",
	megabytes: "for i in range(5): print('x' * 2**20)",
	busy:      "while True: pass",
	wait:      "time.sleep(3600)",
}

// candidate is a kernel to measure.
type candidate struct {
	name string
	argv []string
	code code
}

// result is what was measured of a kernel. Times are medians.
type result struct {
	name                 string
	info, first          time.Duration // from the start to the reply
	early, earlyP95      time.Duration // a trivial cell, the first hundred
	late, lateP95        time.Duration // the last hundred
	lines, line, mega    time.Duration
	lineMessages         int
	busy, wait, control  time.Duration // interrupts; kernel_info while a cell runs
	memory, memoryAtLast int           // bytes, after the first cell with imports and after all
}

// measure takes the kernels in turn, so that what else the machine does falls on
// all of them.
func measure(kernels []candidate, starts, cells int) ([]*result, error) {
	results := make([]*result, len(kernels))
	infos, firsts := make([][]time.Duration, len(kernels)), make([][]time.Duration, len(kernels))
	for round := range starts + 1 {
		for i, c := range kernels {
			info, first, err := startOnce(c)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", c.name, err)
			}
			if round > 0 { // the first warms the file cache
				infos[i], firsts[i] = append(infos[i], info), append(firsts[i], first)
			}
		}
	}
	sessions := make([]*session, len(kernels))
	for i, c := range kernels {
		s, err := open(c)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.name, err)
		}
		defer s.end()
		s.result.info, s.result.first = median(infos[i]), median(firsts[i])
		sessions[i], results[i] = s, s.result
	}
	if err := trivial(sessions, cells); err != nil {
		return nil, err
	}
	for _, s := range sessions {
		if err := s.rest(); err != nil {
			return nil, fmt.Errorf("%s: %w", s.result.name, err)
		}
	}
	return results, nil
}

func launch(c candidate) (*frontend.Kernel, context.Context, func(), error) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	k, err := frontend.Start(c.argv, frontend.Options{Env: []string{"AXN_HISTORY="}})
	if err != nil {
		cancel()
		return nil, nil, nil, err
	}
	return k, ctx, func() { k.Close(); cancel() }, nil
}

// startOnce measures from the start of the process to the replies to kernel_info
// and to a first cell that imports.
func startOnce(c candidate) (info, first time.Duration, err error) {
	before := time.Now()
	k, ctx, end, err := launch(c)
	if err != nil {
		return 0, 0, err
	}
	defer end()
	if _, err = k.Request(ctx, frontend.Shell, "kernel_info_request", map[string]any{}); err != nil {
		return 0, 0, err
	}
	info = time.Since(before)
	if err = run(ctx, k, c.code.first); err != nil {
		return 0, 0, err
	}
	return info, time.Since(before), nil
}

func run(ctx context.Context, k *frontend.Kernel, code string) error {
	e, err := k.Execute(ctx, code)
	if err == nil && e.Status != "ok" {
		err = fmt.Errorf("cell failed: %s", strings.Join(e.Failure().Traceback, "\n"))
	}
	return err
}

// timed returns the median time of a cell over n runs.
func timed(ctx context.Context, k *frontend.Kernel, code string, n int) (time.Duration, error) {
	var times []time.Duration
	for range n {
		before := time.Now()
		if err := run(ctx, k, code); err != nil {
			return 0, err
		}
		times = append(times, time.Since(before))
	}
	return median(times), nil
}

// session is a running kernel with what was measured of it.
type session struct {
	*frontend.Kernel
	ctx    context.Context
	end    func()
	code   code
	times  []time.Duration // of trivial cells
	result *result
}

// open starts a kernel and runs its first cell.
func open(c candidate) (*session, error) {
	k, ctx, end, err := launch(c)
	if err != nil {
		return nil, err
	}
	if err := run(ctx, k, c.code.first); err != nil {
		end()
		return nil, err
	}
	return &session{k, ctx, end, c.code, nil, &result{name: c.name, memory: resident(k)}}, nil
}

// trivial runs trivial cells in all kernels, one by one in turn.
func trivial(sessions []*session, cells int) error {
	for range cells {
		for _, s := range sessions {
			before := time.Now()
			if err := run(s.ctx, s.Kernel, s.code.trivial); err != nil {
				return fmt.Errorf("%s: %w", s.result.name, err)
			}
			s.times = append(s.times, time.Since(before))
		}
	}
	hundred := min(100, cells)
	for _, s := range sessions {
		early, late := s.times[:hundred], s.times[cells-hundred:]
		s.result.early, s.result.earlyP95 = median(early), percentile(early, 95)
		s.result.late, s.result.lateP95 = median(late), percentile(late, 95)
	}
	return nil
}

// rest measures output, interrupts and memory.
func (s *session) rest() (err error) {
	r := s.result
	for _, m := range []struct {
		into *time.Duration
		code string
		n    int
	}{{&r.lines, s.code.lines, 7}, {&r.line, s.code.line, 7}, {&r.mega, s.code.megabytes, 3}} {
		if *m.into, err = timed(s.ctx, s.Kernel, m.code, m.n); err != nil {
			return err
		}
	}
	if r.lineMessages, err = messages(s.ctx, s.Kernel, s.code.lines); err != nil {
		return err
	}
	if r.busy, r.control, err = interrupts(s.ctx, s.Kernel, s.code.busy); err != nil {
		return err
	}
	if r.wait, _, err = interrupts(s.ctx, s.Kernel, s.code.wait); err != nil {
		return err
	}
	r.memoryAtLast = resident(s.Kernel)
	return nil
}

// messages counts the stream messages of a cell.
func messages(ctx context.Context, k *frontend.Kernel, code string) (int, error) {
	p, err := k.SendCode(code, frontend.ExecuteOptions{})
	if err != nil {
		return 0, err
	}
	defer p.Forget()
	for n := 0; ; {
		m, err := p.Next(ctx)
		if err != nil {
			return 0, err
		}
		if m.Header.MsgType == "stream" {
			n++
		}
		if strings.Contains(string(m.Content), `"idle"`) {
			return n, nil
		}
	}
}

// interrupts measures how long a cell goes on after SIGINT, and how long
// kernel_info on control takes while it runs.
func interrupts(ctx context.Context, k *frontend.Kernel, code string) (interrupt, control time.Duration, err error) {
	var stops, infos []time.Duration
	for range 5 {
		p, err := k.SendCode(code, frontend.ExecuteOptions{})
		if err != nil {
			return 0, 0, err
		}
		time.Sleep(200 * time.Millisecond)
		before := time.Now()
		if _, err := k.Request(ctx, frontend.Control, "kernel_info_request", map[string]any{}); err != nil {
			return 0, 0, err
		}
		infos = append(infos, time.Since(before))
		before = time.Now()
		k.Process.Signal(os.Interrupt)
		if _, err := p.Reply(ctx); err != nil {
			return 0, 0, err
		}
		stops = append(stops, time.Since(before))
		p.Forget()
		time.Sleep(50 * time.Millisecond)
	}
	return median(stops), median(infos), nil
}

// resident returns the bytes of memory that a kernel process holds; 0 if that
// cannot be known here.
func resident(k *frontend.Kernel) int {
	if runtime.GOOS != "linux" {
		return 0
	}
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", k.Process.Pid))
	if err != nil {
		return 0
	}
	pages, _ := strconv.Atoi(strings.Fields(string(b))[1])
	return pages * os.Getpagesize()
}

func median(ts []time.Duration) time.Duration { return percentile(ts, 50) }

func percentile(ts []time.Duration, p int) time.Duration {
	if len(ts) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(ts))
	return sorted[min(len(sorted)*p/100, len(sorted)-1)]
}

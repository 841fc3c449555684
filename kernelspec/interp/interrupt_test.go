//go:build !race

// The interpreter is stopped from outside by writing to words that gomacro reads
// without synchronization: correct on the machine, a race by the book.

package interp

import (
	"runtime"
	"strings"
	"testing"
	"time"
)

func TestInterrupt(t *testing.T) {
	for _, test := range []struct{ name, code string }{
		{"loop", "for { x++ }"},
		{"sleep", "time.Sleep(time.Hour)"},
		{"blocked channel", "<-make(chan int)"},
		{"context", "<-ctx.Done()"},
		{"recover swallows", "func g() { defer func() { recover() }(); for { x++ } }\nfor { g() }"},
		{"mutex", "var mu sync.Mutex\nmu.Lock()\nmu.Lock()"},
		{"recursion", "func h(n int) int { return h(n+1) + h(n) }\nh(0)"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := newCells(t)
			c.run("import (\"time\"; \"sync\")\nvar _ sync.Mutex\nx, keep := 0, \"kept\"\nfunc twice(n int) int { return 2 * n }")
			took := make(chan time.Duration, 1)
			time.AfterFunc(30*time.Millisecond, func() {
				start := time.Now()
				c.in.Interrupt()
				for c.in.running.Load() != nil {
					time.Sleep(100 * time.Microsecond)
				}
				took <- time.Since(start)
			})
			e := c.fails(test.code)
			if e.Name != "interrupted" && test.name != "recursion" {
				t.Errorf("got %v", e)
			}
			if got := c.run("keep"); got != "kept" {
				t.Errorf("keep is %s", got)
			}
			if got := c.run("twice(21)"); got != "42" {
				t.Errorf("twice(21) is %s", got)
			}
			t.Logf("stopped after %v", <-took)
		})
	}
}

// Goroutines get the addresses of ended ones, by which gomacro tells them apart. An
// interrupt reaches also those that run functions which ended goroutines made.
func TestInterruptAfterAddressesAreUsedAgain(t *testing.T) {
	c := newCells(t)
	c.run("import \"time\"\nmade := make(chan func(), 1)")
	for range 20 {
		c.run("go func() { n := 0; made <- func() { for { n++ } } }()\ntime.Sleep(time.Millisecond)\nspin := <-made\ngo spin()\ntime.Sleep(time.Millisecond)")
		c.in.Interrupt()
		c.alone()
	}
}

// Goroutines that recover from what stops them are stopped.
func TestInterruptOfGoroutinesThatRecover(t *testing.T) {
	c := newCells(t)
	c.run("import \"time\"\nfunc deaf() { defer func() { recover() }(); for { } }")
	for range 20 {
		time.AfterFunc(10*time.Millisecond, c.in.Interrupt)
		c.fails("go func() { for { deaf() } }()\nfor { deaf() }")
		c.alone()
	}
	c.run("go func() { for { deaf() } }()\ntime.Sleep(time.Millisecond)")
	c.in.Interrupt()
	c.alone()
}

// However often a blocked cell is interrupted, its goroutine stays and little else.
func TestInterruptsOfABlockedCell(t *testing.T) {
	c := newCells(t)
	c.run("1")
	before := runtime.NumGoroutine()
	time.AfterFunc(10*time.Millisecond, func() {
		for range 50 {
			c.in.Interrupt()
		}
	})
	c.fails("<-make(chan int)")
	if more := runtime.NumGoroutine() - before; more > 10 {
		t.Errorf("%d goroutines more than before", more)
	}
	c.run("1")
}

// Functions of a cell may be called on goroutines of compiled code.
func TestForeignGoroutines(t *testing.T) {
	c := newCells(t)
	c.run("import (\"sort\"; \"strings\"; \"time\")")
	if got := c.run("xs := []int{3, 1, 2}\nsort.Slice(xs, func(i, j int) bool { return xs[i] < xs[j] })\nxs"); got != "[1 2 3]" {
		t.Errorf("got %s", got)
	}
	if got := c.run("up := func(r rune) rune { return r + 1 }\nstrings.Map(up, \"HAL\")"); got != "IBM" {
		t.Errorf("got %s", got)
	}
	e := c.fails("var p []int\nsort.Slice(xs, func(i, j int) bool { return p[i] < p[j] })")
	if e.Name != "panic" || len(e.Frames) == 0 || e.Frames[0].Line != 2 {
		t.Errorf("got %+v", e)
	}
	e = c.fails("time.AfterFunc(time.Millisecond, func() { p[3] = 1 })\ntime.Sleep(time.Second)")
	if e.Name != "panic" || !strings.Contains(e.Value, "out of range") {
		t.Errorf("got %+v", e)
	}
	c.run("xs")
}

// alone waits until no goroutine of a cell is left.
func (c *cells) alone() {
	c.t.Helper()
	for start := time.Now(); c.in.Goroutines() > 0; time.Sleep(time.Millisecond) {
		if time.Since(start) > time.Second {
			c.t.Fatal("a goroutine was not stopped")
		}
	}
}

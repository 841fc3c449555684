package main_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"axn/kernelspec/frontend"
)

// soakCells is how many cells the soak runs; AXN_SOAK sets another number.
func soakCells(t *testing.T) int {
	if n, err := strconv.Atoi(os.Getenv("AXN_SOAK")); err == nil {
		return n
	}
	if testing.Short() {
		return 100
	}
	return 300
}

// Cells of all kinds in random order: nothing is lost, no goroutine and no memory
// is left behind.
func TestSoak(t *testing.T) {
	const seed = 1
	r := rand.New(rand.NewPCG(seed, 0))
	t.Logf("seed %d", seed)
	s := startFor(t, 10*time.Minute)
	s.run("import (\"fmt\"; \"strings\"; \"time\"; \"errors\"; \"runtime\")\nn := 0\nchecksum := 0")
	goroutines := func() int {
		n, err := strconv.Atoi(s.run("runtime.GC()\nruntime.NumGoroutine()").Result())
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	warm := func() { // what stays after the first of each kind is no leak
		s.stop(s.send("<-make(chan int)"))
		s.run(`fmt.Print(strings.Repeat("x", 5<<20))`)
	}
	warm()
	firstGoroutines, firstMemory := goroutines(), resident(t, s)
	counted, blocked := 0, 0
	for i := range soakCells(t) {
		switch k := r.IntN(100); {
		case k < 40:
			s.run("n++")
			counted++
		case k < 55:
			size := r.IntN(2000)
			want := strings.Repeat(fmt.Sprintf("line %d\n", i), size)
			if got := s.run(fmt.Sprintf("for j := 0; j < %d; j++ { fmt.Println(\"line\", %d) }", size, i)).Stdout(); got != want {
				t.Fatalf("cell %d: %d bytes of %d", i, len(got), len(want))
			}
		case k < 65:
			s.fails(fmt.Sprintf("panic(%q)", "boom "+strconv.Itoa(i)))
		case k < 72:
			s.fails("undefinedName" + strconv.Itoa(i))
		case k < 78:
			s.fails("func() error { return errors.New(\"no\") }()")
		case k < 84:
			s.run(fmt.Sprintf("f%d := func(x int) int { return x + %d }\nif f%d(1) != %d { panic(\"wrong\") }", i%20, i, i%20, i+1))
		case k < 89:
			s.run("done := make(chan bool)\nfor j := range 20 { go func() { checksum += 0 * j; done <- true }() }\nfor range 20 { <-done }")
		case k < 93:
			p, err := s.SendCode("for { n += 0 }", frontend.ExecuteOptions{})
			if err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Duration(r.IntN(20)) * time.Millisecond)
			if e := s.stopSoon(p); e.Status != "error" {
				t.Fatalf("cell %d: an interrupted loop gave %+v", i, e)
			}
		case k < 95:
			blocked++
			s.stopSoon(s.send("<-make(chan int)"))
		case k < 97:
			if got := len(s.run(`fmt.Print(strings.Repeat("x", 5<<20))`).Stdout()); got != 5<<20 {
				t.Fatalf("cell %d: %d bytes of 5 MB", i, got)
			}
		default:
			s.fails("go func() { panic(\"in a goroutine\") }()\ntime.Sleep(time.Millisecond)\nvar m map[string]int\nm[\"a\"] = 1")
		}
	}
	s.want("n", strconv.Itoa(counted))
	// A call that is blocked for ever keeps its goroutine, and no more.
	if more := goroutines() - firstGoroutines - blocked; more > 5 {
		t.Errorf("%d goroutines more than at the beginning", more)
	}
	if more := resident(t, s) - firstMemory; more > 60<<20 {
		t.Errorf("%d MB more than at the beginning", more>>20)
	} else {
		t.Logf("%d MB more than at the beginning, %d cells left blocked", more>>20, blocked)
	}
}

// stopSoon interrupts a cell until it ends: it may not have begun when the first
// interrupt comes.
func (s *session) stopSoon(p *frontend.Pending) *frontend.Executed {
	s.t.Helper()
	ended := make(chan struct{})
	go func() {
		for {
			s.Interrupt(s.ctx)
			select {
			case <-ended:
				return
			case <-time.After(100 * time.Millisecond):
			}
		}
	}()
	defer close(ended)
	return s.collect(p)
}

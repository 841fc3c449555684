package cores

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
)

// Every index is worked once, and ranges begin at multiples of grain.
func TestRanges(t *testing.T) {
	for n := range 40 {
		for threads := range 5 {
			for grain := 1; grain < 9; grain++ {
				var mu sync.Mutex
				var seen []int
				Ranges(threads, n, grain, func(lo, hi int) {
					mu.Lock()
					defer mu.Unlock()
					if lo%grain != 0 || lo >= hi {
						t.Errorf("n=%d threads=%d grain=%d: range %d … %d", n, threads, grain, lo, hi)
					}
					for i := lo; i < hi; i++ {
						seen = append(seen, i)
					}
				})
				slices.Sort(seen)
				for i := range n {
					if len(seen) != n || seen[i] != i {
						t.Fatalf("n=%d threads=%d grain=%d: worked %v", n, threads, grain, seen)
					}
				}
			}
		}
	}
}

// A panic reaches the caller with the stack of the task, and is not lost among others.
func TestPanic(t *testing.T) {
	cause := errors.New("broken")
	for _, threads := range []int{2, 4} {
		func() {
			defer func() {
				p, ok := recover().(*Panic)
				if !ok || !errors.Is(p, cause) || !strings.Contains(p.Error(), "failingTask") {
					t.Errorf("%d threads: %v", threads, p)
				}
			}()
			For(threads, 100, func(i int) { For(threads, 3, func(j int) { failingTask(i, cause) }) })
		}()
	}
	done := 0
	For(1, 5, func(i int) { done += i })
	if done != 10 {
		t.Errorf("worked %d", done)
	}
}

func failingTask(i int, err error) {
	if i == 42 {
		panic(err)
	}
}

// What runs beside is waited for, and its panic is the waiter's.
func TestBeside(t *testing.T) {
	done := false
	Beside(func() { done = true })()
	if !done {
		t.Error("it was not waited for")
	}
	wait := Beside(func() { panic("broken") })
	defer func() {
		if p, ok := recover().(*Panic); !ok || p.Value != "broken" {
			t.Errorf("got %v", p)
		}
	}()
	wait()
}

package interp

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// Whatever is being written, help and checks give an answer.
func FuzzHelp(f *testing.F) {
	for _, code := range []string{
		"strings.ToU", "x := []struct{ A int }{{A", "for i := range 3 {\n\tx.", "import \"fm", "%time x", "!ls", "f(g(1, h", "\"😀\"; x.", "type T struct {\n", "`", "/*", "a.b.c.", ")", "}{", "[]", "map[string]", "x[",
	} {
		f.Add(code, len(code))
		f.Add(code, len(code)/2)
	}
	c := newCells(nil)
	c.in.Run(&Cell{Name: "cell[1]", Code: "import \"strings\"\nvar sb strings.Builder\nx := []int{1}"})
	f.Fuzz(func(t *testing.T, code string, cursor int) {
		if len(code) > 2000 {
			return
		}
		cursor = min(max(cursor, 0), len(code))
		slow := time.AfterFunc(5*time.Second, func() { panic(fmt.Sprintf("no answer for %q at %d", code, cursor)) })
		defer slow.Stop()
		done := c.in.Complete(code, cursor)
		if done.Start < 0 || done.Start > cursor || done.End < cursor || done.End > len(code) {
			t.Errorf("%q at %d completes %d to %d", code, cursor, done.Start, done.End)
		}
		c.in.Inspect(code, cursor)
		if status, _ := c.in.IsComplete(code); !strings.Contains("complete incomplete invalid", status) {
			t.Errorf("%q is %q", code, status)
		}
	})
}

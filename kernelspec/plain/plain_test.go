package plain

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"
)

type point struct {
	X, Y  int
	label string
	next  *point
}

type named int

func (n named) String() string { return fmt.Sprintf("named %d", int(n)) }

type selfish []selfish

// Small values are written by fmt, and the printer writes them in the same way.
func TestText(t *testing.T) {
	var none error
	for _, v := range []any{
		nil, 1, -2.5, "text", true, 'x', 1 + 2i, []int{1, 2}, []string{"a", "b"}, []any{nil, 1, "x"}, map[string]int{"a": 1},
		point{1, 2, "p", nil}, &point{1, 2, "p", nil}, point{next: nil}, [2]bool{true, false}, named(3), []named{1, 2}, map[named]bool{1: true},
		struct{ n named }{4}, errors.New("no"), []error{errors.New("no"), none}, time.Second, []byte("ab"), &[]int{1}, (*point)(nil), [][]int{{1}, {2, 3}}, struct{}{},
	} {
		want := fmt.Sprint(v)
		if got := Text(v); got != want {
			t.Errorf("%T is %q, want %q", v, got, want)
		}
		p := printer{path: map[place]bool{}}
		p.print(reflect.ValueOf(v), 0)
		if got := p.text.String(); got != want && !strings.Contains(want, "0x") {
			t.Errorf("%T is printed as %q, want %q", v, got, want)
		}
	}
}

func TestTextEnds(t *testing.T) {
	m := map[string]any{}
	m["self"] = m
	s := make([]any, 1)
	s[0] = s
	own := make(selfish, 2)
	own[0], own[1] = own, own
	deep := []any{}
	for range 100_000 {
		deep = []any{deep, deep}
	}
	for name, v := range map[string]any{"map": m, "slice": s, "named slice": own, "twice each": deep, "in a field": struct{ M any }{m}} {
		before := time.Now()
		if got := Text(v); len(got) > 3*textLimit {
			t.Errorf("%s has %d bytes", name, len(got))
		}
		Short(v)
		Bytes(v)
		if d := time.Since(before); d > 30*time.Second {
			t.Errorf("%s took %v", name, d)
		}
	}
	if got := Text(m); got != "map[self:… (itself)]" {
		t.Errorf("got %q", got)
	}
}

func TestTextIsCut(t *testing.T) {
	if got := Text(strings.Repeat("é", 100_000)); !strings.Contains(got, "… 180000 bytes left out …") || !strings.HasPrefix(got, "éé") || !strings.HasSuffix(got, "éé") {
		t.Errorf("%d bytes, %.20q", len(got), got)
	}
	if got := Text(make([]int, 100_000)); !strings.Contains(got, "bytes left out") {
		t.Errorf("%.20q", got)
	}
	before := time.Now()
	got := Text(make([]int, 100_000_000))
	if !strings.Contains(got, " more]") || len(got) > 2*textLimit || time.Since(before) > 30*time.Second {
		t.Errorf("%d bytes after %v", len(got), time.Since(before))
	}
	if got := Short(make([]int, 30)); got != "30 elements" {
		t.Errorf("got %q", got)
	}
	if got := Short(point{1, 2, "p", nil}); got != "{X:1 Y:2 label:p next:<nil>}" {
		t.Errorf("got %q", got)
	}
}

func TestBytes(t *testing.T) {
	if got := Bytes(make([]float64, 1<<20)); got < 8<<20 || got > 8<<20+100 {
		t.Errorf("got %d", got)
	}
	if got := Size(8 << 20); got != "8.0 MB" {
		t.Errorf("got %q", got)
	}
}

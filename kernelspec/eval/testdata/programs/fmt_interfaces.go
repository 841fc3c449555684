// Stringer, GoStringer, Formatter, error and panics within them, on values and pointers.
package main

import "fmt"

type V struct{ n int }

func (v V) String() string { return fmt.Sprintf("V(%d)", v.n) }

type P struct{ n int }

func (p *P) String() string { return fmt.Sprintf("P(%d)", p.n) }

type G struct{ n int }

func (g G) GoString() string { return "G!" }

type F struct{ n int }

func (f F) Format(s fmt.State, verb rune) {
	w, ok := s.Width()
	fmt.Fprintf(s, "<%c %d %d %t %t>", verb, f.n, w, ok, s.Flag('+'))
}

type E struct{}

func (E) Error() string  { return "error text" }
func (E) String() string { return "never" }

type Bad struct{}

func (Bad) String() string { panic("no string") }

type Wrapped struct {
	V
	extra int
}
type Named struct{ Field V }
type Nil struct{}

func (n *Nil) String() string { return "nil is fine" }

func main() {
	fmt.Println(V{1}, &V{2}, P{3}, &P{4})
	fmt.Println([]V{{1}}, []*V{}, map[string]V{"a": {5}}, [1]V{{6}}, []any{V{7}, &P{8}})
	fmt.Printf("%v %s %d %q %#v\n", V{1}, V{1}, V{1}, V{1}, V{1})
	fmt.Printf("%#v %v %#v\n", G{1}, G{1}, []G{{2}})
	fmt.Printf("%v %+8d %s\n", F{1}, F{2}, []F{{3}})
	fmt.Println(E{}, []error{E{}}, struct{ E error }{E{}})
	fmt.Println(Bad{})
	fmt.Println(Wrapped{V{9}, 1}, Named{V{10}})
	fmt.Printf("%+v\n", Named{V{11}})
	var n *Nil
	var v *V
	fmt.Println(n, v)
	var s fmt.Stringer = &V{12}
	fmt.Println(s, s.String())
	fmt.Println(fmt.Sprint(V{1}, V{2}, "x", "y", 3, 4), fmt.Sprintf("%v|%10v|%-10v|", V{1}, V{2}, V{3}))
	fmt.Println(fmt.Errorf("wrapped %w and %v", E{}, V{3}))
}

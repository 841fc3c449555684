package main_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"axn/kernelspec/frontend"
)

// completion asks for the matches at the mark | of code, and returns code with
// the first match put in.
func (s *session) completion(code string) (matches []string, replaced string, types map[string]string) {
	s.t.Helper()
	before, after, _ := strings.Cut(code, "|")
	cursor := len([]rune(before))
	reply := s.request(frontend.Shell, "complete_request", map[string]any{"code": before + after, "cursor_pos": cursor})
	for _, m := range reply["matches"].([]any) {
		matches = append(matches, m.(string))
	}
	types = map[string]string{}
	for _, v := range reply["metadata"].(map[string]any)["_jupyter_types_experimental"].([]any) {
		m := v.(map[string]any)
		types[m["text"].(string)] = fmt.Sprint(m["type"], " ", m["signature"])
	}
	if len(matches) > 0 {
		r := []rune(before + after)
		replaced = string(r[:int(reply["cursor_start"].(float64))]) + matches[0] + string(r[int(reply["cursor_end"].(float64)):])
	}
	return matches, replaced, types
}

func TestCompletion(t *testing.T) {
	s := start(t)
	s.run(imports + "\nimport \"strings\"\ntype Point struct{ Lat, Lon float64 }\nfunc (p Point) Norm() float64 { return p.Lat }\npoint := Point{1, 2}\npoints := []Point{{1, 2}}\nlongName := 1\nfunc longFunc(a int) string { return \"\" }\ndense := mat.NewDense(1, 1, nil)\nvar sb strings.Builder\ntype Pile[T any] struct{ items []T }\npile := Pile[Point]{}")
	s.run("func (p *Pile[T]) Push(item T) { p.items = append(p.items, item) }")
	for _, test := range []struct{ code, want, typ string }{
		{"longN|", "longName", "instance int"},
		{"longF|", "longFunc", "function func longFunc(a int) string"},
		{"x := longN| + 1", "x := longName + 1", ""},
		{"s := \"😀é\"; longN|", "s := \"😀é\"; longName", ""},
		{"strings.ToUpp|", "strings.ToUpper", "function func ToUpper(s string) string"},
		{"strings.ToUpp|(\"a\")", "strings.ToUpper(\"a\")", ""},
		{"bytes.Equ|", "bytes.Equal", ""}, // not imported yet
		{"point.L|", "point.Lat", "property float64"},
		{"point.No|", "point.Norm", "function"},
		{"points[0].Lo|", "points[0].Lon", ""},
		{"dense.SetRo|", "dense.SetRow", "function func (m *Dense) SetRow(i int, src []float64)"},
		{"sb.WriteStr|", "sb.WriteString", ""},
		{"plot.New().Ti|", "plot.New().Title", ""},
		{"(&sb).WriteStr|", "(&sb).WriteString", ""},
		{"func f() {\n\tif true {\n\t\tpoint.Lo|", "func f() {\n\tif true {\n\t\tpoint.Lon", ""},
		{"fresh := plot.New()\nfresh.Ti|", "fresh := plot.New()\nfresh.Title", ""},
		{"for i := range 3 {\n\tq := point\n\tpoint.La|\n}", "for i := range 3 {\n\tq := point\n\tpoint.Lat\n}", ""},
		{"Point{La|", "Point{Lat: ", "property float64"},
		{"q := Point{Lat: 1, Lo|}", "q := Point{Lat: 1, Lon: }", ""},
		{"qs := []Point{{1, 2}, {La|", "qs := []Point{{1, 2}, {Lat: ", ""},
		{"workbench.Progress{Tot|", "workbench.Progress{Total: ", ""},
		{"import \"gonum.org/v1/plot/plotu|", "import \"gonum.org/v1/plot/plotutil", "module"},
		{"import (\n\t\"fmt\"\n\t\"encoding/js|", "import (\n\t\"fmt\"\n\t\"encoding/json", ""},
		{"fun|", "func", "keyword"},
		{"appen|", "append", "function"},
		{"stat.Mea|", "stat.Mean", ""},
		{"import \"strings\"\nfunc f(word string, ns []int) {\n\tfor index, number := range ns {\n\t\tnumb|", "import \"strings\"\nfunc f(word string, ns []int) {\n\tfor index, number := range ns {\n\t\tnumber", "instance int"},
		{"func (p *Point) Move() {\n\tp.No|", "func (p *Point) Move() {\n\tp.Norm", "function func (p Point) Norm() float64"},
		{"func (p *Pile[T]) Pop() (last T) {\n\tp.Pu|", "func (p *Pile[T]) Pop() (last T) {\n\tp.Push", "function"},
		{"pile.Pu|", "pile.Push", "function"},
		{"longFunc(|", "longFunc(longName", "instance int"}, // the parameter's type
		{"ct|", "ctx", "instance context.Context"},
		{"displ|", "display", "module package"},
		{"os.ReadFile(\"help_te|", "os.ReadFile(\"help_test.go", "path"},
		{"%wri|", "", ""},
		{"%%wri|", "%%writefile", "magic"},
		{"//go on: lon|", "", ""},
		{"\"lon|", "", ""},
		{"nothing.Lo|", "", ""},
	} {
		before := time.Now()
		matches, got, types := s.completion(test.code)
		if d := time.Since(before); d > soon {
			t.Errorf("%q took %v", test.code, d)
		}
		if got != test.want {
			t.Errorf("%q completes to %q (of %d %.5q), want %q", test.code, got, len(matches), matches, test.want)
		} else if test.typ != "" && !strings.HasPrefix(types[matches[0]], test.typ) {
			t.Errorf("%q is a %q, want %q", matches[0], types[matches[0]], test.typ)
		}
	}
	matches, _, _ := s.completion("mat.|")
	for _, want := range []string{"mat.NewDense", "mat.Dense", "mat.Formatted"} {
		if !slices.Contains(matches, want) {
			t.Errorf("mat. lacks %s", want)
		}
	}
	s.fails("fresh")
}

func TestInspection(t *testing.T) {
	s := start(t)
	s.run(imports + "\n// answer is what was asked for.\nanswer := 42\n\n// double doubles n.\nfunc double(n int) int { return 2 * n }\n// Point is a place.\ntype Point struct{ X, Y int }\n// Norm is far.\nfunc (p Point) Norm() int { return p.X }\np := &Point{1, 2}\ndense := mat.NewDense(3, 2, nil)\nxs := make([]float64, 1000)")
	for _, test := range []struct {
		code  string // | is the cursor
		parts []string
	}{
		{"fmt.Print|ln", []string{"func Println(a ...any) (n int, err error)", "standard output", "package fmt"}},
		{"fmt.Println(1|", []string{"func Println"}},
		{"fmt.Println(double(1, |", []string{"func double(n int) int", "double doubles n."}},
		{"ans|wer", []string{"var answer int", "42", "answer is what was asked for."}},
		{"doub|le", []string{"func double(n int) int", "double doubles n."}},
		{"Poi|nt", []string{"type Point struct", "X int", "Point is a place."}},
		{"p|", []string{"var p *Point", "X:1"}},
		{"p.X|", []string{"X int"}},
		{"Poi|nt", []string{"func (p Point) Norm() int", "Norm is far."}[:1]},
		{"p.Nor|m", []string{"func (p Point) Norm() int", "Norm is far."}},
		{"double(|", []string{"parameter here: n int"}},
		{"?answe|r", []string{"var answer int"}},
		{"dens|e", []string{"*mat.Dense", "3 × 2"}},
		{"x|s", []string{"[]float64", "1000 elements"}},
		{"dense.Mul|", []string{"func (m *Dense) Mul(a, b Matrix)", "Mul takes the matrix product"}},
		{"mat.De|nse", []string{"type Dense struct", "dense matrix"}},
		{"plot.New().Title.Te|xt", []string{"Text string"}},
		{"workbench.Prog|ress", []string{"type Progress struct", "how far a long call has come"}},
		{"workbench|", []string{"package workbench", "cross-encoder"}},
		{"len|", []string{"func len(v Type) int"}},
		{"e := err|or(nil)", []string{"type error interface"}},
		{"s := \"😀\"; answ|er", []string{"var answer int"}},
	} {
		before, after, _ := strings.Cut(test.code, "|")
		reply := s.request(frontend.Shell, "inspect_request", map[string]any{"code": before + after, "cursor_pos": len([]rune(before)), "detail_level": 0})
		data, _ := reply["data"].(map[string]any)
		for _, mime := range []string{"text/plain", "text/markdown", "text/html"} {
			if _, ok := data[mime].(string); !ok {
				t.Errorf("%q: no %s in %v", test.code, mime, reply)
			}
		}
		for _, part := range test.parts {
			if text := fmt.Sprint(data["text/plain"]); !strings.Contains(text, part) {
				t.Errorf("%q lacks %q: %s", test.code, part, text)
			}
		}
	}
	reply := s.request(frontend.Shell, "inspect_request", map[string]any{"code": "nosuchname", "cursor_pos": 3, "detail_level": 0})
	if reply["found"] != false || reply["status"] != "ok" {
		t.Errorf("got %v", reply)
	}
}

func TestIsComplete(t *testing.T) {
	s := start(t)
	for code, want := range map[string]string{
		"": "complete", "1": "complete", "x := 1": "complete", "func f() {\n}": "complete", "%who": "complete", "!ls": "complete", "%%bash\nfor x": "complete",
		"?fmt": "complete", "package main\nimport \"fmt\"\nfunc main() { fmt.Println() }": "complete", "x++": "complete", "for range 3 {}\nx": "complete",
		"func f[T any](x T) T { return x }": "complete", "x := 1 // one": "complete", "L:\nfor { break L }": "complete", "func() { }()": "complete",
		"1 +": "incomplete", "x :=": "incomplete", "x := 1 +": "incomplete", "a ||": "incomplete", "f(1,": "incomplete", "fmt.": "incomplete", "if x {\n} else": "incomplete",
		"func f() {": "incomplete", "x := `raw": "incomplete", "/* note": "incomplete", "x := // comment": "incomplete", "import (": "incomplete", "var": "incomplete",
		"x := := 7q": "invalid", "func )": "invalid", "f(]": "invalid", "x y z": "invalid", "\"open": "invalid",
	} {
		if got := s.request(frontend.Shell, "is_complete_request", map[string]any{"code": code})["status"]; got != want {
			t.Errorf("%q is %v, want %s", code, got, want)
		}
	}
	if got := s.request(frontend.Shell, "is_complete_request", map[string]any{"code": "func f() {\n\tif x {"})["indent"]; got != "\t\t" {
		t.Errorf("indent is %q", got)
	}
}

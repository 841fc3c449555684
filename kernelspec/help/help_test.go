package help

import (
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"axn/kernelspec/godoc"
)

// book is a notebook whose cells are declarations.
type book struct {
	types.Importer
	fset    *token.FileSet
	objects map[string]types.Object
	sources map[string]string
	values  map[string]any
}

func newBook(t testing.TB, cells ...string) *book {
	t.Helper()
	b := &book{Importer: importer.Default(), fset: token.NewFileSet(), objects: map[string]types.Object{}, sources: map[string]string{}, values: map[string]any{}}
	for i, code := range cells {
		name := fmt.Sprintf("cell[%d]", i+1)
		b.sources[name] = code
		file, err := parser.ParseFile(b.fset, name, "package main;"+code, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		pkg := types.NewPackage("main", "main")
		for _, o := range b.objects {
			if p, ok := o.(*types.PkgName); ok {
				o = types.NewPkgName(token.NoPos, pkg, p.Name(), p.Imported())
			}
			pkg.Scope().Insert(o)
		}
		info := &types.Info{Implicits: map[ast.Node]types.Object{}}
		conf := types.Config{Importer: b, Error: func(err error) {
			if !strings.Contains(err.Error(), "imported and not used") {
				t.Error(err)
			}
		}}
		types.NewChecker(&conf, b.fset, pkg, info).Files([]*ast.File{file})
		for _, n := range pkg.Scope().Names() {
			b.objects[n] = pkg.Scope().Lookup(n)
		}
		for _, o := range info.Implicits {
			b.objects[o.Name()] = o
		}
	}
	return b
}

func (b *book) Objects() []types.Object {
	var list []types.Object
	for _, o := range b.objects {
		list = append(list, o)
	}
	return list
}

func (b *book) Paths() []string {
	return []string{"bytes", "context", "crypto/rand", "encoding/json", "fmt", "io", "math/rand", "math/rand/v2", "os", "strings", "text/template", "html/template", "sort"}
}

func (b *book) Value(name string) (reflect.Value, bool) {
	v, ok := b.values[name]
	return reflect.ValueOf(v), ok
}

// Doc returns the comment of an object that a cell declares: the lines above
// its own that begin with two slashes, or what stands behind it on its line.
func (b *book) Doc(o types.Object) string {
	at := b.fset.Position(o.Pos())
	lines := strings.Split(b.sources[at.Filename], "\n")
	if at.Line < 1 || at.Line > len(lines) {
		return ""
	}
	first := at.Line - 1
	for first > 0 && strings.HasPrefix(strings.TrimSpace(lines[first-1]), "//") {
		first--
	}
	var text []string
	for _, line := range lines[first : at.Line-1] {
		text = append(text, strings.TrimPrefix(strings.TrimPrefix(strings.TrimSpace(line), "//"), " "))
	}
	if len(text) == 0 {
		if _, behind, ok := strings.Cut(lines[at.Line-1], "// "); ok {
			return behind + "\n"
		}
		return ""
	}
	return strings.Join(text, "\n") + "\n"
}

func newHelp(t testing.TB) *Help {
	return New(godoc.New(func(string) ([]byte, bool) { return nil, false }))
}

const shop = `import ("fmt"; "strings"; "context")
// Point is a place.
type Point struct {
	Lat, Lon float64 // in degrees
	name string
}
// Norm is the distance from nowhere.
func (p Point) Norm() float64 { return p.Lat }
// Rename gives it a name.
func (p *Point) Rename(name string) error { return nil }
type Named interface { Title() string }
type Place struct { Point; Kind Kind }
type Kind int
func (k Kind) Title() string { return "" }
const ( Land Kind = iota; Sea )
type Pair[K comparable, V any] struct { Key K; Value V }
func (p Pair[K, V]) Swap(other Pair[K, V]) Pair[K, V] { return other }
// scale makes x n times as large.
func scale(x float64, n int, more ...string) float64 { return x }
func visit(ctx context.Context, f func(p Point) bool) {}`

const state = `var point = Point{Lat: 1}
var points = []Point{{Lat: 1}}
var pair = Pair[string, Point]{}
var sb strings.Builder
var count = 3
var number = 2.5
// words are what they are.
var words = map[string]int{"a": 1}
var _ = fmt.Sprint`

// complete completes at the mark | and returns the texts, and the cell with the
// first put in.
func complete(h *Help, b *book, code string) (texts []string, replaced string, first Match) {
	before, after, _ := strings.Cut(code, "|")
	c := h.Complete(b, before+after, len(before))
	for _, m := range c.Matches {
		texts = append(texts, m.Text)
	}
	if len(texts) > 0 {
		first = c.Matches[0]
		replaced = before[:c.Start] + texts[0] + (before + after)[c.End:]
	}
	return texts, replaced, first
}

func TestComplete(t *testing.T) {
	b, h := newBook(t, shop, state), newHelp(t)
	for _, test := range []struct{ code, want, kind, signature string }{
		{"poin|", "point", "instance", "Point"},
		{"x := poin| + 1", "x := point + 1", "", ""},
		{"s := \"😀é\"; poin|", "s := \"😀é\"; point", "", ""},
		{"strings.ToUpp|", "strings.ToUpper", "function", "func ToUpper(s string) string"},
		{"strings.ToUpp|(\"a\")", "strings.ToUpper(\"a\")", "", ""},
		{"bytes.Equ|", "bytes.Equal", "", ""}, // not imported yet
		{"byt|", "byte", "type", ""},
		{"jso|", "json", "module", "import \"encoding/json\""},
		{"point.La|", "point.Lat", "property", "float64"},
		{"point.na|", "point.name", "property", "string"},
		{"point.No|", "point.Norm", "function", "func (p Point) Norm() float64"},
		{"point.no|", "point.Norm", "", ""}, // in other case
		{"points[0].Lo|", "points[0].Lon", "", ""},
		{"pair.Value.Re|", "pair.Value.Rename", "", ""},
		{"pair.Sw|", "pair.Swap", "function", "func (p Pair[string, Point]) Swap(other Pair[string, Point]) Pair[string, Point]"},
		{"sb.WriteStr|", "sb.WriteString", "", ""},
		{"(&sb).WriteStr|", "(&sb).WriteString", "", ""},
		{"strings.NewReader(\"a\").Re|", "strings.NewReader(\"a\").Read", "", ""},
		{"bytes.NewBufferString(\"a\").WriteS|", "bytes.NewBufferString(\"a\").WriteString", "", ""},
		{"Point.No|", "Point.Norm", "", ""},
		{"Place{}.La|", "Place{}.Lat", "", ""},
		{"var n Named\nn.Ti|", "var n Named\nn.Title", "", ""},

		// inside what is being written
		{"func f() {\n\tif true {\n\t\tpoint.Lo|", "func f() {\n\tif true {\n\t\tpoint.Lon", "", ""},
		{"func f(place Place, n int) {\n\tfor i := range n {\n\t\tplace.Ki|\n\t}\n}\nx := 1", "func f(place Place, n int) {\n\tfor i := range n {\n\t\tplace.Kind\n\t}\n}\nx := 1", "", ""},
		{"func f(place Place) {\n\tpla|", "func f(place Place) {\n\tplace", "instance", "Place"},
		{"func f() {\n\tfor index, p := range points {\n\t\tp.La|", "func f() {\n\tfor index, p := range points {\n\t\tp.Lat", "", ""},
		{"func f() {\n\tfor index, p := range points {\n\t\tind|", "func f() {\n\tfor index, p := range points {\n\t\tindex", "instance", "int"},
		{"func g[T Named](all []T) {\n\tfor _, one := range all {\n\t\tone.Ti|", "func g[T Named](all []T) {\n\tfor _, one := range all {\n\t\tone.Title", "", ""},
		{"func g[Elem any](all []Elem) (out []Ele|", "func g[Elem any](all []Elem) (out []Elem", "type", ""},
		{"func (p *Point) Move() {\n\tp.La|\n}", "func (p *Point) Move() {\n\tp.Lat\n}", "", ""},
		{"func (q Pair[K, V]) Both() (K, V) {\n\treturn q.Ke|", "func (q Pair[K, V]) Both() (K, V) {\n\treturn q.Key", "", ""},
		{"fresh := Place{}\nfresh.Ki|", "fresh := Place{}\nfresh.Kind", "", ""},
		{"point := point\npoint.La|", "point := point\npoint.Lat", "", ""},
		{"point, err := Place{}, error(nil)\npoint.Ki|", "point, err := Place{}, error(nil)\npoint.Kind", "", ""},
		{"type Road struct{ From, To Point }\nr := Road{}\nr.From.La|", "type Road struct{ From, To Point }\nr := Road{}\nr.From.Lat", "", ""},
		{"later(1).La|\nfunc later(n int) Point { return point }", "later(1).Lat\nfunc later(n int) Point { return point }", "", ""},
		{"visit(ctx, func(p Point) bool { return p.La|", "visit(ctx, func(p Point) bool { return p.Lat", "", ""},
		{"switch v := any(1).(type) {\ncase Point:\n\tv.La|", "switch v := any(1).(type) {\ncase Point:\n\tv.Lat", "", ""},
		{"if x := point; x.La|", "if x := point; x.Lat", "", ""},
		{"for _, p := range points { if p.Lo| > 3 {", "for _, p := range points { if p.Lon > 3 {", "", ""},
		{"fmt.Println(scale(1, 2), point.La|", "fmt.Println(scale(1, 2), point.Lat", "", ""},
		{"func broken( {\nx := \nfunc whole(point Place) {\n\tpoint.Ki|", "func broken( {\nx := \nfunc whole(point Place) {\n\tpoint.Kind", "", ""},
		{"defer point.Re|", "defer point.Rename", "", ""},
		{"go func() { point.La|", "go func() { point.Lat", "", ""},
		{"x := []func(){func() { point.La|", "x := []func(){func() { point.Lat", "", ""},

		// fields of literals
		{"Point{La|", "Point{Lat: ", "property", "float64"},
		{"q := Point{Lat: 1, Lo|}", "q := Point{Lat: 1, Lon: }", "", ""},
		{"qs := []Point{{1, 2, \"\"}, {La|", "qs := []Point{{1, 2, \"\"}, {Lat: ", "", ""},
		{"qs := map[string]*Point{\"a\": {La|", "qs := map[string]*Point{\"a\": {Lat: ", "", ""},
		{"Pair[string, int]{Val|", "Pair[string, int]{Value: ", "property", "int"},
		{"q := Point{\n\tLat: 1,\n\tLo|", "q := Point{\n\tLat: 1,\n\tLon: ", "", ""},

		// what the place wants comes first
		{"var f float64 = n|", "var f float64 = number", "", ""},
		{"scale(n|", "scale(number", "", ""},
		{"scale(1, c|", "scale(1, count", "", ""},
		{"scale(1, |", "scale(1, count", "", ""},
		{"Place{Kind: |", "Place{Kind: Land", "instance", "Kind"},
		{"count = poin|", "count = point", "", ""},
		{"var k Kind\nk == S|", "var k Kind\nk == Sea", "", ""},
		{"func f() Kind { return |", "func f() Kind { return Land", "", ""},

		// imports, magics, keywords
		{"import \"encoding/js|", "import \"encoding/json", "module", "json"},
		{"import (\n\t\"fmt\"\n\t\"encoding/js|", "import (\n\t\"fmt\"\n\t\"encoding/json", "", ""},
		{"import js \"encoding/json\"\njs.Mar|", "import js \"encoding/json\"\njs.Marshal", "", ""},
		{"%wh|", "%who", "magic", ""},
		{"%%wri|", "%%writefile", "magic", ""},
		{"%time point.La|", "%time point.Lat", "", ""},
		{"%rm poi|", "%rm point", "", ""},
		{"?strings.ToUpp|", "?strings.ToUpper", "", ""},
		{"fun|", "func", "keyword", ""},
		{"retur|", "return", "keyword", ""},
		{"appen|", "append", "function", ""},
		{"// poin|", "", "", ""},
		{"'p|", "", "", ""},
		{"nothing.Lo|", "", "", ""},
		{"5.|", "", "", ""},
	} {
		before := time.Now()
		texts, got, first := complete(h, b, test.code)
		if got != test.want {
			t.Errorf("%q completes to %q (of %d %.5q), want %q", test.code, got, len(texts), texts, test.want)
		} else if test.kind != "" && first.Kind != test.kind || test.signature != "" && first.Signature != test.signature {
			t.Errorf("%q is %s %q, want %s %q", test.code, first.Kind, first.Signature, test.kind, test.signature)
		}
		if d := time.Since(before); d > time.Minute {
			t.Errorf("%q took %v", test.code, d)
		}
	}
	texts, _, _ := complete(h, b, "Place{}.|")
	for _, want := range []string{"Kind", "Lat", "Norm", "name"} {
		if !slices.Contains(texts, "Place{}."+want) && !slices.Contains(texts, want) {
			t.Errorf("Place{}. lacks %s: %q", want, texts)
		}
	}
	if texts, _, _ := complete(h, b, "pair.|"); slices.Contains(texts, "pair.name") || !slices.Contains(texts, "pair.Key") {
		t.Errorf("pair. has %q", texts)
	}
	if texts, _, _ := complete(h, b, "Point{Lat: 1, |"); slices.Contains(texts, "Lat: ") || !slices.Contains(texts, "Lon: ") {
		t.Errorf("fields are %q", texts)
	}
}

func TestCompletePaths(t *testing.T) {
	t.Chdir("testdata")
	b, h := newBook(t, shop), newHelp(t)
	for code, want := range map[string]string{
		"os.Open(\"folder/a|":                "os.Open(\"folder/a.txt",
		"f := func() { os.ReadFile(\"fold|":  "f := func() { os.ReadFile(\"folder/",
		"os.Open(\"folder/\xf0\x9f\x98\x80|": "os.Open(\"folder/😀.txt",
		"%cd fol|":                           "%cd folder/",
		"!cat folder/a|":                     "!cat folder/a.txt",
		"!wc <folder/a|":                     "!wc <folder/a.txt",
		"%%writefile folder/a|\ntext":        "%%writefile folder/a.txt\ntext",
	} {
		if _, got, _ := complete(h, b, code); got != want {
			t.Errorf("%q completes to %q, want %q", code, got, want)
		}
	}
	if texts, _, _ := complete(h, b, "%%bash\nfold|"); len(texts) > 0 {
		t.Errorf("a script completes to %q", texts)
	}
}

func TestInspect(t *testing.T) {
	b, h := newBook(t, shop, state), newHelp(t)
	b.values["count"] = 3
	b.values["words"] = map[string]int{"a": 1}
	for code, want := range map[string][]string{
		"strings.ToUp|per":                {"func ToUpper(s string) string", "strings"},
		"poi|nt":                          {"var point Point"},
		"coun|t":                          {"var count int", "3"},
		"w|ords":                          {"var words map[string]int", "words are what they are.", "map[a:1]"},
		"scal|e":                          {"func scale(x float64, n int, more ...string) float64", "scale makes x n times as large."},
		"scale(|":                         {"func scale", "x float64"},
		"scale(1, |":                      {"func scale", "n int"},
		"scale(1, 2, \"a\", |":            {"func scale", "more string"},
		"fmt.Println(scale(1, |":          {"func scale", "n int"},
		"fmt.Println(scale(1, 2), |":      {"func Println"},
		"Poin|t":                          {"type Point struct", "Lat float64", "Point is a place.", "func (p Point) Norm() float64", "func (p *Point) Rename(name string) error"},
		"point.No|rm":                     {"func (p Point) Norm() float64", "Norm is the distance from nowhere."},
		"point.La|t":                      {"Lat float64", "in degrees"},
		"x := Point{La|t: 1}":             {"Lat float64", "in degrees"},
		"Pai|r":                           {"type Pair[K comparable, V any] struct", "func (p Pair[K, V]) Swap"},
		"Se|a":                            {"const Sea Kind = 1"},
		"Name|d":                          {"type Named interface", "Title() string"},
		"strings|":                        {"package strings"},
		"json|":                           {"package json"},
		"func f(pla|ce Place) {":          {"var place Place"},
		"for i := range 3 {\n\tprint(i|)": {"var i int"},
		"?poin|t":                         {"var point Point"},
		"// words are here\nscale|":       {"func scale"},
		"sb.WriteStr|ing":                 {"func (b *strings.Builder) WriteString(s string) (int, error)"},
		"b := bytes.NewBuffe|r(nil)":      {"func NewBuffer(buf []byte) *bytes.Buffer"},
		"point.Rename(\"x\").Err|or()":    {"Error() string"},
	} {
		before, after, _ := strings.Cut(code, "|")
		d := h.Inspect(b, before+after, len(before))
		if d == nil {
			t.Errorf("%q: nothing is found", code)
			continue
		}
		all := fmt.Sprintln(d.Declaration, d.Parameter, d.Doc, d.Value, d.Package, strings.Join(d.Methods, "\n"))
		for _, part := range want {
			if !strings.Contains(all, part) {
				t.Errorf("%q lacks %q: %s", code, part, all)
			}
		}
	}
	for _, code := range []string{"nosuchname", "", "1 + 2", "point.nothing", "// point"} {
		if d := h.Inspect(b, code, len(code)); d != nil {
			t.Errorf("%q is %+v", code, d)
		}
	}
}

// Whatever is being written, help and checks give an answer.
func FuzzHelp(f *testing.F) {
	for _, code := range []string{
		"strings.ToU", "x := []struct{ A int }{{A", "for i := range 3 {\n\tx.", "import \"fm", "%time x", "!ls", "f(g(1, h", "\"😀\"; x.", "type T struct {\n", "`", "/*", "a.b.c.", ")", "}{", "[]", "map[string]", "x[",
		"func (p *Point) F() { p.", "func f[T any", "switch x := y.(type) { case", "?", "%%bash\n", "x := x", "var x x", "type A A", "package", "import (", "func f() { return func() {", "point.", "L: goto", "scale(1, 2, ",
	} {
		f.Add(code, len(code))
		f.Add(code, len(code)/2)
	}
	b, h := newBook(f, shop, state), newHelp(f)
	f.Fuzz(func(t *testing.T, code string, cursor int) {
		if len(code) > 2000 {
			return
		}
		cursor = min(max(cursor, 0), len(code))
		slow := time.AfterFunc(time.Minute, func() { panic(fmt.Sprintf("no answer for %q at %d", code, cursor)) })
		defer slow.Stop()
		done := h.Complete(b, code, cursor)
		if done.Start < 0 || done.Start > cursor || done.End < cursor || done.End > len(code) {
			t.Errorf("%q at %d completes %d to %d", code, cursor, done.Start, done.End)
		}
		h.Inspect(b, code, cursor)
	})
}

package main

import (
	"fmt"
	"os"
	"reflect"
	"sort"
	"strings"
	"text/tabwriter"
)

type Shape interface {
	Area() float64
	Name() string
}
type Sq struct {
	S    float64 `unit:"m" json:"s"`
	note string
}
type Circ struct{ R float64 }

func (s Sq) Area() float64                      { return s.S * s.S }
func (s Sq) Name() string                       { return "sq" }
func (c *Circ) Area() float64                   { return 3 * c.R * c.R }
func (c *Circ) Name() string                    { return "circ" }
func (c *Circ) Scale(f float64, k ...int) *Circ { c.R *= f; return c }

type byArea []Shape

func (b byArea) Len() int           { return len(b) }
func (b byArea) Less(i, j int) bool { return b[i].Area() < b[j].Area() }
func (b byArea) Swap(i, j int)      { b[i], b[j] = b[j], b[i] }

type Opt func(*cfg)
type cfg struct {
	a int
	b string
}

func WithA(a int) Opt { return func(c *cfg) { c.a = a } }
func New(opts ...Opt) cfg {
	c := cfg{b: "def"}
	for _, o := range opts {
		o(&c)
	}
	return c
}

func main() {
	shapes := []Shape{Sq{3, "n"}, &Circ{1}, Sq{1, ""}}
	sort.Sort(sort.Reverse(byArea(shapes)))
	for _, s := range shapes {
		fmt.Printf("%s %.1f %T %v %+v %#v\n", s.Name(), s.Area(), s, s, s, s)
	}
	t := reflect.TypeOf(Sq{})
	for i := range t.NumField() {
		f := t.Field(i)
		fmt.Println(f.Name, f.Type, f.Tag.Get("unit"), f.IsExported(), f.PkgPath)
	}
	ct := reflect.TypeOf(&Circ{})
	for i := range ct.NumMethod() {
		fmt.Println(ct.Method(i).Name, ct.Method(i).Type)
	}
	v := reflect.ValueOf(&Circ{2})
	out := v.MethodByName("Scale").Call([]reflect.Value{reflect.ValueOf(2.0), reflect.ValueOf(1)})
	fmt.Println(out[0].Interface().(*Circ).R, v.Elem().Field(0).Float())
	v.Elem().Field(0).SetFloat(9)
	fmt.Println(v.Interface().(*Circ).Area(), reflect.DeepEqual(Sq{1, "a"}, Sq{1, "a"}), t.Implements(reflect.TypeFor[Shape]()), ct.Elem().Implements(reflect.TypeFor[Shape]()))
	fn := reflect.MakeFunc(reflect.TypeFor[func(int, int) int](), func(a []reflect.Value) []reflect.Value {
		return []reflect.Value{reflect.ValueOf(int(a[0].Int() * a[1].Int()))}
	})
	fmt.Println(fn.Interface().(func(int, int) int)(6, 7))
	fmt.Println(New(), New(WithA(3), func(c *cfg) { c.b = "z" }))
	w := tabwriter.NewWriter(os.Stdout, 0, 8, 1, ' ', tabwriter.AlignRight|tabwriter.Debug)
	fmt.Fprintln(w, "a\tbbb\tc")
	fmt.Fprintln(w, "aaaa\tb\tcc")
	w.Flush()
	m := reflect.MakeMap(reflect.TypeFor[map[string]Sq]())
	m.SetMapIndex(reflect.ValueOf("k"), reflect.ValueOf(Sq{2, ""}))
	fmt.Println(m.Interface(), m.Len(), m.MapIndex(reflect.ValueOf("zz")).IsValid())
	sl := reflect.MakeSlice(reflect.TypeFor[[]Shape](), 0, 2)
	sl = reflect.Append(sl, reflect.ValueOf(Sq{5, ""}))
	fmt.Println(sl.Index(0).Elem().Type(), sl.Index(0).Kind(), sl.Len())
	st := reflect.StructOf([]reflect.StructField{{Name: "X", Type: reflect.TypeFor[Sq](), Tag: `json:"x"`}})
	fmt.Println(st, reflect.New(st).Elem().Interface())
	fmt.Println(reflect.TypeOf(shapes).Elem().Kind(), reflect.TypeOf(New).IsVariadic(), reflect.TypeOf(WithA(1)), reflect.TypeFor[map[Sq]func(*Circ) error]())
	var nilShape Shape
	fmt.Println(reflect.TypeOf(nilShape), reflect.ValueOf(&nilShape).Elem().IsNil(), reflect.Zero(t))
	fmt.Println(strings.Contains(fmt.Sprintf("%p", &cfg{}), "0x"), fmt.Sprintf("%v %d %s", []any{1, "a", nil}, []byte("ab"), []string{"x"}))
	fmt.Printf("%6.2f|%-6d|%06d|%+d|%x|%X|%o|%b|%e|%g|%t|%q|%c|%U|%08.3f|%+.2e|% d|%#x|%#o|%5t|%-8q|%*d|%[2]d %[1]d|%!|%z\n", 3.14159, 42, 42, 42, 255, 255, 8, 5, 1234.5, 1e-10, true, "hi", 'x', 0x1F600, 3.14159, 12345.678, 7, 255, 8, true, "a", 5, 3)
	fmt.Printf("%v %+v %#v %T\n", struct {
		A *int
		B []string
		C map[string]int
		D any
		E func()
	}{}, struct{ P *cfg }{nil}, []any{1, "x", 2.5, nil, cfg{1, "q"}, [2]bool{true}, map[string]Sq{"a": {}}}, New)
}

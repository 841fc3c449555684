// reflect on own types: kinds, fields, tags, methods, assignability, made types.
package main

import (
	"fmt"
	"reflect"
)

type Base struct{ ID int }

func (b Base) Hello(n string) string { return fmt.Sprint("hello ", n, b.ID) }

type T struct {
	Base
	Name  string `json:"name" db:"n"`
	inner []float64
	Fn    func(int, ...string) error
	Next  *T
	M     map[string][2]bool
}

func (t *T) Set(n string)  { t.Name = n }
func (t T) String() string { return "T:" + t.Name }
func (t T) private()       {}

type Num int
type Iface interface{ Hello(string) string }
type G[K comparable, V any] struct {
	Key K
	Val V
}

func main() {
	t := reflect.TypeOf(T{})
	fmt.Println(t, t.Name(), t.Kind(), t.NumField(), t.PkgPath(), t.Size() > 0)
	for i := range t.NumField() {
		f := t.Field(i)
		fmt.Println(f.Name, f.Type, f.Tag.Get("json"), f.IsExported(), f.Anonymous, f.Index)
	}
	for i := range t.NumMethod() {
		fmt.Println(t.Method(i).Name, t.Method(i).Type)
	}
	p := reflect.TypeOf(&T{})
	m, ok := p.MethodByName("Set")
	fmt.Println(p.NumMethod(), p.Elem() == t, m.Name, ok, m.Type)
	f, _ := t.FieldByName("ID")
	fmt.Println(f.Index, f.Type)
	it := reflect.TypeFor[Iface]()
	fmt.Println(t.Implements(it), it.NumMethod(), it.Method(0).Type, reflect.TypeFor[Num]().ConvertibleTo(reflect.TypeFor[float64]()))
	fmt.Println(reflect.TypeFor[G[string, Num]](), reflect.TypeFor[map[Num]*G[int, []T]](), reflect.TypeFor[Num]() == reflect.TypeFor[int]())
	fmt.Println(reflect.SliceOf(t), reflect.MapOf(reflect.TypeFor[string](), p), reflect.PointerTo(p), reflect.ChanOf(reflect.RecvDir, t), reflect.ArrayOf(3, t))
	fn := t.Field(3).Type
	fmt.Println(fn.NumIn(), fn.IsVariadic(), fn.In(1), fn.Out(0), fn.Kind())
	st := reflect.StructOf([]reflect.StructField{{Name: "A", Type: reflect.TypeFor[Num](), Tag: `k:"v"`}})
	fmt.Println(st, reflect.New(st).Elem(), t.Comparable(), reflect.TypeFor[Base]().Comparable())
}

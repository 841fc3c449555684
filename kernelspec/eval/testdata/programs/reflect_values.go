// reflect changes values, calls methods and functions, walks structures, makes functions.
package main

import (
	"fmt"
	"reflect"
	"strings"
)

type Inner struct {
	A int
	B []string
}
type Outer struct {
	Name string
	Inner
	P    *Inner
	M    map[string]int
	I    any
	priv int
}

func (o *Outer) Rename(n string) (old string) { old, o.Name = o.Name, n; return }
func (o Outer) Sum(x ...int) (t int) {
	for _, v := range x {
		t += v
	}
	return t + o.A
}

func walk(v reflect.Value, depth int) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fmt.Printf("%s%s %s\n", strings.Repeat(" ", depth), v.Type().Field(i).Name, v.Field(i).Kind())
			walk(v.Field(i), depth+1)
		}
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			walk(v.Elem(), depth+1)
		}
	}
}

func main() {
	o := Outer{Name: "n", Inner: Inner{1, []string{"x"}}, M: map[string]int{"k": 1}, I: Inner{}, priv: 3}
	walk(reflect.ValueOf(o), 0)
	v := reflect.ValueOf(&o).Elem()
	v.Field(0).SetString("changed")
	v.FieldByName("A").SetInt(10)
	v.FieldByName("P").Set(reflect.ValueOf(&Inner{A: 5}))
	v.FieldByName("M").SetMapIndex(reflect.ValueOf("z"), reflect.ValueOf(26))
	v.FieldByName("B").Set(reflect.Append(v.FieldByName("B"), reflect.ValueOf("y")))
	fmt.Println(o.Name, o.A, o.P.A, o.M, o.B, v.FieldByName("priv").CanSet(), v.FieldByName("priv").Int())
	out := v.Addr().MethodByName("Rename").Call([]reflect.Value{reflect.ValueOf("called")})
	fmt.Println(out[0], o.Name, v.MethodByName("Sum").Call([]reflect.Value{reflect.ValueOf(1), reflect.ValueOf(2)})[0].Int())
	fmt.Println(reflect.ValueOf(o).Method(0).Call(nil)[0], reflect.ValueOf(strings.ToUpper).Call([]reflect.Value{reflect.ValueOf("up")})[0])
	swap := reflect.MakeFunc(reflect.TypeFor[func(int, string) (string, int)](), func(a []reflect.Value) []reflect.Value { return []reflect.Value{a[1], a[0]} })
	fmt.Println(swap.Interface().(func(int, string) (string, int))(1, "s"))
	fmt.Println(reflect.DeepEqual(o, o), reflect.DeepEqual(map[string][]int{"a": {1}}, map[string][]int{"a": {1}}), reflect.DeepEqual(Inner{}, Outer{}))
	s := reflect.MakeSlice(reflect.TypeFor[[]Inner](), 2, 4)
	s.Index(1).Field(0).SetInt(7)
	fmt.Println(s.Interface(), s.Len(), s.Cap(), reflect.Zero(reflect.TypeFor[Inner]()))
	iter := v.FieldByName("M").MapRange()
	n := 0
	for iter.Next() {
		n += int(iter.Value().Int())
	}
	fmt.Println(n, v.FieldByName("I").Elem().Type(), reflect.ValueOf(nil).IsValid(), reflect.Indirect(v.Addr()).Type())
	func() {
		defer func() { fmt.Println(recover()) }()
		reflect.ValueOf(o).Field(0).SetString("x")
	}()
	ch := reflect.ValueOf(make(chan Inner, 1))
	ch.Send(reflect.ValueOf(Inner{A: 3}))
	x, ok := ch.Recv()
	fmt.Println(x, ok, reflect.ValueOf(int64(3)).Convert(reflect.TypeFor[float64]()).Interface())
}

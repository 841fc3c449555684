package main

import (
	"fmt"
	"unsafe"
)

type P1 struct {
	X int `a:"1"`
	Y string
}
type P2 struct {
	X int
	Y string `b:"2"`
}
type Celsius float64
type Temp interface{ ~float64 }
type Bits uint8

const (
	F0 Bits = 1 << iota
	F1
	F2
)

func (b Bits) Has(f Bits) bool { return b&f != 0 }
func (b *Bits) Set(f Bits)     { *b |= f }
func (b Bits) String() string  { return fmt.Sprintf("%03b", uint8(b)) }

type Rec struct {
	Kids []Rec
	M    map[string]Rec
	P    *Rec
	F    func(Rec) Rec
	I    interface{ Do(Rec) }
}
type A struct{ B *B }
type B struct{ A *A }
type Arr3 [3]int

func (a Arr3) Sum() (s int) {
	for _, v := range a {
		s += v
	}
	return
}
func (a *Arr3) Set(i, v int) { a[i] = v }

type Big struct {
	data [1000]int
	name string
}

func byVal(b Big) int   { b.data[5] = 100; return b.data[5] }
func ret(n int) (b Big) { b.data[n] = n; b.name = "r"; return }

type Empty struct{}

func (Empty) M() int { return 1 }

func main() {
	p := P2(P1{1, "a"})
	fmt.Println(p, P1(p) == P1{1, "a"})
	anon := struct {
		X int
		Y string
	}{3, "c"}
	p = P2(anon)
	var q P1 = P1(anon)
	fmt.Println(p, q)
	c := Celsius(36.6)
	fmt.Println(c+0.4, float64(c) > 30, int(c))
	var b Bits
	b.Set(F0)
	b.Set(F2)
	fmt.Println(b, b.Has(F1), b.Has(F2), F0|F1)
	r := Rec{Kids: []Rec{{}, {Kids: []Rec{{}}}}, M: map[string]Rec{"a": {}}}
	r.P = &r
	r.F = func(x Rec) Rec { return x.Kids[1] }
	fmt.Println(len(r.F(*r.P).Kids), len(r.P.P.P.M))
	a := &A{}
	a.B = &B{a}
	fmt.Println(a.B.A.B.A == a)
	x := Arr3{1, 2, 3}
	x.Set(1, 10)
	y := x
	(&y).Set(0, 100)
	fmt.Println(x.Sum(), y.Sum(), len(x), x == y)
	var big Big
	big.data[5] = 7
	cp := big
	cp.data[5] = 8
	fmt.Println(byVal(big), big.data[5], cp.data[5], big == cp, ret(3).data[3], ret(3).name)
	bs := map[string]Big{"k": big}
	fmt.Println(bs["k"].data[5], bs["none"].data[5])
	ch := make(chan Big, 2)
	ch <- big
	big.data[5] = 9
	fmt.Println((<-ch).data[5])
	var i any = big
	big.data[5] = 11
	fmt.Println(i.(Big).data[5], i == any(big))
	bigs := []Big{big, cp}
	for _, e := range bigs {
		e.data[5] = 0
	}
	for i := range bigs {
		bigs[i].data[6] = i
	}
	fmt.Println(bigs[0].data[5], bigs[1].data[5], bigs[1].data[6])
	bp := &bigs[0]
	bigs = append(bigs, cp)
	bp.data[5] = -1
	fmt.Println(bigs[0].data[5])
	fmt.Println(unsafe.Sizeof(P1{}), unsafe.Sizeof(big), unsafe.Alignof(c), unsafe.Offsetof(p.Y), unsafe.Sizeof(Empty{}), unsafe.Sizeof(struct {
		a bool
		b int64
		c bool
	}{}))
	e := [3]Empty{}
	fmt.Println(e[1].M(), len(e), e == [3]Empty{}, Empty{} == struct{}{})
	pp := &p
	ppp := &pp
	(*ppp).X = 50
	(**ppp).Y = "pp"
	fmt.Println(p, pp.X, (*pp).Y)
	var arrp *[3]int = &[3]int{1, 2, 3}
	for i := range arrp {
		arrp[i] *= 2
	}
	s := arrp[:2]
	s = append(s, 99)
	fmt.Println(*arrp, s)
	nested := map[string]map[string][]int{"a": {"b": {1}}}
	nested["a"]["b"] = append(nested["a"]["b"], 2)
	nested["a"]["b"][0]++
	nested["a"]["c"] = nil
	fmt.Println(nested, nested["x"]["y"] == nil, len(nested["q"]))
	type pt struct{ x, y int }
	pts := map[pt]*pt{{1, 2}: {3, 4}}
	pts[pt{1, 2}].x++
	fmt.Println(*pts[pt{1, 2}])
	m := map[string]struct{ n int }{"a": {1}}
	v := m["a"]
	v.n = 2
	m["a"] = v
	fmt.Println(m)
	f := (*Arr3).Set
	f(&x, 0, -1)
	g := x.Set
	g(1, -2)
	fmt.Println(x)
	var iface interface {
		Sum() int
		Set(int, int)
	} = &x
	iface.Set(2, -3)
	fmt.Println(iface.Sum(), x)
	u8 := []byte{1, 0, 0, 0}
	fmt.Println(*(*uint32)(unsafe.Pointer(&u8[0])), unsafe.String(&u8[0], 1) == "\x01", len(unsafe.Slice(&u8[1], 2)))
}

// Interfaces embedded in structs, to override one method of several.
package main

import (
	"bytes"
	"fmt"
	"io"
	"sort"
	"strings"
)

type Store interface {
	Get(k string) string
	Set(k, v string)
	Len() int
}
type mem map[string]string

func (m mem) Get(k string) string { return m[k] }
func (m mem) Set(k, v string)     { m[k] = v }
func (m mem) Len() int            { return len(m) }

type logged struct {
	Store
	log *[]string
}

func (l logged) Set(k, v string) {
	*l.log = append(*l.log, k+"="+v)
	l.Store.Set(k, v)
}

type reversed struct{ sort.Interface }

func (r reversed) Less(i, j int) bool { return r.Interface.Less(j, i) }

type upper struct{ io.Reader }

func (u upper) Read(p []byte) (int, error) {
	n, err := u.Reader.Read(p)
	copy(p, bytes.ToUpper(p[:n]))
	return n, err
}

func main() {
	var log []string
	var s Store = logged{mem{}, &log}
	s.Set("a", "1")
	s.Set("b", "2")
	fmt.Println(s.Get("a"), s.Len(), log)
	x := []int{3, 1, 2}
	sort.Sort(reversed{sort.IntSlice(x)})
	fmt.Println(x)
	b, err := io.ReadAll(upper{strings.NewReader("shout")})
	fmt.Println(string(b), err)
	rw := struct {
		io.Reader
		io.Writer
	}{strings.NewReader("in"), &bytes.Buffer{}}
	n, _ := io.Copy(rw, rw)
	fmt.Println(n, rw.Writer)
	_, ok := any(rw).(io.ReadWriter)
	fmt.Println(ok)
	var none logged
	defer func() { fmt.Println("recovered:", recover()) }()
	none.Get("x")
}

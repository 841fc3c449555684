// Printing nested values of own types.
package main

import (
	"fmt"
	"io"
)

type in struct {
	A int
	B []string
}
type out struct {
	I  in
	P  *in
	M  map[string]in
	F  func()
	E  error
	an any
}

func main() {
	o := out{I: in{1, []string{"x"}}, M: map[string]in{"k": {2, nil}}, an: in{3, nil}, E: io.EOF}
	fmt.Printf("%v\n%+v\n", o, o)
	fmt.Printf("%#v\n", o.I)
	fmt.Printf("%#v %T\n", o.M, o.F)
}

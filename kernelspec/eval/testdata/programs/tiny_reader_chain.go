// Readers stacked on readers.
package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strings"
)

type upper struct{ io.Reader }

func (u upper) Read(p []byte) (int, error) {
	n, err := u.Reader.Read(p)
	copy(p, bytes.ToUpper(p[:n]))
	return n, err
}

type every struct {
	r io.Reader
	n int
}

func (e every) Read(p []byte) (int, error) { return e.r.Read(p[:min(e.n, len(p))]) }

func main() {
	b, err := io.ReadAll(upper{every{io.LimitReader(strings.NewReader("some long text"), 9), 2}})
	fmt.Printf("%q %v\n", b, err)
	sc := bufio.NewScanner(upper{strings.NewReader("a b\nc")})
	for sc.Scan() {
		fmt.Print(sc.Text(), ";")
	}
	fmt.Println()
}

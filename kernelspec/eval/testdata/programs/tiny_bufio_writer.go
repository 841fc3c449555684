// Buffered output to several writers.
package main

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

type tee []io.Writer

func (t tee) Write(p []byte) (int, error) {
	for _, w := range t {
		if n, err := w.Write(p); err != nil {
			return n, err
		}
	}
	return len(p), nil
}

func main() {
	var a, b strings.Builder
	w := bufio.NewWriterSize(tee{&a, &b}, 8)
	fmt.Fprintf(w, "%d-%s", 12345, "abcdef")
	fmt.Println(a.Len(), w.Buffered())
	w.Flush()
	fmt.Println(a.String(), b.String() == a.String())
}

// Reading text in several ways and writing reports through writers of our own.
package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
)

const text = `It was the best of times,
it was the worst of times;

  it was the age of wisdom...
`

type lineCounter struct{ lines, bytes int }

func (l *lineCounter) Write(p []byte) (int, error) {
	l.lines += bytes.Count(p, []byte{'\n'})
	l.bytes += len(p)
	return len(p), nil
}

type indent struct {
	w    io.Writer
	bol  bool
	with string
}

func (i *indent) Write(p []byte) (n int, err error) {
	for _, c := range p {
		if !i.bol && c != '\n' {
			if _, err = io.WriteString(i.w, i.with); err != nil {
				return
			}
		}
		i.bol = c != '\n'
		if _, err = i.w.Write([]byte{c}); err != nil {
			return
		}
		n++
	}
	return
}

func main() {
	freq := map[string]int{}
	sc := bufio.NewScanner(strings.NewReader(text))
	lines := 0
	for sc.Scan() {
		lines++
		for _, w := range strings.Fields(sc.Text()) {
			freq[strings.ToLower(strings.Trim(w, ".,;"))]++
		}
	}
	fmt.Println(lines, len(freq), freq)
	var lc lineCounter
	n, err := io.Copy(io.MultiWriter(&lc, io.Discard), strings.NewReader(text))
	fmt.Println(n, err, lc)
	w := &indent{w: os.Stdout, with: "> "}
	fmt.Fprintf(w, "%s\n%d\n\n", "quoted", 2)
	bw := bufio.NewWriter(w)
	for i, l := range strings.Split(strings.TrimSpace(text), "\n") {
		fmt.Fprintf(bw, "%d %s\n", i, l)
	}
	bw.Flush()
	r := bufio.NewReader(strings.NewReader("a\u00e9\nrest"))
	for {
		c, size, err := r.ReadRune()
		if err != nil {
			fmt.Println(err)
			break
		}
		fmt.Printf("%q%d ", c, size)
	}
	rs := bufio.NewScanner(strings.NewReader("héé"))
	rs.Split(bufio.ScanRunes)
	k := 0
	for rs.Scan() {
		k++
	}
	fmt.Println(k)
	bs := bufio.NewScanner(strings.NewReader(strings.Repeat("x", 100)))
	bs.Buffer(make([]byte, 10), 20)
	fmt.Println(bs.Scan(), bs.Err())
}

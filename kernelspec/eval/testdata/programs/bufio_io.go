// bufio and io: scanners with own split functions, pipes, tees, limits, own readers and writers.
package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
)

type rot13 struct{ r io.Reader }

func (r rot13) Read(p []byte) (int, error) {
	n, err := r.r.Read(p)
	for i, c := range p[:n] {
		switch {
		case c >= 'a' && c <= 'z':
			p[i] = 'a' + (c-'a'+13)%26
		case c >= 'A' && c <= 'Z':
			p[i] = 'A' + (c-'A'+13)%26
		}
	}
	return n, err
}

type failing int

func (f *failing) Write(p []byte) (int, error) {
	if *f -= failing(len(p)); *f < 0 {
		return 0, errors.New("disk full")
	}
	return len(p), nil
}

func main() {
	b, _ := io.ReadAll(rot13{strings.NewReader("Uryyb, Tbcure!")})
	fmt.Println(string(b))
	sc := bufio.NewScanner(strings.NewReader("one two\nthree  four"))
	sc.Split(bufio.ScanWords)
	n := 0
	for sc.Scan() {
		n += len(sc.Text())
	}
	fmt.Println(n, sc.Err())
	sc = bufio.NewScanner(strings.NewReader("1,22,333"))
	sc.Split(func(data []byte, eof bool) (int, []byte, error) {
		if i := bytes.IndexByte(data, ','); i >= 0 {
			return i + 1, data[:i], nil
		}
		if eof && len(data) > 0 {
			return len(data), data, bufio.ErrFinalToken
		}
		return 0, nil, nil
	})
	for sc.Scan() {
		fmt.Print("[", sc.Text(), "]")
	}
	fmt.Println()
	f := failing(10)
	w := bufio.NewWriterSize(&f, 16)
	fmt.Fprint(w, "eight ch")
	fmt.Println(w.Buffered(), w.Flush())
	fmt.Fprint(w, "more and more")
	fmt.Println(w.Flush())
	pr, pw := io.Pipe()
	go func() { fmt.Fprint(pw, "through a pipe"); pw.CloseWithError(io.ErrUnexpectedEOF) }()
	b, err := io.ReadAll(pr)
	fmt.Println(string(b), err)
	var copyBuf bytes.Buffer
	tee := io.TeeReader(io.LimitReader(strings.NewReader("limited text"), 7), &copyBuf)
	io.Copy(io.Discard, tee)
	mr := io.MultiReader(strings.NewReader("a"), bytes.NewReader([]byte("b")), &copyBuf)
	b, _ = io.ReadAll(mr)
	fmt.Printf("%q\n", b)
	sr := io.NewSectionReader(strings.NewReader("0123456789"), 2, 5)
	sr.Seek(-2, io.SeekEnd)
	b, _ = io.ReadAll(sr)
	fmt.Println(string(b))
	br := bufio.NewReader(strings.NewReader("line\nrest"))
	l, pre, err := br.ReadLine()
	pk, _ := br.Peek(2)
	fmt.Println(string(l), pre, err, string(pk))
	_, err = io.ReadFull(br, make([]byte, 10))
	fmt.Println(err, errors.Is(err, io.ErrUnexpectedEOF))
}

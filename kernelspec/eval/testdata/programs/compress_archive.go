// gzip, flate, zip and tar in memory, through readers and writers of our own.
package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
)

type count struct {
	io.Writer
	n *int
}

func (c count) Write(p []byte) (int, error) { *c.n += len(p); return c.Writer.Write(p) }

func check(err error) {
	if err != nil {
		fmt.Println("error:", err)
	}
}

func main() {
	text := strings.Repeat("compress me ", 100)
	var buf bytes.Buffer
	n := 0
	zw, err := gzip.NewWriterLevel(count{&buf, &n}, gzip.BestCompression)
	check(err)
	zw.Name = "t.txt"
	io.WriteString(zw, text)
	check(zw.Close())
	fmt.Println(n == buf.Len(), n < len(text)/5)
	zr, err := gzip.NewReader(&buf)
	check(err)
	b, err := io.ReadAll(zr)
	fmt.Println(zr.Name, string(b) == text, err)
	_, err = gzip.NewReader(strings.NewReader("not gzip at all"))
	fmt.Println(err, errors.Is(err, gzip.ErrHeader))
	var ar bytes.Buffer
	w := zip.NewWriter(&ar)
	for _, f := range []struct{ name, body string }{{"a.txt", "alpha"}, {"d/b.txt", "beta"}} {
		fw, err := w.Create(f.name)
		check(err)
		fw.Write([]byte(f.body))
	}
	check(w.Close())
	r, err := zip.NewReader(bytes.NewReader(ar.Bytes()), int64(ar.Len()))
	check(err)
	for _, f := range r.File {
		rc, _ := f.Open()
		b, _ := io.ReadAll(rc)
		rc.Close()
		fmt.Println(f.Name, string(b), f.UncompressedSize64)
	}
	b, err = fs.ReadFile(r, "d/b.txt")
	fmt.Println(string(b), err)
	var tb bytes.Buffer
	tw := tar.NewWriter(&tb)
	check(tw.WriteHeader(&tar.Header{Name: "x", Mode: 0o600, Size: 3}))
	tw.Write([]byte("xyz"))
	check(tw.Close())
	tr := tar.NewReader(&tb)
	h, err := tr.Next()
	b, _ = io.ReadAll(tr)
	fmt.Println(h.Name, string(b), err)
	_, err = tr.Next()
	fmt.Println(err == io.EOF)
	fr := flate.NewReader(strings.NewReader("\xff"))
	_, err = io.ReadAll(fr)
	var ce flate.CorruptInputError
	fmt.Println(errors.As(err, &ce))
}

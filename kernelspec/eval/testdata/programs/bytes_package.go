// bytes: buffers, comparison, splitting, and reading and writing through interfaces.
package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
)

type counting struct {
	bytes.Buffer
	writes int
}

func (c *counting) Write(p []byte) (int, error) { c.writes++; return c.Buffer.Write(p) }

func main() {
	var c counting
	fmt.Fprint(&c, "one ")
	fmt.Fprintf(&c, "%s\n", "two")
	io.WriteString(&c, "three")
	fmt.Println(c.writes, c.Len(), c.String())
	line, err := c.ReadString('\n')
	fmt.Printf("%q %v %q\n", line, err, c.Bytes())
	b := bytes.NewBufferString("abcdef")
	b.Truncate(4)
	x, _ := b.ReadByte()
	b.UnreadByte()
	fmt.Println(string(x), string(b.Next(2)), b.String())
	fmt.Println(bytes.Equal([]byte("a"), []byte{97}), bytes.Compare([]byte("a"), []byte("b")), bytes.Contains([]byte("seafood"), []byte("foo")))
	fmt.Printf("%s %q\n", bytes.ToUpper([]byte("x")), bytes.Split([]byte("a b"), []byte(" ")))
	fmt.Println(string(bytes.TrimRight([]byte("x..."), ".")), bytes.Count([]byte("cheese"), []byte("e")), string(bytes.Title([]byte("go"))))
	var w io.Writer = &c
	_, ok := w.(io.StringWriter)
	fmt.Println(ok)
	c.Reset()
	n, err := c.ReadFrom(bytes.NewReader([]byte("from a reader")))
	fmt.Println(n, err, c.String())
	n, err = c.WriteTo(os.Stdout)
	fmt.Println("", n, err, c.Len())
	_, err = c.ReadByte()
	fmt.Println(err, bytes.Runes([]byte("é"))[0], bytes.IndexByte([]byte("abc"), 'z'))
	head, tail, _ := bytes.Cut([]byte("k:v"), []byte(":"))
	fmt.Println(string(head), string(tail), string(bytes.Join([][]byte{head, tail}, []byte("+"))))
}

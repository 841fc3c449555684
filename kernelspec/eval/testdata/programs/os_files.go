// Files: write, read, append, walk, temporary folders, permissions and file systems of our own.
package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"testing/fstest"
)

type oneFile struct{ name, text string }

func (o oneFile) Open(name string) (fs.File, error) {
	return fstest.MapFS{o.name: {Data: []byte(o.text)}}.Open(name)
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func main() {
	dir, err := os.MkdirTemp("", "prog")
	must(err)
	defer os.RemoveAll(dir)
	name := filepath.Join(dir, "a.txt")
	must(os.WriteFile(name, []byte("line 1\nline 2\n"), 0o600))
	f, err := os.OpenFile(name, os.O_APPEND|os.O_WRONLY, 0)
	must(err)
	fmt.Fprintln(f, "line 3")
	must(f.Close())
	b, err := os.ReadFile(name)
	fmt.Printf("%q %v\n", b, err)
	st, err := os.Stat(name)
	fmt.Println(st.Size(), st.Name(), st.IsDir(), st.Mode(), err)
	must(os.MkdirAll(filepath.Join(dir, "x", "y"), 0o755))
	must(os.Rename(name, filepath.Join(dir, "x", "b.txt")))
	must(filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		rel, _ := filepath.Rel(dir, p)
		fmt.Print(filepath.ToSlash(rel), " ", d.IsDir(), "; ")
		return err
	}))
	fmt.Println()
	_, err = os.ReadFile(name)
	fmt.Println(errors.Is(err, fs.ErrNotExist), os.IsNotExist(err))
	g, _ := os.Create(filepath.Join(dir, "seek"))
	g.WriteString("0123456789")
	g.Seek(3, io.SeekStart)
	buf := make([]byte, 3)
	g.Read(buf)
	n, err := g.ReadAt(buf[:2], 8)
	fmt.Println(string(buf), n, err)
	g.Close()
	_, err = g.Write(nil)
	fmt.Println(errors.Is(err, os.ErrClosed))
	fmt.Println(filepath.Base("/a/b.go"), filepath.Ext("x.tar.gz"), filepath.Join("a", "..", "b"), path.Dir("/p/q"))
	b, err = fs.ReadFile(oneFile{"f", "virtual"}, "f")
	fmt.Println(string(b), err)
	os.Setenv("PROG_VAR", "v")
	fmt.Println(os.Getenv("PROG_VAR"), os.ExpandEnv("$PROG_VAR-x"))
	m, _ := filepath.Glob(filepath.Join(dir, "x", "*.txt"))
	fmt.Println(len(m), filepath.Base(m[0]))
}

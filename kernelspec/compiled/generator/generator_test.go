package generator

import (
	"archive/zip"
	"bytes"
	"go/parser"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// module is a module with generic code that needs what has no compiled value.
var module = map[string]string{
	"go.mod": "module example.org/m\n\ngo 1.26\n",
	"m.go": `// Package m is for tests.
package m

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"example.org/m/internal/deep"
)

// ErrEmpty is for nothing.
var ErrEmpty = errors.New("empty")

const (
	A = iota
	B
)

// Pair is two values.
type Pair[K comparable, V any] struct {
	Key K
	Val V
	at  place
}

type place struct{ line int }

func (p place) String() string { return fmt.Sprint(p.line) }

// String joins them.
func (p *Pair[K, V]) String() string { return label(p.Key) + deep.Quote(fmt.Sprint(p.Val)) }

// Map maps.
func Map[T, U any](s []T, f func(T) U) (out []U) {
	if len(s) == 0 {
		fmt.Println(ErrEmpty, limit, Plain(len(s)))
	}
	for _, x := range s {
		out = append(out, f(x))
	}
	return out
}

// Plain is not generic.
func Plain(n int) string { return strings.Repeat("x", n) + os.Args[0] + secret() }

// T is not generic.
type T struct{ n hiddenType }

type hiddenType int

// Get gets it.
func (t T) Get() hiddenType { return t.n + hiddenType(len(secret())) }

var limit = double(21)

func double(n int) int { return 2 * n }

func label(v any) string { return fmt.Sprintf("<%v>", v) }

func secret() string { return "s" }

func unused() { secret() }
`,
	"cmd/main.go": "package main\n\nfunc main() {}\n",
	"internal/deep/deep.go": `package deep

import "strconv"

func Quote(s string) string { return strconv.Quote(Twice(s)) }

func Twice[S ~string](s S) string { return string(s) + string(s) }

func Left() int { return 1 }
`,
}

// list lists packages of a folder as the builder does.
func list(t *testing.T, dir string, patterns ...string) *Set {
	t.Helper()
	cmd := exec.Command("go", append([]string{"list", "-export", "-deps", "-trimpath", "-json=" + Fields}, patterns...)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOWORK=off", "GOPROXY=off")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, err.(*exec.ExitError).Stderr)
	}
	s, err := Read(bytes.NewReader(out), nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func group(t *testing.T, s *Set, name string) *Group {
	t.Helper()
	for _, g := range s.Groups() {
		if g.Name == name {
			return g
		}
	}
	t.Fatalf("no group %s", name)
	return nil
}

func TestSources(t *testing.T) {
	dir := t.TempDir()
	for name, text := range module {
		name = filepath.Join(dir, name)
		os.MkdirAll(filepath.Dir(name), 0o755)
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	set := list(t, dir, "std", "example.org/m", "example.org/m/cmd")
	for path, want := range map[string]string{"example.org/m": "", "fmt": "", "example.org/m/cmd": "command", "example.org/m/internal/deep": "internal", "plugin": "symbol", "example.org/n": "no such"} {
		if err := set.Importable(path); (want == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", path, err)
		}
	}
	g := group(t, set, "others")
	table, archive, lacks, err := g.Generate()
	if err != nil || len(lacks) > 0 {
		t.Fatal(err, lacks)
	}
	files := unzip(t, archive)
	for name, want := range map[string]struct{ has, lacks []string }{
		"source/example.org/m/m.go": {
			[]string{"var ErrEmpty error", "A = iota", "type Pair[K comparable, V any] struct", "line int", "func (p place) String() string { return", "return label(p.Key)", "out = append(out, f(x))", "func label(v any) string {", "func double(n int) int {", "func Plain(n int) string\n", "func (t T) Get() hiddenType\n", "type hiddenType int", `"example.org/m/internal/deep"`},
			[]string{"unused", "secret", "strings", "errors", `"os"`, "is for tests", "joins them"},
		},
		"source/example.org/m/internal/deep/deep.go": {[]string{"strconv.Quote(Twice(s))", "func Twice[S ~string](s S) string {"}, []string{"Left"}},
		"order":                              {[]string{"example.org/m/internal/deep\nexample.org/m\n"}, nil},
		"names":                              {[]string{"example.org/m m A B ErrEmpty Map Pair Plain T\n"}, nil},
		"doc/example.org/m":                  {[]string{"func Map[T, U any](s []T, f func(T) U) (out []U)", "Pair is two values"}, nil},
		"export/example.org/m":               {nil, nil},
		"export/example.org/m/internal/deep": {nil, nil},
	} {
		text, ok := files[name]
		if !ok {
			t.Errorf("the archive lacks %s", name)
		}
		if strings.HasSuffix(name, ".go") {
			text = regexp.MustCompile(`[ \t]+`).ReplaceAllString(text, " ")
		}
		for _, s := range want.has {
			if !strings.Contains(text, s) {
				t.Errorf("%s lacks %q:\n%s", name, s, text)
			}
		}
		for _, s := range want.lacks {
			if strings.Contains(text, s) {
				t.Errorf("%s has %q:\n%s", name, s, text)
			}
		}
	}
	for _, s := range []string{`Names: "Plain\nErrEmpty\nT"`, "p0.Plain,", "&p0.ErrEmpty,", "(*p0.T)(nil),", `Hidden: "example.org/m\thiddenType\tT0 f0\n"`} {
		if !strings.Contains(string(table), s) {
			t.Errorf("the table lacks %s:\n%s", s, table)
		}
	}
	if _, err := parser.ParseFile(token.NewFileSet(), "", table, 0); err != nil {
		t.Error(err)
	}
	again, archive2, _, err := g.Generate()
	if err != nil || !bytes.Equal(again, table) || !bytes.Equal(archive2, archive) {
		t.Errorf("the second time it is another: %v", err)
	}
}

// Generic code of a real module, with much that it needs, is carried whole.
func TestRealGenerics(t *testing.T) {
	s := list(t, ".", "std", "github.com/jackc/pgx/v5")
	_, archive, lacks, err := group(t, s, "others").Generate()
	if err != nil || len(lacks) > 0 {
		t.Fatal(err, lacks)
	}
	text := unzip(t, archive)["source/github.com/jackc/pgx/v5/rows.go"]
	for _, want := range []string{"func CollectRows[T any](rows Rows, fn RowToFunc[T]) ([]T, error) {", "func RowToStructByName[T any]"} {
		if !strings.Contains(text, want) {
			t.Errorf("rows.go lacks %q", want)
		}
	}
}

// What stands in for functions of the standard library is whole, and nothing is lacking.
func TestSubstitutes(t *testing.T) {
	if testing.Short() {
		t.Skip("reads the source of package runtime")
	}
	var paths []string
	for path := range substitutes {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	_, archive, lacks, err := group(t, list(t, ".", "std"), "standard").Generate()
	if err != nil || len(lacks) > 0 {
		t.Fatal(err, lacks)
	}
	files := unzip(t, archive)
	for _, path := range paths {
		if files["source/"+path+"/substitute.go"] == "" {
			t.Errorf("what stands in for functions of %s is not used", path)
		}
	}
}

func unzip(t *testing.T, b []byte) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		files[f.Name] = string(text)
	}
	return files
}

package main_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write what compiled programs print into their .out files")

const programs = "../eval/testdata/programs"

// whole marks a program whose declarations cannot lie in several cells.
const whole = "\n//cells:whole\n"

// The programs of testdata print what they print when compiled: as one cell, as that
// cell once more in the same kernel, cut into many cells, and, if they have generic types,
// with all methods in a later cell than the types.
func TestPrograms(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(programs, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 200 {
		t.Errorf("only %d programs in %s", len(files), programs)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".go"), func(t *testing.T) {
			t.Parallel()
			testProgram(t, file)
		})
	}
}

func testProgram(t *testing.T, file string) {
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	src, out := string(b), strings.TrimSuffix(file, ".go")+".out"
	if *update {
		if err := os.WriteFile(out, compiled(t, file), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	b, err = os.ReadFile(out)
	if err != nil {
		t.Fatalf("%v; -update writes it", err)
	}
	want := string(b)
	printed(t, "as a cell, twice", []string{src, src}, want+want)
	printed(t, "in cells", split(t, src), want)
	if strings.Contains(src, whole) || !genericMethod.MatchString(src) {
		return
	}
	cells, err := lateCellsOf(src)
	if err != nil {
		t.Fatal(err)
	}
	printed(t, "with methods in a later cell", cells, want)
}

// genericMethod finds methods of generic types.
var genericMethod = regexp.MustCompile(`(?m)^func \(\w* ?\*?\w+\[`)

func split(t *testing.T, src string) []string {
	if strings.Contains(src, whole) {
		return []string{src}
	}
	cells, err := cellsOf(src)
	if err != nil {
		t.Fatal(err)
	}
	return cells
}

// printed runs cells in a fresh kernel and compares what they print.
func printed(t *testing.T, name string, cells []string, want string) {
	s := start(t)
	var got strings.Builder
	for i, cell := range cells {
		e, err := s.Execute(s.ctx, cell)
		if err != nil {
			t.Fatalf("%s: cell %d: %v\n%s", name, i+1, err, cell)
		}
		got.WriteString(e.Stdout())
		if f := e.Failure(); f != nil {
			t.Errorf("%s: cell %d failed:\n%s\n%s", name, i+1, cell, strings.Join(f.Traceback, "\n"))
			return
		}
	}
	if got.String() != want {
		t.Errorf("%s: %s", name, difference(got.String(), want))
	}
}

// difference shows the first line in which two texts differ.
func difference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range max(len(g), len(w)) {
		a, b := "(nothing)", "(nothing)"
		if i < len(g) {
			a = g[i]
		}
		if i < len(w) {
			b = w[i]
		}
		if a != b {
			return fmt.Sprintf("line %d is\n%s\nwant\n%s", i+1, a, b)
		}
	}
	return "same"
}

// compiled returns what a program prints when it is compiled.
func compiled(t *testing.T, file string) []byte {
	var out, errs bytes.Buffer
	cmd := exec.Command("go", "run", file)
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("go run %s: %v\n%s", file, err, errs.String())
	}
	return out.Bytes()
}

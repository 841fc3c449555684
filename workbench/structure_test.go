package workbench

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// What a reader can keep in mind of one package.
const (
	mostFiles = 55 // in the package
	mostKnot  = 12 // files that all lead to one another
	mostBack  = 40 // references against the order of files that has fewest
)

// TestStructure counts which file of the package uses what another one declares: a name of the
// package, a field or a method. Run it with -v to see knots and back references.
func TestStructure(t *testing.T) {
	g := referenceGraph(t)
	knots, back := g.knots(), 0
	for _, knot := range knots {
		t.Logf("a knot of %d files: %s", len(knot), strings.Join(knot, " "))
		for _, e := range g.backReferences(knot) {
			back++
			t.Logf("back: %s -> %s: %s", e[0], e[1], strings.Join(g.names[e], " "))
		}
	}
	t.Logf("%d files, %d references, %d back", len(g.files), len(g.names), back)
	if len(g.files) > mostFiles {
		t.Errorf("%d files, at most %d", len(g.files), mostFiles)
	}
	if len(knots) > 0 && len(knots[0]) > mostKnot {
		t.Errorf("a knot of %d files, at most %d", len(knots[0]), mostKnot)
	}
	if back > mostBack {
		t.Errorf("%d back references, at most %d", back, mostBack)
	}
}

// references is a graph of files.
type references struct {
	files []string
	names map[[2]string][]string // of an edge from a file to one that it uses: what it uses
}

// referenceGraph reads the package with its types.
func referenceGraph(t *testing.T) *references {
	listed, fset := listPackage(t), token.NewFileSet()
	g := &references{names: map[[2]string][]string{}}
	var files []*ast.File
	for _, name := range listed.GoFiles {
		f, err := parser.ParseFile(fset, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		files, g.files = append(files, f), append(g.files, name)
	}
	info := &types.Info{Uses: map[*ast.Ident]types.Object{}}
	config := types.Config{Importer: importer.ForCompiler(fset, "gc", func(path string) (io.ReadCloser, error) {
		return os.Open(listed.exports[path])
	})}
	pkg, err := config.Check(listed.ImportPath, fset, files, info)
	if err != nil {
		t.Fatal(err)
	}
	for id, obj := range info.Uses {
		if obj.Pkg() != pkg || !isMember(obj) {
			continue
		}
		edge := [2]string{filepath.Base(fset.Position(id.Pos()).Filename), filepath.Base(fset.Position(obj.Pos()).Filename)}
		if edge[0] != edge[1] && !slices.Contains(g.names[edge], obj.Name()) {
			g.names[edge] = append(g.names[edge], obj.Name())
		}
	}
	for _, names := range g.names {
		slices.Sort(names)
	}
	return g
}

// isMember tells whether a name belongs to the package, or to a type of it, and not to a function.
func isMember(obj types.Object) bool {
	switch o := obj.(type) {
	case *types.Var:
		return o.IsField() || o.Parent() == o.Pkg().Scope()
	case *types.Func:
		return true
	}
	return obj.Parent() == obj.Pkg().Scope()
}

// listing is what the go command says of a package.
type listing struct {
	ImportPath string
	GoFiles    []string
	Export     string
	exports    map[string]string // of the packages it needs: where their types are
}

func listPackage(t *testing.T) (l listing) {
	out, err := exec.Command("go", "list", "-export", "-deps", "-json=ImportPath,GoFiles,Export", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	exports := map[string]string{}
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var next listing
		if err := d.Decode(&next); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		l, exports[next.ImportPath] = next, next.Export // the package itself comes last
	}
	l.exports = exports
	return l
}

// knots are the sets of files that all lead to one another, the largest first.
func (g *references) knots() [][]string {
	reach := map[string]map[string]bool{}
	for _, f := range g.files {
		reach[f] = map[string]bool{}
		for todo := []string{f}; len(todo) > 0; {
			from := todo[0]
			todo = todo[1:]
			for _, to := range g.files {
				if g.names[[2]string{from, to}] != nil && !reach[f][to] {
					reach[f][to], todo = true, append(todo, to)
				}
			}
		}
	}
	var knots [][]string
	in := map[string]bool{}
	for _, f := range g.files {
		if in[f] || !reach[f][f] {
			continue
		}
		var knot []string
		for _, other := range g.files {
			if reach[f][other] && reach[other][f] {
				knot, in[other] = append(knot, other), true
			}
		}
		knots = append(knots, knot)
	}
	slices.SortStableFunc(knots, func(a, b []string) int { return cmp.Compare(len(b), len(a)) })
	return knots
}

// backReferences orders the files of a knot so that few edges run from a later one to an earlier
// one, and returns those. Each file in turn goes where fewest do, until none gains.
func (g *references) backReferences(knot []string) (back [][2]string) {
	edge := func(from, to string) int {
		if g.names[[2]string{from, to}] != nil {
			return 1
		}
		return 0
	}
	order := slices.Clone(knot)
	for moved := true; moved; {
		moved = false
		for _, f := range knot {
			at := slices.Index(order, f)
			rest := slices.Delete(slices.Clone(order), at, at+1)
			cost, best, least, now := 0, 0, 0, 0 // relative to f in the first place
			for i, other := range rest {
				cost += edge(f, other) - edge(other, f)
				if cost < least {
					best, least = i+1, cost
				}
				if i+1 == at {
					now = cost
				}
			}
			if least < now {
				order, moved = slices.Insert(rest, best, f), true
			}
		}
	}
	for i, from := range order {
		for _, to := range order[:i] {
			if edge(from, to) > 0 {
				back = append(back, [2]string{from, to})
			}
		}
	}
	return back
}

// TestStructureOfAGraph: two files that use each other, one above them, one below.
func TestStructureOfAGraph(t *testing.T) {
	g := &references{files: []string{"low", "a", "b", "c", "top"}, names: map[[2]string][]string{}}
	for _, e := range [][2]string{{"top", "a"}, {"a", "b"}, {"b", "c"}, {"c", "a"}, {"a", "c"}, {"c", "low"}} {
		g.names[e] = []string{"name"}
	}
	knots := g.knots()
	if fmt.Sprint(knots) != "[[a b c]]" {
		t.Fatal(knots)
	}
	if back := g.backReferences(knots[0]); fmt.Sprint(back) != "[[c a]]" {
		t.Error(back)
	}
}

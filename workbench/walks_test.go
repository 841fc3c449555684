package workbench

import (
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The ways that a reader walks through the source: of each, what leads on from file to file.
// A reader who follows one holds its files and no other.
var walks = map[string][]string{
	"text to tokens":              {"crossencoder.go Predict", "internal/tokenize/inputs.go Pair", "internal/tokenize/tokenize.go Append", "internal/tokenize/cache.go append", "internal/tokenize/wordpiece.go append"},
	"tokens to scores":            {"crossencoder.go Predict", "internal/encoder/run.go Score", "internal/encoder/layer.go full", "internal/encoder/attention.go attend"},
	"scores to a sparse matrix":   {"sampling.go Observe", "scorer.go scorePairs"},
	"from scores to an index":     {"factorize.go Factorize", "methods.go parts", "calibrated.go fitCalibrated", "internal/calibrate/fit.go Fit"},
	"the Calibrated fit":          {"calibrated.go fitCalibrated", "internal/calibrate/fit.go Fit", "internal/calibrate/mixed.go sweep", "internal/calibrate/steps.go ask", "internal/calibrate/mixedsystem.go normal"},
	"what items do by themselves": {"internal/calibrate/fit.go fit", "internal/calibrate/deviations.go deviations", "internal/calibrate/steps.go ask", "internal/calibrate/evidence.go deviations"},
	"a round of a search":         {"search.go search", "methods.go observe", "calibrated.go observe", "internal/shelf/scan.go Choose", "internal/solve/posterior.go Solve"},
	"results to a table":          {"experiment.go Run", "experimentrun.go measureSystem", "recall.go recalls"},
	"a table to a plot":           {"plotreport.go PlotMeasures", "reporttable.go figures", "internal/chart/lines.go AddLines"},
}

// mostOfAWalk is how many files a reader need hold.
const mostOfAWalk = 5

// TestWalks: each walk has few files, each is called from one before it, and none calls back.
func TestWalks(t *testing.T) {
	g := callGraph(t, walks)
	for _, name := range slices.Sorted(maps.Keys(walks)) {
		stations := walks[name]
		if len(stations) > mostOfAWalk {
			t.Errorf("%s: %d files, at most %d", name, len(stations), mostOfAWalk)
		}
		for i, station := range stations {
			file, function, _ := strings.Cut(station, " ")
			led := i == 0 && g.declared[file][function]
			for _, before := range stations[:i] {
				from, _, _ := strings.Cut(before, " ")
				led = led || g.leads[from][file][function]
				if back := g.calls[file][from]; len(back) > 0 {
					t.Errorf("%s: %s calls back to %s: %v", name, file, from, slices.Sorted(maps.Keys(back)))
				}
			}
			if !led {
				t.Errorf("%s: nothing leads to %s", name, station)
			}
		}
	}
}

// fileCalls says which functions a file declares, and which of other files it calls or hands on.
type fileCalls struct {
	declared map[string]map[string]bool            // by file
	calls    map[string]map[string]map[string]bool // by file and the other file
	leads    map[string]map[string]map[string]bool // calls, and those through an interface
}

// callGraph reads the packages of all walks. A call of an interface's method counts as one of
// every method of that name in the walk's packages: which it is shows only when it runs.
func callGraph(t *testing.T, walks map[string][]string) fileCalls {
	g := fileCalls{map[string]map[string]bool{}, map[string]map[string]map[string]bool{}, map[string]map[string]map[string]bool{}}
	dirs := map[string]bool{}
	for _, stations := range walks {
		for _, s := range stations {
			dirs[filepath.Dir(s)] = true
		}
	}
	listed, root := listPackage(t), must[string](t)(os.Getwd())
	type use struct{ from, method string }
	var through []use // of interfaces' methods
	for dir := range dirs {
		fset := token.NewFileSet()
		files := map[string]*ast.File{}
		for _, path := range must[[]string](t)(filepath.Glob(filepath.Join(dir, "*.go"))) {
			if f := must[*ast.File](t)(parser.ParseFile(fset, path, nil, parser.SkipObjectResolution)); !strings.HasSuffix(path, "_test.go") {
				files[path] = f
			}
		}
		info := &types.Info{Uses: map[*ast.Ident]types.Object{}}
		config := types.Config{FakeImportC: true, Importer: importer.ForCompiler(fset, "gc", func(path string) (io.ReadCloser, error) {
			return os.Open(listed.exports[path])
		})}
		path := "axn/workbench"
		if dir != "." {
			path += "/" + filepath.ToSlash(dir)
		}
		must[*types.Package](t)(config.Check(path, fset, slices.Collect(maps.Values(files)), info))
		for path, f := range files {
			g.declared[path] = map[string]bool{}
			for _, d := range f.Decls {
				if fn, ok := d.(*ast.FuncDecl); ok {
					g.declared[path][fn.Name.Name] = true
				}
			}
		}
		for id, o := range info.Uses {
			fn, ok := o.(*types.Func)
			if !ok || fn.Pkg() == nil || !strings.HasPrefix(fn.Pkg().Path(), "axn/workbench") {
				continue
			}
			from := fset.Position(id.Pos()).Filename
			to := fset.Position(fn.Pos()).Filename
			if filepath.IsAbs(to) {
				to = must[string](t)(filepath.Rel(root, to))
			}
			record(g.leads, from, to, fn.Name())
			if r := fn.Signature().Recv(); r != nil && types.IsInterface(r.Type()) {
				through = append(through, use{from, fn.Name()})
				continue
			}
			record(g.calls, from, to, fn.Name())
		}
	}
	for _, u := range through {
		for file, names := range g.declared {
			if names[u.method] {
				record(g.leads, u.from, file, u.method)
			}
		}
	}
	return g
}

// record notes that a file calls a function of another one.
func record(of map[string]map[string]map[string]bool, from, to, name string) {
	if from == to {
		return
	}
	if of[from] == nil {
		of[from] = map[string]map[string]bool{}
	}
	if of[from][to] == nil {
		of[from][to] = map[string]bool{}
	}
	of[from][to][name] = true
}

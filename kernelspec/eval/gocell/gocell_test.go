package main_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"axn/kernelspec/builder"
)

// gocell is the command, built with all that cells can import.
var gocell string

func TestMain(m *testing.M) {
	k, err := builder.Tool("./kernelspec/eval/gocell")
	if err == nil {
		_, err = k.Build()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	gocell = k.Out
	os.Exit(m.Run())
}

func run(t *testing.T, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	cmd := exec.Command(gocell, args...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err = cmd.Run()
	return out.String(), errs.String(), err
}

// Tables, export data, sources and documentation of all packages fit together.
func TestGenerated(t *testing.T) {
	out, errs, err := run(t, "-verify")
	if err != nil {
		t.Fatalf("%v\n%s", err, errs)
	}
	var packages, funcs, vars, types, hidden, sources, docs int
	if _, err := fmt.Sscanf(out, "{Packages:%d Funcs:%d Vars:%d Types:%d Hidden:%d Sources:%d Docs:%d}", &packages, &funcs, &vars, &types, &hidden, &sources, &docs); err != nil {
		t.Fatalf("%q: %v", out, err)
	}
	if packages < 240 || funcs < 2500 || types < 1800 || hidden < 500 || sources < 16 || docs != packages {
		t.Errorf("much is missing: %s", out)
	}
}

// Generic functions and types of the standard library do in cells what they do in
// compiled programs: those whose source is run, and those that have a stand-in.
func TestGenerics(t *testing.T) {
	want, err := os.ReadFile("testdata/generics.out")
	if err != nil {
		t.Fatal(err)
	}
	out, errs, err := run(t, "testdata/generics.txt")
	if err != nil || errs != "" {
		t.Errorf("%v\n%s", err, errs)
	}
	if out != string(want) {
		t.Errorf("printed\n%s\nwant\n%s", out, want)
	}
}

func TestCells(t *testing.T) {
	for _, c := range []struct{ name, cells, out, errs string }{
		{"types that are not exported", "import \"encoding/binary\"\nbinary.LittleEndian.Uint32([]byte{1, 2, 3, 4})", "67305985 uint32\n", ""},
		{"display", "import \"display\"\ntype T struct{}\nfunc (T) HTML() string { return \"<i>t</i>\" }\ndisplay.CanRender(T{}), display.CanRender(3), display.Auto(T{}).Data[\"text/html\"]", "true bool\nfalse bool\n<i>t</i> string\n", ""},
		{"no notebook", "import \"display\"\ndisplay.Show(1)", "display: there is no notebook to show it in *errors.errorString\n", ""},
		{"the workbench", "import \"axn/workbench\"\nimport \"errors\"\nerrors.Is(workbench.ErrBudget, workbench.ErrBudget), workbench.SearchOptions{K: 3}.K", "true bool\n3 int\n", ""},
		{"errgroup", "import \"golang.org/x/sync/errgroup\"\nvar g errgroup.Group\ng.Go(func() error { return nil })\ng.Wait() == nil", "true bool\n", ""},
		{"gonum", "import \"gonum.org/v1/gonum/stat/distuv\"\ndistuv.UnitNormal.CDF(0)", "0.5 float64\n", ""},
		{"handlers of packages that were not imported", "import \"net/http\"\nimport \"net/http/httptest\"\nfunc get(path string) int {\n\tw := httptest.NewRecorder()\n\thttp.DefaultServeMux.ServeHTTP(w, httptest.NewRequest(\"GET\", path, nil))\n\treturn w.Code\n}\nget(\"/debug/vars\"), get(\"/debug/pprof/\")\n---\nimport \"expvar\"\nexpvar.Get(\"cmdline\") != nil, get(\"/debug/vars\"), get(\"/debug/pprof/\")", "404 int\n404 int\ntrue bool\n200 int\n404 int\n", ""},
		{"flags of packages that were not imported", "import \"flag\"\nn := 0\nflag.VisitAll(func(*flag.Flag) { n++ })\nn", "0 int\n", ""},
		{"a package that is not built in", "import \"plugin\"", "", "plugin"},
		{"a package that does not exist", "import \"dispaly\"", "", "dispaly"},
		{"an error", "x := 1\nx.y", "", "cell[1]:2:3: x.y undefined"},
		{"state", "x := 1\n---\nx + 1", "2 int\n", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			name := filepath.Join(t.TempDir(), "cells.txt")
			if err := os.WriteFile(name, []byte(c.cells), 0o644); err != nil {
				t.Fatal(err)
			}
			out, errs, err := run(t, name)
			if out != c.out || !strings.Contains(errs, c.errs) || (c.errs == "") != (err == nil) {
				t.Errorf("printed %q, want %q; %v, %q, want %q", out, c.out, err, errs, c.errs)
			}
		})
	}
}

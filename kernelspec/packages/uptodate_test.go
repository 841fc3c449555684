package packages

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"axn/kernelspec/packages/generator"
)

// The registrations say what the packages export today.
func TestRegistrationsAreUpToDate(t *testing.T) {
	pkgs, err := generator.Load(".", generator.Standard)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]bool{"packages.go": true, "uptodate_test.go": true}
	for _, pkg := range pkgs {
		src, err := generator.Source("packages", pkg)
		if err != nil {
			t.Fatal(err)
		}
		name := generator.FileName(pkg.Path())
		want[name] = true
		have, err := os.ReadFile(name)
		if err != nil || !bytes.Equal(have, src) {
			t.Errorf("%s lags behind %s: run go generate ./kernelspec/packages", name, pkg.Path())
		}
	}
	files, _ := filepath.Glob("*.go")
	for _, name := range files {
		if !want[name] {
			t.Errorf("%s registers no package of the list", name)
		}
	}
}

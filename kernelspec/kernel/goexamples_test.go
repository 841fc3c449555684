package main_test

import (
	"context"
	"go/doc"
	"go/parser"
	"go/token"
	"io/fs"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"axn/kernelspec/frontend"
)

// The examples of the standard library, each file as a cell, print what stands beneath them, but
// for those that the list names.
func TestGoExamples(t *testing.T) {
	out, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	root := filepath.Join(strings.TrimSpace(string(out)), "src")
	failing := goTestsListed(t)["Examples that print something else"]
	for _, name := range exampleFiles(t, root) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(root, filepath.FromSlash(name))
			examples := goExamples(t, file)
			if len(examples) == 0 {
				return
			}
			ctx, cancel := context.WithTimeout(context.Background(), goTestTime)
			defer cancel()
			k, err := frontend.Start([]string{binary}, frontend.Options{Dir: filepath.Dir(file), Env: []string{"AXN_HISTORY=", "TZ=America/Los_Angeles"}})
			if err != nil {
				t.Fatal(err)
			}
			defer k.Close()
			if _, wrong := runGoFile(ctx, k, file); wrong != "" {
				if _, known := failing[name]; !known {
					t.Error(wrong)
				}
				return
			}
			for _, e := range examples {
				_, known := failing[name+":"+e.Name]
				switch wrong := runGoExample(ctx, k, e); {
				case wrong != "" && !known:
					t.Errorf("Example%s: %s", e.Name, wrong)
				case wrong == "" && known:
					t.Errorf("Example%s passes, but %s lists it", e.Name, goTestList)
				}
			}
		})
	}
}

// exampleFiles lists the files of examples that users of the library see.
func exampleFiles(t *testing.T, root string) (names []string) {
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && slices.Contains([]string{"internal", "cmd", "vendor", "testdata"}, d.Name()) {
			return filepath.SkipDir
		}
		if strings.HasPrefix(d.Name(), "example") && strings.HasSuffix(d.Name(), "_test.go") {
			name, err := filepath.Rel(root, path)
			names = append(names, filepath.ToSlash(name))
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return chosenOf(t, names)
}

// goExamples are the examples of a file that have an output.
func goExamples(t *testing.T, file string) []*doc.Example {
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(doc.Examples(f), func(e *doc.Example) bool { return e.Output == "" && !e.EmptyOutput })
}

func runGoExample(ctx context.Context, k *frontend.Kernel, example *doc.Example) string {
	e, wrong := runGoCell(ctx, k, "Example"+example.Name+"()")
	if wrong != "" {
		return wrong
	}
	lines := func(text string) string {
		list := strings.Split(strings.TrimSpace(text), "\n")
		for i := range list {
			list[i] = strings.TrimSpace(list[i])
		}
		if example.Unordered {
			slices.Sort(list)
		}
		return strings.Join(list, "\n")
	}
	if got, want := lines(e.Stdout()), lines(example.Output); got != want {
		return difference(got, want)
	}
	return ""
}

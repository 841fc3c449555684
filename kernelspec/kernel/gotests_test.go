package main_test

import (
	"context"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"axn/kernelspec/frontend"
)

var goTests = flag.String("goroot-tests", "tenth", `which of Go's own test programs are run: "tenth", "all", "none", or a regular expression of names`)

// goTestList is where programs are listed that are not run, or that fail.
const goTestList = "GOTESTS.md"

// goTestTime is how long one program may take.
const goTestTime = 40 * time.Second

// goTestDirs are the folders of Go's test programs that are looked at.
var goTestDirs = []string{".", "ken", "chan", "interface", "typeparam", "fixedbugs"}

var (
	runMark   = regexp.MustCompile(`(?m)^// run\s*$`)
	checkMark = regexp.MustCompile(`(?m)^// errorcheck\s*$`)
)

// Go's own test programs run as cells, with the output that stands beside them, but
// for those that the list names: they must fail, so that the list stays true.
func TestGoPrograms(t *testing.T) {
	testGoPrograms(t, runMark, "Programs that fail", runGoProgram)
}

// Programs that Go refuses are refused, but for those that the list names.
func TestGoRefusals(t *testing.T) {
	testGoPrograms(t, checkMark, "Programs that are not refused", refuseGoProgram)
}

func testGoPrograms(t *testing.T, mark *regexp.Regexp, section string, try func(context.Context, *frontend.Kernel, string) string) {
	root, listed := goTestRoot(t), goTestsListed(t)
	left, failing := listed["Programs that are left out"], listed[section]
	for _, name := range chosen(t, root, mark) {
		if _, out := left[name]; out {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wrong := tryGoProgram(t, filepath.Join(root, filepath.FromSlash(name)), try)
			reason, known := failing[name]
			switch {
			case wrong != "" && !known:
				t.Error(wrong)
			case wrong == "" && known && !strings.HasPrefix(reason, "sometimes"):
				t.Errorf("passes, but %s lists it: %s", goTestList, reason)
			}
		})
	}
}

// goTestRoot is the folder of Go's test programs, which some distributions lack.
func goTestRoot(t *testing.T) string {
	out, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	root := filepath.Join(strings.TrimSpace(string(out)), "test")
	if _, err := os.Stat(filepath.Join(root, "helloworld.go")); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("Go's distribution has no test folder: %v", err)
		}
		t.Skipf("Go's distribution has no test folder: %v", err)
	}
	return root
}

// chosen lists the programs with a mark, each folder's every tenth, or all.
func chosen(t *testing.T, root string, mark *regexp.Regexp) (names []string) {
	for _, dir := range goTestDirs {
		files, err := filepath.Glob(filepath.Join(root, dir, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		var marked []string
		for _, f := range files {
			if b, err := os.ReadFile(f); err == nil && mark.Match(b[:min(len(b), 2000)]) {
				name, _ := filepath.Rel(root, f)
				marked = append(marked, filepath.ToSlash(name))
			}
		}
		names = append(names, chosenOf(t, marked)...)
	}
	return names
}

// chosenOf returns those of some names that -goroot-tests asks for.
func chosenOf(t *testing.T, names []string) (some []string) {
	switch *goTests {
	case "tenth":
		for i := 0; i < len(names); i += 10 {
			some = append(some, names[i])
		}
		return some
	case "all":
		return names
	case "none":
		t.Skip("-goroot-tests=none")
	}
	match, err := regexp.Compile(*goTests)
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(names, func(name string) bool { return !match.MatchString(name) })
}

// goTestsListed reads the tables of the list: by section, a reason for each program.
func goTestsListed(t *testing.T) map[string]map[string]string {
	b, err := os.ReadFile(goTestList)
	if err != nil {
		t.Fatal(err)
	}
	listed, section := map[string]map[string]string{}, ""
	for line := range strings.Lines(string(b)) {
		if title, ok := strings.CutPrefix(line, "## "); ok {
			section = strings.TrimSpace(title)
			listed[section] = map[string]string{}
		}
		cells := strings.Split(strings.TrimSpace(line), "|")
		if len(cells) == 4 && strings.Contains(cells[1], ".go") && section != "" {
			listed[section][strings.Trim(cells[1], " `")] = strings.TrimSpace(cells[2])
		}
	}
	return listed
}

// tryGoProgram gives a program to a fresh kernel and says what is wrong, if anything.
func tryGoProgram(t *testing.T, file string, try func(context.Context, *frontend.Kernel, string) string) string {
	ctx, cancel := context.WithTimeout(context.Background(), goTestTime)
	defer cancel()
	k, err := frontend.Start([]string{binary}, frontend.Options{Dir: goTestDir(file), Env: []string{"AXN_HISTORY="}})
	if err != nil {
		t.Fatal(err)
	}
	defer k.Close()
	return try(ctx, k, file)
}

// goTestDir is the folder that a program of Go's tests is run in: the root of all.
func goTestDir(file string) string {
	dir := filepath.Dir(file)
	if filepath.Base(dir) != "test" {
		dir = filepath.Dir(dir)
	}
	return dir
}

// runGoFile runs a file as a cell, and says what is wrong if it fails.
func runGoFile(ctx context.Context, k *frontend.Kernel, file string) (e *frontend.Executed, wrong string) {
	src, err := os.ReadFile(file)
	if err != nil {
		return nil, err.Error()
	}
	return runGoCell(ctx, k, string(src))
}

func runGoCell(ctx context.Context, k *frontend.Kernel, code string) (e *frontend.Executed, wrong string) {
	e, err := k.Execute(ctx, code)
	if err != nil {
		return nil, err.Error()
	}
	if f := e.Failure(); f != nil {
		return nil, f.ErrorName + ": " + f.ErrorValue
	}
	return e, ""
}

// runGoProgram runs a program and compares what it prints.
func runGoProgram(ctx context.Context, k *frontend.Kernel, file string) string {
	e, wrong := runGoFile(ctx, k, file)
	if wrong != "" {
		return wrong
	}
	want, err := os.ReadFile(strings.TrimSuffix(file, ".go") + ".out")
	if err != nil {
		return "" // what it prints does not matter
	}
	if got := streams(e); strings.TrimSpace(got) != strings.TrimSpace(string(want)) {
		return difference(strings.TrimSpace(got), strings.TrimSpace(string(want)))
	}
	return ""
}

// streams is all that a cell printed, to both streams.
func streams(e *frontend.Executed) string {
	var b strings.Builder
	for _, o := range e.Outputs {
		if o.Type == "stream" {
			b.WriteString(o.Text)
		}
	}
	return b.String()
}

// refuseGoProgram runs a program that must end in an error before it starts.
func refuseGoProgram(ctx context.Context, k *frontend.Kernel, file string) string {
	src, err := os.ReadFile(file)
	if err != nil {
		return err.Error()
	}
	e, err := k.Execute(ctx, string(src))
	switch {
	case err != nil:
		return err.Error()
	case e.Failure() == nil:
		return "is accepted"
	case e.Failure().ErrorName != "compile error" && e.Failure().ErrorName != "syntax error":
		return "runs: " + e.Failure().ErrorName + ": " + e.Failure().ErrorValue
	}
	return ""
}

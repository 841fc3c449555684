package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"axn/kernelspec/frontend"
)

// finding is what check found about one thing.
type finding struct {
	what, found string
	mend        string // the command that mends it; empty: all is well
	needed      bool   // nothing works without it
}

// check prints what is there, what is missing, and the commands that mend it.
func check(ctx context.Context, args []string) error {
	if err := flags("check").Parse(args); err != nil {
		return err
	}
	bad := false
	for _, look := range []func(context.Context) finding{checkGo, checkKernel, checkCell, checkInstalled, checkPython, checkLab, checkWordNet} {
		f := look(ctx)
		mark := "ok     "
		if f.mend != "" {
			mark = "missing"
			bad = bad || f.needed
		}
		fmt.Printf("%s  %-12s %s\n", mark, f.what, f.found)
		if f.mend != "" {
			fmt.Printf("         %-12s to mend it: %s\n", "", f.mend)
		}
	}
	if bad {
		return errors.New("check: something that is needed is missing")
	}
	return nil
}

func checkGo(context.Context) finding {
	if os.Getenv(builtKernel) != "" {
		return finding{what: "Go", found: "not needed: " + builtKernel + " names a built kernel"}
	}
	path, err := exec.LookPath("go")
	if err != nil {
		return finding{"Go", "the go command is not on the PATH", "install Go from https://go.dev/dl/", true}
	}
	return finding{what: "Go", found: runtime.Version() + ", " + path}
}

func checkKernel(context.Context) finding {
	k, err := kernel()
	if err != nil {
		return finding{"kernel", err.Error(), "change to the folder of the module axn", true}
	}
	if err := compile(k); err != nil {
		return finding{"kernel", err.Error(), "go mod download", true}
	}
	found := k.Out
	if len(k.With) > 0 {
		found += ", with " + strings.Join(k.With, ", ")
	}
	return finding{what: "kernel", found: found}
}

// checkCell runs a cell as a front end does.
func checkCell(ctx context.Context) finding {
	f := finding{what: "a cell", mend: "go run ./kernelspec build", needed: true}
	k, err := kernel()
	if err != nil {
		f.found = err.Error()
		return f
	}
	start := time.Now()
	proc, err := frontend.Start([]string{k.Out}, frontend.Options{Env: []string{"AXN_HISTORY="}})
	if err != nil {
		f.found = err.Error()
		return f
	}
	defer proc.Close()
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	e, err := proc.Execute(ctx, "import \"gonum.org/v1/gonum/stat\"\nstat.Mean([]float64{1, 2, 6}, nil)")
	if err != nil || e.Result() != "3" {
		f.found = fmt.Sprintf("a cell gave %+v, %v", e, err)
		return f
	}
	return finding{what: "a cell", found: fmt.Sprintf("runs, %d ms after the start of the kernel", time.Since(start).Milliseconds())}
}

func checkInstalled(context.Context) finding {
	dir, err := userKernels()
	if built := os.Getenv(builtKernel); built != "" {
		dir, err = filepath.Dir(built), nil
	}
	if err != nil {
		return finding{what: "Jupyter", found: err.Error(), mend: "go run ./kernelspec install -prefix DIR"}
	}
	if _, err := os.Stat(filepath.Join(dir, "kernel.json")); err != nil {
		return finding{what: "Jupyter", found: "does not know the kernel yet (lab makes it known)", mend: "go run ./kernelspec install"}
	}
	return finding{what: "Jupyter", found: "knows the kernel: " + dir}
}

func checkPython(context.Context) finding {
	path, version, err := findPython()
	if _, noLab := exec.LookPath("jupyter-lab"); err != nil && noLab != nil {
		what, _, _ := strings.Cut(err.Error(), "\n")
		return finding{what: "Python", found: what, mend: "sudo apt-get install python3 python3-venv"}
	}
	return finding{what: "Python", found: version + ", " + path}
}

func checkLab(context.Context) finding {
	if path, err := exec.LookPath("jupyter-lab"); err == nil {
		return finding{what: "JupyterLab", found: path}
	}
	dir, err := environment()
	if err == nil {
		if _, err = os.Stat(filepath.Join(dir, "complete")); err == nil {
			return finding{what: "JupyterLab", found: dir}
		}
	}
	return finding{what: "JupyterLab", found: "not installed yet (lab makes an environment for it)", mend: "go run ./kernelspec lab"}
}

// checkWordNet looks for the dictionary from which texts are read.
func checkWordNet(context.Context) finding {
	dir := os.Getenv("WNSEARCHDIR")
	if dir == "" {
		dir = "/usr/share/wordnet"
	}
	if _, err := os.Stat(filepath.Join(dir, "data.verb")); err != nil {
		return finding{what: "WordNet", found: "not in " + dir + " (only sentences, definitions and live scoring need it)", mend: "sudo apt-get install wordnet-base, or set WNSEARCHDIR"}
	}
	return finding{what: "WordNet", found: dir}
}

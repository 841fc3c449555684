package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"axn/kernelspec/builder"
)

// requirements are the versions of JupyterLab and of all it needs, as tested.
//
//go:embed requirements.txt
var requirements string

// overrides are settings of JupyterLab: it does not ask about news, shows Markdown as a
// page, and stores the state of widgets in notebooks.
//
//go:embed overrides.json
var overrides []byte

const noPython = `JupyterLab needs Python 3.11 or later with venv; python3 %s.
    Debian, Ubuntu:  sudo apt-get install python3 python3-venv
    Fedora:          sudo dnf install python3
    macOS:           brew install python
Notebooks run without it: go run ./kernelspec run notebooks/NAME.ipynb`

// jupyterLab returns the program jupyter-lab: the one on the PATH, or else one in
// an environment of our own, which is made if it is not there.
func jupyterLab(ctx context.Context) (string, error) {
	if found, err := exec.LookPath("jupyter-lab"); err == nil {
		return found, nil
	}
	dir, err := environment()
	if err != nil {
		return "", err
	}
	program := filepath.Join(dir, programs, "jupyter-lab"+exe)
	if _, err := os.Stat(filepath.Join(dir, "complete")); err == nil {
		return program, setLab(dir)
	}
	return program, makeEnvironment(ctx, dir)
}

// environment is the folder of our own Python environment: another one for each
// list of versions.
func environment() (string, error) {
	cache, err := builder.CacheDir()
	sum := sha256.Sum256([]byte(requirements))
	return filepath.Join(cache, "jupyterlab-"+hex.EncodeToString(sum[:6])), err
}

// makeEnvironment makes a Python environment with JupyterLab.
func makeEnvironment(ctx context.Context, dir string) error {
	say("no JupyterLab found: making one in %s", dir)
	python, _, err := findPython()
	if err != nil {
		return err
	}
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	if out, err := exec.CommandContext(ctx, python, "-m", "venv", dir).CombinedOutput(); err != nil {
		return fmt.Errorf("python3 -m venv %s: %w\n%s", dir, err, out)
	}
	list := filepath.Join(dir, "requirements.txt")
	if err := os.WriteFile(list, []byte(requirements), 0o644); err != nil {
		return err
	}
	if err := pipInstall(ctx, dir, list); err != nil {
		return err
	}
	if err := setLab(dir); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "complete"), nil, 0o644)
}

// findPython returns the Python that makes the environment, and its version. The
// error says why it cannot.
func findPython() (path, version string, err error) {
	path, err = exec.LookPath(python)
	if err != nil {
		return "", "", fmt.Errorf(noPython, "is not installed")
	}
	out, err := exec.Command(path, "-c", "import sys; print(sys.version.split()[0]); sys.exit(sys.version_info < (3, 11))").Output()
	version = strings.TrimSpace(string(out))
	if err != nil {
		return path, version, fmt.Errorf(noPython, "is "+version)
	}
	if exec.Command(path, "-c", "import ensurepip").Run() != nil {
		return path, version, fmt.Errorf(noPython, "lacks venv")
	}
	return path, version, nil
}

// pipInstall installs what a list names, with a line of progress.
func pipInstall(ctx context.Context, dir, list string) error {
	cmd := exec.CommandContext(ctx, filepath.Join(dir, programs, "pip"+exe), "install", "--disable-pip-version-check", "--no-deps", "--progress-bar=off", "-r", list)
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	progress(out, strings.Count(requirements, "=="))
	if err := cmd.Wait(); err != nil {
		return fmt.Errorf("pip install: %w\n%s", err, errs.String())
	}
	return nil
}

// progress shows which of total packages pip has come to.
func progress(out io.Reader, total int) {
	done := 0
	for lines := bufio.NewScanner(out); lines.Scan(); {
		what, name, _ := strings.Cut(lines.Text(), " ")
		switch what {
		case "Collecting":
			done++
			name, _, _ = strings.Cut(name, "==")
			status("downloading %d of %d: %s", done, total, name)
		case "Installing":
			status("installing %d packages ...", total)
		}
	}
	status("")
}

// setLab gives JupyterLab our settings.
func setLab(dir string) error {
	settings := filepath.Join(dir, "share", "jupyter", "lab", "settings")
	if err := os.MkdirAll(settings, 0o755); err != nil {
		return err
	}
	return writeIfNew(filepath.Join(settings, "overrides.json"), overrides)
}

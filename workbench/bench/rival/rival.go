// Package rival runs the Python programs that the benchmarks compare with.
package rival

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// Request is what a script is asked: one JSON object a line.
type Request map[string]any

// Process is a Python script that answers requests, one line each.
type Process struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

// Start runs script in the virtual environment called name in the user's cache
// folder, made if there is none, after installing packages that it lacks. env
// adds to the environment, "NAME=value".
func Start(name, script string, packages []string, env ...string) (*Process, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return nil, err
	}
	home := filepath.Join(cache, "axn", name)
	python := filepath.Join(home, "bin", "python")
	if runtime.GOOS == "windows" {
		python = filepath.Join(home, "Scripts", "python.exe")
	}
	if _, err := os.Stat(python); err != nil {
		if err := quietly("python3", "-m", "venv", home); err != nil {
			return nil, err
		}
	}
	if err := quietly(python, append([]string{"-m", "pip", "install", "--quiet", "--disable-pip-version-check"}, packages...)...); err != nil {
		return nil, err
	}
	cmd := exec.Command(python, "-c", script)
	cmd.Env = append(os.Environ(), env...)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	return &Process{cmd, in, bufio.NewReader(out)}, cmd.Start()
}

// quietly runs a command and shows its output only if it fails.
func quietly(name string, args ...string) error {
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("%s %v: %w\n%s", name, args, err, out)
	}
	return nil
}

// Ask sends a request and decodes the answer.
func (p *Process) Ask(q Request, answer any) error {
	if err := json.NewEncoder(p.in).Encode(q); err != nil {
		return err
	}
	line, err := p.out.ReadBytes('\n')
	if err != nil {
		return fmt.Errorf("the script gave no answer to %v: %w", q["do"], err)
	}
	return json.Unmarshal(line, answer)
}

// Versions names the versions of packages as the script tells them, "numpy 2.4.6,
// torch 2.15.0".
func (p *Process) Versions(packages ...string) (string, error) {
	var versions map[string]string
	if err := p.Ask(Request{"do": "versions"}, &versions); err != nil {
		return "", err
	}
	named := make([]string, len(packages))
	for i, name := range packages {
		named[i] = name + " " + versions[name]
	}
	return strings.Join(named, ", "), nil
}

// Close ends the script and waits for it.
func (p *Process) Close() error {
	p.in.Close()
	return p.cmd.Wait()
}

// CPU says what this machine's processor calls itself.
func CPU() string {
	info, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(info)) {
		if name, ok := strings.CutPrefix(line, "model name"); ok {
			return strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(name), ":"))
		}
	}
	return runtime.GOARCH
}

package main

import (
	"bufio"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
)

//go:embed rivals.py
var rivalsScript string

// request is what rivals.py is asked.
type request map[string]any

// rivals is a Python process that answers requests.
type rivals struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

// startRivals makes the environment if there is none, installs packages that
// it lacks, and starts rivals.py in it.
func startRivals(packages []string) (*rivals, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return nil, err
	}
	env := filepath.Join(cache, "axn", "bench-scoring")
	bin := filepath.Join(env, "bin", "python")
	if runtime.GOOS == "windows" {
		bin = filepath.Join(env, "Scripts", "python.exe")
	}
	if _, err := os.Stat(bin); err != nil {
		if err := quietly("python3", "-m", "venv", env); err != nil {
			return nil, err
		}
	}
	if err := quietly(bin, append([]string{"-m", "pip", "install", "--quiet", "--disable-pip-version-check"}, packages...)...); err != nil {
		return nil, err
	}
	cmd := exec.Command(bin, "-c", rivalsScript)
	cmd.Env = append(os.Environ(), "HF_HUB_OFFLINE=1", "TOKENIZERS_PARALLELISM=true")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	return &rivals{cmd, in, bufio.NewReader(out)}, cmd.Start()
}

// quietly runs a command and shows its output only if it fails.
func quietly(name string, args ...string) error {
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("%s %v: %w\n%s", name, args, err, out)
	}
	return nil
}

// ask sends a request and decodes the answer.
func (r *rivals) ask(q request, answer any) error {
	if err := json.NewEncoder(r.in).Encode(q); err != nil {
		return err
	}
	line, err := r.out.ReadBytes('\n')
	if err != nil {
		return fmt.Errorf("rivals.py gave no answer to %v: %w", q["do"], err)
	}
	return json.Unmarshal(line, answer)
}

// close ends the process.
func (r *rivals) close() error {
	r.in.Close()
	return r.cmd.Wait()
}

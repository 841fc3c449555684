//go:build !windows

package main

import (
	"os"
	"os/exec"
	"syscall"
)

// How a Python environment is laid out.
const (
	python   = "python3"
	programs = "bin"
	exe      = ""
)

// terminate asks a process to end.
func terminate(p *os.Process) error { return p.Signal(syscall.SIGTERM) }

// ownGroup keeps Ctrl-C in the terminal from the process: we end it ourselves.
func ownGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

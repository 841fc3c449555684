package main

import (
	"os"
	"os/exec"
	"syscall"
)

// How a Python environment is laid out.
const (
	python   = "python"
	programs = "Scripts"
	exe      = ".exe"
)

// terminate ends a process: it cannot be asked to.
func terminate(p *os.Process) error { return p.Kill() }

// ownGroup keeps Ctrl-C in the terminal from the process: we end it ourselves.
func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
}

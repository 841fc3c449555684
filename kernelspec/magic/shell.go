package magic

import (
	"context"
	"fmt"
	"os"
	"os/exec"

	"axn/kernelspec/child"
)

// shell runs a command, and tells how it failed.
func (h *Host) shell(command string) {
	if err := h.run(command); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
}

// script runs a script: the cell fails with it.
func (h *Host) script(script string) {
	if err := h.run(script); err != nil {
		Fail("%v", err)
	}
}

// run runs a command or a script; it ends when its cell is stopped.
func (h *Host) run(script string) error {
	began := child.Now()
	cmd := child.Command(shellName(), "-c", script)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if err := cmd.Start(); err != nil {
		Fail("%v", err)
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	ctx := h.context()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		child.KillSince(began)
		cmd.Process.Kill()
		<-done
		panic(context.Cause(ctx))
	}
}

// shellName is the shell that runs scripts: bash where there is one.
func shellName() string {
	if path, err := exec.LookPath("bash"); err == nil {
		return path
	}
	return "sh"
}

package magic

import (
	"context"
	"fmt"
	"os"
	"os/exec"

	"axn/kernelspec/child"
)

// shell runs a command or a script; it ends when its cell is stopped.
func (h *Host) shell(script string) {
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
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
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

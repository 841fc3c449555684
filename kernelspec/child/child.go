// Package child keeps the processes that cells start within bounds: they end with
// the interrupt of their cell and with the kernel.
package child

import (
	"context"
	"os/exec"
)

// Command is exec.Command for cells: the process ends with the kernel.
func Command(name string, arg ...string) *exec.Cmd {
	cmd := exec.Command(name, arg...)
	tie(cmd)
	return cmd
}

// CommandContext is exec.CommandContext for cells.
func CommandContext(ctx context.Context, name string, arg ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, arg...)
	tie(cmd)
	return cmd
}

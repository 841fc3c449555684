//go:build axnkernel

package main

import (
	"reflect"

	"axn/kernelspec/child"
	"axn/kernelspec/compiled"
)

// tieProcesses lets the processes that cells start end with the kernel.
func tieProcesses() {
	if p := compiled.Lookup("os/exec"); p != nil {
		p.Funcs["Command"] = reflect.ValueOf(child.Command)
		p.Funcs["CommandContext"] = reflect.ValueOf(child.CommandContext)
	}
}

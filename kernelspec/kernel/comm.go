//go:build axnkernel

package main

import (
	"reflect"

	"axn/kernelspec/serve"

	"github.com/cosmos72/gomacro/imports"
)

// registerComm registers the package comm: cells open comms to the front end, and
// take those that it opens.
func (l *language) registerComm() {
	imports.Packages["comm"] = imports.Package{
		Name: "comm",
		Binds: map[string]reflect.Value{
			"Open": reflect.ValueOf(func(target string, data map[string]any) *serve.Comm { return l.kernel.OpenComm(target, data) }),
			"Register": reflect.ValueOf(func(target string, opened func(c *serve.Comm, data map[string]any)) {
				l.kernel.RegisterComm(target, opened)
			}),
		},
		Types: map[string]reflect.Type{"Comm": reflect.TypeFor[serve.Comm]()},
	}
}

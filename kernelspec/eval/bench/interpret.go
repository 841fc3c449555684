package main

import (
	"fmt"
	"go/build"
	"os"
	"strings"

	"github.com/cosmos72/gomacro/fast"
	"github.com/traefik/yaegi/interp"
	"github.com/traefik/yaegi/stdlib"
)

// interpret runs a program in one of the other evaluators.
func interpret(name, file string) error {
	src, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	switch name {
	case "gomacro":
		build.Default.GOROOT = "/nonexistent" // or its type tables ask the go command about every package
		ir := fast.New()
		ir.Eval(strings.TrimPrefix(string(src), "package main\n"))
		ir.Eval("main()")
		return nil
	case "yaegi":
		i := interp.New(interp.Options{})
		if err := i.Use(stdlib.Symbols); err != nil {
			return err
		}
		_, err := i.Eval(string(src))
		return err
	}
	return fmt.Errorf("no evaluator %q", name)
}

// Command kernelspec builds the workbench's Jupyter kernel, installs it, and runs
// notebooks with it, in a browser or without:
//
//	go run ./kernelspec                      opens JupyterLab on notebooks/
//	go run ./kernelspec run NOTEBOOK...      runs notebooks and stores their outputs
//	go run ./kernelspec install              makes the kernel known to Jupyter
//	go run ./kernelspec build -with PKG      builds a kernel that knows more packages
//	go run ./kernelspec check                tells what is there and what is missing
//
// Only lab needs Python.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

// command is one sub-command. run gets the arguments after its name.
type command struct {
	name, usage, does string
	run               func(ctx context.Context, args []string) error
}

var commands []command

func init() {
	commands = []command{
		{"lab", "lab [-port N] [-no-browser] [-token T] [DIR]", "open JupyterLab on DIR (the module, at its notebooks)", lab},
		{"run", "run [-o DIR] [-p name=value]... NOTEBOOK...", "run notebooks without a browser and store their outputs", runNotebooks},
		{"install", "install [-user | -prefix DIR | -sys-prefix]", "make the kernel known to Jupyter", install},
		{"uninstall", "uninstall [-user | -prefix DIR | -sys-prefix]", "take the kernel away from Jupyter", uninstall},
		{"build", "build [-o FILE] [-with PKG[@VERSION]]...", "build the kernel, with further packages", build},
		{"check", "check", "test the installation and say what is missing", check},
	}
}

func main() {
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := dispatch(ctx, os.Args[1:])
	cancel()
	switch {
	case err == nil:
	case errors.Is(err, flag.ErrHelp):
		os.Exit(2)
	default:
		fmt.Fprintln(os.Stderr, "kernelspec:", err)
		os.Exit(1)
	}
}

// dispatch runs the sub-command that args name, lab if they name none.
func dispatch(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return lab(ctx, nil)
	}
	for _, c := range commands {
		if c.name == args[0] {
			return c.run(ctx, args[1:])
		}
	}
	if args[0] == "help" || args[0] == "-h" || args[0] == "-help" || args[0] == "--help" {
		usage()
		return nil
	}
	usage()
	return fmt.Errorf("unknown command %q", args[0])
}

func usage() {
	fmt.Fprintln(os.Stderr, "usage: go run ./kernelspec COMMAND (lab if none is given)")
	for _, c := range commands {
		fmt.Fprintf(os.Stderr, "  %-50s %s\n", c.usage, c.does)
	}
}

// flags returns the flag set of a sub-command.
func flags(name string) *flag.FlagSet {
	fs := flag.NewFlagSet(name, flag.ContinueOnError)
	fs.Usage = func() {
		for _, c := range commands {
			if c.name == name {
				fmt.Fprintf(fs.Output(), "usage: go run ./kernelspec %s\n%s\n", c.usage, c.does)
			}
		}
		fs.PrintDefaults()
	}
	return fs
}

// say tells the user what is being done.
func say(format string, args ...any) {
	status("")
	fmt.Fprintf(os.Stderr, format+"\n", args...)
}

// status shows in one line, on a terminal, how far something has come. It takes the
// place of the status before; an empty one ends it.
func status(format string, args ...any) {
	if info, err := os.Stderr.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
		fmt.Fprintf(os.Stderr, "\r\x1b[K"+format, args...)
	}
}

// list is a flag that may be given several times.
type list []string

func (l *list) String() string     { return fmt.Sprint(*l) }
func (l *list) Set(s string) error { *l = append(*l, s); return nil }

//go:build axnkernel

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"axn/kernelspec/debug"
	"axn/kernelspec/eval"
	"axn/kernelspec/magic"
	"axn/kernelspec/plain"
)

// newDebugger returns the debugger of the kernel.
func (l *language) newDebugger() *debug.Debugger {
	return debug.New(debug.Config{
		Session: l.session,
		Expand:  func(code string) string { return magic.Expand(code, l.known) },
		Render:  rendered,
		Send:    func(event any) { l.kernel.DebugEvent(event) },
	})
}

// Debug answers a request of the Debug Adapter Protocol.
func (l *language) Debug(request json.RawMessage) any { return l.debugger.Request(request) }

// postMortem does %debug: the calls of the last panic are shown by the front end's debugger
// if one is attached, else printed.
func (l *language) postMortem(arg string) {
	switch arg {
	case "on", "off":
		l.debugger.Keep(arg == "on")
		return
	case "":
	default:
		magic.Fail("%%debug [on|off]: what is %s?", arg)
	}
	dead := l.session.PostMortem()
	switch {
	case dead == nil:
		magic.Fail("%%debug: no cell has panicked")
	case dead.Calls == nil:
		l.printDead(dead)
		fmt.Fprintln(os.Stdout, "The variables of these calls were not kept: %debug on keeps those of the cells that run from then on.")
	case !l.debugger.PostMortem(dead):
		l.printDead(dead)
	}
}

// printDead prints the calls of a panic with their variables.
func (l *language) printDead(dead *eval.PostMortem) {
	fmt.Fprintf(os.Stdout, "%spanic%s: %s\n", red, off, eval.PanicText(dead.Value))
	if dead.Calls == nil {
		fmt.Fprintln(os.Stdout, strings.Join(l.trace(dead.Frames), "\n"))
	}
	for _, c := range dead.Calls {
		fmt.Fprintln(os.Stdout, strings.Join(l.quote(l.session.Place(c)), "\n"))
		for _, v := range c.Locals() {
			if v.Value.IsValid() && v.Value.CanInterface() {
				fmt.Fprintf(os.Stdout, "      %s = %s\n", v.Name, plain.Short(v.Value.Interface()))
			}
		}
	}
}

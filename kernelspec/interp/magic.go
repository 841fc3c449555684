package interp

import (
	"fmt"
	"go/token"
	"os"
	"os/exec"
	"sort"
	"strconv"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"
)

// Help is what %help prints.
const Help = `A cell is Go: statements, declarations and expressions; the last expression is shown.
  %%time        first line of a cell: how long the cell takes
  %time STMT    how long one statement takes
  %who          the variables, with types and sizes
  %cd DIR       change the working directory
  !CMD          run a shell command
  %help         this text
ctx is cancelled by the interrupt button. display.HTML(s), display.Show(v), display.Update(id, v) show things.
Tab completes, Shift-Tab explains. Packages that are not in the kernel: go run ./kernelspec build -with PKG
`

// Names of the functions that magics are rewritten to. Those that stand in front
// of code are as long as the magic, so that columns stay right.
const (
	timeStart = "_t0();"
	timeEnd   = ";_t1()"
)

// expand rewrites the magics of a cell to Go. Lines stay where they are.
func (in *Interp) expand(code string) string {
	if !strings.ContainsAny(code, "%!") {
		return code
	}
	for _, at := range in.magics(code) {
		end := len(code)
		if n := strings.IndexByte(code[at:], '\n'); n >= 0 {
			end = at + n
		}
		code = code[:at] + magic(code[at:end], end == len(code)) + code[end:]
	}
	return code
}

// magics returns where the magics of a cell begin, the last one first: lines that
// begin with % or ! where a statement begins.
func (in *Interp) magics(code string) []int {
	var found []int
	skip := 0 // the rest of a magic's line is no Go
	previous := tok{kind: token.SEMICOLON}
	for _, t := range tokens(code) {
		if t.start < skip {
			previous = tok{kind: token.SEMICOLON}
			continue
		}
		begins := previous.kind == token.SEMICOLON || previous.kind == token.LBRACE || previous.kind == token.RBRACE || previous.kind == token.COMMENT
		isMagic := t.kind == token.REM || t.kind == token.NOT && !in.isExpression(lineAt(code, t.start)) || t.kind == token.NEQ
		if begins && isMagic && strings.TrimSpace(code[lineStart(code, t.start):t.start]) == "" {
			found = append([]int{t.start}, found...)
			skip = t.start + len(lineAt(code, t.start))
		}
		previous = t
	}
	return found
}

func lineStart(code string, at int) int { return strings.LastIndexByte(code[:at], '\n') + 1 }

func lineAt(code string, at int) string {
	line, _, _ := strings.Cut(code[at:], "\n")
	return line
}

// isExpression reports whether a line such as "!ok" is Go: it parses, and its
// first name is known.
func (in *Interp) isExpression(line string) bool {
	if _, err := parse("(" + line + ")"); err != nil {
		return false
	}
	for _, t := range tokens(line) {
		if t.kind == token.IDENT {
			return in.ir.Comp.TryResolve(t.text) != nil
		}
	}
	return true
}

// magic returns the Go for one magic.
func magic(line string, last bool) string {
	if cmd, isShell := strings.CutPrefix(line, "!"); isShell {
		return "_sh(" + strconv.Quote(strings.TrimSpace(cmd)) + ")"
	}
	name, arg, _ := strings.Cut(line[1:], " ")
	switch arg = strings.TrimSpace(arg); strings.TrimSpace(name) {
	case "%time":
		return timeStart + arg
	case "time":
		if last {
			return timeStart + line[len("%time"):]
		}
		return timeStart + strings.TrimPrefix(line[len("%time"):], " ") + timeEnd
	case "who":
		return "_who()"
	case "help":
		return "_help()"
	case "cd":
		return "_cd(" + strconv.Quote(arg) + ")"
	}
	return "_unknown(" + strconv.Quote(line) + ")"
}

// declareMagics declares what magics are rewritten to.
func (in *Interp) declareMagics() {
	for name, fn := range map[string]any{
		"_t0": in.timeStarts, "_t1": in.timeEnds, "_who": in.printVariables, "_cd": changeDir, "_sh": in.shell,
		"_help":    func() { os.Stdout.WriteString(Help) },
		"_unknown": func(line string) { panic(fmt.Errorf("%s is no magic of this kernel: %%help lists them", line)) },
	} {
		in.ir.DeclFunc(name, fn)
	}
}

func (in *Interp) timeStarts() {
	if j := in.jobOfCaller(); j != nil {
		j.timed = time.Now()
	}
}

// timeEnds prints the time since timeStarts; it is called once more at the end
// of a cell.
func (in *Interp) timeEnds() {
	if j := in.jobOfCaller(); j != nil {
		j.printTime()
	}
}

func (j *job) printTime() {
	if j.timed.IsZero() {
		return
	}
	d := time.Since(j.timed)
	j.timed = time.Time{}
	fmt.Fprintf(os.Stdout, "time: %v\n", rounded(d))
}

// rounded keeps three digits that count.
func rounded(d time.Duration) time.Duration {
	unit := time.Nanosecond
	for d >= 1000*unit {
		unit *= 10
	}
	return d.Round(unit)
}

func changeDir(dir string) {
	if dir == "" || dir == "~" {
		home, err := os.UserHomeDir()
		if err != nil {
			panic(err)
		}
		dir = home
	}
	if err := os.Chdir(dir); err != nil {
		panic(err)
	}
}

// shell runs a command; it ends when its cell is stopped.
func (in *Interp) shell(command string) {
	cmd := exec.Command("/bin/sh", "-c", command)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		panic(err)
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	var stopped <-chan struct{}
	if j := in.jobOfCaller(); j != nil {
		stopped = j.ctx.Done()
	}
	select {
	case err := <-done:
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	case <-stopped:
		syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		<-done
		panic(errStopped)
	}
}

// printVariables prints the variables as a table.
func (in *Interp) printVariables() {
	vars := in.Variables()
	if len(vars) == 0 {
		fmt.Fprintln(os.Stdout, "no variables yet")
		return
	}
	sort.Slice(vars, func(i, j int) bool { return vars[i].Name < vars[j].Name })
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "variable\ttype\tsize\tvalue")
	for _, v := range vars {
		value, _, more := strings.Cut(v.Value, "\n")
		if r := []rune(value); len(r) > 50 || more {
			value = string(r[:min(50, len(r))]) + "…"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", v.Name, v.Type, size(v.Bytes), value)
	}
	w.Flush()
}

func size(n int) string {
	switch {
	case n >= 1<<30:
		return fmt.Sprintf("%.1f GB", float64(n)/(1<<30))
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%.1f kB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%d B", n)
}

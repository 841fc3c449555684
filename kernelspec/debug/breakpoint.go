package debug

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"axn/kernelspec/eval"
)

// breakpoint is a line of a source at which goroutines stop.
type breakpoint struct {
	id   int
	line int
	set  sourceBreakpoint

	hits int // how often it was reached, where its condition held
}

// sourceBreakpoint is a breakpoint as front ends set it.
type sourceBreakpoint struct {
	Line         int    `json:"line"`
	Condition    string `json:"condition,omitempty"`
	HitCondition string `json:"hitCondition,omitempty"`
}

// place is a line of a cell.
type place struct {
	cell string
	line int
}

// setBreakpoints replaces the breakpoints of a source. One on a line at which nobody can
// stop moves to the next line.
func (d *Debugger) setBreakpoints(r *request) (any, error) {
	var a struct {
		sourceArguments
		Breakpoints []sourceBreakpoint
	}
	if err := r.read(&a); err != nil {
		return nil, err
	}
	defer d.settle(false)
	d.mu.Lock()
	defer d.mu.Unlock()
	path := a.Source.Path
	s, old := d.sources[path], d.breakpoints[path]
	delete(d.breakpoints, path)
	answers := []object{}
	for _, set := range a.Breakpoints {
		answer := object{"verified": false, "line": set.Line, "source": object{"path": path}}
		answers = append(answers, answer)
		if s == nil {
			answer["message"] = "the source is not known: dump the cell first"
			continue
		}
		lines := d.stopLines(s)
		i, _ := slices.BinarySearch(lines, set.Line)
		if i == len(lines) {
			answer["message"] = "there is no statement from this line on"
			continue
		}
		if err := checkHits(set.HitCondition); err != nil {
			answer["message"] = err.Error()
			continue
		}
		b := &breakpoint{id: int(d.seq.Add(1)), line: lines[i], set: set}
		set.Line = b.line
		for _, o := range old {
			if o.set == set {
				b.id, b.hits = o.id, o.hits
			}
		}
		b.set = set
		d.breakpoints[path] = append(d.breakpoints[path], b)
		answer["verified"], answer["line"], answer["id"] = true, b.line, b.id
	}
	d.setLines()
	return object{"breakpoints": answers}, nil
}

// setLines makes the table in which goroutines look breakpoints up.
func (d *Debugger) setLines() {
	lines := map[place]*breakpoint{}
	for name, c := range d.cells {
		for _, b := range d.breakpoints[c.path] {
			lines[place{name, b.line}] = b
		}
	}
	d.lines.Store(&lines)
}

// breakpointLists lists all breakpoints by source, as debugInfo tells them.
func (d *Debugger) breakpointLists() []object {
	list := []object{}
	for _, path := range slices.Sorted(maps.Keys(d.breakpoints)) {
		var set []sourceBreakpoint
		for _, b := range d.breakpoints[path] {
			set = append(set, b.set)
		}
		slices.SortFunc(set, func(a, b sourceBreakpoint) int { return cmp.Compare(a.Line, b.Line) })
		list = append(list, object{"source": path, "breakpoints": set})
	}
	return list
}

func (d *Debugger) setExceptionBreakpoints(r *request) (any, error) {
	var a struct{ Filters []string }
	if err := r.read(&a); err != nil {
		return nil, err
	}
	defer d.settle(false)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.panics = slices.Contains(a.Filters, panicFilter)
	return nil, nil
}

// holds reports whether a goroutine that reached a breakpoint stops there. A condition that
// cannot be evaluated stops it, with the reason.
func (d *Debugger) holds(b *breakpoint, th *eval.Goroutine) (stops bool, text string) {
	if b.set.Condition != "" {
		call := th.Calls()[0]
		values, err := d.Session.Evaluate(&call, b.set.Condition)
		if err != nil {
			return true, fmt.Sprintf("condition %s: %s", b.set.Condition, err.Value)
		}
		yes, ok := false, false
		if len(values) == 1 {
			yes, ok = values[0].(bool)
		}
		if !ok {
			return true, fmt.Sprintf("condition %s is no bool", b.set.Condition)
		}
		if !yes {
			return false, ""
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	b.hits++
	return hitsHold(b.set.HitCondition, b.hits), ""
}

// hitsHold evaluates a condition on how often a breakpoint was hit: a number, or an operator
// and a number, such as ">= 3", "== 3", "% 3".
func hitsHold(condition string, hits int) bool {
	op, n, err := hitCondition(condition)
	if err != nil || condition == "" {
		return true
	}
	switch op {
	case "==":
		return hits == n
	case ">":
		return hits > n
	case "<":
		return hits < n
	case "<=":
		return hits <= n
	case "%":
		return hits%n == 0
	}
	return hits >= n
}

func hitCondition(condition string) (op string, n int, err error) {
	text := strings.TrimSpace(condition)
	op = text[:len(text)-len(strings.TrimLeft(text, "<>=%"))]
	n, err = strconv.Atoi(strings.TrimSpace(text[len(op):]))
	if err != nil || n < 1 || !slices.Contains([]string{"", "==", ">", ">=", "<", "<=", "%"}, op) {
		return "", 0, fmt.Errorf("hit condition %q: it is a number from 1 on, behind ==, >, >=, <, <= or %% if wanted", condition)
	}
	return op, n, nil
}

func checkHits(condition string) error {
	if condition == "" {
		return nil
	}
	_, _, err := hitCondition(condition)
	return err
}

package debug

import (
	"cmp"
	"fmt"
	"go/types"
	"slices"

	"axn/kernelspec/eval"
)

// mainNumber is the number of the goroutine that runs the statements of a cell.
const mainNumber = 1

// number returns by which number front ends know a goroutine. What calls a widget's callback
// is the first of its own, and has not the number of the cell. One that is stopped keeps its
// number, even if its cell is interrupted meanwhile. d.mu is held.
func (d *Debugger) number(th *eval.Goroutine) int {
	if d.stop != nil && d.stop.th == th && d.stop.number > 0 {
		return d.stop.number
	}
	if th.First() && (d.stop == nil || th != d.stop.th || slices.Contains(d.Session.Threads(), th)) {
		return mainNumber
	}
	n := d.numbers[th]
	if n == 0 {
		d.lastNumber++
		n = d.lastNumber
		d.numbers[th] = n
	}
	return n
}

// threads lists the goroutines of the cell that runs, and the one that is stopped.
func (d *Debugger) threads(*request) (any, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	list := []object{}
	for _, th := range d.goroutines() {
		n := d.number(th)
		name := fmt.Sprintf("goroutine %d", n)
		if n == mainNumber {
			name = "the cell"
		}
		list = append(list, object{"id": n, "name": name})
	}
	slices.SortFunc(list, func(a, b object) int { return cmp.Compare(a["id"].(int), b["id"].(int)) })
	return object{"threads": list}, nil
}

func (d *Debugger) goroutines() []*eval.Goroutine {
	list := d.Session.Threads()
	if d.stop != nil && !slices.Contains(list, d.stop.th) {
		list = append(list, d.stop.th)
	}
	return list
}

// handles are the frames and containers of variables that front ends know by numbers, while
// a goroutine is stopped.
type handles struct {
	last   int
	frames map[int]*eval.Call
	boxes  map[int]*box
}

func (h *handles) clear() { h.frames, h.boxes = map[int]*eval.Call{}, map[int]*box{} }

func (h *handles) frame(c *eval.Call) int {
	h.last++
	h.frames[h.last] = c
	return h.last
}

func (h *handles) box(b *box) int {
	h.last++
	h.boxes[h.last] = b
	return h.last
}

// stackTrace lists the calls that a goroutine is in.
func (d *Debugger) stackTrace(r *request) (any, error) {
	var a struct{ ThreadID, StartFrame, Levels int }
	if err := r.read(&a); err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	calls, err := d.calls(a.ThreadID)
	if err != nil {
		return nil, err
	}
	n := len(calls)
	from := min(max(a.StartFrame, 0), n)
	to := n
	if a.Levels > 0 {
		to = min(from+a.Levels, n)
	}
	list := []object{}
	for i := range calls[from:to] {
		list = append(list, d.stackFrame(&calls[from+i]))
	}
	return object{"stackFrames": list, "totalFrames": n}, nil
}

// calls returns the calls of a goroutine, by its number.
func (d *Debugger) calls(number int) ([]eval.Call, error) {
	if s := d.stop; s != nil && d.number(s.th) == number {
		if s.calls != nil {
			return s.calls, nil
		}
		return s.th.Calls(), nil
	}
	for _, th := range d.goroutines() {
		if d.number(th) == number {
			if d.stop == nil {
				return nil, errRunning
			}
			return th.Calls(), nil
		}
	}
	return nil, fmt.Errorf("there is no goroutine %d", number)
}

// stackFrame describes a call.
func (d *Debugger) stackFrame(c *eval.Call) object {
	at := d.Session.Place(*c)
	name := at.Func
	if name == "" {
		name = at.Cell
	}
	f := object{"id": d.handles.frame(c), "name": name, "line": at.Line, "column": at.Column}
	if c := d.cells[at.Cell]; c != nil {
		f["source"] = object{"name": at.Cell, "path": c.path}
	} else {
		f["source"], f["presentationHint"] = object{"name": at.Cell}, "subtle"
	}
	return f
}

// scopes lists what a frame sees: its own variables, and those of the cells.
func (d *Debugger) scopes(r *request) (any, error) {
	var a struct{ FrameID int }
	if err := r.read(&a); err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	call := d.handles.frames[a.FrameID]
	if call == nil {
		return nil, errNoFrame(a.FrameID)
	}
	locals := d.handles.box(&box{call: call, nodes: d.locals(call)})
	globals := d.handles.box(&box{call: call, nodes: d.globals()})
	return object{"scopes": []object{
		{"name": "Locals", "presentationHint": "locals", "variablesReference": locals, "expensive": false},
		{"name": "Globals", "variablesReference": globals, "expensive": false},
	}}, nil
}

func errNoFrame(id int) error {
	return fmt.Errorf("there is no frame %d: frames last until the goroutine goes on", id)
}

// locals lists the variables of a call; those of the statements of a cell are also what the
// cell declares. Functions without stops show none.
func (d *Debugger) locals(call *eval.Call) (list []node) {
	for _, l := range call.Locals() {
		list = append(list, node{name: l.Name, v: l.Value, path: l.Name})
	}
	if at := d.Session.Place(*call); at.Func == "" {
		list = append(list, d.declared(func(cell string) bool { return cell == at.Cell })...)
	}
	return list
}

// globals lists the variables of the cells.
func (d *Debugger) globals() []node { return d.declared(func(string) bool { return true }) }

// declared lists the variables that some cells declared.
func (d *Debugger) declared(by func(cell string) bool) (list []node) {
	for _, n := range d.Session.Names() {
		if _, ok := n.Object.(*types.Var); !ok || !by(n.At.Cell) {
			continue
		}
		name := n.Object.Name()
		if v, ok := d.Session.Value(name); ok {
			list = append(list, node{name: name, v: v, path: name})
		}
	}
	return list
}

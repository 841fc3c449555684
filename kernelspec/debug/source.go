package debug

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"strconv"
)

// suffix ends source paths.
const suffix = ".go"

// source is the text of a cell as it was typed. It lies in no file: front ends ask for it
// by its path.
type source struct {
	code  string
	lines []int // where a goroutine can stop, sorted; nil before somebody asks
}

// path returns the source path of a cell.
func (d *Debugger) path(code string) string {
	return d.prefix + strconv.FormatUint(uint64(murmur2([]byte(code), hashSeed)), 10) + suffix
}

// keep remembers a cell and returns its path.
func (d *Debugger) keep(code string) string {
	path := d.path(code)
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.sources[path] == nil {
		d.sources[path] = &source{code: code}
	}
	return path
}

// stopLines returns the lines of a source at which a goroutine can stop. d.mu is held.
func (d *Debugger) stopLines(s *source) []int {
	if s.lines == nil {
		s.lines = d.Session.StopLines(d.Expand(s.code))
	}
	return s.lines
}

func (d *Debugger) dumpCell(r *request) (any, error) {
	var a struct{ Code string }
	if err := r.read(&a); err != nil {
		return nil, err
	}
	return object{"sourcePath": d.keep(a.Code)}, nil
}

// sourceArguments name a source.
type sourceArguments struct {
	Source struct{ Path string }
}

func (d *Debugger) source(r *request) (any, error) {
	var a sourceArguments
	if err := r.read(&a); err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	s := d.sources[a.Source.Path]
	if s == nil {
		return nil, errors.New("source unavailable")
	}
	return object{"content": s.code, "mimeType": "text/x-go"}, nil
}

// modules lists the cells that ran.
func (d *Debugger) modules(*request) (any, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	list := []object{}
	byNumber := func(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b)) }
	for _, name := range slices.SortedFunc(maps.Keys(d.cells), byNumber) {
		list = append(list, object{"id": name, "name": name, "path": d.cells[name].path})
	}
	return object{"modules": list, "totalModules": len(list)}, nil
}

// cell is a cell that ran.
type cell struct {
	path  string
	stops bool // its functions have stops
}

// Begin is called before a cell runs, with its name and its text as it was typed. It reports
// whether the cell is to be compiled with stops.
func (d *Debugger) Begin(name, code string) (stops bool) {
	path := d.keep(code)
	d.mu.Lock()
	defer d.mu.Unlock()
	clear(d.numbers)
	d.lastNumber = mainNumber
	stops = d.wants(path) || d.attached && d.pausing.Load()
	d.cells[name] = &cell{path, stops}
	d.setLines()
	return stops
}

// End is called when a cell has ended. Steps end with it.
func (d *Debugger) End() {
	d.step.Store(nil)
	d.mu.Lock()
	if d.pausing.Swap(false) && d.stop == nil {
		d.Session.Release()
	}
	d.mu.Unlock()
	d.settle(false)
}

// wants reports whether a source needs stops: to stop there, or to show its variables after
// a panic.
func (d *Debugger) wants(path string) bool {
	return len(d.breakpoints[path]) > 0 || d.panics || d.keeps
}

// Keep says whether the variables of calls are kept for a post mortem, whether or not a
// debugger is attached.
func (d *Debugger) Keep(variables bool) {
	d.mu.Lock()
	d.keeps = variables
	d.mu.Unlock()
	d.settle(false)
}

// settle gives the functions of the cells stops where they are wanted, and everywhere for a
// step into a function.
func (d *Debugger) settle(everywhere bool) {
	d.settling.Lock()
	defer d.settling.Unlock()
	change := map[string]bool{}
	d.mu.Lock()
	for name, c := range d.cells {
		if stops := everywhere || d.wants(c.path); stops != c.stops {
			c.stops, change[name] = stops, stops
		}
	}
	d.mu.Unlock()
	for name, stops := range change {
		d.Session.SetStops(name, stops)
	}
}

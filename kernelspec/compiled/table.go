package compiled

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"sync"
)

// Table is a package as the builder writes it down. A table holds only values that the
// linker lays out, so that registering it runs no code.
type Table struct {
	Path, Name string

	// Names are the names of Funcs, Vars and Types, in this order, one a line.
	Names string
	Funcs []any // functions
	Vars  []any // pointers to variables
	Types []any // nil pointers to types

	// Hidden tells of types that the package leads to and that no cell can spell: those
	// which are not exported, those of internal packages, and instances of generic
	// types. A line has the path of the package that declares the type, its name, and
	// the way to it, separated by tabs.
	Hidden string
}

// Register registers the packages of some tables, with the archive of their export data
// and sources, a zip file. It is read as it is asked for.
func Register(tables []Table, archive string) {
	addArchive(archive)
	for i := range tables {
		t := &tables[i]
		Add(t.Path, t.load)
	}
	hidden.mu.Lock()
	defer hidden.mu.Unlock()
	hidden.tables = append(hidden.tables, tables)
	hidden.ways = nil
}

func (t *Table) load() *Package {
	names := strings.Split(t.Names, "\n")
	p := &Package{Path: t.Path, Name: t.Name, Funcs: make(map[string]reflect.Value, len(t.Funcs)), Vars: make(map[string]reflect.Value, len(t.Vars)), Types: make(map[string]reflect.Type, len(t.Types))}
	for i, f := range t.Funcs {
		p.Funcs[names[i]] = reflect.ValueOf(f)
	}
	names = names[len(t.Funcs):]
	for i, v := range t.Vars {
		p.Vars[names[i]] = reflect.ValueOf(v)
	}
	names = names[len(t.Vars):]
	for i, typ := range t.Types {
		p.Types[names[i]] = reflect.TypeOf(typ).Elem()
	}
	return p
}

// hidden finds the types that have no place in a Package.
var hidden struct {
	mu     sync.Mutex
	tables [][]Table
	ways   map[string]way // by package path and name
}

// way leads from a value of a table to a type.
type way struct {
	table *Table
	steps string
}

// Type returns a type of a package by its name, nil if no registered package leads to
// it. The package need not be registered itself, and the type need not be exported. An
// instance of a generic type is named as InstanceName names it.
func Type(path, name string) reflect.Type {
	if p := Lookup(path); p != nil {
		if t := p.Types[name]; t != nil {
			return t
		}
	}
	hidden.mu.Lock()
	defer hidden.mu.Unlock()
	if hidden.ways == nil {
		hidden.ways = readWays(hidden.tables)
	}
	w, ok := hidden.ways[path+"\t"+name]
	if !ok {
		return nil
	}
	return w.walk()
}

// HiddenTypes returns package path and name of all types that only Type knows.
func HiddenTypes() [][2]string {
	hidden.mu.Lock()
	defer hidden.mu.Unlock()
	var list [][2]string
	for key := range readWays(hidden.tables) {
		path, name, _ := strings.Cut(key, "\t")
		list = append(list, [2]string{path, name})
	}
	return list
}

func readWays(groups [][]Table) map[string]way {
	ways := map[string]way{}
	for _, tables := range groups {
		for i := range tables {
			for line := range strings.Lines(tables[i].Hidden) {
				line = strings.TrimSuffix(line, "\n")
				cut := strings.LastIndexByte(line, '\t')
				if _, known := ways[line[:cut]]; !known {
					ways[line[:cut]] = way{&tables[i], line[cut+1:]}
				}
			}
		}
	}
	return ways
}

// walk takes the steps of a way. The first is a place in a table: F2 is its third
// function, V0 its first variable, T1 its second type. Further ones are e (element), k
// (key), i0 (first parameter), o0 (first result), f0 (first field), p (pointer to it)
// and mName (method).
func (w way) walk() reflect.Type {
	steps := strings.Split(w.steps, " ")
	t := w.table.start(steps[0])
	for _, s := range steps[1:] {
		if s[0] == 'm' {
			m, ok := t.MethodByName(s[1:])
			if !ok {
				panic(fmt.Sprintf("compiled: type %v of package %s has no method %s", t, w.table.Path, s[1:]))
			}
			t = m.Type
			continue
		}
		n := 0
		if len(s) > 1 {
			n = number(s[1:])
		}
		switch s[0] {
		case 'e':
			t = t.Elem()
		case 'k':
			t = t.Key()
		case 'p':
			t = reflect.PointerTo(t)
		case 'i':
			t = t.In(n)
		case 'o':
			t = t.Out(n)
		case 'f':
			t = t.Field(n).Type
		}
	}
	return t
}

func (t *Table) start(step string) reflect.Type {
	n := number(step[1:])
	switch step[0] {
	case 'F':
		return reflect.TypeOf(t.Funcs[n])
	case 'V':
		return reflect.TypeOf(t.Vars[n]).Elem()
	}
	return reflect.TypeOf(t.Types[n]).Elem()
}

func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		panic(fmt.Sprintf("compiled: step %q: the builder writes no such step", s))
	}
	return n
}

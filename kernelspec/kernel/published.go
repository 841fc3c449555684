//go:build axnkernel

package main

import (
	"database/sql"
	"database/sql/driver"
	"encoding/gob"
	"expvar"
	"fmt"
	"reflect"
	"runtime/pprof"
	"sync"
	"sync/atomic"

	"axn/kernelspec/compiled"
)

// registry notes which cell registered a name with a package that takes each name once.
type registry struct {
	owner func() *run
	mu    sync.Mutex
	by    map[any]*run
}

// again notes a name and reports whether an earlier cell has registered it.
func (r *registry) again(name any) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	by, known := r.by[name]
	now := r.owner()
	if known && by == now {
		return false
	}
	if r.by == nil {
		r.by = map[any]*run{}
	}
	r.by[name] = now
	return known
}

// registerAgain lets cells register again what they published, named or registered.
func (l *language) registerAgain() {
	v := variables{registry: registry{owner: l.caller}}
	compiled.Extend("expvar", map[string]any{
		"Publish": v.publish, "Get": v.get, "Do": v.do,
		"NewInt":    func(name string) *expvar.Int { x := new(expvar.Int); v.publish(name, x); return x },
		"NewFloat":  func(name string) *expvar.Float { x := new(expvar.Float); v.publish(name, x); return x },
		"NewString": func(name string) *expvar.String { x := new(expvar.String); v.publish(name, x); return x },
		"NewMap":    func(name string) *expvar.Map { x := new(expvar.Map).Init(); v.publish(name, x); return x },
	})
	t := gobTypes{registry: registry{owner: l.caller}}
	compiled.Extend("encoding/gob", map[string]any{"Register": t.register, "RegisterName": t.registerName})
	d := drivers{registry: registry{owner: l.caller}}
	compiled.Extend("database/sql", map[string]any{"Register": d.register, "(*DB).Driver": func(db *sql.DB) driver.Driver {
		if p, ok := db.Driver().(*database); ok {
			return *p.d.Load()
		}
		return db.Driver()
	}})
	p := registry{owner: l.caller}
	compiled.Extend("runtime/pprof", map[string]any{"NewProfile": func(name string) *pprof.Profile {
		if p.again(name) {
			return pprof.Lookup(name)
		}
		return pprof.NewProfile(name)
	}})
}

// variables are what cells published with expvar.
type variables struct {
	registry
	of sync.Map // *published by name
}

// published is the place of a variable.
type published struct{ v atomic.Pointer[expvar.Var] }

func (p *published) String() string { return (*p.v.Load()).String() }

func (vs *variables) publish(name string, v expvar.Var) {
	if again := vs.again(name); again {
		if p, ok := vs.of.Load(name); ok {
			p.(*published).v.Store(&v)
			return
		}
	}
	p := &published{}
	p.v.Store(&v)
	expvar.Publish(name, p) // it panics if the name is taken
	vs.of.Store(name, p)
}

func (vs *variables) get(name string) expvar.Var { return own(expvar.Get(name)) }

func (vs *variables) do(f func(expvar.KeyValue)) {
	expvar.Do(func(kv expvar.KeyValue) { f(expvar.KeyValue{Key: kv.Key, Value: own(kv.Value)}) })
}

// own is what a cell published where a place stands for it.
func own(v expvar.Var) expvar.Var {
	if p, ok := v.(*published); ok {
		return *p.v.Load()
	}
	return v
}

// gobTypes are the types that cells registered with package gob.
type gobTypes struct {
	registry
	types sync.Map // reflect.Type by name
	n     atomic.Int64
}

func (ts *gobTypes) register(value any) {
	t := reflect.TypeOf(value)
	if t == nil {
		gob.Register(value) // it panics
		return
	}
	name := t.String() // as gob names it
	if t.Name() != "" && t.PkgPath() != "" {
		name = t.PkgPath() + "." + t.Name()
	} else if t.Kind() == reflect.Pointer && t.Elem().PkgPath() != "" {
		name = "*" + t.Elem().PkgPath() + "." + t.Elem().Name()
	}
	if old, ok := ts.types.Load(name); ok && old != t {
		ts.registerName(name, value)
		return
	}
	gob.Register(value)
	ts.types.Store(name, t)
	ts.again(name)
}

// registerName gives a type that was declared anew a name of its own, because gob keeps
// each name for one type.
func (ts *gobTypes) registerName(name string, value any) {
	t := reflect.TypeOf(value)
	old, known := ts.types.Load(name)
	if known && old != t && ts.again(name) {
		ts.types.Store(name, t)
		gob.RegisterName(fmt.Sprintf("%s#%d", name, ts.n.Add(1)), value)
		return
	}
	if known && old == t {
		return
	}
	gob.RegisterName(name, value)
	ts.types.Store(name, t)
	ts.again(name)
}

// drivers are what cells registered with database/sql.
type drivers struct {
	registry
	of sync.Map // *database by name
}

// database is the place of a driver.
type database struct{ d atomic.Pointer[driver.Driver] }

func (d *database) Open(name string) (driver.Conn, error) { return (*d.d.Load()).Open(name) }

func (ds *drivers) register(name string, d driver.Driver) {
	if again := ds.again(name); again && d != nil {
		if p, ok := ds.of.Load(name); ok {
			p.(*database).d.Store(&d)
			return
		}
	}
	if d == nil {
		sql.Register(name, nil) // it panics
		return
	}
	p := &database{}
	p.d.Store(&d)
	sql.Register(name, p) // it panics if the name is taken
	ds.of.Store(name, p)
}

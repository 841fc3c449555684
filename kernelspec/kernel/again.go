//go:build axnkernel

package main

import (
	"context"
	"flag"
	"io"
	"net"
	"net/http"
	"reflect"
	"sync"
	"sync/atomic"

	"axn/kernelspec/compiled"
)

// A program runs its lines once, a notebook its cells again. What Go's packages take once
// in a process, such as the handler of a pattern or a flag, a later cell may say anew here;
// within one cell it stays the panic that it is in a program.

// runAgain puts functions that can be called again in the place of those that cannot.
func (l *language) runAgain() {
	h := handlers{owner: l.caller, of: map[string]*handler{}}
	compiled.Extend("net/http", map[string]any{
		"Handle": h.handle,
		"HandleFunc": func(pattern string, f func(http.ResponseWriter, *http.Request)) {
			h.handle(pattern, http.HandlerFunc(f))
		},
		"ListenAndServe":           func(addr string, h http.Handler) error { return l.serve(&http.Server{Addr: addr, Handler: h}) },
		"(*Server).ListenAndServe": l.serve,
	})
	compiled.Extend("net", map[string]any{
		"Listen": func(network, address string) (net.Listener, error) {
			return released(l, func() (net.Listener, error) { return net.Listen(network, address) })
		},
		"ListenPacket": func(network, address string) (net.PacketConn, error) {
			return released(l, func() (net.PacketConn, error) { return net.ListenPacket(network, address) })
		},
		"ListenTCP": func(network string, a *net.TCPAddr) (*net.TCPListener, error) {
			return released(l, func() (*net.TCPListener, error) { return net.ListenTCP(network, a) })
		},
		"ListenUDP": func(network string, a *net.UDPAddr) (*net.UDPConn, error) {
			return released(l, func() (*net.UDPConn, error) { return net.ListenUDP(network, a) })
		},
		"ListenUnix": func(network string, a *net.UnixAddr) (*net.UnixListener, error) {
			return released(l, func() (*net.UnixListener, error) { return net.ListenUnix(network, a) })
		},
	})
	f := flags{owner: l.caller, of: map[string]*run{}}
	again := map[string]any{}
	for name, function := range map[string]any{
		"Bool": flag.Bool, "Duration": flag.Duration, "Float64": flag.Float64, "Int": flag.Int, "Int64": flag.Int64,
		"String": flag.String, "Uint": flag.Uint, "Uint64": flag.Uint64,
		"BoolVar": flag.BoolVar, "DurationVar": flag.DurationVar, "Float64Var": flag.Float64Var, "IntVar": flag.IntVar,
		"Int64Var": flag.Int64Var, "StringVar": flag.StringVar, "UintVar": flag.UintVar, "Uint64Var": flag.Uint64Var,
		"BoolFunc": flag.BoolFunc, "Func": flag.Func, "TextVar": flag.TextVar, "Var": flag.Var,
	} {
		again[name] = f.again(reflect.ValueOf(function)).Interface()
	}
	compiled.Extend("flag", again)
}

// serve serves until the cell that asks for it is interrupted, and leaves the address free.
func (l *language) serve(s *http.Server) error {
	defer context.AfterFunc(l.context(), func() { s.Close() })()
	return s.ListenAndServe()
}

// released listens, until the cell that asks for it, or what it left behind, is interrupted:
// then the address is free.
func released[T io.Closer](l *language, listen func() (T, error)) (T, error) {
	listener, err := listen()
	if err == nil {
		context.AfterFunc(l.context(), func() { listener.Close() })
	}
	return listener, err
}

// handlers are what cells registered with http.DefaultServeMux.
type handlers struct {
	owner func() *run
	mu    sync.Mutex
	of    map[string]*handler
}

// handler is the place of a pattern's handler.
type handler struct {
	by   *run
	call atomic.Pointer[http.Handler]
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) { (*h.call.Load()).ServeHTTP(w, r) }

func (hs *handlers) handle(pattern string, h http.Handler) {
	hs.mu.Lock()
	defer hs.mu.Unlock()
	by := hs.owner()
	old := hs.of[pattern]
	if f, ok := h.(http.HandlerFunc); h == nil || ok && f == nil || old != nil && old.by == by {
		http.Handle(pattern, h) // it panics
		return
	}
	if old == nil {
		old = &handler{}
		old.call.Store(&h)
		http.Handle(pattern, old)
		hs.of[pattern] = old
	}
	old.call.Store(&h)
	old.by = by
}

// flags are those of the command line that cells defined.
type flags struct {
	owner func() *run
	mu    sync.Mutex
	of    map[string]*run
}

// again returns a function of package flag that defines a flag, which forgets what an
// earlier cell defined by that name. The name is its first string.
func (fs *flags) again(define reflect.Value) reflect.Value {
	at := 0
	for define.Type().In(at).Kind() != reflect.String {
		at++
	}
	return reflect.MakeFunc(define.Type(), func(args []reflect.Value) []reflect.Value {
		fs.mu.Lock()
		defer fs.mu.Unlock()
		name, by := args[at].String(), fs.owner()
		if earlier, ok := fs.of[name]; ok && earlier != by {
			forget(name)
		}
		fs.of[name] = by
		return define.Call(args)
	})
}

// forget takes a flag from the command line.
func forget(name string) {
	line := flag.NewFlagSet(flag.CommandLine.Name(), flag.CommandLine.ErrorHandling())
	line.SetOutput(flag.CommandLine.Output())
	line.Usage = flag.CommandLine.Usage
	flag.VisitAll(func(f *flag.Flag) {
		if f.Name != name {
			line.Var(f.Value, f.Name, f.Usage)
			line.Lookup(f.Name).DefValue = f.DefValue
		}
	})
	*flag.CommandLine = *line
}

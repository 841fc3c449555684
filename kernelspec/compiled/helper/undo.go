package helper

import (
	"expvar"
	"flag"
	"net/http"
	_ "net/http/httptest"
	"net/http/pprof"
	"os"
	_ "testing/quick"

	"axn/kernelspec/compiled"
)

// Packages expvar and net/http/pprof serve what they know on http.DefaultServeMux, and
// others declare flags: a cell that did not import them finds neither.
func init() {
	http.DefaultServeMux = http.NewServeMux()
	flag.CommandLine = flag.NewFlagSet(os.Args[0], flag.PanicOnError)
	flag.CommandLine.Usage = func() { flag.Usage() }
	compiled.OnImport("expvar", func() { http.Handle("GET /debug/vars", expvar.Handler()) })
	compiled.OnImport("net/http/pprof", func() {
		http.HandleFunc("GET /debug/pprof/", pprof.Index)
		http.HandleFunc("GET /debug/pprof/cmdline", pprof.Cmdline)
		http.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
		http.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
		http.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	})
}

package main_test

import (
	"net"
	"strings"
	"testing"
	"time"
)

// Compiled code calls functions of cells on goroutines of its own. What would end a Go
// program there is the failure of the cell; what packages recover stays as it is.
func TestForeignGoroutines(t *testing.T) {
	const imports = "import (\"context\"; \"errors\"; \"flag\"; \"fmt\"; \"io\"; \"iter\"; \"net/http\"; \"net/http/httptest\"; \"os\"; \"os/signal\"; \"runtime\"; \"slices\"; \"sync\"; \"syscall\"; \"testing\"; \"time\"; \"golang.org/x/sync/errgroup\")\n"
	wait := "\ntime.Sleep(time.Hour)"
	var cases []cellCase
	for name, c := range map[string]struct {
		code  string
		want  string
		fails string
	}{
		"timer":             {code: "time.AfterFunc(time.Millisecond, func() { panic(\"late\") })" + wait, fails: "panic: late"},
		"timer, exit":       {code: "time.AfterFunc(time.Millisecond, func() { os.Exit(4) })" + wait, fails: "os.Exit(4)"},
		"timer, recovered":  {code: "done := make(chan bool)\ntime.AfterFunc(time.Millisecond, func() { defer close(done); defer func() { fmt.Println(recover()) }(); panic(1) })\n_, _ = <-done", want: "1"},
		"timer, Goexit":     {code: "done := make(chan bool)\ntime.AfterFunc(time.Millisecond, func() { defer close(done); runtime.Goexit() })\n<-done\n3", want: "3"},
		"context":           {code: "c, cancel := context.WithCancel(ctx)\ncontext.AfterFunc(c, func() { var m map[int]int; m[1] = 1 })\ncancel()" + wait, fails: "nil map"},
		"group":             {code: "var wg sync.WaitGroup\nwg.Go(func() { panic(\"in a group\") })\nwg.Wait()" + wait, fails: "in a group"},
		"errgroup":          {code: "var g errgroup.Group\ng.Go(func() error { var p *int; *p = 1; return nil })\ng.Wait()" + wait, fails: "nil pointer"},
		"finalizer":         {code: "func() { x := new([100]int); runtime.SetFinalizer(x, func(*[100]int) { panic(\"final\") }) }()\nfor range 100 { runtime.GC(); time.Sleep(10 * time.Millisecond) }", fails: "final"},
		"subtest":           {code: "testing.Main(nil, []testing.InternalTest{{\"TestA\", func(t *testing.T) { t.Run(\"sub\", func(t *testing.T) { panic(\"in a subtest\") }) }}}, nil, nil)", fails: "tests failed"},
		"iterator":          {code: "next, stop := iter.Pull(func(yield func(int) bool) { yield(1); panic(\"seq\") })\nfmt.Println(next())\nfunc() { defer func() { fmt.Println(recover()) }(); next() }()\nstop()", want: "1 true\nseq"},
		"iterator, Goexit":  {code: "done := make(chan bool)\ngo func() {\n\tdefer close(done)\n\tnext, _ := iter.Pull(func(yield func(int) bool) { runtime.Goexit() })\n\tnext()\n\tfmt.Println(\"not reached\")\n}()\n<-done\n3", want: "3"},
		"iterator, stopped": {code: "next, stop := iter.Pull(slices.Values([]int{5, 6}))\nfmt.Println(next())\nstop()\nfmt.Println(next())", want: "5 true\n0 false"},
		"sorting":           {code: "defer func() { fmt.Println(recover()) }()\nslices.SortFunc([]int{2, 1}, func(a, b int) int { panic(\"less\") })", want: "less"},
		"once":              {code: "var once sync.Once\nfor range 2 { func() { defer func() { fmt.Println(recover()) }(); once.Do(func() { panic(\"once\") }) }() }", want: "once\n<nil>"},
		"handler":           {code: "s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {\n\tif r.URL.Path == \"/abort\" { panic(http.ErrAbortHandler) }\n\tif r.URL.Path == \"/bad\" { var xs []int; xs[3] = 1 }\n\tfmt.Fprint(w, \"served\")\n}))\ndefer s.Close()\nfor _, path := range []string{\"/abort\", \"/bad\", \"/good\"} {\n\ttime.Sleep(100 * time.Millisecond)\n\tr, err := http.Get(s.URL + path)\n\tif err != nil { fmt.Println(errors.Is(err, io.EOF)); continue }\n\tb, _ := io.ReadAll(r.Body)\n\tfmt.Println(string(b))\n}", want: "true panic in a goroutine: runtime error: index out of range [3] with length 0 cell[1]:4:44 true served"},
		"middleware":        {code: "bad := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(\"inner\") })\nh := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {\n\tdefer func() { fmt.Fprint(w, \"recovered \", recover()) }()\n\thttp.StripPrefix(\"/\", bad).ServeHTTP(w, r)\n})\ns := httptest.NewServer(h)\ndefer s.Close()\nr, _ := http.Get(s.URL + \"/x\")\nb, _ := io.ReadAll(r.Body)\nstring(b)", want: "recovered inner"},
		"flags":             {code: "fs := flag.NewFlagSet(\"tool\", flag.ExitOnError)\nfs.SetOutput(io.Discard)\nfs.Parse([]string{\"-no\"})", fails: "os.Exit(2)"},
		"flags, help":       {code: "fs := flag.NewFlagSet(\"tool\", flag.ExitOnError)\nfs.Parse([]string{\"-h\"})\nfmt.Println(\"not reached\")", want: "Usage of tool:"},
		"command line":      {code: "n := flag.Int(\"n\", 3, \"\")\nos.Args = []string{\"x\", \"-n\", \"5\"}\nflag.Parse()\n*n", want: "5"},
		"signal":            {code: "c := make(chan os.Signal, 1)\nsignal.Notify(c, syscall.SIGUSR1)\nsyscall.Kill(os.Getpid(), syscall.SIGUSR1)\n<-c", want: "user defined signal 1"},
	} {
		cc := cellCase{name: name, cells: []string{imports + c.code}, want: c.want}
		if c.fails != "" {
			cc.fails = []string{c.fails}
		}
		cases = append(cases, cc)
	}
	testCells(t, cases)
}

// What a goroutine of an earlier cell fails with is told there, and is not the failure of
// the cell that runs.
func TestLateFailures(t *testing.T) {
	s := start(t)
	s.run("import (\"time\"; \"net/http\"; \"net/http/httptest\"; \"io\"; \"fmt\")")
	tap := s.Tap(1000)
	p := s.send("timer := time.AfterFunc(time.Hour, func() { panic(\"too late\") })\nserver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, \"served\") }))")
	s.collect(p)
	s.want("timer.Reset(1)\ntime.Sleep(300 * time.Millisecond)\n7", "7")
	s.heard(tap, p, "panic in a goroutine: too late")
	// A server of an earlier cell goes on when another cell is stopped.
	s.stop(s.send("for {}"))
	s.want("r, err := http.Get(server.URL)\nb, _ := io.ReadAll(r.Body)\nserver.Close()\nstring(b)", "served")
}

// What Go ends a process for ends the cell.
func TestUnlockedMutexes(t *testing.T) {
	var cases []cellCase
	for code, want := range map[string]string{
		"var mu sync.Mutex\ndefer mu.Unlock()":                              "unlock of unlocked mutex",
		"var l sync.Locker = new(sync.Mutex)\nl.Unlock()":                   "unlock of unlocked mutex",
		"type T struct{ sync.Mutex }\nvar x T\nx.Unlock()":                  "unlock of unlocked mutex",
		"type T struct{ sync.Mutex }\nvar l sync.Locker = &T{}\nl.Unlock()": "unlock of unlocked mutex",
		"var mu sync.Mutex\nf := mu.Unlock\nf()":                            "unlock of unlocked mutex",
		"var mu sync.RWMutex\nmu.Unlock()":                                  "Unlock of unlocked RWMutex",
		"var mu sync.RWMutex\nmu.RLock(); mu.Unlock()":                      "Unlock of unlocked RWMutex",
		"var mu sync.RWMutex\nmu.RUnlock()":                                 "RUnlock of unlocked RWMutex",
		"var mu sync.RWMutex\nmu.Lock(); mu.RUnlock()":                      "RUnlock of unlocked RWMutex",
		"var mu sync.RWMutex\nmu.RLock(); mu.RLock(); mu.RUnlock(); mu.RUnlock(); mu.Lock(); mu.Unlock(); mu.RLocker().Unlock()": "RUnlock of unlocked RWMutex",
	} {
		cases = append(cases, cellCase{name: code, cells: []string{"import \"sync\"\n" + code}, fails: []string{want}})
	}
	testCells(t, cases)
}

// What a program says once, a notebook may say again in a later cell.
func TestRunAgain(t *testing.T) {
	const imports = "import (\"flag\"; \"fmt\"; \"io\"; \"net/http\"; \"net/http/httptest\"; \"os\")\n"
	const get = "\nfunc() { w := httptest.NewRecorder(); http.DefaultServeMux.ServeHTTP(w, httptest.NewRequest(\"GET\", \"/x\", nil)); fmt.Print(w.Body, \" \") }()"
	const handle = "http.HandleFunc(\"/x\", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, \"%s\") })"
	with := func(s string) string { return strings.ReplaceAll(handle, "%s", s) }
	const n = "n := flag.Int(\"n\", 3, \"\")\nos.Args = []string{\"x\", \"-n\", \"5\"}\nflag.Parse()\nfmt.Print(*n, flag.NFlag(), \" \")"
	testCells(t, []cellCase{
		{name: "handler", cells: []string{imports + with("one") + get, with("two") + get, "http.Handle(\"/x\", http.NotFoundHandler())" + get}, want: "one two 404 page not found"},
		{name: "handler twice in a cell", cells: []string{imports + with("one") + "\n" + with("two")}, fails: []string{"pattern \"/x\"", "conflicts"}},
		{name: "no handler", cells: []string{imports + "http.Handle(\"/x\", nil)"}, fails: []string{"nil handler"}},
		{name: "flag", cells: []string{imports + "s := flag.String(\"s\", \"kept\", \"\")\n" + n, n, "*s"}, want: "5 1 5 1 kept"},
		{name: "flag twice in a cell", cells: []string{imports + "flag.Bool(\"b\", true, \"\")\nflag.Bool(\"b\", true, \"\")"}, fails: []string{"flag redefined: b"}},
	})
}

// An interrupt leaves the address of a server free.
func TestServeAgain(t *testing.T) {
	s := start(t)
	s.run("import (\"net\"; \"net/http\"; \"time\")\nfree, err := net.Listen(\"tcp\", \"127.0.0.1:0\")\naddr := free.Addr().String()\nfree.Close()")
	addr := s.run("addr").Result()
	for _, serve := range []string{"http.ListenAndServe(addr, nil)", "(&http.Server{Addr: addr}).ListenAndServe()", "l, err := net.Listen(\"tcp\", addr)\nif err != nil { panic(err) }\nfor { l.Accept() }", "l, err := net.Listen(\"tcp\", addr)\nif err != nil { panic(err) }\nhttp.Serve(l, nil)", "http.ListenAndServe(addr, nil)"} {
		p := s.send(serve)
		for {
			c, err := net.Dial("tcp", addr)
			if err == nil {
				c.Close()
				break
			}
			if s.ctx.Err() != nil {
				t.Fatalf("%s does not serve: %v", serve, err)
			}
			time.Sleep(time.Millisecond)
		}
		if f := s.stop(p).Failure(); f == nil || f.ErrorName != "interrupted" {
			t.Fatalf("%s: %+v", serve, f)
		}
	}
}

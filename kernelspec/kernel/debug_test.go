package main_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"axn/kernelspec/frontend"
	"axn/kernelspec/message"
)

// debugging is a session with a debugger attached.
type debugging struct {
	*session
	tap <-chan *message.Message
	seq int
}

// startDebugging starts a kernel and attaches a debugger, as JupyterLab does.
func startDebugging(t *testing.T) *debugging {
	t.Helper()
	return startDebuggingFor(t, time.Minute)
}

// startDebuggingFor does so for a test that may take some time.
func startDebuggingFor(t *testing.T, limit time.Duration) *debugging {
	t.Helper()
	s := startFor(t, limit)
	d := &debugging{session: s, tap: s.Tap(1 << 14)}
	d.must("initialize", object{
		"clientID": "test-client", "clientName": "testClient", "adapterID": "", "pathFormat": "path", "linesStartAt1": true, "columnsStartAt1": true,
		"supportsVariableType": true, "supportsVariablePaging": true, "supportsRunInTerminalRequest": true, "locale": "en",
	})
	d.must("attach", object{})
	d.event("initialized")
	return d
}

type object = map[string]any

// ask sends a request and returns the response.
func (d *debugging) ask(command string, arguments object) object {
	d.t.Helper()
	d.seq++
	r := d.request(frontend.Control, "debug_request", object{"type": "request", "seq": d.seq, "command": command, "arguments": arguments})
	if r["type"] != "response" || r["command"] != command || fmt.Sprint(r["request_seq"]) != fmt.Sprint(d.seq) {
		d.t.Fatalf("%s was answered by %v", command, r)
	}
	return r
}

// must sends a request that succeeds and returns the body of the response.
func (d *debugging) must(command string, arguments object) object {
	d.t.Helper()
	r := d.ask(command, arguments)
	if r["success"] != true {
		d.t.Fatalf("%s %v failed: %v", command, arguments, r["message"])
	}
	body, _ := r["body"].(object)
	return body
}

// refused sends a request that fails and returns the message.
func (d *debugging) refused(command string, arguments object) string {
	d.t.Helper()
	r := d.ask(command, arguments)
	if r["success"] != false {
		d.t.Fatalf("%s %v succeeded: %v", command, arguments, r["body"])
	}
	return fmt.Sprint(r["message"])
}

// event waits for an event and returns its body.
func (d *debugging) event(name string) object {
	d.t.Helper()
	for {
		select {
		case m := <-d.tap:
			var e struct {
				Event string
				Body  object
			}
			if m.Header.MsgType != "debug_event" || json.Unmarshal(m.Content, &e) != nil || e.Event != name {
				continue
			}
			return e.Body
		case <-d.ctx.Done():
			d.t.Fatalf("no event %s came", name)
		}
	}
}

// message waits for a message of a type.
func (d *debugging) message(msgType string) {
	d.t.Helper()
	for {
		select {
		case m := <-d.tap:
			if m.Header.MsgType == msgType {
				return
			}
		case <-d.ctx.Done():
			d.t.Fatalf("no message %s came", msgType)
		}
	}
}

// breakpoints sets breakpoints in a cell and returns them.
func (d *debugging) breakpoints(code string, list ...object) []object {
	d.t.Helper()
	path := d.must("dumpCell", object{"code": code})["sourcePath"]
	got := objects(d.must("setBreakpoints", object{"breakpoints": list, "source": object{"path": path}, "sourceModified": false})["breakpoints"])
	d.must("configurationDone", object{})
	return got
}

func line(n int) object { return object{"line": n} }

func objects(v any) (list []object) {
	for _, x := range v.([]any) {
		list = append(list, x.(object))
	}
	return list
}

// stopped waits until the goroutine stops and checks where and why; it returns its number.
func (d *debugging) stopped(reason string, line int) (thread float64) {
	d.t.Helper()
	e := d.event("stopped")
	thread = e["threadId"].(float64)
	if f := d.frames(thread)[0]; e["reason"] != reason || int(f["line"].(float64)) != line {
		d.t.Fatalf("stopped at line %v by %v (%v), want line %d by %s", f["line"], e["reason"], e["text"], line, reason)
	}
	return thread
}

func (d *debugging) frames(thread float64) []object {
	d.t.Helper()
	return objects(d.must("stackTrace", object{"threadId": thread})["stackFrames"])
}

// scope returns the variables of a scope of a frame: values by name.
func (d *debugging) scope(frame object, name string) []object {
	d.t.Helper()
	for _, s := range objects(d.must("scopes", object{"frameId": frame["id"]})["scopes"]) {
		if s["name"] == name {
			return d.variables(s)
		}
	}
	d.t.Fatalf("no scope %s", name)
	return nil
}

func (d *debugging) variables(of object) []object {
	d.t.Helper()
	return objects(d.must("variables", object{"variablesReference": of["variablesReference"]})["variables"])
}

// values writes variables as "a=1 b=2".
func values(list []object) string {
	var texts []string
	for _, v := range list {
		texts = append(texts, fmt.Sprintf("%v=%v", v["name"], v["value"]))
	}
	return strings.Join(texts, " ")
}

// locals writes the local variables where a goroutine stands.
func (d *debugging) locals(thread float64) string {
	d.t.Helper()
	return values(d.scope(d.frames(thread)[0], "Locals"))
}

func find(t *testing.T, list []object, name string) object {
	t.Helper()
	i := slices.IndexFunc(list, func(v object) bool { return v["name"] == name })
	if i < 0 {
		t.Fatalf("no %s among %v", name, values(list))
	}
	return list[i]
}

// sum is the cell of ipykernel's tests of its debugger.
const sum = "func f(a, b int) int {\n\tc := a + b\n\treturn c\n}\n\nf(2, 3)"

func TestDebuggerIsAnnounced(t *testing.T) {
	d := startDebugging(t)
	info := d.request(frontend.Shell, "kernel_info_request", object{})
	if !strings.Contains(fmt.Sprint(info["supported_features"]), "debugger") || info["debugger"] != true {
		t.Errorf("got %v", info)
	}
}

func TestDebuggerEvaluatesWithoutFrame(t *testing.T) {
	d := startDebugging(t)
	if r := d.must("evaluate", object{"expression": `"a" + "b"`, "context": "repl"}); r["result"] != `"ab"` || r["type"] != "string" {
		t.Errorf("got %v", r)
	}
	if m := d.refused("evaluate", object{"expression": "nothing"}); m != "undefined: nothing" {
		t.Errorf("got %q", m)
	}
}

func TestSetBreakpoints(t *testing.T) {
	d := startDebugging(t)
	path := d.must("dumpCell", object{"code": sum})["sourcePath"]
	info := d.must("debugInfo", object{})
	if p := fmt.Sprint(path); !strings.HasPrefix(p, fmt.Sprint(info["tmpFilePrefix"])) || !strings.HasSuffix(p, fmt.Sprint(info["tmpFileSuffix"])) || info["hashMethod"] != "Murmur2" {
		t.Errorf("path %v, info %v", path, info)
	}
	got := d.breakpoints(sum, line(2), line(4), line(5), line(9))
	for i, want := range []string{"true 2", "true 6", "true 6", "false 9"} {
		if is := fmt.Sprint(got[i]["verified"], " ", got[i]["line"]); is != want {
			t.Errorf("breakpoint %d is %s, want %s", i, is, want)
		}
	}
	if got[0]["source"].(object)["path"] != path {
		t.Errorf("got %v", got[0])
	}
	d.breakpoints(sum, line(2))
	list := objects(d.must("debugInfo", object{})["breakpoints"])
	if len(list) != 1 || list[0]["source"] != path || fmt.Sprint(list[0]["breakpoints"]) != "[map[line:2]]" {
		t.Errorf("debugInfo tells %v", list)
	}
	if text := d.must("source", object{"source": object{"path": path}})["content"]; text != sum {
		t.Errorf("the source is %q", text)
	}
	if m := d.refused("source", object{"source": object{"path": "elsewhere.go"}}); m != "source unavailable" {
		t.Errorf("got %q", m)
	}
}

func TestStopOnBreakpoint(t *testing.T) {
	d := startDebugging(t)
	d.breakpoints(sum, line(2))
	p := d.send(sum)
	th := d.stopped("breakpoint", 2)
	if got := d.locals(th); got != "a=2 b=3" {
		t.Errorf("locals are %s", got)
	}
	d.must("next", object{"threadId": th})
	d.stopped("step", 3)
	if got := d.locals(th); got != "a=2 b=3 c=5" {
		t.Errorf("locals are %s", got)
	}
	d.must("continue", object{"threadId": th})
	if e := d.collect(p); e.Result() != "5" {
		t.Errorf("got %v", e.Outputs)
	}
}

// Lines count from the first, empty or not.
func TestBreakpointInCellWithLeadingEmptyLines(t *testing.T) {
	d := startDebugging(t)
	code := "\n" + sum
	d.breakpoints(code, line(7))
	p := d.send(code)
	th := d.stopped("breakpoint", 7)
	d.must("continue", object{"threadId": th})
	d.collect(p)
}

func TestRichInspectNotAtBreakpoint(t *testing.T) {
	d := startDebugging(t)
	d.run(`text := "Hello the world"`)
	find(t, objects(d.must("inspectVariables", object{})["variables"]), "text")
	if data := d.must("richInspectVariables", object{"variableName": "text"})["data"]; fmt.Sprint(data) != "map[text/plain:Hello the world]" {
		t.Errorf("got %v", data)
	}
}

func TestRichInspectAtBreakpoint(t *testing.T) {
	d := startDebugging(t)
	d.breakpoints(sum, line(2))
	p := d.send(sum)
	th := d.stopped("breakpoint", 2)
	frame := d.frames(th)[0]
	first := d.scope(frame, "Locals")[0]
	data := d.must("richInspectVariables", object{"variableName": first["name"], "frameId": frame["id"]})["data"]
	if fmt.Sprint(data) != fmt.Sprintf("map[text/plain:%v]", first["value"]) {
		t.Errorf("got %v", data)
	}
	d.must("continue", object{"threadId": th})
	d.collect(p)
}

func TestCopyToGlobals(t *testing.T) {
	d := startDebugging(t)
	code := "func test() {\n\tv := display.HTML(\"<p>test</p>\")\n\t_ = v\n}\na := 2\ntest()"
	d.breakpoints(code, line(3))
	p := d.send(code)
	th := d.stopped("breakpoint", 3)
	frame := d.frames(th)[0]
	d.must("copyToGlobals", object{"srcVariableName": "v", "dstVariableName": "vCopy", "srcFrameId": frame["id"]})
	local, global := find(t, d.scope(frame, "Locals"), "v"), find(t, d.scope(frame, "Globals"), "vCopy")
	if local["value"] != global["value"] || local["type"] != global["type"] {
		t.Errorf("local %v, global %v", local, global)
	}
	d.must("continue", object{"threadId": th})
	d.collect(p)
	d.run("vCopy")
}

// A step goes where a reader of the source expects it.
func TestSteps(t *testing.T) {
	d := startDebugging(t)
	for name, c := range map[string]struct {
		code  string
		first int
		steps string // "n" next, "i" stepIn, "o" stepOut, each with the line at which it ends
	}{
		"statements":            {"x := 1\ny := 2\nx += y\ny = x\nx", 1, "n2 n3 n4 n5"},
		"over a call":           {"func f() int {\n\treturn 1\n}\nx := f()\nx++", 4, "n5"},
		"into a call":           {"func f() int {\n\treturn 1\n}\nx := f()\nx++", 4, "i2 n5"},
		"out of a call":         {"func f() int {\n\tx := 1\n\treturn x\n}\nx := f()\nx++", 5, "i2 o6"},
		"a loop":                {"s := 0\nfor i := 0; i < 2; i++ {\n\ts += i\n}\ns", 2, "n3 n2 n3 n2 n5"},
		"a loop over a slice":   {"s := 0\nfor _, v := range []int{4, 5} {\n\ts += v\n}\ns", 2, "n3 n2 n3 n5"},
		"a loop while":          {"n := 2\nfor n > 0 {\n\tn--\n}\nn", 2, "n3 n2 n3 n2 n5"},
		"if and else":           {"n := 2\nif n > 5 {\n\tn = 0\n} else if n > 1 {\n\tn = 1\n} else {\n\tn = 9\n}\nn", 2, "n4 n5 n9"},
		"switch":                {"n := 2\nswitch {\ncase n > 5:\n\tn = 0\ncase n > 1:\n\tn = 1\n}\nn", 2, "n6 n8"},
		"into a closure":        {"f := func(x int) int {\n\treturn x + 1\n}\ny := f(2)\ny", 4, "i2 n5"},
		"into a generic one":    {"func id[T any](x T) T {\n\treturn x\n}\ny := id(2)\ny", 4, "i2 n5"},
		"over compiled code":    {"import \"strings\"\ny := strings.ToUpper(\"a\")\ny += \"b\"\ny", 2, "i3 i4"},
		"back from compiled":    {"import \"slices\"\ns := []int{2, 1}\nslices.SortFunc(s, func(a, b int) int {\n\treturn a - b\n})\ns", 3, "i4 n6"},
		"range over function":   {"func seq(yield func(int) bool) {\n\tyield(1)\n}\nn := 0\nfor v := range seq {\n\tn += v\n}\nn", 5, "n6 n8"},
		"into the iterator":     {"func seq(yield func(int) bool) {\n\tyield(1)\n}\nn := 0\nfor v := range seq {\n\tn += v\n}\nn", 5, "i2 i5 n6"},
		"a deferred call":       {"func f() (n int) {\n\tdefer func() {\n\t\tn++\n\t}()\n\treturn 1\n}\nf()\nx := 1", 7, "i2 n5 n3 n4 n8"},
		"a method":              {"type T struct{ n int }\nfunc (t *T) add(k int) {\n\tt.n += k\n}\nt := &T{}\nt.add(2)\nt.n", 6, "i3 n4 n7"},
		"recursion":             {"func f(n int) int {\n\tif n == 0 {\n\t\treturn 0\n\t}\n\treturn f(n-1) + 1\n}\nx := f(2)\nx", 7, "i2 n5 n8"},
		"the end of the cell":   {"x := 1\nx", 2, "n0"},
		"one line":              {"for i := 0; i < 3; i++ { _ = i }\nx := 1\nx", 1, "n2"},
		"labels":                {"i := 0\nloop:\nfor {\n\ti++\n\tif i > 1 {\n\t\tbreak loop\n\t}\n}\ni", 3, "n4 n5 n4 n5 n6 n9"},
		"goto":                  {"i := 0\nagain:\ni++\nif i < 2 {\n\tgoto again\n}\ni", 3, "n4 n5 n3 n4 n7"},
		"a select":              {"c := make(chan int, 1)\nc <- 1\nselect {\ncase v := <-c:\n\t_ = v\n}\nx := 1", 3, "n5 n7"},
		"a type switch":         {"var v any = 1\nswitch v := v.(type) {\ncase int:\n\t_ = v\n}\nx := 1", 2, "n4 n6"},
		"variables in brackets": {"var (\n\ta = 1\n\tb = a + 1\n)\nb", 2, "n3 n5"},
	} {
		t.Run(name, func(t *testing.T) {
			d.t = t
			d.run("%reset")
			d.breakpoints(c.code, line(c.first))
			p := d.send(c.code)
			th := d.stopped("breakpoint", c.first)
			d.breakpoints(c.code)
			for _, s := range strings.Fields(c.steps) {
				d.must(map[byte]string{'n': "next", 'i': "stepIn", 'o': "stepOut"}[s[0]], object{"threadId": th})
				if s[1:] == "0" {
					d.collect(p)
					return
				}
				e := d.event("stopped")
				if at := fmt.Sprint(d.frames(th)[0]["line"]); at != s[1:] || e["reason"] != "step" {
					t.Fatalf("step %s ends at line %s by %v", s, at, e["reason"])
				}
			}
			d.must("continue", object{"threadId": th})
			if f := d.collect(p).Failure(); f != nil {
				t.Fatal(f.Traceback)
			}
		})
	}
}

var everyProgram = flag.Bool("stops", false, "run every program with stops, not some of each kind of statement")

// Programs print with stops before all their statements what they print without.
func TestProgramsWithStops(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(programs, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".go")
		if !*everyProgram && !regexp.MustCompile("^(closures|control|defer|generic|range|multiple)_").MatchString(name) {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			src, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			want, err := os.ReadFile(strings.TrimSuffix(file, ".go") + ".out")
			if err != nil {
				t.Fatal(err)
			}
			d := startDebuggingFor(t, 5*time.Minute)
			var list []object
			for i := range bytes.Count(src, []byte("\n")) {
				list = append(list, object{"line": i + 1, "hitCondition": ">= 1000000000"})
			}
			d.breakpoints(string(src), list...)
			if got := d.run(string(src)).Stdout(); got != string(want) {
				t.Error(difference(got, string(want)))
			}
		})
	}
}

// A step leads into functions of cells that ran without stops, and a breakpoint reaches them.
func TestStopsInEarlierCells(t *testing.T) {
	d := startDebugging(t)
	first := "type T struct{ n int }\nfunc (t *T) add(k int) {\n\tt.n += k\n}\nfunc twice(x int) int {\n\treturn 2 * x\n}"
	d.run(first)
	second := "t := &T{1}\nt.add(twice(4))\nt.n"
	d.breakpoints(second, line(2))
	p := d.send(second)
	th := d.stopped("breakpoint", 2)
	d.must("stepIn", object{"threadId": th})
	d.stopped("step", 6)
	if got := d.locals(th); got != "x=4" {
		t.Errorf("locals are %s", got)
	}
	d.must("stepIn", object{"threadId": th})
	d.stopped("step", 3)
	d.must("continue", object{"threadId": th})
	if r := d.collect(p).Result(); r != "9" {
		t.Errorf("got %s", r)
	}
	d.breakpoints(second)
	d.breakpoints(first, line(3))
	p = d.send("t.add(twice(1))\nt.n")
	d.stopped("breakpoint", 3)
	d.breakpoints(first)
	d.must("continue", object{"threadId": th})
	if r := d.collect(p).Result(); r != "11" {
		t.Errorf("got %s", r)
	}
	d.want("t.add(1)\nt.n", "12")
}

func TestConditions(t *testing.T) {
	d := startDebugging(t)
	code := "s := 0\nfor i := 0; i < 10; i++ {\n\ts += i\n}\ns"
	d.breakpoints(code, object{"line": 3, "condition": "i*i == 36 && s > 10"})
	p := d.send(code)
	th := d.stopped("breakpoint", 3)
	if got := d.locals(th); got != "i=6 s=15" {
		t.Errorf("locals are %s", got)
	}
	d.breakpoints(code, object{"line": 3, "hitCondition": "% 2"})
	d.must("continue", object{"threadId": th})
	d.stopped("breakpoint", 3)
	if got := d.locals(th); got != "i=8 s=28" {
		t.Errorf("locals are %s", got)
	}
	d.breakpoints(code, object{"line": 3, "condition": "nothing > 1"})
	d.must("continue", object{"threadId": th})
	e := d.event("stopped")
	if text := fmt.Sprint(e["text"]); !strings.Contains(text, "undefined: nothing") {
		t.Errorf("got %v", e)
	}
	if got := d.breakpoints(code, object{"line": 3, "hitCondition": "often"}); got[0]["verified"] != false || !strings.Contains(fmt.Sprint(got[0]["message"]), "number") {
		t.Errorf("got %v", got)
	}
	d.must("continue", object{"threadId": th})
	if r := d.collect(p).Result(); r != "45" {
		t.Errorf("got %s", r)
	}
}

func TestVariables(t *testing.T) {
	d := startDebugging(t)
	code := `type point struct{ X, y int }
func (p point) String() string { return "point " + fmt.Sprint(p.X) }
type list struct { head *point; tail any; m map[string][]int; long []int }
func show(l list, p *point, text string) {
	var none error
	p.X++
}
import "fmt"
all := list{&point{1, 2}, point{3, 4}, map[string][]int{"b": {1}, "a": nil}, make([]int, 1000)}
show(all, all.head, "some \"text\"")
all.head.X`
	d.breakpoints(code, line(6))
	p := d.send(code)
	th := d.stopped("breakpoint", 6)
	frame := d.frames(th)[0]
	locals := d.scope(frame, "Locals")
	if got := values(locals[1:]); got != `p=point 1 text="some \"text\"" none=nil` {
		t.Errorf("locals are %s", got)
	}
	if l := find(t, locals, "l"); l["type"] != "list" || l["evaluateName"] != "l" || l["namedVariables"] != 4.0 {
		t.Errorf("got %v", l)
	}
	parts := d.variables(find(t, locals, "l"))
	if got := values(parts); !strings.HasPrefix(got, "head=point 1 tail=point 3 m=map[a:[] b:[1]] long=1000 elements") {
		t.Errorf("parts are %s", got)
	}
	head := d.variables(find(t, parts, "head"))
	if got := values(head); got != "X=1 y=2" || head[1]["evaluateName"] != "l.head.y" {
		t.Errorf("head is %v", head)
	}
	tail := d.variables(find(t, parts, "tail"))
	if got := values(d.variables(tail[0])); got != "X=3 y=4" || tail[0]["name"] != "point" {
		t.Errorf("tail is %v", tail)
	}
	m := d.variables(find(t, parts, "m"))
	if got := values(m); got != `["a"]=nil ["b"]=[1]` || m[1]["evaluateName"] != `l.m["b"]` {
		t.Errorf("the map is %v", m)
	}
	long := find(t, parts, "long")
	if got := d.variables(long); len(got) != 201 || got[200]["value"] != "800 more" {
		t.Errorf("%d elements are told", len(got))
	}
	page := objects(d.must("variables", object{"variablesReference": long["variablesReference"], "filter": "indexed", "start": 997, "count": 10})["variables"])
	if got := values(page); got != "[997]=0 [998]=0 [999]=0" {
		t.Errorf("the page is %s", got)
	}

	set := func(of object, name, value string) object {
		return d.must("setVariable", object{"variablesReference": of["variablesReference"], "name": name, "value": value})
	}
	if got := set(find(t, parts, "head"), "y", "40 + 2"); got["value"] != "42" {
		t.Errorf("got %v", got)
	}
	set(find(t, parts, "m"), `["a"]`, "[]int{len(text)}")
	set(long, "[999]", "7")
	if got := d.must("evaluate", object{"expression": `l.head.y, l.m["a"][0], l.long[999], text[:4]`, "frameId": frame["id"], "context": "repl"})["result"]; got != `42, 11, 7, "some"` {
		t.Errorf("got %v", got)
	}
	scope := objects(d.must("scopes", object{"frameId": frame["id"]})["scopes"])[0]
	if m := d.refused("setVariable", object{"variablesReference": scope["variablesReference"], "name": "text", "value": "1"}); !strings.Contains(m, "cannot use 1") {
		t.Errorf("got %q", m)
	}
	set(scope, "text", `"other"`)
	d.must("evaluate", object{"expression": "p.X = 10", "frameId": frame["id"]})
	if got := values(d.scope(frame, "Locals")[1:]); got != `p=point 10 text="other" none=nil` {
		t.Errorf("locals are %s", got)
	}
	d.must("continue", object{"threadId": th})
	if r := d.collect(p).Result(); r != "11" {
		t.Errorf("got %s", r)
	}
	if m := d.refused("variables", object{"variablesReference": long["variablesReference"]}); !strings.Contains(m, "goes on") {
		t.Errorf("got %q", m)
	}
	if body, _ := d.ask("variables", object{"variablesReference": long["variablesReference"]})["body"].(object); body["variables"] == nil {
		t.Error("a refusal has no list of variables, which JupyterLab goes through")
	}
}

// Variables have the types that they have in the instance of a generic function.
func TestGenericVariables(t *testing.T) {
	d := startDebugging(t)
	code := "func pair[K comparable, V any](k K, v V) map[K]V {\n\tm := map[K]V{k: v}\n\treturn m\n}\npair(\"a\", 1.5)\npair(2, true)"
	d.breakpoints(code, line(3))
	p := d.send(code)
	th := d.stopped("breakpoint", 3)
	for _, want := range []string{"string float64 map[string]float64", "int bool map[int]bool"} {
		frame := d.frames(th)[0]
		var types []string
		for _, v := range d.scope(frame, "Locals") {
			types = append(types, fmt.Sprint(v["type"]))
		}
		if got := strings.Join(types, " "); got != want {
			t.Errorf("types are %s, want %s", got, want)
		}
		if got := d.must("evaluate", object{"expression": "m[k] == v && len(m) == 1", "frameId": frame["id"]})["result"]; got != "true" {
			t.Errorf("got %v", got)
		}
		d.must("continue", object{"threadId": th})
		if want[0] == 's' {
			d.stopped("breakpoint", 3)
		}
	}
	d.collect(p)
}

func TestStopOnPanic(t *testing.T) {
	d := startDebugging(t)
	filters := objects(d.must("initialize", object{})["exceptionBreakpointFilters"])
	d.must("setExceptionBreakpoints", object{"filters": []any{filters[0]["filter"]}})
	code := "func f(list []int, i int) int {\n\tk := i + 1\n\treturn list[k]\n}\nfunc safe() (err any) {\n\tdefer func() { err = recover() }()\n\tf([]int{1}, 4)\n\treturn nil\n}\nsafe()\nf(nil, 2)"
	p := d.send(code)
	th := d.stopped("exception", 3)
	if got := d.locals(th); got != "list=[1] i=4 k=5" {
		t.Errorf("locals are %s", got)
	}
	info := d.must("exceptionInfo", object{"threadId": th})
	if info["exceptionId"] != "runtime.boundsError" || info["description"] != "runtime error: index out of range [5] with length 1" {
		t.Errorf("got %v", info)
	}
	d.must("continue", object{"threadId": th})
	d.stopped("exception", 3)
	if got := d.locals(th); got != "list=nil i=2 k=3" {
		t.Errorf("locals are %s", got)
	}
	if names := d.frames(th); len(names) != 2 || names[0]["name"] != "f" || names[1]["line"] != 11.0 {
		t.Errorf("frames are %v", names)
	}
	d.must("continue", object{"threadId": th})
	if f := d.collect(p).Failure(); f == nil || f.ErrorValue != "runtime error: index out of range [3] with length 0" {
		t.Errorf("got %v", f)
	}
	if m := d.refused("exceptionInfo", object{"threadId": th}); !strings.Contains(m, "not stopped by a panic") {
		t.Errorf("got %q", m)
	}
	d.must("setExceptionBreakpoints", object{"filters": []any{}})
	d.fails(code)
}

// Goroutines stop one after the other; each is a thread.
func TestGoroutinesAreThreads(t *testing.T) {
	d := startDebugging(t)
	code := "import \"sync\"\nvar wg sync.WaitGroup\nresults := make([]int, 2)\nfor i := range 2 {\n\twg.Add(1)\n\tgo func() {\n\t\tdefer wg.Done()\n\t\tresults[i] = i + 1\n\t}()\n}\nwg.Wait()\nresults"
	d.breakpoints(code, line(8))
	p := d.send(code)
	seen := map[float64]string{}
	for range 2 {
		th := d.stopped("breakpoint", 8)
		if th == 1 {
			t.Error("a goroutine has the number of the cell")
		}
		seen[th] = d.locals(th)
		var names []string
		for _, x := range objects(d.must("threads", object{})["threads"]) {
			names = append(names, fmt.Sprint(x["id"], x["name"]))
		}
		if got := strings.Join(names, " "); !strings.HasPrefix(got, "1the cell") || !strings.Contains(got, fmt.Sprintf("%vgoroutine %v", th, th)) {
			t.Errorf("threads are %s", got)
		}
		if stopped := fmt.Sprint(d.must("debugInfo", object{})["stoppedThreads"]); stopped != fmt.Sprintf("[%v]", th) {
			t.Errorf("stopped are %s", stopped)
		}
		d.must("continue", object{"threadId": th})
	}
	if len(seen) != 2 {
		t.Errorf("stopped were %v", seen)
	}
	if r := d.collect(p).Result(); r != "[1 2]" {
		t.Errorf("got %s", r)
	}
}

// A loop that runs without stops pauses, and goes on.
func TestPause(t *testing.T) {
	d := startDebugging(t)
	p := d.send("import \"fmt\"\nfmt.Println(1)\nn := 0\nfor n >= 0 {\n\tn++\n}")
	d.message("stream") // it has begun
	d.must("pause", object{"threadId": 1})
	th := d.event("stopped")["threadId"]
	frame := d.frames(th.(float64))[0]
	if l := frame["line"].(float64); l < 3 || l > 5 {
		t.Errorf("it stands at line %v", l)
	}
	d.must("evaluate", object{"expression": "n = -10", "frameId": frame["id"]})
	d.must("continue", object{"threadId": th})
	if f := d.collect(p).Failure(); f != nil {
		t.Error(f.Traceback)
	}
}

// While a cell runs, maps are not read: it may change them.
func TestVariablesOfRunningCell(t *testing.T) {
	d := startDebugging(t)
	d.run("m := map[int]int{}\nboth := struct{ a int; m map[int]int }{1, m}\nwhole := []int{1, 2}\nvar any1 any = 5")
	p := d.send("import \"fmt\"\nfmt.Println(1)\nfor i := 0; ; i++ {\n\tm[i%1000] = i\n}")
	d.message("stream")
	for range 50 {
		list := objects(d.must("inspectVariables", object{})["variables"])
		if m := find(t, list, "m"); !strings.Contains(fmt.Sprint(m["value"]), " elements") {
			t.Fatalf("got %v", m)
		}
		both := find(t, list, "both")
		if got := values(d.variables(both)); both["value"] != "…" || !strings.HasPrefix(got, "a=1 m=") {
			t.Fatalf("got %v, %s", both, got)
		}
		if got := fmt.Sprint(find(t, list, "whole")["value"], find(t, list, "any1")["value"]); got != "[1 2]5" {
			t.Fatalf("got %s", got)
		}
		m := find(t, list, "m")["variablesReference"]
		if got := d.refused("variables", object{"variablesReference": m}); got != "a cell runs: pause it first" {
			t.Fatalf("got %q", got)
		}
	}
	for _, r := range []string{d.refused("evaluate", object{"expression": "m"}), d.refused("richInspectVariables", object{"variableName": "m"})} {
		if r != "a cell runs: pause it first" {
			t.Errorf("got %q", r)
		}
	}
	d.stop(p)
}

// Goroutines that earlier cells left behind change no map while it is shown.
func TestMapsOfGoroutinesLeftBehind(t *testing.T) {
	d := startDebugging(t)
	d.run("import \"fmt\"\nm, list := map[int]string{}, []any{map[int]int{}}\ngo func() {\n\tfor i := 0; ; i++ {\n\t\tm[i%50] = \"x\"\n\t\tdelete(m, (i+7)%50)\n\t\tlist[0].(map[int]int)[i%50] = i\n\t}\n}()")
	for range 20 {
		vars := objects(d.must("inspectVariables", object{})["variables"])
		d.variables(find(t, vars, "m"))
		for _, cell := range []string{"m", "list", "fmt.Sprint(m, list) != fmt.Sprintf(\"%v\", list)"} {
			d.run(cell)
		}
	}
}

// stand starts a cell and waits until it stands at its second line.
func (d *debugging) stand() (*frontend.Pending, float64) {
	d.t.Helper()
	code := "x := 1\nx++\nx"
	d.breakpoints(code, line(2))
	p := d.send(code)
	return p, d.stopped("breakpoint", 2)
}

// Everybody else is served while a cell is stopped.
func TestStoppedCellBlocksNobody(t *testing.T) {
	d := startDebugging(t)
	p, th := d.stand()
	for _, c := range []frontend.Channel{frontend.Shell, frontend.Control} {
		d.request(c, "kernel_info_request", object{})
	}
	if m := d.request(frontend.Shell, "complete_request", object{"code": "strin", "cursor_pos": 5})["matches"]; !strings.Contains(fmt.Sprint(m), "string") {
		t.Errorf("completion gave %v", m)
	}
	if found := d.request(frontend.Shell, "inspect_request", object{"code": "x", "cursor_pos": 1, "detail_level": 0})["found"]; found != true {
		t.Error("inspection found nothing")
	}
	d.request(frontend.Shell, "comm_info_request", object{})
	d.request(frontend.Shell, "history_request", object{"hist_access_type": "tail", "n": 1, "output": false, "raw": true})
	d.must("continue", object{"threadId": th})
	d.collect(p)
}

func TestInterruptWhileStopped(t *testing.T) {
	d := startDebugging(t)
	p, th := d.stand()
	if f := d.stop(p).Failure(); f == nil || f.ErrorName != "interrupted" {
		t.Errorf("got %v", f)
	}
	if e := d.event("continued"); e["threadId"] != th {
		t.Errorf("got %v", e)
	}
	if m := d.refused("continue", object{"threadId": th}); m != "no goroutine is stopped" {
		t.Errorf("got %q", m)
	}
	d.want("x", "1")
	p, _ = d.stand() // an expression that does not end can be interrupted too
	seq := d.seq + 1
	d.seq = seq
	asked, err := d.Send(frontend.Control, "debug_request", object{"type": "request", "seq": seq, "command": "evaluate", "arguments": object{"expression": "func() int { for { } }()"}})
	if err != nil {
		t.Fatal(err)
	}
	replied := make(chan struct{})
	var m *message.Message
	go func() {
		defer close(replied)
		m, err = asked.Reply(d.ctx)
	}()
	for waits := true; waits; { // it may not have begun when the first interrupt comes
		if err := d.Interrupt(d.ctx); err != nil {
			t.Fatal(err)
		}
		select {
		case <-replied:
			waits = false
		case <-time.After(50 * time.Millisecond):
		}
	}
	if f := d.collect(p).Failure(); f == nil || f.ErrorName != "interrupted" {
		t.Errorf("got %v", f)
	}
	if err != nil || !strings.Contains(string(m.Content), "interrupted") {
		t.Errorf("got %v, %v", m, err)
	}
	d.want("x", "1")
}

func TestShutdownWhileStopped(t *testing.T) {
	d := startDebugging(t)
	d.stand()
	if err := d.Shutdown(d.ctx); err != nil {
		t.Error(err)
	}
}

// After a disconnect the cell runs on, and nothing stops any more.
func TestDisconnectWhileStopped(t *testing.T) {
	d := startDebugging(t)
	p, _ := d.stand()
	d.must("disconnect", object{"restart": false, "terminateDebuggee": false})
	if r := d.collect(p).Result(); r != "2" {
		t.Errorf("got %s", r)
	}
	d.want("x := 1\nx++\nx", "2")
	if info := d.must("debugInfo", object{}); info["isStarted"] != false || len(info["breakpoints"].([]any)) != 0 {
		t.Errorf("got %v", info)
	}
	if m := d.refused("dumpCell", object{"code": "x"}); m != "dumpCell: no debugger is attached" {
		t.Errorf("got %q", m)
	}
}

func TestMalformedDebugRequests(t *testing.T) {
	d := startDebugging(t)
	if m := d.refused("fly", nil); !strings.Contains(m, "fly is no request") {
		t.Errorf("got %q", m)
	}
	for _, command := range []string{"stackTrace", "scopes", "variables", "setVariable", "evaluate", "setBreakpoints", "dumpCell", "source", "copyToGlobals", "richInspectVariables", "exceptionInfo", "setExceptionBreakpoints"} {
		r := d.ask(command, object{"threadId": "one", "frameId": "x", "variablesReference": []any{}, "source": 3, "code": 5, "filters": 1, "srcFrameId": "a", "variableName": 4, "breakpoints": "b", "expression": 2})
		if r["success"] != false || r["message"] == "" {
			t.Errorf("%s: got %v", command, r)
		}
	}
	for _, command := range []string{"continue", "next", "stepIn", "stepOut"} {
		if m := d.refused(command, object{"threadId": 1}); m != "no goroutine is stopped" {
			t.Errorf("%s: got %q", command, m)
		}
	}
	d.request(frontend.Control, "debug_request", object{})
	d.want("1", "1")
}

// %debug shows the calls of the last panic, with their variables where they were kept.
func TestPostMortem(t *testing.T) {
	s := start(t)
	if f := s.fails("%debug"); f.ErrorValue != "%debug: no cell has panicked" {
		t.Errorf("got %v", f)
	}
	code := "func f(list []int, i int) int {\n\treturn list[i]\n}\nf(nil, 2)"
	s.fails(code)
	if out := colourless(s.run("%debug").Stdout()); !strings.Contains(out, "cell[2]:2:13 in f") || !strings.Contains(out, "%debug on") || strings.Contains(out, "i = 2") {
		t.Errorf("got %s", out)
	}
	s.run("%debug on")
	s.fails(code)
	if out := colourless(s.run("%debug").Stdout()); !strings.Contains(out, "cell[5]:2:13 in f") || !strings.Contains(out, "i = 2") {
		t.Errorf("got %s", out)
	}
	s.run("%debug off")
	s.fails(code)
	if out := colourless(s.run("%debug").Stdout()); strings.Contains(out, "i = 2") {
		t.Errorf("got %s", out)
	}
}

func colourless(text string) string {
	return regexp.MustCompile("\x1b\\[[0-9;]*m").ReplaceAllString(text, "")
}

// With a debugger attached, %debug stops where the last panic was.
func TestPostMortemInTheDebugger(t *testing.T) {
	d := startDebugging(t)
	code := "func f(list []int, i int) int {\n\treturn list[i]\n}\nf(nil, 2)"
	d.run("%debug on")
	d.fails(code)
	p := d.send("%debug")
	th := d.stopped("exception", 2)
	if got := d.locals(th); got != "list=nil i=2" {
		t.Errorf("locals are %s", got)
	}
	if info := d.must("exceptionInfo", object{"threadId": th}); info["exceptionId"] != "runtime.boundsError" {
		t.Errorf("got %v", info)
	}
	if got := d.must("evaluate", object{"expression": "i * i", "frameId": d.frames(th)[0]["id"]})["result"]; got != "4" {
		t.Errorf("got %v", got)
	}
	d.must("next", object{"threadId": th})
	if f := d.collect(p).Failure(); f != nil {
		t.Error(f.Traceback)
	}
}

// A callback of a widget that stops while a cell runs is not the cell.
func TestStopInCallback(t *testing.T) {
	d := startDebugging(t)
	page := openPage(d.session)
	d.run("import (\"axn/kernelspec/widgets\"; \"fmt\")\nbutton := widgets.NewButton(\"Go\")\nbutton")
	code := "n := 0\nbutton.OnClick(func() {\n\tn++\n})"
	d.breakpoints(code, line(3))
	d.run(code)
	p := d.send("fmt.Println(1)\nfor n == 0 {\n}")
	d.message("stream")
	click := object{"comm_id": page.find("Button", "Go"), "data": object{"method": "custom", "content": object{"event": "click"}}}
	if _, err := d.Send(frontend.Shell, "comm_msg", click); err != nil {
		t.Fatal(err)
	}
	th := d.stopped("breakpoint", 3)
	if f := d.frames(1)[0]; th == 1 || f["line"] != 2.0 {
		t.Errorf("the callback has the number %v, and the cell stands at line %v", th, f["line"])
	}
	if list := objects(d.must("threads", object{})["threads"]); len(list) != 2 {
		t.Errorf("threads are %v", list)
	}
	d.must("continue", object{"threadId": th})
	if f := d.collect(p).Failure(); f != nil {
		t.Error(f.Traceback)
	}
}

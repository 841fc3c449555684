package main_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

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
	s := start(t)
	d := &debugging{session: s, tap: s.Tap(1 << 14)}
	d.must("initialize", object{
		"clientID": "test-client", "clientName": "testClient", "adapterID": "", "pathFormat": "path", "linesStartAt1": true, "columnsStartAt1": true,
		"supportsVariableType": true, "supportsVariablePaging": true, "supportsRunInTerminalRequest": true, "locale": "en",
	})
	d.must("attach", object{})
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

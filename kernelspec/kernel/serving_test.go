package main_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"axn/kernelspec/frontend"
	"axn/kernelspec/message"
	"axn/kernelspec/zmtp"
)

// send starts a cell, waits until the kernel has taken it up, and gives it time to get going.
func (s *session) send(code string) *frontend.Pending {
	s.t.Helper()
	p, err := s.SendCode(code, frontend.ExecuteOptions{})
	if err != nil {
		s.t.Fatal(err)
	}
	s.takenUp(p)
	time.Sleep(50 * time.Millisecond)
	return p
}

// takenUp waits until the kernel says that it has taken up a cell.
func (s *session) takenUp(p *frontend.Pending) {
	s.t.Helper()
	for {
		m, err := p.Next(s.ctx)
		if err != nil {
			s.t.Fatal(err)
		}
		if m.Header.MsgType == "execute_input" {
			return
		}
	}
}

// stop interrupts a cell and returns what it gave.
func (s *session) stop(p *frontend.Pending) *frontend.Executed {
	s.t.Helper()
	if err := s.Interrupt(s.ctx); err != nil {
		s.t.Fatal(err)
	}
	return s.collect(p)
}

func (s *session) collect(p *frontend.Pending) *frontend.Executed {
	s.t.Helper()
	defer p.Forget()
	e, err := p.Collect(s.ctx)
	if err != nil {
		s.t.Fatal(err)
	}
	return e
}

func TestKernelInfo(t *testing.T) {
	s := start(t)
	for _, c := range []frontend.Channel{frontend.Shell, frontend.Control} {
		info := s.request(c, "kernel_info_request", map[string]any{})
		if info["protocol_version"] != "5.5" || info["status"] != "ok" || info["implementation"] != "axn" {
			t.Errorf("got %v", info)
		}
		lang, _ := info["language_info"].(map[string]any)
		for _, field := range []string{"name", "version", "mimetype", "file_extension", "pygments_lexer", "codemirror_mode", "nbconvert_exporter"} {
			if lang[field] == nil || lang[field] == "" {
				t.Errorf("language_info lacks %s: %v", field, lang)
			}
		}
		if v := fmt.Sprint(info["implementation_version"]); !regexp.MustCompile(`^\d+\.\d+\.\d+$`).MatchString(v) || !strings.Contains(fmt.Sprint(info["banner"]), v) {
			t.Errorf("version %q, banner %q", v, info["banner"])
		}
		if fmt.Sprint(info["supported_features"]) != "[iopub_welcome debugger]" || info["banner"] == "" || len(info["help_links"].([]any)) == 0 {
			t.Errorf("got %v", info)
		}
	}
}

// A front end that saves a notebook of the course writes the kernel's language_info into
// it: nothing changes by that.
func TestSavedNotebooksStayTheSame(t *testing.T) {
	s := start(t)
	info := s.request(frontend.Shell, "kernel_info_request", map[string]any{})
	names, _ := filepath.Glob("../../notebooks/*.ipynb")
	if len(names) == 0 {
		t.Fatal("no notebooks")
	}
	for _, name := range names {
		nb, err := frontend.ReadNotebook(name)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := nb.Metadata("language_info"), info["language_info"]; !reflect.DeepEqual(got, want) {
			t.Errorf("%s: language_info is %v, the kernel's %v", name, got, want)
		}
		before, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if after, err := nb.Bytes(); err != nil || !bytes.Equal(after, before) {
			t.Errorf("%s is not as Jupyter writes it: %v", name, err)
		}
	}
}

// The help menu leads to the workbench's own documentation, where it is served.
func TestHelpLinks(t *testing.T) {
	t.Setenv("AXN_DOCS", "/lab/tree/README.md")
	s := start(t)
	links, _ := s.request(frontend.Shell, "kernel_info_request", map[string]any{})["help_links"].([]any)
	if len(links) < 2 || !reflect.DeepEqual(links[0], map[string]any{"text": "AXN workbench", "url": "/lab/tree/README.md"}) {
		t.Errorf("help links are %v", links)
	}
}

// A new subscriber is welcomed before anything else.
func TestWelcome(t *testing.T) {
	s := start(t)
	network, address := s.Connection.Address(s.Connection.IOPubPort)
	c, err := zmtp.Dial(network, address, "SUB", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetReadDeadline(time.Now().Add(soon))
	frames, err := c.Read()
	if err != nil {
		t.Fatal(err)
	}
	m, err := message.NewCodec(s.Connection.Key).Decode(frames)
	if err != nil || m.Header.MsgType != "iopub_welcome" || string(m.Content) != `{"subscription":""}` || string(m.Parent) != "{}" {
		t.Errorf("got %+v, %v", m, err)
	}
}

// Every message carries version and date, and every request is busy and then idle.
func TestHeadersAndStatus(t *testing.T) {
	s := start(t)
	p, err := s.SendCode("1", frontend.ExecuteOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var states []string
	for len(states) < 2 {
		m, err := p.Next(s.ctx)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := time.Parse(time.RFC3339Nano, m.Header.Date); err != nil || m.Header.Version != "5.5" || m.Header.Session == "" {
			t.Errorf("header %+v, %v", m.Header, err)
		}
		if m.Header.MsgType == "status" {
			states = append(states, string(m.Content))
		}
	}
	if states[0] != `{"execution_state":"busy"}` || states[1] != `{"execution_state":"idle"}` {
		t.Errorf("states %v", states)
	}
}

// Control, completion, inspection, comms and history are answered while a cell runs.
func TestAnswersWhileBusy(t *testing.T) {
	s := start(t)
	s.run("import \"strings\"\nname := \"x\"")
	for _, code := range []string{"for {}", "<-make(chan int)"} {
		p := s.send(code)
		for _, r := range []struct {
			channel frontend.Channel
			msgType string
			content map[string]any
			field   string
		}{
			{frontend.Control, "kernel_info_request", map[string]any{}, "banner"},
			{frontend.Shell, "complete_request", map[string]any{"code": "strings.ToUp", "cursor_pos": 12}, "matches"},
			{frontend.Shell, "inspect_request", map[string]any{"code": "name", "cursor_pos": 2, "detail_level": 0}, "found"},
			{frontend.Shell, "comm_info_request", map[string]any{}, "comms"},
			{frontend.Shell, "history_request", map[string]any{"hist_access_type": "tail", "n": 3}, "history"},
			{frontend.Shell, "is_complete_request", map[string]any{"code": "1"}, "status"},
		} {
			before := time.Now()
			reply := s.request(r.channel, r.msgType, r.content)
			if d := time.Since(before); d > soon {
				t.Errorf("%s took %v while a cell runs", r.msgType, d)
			}
			if reply[r.field] == nil || reply["status"] == "error" {
				t.Errorf("%s: %v", r.msgType, reply)
			}
		}
		s.stop(p)
	}
}

// Ten thousand lines come in a few messages, all before the cell is idle.
func TestLargeOutput(t *testing.T) {
	s := start(t)
	s.run("import (\"fmt\"; \"strings\"; \"os\")")
	p := s.send("for i := 0; i < 10000; i++ { fmt.Println(i) }")
	messages, text := 0, ""
	for {
		m, err := p.Next(s.ctx)
		if err != nil {
			t.Fatal(err)
		}
		var c struct {
			Text  string
			State string `json:"execution_state"`
		}
		if err := json.Unmarshal(m.Content, &c); err != nil {
			t.Fatal(err)
		}
		if m.Header.MsgType == "stream" {
			messages++
			text += c.Text
		}
		if c.State == "idle" {
			break
		}
	}
	var want strings.Builder
	for i := range 10000 {
		fmt.Fprintln(&want, i)
	}
	if text != want.String() {
		t.Errorf("%d bytes of %d", len(text), want.Len())
	}
	if messages > 50 {
		t.Errorf("%d messages", messages)
	}
	for code, want := range map[string]string{
		`fmt.Println(strings.Repeat("x", 1<<20))`:                                strings.Repeat("x", 1<<20) + "\n",
		`for i := 0; i < 5; i++ { fmt.Print(strings.Repeat("é", 1<<19)) }`:       strings.Repeat("é", 5<<19),
		`for i := 0; i < 3; i++ { fmt.Printf("\r%d%%", i) }`:                     "\r0%\r1%\r2%",
		`for _, b := range []byte("a😀b") { os.Stdout.Write([]byte{b}) }`:         "a😀b",
		`fmt.Print("1"); os.Stdout.WriteString("2"); fmt.Fprint(os.Stdout, "3")`: "123",
	} {
		if got := s.run(code).Stdout(); got != want {
			t.Errorf("%s gave %d bytes, want %d", code, len(got), len(want))
		}
	}
}

// Output is seen while the cell runs.
func TestOutputStreams(t *testing.T) {
	s := start(t)
	s.run("import (\"fmt\"; \"time\")")
	p := s.send("fmt.Println(\"now\")\ntime.Sleep(time.Hour)")
	for before := time.Now(); ; {
		m, err := p.Next(s.ctx)
		if err != nil {
			t.Fatal(err)
		}
		if m.Header.MsgType == "stream" {
			if d := time.Since(before); d > soon {
				t.Errorf("seen after %v", d)
			}
			break
		}
	}
	s.stop(p)
}

// What a goroutine prints after its cell ended goes to that cell.
func TestLateOutput(t *testing.T) {
	s := start(t)
	s.run("import (\"fmt\"; \"time\"; \"os\"; \"log\")\nlog.SetFlags(0)")
	tap := s.Tap(1000)
	p := s.send("go func() {\n\ttime.Sleep(300 * time.Millisecond)\n\tfmt.Println(\"late\")\n\tfmt.Fprintln(os.Stderr, \"later\")\n\tlog.Println(\"last\")\n}()")
	s.collect(p)
	s.run("fmt.Println(\"other\")\ntime.Sleep(600 * time.Millisecond)")
	if got := s.heard(tap, p, "last\n"); got != "late\nlater\nlast\n" {
		t.Errorf("the first cell got %q", got)
	}
}

// heard waits until the streams of a cell, which may have ended, have given a text, and
// returns all that they gave.
func (s *session) heard(tap <-chan *message.Message, p *frontend.Pending, text string) string {
	s.t.Helper()
	all := map[string]string{} // by request
	for {
		select {
		case m := <-tap:
			if m.Header.MsgType != "stream" {
				continue
			}
			var c struct{ Text string }
			json.Unmarshal(m.Content, &c)
			all[frontend.ParentID(m)] += c.Text
		case <-s.ctx.Done():
			s.t.Fatalf("no %q of the cell, but %q", text, all)
		}
		if got := all[p.ID]; strings.Contains(got, text) {
			return got
		}
	}
}

func TestShutdownInTime(t *testing.T) {
	for _, code := range []string{"1", "for {}", "<-make(chan int)"} {
		s := start(t)
		s.send(code)
		before := time.Now()
		reply := s.request(frontend.Control, "shutdown_request", map[string]any{"restart": true})
		if reply["restart"] != true || reply["status"] != "ok" {
			t.Errorf("got %v", reply)
		}
		<-s.Exited
		if d := time.Since(before); d > soon {
			t.Errorf("%s: ended after %v", code, d)
		}
	}
}

func TestHistoryIsKept(t *testing.T) {
	file := filepath.Join(t.TempDir(), "sub", "history.jsonl")
	s := start(t, "AXN_HISTORY="+file)
	for _, code := range []string{"x := 1", "x + 1", "\"a/b\""} {
		s.run(code)
	}
	if _, err := s.SendCode("silent := 1", frontend.ExecuteOptions{Silent: true}); err != nil {
		t.Fatal(err)
	}
	s.Shutdown(s.ctx)
	s = start(t, "AXN_HISTORY="+file)
	s.run("y := 2")
	ask := func(content map[string]any) string {
		return fmt.Sprint(s.request(frontend.Shell, "history_request", content)["history"])
	}
	for _, test := range []struct {
		content map[string]any
		want    string
	}{
		{map[string]any{"hist_access_type": "tail", "n": 2}, `[[1 3 "a/b"] [2 1 y := 2]]`},
		{map[string]any{"hist_access_type": "range", "session": 1, "start": 1, "stop": 3}, "[[1 1 x := 1] [1 2 x + 1]]"},
		{map[string]any{"hist_access_type": "range", "session": 0, "start": 1}, "[[2 1 y := 2]]"},
		{map[string]any{"hist_access_type": "range", "session": -1, "start": 3, "stop": 9}, `[[1 3 "a/b"]]`},
		{map[string]any{"hist_access_type": "search", "pattern": "x*1", "n": 5}, "[[1 1 x := 1] [1 2 x + 1]]"},
		{map[string]any{"hist_access_type": "search", "pattern": "*a?b*", "n": 5}, `[[1 3 "a/b"]]`},
		{map[string]any{"hist_access_type": "tail", "n": 1, "output": true}, "[[2 1 [y := 2 <nil>]]]"},
	} {
		if got := ask(test.content); got != test.want {
			t.Errorf("%v gave %s, want %s", test.content, got, test.want)
		}
	}
}

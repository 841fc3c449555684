package main_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"axn/kernelspec/frontend"
	"axn/kernelspec/zmtp"
)

// sign puts the right signature on frames that were changed.
func (s *session) sign(frames [][]byte) [][]byte {
	mac := hmac.New(sha256.New, []byte(s.Connection.Key))
	for _, f := range frames[2:6] {
		mac.Write(f)
	}
	frames[1] = []byte(hex.EncodeToString(mac.Sum(nil)))
	return frames
}

// Broken and forged messages are survived, and never executed.
func TestMalformedMessages(t *testing.T) {
	s := start(t)
	s.run("hits := 0")
	cell := func(code any) [][]byte {
		return s.Frames("execute_request", map[string]any{"code": code, "silent": false, "store_history": true, "user_expressions": map[string]any{}, "allow_stdin": false, "stop_on_error": true})
	}
	header := func(h string) [][]byte { f := cell("hits++"); f[2] = []byte(h); return s.sign(f) }
	forged := cell("hits++")
	forged[1] = []byte(strings.Repeat("0", 64))
	unsigned := cell("hits++")
	unsigned[1] = nil
	for name, frames := range map[string][][]byte{
		"forged":              forged,
		"unsigned":            unsigned,
		"no delimiter":        cell("hits++")[1:],
		"too few frames":      cell("hits++")[:4],
		"one empty frame":     {{}},
		"many frames":         append(cell("1"), make([][]byte, 900)...),
		"header no JSON":      header("{not json"),
		"header null":         header("null"),
		"header without type": header(`{"msg_id":"a"}`),
		"header deep":         header(strings.Repeat("[", 100_000)),
		"header not UTF-8":    header("{\"msg_id\":\"\xff\xfe\",\"msg_type\":\"execute_request\"}"),
		"unknown type":        s.Frames("make_coffee_request", map[string]any{}),
		"subshell":            s.Frames("create_subshell_request", map[string]any{}),
		"comm of nobody":      s.Frames("comm_msg", map[string]any{"comm_id": "none", "data": nil}),
		"comm without id":     s.Frames("comm_open", map[string]any{}),
	} {
		for _, c := range []frontend.Channel{frontend.Shell, frontend.Control} {
			if err := s.SendFrames(c, frames); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
		s.request(frontend.Shell, "kernel_info_request", map[string]any{})
		s.request(frontend.Control, "kernel_info_request", map[string]any{})
	}
	s.want("hits", "0")
}

// A cell that is no text is not run, and the error says where.
func TestCellThatIsNoText(t *testing.T) {
	s := start(t)
	s.run("hits := 0")
	for _, raw := range []string{"{\"code\":\"hits++\\n// \xff\"}", `{"code":"hits++\n// \udcff"}`} {
		p, err := s.Send(frontend.Shell, "execute_request", json.RawMessage(raw))
		if err != nil {
			t.Fatal(err)
		}
		e, err := p.Collect(s.ctx)
		if err != nil {
			t.Fatal(err)
		}
		if f := e.Failure(); f == nil || !strings.Contains(f.ErrorValue, "invalid UTF-8 in line 2, column 4 of the cell") {
			t.Errorf("%s: %+v", raw, f)
		}
	}
	s.want("hits", "0")
}

// A request whose header can be read is answered with an error.
func TestBadContentIsAnswered(t *testing.T) {
	s := start(t)
	for name, content := range map[string]any{
		"nothing": map[string]any{}, "null": nil, "list": []int{1}, "code null": map[string]any{"code": nil},
		"code of wrong type": map[string]any{"code": 5}, "cursor of wrong type": map[string]any{"code": "x", "cursor_pos": "here", "silent": "perhaps"},
	} {
		for _, msgType := range []string{"execute_request", "complete_request", "inspect_request"} {
			p, err := s.Send(frontend.Shell, msgType, content)
			if err != nil {
				t.Fatal(err)
			}
			m, err := p.Reply(s.ctx)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(string(m.Content), `"status":"error"`) || !strings.Contains(string(m.Content), `"traceback":[]`) {
				t.Errorf("%s with %s: %s", msgType, name, m.Content)
			}
		}
	}
	for _, cursor := range []int{-5, 0, 100} {
		s.request(frontend.Shell, "complete_request", map[string]any{"code": "fm", "cursor_pos": cursor})
		s.request(frontend.Shell, "inspect_request", map[string]any{"code": "fm", "cursor_pos": cursor, "detail_level": 0})
	}
	s.want("1", "1")
}

func TestReplayIsNotExecuted(t *testing.T) {
	s := start(t)
	s.run("hits := 0")
	frames := s.Frames("execute_request", map[string]any{"code": "hits++"})
	for range 3 {
		if err := s.SendFrames(frontend.Shell, frames); err != nil {
			t.Fatal(err)
		}
	}
	time.Sleep(50 * time.Millisecond)
	s.want("hits", "1")
}

// A peer that breaks the transport loses its connection, nobody else does.
func TestTransportRubbish(t *testing.T) {
	s := start(t)
	network, address := s.Connection.Address(s.Connection.ShellPort)
	c, err := zmtp.Dial(network, address, "DEALER", []byte("stranger"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for range zmtp.MaxFrames + 5 {
		if c.Write([][]byte{{}, {}}) != nil {
			break
		}
	}
	s.want("1", "1")
}

// Cells cannot end the kernel.
func TestCellsDoNotEndTheKernel(t *testing.T) {
	s := start(t)
	s.run("import (\"fmt\"; \"os\"; \"log\"; \"sync\"; \"gonum.org/v1/gonum/optimize\")\nkeep := 7")
	for code, want := range map[string]string{
		"os.Exit(3)":                                  "os.Exit(3)",
		"log.Fatal(\"gone\")":                         "os.Exit(1)",
		"log.Fatalf(\"%d\", 1)":                       "os.Exit(1)",
		"panic(\"boom\")":                             "boom",
		"var m map[string]int\nm[\"a\"] = 1":          "nil map",
		"func r(n int) int { return 1 + r(n) }\nr(1)": "stack overflow",
		"p := optimize.Problem{Func: func(x []float64) float64 { return x[5] }}\noptimize.Minimize(p, []float64{1}, nil, nil)": "out of range",
	} {
		if f := s.fails(code); !strings.Contains(f.ErrorValue, want) {
			t.Errorf("%s: %s: %s", code, f.ErrorName, f.ErrorValue)
		}
	}
	s.run("os.Stdout.Close()\nos.Stderr.Close()")
	if got := s.run("fmt.Println(\"again\")").Stdout(); got != "again\n" {
		t.Errorf("after closing stdout: %q", got)
	}
	s.run("os.Stdin.Close()")
	tap := s.Tap(1000)
	p := s.send("var wg sync.WaitGroup\nwg.Add(1)\ngo func() { defer wg.Done(); var p []int; p[3] = 1 }()\nwg.Wait()")
	s.collect(p)
	if got := s.heard(tap, p, "cell["); !strings.Contains(got, "panic in a goroutine") {
		t.Errorf("stderr is %q", got)
	}
	s.want("keep", "7")
}

// A type of a cell may implement an interface of compiled code, which calls it on
// goroutines of its own.
func TestMethodsOnForeignGoroutines(t *testing.T) {
	s := start(t)
	s.run("import (\"context\"; \"axn/workbench\")")
	s.run("type mine struct{ bad bool }\nfunc (m mine) Score(ctx context.Context, pairs []workbench.Pair) ([]float64, error) {\n\tif m.bad { var p []int; p[3] = 1 }\n\treturn make([]float64, len(pairs)), nil\n}")
	s.want("var sc workbench.Scorer = mine{}\nxs, err := sc.Score(ctx, make([]workbench.Pair, 2))\nlen(xs)", "2")
	s.run("import \"time\"\nsc = mine{true}\nf := sc.Score")
	if f := s.fails("time.AfterFunc(time.Millisecond, func() { sc.Score(ctx, nil) })\ntime.Sleep(time.Hour)"); !strings.Contains(f.ErrorValue, "out of range") {
		t.Errorf("got %+v", f)
	}
	s.want("1", "1")
}

// Values whose own methods fail, or do not end, fail as cells do.
func TestValuesThatCannotShowThemselves(t *testing.T) {
	s := start(t)
	s.run("type bad struct{}\nfunc (bad) HTML() string { var p []int; return string(rune(p[3])) }\ntype endless struct{}\nfunc (endless) HTML() string { for {}; return \"\" }\ntype text struct{}\nfunc (text) String() string { panic(\"no text\") }")
	if f := s.fails("bad{}"); !strings.Contains(f.ErrorValue, "out of range") || !strings.Contains(strings.Join(f.Traceback, "\n"), "cell[1]:2") {
		t.Errorf("got %+v", f)
	}
	p := s.send("endless{}")
	if f := s.stopSoon(p).Failure(); f == nil || f.ErrorName != "interrupted" {
		t.Errorf("got %+v", f)
	}
	s.try("text{}")
	s.try("display.Show(bad{})")
	s.want("1", "1")
}

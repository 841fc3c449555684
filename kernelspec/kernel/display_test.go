package main_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"image/png"
	"strings"
	"testing"
	"time"

	"axn/kernelspec/frontend"
)

// first returns the data of a cell's first output.
func (s *session) first(code string) map[string]any {
	s.t.Helper()
	e := s.run(code)
	if len(e.Outputs) == 0 {
		s.t.Fatalf("%s\nshows nothing", code)
	}
	return e.Outputs[0].Data
}

func TestRenderers(t *testing.T) {
	s := start(t)
	s.run(imports + "\nimport (\"image\"; \"image/color\"; \"errors\")")
	s.run("type H struct{}\nfunc (H) HTML() string { return \"<b>h</b>\" }\nfunc (H) String() string { return \"an h\" }\ntype V struct{ X int }\nfunc (v V) String() string { return fmt.Sprint(\"V\", v.X) }\ntype J struct{}\nfunc (J) JSON() map[string]interface{} { return map[string]interface{}{\"a\": 1} }")
	for _, test := range []struct{ code, mime, part string }{
		{"H{}", "text/html", "<b>h</b>"},
		{"H{}", "text/plain", "an h"},
		{"V{3}", "text/plain", "V3"},
		{"&V{3}", "text/plain", "V3"},
		{"J{}", "application/json", "map[a:1]"},
		{"display.HTML(\"<i>x</i>\")", "text/html", "<i>x</i>"},
		{"display.Markdown(\"*x*\")", "text/markdown", "*x*"},
		{"display.Latex(\"x^2\")", "text/latex", "x^2"},
		{"display.SVG(\"<svg/>\")", "image/svg+xml", "<svg/>"},
		{"display.JSON(map[string]interface{}{\"k\": 2})", "application/json", "map[k:2]"},
		{"display.JavaScript(\"1\")", "application/javascript", "1"},
		{"image.NewGray(image.Rect(0, 0, 3, 2))", "text/plain", "image of 3×2 pixels"},
		{"mat.NewDense(2, 2, []float64{1, 2, 3, 4.5})", "text/html", ">4.5<"},
		{"mat.NewVecDense(30, nil)", "text/plain", "30×1 matrix"},
		{"series.New([]int{1, 2}, series.Int, \"n\")", "text/html", "2 rows × 1 column"},
		{"make([]int, 100000)", "text/plain", "bytes left out"},
	} {
		if got := fmt.Sprint(s.first(test.code)[test.mime]); !strings.Contains(got, test.part) {
			t.Errorf("%s shows %s %.200q, want %q", test.code, test.mime, got, test.part)
		}
	}
	encoded, _ := s.first("image.NewGray(image.Rect(0, 0, 3, 2))")["image/png"].(string)
	raw, err := base64.StdEncoding.DecodeString(encoded)
	if err == nil {
		_, err = png.Decode(bytes.NewReader(raw))
	}
	if err != nil {
		t.Errorf("image: %v", err)
	}
}

func TestFramesAndPlots(t *testing.T) {
	s := start(t)
	s.run(imports)
	frame := s.first("xs := make([]float64, 200)\nids := make([]int, 200)\nfor i := range ids { ids[i] = i; xs[i] = float64(i) / 3 }\ndf := dataframe.New(series.New(ids, series.Int, \"id\"), series.New(xs, series.Float, \"<score>\"))\ndf")
	html, text := fmt.Sprint(frame["text/html"]), fmt.Sprint(frame["text/plain"])
	for _, part := range []string{"200 rows × 2 columns", "&lt;score&gt;", "float", ">199<", ">66.3333<", "⋮"} {
		if !strings.Contains(html, part) {
			t.Errorf("HTML lacks %q: %s", part, html)
		}
	}
	if n := strings.Count(html, "<tr>"); n != 17 {
		t.Errorf("%d rows are shown", n)
	}
	if !strings.Contains(text, "200 rows × 2 columns") || strings.Count(text, "\n") != 18 {
		t.Errorf("text is\n%s", text)
	}
	plot := "p := plot.New()\npts := make(plotter.XYs, %d)\nfor i := range pts { pts[i].X = float64(i); pts[i].Y = float64(i*i %% 97) }\nl, _ := plotter.NewLine(pts)\ng, _ := plotter.NewScatter(pts)\np.Add(l, g)\np"
	if svg := fmt.Sprint(s.first(fmt.Sprintf(plot, 10))["image/svg+xml"]); !strings.Contains(svg, "<svg") || len(svg) > 100_000 {
		t.Errorf("a small plot has %d bytes of SVG", len(svg))
	}
	e := s.run(fmt.Sprintf(plot, 20_000))
	if e.Outputs[0].Data["image/png"] == nil || e.Outputs[0].Data["image/svg+xml"] != nil {
		t.Error("a plot of many points is no PNG")
	}
	size, _ := e.Outputs[0].Metadata["image/png"].(map[string]any)
	if w, _ := size["width"].(float64); w < 400 || w > 800 {
		t.Errorf("size is %v", size)
	}
	s.want("var none *plot.Plot\nnone", "<nil>")
}

func TestValuesAsTables(t *testing.T) {
	s := start(t)
	s.run("type town struct { name string; People int }\ntype marked struct{ n int }\nfunc (m marked) String() string { return \"marked\" }")
	for cell, wants := range map[string][]string{
		`[]town{{"Ulm", 126405}, {"Kiel", 0}}`:        {">name<br>", ">Ulm</td>", ">126405</td>", "2 rows × 2 columns"},
		`map[string]*town{"b": nil, "a": {"Ulm", 1}}`: {">a</th>", ">Ulm</td>", "&lt;nil&gt;"},
		`[][]float64{{1, 0.5}, {3, 4}}`:               {">0.5</td>", "2 rows × 2 columns"},
		`[]marked{{1}}`:                               {">value<br>", ">marked</td>", "1 row × 1 column<"},
	} {
		data := s.first(cell)
		for _, want := range wants {
			if html, _ := data["text/html"].(string); !strings.Contains(html, want) {
				t.Errorf("%s: the table lacks %q: %v", cell, want, data)
			}
		}
	}
}

func TestPlainPlots(t *testing.T) {
	s := start(t)
	s.run(imports)
	draw := "p := plot.New()\nl, _ := plotter.NewLine(plotter.XYs{{0, 1}, {3, 2}})\np.Add(l)\np"
	const ours = "#3D6AEA"
	if svg := fmt.Sprint(s.first(draw)["image/svg+xml"]); !strings.Contains(svg, ours) {
		t.Error("a plot has not the look of the notebook")
	}
	s.run("display.PlainPlots(true)")
	if svg := fmt.Sprint(s.first(draw)["image/svg+xml"]); strings.Contains(svg, ours) {
		t.Error("a plain plot has the look of the notebook")
	}
	s.run("display.PlainPlots(false)")
}

func TestInteractivePlots(t *testing.T) {
	s := start(t)
	s.run(imports)
	e := s.run("p, err := workbench.PlotSpectra(workbench.Spectrum{Name: \"a\", Values: []float64{3, 2, 1}})\nif err != nil { panic(err) }\ndisplay.Interactive(p)")
	if len(e.Outputs) != 1 {
		t.Fatalf("got %+v", e)
	}
	data := e.Outputs[0].Data
	spec, _ := data["application/vnd.vegalite.v5+json"].(map[string]any)
	if spec["layer"] == nil || data["image/png"] == nil || data["text/html"] != nil || !strings.Contains(fmt.Sprint(data["text/plain"]), "singular values") {
		t.Errorf("shown are %v", data)
	}
	if f := s.fails("display.Interactive(plot.New())"); !strings.Contains(f.ErrorValue, "does not know its data") {
		t.Errorf("a plot without data: %+v", f)
	}
}

func TestDisplayIDs(t *testing.T) {
	s := start(t)
	e := s.run("display.ShowAs(\"a\", 1)\ndisplay.Show([]int{1, 2})\ndisplay.Update(\"a\", \"changed\")")
	if len(e.Outputs) != 2 || e.Outputs[0].Data["text/plain"] != "changed" || e.Outputs[1].Data["text/plain"] != "[1 2]" {
		t.Errorf("got %+v", e.Outputs)
	}
	e = s.run("display.Update(\"a\", 3)")
	if len(e.Updates) != 1 || e.Updates[0].ID != "a" || e.Updates[0].Data["text/plain"] != "3" {
		t.Errorf("got %+v", e.Updates)
	}
	e = s.run("import \"fmt\"\nfmt.Println(1)\ndisplay.ClearOutput(false)\nfmt.Println(2)")
	if e.Clears != 1 || e.Stdout() != "2\n" {
		t.Errorf("got %+v", e)
	}
	e = s.run("Display(display.HTML(\"x\"))")
	if len(e.Outputs) != 1 || e.Outputs[0].Type != "display_data" {
		t.Errorf("got %+v", e.Outputs)
	}
}

func TestComms(t *testing.T) {
	s := start(t)
	s.run("import \"comm\"\nvar last map[string]interface{}\nvar theirs *comm.Comm\ncomm.Register(\"echo\", func(c *comm.Comm, data map[string]interface{}) {\n\ttheirs = c\n\tc.OnMessage(func(data map[string]interface{}) { last = data; c.Send(data) })\n\tc.OnClose(func(data map[string]interface{}) { last = nil })\n})")
	tap := s.Tap(1000)
	expect := func(msgType, content string) {
		t.Helper()
		for timeout := time.After(soon); ; {
			select {
			case m := <-tap:
				if m.Header.MsgType == msgType {
					if !strings.Contains(string(m.Content), content) {
						t.Errorf("%s is %s, want %s", msgType, m.Content, content)
					}
					return
				}
			case <-timeout:
				t.Fatalf("no %s", msgType)
			}
		}
	}
	send := func(msgType string, content map[string]any) {
		t.Helper()
		if _, err := s.Send(frontend.Shell, msgType, content); err != nil {
			t.Fatal(err)
		}
	}
	busy := s.send("for {}") // comms work while a cell runs
	send("comm_open", map[string]any{"comm_id": "c1", "target_name": "echo", "data": map[string]any{}})
	send("comm_msg", map[string]any{"comm_id": "c1", "data": map[string]any{"n": 5}})
	expect("comm_msg", `"n":5`)
	info, _ := json.Marshal(s.request(frontend.Shell, "comm_info_request", map[string]any{"target_name": "echo"})["comms"])
	if string(info) != `{"c1":{"target_name":"echo"}}` {
		t.Errorf("comms are %s", info)
	}
	s.stop(busy)
	s.want("last[\"n\"]", "5")
	send("comm_close", map[string]any{"comm_id": "c1", "data": map[string]any{}})
	send("comm_open", map[string]any{"comm_id": "c2", "target_name": "nobody", "data": map[string]any{}})
	expect("comm_close", `"c2"`)
	s.want("last == nil", "true")
	s.run("c := comm.Open(\"widget\", map[string]interface{}{\"a\": 1})\nc.Send(map[string]interface{}{\"b\": 2})\nc.Close(nil)")
	expect("comm_open", `"target_name":"widget"`)
	expect("comm_msg", `"b":2`)
	expect("comm_close", `"data":{}`)
}

// Calls of the workbench show how far they are by themselves: one line for a task,
// however often it is done, and none when outputs are to be stored.
func TestProgress(t *testing.T) {
	// A cell can follow the calls too; the workbench's own listener is in ctx.
	const call = `for i := 0; i < 26; i++ {
	report(workbench.Progress{Task: "observe", Unit: "calls", Done: i % 13 * 100, Total: 1200, Final: i % 13 == 12})
	time.Sleep(60 * time.Millisecond)
}`
	for env, want := range map[string]string{"AXN_HEADLESS=": "display_data observe: 1200 of 1200 calls", "AXN_HEADLESS=1": ""} {
		s := start(t, env)
		s.run("import (\"axn/workbench\"; \"time\")")
		e := s.run("report := workbench.ProgressOf(ctx)\n" + call)
		var shown []string
		for _, o := range e.Outputs {
			shown = append(shown, fmt.Sprint(o.Type, " ", o.Text, o.Data["text/plain"]))
		}
		if got := strings.Join(shown, "\n"); !strings.HasPrefix(got, want) || strings.Count(got, "observe") > 1 || want == "" && got != "" {
			t.Errorf("%s: %q", env, got)
		}
	}
}

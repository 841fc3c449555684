package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"axn/workbench"
)

// models of the project.
const (
	crossEncoder = "../../data/models/ce-wordnet-L4"
	dualEncoder  = "../../data/models/de-wordnet-L2"
)

var words = []string{"walk on foot", "eat a meal", "sleep at night", "run fast", "speak aloud", "read a book", "write a letter", "drink water", "swim in the sea", "drive a car"}

// beir writes a BEIR folder whose items' ids begin with prefix.
func beir(t *testing.T, dir, prefix string) {
	t.Helper()
	var corpus strings.Builder
	for i, text := range words {
		fmt.Fprintf(&corpus, "{\"_id\": %q, \"text\": %q}\n", fmt.Sprint(prefix, i), text)
	}
	for name, text := range map[string]string{"corpus.jsonl": corpus.String(), "queries.jsonl": `{"_id": "q", "text": "move"}` + "\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestServesWhatTheFilesHold(t *testing.T) {
	dir := t.TempDir()
	beir(t, dir, "old")
	s, err := parse([]string{"-data", dir, "-cross-encoder", crossEncoder, "-dual-encoder", dualEncoder, "-budget", "10", "-watch", "20ms", "-listen", "localhost:0"}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", s.Listen)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, s, l) }()
	ask := func() (int, string) {
		resp, err := http.Post("http://"+l.Addr().String()+"/search", "application/json", strings.NewReader(`{"query": "move by walking", "k": 3}`))
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		data, _ := io.ReadAll(resp.Body)
		return resp.StatusCode, string(data)
	}
	code, body := ask()
	var got struct {
		Items []struct{ ID, Text string }
		Calls int
	}
	if err := json.Unmarshal([]byte(body), &got); code != 200 || err != nil || len(got.Items) != 3 || got.Calls != 10 {
		t.Fatalf("%d %s", code, body)
	}
	// As the cross-encoder alone would rank all.
	ce, err := workbench.OpenCrossEncoder(crossEncoder)
	if err != nil {
		t.Fatal(err)
	}
	var pairs [][2]string
	for _, w := range words {
		pairs = append(pairs, [2]string{"move by walking", w})
	}
	scores, err := ce.Predict(t.Context(), pairs)
	if err != nil {
		t.Fatal(err)
	}
	best := 0
	for i, v := range scores {
		if v > scores[best] {
			best = i
		}
	}
	if got.Items[0].ID != fmt.Sprint("old", best) || got.Items[0].Text != words[best] {
		t.Errorf("the first of %s is not %q", body, words[best])
	}

	beir(t, dir, "new")
	var seen atomic.Bool
	for limit := time.Now().Add(time.Minute); time.Now().Before(limit) && !seen.Load(); time.Sleep(20 * time.Millisecond) {
		code, body := ask()
		if code != 200 {
			t.Fatalf("while the files change: %d %s", code, body)
		}
		seen.Store(strings.Contains(body, `"new`))
	}
	if !seen.Load() {
		t.Error("the new texts are not served")
	}
	os.WriteFile(filepath.Join(dir, "corpus.jsonl"), []byte("no JSON\n"), 0o644)
	time.Sleep(200 * time.Millisecond)
	if code, body := ask(); code != 200 || !strings.Contains(body, `"new`) {
		t.Errorf("with a broken file: %d %s", code, body)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// TestTiers: the same folder in bytes scores the rounds.
func TestTiers(t *testing.T) {
	s, err := parse([]string{"-data", ".", "-cross-encoder", crossEncoder, "-fast", crossEncoder, "-fast-precision", "int8", "-again", "4"}, io.Discard)
	if err != nil || s.options().Again != 4 {
		t.Fatalf("%+v %v", s, err)
	}
	m, err := s.models()
	if err != nil {
		t.Fatal(err)
	}
	if exact, fast := m.scorer.(*workbench.CrossEncoder), m.fast.(*workbench.CrossEncoder); exact.Precision().Precision != "float32" || fast.Precision().Precision != "int8" {
		t.Errorf("%v and %v", exact.Precision(), fast.Precision())
	}
	for want, args := range map[string][]string{"for a model's folder": {"-cross-encoder", "http://localhost:1", "-precision", "int8"}, "float32, int8 or auto": {"-cross-encoder", crossEncoder, "-precision", "int4"}} {
		s, err := parse(append([]string{"-data", "."}, args...), io.Discard)
		if err == nil {
			_, err = s.models()
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", args, err)
		}
	}
	if _, err := parse([]string{"-data", ".", "-cross-encoder", "y", "-again", "3"}, io.Discard); err == nil || !strings.Contains(err.Error(), "-fast") {
		t.Errorf("-again alone: %v", err)
	}
}

func TestSettings(t *testing.T) {
	file := filepath.Join(t.TempDir(), "settings.json")
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write(`{"data": ".", "cross-encoder": "b", "budget": 50, "k": 3, "timeout": "5s"}`)
	s, err := parse([]string{"-settings", file, "-k", "7"}, io.Discard)
	if err != nil || s.Data != "." || s.Budget != 50 || s.K != 7 || time.Duration(s.Timeout) != 5*time.Second || s.Searches != 256 {
		t.Errorf("%+v %v", s, err)
	}
	for text, want := range map[string]string{
		`{"budgett": 1}`:                       `there is no setting "budgett", only again, budget, cross-encoder, data`,
		`{"settings": "a"}`:                    `there is no setting "settings"`,
		`{"timeout": "soon"}`:                  "timeout: soon does not do",
		`{"budget": "many"}`:                   "budget: many does not do",
		`{"k": [3]}`:                           "k: a text, a number, true or false is wanted, not [3]",
		"{\n\"budget\": 3,":                    "ends in line 2, before its object does",
		"{\n\"budget\": 3,\n}":                 "line 3 is no JSON",
		"\ufeff{}":                             "line 1 is no JSON",
		"{\"budget\": 3}\n\n{\"budget\": 4}\n": "line 3: more follows",
		"":                                     "the file is empty",
		"[1]":                                  "holds no object",
		"null":                                 "holds no object",
	} {
		write(text)
		if _, err := parse([]string{"-settings", file}, io.Discard); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), file) {
			t.Errorf("%s: %v", text, err)
		}
	}
	for want, args := range map[string][]string{"-data is missing": {"-cross-encoder", "x"}, "-data nowhere: there is no such folder": {"-data", "nowhere"}, "-index nowhere: there is no such file": {"-data", ".", "-index", "nowhere"}, "-cross-encoder": {"-data", "."}, "no flag": {"-data", ".", "-cross-encoder", "y", "z"}, "usage": {"-nothing"}} {
		if _, err := parse(args, io.Discard); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", args, err)
		}
	}
}

package main

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"axn/kernelspec/builder"
	"axn/kernelspec/frontend"
)

// notebook writes a notebook with the given code cells; "tag: code" gives a cell a tag.
func notebook(t *testing.T, cells ...string) string {
	t.Helper()
	var list []any
	for _, code := range cells {
		tags := []any{}
		if tag, rest, ok := strings.Cut(code, ": "); ok && !strings.Contains(tag, "\n") && (tag == "raises-exception" || tag == "parameters") {
			tags, code = []any{tag}, rest
		}
		list = append(list, map[string]any{"cell_type": "code", "id": "x", "metadata": map[string]any{"tags": tags}, "outputs": []any{}, "execution_count": nil, "source": code})
	}
	b, err := json.Marshal(map[string]any{"cells": list, "metadata": map[string]any{}, "nbformat": 4, "nbformat_minor": 5})
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "n.ipynb")
	if err := os.WriteFile(name, b, 0o644); err != nil {
		t.Fatal(err)
	}
	return name
}

// outputs returns the text of the outputs of a notebook's code cells.
func outputs(t *testing.T, name string) []string {
	t.Helper()
	nb, err := frontend.ReadNotebook(name)
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, c := range nb.Cells {
		text := ""
		for _, o := range c.Outputs() {
			text += o.Text + o.ErrorName
			if s, ok := o.Data["text/plain"].(string); ok {
				text += s
			}
		}
		texts = append(texts, text)
	}
	return texts
}

func TestRun(t *testing.T) {
	ctx := context.Background()
	name := notebook(t, "parameters: n := 10", "n * 2", "import \"os\"\n_, err := os.Stat(\"n.ipynb\")\nerr == nil", "raises-exception: panic(1)", "display.ShowAs(\"d\", 1)", "display.Update(\"d\", 2)")
	dir := filepath.Join(t.TempDir(), "out")
	if err := dispatch(ctx, []string{"run", "-o", dir, "-p", "n=21", name}); err != nil {
		t.Fatal(err)
	}
	want := "|||42|true|panic|2||"
	if got := "|" + strings.Join(outputs(t, filepath.Join(dir, "n.ipynb")), "|") + "|"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := strings.Join(outputs(t, name), ""); got != "" {
		t.Errorf("the notebook itself has outputs %q", got)
	}
	failing := notebook(t, "1", "x := nothing", "3")
	err := dispatch(ctx, []string{"run", failing})
	var cell *frontend.CellError
	if !errors.As(err, &cell) || cell.Cell != 2 || !strings.Contains(err.Error(), "nothing") {
		t.Errorf("got %v", err)
	}
	if got := strings.Join(outputs(t, failing), "|"); got != "1|compile error|" {
		t.Errorf("a failed run leaves %q", got)
	}
	for _, bad := range [][]string{{"run"}, {"run", "-p", "x", name}, {"run", "nowhere.ipynb"}, {"nothing"}, {"build", "-with", "a b"}, {"install", "-user", "-prefix", "x"}} {
		if dispatch(ctx, bad) == nil {
			t.Errorf("%v succeeds", bad)
		}
	}
}

func TestInstallAndUninstall(t *testing.T) {
	prefix := t.TempDir()
	ctx := context.Background()
	for range 2 {
		if err := dispatch(ctx, []string{"install", "-prefix", prefix}); err != nil {
			t.Fatal(err)
		}
	}
	dir := filepath.Join(prefix, "share", "jupyter", "kernels", "axn")
	b, err := os.ReadFile(filepath.Join(dir, "kernel.json"))
	if err != nil {
		t.Fatal(err)
	}
	var spec struct {
		Argv     []string
		Name     string `json:"display_name"`
		Language string
		Mode     string `json:"interrupt_mode"`
		Protocol string `json:"kernel_protocol_version"`
		Metadata struct{ Debugger bool }
	}
	if err := json.Unmarshal(b, &spec); err != nil {
		t.Fatal(err)
	}
	if spec.Name != "Go (AXN workbench)" || spec.Language != "go" || spec.Mode != "message" || spec.Protocol != "5.5" || !spec.Metadata.Debugger || len(spec.Argv) != 2 || spec.Argv[1] != "{connection_file}" {
		t.Errorf("got %+v", spec)
	}
	// The installed kernel runs without a Go toolchain.
	t.Setenv("PATH", "/nowhere")
	k, err := frontend.Start(spec.Argv[:1], frontend.Options{Env: []string{"AXN_HISTORY="}})
	if err != nil {
		t.Fatal(err)
	}
	defer k.Close()
	e, err := k.Execute(ctx, "import \"gonum.org/v1/gonum/floats\"\nfloats.Sum([]float64{1, 2})")
	if err != nil || e.Result() != "3" {
		t.Errorf("got %+v, %v", e, err)
	}
	for _, name := range []string{"logo-32x32.png", "logo-64x64.png", "logo-svg.svg"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		}
	}
	if err := dispatch(ctx, []string{"uninstall", "-prefix", prefix}); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("the kernel is still there")
	}
	if dispatch(ctx, []string{"uninstall", "-prefix", prefix}) == nil {
		t.Error("a kernel that is not there is taken away")
	}
}

// A kernel is built with a further package, which a cell then imports.
func TestBuildWith(t *testing.T) {
	if testing.Short() {
		return // it links a kernel of its own
	}
	root, err := builder.Root()
	if err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	k := &builder.Kernel{Root: root, Out: filepath.Join(t.TempDir(), "kernel"), With: []string{"github.com/jackc/pgx/v5/pgtype"}}
	if built, err := k.Build(); err != nil || !built {
		t.Fatalf("built %v, %v", built, err)
	}
	if built, err := k.Build(); err != nil || built {
		t.Errorf("built again: %v, %v", built, err)
	}
	proc, err := frontend.Start([]string{k.Out}, frontend.Options{Env: []string{"AXN_HISTORY="}})
	if err != nil {
		t.Fatal(err)
	}
	defer proc.Close()
	e, err := proc.Execute(context.Background(), "import \"github.com/jackc/pgx/v5/pgtype\"\npgtype.FlatArray[int]{3, 5}.Index(1)")
	if err != nil || e.Result() != "5" {
		t.Errorf("got %+v, %v", e.Failure(), err)
	}
	if after, err := os.ReadFile(filepath.Join(root, "go.mod")); err != nil || string(after) != string(before) {
		t.Errorf("go.mod was changed: %v", err)
	}
}

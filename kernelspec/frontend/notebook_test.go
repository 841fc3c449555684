package frontend

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

const small = `{
 "cells": [
  {"cell_type": "markdown", "id": "a", "metadata": {}, "source": ["# <b>\n", "text"]},
  {"cell_type": "code", "execution_count": 3, "id": "b", "metadata": {"tags": ["parameters"]}, "outputs": [{"output_type": "stream", "name": "stdout", "text": ["1\n", "2"]}], "source": "n := 10"},
  {"cell_type": "code", "execution_count": null, "id": "c", "metadata": {"tags": ["raises-exception"], "big": 12345678901234567890}, "outputs": [], "source": ["n +\n", "1"]}
 ],
 "metadata": {"kernelspec": {"name": "axn"}}, "nbformat": 4, "nbformat_minor": 5
}`

func TestNotebookKeepsWhatItHolds(t *testing.T) {
	nb, err := ParseNotebook([]byte(small))
	if err != nil {
		t.Fatal(err)
	}
	b, err := nb.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	var want, got bytes.Buffer
	json.Compact(&want, []byte(small))
	json.Compact(&got, b)
	var a, c any
	json.Unmarshal(want.Bytes(), &a)
	json.Unmarshal(got.Bytes(), &c)
	if x, y := jsonOf(a), jsonOf(c); x != y {
		t.Errorf("became\n%s\nfrom\n%s", y, x)
	}
	if !bytes.Contains(b, []byte("12345678901234567890")) || !bytes.Contains(b, []byte("<b>")) || !bytes.HasPrefix(b, []byte("{\n \"cells\"")) {
		t.Errorf("written as\n%s", b)
	}
	if code, isCode := nb.Cells[2].Code(); !isCode || code != "n +\n1" || !nb.Cells[2].HasTag("raises-exception") {
		t.Errorf("cell is %q, %v", code, isCode)
	}
	if out := nb.Cells[1].Outputs(); len(out) != 1 || out[0].Text != "1\n2" {
		t.Errorf("outputs are %+v", out)
	}
	for _, bad := range []string{"", "[]", "{}", `{"cells": 3}`, `{"cells": [3]}`} {
		if _, err := ParseNotebook([]byte(bad)); err == nil {
			t.Errorf("%q is a notebook", bad)
		}
	}
}

func jsonOf(v any) string {
	b, _ := json.Marshal(v)
	return string(b)
}

// Streams are joined, and changes go where the display is.
func TestOutputsAreStored(t *testing.T) {
	e := &Executed{Count: 4}
	for _, o := range []*Output{
		{Type: "stream", Name: "stdout", Text: "a\nb"}, {Type: "stream", Name: "stdout", Text: "c\n"}, {Type: "stream", Name: "stderr", Text: "e"},
		{Type: "display_data", ID: "p", Data: map[string]any{"text/plain": "50 %"}}, {Type: "update_display_data", ID: "p", Data: map[string]any{"text/plain": "100 %"}},
		{Type: "update_display_data", ID: "other", Data: map[string]any{"text/plain": "x"}},
		{Type: "execute_result", Count: 4, Data: map[string]any{"text/plain": "1\n2", "image/png": "aGk="}},
	} {
		e.add(o)
	}
	c := &NotebookCell{map[string]any{"cell_type": "code"}}
	c.SetOutputs(e)
	want := `[{"name":"stdout","output_type":"stream","text":["a\n","bc\n"]},{"name":"stderr","output_type":"stream","text":["e"]},` +
		`{"data":{"text/plain":["100 %"]},"metadata":{},"output_type":"display_data"},` +
		`{"data":{"image/png":"aGk=","text/plain":["1\n","2"]},"execution_count":4,"metadata":{},"output_type":"execute_result"}]`
	if got := jsonOf(c.fields["outputs"]); got != want {
		t.Errorf("stored as\n%s\nwant\n%s", got, want)
	}
	if len(e.Updates) != 1 || e.Updates[0].ID != "other" || !strings.HasPrefix(e.Result(), "1") {
		t.Errorf("updates %+v", e.Updates)
	}
}

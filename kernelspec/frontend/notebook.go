package frontend

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
)

// Notebook is a notebook file (nbformat 4). What it holds beyond the fields used
// here is kept as it is.
type Notebook struct {
	fields map[string]any
	Cells  []*NotebookCell
}

// NotebookCell is a cell of a notebook.
type NotebookCell struct {
	fields map[string]any
}

// ReadNotebook reads a notebook file.
func ReadNotebook(name string) (*Notebook, error) {
	b, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	nb, err := ParseNotebook(b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return nb, nil
}

// ParseNotebook reads a notebook.
func ParseNotebook(b []byte) (*Notebook, error) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	nb := &Notebook{}
	if err := d.Decode(&nb.fields); err != nil {
		return nil, fmt.Errorf("not a notebook: %w", err)
	}
	cells, ok := nb.fields["cells"].([]any)
	if !ok {
		return nil, errors.New("not a notebook of nbformat 4: it has no cells")
	}
	for i, c := range cells {
		fields, ok := c.(map[string]any)
		if !ok {
			return nil, fmt.Errorf("cell %d is not an object", i)
		}
		nb.Cells = append(nb.Cells, &NotebookCell{fields})
	}
	return nb, nil
}

// Bytes returns the notebook as Jupyter writes it.
func (nb *Notebook) Bytes() ([]byte, error) {
	cells := make([]any, len(nb.Cells))
	for i, c := range nb.Cells {
		cells[i] = c.fields
	}
	nb.fields["cells"] = cells
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if err := e.Encode(nb.fields); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// SetMetadata sets a field of the notebook's metadata, such as language_info.
func (nb *Notebook) SetMetadata(name string, value any) {
	meta, ok := nb.fields["metadata"].(map[string]any)
	if !ok {
		meta = map[string]any{}
		nb.fields["metadata"] = meta
	}
	meta[name] = value
}

// Metadata returns a field of the notebook's metadata, nil if it has none.
func (nb *Notebook) Metadata(name string) any {
	meta, _ := nb.fields["metadata"].(map[string]any)
	return meta[name]
}

// Code returns the source of a code cell, and whether it is one.
func (c *NotebookCell) Code() (string, bool) {
	return joined(c.fields["source"]), c.fields["cell_type"] == "code"
}

// joined reads text that nbformat stores as a string or as a list of lines.
func joined(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case []any:
		var b strings.Builder
		for _, line := range v {
			s, _ := line.(string)
			b.WriteString(s)
		}
		return b.String()
	}
	return ""
}

// lines is text as nbformat stores it: a list of lines with their ends.
func lines(text string) []any {
	list := []any{}
	for _, line := range strings.SplitAfter(text, "\n") {
		if line != "" {
			list = append(list, line)
		}
	}
	return list
}

// HasTag reports whether the cell has a tag.
func (c *NotebookCell) HasTag(tag string) bool {
	meta, _ := c.fields["metadata"].(map[string]any)
	tags, _ := meta["tags"].([]any)
	return slices.Contains(tags, any(tag))
}

// Clear removes the outputs.
func (c *NotebookCell) Clear() {
	c.fields["outputs"], c.fields["execution_count"] = []any{}, nil
}

// SetOutputs stores what running the cell gave.
func (c *NotebookCell) SetOutputs(e *Executed) {
	outputs := []any{}
	for _, o := range e.Outputs {
		outputs = append(outputs, o.stored())
	}
	c.fields["outputs"], c.fields["execution_count"] = outputs, e.Count
}

// Outputs returns the stored outputs.
func (c *NotebookCell) Outputs() []*Output {
	var outputs []*Output
	list, _ := c.fields["outputs"].([]any)
	for _, v := range list {
		f, _ := v.(map[string]any)
		o := &Output{Data: map[string]any{}, Text: joined(f["text"])}
		o.Type, _ = f["output_type"].(string)
		o.Name, _ = f["name"].(string)
		o.ErrorName, _ = f["ename"].(string)
		o.ErrorValue, _ = f["evalue"].(string)
		data, _ := f["data"].(map[string]any)
		for mime, v := range data {
			o.Data[mime] = v
			if strings.HasPrefix(mime, "text/") || mime == "image/svg+xml" {
				o.Data[mime] = joined(v)
			}
		}
		outputs = append(outputs, o)
	}
	return outputs
}

// stored is an output as nbformat stores it.
func (o *Output) stored() map[string]any {
	switch o.Type {
	case "stream":
		return map[string]any{"output_type": "stream", "name": o.Name, "text": lines(o.Text)}
	case "error":
		traceback := make([]any, len(o.Traceback))
		for i, line := range o.Traceback {
			traceback[i] = line
		}
		return map[string]any{"output_type": "error", "ename": o.ErrorName, "evalue": o.ErrorValue, "traceback": traceback}
	}
	data := map[string]any{}
	for mime, v := range o.Data {
		if s, ok := v.(string); ok && (strings.HasPrefix(mime, "text/") || mime == "image/svg+xml") {
			v = lines(s)
		}
		data[mime] = v
	}
	meta := o.Metadata
	if meta == nil {
		meta = map[string]any{}
	}
	f := map[string]any{"output_type": o.Type, "data": data, "metadata": meta}
	if o.Type == "execute_result" {
		f["execution_count"] = o.Count
	}
	return f
}

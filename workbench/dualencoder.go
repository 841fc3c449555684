package workbench

import (
	"context"
	"fmt"
	"strings"

	"axn/workbench/internal/encoder"
	"axn/workbench/internal/f32"
	"axn/workbench/internal/hf"
	"axn/workbench/internal/pooling"
	"axn/workbench/internal/tokenize"
)

// TextEncoder is a dual encoder: it turns one text into one vector, for queries
// and items apart. (DualEncoder is the Method.) Its fields may be set before the first
// call. Any number of goroutines may use one at once.
type TextEncoder struct {
	// QueryPrompt and ItemPrompt are put before each query and each item, as the prompts
	// called query and document of the folder's config_sentence_transformers.json, with
	// which they begin. A model trained with prompts gives poor vectors without them, so
	// a call notes in its progress where one is known and not used.
	QueryPrompt, ItemPrompt string

	// Dimension is how many numbers of a vector are kept, the first ones, as Matryoshka
	// models are made for (truncate_dim of sentence-transformers); 0 is all. If the folder
	// ends with Normalize, what is left is scaled to unit length again.
	Dimension int

	inputs      *tokenize.Inputs
	prompts     hf.Prompts // as the folder has them
	unlike      string     // of its similarities, for a note
	top         *hf.Top
	encoder     *encoder.Encoder
	fingerprint func() (string, error)
}

// OpenDualEncoder opens a sentence-transformers folder: an encoder as for
// OpenCrossEncoder, and modules.json with its poolings (cls, mean, max, mean_sqrt_len,
// weightedmean, lasttoken, or several side by side) and then Dense, LayerNorm and
// Normalize in any order. Without modules.json the mean is taken. Vectors are compared by
// their dot products here: of a model that is made for another similarity, or for cosines
// of vectors that have no unit length, each call notes so in its progress.
func OpenDualEncoder(dir string) (*TextEncoder, error) {
	m, err := hf.OpenDualEncoder(dir)
	if err != nil {
		return nil, fmt.Errorf("workbench: %w", err)
	}
	packed, err := encoder.New(m)
	if err != nil {
		return nil, fmt.Errorf("workbench: open dual encoder %s: %w", dir, err)
	}
	return &TextEncoder{QueryPrompt: m.Prompts.Query, ItemPrompt: m.Prompts.Item, inputs: m.Inputs, prompts: m.Prompts, unlike: m.Unlike, top: m.Top,
		encoder: packed, fingerprint: m.Fingerprint}, nil
}

// Encode returns one row per text, pooled and normalised as the folder says, and as
// sentence-transformers' encode makes it: with the default prompt, if there is one,
// before each text. It uses all cores; a text's row has the same bits in any batch.
// Special tokens in a text are text, as for a CrossEncoder.
func (d *TextEncoder) Encode(ctx context.Context, texts []string) (*Matrix, error) {
	note := ""
	if d.prompts.Text == "" && d.QueryPrompt+d.ItemPrompt != "" {
		note = "Encode puts no prompt before a text; EncodeQueries and EncodeItems put those of the model"
	}
	return d.encode(ctx, d.prompts.Text, note, texts)
}

// EncodeQueries is Encode with QueryPrompt, as sentence-transformers' encode_query.
func (d *TextEncoder) EncodeQueries(ctx context.Context, texts []string) (*Matrix, error) {
	return d.encode(ctx, d.QueryPrompt, d.forgotten(), texts)
}

// EncodeItems is Encode with ItemPrompt, as sentence-transformers' encode_document.
func (d *TextEncoder) EncodeItems(ctx context.Context, texts []string) (*Matrix, error) {
	return d.encode(ctx, d.ItemPrompt, d.forgotten(), texts)
}

// forgotten says that the model knows prompts and none is set; "" if that is not so.
func (d *TextEncoder) forgotten() string {
	if d.QueryPrompt+d.ItemPrompt != "" {
		return ""
	}
	return d.prompts.Forgotten
}

// Fingerprint names what the model computes: a hash over configuration, vocabulary and
// weights, the prompts and the dimension.
func (d *TextEncoder) Fingerprint() (string, error) {
	text, err := d.fingerprint()
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s %q %q %d", text, d.QueryPrompt, d.ItemPrompt, d.width()), nil
}

// String fits one line.
func (d *TextEncoder) String() string {
	parts := []string{fmt.Sprintf("%d numbers a text", d.width())}
	for _, p := range d.top.Poolings {
		parts = append(parts, string(p))
	}
	if d.top.Unit() {
		parts = append(parts, "unit length")
	}
	if d.QueryPrompt != "" {
		parts = append(parts, fmt.Sprintf("%q before queries", d.QueryPrompt))
	}
	if d.ItemPrompt != "" {
		parts = append(parts, fmt.Sprintf("%q before items", d.ItemPrompt))
	}
	return "TextEncoder: " + strings.Join(parts, ", ")
}

// length returns how many ids a text has, and how many are read.
func (d *TextEncoder) length(text string) (tokens, most int) {
	return d.inputs.SingleLength(text), d.inputs.Max
}

// width is the length of a vector.
func (d *TextEncoder) width() int {
	if d.Dimension > 0 {
		return min(d.Dimension, d.encoder.VectorWidth())
	}
	return d.encoder.VectorWidth()
}

func (d *TextEncoder) encode(ctx context.Context, prompt, note string, texts []string) (*Matrix, error) {
	m := startProgress(ctx, "encode", "texts", len(texts))
	defer m.end()
	if d.Dimension < 0 || d.Dimension > d.encoder.VectorWidth() {
		return nil, fmt.Errorf("workbench: encode: Dimension is %d, and a vector has %d numbers", d.Dimension, d.encoder.VectorWidth())
	}
	for _, note := range []string{note, d.unlike} {
		if note != "" {
			m.note(note)
		}
	}
	skip := 0
	if d.top.SkipPrompt && prompt != "" {
		skip = d.inputs.PromptLength(prompt)
	}
	vectors := NewMatrix(len(texts), d.encoder.VectorWidth())
	input := func(i int, dst []int32) ([]int32, int) { return d.inputs.Single(dst, prompt+texts[i]) }
	if err := d.encoder.Embed(ctx, len(texts), input, skip, f32.View(vectors.Data, vectors.Rows, vectors.Cols), m.add); err != nil {
		return nil, fmt.Errorf("workbench: encode: %w", err)
	}
	return d.cut(vectors), nil
}

// cut keeps the first numbers of each row.
func (d *TextEncoder) cut(all *Matrix) *Matrix {
	if d.width() == all.Cols {
		return all
	}
	short := NewMatrix(all.Rows, d.width())
	for i := range all.Rows {
		copy(short.Row(i), all.Row(i))
		if d.top.Unit() {
			pooling.Unit(short.Row(i))
		}
	}
	return short
}

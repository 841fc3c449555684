package workbench

import (
	"context"
	"fmt"

	"axn/workbench/internal/encoder"
	"axn/workbench/internal/f32"
	"axn/workbench/internal/hf"
	"axn/workbench/internal/tokenize"
)

// TextEncoder is a dual encoder: it turns one text into one vector, for queries
// and items apart. (DualEncoder is the Method.) Any number of goroutines may use
// one at once.
type TextEncoder struct {
	inputs  *tokenize.Inputs
	prompts hf.Prompts
	encoder *encoder.Encoder
}

// OpenDualEncoder opens a sentence-transformers folder: an encoder as for
// OpenCrossEncoder, and modules.json with its pooling.
func OpenDualEncoder(dir string) (*TextEncoder, error) {
	m, err := hf.OpenDualEncoder(dir)
	if err != nil {
		return nil, fmt.Errorf("workbench: %w", err)
	}
	return &TextEncoder{m.Inputs, m.Prompts, encoder.New(m)}, nil
}

// Encode returns one row per text, pooled and normalised as the folder says, and as
// sentence-transformers' encode makes it: with the default prompt, if there is one,
// before each text. It uses all cores; a text's row has the same bits in any batch.
func (d *TextEncoder) Encode(ctx context.Context, texts []string) (*Matrix, error) {
	return d.encode(ctx, d.prompts.Text, texts)
}

// EncodeQueries is Encode with the prompt of queries, as sentence-transformers'
// encode_query: the one called query.
func (d *TextEncoder) EncodeQueries(ctx context.Context, texts []string) (*Matrix, error) {
	return d.encode(ctx, d.prompts.Query, texts)
}

// EncodeItems is Encode with the prompt of items, as sentence-transformers'
// encode_document: the one called document.
func (d *TextEncoder) EncodeItems(ctx context.Context, texts []string) (*Matrix, error) {
	return d.encode(ctx, d.prompts.Item, texts)
}

func (d *TextEncoder) encode(ctx context.Context, prompt string, texts []string) (*Matrix, error) {
	m := startProgress(ctx, "encode", "texts", len(texts))
	defer m.end()
	vectors := NewMatrix(len(texts), d.encoder.Width())
	input := func(i int, dst []int32) ([]int32, int) { return d.inputs.Single(dst, prompt+texts[i]) }
	if err := d.encoder.Embed(ctx, len(texts), input, f32.View(vectors.Data, vectors.Rows, vectors.Cols), m.add); err != nil {
		return nil, fmt.Errorf("workbench: encode: %w", err)
	}
	return vectors, nil
}

package workbench

import (
	"context"
	"fmt"

	"axn/workbench/internal/bert"
	"axn/workbench/internal/f32"
	"axn/workbench/internal/hf"
	"axn/workbench/internal/wordpiece"
)

// TextEncoder is a dual encoder: it turns one text into one vector, for queries
// and items apart. (DualEncoder is the Method.) Any number of goroutines may use
// one at once.
type TextEncoder struct {
	tokenizer *wordpiece.Tokenizer
	maxLength int
	encoder   *bert.Encoder
}

// OpenDualEncoder opens a sentence-transformers folder: an encoder as for
// OpenCrossEncoder, and modules.json with its pooling.
func OpenDualEncoder(dir string) (*TextEncoder, error) {
	m, err := hf.OpenDualEncoder(dir)
	if err != nil {
		return nil, fmt.Errorf("workbench: %w", err)
	}
	return &TextEncoder{m.Tokenizer, m.MaxLength, bert.New(m)}, nil
}

// Encode returns one row per text, pooled and normalised as the folder says.
// It uses all cores; a text's row has the same bits in any batch.
func (d *TextEncoder) Encode(ctx context.Context, texts []string) (*Matrix, error) {
	m := startProgress(ctx, "encode", "texts", len(texts))
	defer m.end()
	vectors := NewMatrix(len(texts), d.encoder.Hidden())
	input := func(i int, dst []int32) ([]int32, int) { return d.text(dst, texts[i]) }
	if err := d.encoder.Embed(ctx, len(texts), input, f32.View(vectors.Data, vectors.Rows, vectors.Cols), m.add); err != nil {
		return nil, fmt.Errorf("workbench: encode: %w", err)
	}
	return vectors, nil
}

// text appends the ids of [CLS] text [SEP] to dst; all are of the first type.
func (d *TextEncoder) text(dst []int32, text string) ([]int32, int) {
	t, start := d.tokenizer, len(dst)
	dst = t.Append(append(dst, t.CLS), text)
	n := min(len(dst)-start, d.maxLength-1)
	return append(dst[:start+n], t.SEP), n + 1
}

package hf

import (
	"encoding/json"
	"fmt"

	"axn/workbench/internal/tokenize"
)

// t5Parts are what T5's class makes: words at spaces, and one separator behind each text.
func t5Parts(f *tokenize.File, charsmap string, eos string, id int32) (err error) {
	var normalizer any
	if charsmap != "" {
		normalizer = part{"type": "Precompiled", "precompiled_charsmap": charsmap}
	}
	if err := setParts(f, normalizer, metaspace(&tokenizerConfig{})); err != nil {
		return err
	}
	text := func(name string) part { return part{"Sequence": part{"id": name, "type_id": 0}} }
	end := part{"SpecialToken": part{"id": eos, "type_id": 0}}
	f.PostProcessor, err = json.Marshal(part{"type": "TemplateProcessing", "single": []any{text("A"), end}, "pair": []any{text("A"), end, text("B"), end},
		"special_tokens": part{eos: part{"id": eos, "ids": []int32{id}, "tokens": []string{eos}}}})
	return err
}

// buildT5 makes a tokenizer of spiece.model, with the sentinels behind its pieces.
func buildT5(dir string, c *tokenizerConfig, f *tokenize.File) ([]string, error) {
	p, name, err := readPieces(dir, "spiece.model")
	if err != nil {
		return nil, err
	}
	var sentinels []string
	for i := or(c.Sentinels, 100) - 1; i >= 0; i-- {
		sentinels = append(sentinels, fmt.Sprintf("<extra_id_%d>", i))
	}
	if f.Model, err = p.Unigram(nil, 0, sentinels, 2); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	id, ok := f.Model.Piece(string(c.EOS))
	if !ok {
		return nil, fmt.Errorf("the special token %q is not in the vocabulary", c.EOS)
	}
	return []string{name}, t5Parts(f, p.Charsmap, string(c.EOS), id)
}

package tokenize

import (
	"encoding/json"
	"strings"
)

// ReadMerges reads a vocab.json and a merges.txt as a byte-level BPE: GPT-2's, with prefix RoBERTa's,
// which puts a space before a text. Templates and tokens with a role are the model family's.
func ReadMerges(vocab, merges []byte, prefix bool) (*File, error) {
	f := &File{Model: ModelFile{Type: "BPE", Vocab: vocab}}
	text := strings.TrimRight(string(merges), "\r\n")
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	if err := f.Model.Merges.addLines(lines); err != nil {
		return nil, err
	}
	var err error
	f.PreTokenizer, err = json.Marshal(map[string]any{"type": "ByteLevel", "add_prefix_space": prefix, "trim_offsets": true, "use_regex": true})
	return f, err
}

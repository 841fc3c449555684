package tokenize

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// File is a tokenizer.json.
type File struct {
	Version       string          `json:"version"`
	Truncation    *Truncation     `json:"truncation"`
	Padding       *Padding        `json:"padding"`
	Added         []AddedToken    `json:"added_tokens"`
	Normalizer    json.RawMessage `json:"normalizer"`
	PreTokenizer  json.RawMessage `json:"pre_tokenizer"`
	PostProcessor json.RawMessage `json:"post_processor"`
	Model         ModelFile       `json:"model"`
}

// Parse reads a tokenizer.json.
func Parse(text []byte) (*Tokenizer, error) {
	f := &File{}
	if err := json.Unmarshal(text, f); err != nil {
		return nil, err
	}
	return f.Tokenizer()
}

// Tokenizer makes the tokenizer of the file.
func (f *File) Tokenizer() (*Tokenizer, error) {
	if f.Version != "" && f.Version != "1.0" {
		return nil, unsupported("version is %q, want 1.0", f.Version)
	}
	t := (&Tokenizer{Truncation: f.Truncation, Padding: f.Padding}).init()
	var err error
	if t.cutter, err = parsePreTokenizer(f.PreTokenizer); err != nil {
		return nil, fmt.Errorf("pre_tokenizer: %w", err)
	}
	if t.normalizer, err = parseNormalizer(f.Normalizer); err != nil {
		return nil, fmt.Errorf("normalizer: %w", err)
	}
	if t.model, t.vocab, err = f.Model.model(t.cutter.bytesLast()); err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	if err := t.Add(f.Added); err != nil {
		return nil, err
	}
	if t.One, t.Two, err = f.Layouts(); err != nil {
		return nil, err
	}
	return t, errors.Join(f.Truncation.check(), f.Padding.check())
}

// Layouts are those of the post-processor, for one text and for two.
func (f *File) Layouts() (one, two Layout, err error) {
	if one, two, err = parsePostProcessor(f.PostProcessor); err != nil {
		err = fmt.Errorf("post_processor: %w", err)
	}
	return one, two, err
}

// Add has tokens looked for before anything else; of one that is so already the flags stay. Of a
// token that the vocabulary lacks the id must be the next free one, since the library gives it
// that, whatever the file says.
func (t *Tokenizer) Add(tokens []AddedToken) error {
	for _, a := range tokens {
		if a.Content == "" || slices.ContainsFunc(t.added, func(b AddedToken) bool { return a.Content == b.Content }) {
			continue
		}
		id, ok := t.vocab[a.Content]
		if !ok {
			id = int32(len(t.vocab))
			t.vocab[a.Content] = id
		}
		if id != a.ID {
			return fmt.Errorf("added token %q has id %d, and transformers gives it %d", a.Content, a.ID, id)
		}
		t.added = append(t.added, a)
	}
	return t.find()
}

// find makes the finders of the added tokens.
func (t *Tokenizer) find() error {
	var raw, after []AddedToken
	var rawText, afterText []string
	for _, a := range t.added {
		if !a.Normalized {
			raw, rawText = append(raw, a), append(rawText, a.Content)
			continue
		}
		text := string(t.normalizer.normalize(&buffers{}, piece{text: []byte(a.Content)}).text)
		if text == "" {
			return fmt.Errorf("added token %q is nothing when it is normalized", a.Content)
		}
		after, afterText = append(after, a), append(afterText, text)
	}
	t.raw, t.after = newFinder(raw, rawText), newFinder(after, afterText)
	return nil
}

// kind reads the type of a part of the file; "" without the part.
func kind(part json.RawMessage) (string, error) {
	var p struct{ Type string }
	if len(part) == 0 || string(part) == "null" {
		return "", nil
	}
	if err := json.Unmarshal(part, &p); err != nil {
		return "", err
	}
	if p.Type == "" {
		return "", errors.New("it has no type")
	}
	return p.Type, nil
}

package hf

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"
)

// Prompts are put before texts: those of encode, of encode_query and of encode_document in
// sentence-transformers.
type Prompts struct {
	Text, Query, Item string
	Forgotten         string // what is known of prompts that none of the three is; "" is nothing
}

// usualPrompts are those of model families whose folders often do not say them, as their authors
// describe them: by a part of the model's name.
var usualPrompts = []struct{ name, query, item string }{
	{"instruct", "Instruct: …\nQuery: ", ""},
	{"e5-", "query: ", "passage: "},
	{"nomic-embed", "search_query: ", "search_document: "},
	{"arctic-embed-l-v2", "query: ", ""},
	{"arctic-embed-m-v2", "query: ", ""},
	{"arctic-embed", "Represent this sentence for searching relevant passages: ", ""},
	{"mxbai-embed", "Represent this sentence for searching relevant passages: ", ""},
	{"bge-small-en", "Represent this sentence for searching relevant passages: ", ""},
	{"bge-base-en", "Represent this sentence for searching relevant passages: ", ""},
	{"bge-large-en", "Represent this sentence for searching relevant passages: ", ""},
}

// forgotten says which prompts a model wants whose folder sets none for queries and items: others
// that it lists, or those of its family.
func forgotten(dir, name string, listed map[string]*string) string {
	for _, other := range slices.Sorted(maps.Keys(listed)) {
		if p := listed[other]; p != nil && *p != "" {
			return fmt.Sprintf("the folder's prompts are called otherwise than query and document, and are not used: set QueryPrompt and ItemPrompt (%s is %q)", other, *p)
		}
	}
	parts := strings.Split(filepath.ToSlash(filepath.Clean(dir)), "/")
	names := strings.ToLower("-" + strings.Join(append(parts[max(0, len(parts)-3):], name), "-")) // the hub's cache has the name above a hash
	for _, u := range usualPrompts {
		if strings.Contains(names, "-"+u.name) {
			return fmt.Sprintf("the folder sets no prompts, and models called %s… are used with QueryPrompt %q and ItemPrompt %q: set them", u.name, u.query, u.item)
		}
	}
	return ""
}

// readPrompts reads config_sentence_transformers.json of a kind of model.
func (m *modules) readPrompts(dir, kind string) error {
	const name = "config_sentence_transformers.json"
	var f struct {
		Prompts    map[string]*string `json:"prompts"`
		Default    *string            `json:"default_prompt_name"`
		Dimension  *int               `json:"truncate_dim"`
		Activation string             `json:"activation_fn"`
		Similarity string             `json:"similarity_fn_name"`
		Model      string             `json:"model_type"`
	}
	if err := m.read(dir, name, &f); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if f.Dimension != nil {
		return fmt.Errorf("%s: %w: truncate_dim is %d, which sentence-transformers ignores: take it out, and set Dimension to it", name, ErrUnsupported, *f.Dimension)
	}
	if err := checkActivation(f.Activation); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	get := func(keys ...string) (string, bool) {
		for _, key := range keys {
			if p, ok := f.Prompts[key]; ok {
				if p == nil {
					p = new(string)
				}
				return *p, true
			}
		}
		return "", false
	}
	if f.Default != nil {
		text, ok := get(*f.Default)
		if !ok && *f.Default != "query" && *f.Default != "document" { // which are always there, empty
			return fmt.Errorf("%s: default_prompt_name is %q, and prompts has none of that name", name, *f.Default)
		}
		m.prompts.Text = text
	}
	m.prompts.Query, _ = get("query") // else it is there, and empty
	m.prompts.Item, _ = get("document")
	if f.Model != "" && f.Model != kind {
		return fmt.Errorf("%s: %w: model_type is %q, want %s (OpenDualEncoder opens a SentenceTransformer, OpenCrossEncoder a CrossEncoder)", name, ErrUnsupported, f.Model, kind)
	}
	m.listed, m.similarity = f.Prompts, f.Similarity
	return nil
}

package hf

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"axn/workbench/internal/wordpiece"
)

// tokenizerConfig is tokenizer_config.json as far as it matters.
type tokenizerConfig struct {
	LowerCase    bool                 `json:"do_lower_case"`
	StripAccents *bool                `json:"strip_accents"`
	Chinese      bool                 `json:"tokenize_chinese_chars"`
	MaxLength    *float64             `json:"model_max_length"` // 1e30 when there is none
	Unknown      tokenName            `json:"unk_token"`
	CLS          tokenName            `json:"cls_token"`
	SEP          tokenName            `json:"sep_token"`
	Pad          tokenName            `json:"pad_token"`
	Mask         tokenName            `json:"mask_token"`
	Added        map[int32]addedToken `json:"added_tokens_decoder"`
}

// sentenceConfig is sentence_bert_config.json; its lower-casing comes before the tokenizer.
type sentenceConfig struct {
	MaxLength *float64 `json:"max_seq_length"`
	LowerCase bool     `json:"do_lower_case"`
}

// tokenName is a token given as text or as an object with its content.
type tokenName string

func (n *tokenName) UnmarshalJSON(b []byte) error {
	var object struct{ Content string }
	if err := json.Unmarshal(b, &object); err == nil {
		*n = tokenName(object.Content)
		return nil
	}
	return json.Unmarshal(b, (*string)(n))
}

type addedToken struct {
	ID         int32  `json:"id"`
	Content    string `json:"content"`
	SingleWord bool   `json:"single_word"`
	Normalized bool   `json:"normalized"`
}

// tokenizerFile is tokenizer.json as far as it matters.
type tokenizerFile struct {
	Added []addedToken `json:"added_tokens"`
	Model struct {
		Type     string           `json:"type"`
		Unknown  string           `json:"unk_token"`
		Prefix   string           `json:"continuing_subword_prefix"`
		MaxChars int              `json:"max_input_chars_per_word"`
		Vocab    map[string]int32 `json:"vocab"`
	} `json:"model"`
	Normalizer struct {
		Type         string `json:"type"`
		Clean        bool   `json:"clean_text"`
		Chinese      bool   `json:"handle_chinese_chars"`
		StripAccents *bool  `json:"strip_accents"`
		LowerCase    bool   `json:"lowercase"`
	} `json:"normalizer"`
	PreTokenizer struct {
		Type string `json:"type"`
	} `json:"pre_tokenizer"`
}

// readTokenizer makes the tokenizer transformers would make: the vocabulary of tokenizer.json, or
// of vocab.txt without it, with the settings of tokenizer_config.json over those of tokenizer.json
// over BERT's own.
func (m *Model) readTokenizer(dir string) error {
	c := tokenizerConfig{LowerCase: true, Chinese: true, Unknown: "[UNK]", CLS: "[CLS]", SEP: "[SEP]", Pad: "[PAD]", Mask: "[MASK]"}
	vocab, added, err := m.readVocabulary(dir, &c)
	if err != nil {
		return err
	}
	var sentence sentenceConfig
	if err := errors.Join(m.readOptional(dir, "tokenizer_config.json", &c), m.readOptional(dir, "sentence_bert_config.json", &sentence)); err != nil {
		return err
	}
	o := wordpiece.Options{
		LowerCase: c.LowerCase || sentence.LowerCase, StripAccents: c.LowerCase, SpaceChinese: c.Chinese,
		Unknown: string(c.Unknown), CLS: string(c.CLS), SEP: string(c.SEP),
		Special: []string{string(c.Unknown), string(c.CLS), string(c.SEP), string(c.Pad), string(c.Mask)},
	}
	if c.StripAccents != nil {
		o.StripAccents = *c.StripAccents
	}
	if err := addTokens(vocab, &o, append(added, c.added()...)); err != nil {
		return err
	}
	if err := m.checkIDs(vocab); err != nil {
		return err
	}
	if m.Tokenizer, err = wordpiece.New(vocab, o); err != nil {
		return err
	}
	return m.setMaxLength(c.MaxLength, sentence.MaxLength)
}

// readOptional reads a file that may be missing.
func (m *Model) readOptional(dir, name string, v any) error {
	if err := m.readJSON(filepath.Join(dir, name), v); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// added lists added_tokens_decoder, whose keys are the ids.
func (c *tokenizerConfig) added() (list []addedToken) {
	for id, token := range c.Added {
		token.ID = id
		list = append(list, token)
	}
	return list
}

// readVocabulary reads tokenizer.json and its settings into c, else vocab.txt.
func (m *Model) readVocabulary(dir string, c *tokenizerConfig) (map[string]int32, []addedToken, error) {
	var f tokenizerFile
	f.Model.Prefix, f.Model.MaxChars, f.Normalizer.Clean = "##", 100, true
	err := m.readJSON(filepath.Join(dir, "tokenizer.json"), &f)
	switch {
	case err == nil:
		if err := f.check(); err != nil {
			return nil, nil, fmt.Errorf("tokenizer.json: %w", err)
		}
		c.LowerCase, c.Chinese, c.StripAccents = f.Normalizer.LowerCase, f.Normalizer.Chinese, f.Normalizer.StripAccents
		c.Unknown = tokenName(f.Model.Unknown)
		return f.Model.Vocab, f.Added, nil
	case !errors.Is(err, fs.ErrNotExist):
		return nil, nil, err
	}
	path := filepath.Join(dir, "vocab.txt")
	file, err := os.Open(path)
	if err != nil {
		return nil, nil, fmt.Errorf("neither tokenizer.json nor vocab.txt: %w", err)
	}
	defer file.Close()
	m.files = append(m.files, path)
	vocab, err := wordpiece.ReadVocab(file)
	if err != nil {
		return nil, nil, fmt.Errorf("vocab.txt: %w", err)
	}
	return vocab, nil, nil
}

// check refuses what the wordpiece package does not do.
func (f *tokenizerFile) check() error {
	if len(f.Model.Vocab) == 0 {
		return errors.New("model.vocab is empty")
	}
	for _, c := range []struct{ key, got, want string }{
		{"model.type", f.Model.Type, "WordPiece"},
		{"model.continuing_subword_prefix", f.Model.Prefix, "##"},
		{"model.max_input_chars_per_word", fmt.Sprint(f.Model.MaxChars), "100"},
		{"normalizer.type", f.Normalizer.Type, "BertNormalizer"},
		{"normalizer.clean_text", fmt.Sprint(f.Normalizer.Clean), "true"},
		{"pre_tokenizer.type", f.PreTokenizer.Type, "BertPreTokenizer"},
	} {
		if c.got != c.want {
			return fmt.Errorf("%w: %s is %q, want %q", ErrUnsupported, c.key, c.got, c.want)
		}
	}
	return nil
}

// addTokens makes added tokens special ones.
func addTokens(vocab map[string]int32, o *wordpiece.Options, added []addedToken) error {
	for _, a := range added {
		if slices.Contains(o.Special, a.Content) {
			continue
		}
		if a.Normalized || a.SingleWord {
			return fmt.Errorf("%w: added token %q is looked for in normalised text or as a single word", ErrUnsupported, a.Content)
		}
		if _, ok := vocab[a.Content]; !ok {
			vocab[a.Content] = a.ID
		}
		o.Special = append(o.Special, a.Content)
	}
	return nil
}

// checkIDs wants a row of the word embeddings for every id.
func (m *Model) checkIDs(vocab map[string]int32) error {
	for token, id := range vocab {
		if id < 0 || int(id) >= m.Config.Vocab {
			return fmt.Errorf("token %q has id %d, config.json has vocab_size %d", token, id, m.Config.Vocab)
		}
	}
	return nil
}

// setMaxLength takes the least of what positions, tokenizer and sentence-transformers allow.
func (m *Model) setMaxLength(limits ...*float64) error {
	m.MaxLength = m.Config.Positions
	for _, limit := range limits {
		if limit != nil && *limit < float64(m.MaxLength) {
			m.MaxLength = int(*limit)
		}
	}
	if m.MaxLength < 3 {
		return fmt.Errorf("inputs of at most %d ids have no room for text (model_max_length, max_seq_length)", m.MaxLength)
	}
	return nil
}

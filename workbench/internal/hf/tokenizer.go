package hf

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"axn/workbench/internal/tokenize"
)

// tokenizerConfig is tokenizer_config.json as far as it matters.
type tokenizerConfig struct {
	Class         string               `json:"tokenizer_class"`
	AutoMap       json.RawMessage      `json:"auto_map"`
	LowerCase     bool                 `json:"do_lower_case"`
	StripAccents  *bool                `json:"strip_accents"`
	Chinese       bool                 `json:"tokenize_chinese_chars"`
	Basic         *bool                `json:"do_basic_tokenize"`
	NeverSplit    []string             `json:"never_split"`
	Prefix        string               `json:"wordpieces_prefix"`
	SplitSpecial  bool                 `json:"split_special_tokens"`
	AddBOS        *bool                `json:"add_bos_token"`
	AddEOS        *bool                `json:"add_eos_token"`
	MaxLength     *float64             `json:"model_max_length"` // 1e30 when there is none
	TruncateSide  string               `json:"truncation_side"`
	PadSide       string               `json:"padding_side"`
	Inputs        []string             `json:"model_input_names"`
	Added         map[int32]addedToken `json:"added_tokens_decoder"`
	MoreSpecial   tokenList            `json:"additional_special_tokens"`
	ExtraSpecial  tokenList            `json:"extra_special_tokens"`
	specialTokens                      // as fields of the file itself
}

// specialTokens are the tokens with a role; special_tokens_map.json has them, too.
type specialTokens struct {
	Unknown tokenName `json:"unk_token"`
	CLS     tokenName `json:"cls_token"`
	SEP     tokenName `json:"sep_token"`
	Pad     tokenName `json:"pad_token"`
	Mask    tokenName `json:"mask_token"`
	BOS     tokenName `json:"bos_token"`
	EOS     tokenName `json:"eos_token"`
}

// names are those that are set.
func (s *specialTokens) names() (list []string) {
	for _, n := range []tokenName{s.Unknown, s.CLS, s.SEP, s.Pad, s.Mask, s.BOS, s.EOS} {
		if n != "" {
			list = append(list, string(n))
		}
	}
	return list
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

// tokenList is a list of tokens, or an object of tokens by role.
type tokenList []string

func (l *tokenList) UnmarshalJSON(b []byte) error {
	var byRole map[string]tokenName
	if json.Unmarshal(b, &byRole) == nil {
		for _, name := range slices.Sorted(maps.Values(byRole)) {
			*l = append(*l, string(name))
		}
		return nil
	}
	var list []tokenName
	if err := json.Unmarshal(b, &list); err != nil {
		return err
	}
	for _, name := range list {
		*l = append(*l, string(name))
	}
	return nil
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
	PostProcessor *postProcessor `json:"post_processor"`
	Truncation    *struct {
		Direction string `json:"direction"`
	} `json:"truncation"`
	Padding *struct {
		Direction string `json:"direction"`
	} `json:"padding"`
}

// classes are the tokenizer classes that can be read, without the Fast at their end. Those with
// settings build their tokenizer from the vocabulary and tokenizer_config.json; the others take
// tokenizer.json as it stands.
var classes = map[string]struct{ settings, types bool }{
	"BertTokenizer": {true, true}, "DistilBertTokenizer": {true, false}, "PreTrainedTokenizer": {}, "TokenizersBackend": {},
}

// readTokenizer makes the tokenizer transformers would make.
func (m *Model) readTokenizer(dir string) error {
	c := tokenizerConfig{LowerCase: true, Chinese: true, Prefix: "##"}
	if err := m.readOptional(dir, "tokenizer_config.json", &c); err != nil {
		return err
	}
	if c.Class == "" {
		c.Class = orDefault(m.Config.TokenizerClass, map[string]string{"bert": "BertTokenizer", "distilbert": "DistilBertTokenizer"}[m.Config.Type])
	}
	if err := c.check(); err != nil {
		return fmt.Errorf("tokenizer_config.json: %w", err)
	}
	if err := m.readSpecialTokens(dir, &c); err != nil {
		return err
	}
	file, err := m.readTokenizerFile(dir)
	if err != nil {
		return err
	}
	if file == nil {
		file = &tokenizerFile{}
		if file.Model.Vocab, err = m.readVocab(dir); err != nil {
			return err
		}
		if !classes[c.class()].settings {
			return fmt.Errorf("tokenizer_config.json: tokenizer_class %s needs a tokenizer.json, which is missing", c.Class)
		}
	}
	return m.makeTokenizer(&c, file)
}

// class is the name of the class without Fast.
func (c *tokenizerConfig) class() string { return strings.TrimSuffix(c.Class, "Fast") }

// check refuses settings that nothing here obeys.
func (c *tokenizerConfig) check() error {
	class, ok := classes[c.class()]
	set := func(raw json.RawMessage) bool { return len(raw) > 0 && !bytes.Equal(raw, []byte("null")) }
	for _, refuse := range []struct {
		when bool
		what string
	}{
		{!ok, fmt.Sprintf("tokenizer_class is %q; BertTokenizer, DistilBertTokenizer and PreTrainedTokenizerFast can be read", c.Class)},
		{set(c.AutoMap), "auto_map: the tokenizer is Python code of the model's own"},
		{c.Basic != nil && !*c.Basic, "do_basic_tokenize is false: transformers' tokenizers disagree about it"},
		{len(c.NeverSplit) > 0, fmt.Sprintf("never_split is %q: transformers' tokenizers disagree about it", c.NeverSplit)},
		{c.Prefix != "##", fmt.Sprintf("wordpieces_prefix is %q, want ##", c.Prefix)},
		{c.SplitSpecial, "split_special_tokens is true: special tokens in a text would be split"},
		{!class.settings && (c.AddBOS != nil || c.AddEOS != nil), "add_bos_token and add_eos_token replace the post_processor"},
		{c.PadSide != "" && c.PadSide != "right", fmt.Sprintf("padding_side is %q: positions would depend on the other texts of a batch", c.PadSide)},
		{c.TruncateSide != "" && c.TruncateSide != "right" && c.TruncateSide != "left", fmt.Sprintf("truncation_side is %q, want right or left", c.TruncateSide)},
		{c.Inputs != nil && (!slices.Contains(c.Inputs, "input_ids") || !slices.Contains(c.Inputs, "attention_mask")),
			fmt.Sprintf("model_input_names is %q, want input_ids, attention_mask and perhaps token_type_ids", c.Inputs)},
	} {
		if refuse.when {
			return fmt.Errorf("%w: %s", ErrUnsupported, refuse.what)
		}
	}
	return nil
}

// readSpecialTokens reads the older files, which count where tokenizer_config.json has no
// added_tokens_decoder.
func (m *Model) readSpecialTokens(dir string, c *tokenizerConfig) error {
	if c.Added != nil {
		return nil
	}
	special := struct {
		*specialTokens
		More *tokenList `json:"additional_special_tokens"`
	}{&c.specialTokens, &c.MoreSpecial}
	added := map[string]int32{}
	if err := errors.Join(m.readOptional(dir, "special_tokens_map.json", &special), m.readOptional(dir, "added_tokens.json", &added)); err != nil {
		return err
	}
	for _, content := range slices.Sorted(maps.Keys(added)) {
		plain := !slices.Contains(c.names(), content) && !slices.Contains(c.MoreSpecial, content)
		if c.Added == nil {
			c.Added = map[int32]addedToken{}
		}
		c.Added[added[content]] = addedToken{Content: content, Normalized: plain}
	}
	return nil
}

// readTokenizerFile reads tokenizer.json; nil without one.
func (m *Model) readTokenizerFile(dir string) (*tokenizerFile, error) {
	f := &tokenizerFile{}
	f.Model.Prefix, f.Model.MaxChars, f.Normalizer.Clean = "##", 100, true
	err := m.readJSON(filepath.Join(dir, "tokenizer.json"), f)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if err := f.check(); err != nil {
		return nil, fmt.Errorf("tokenizer.json: %w", err)
	}
	return f, nil
}

// check refuses what the tokenize package does not do.
func (f *tokenizerFile) check() error {
	if len(f.Model.Vocab) == 0 && (f.Model.Type == "WordPiece" || f.Model.Type == "") {
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
	if f.Padding != nil && f.Padding.Direction == "Left" {
		return fmt.Errorf("%w: padding.direction is Left: positions would depend on the other texts of a batch", ErrUnsupported)
	}
	return nil
}

// readVocab reads vocab.txt.
func (m *Model) readVocab(dir string) (map[string]int32, error) {
	path := filepath.Join(dir, "vocab.txt")
	text, err := readText(path)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("neither tokenizer.json nor vocab.txt: %w", err)
		}
		return nil, err
	}
	m.files = append(m.files, path)
	vocab, err := tokenize.ReadVocab(bytes.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("vocab.txt: %w", err)
	}
	missing := m.Config.Vocab - len(vocab)
	if missing > 128 && missing > m.Config.Vocab/100 || missing > 0 && !bytes.HasSuffix(text, []byte("\n")) {
		return nil, fmt.Errorf("vocab.txt has %d tokens and config.json's vocab_size is %d: the file is cut short, or another model's", len(vocab), m.Config.Vocab)
	}
	return vocab, nil
}

// makeTokenizer joins settings and tokenizer file.
func (m *Model) makeTokenizer(c *tokenizerConfig, f *tokenizerFile) (err error) {
	class := classes[c.class()]
	fromFile := f.Model.Type != ""
	for _, token := range []struct {
		name  *tokenName
		usual tokenName
	}{{&c.Unknown, "[UNK]"}, {&c.CLS, "[CLS]"}, {&c.SEP, "[SEP]"}, {&c.Pad, "[PAD]"}, {&c.Mask, "[MASK]"}} {
		if *token.name == "" && class.settings {
			*token.name = token.usual
		}
	}
	o := tokenize.Options{LowerCase: c.LowerCase, StripAccents: c.LowerCase, SpaceChinese: c.Chinese, Unknown: string(c.Unknown), CLS: string(c.CLS), SEP: string(c.SEP)}
	strip := c.StripAccents
	if !class.settings {
		o.LowerCase, o.StripAccents, o.SpaceChinese, strip = f.Normalizer.LowerCase, f.Normalizer.LowerCase, f.Normalizer.Chinese, f.Normalizer.StripAccents
		o.Unknown = f.Model.Unknown
	}
	if strip != nil {
		o.StripAccents = *strip
	}
	o.LowerCase = o.LowerCase || m.sentence.LowerCase
	if err := c.addTokens(f, &o); err != nil {
		return err
	}
	if err := m.checkIDs(f.Model.Vocab); err != nil {
		return err
	}
	if !class.settings { // they need not have the roles, the post-processor has ids
		o.CLS, o.SEP = orDefault(o.CLS, o.Unknown), orDefault(o.SEP, o.Unknown)
	}
	if m.Tokenizer, err = tokenize.New(f.Model.Vocab, o); err != nil {
		return err
	}
	m.Inputs = &tokenize.Inputs{Tokenizer: m.Tokenizer, Left: c.TruncateSide == "left" || c.TruncateSide == "" && f.Truncation != nil && f.Truncation.Direction == "Left"}
	if err := m.setLayouts(c, f, fromFile); err != nil {
		return err
	}
	return m.setMaxLength(c.MaxLength)
}

// setLayouts takes the layout of the class or of the post-processor.
func (m *Model) setLayouts(c *tokenizerConfig, f *tokenizerFile, fromFile bool) (err error) {
	class, in, p := classes[c.class()], m.Inputs, f.PostProcessor
	in.One, in.Two = m.Tokenizer.Standard(1), m.Tokenizer.Standard(2)
	switch {
	case class.settings && p != nil && !p.standard(m.Tokenizer):
		return fmt.Errorf("tokenizer.json: %w: post_processor is not [CLS] A [SEP] B [SEP] with types 0 and 1, which %s of transformers 5 makes of it and that of 4 does not", ErrUnsupported, c.Class)
	case class.settings:
	case p == nil:
		return fmt.Errorf("tokenizer.json: %w: post_processor is null, so no text would have a [CLS] token; the scores of the model are made of its row", ErrUnsupported)
	default:
		if in.One, in.Two, err = p.layouts(); err != nil {
			return fmt.Errorf("tokenizer.json: %w", err)
		}
		for _, id := range p.ids() {
			if id < 0 || int(id) >= m.Config.Vocab {
				return fmt.Errorf("tokenizer.json: post_processor has the id %d, config.json has vocab_size %d", id, m.Config.Vocab)
			}
		}
	}
	types := class.types
	if c.Inputs != nil {
		types = slices.Contains(c.Inputs, "token_type_ids")
	}
	if !types {
		in.One, in.Two = in.One.OneType(), in.Two.OneType()
	}
	return nil
}

// addTokens makes added and named tokens special ones. Of a token that the vocabulary lacks the id
// must be the next free one, since transformers gives it that.
func (c *tokenizerConfig) addTokens(f *tokenizerFile, o *tokenize.Options) error {
	vocab := f.Model.Vocab
	known := len(vocab)
	added := slices.Clone(f.Added)
	for _, id := range slices.Sorted(maps.Keys(c.Added)) {
		token := c.Added[id]
		token.ID = id
		same := func(a addedToken) bool { return a.Content == token.Content }
		if i := slices.IndexFunc(added, same); i >= 0 && added[i].ID != id {
			return fmt.Errorf("token %q has id %d in tokenizer.json and %d in tokenizer_config.json", token.Content, added[i].ID, id)
		} else if i < 0 {
			added = append(added, token)
		}
	}
	for _, a := range added {
		if a.Normalized || a.SingleWord {
			return fmt.Errorf("%w: added token %q is looked for in normalised text or as a single word", ErrUnsupported, a.Content)
		}
		id, ok := vocab[a.Content]
		if !ok {
			id, known = int32(known), known+1
			vocab[a.Content] = id
		}
		if id != a.ID {
			return fmt.Errorf("added token %q has id %d, and transformers gives it %d", a.Content, a.ID, id)
		}
		o.Special = append(o.Special, a.Content)
	}
	for _, name := range slices.Concat(c.names(), c.MoreSpecial, c.ExtraSpecial) {
		if _, ok := vocab[name]; !ok && name != string(c.Pad) && name != string(c.Mask) {
			return fmt.Errorf("the special token %q is not in the vocabulary of %d tokens", name, len(vocab))
		}
		o.Special = append(o.Special, name)
	}
	if f.Model.Unknown != "" && c.Unknown != "" && f.Model.Unknown != string(c.Unknown) {
		return fmt.Errorf("unk_token is %q in tokenizer.json and %q in tokenizer_config.json", f.Model.Unknown, c.Unknown)
	}
	slices.Sort(o.Special)
	o.Special = slices.Compact(o.Special)
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

// setMaxLength takes max_seq_length of sentence-transformers or else model_max_length, as far as
// there are positions.
func (m *Model) setMaxLength(limit *float64) error {
	if m.sentence.MaxLength != nil {
		limit = m.sentence.MaxLength
	}
	m.MaxLength = m.Config.Positions
	if limit != nil && *limit < float64(m.MaxLength) {
		m.MaxLength = int(*limit)
	}
	m.Inputs.Max = m.MaxLength
	if m.Inputs.Room() < 1 {
		return fmt.Errorf("inputs of at most %d ids have no room for text (model_max_length, max_seq_length)", m.MaxLength)
	}
	return nil
}

package hf

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"axn/workbench/internal/tokenize"
)

// tokenizerConfig is tokenizer_config.json as far as it matters.
type tokenizerConfig struct {
	Class         string                        `json:"tokenizer_class"`
	AutoMap       json.RawMessage               `json:"auto_map"`
	LowerCase     bool                          `json:"-"` // as LowerCased says, or the class
	LowerCased    *bool                         `json:"do_lower_case"`
	StripAccents  *bool                         `json:"strip_accents"`
	Chinese       bool                          `json:"tokenize_chinese_chars"`
	Basic         *bool                         `json:"do_basic_tokenize"`
	NeverSplit    []string                      `json:"never_split"`
	Prefix        string                        `json:"wordpieces_prefix"`
	PrefixSpace   *bool                         `json:"add_prefix_space"`
	KeepAccents   *bool                         `json:"keep_accents"`
	AddBOS        bool                          `json:"add_bos_token"` // where there is a tokenizer.json, its post_processor says so
	AddEOS        bool                          `json:"add_eos_token"`
	Sentinels     *int                          `json:"extra_ids"`        // of T5
	MaxLength     *float64                      `json:"model_max_length"` // 1e30 when there is none
	TruncateSide  string                        `json:"truncation_side"`
	PadSide       string                        `json:"padding_side"`
	Inputs        []string                      `json:"model_input_names"`
	Added         map[int32]tokenize.AddedToken `json:"added_tokens_decoder"`
	MoreSpecial   tokenList                     `json:"additional_special_tokens"`
	ExtraSpecial  tokenList                     `json:"extra_special_tokens"`
	specialTokens                               // as fields of the file itself
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

// class is the name of the class without Fast.
func (c *tokenizerConfig) class() string { return strings.TrimSuffix(c.Class, "Fast") }

// check refuses settings that nothing here obeys. Of a model with rotary positions texts may be
// padded on either side, since only their distances count.
func (c *tokenizerConfig) check(rotary bool) error {
	_, ok := classes[c.class()]
	set := func(raw json.RawMessage) bool { return len(raw) > 0 && !bytes.Equal(raw, []byte("null")) }
	for _, refuse := range []struct {
		when bool
		what string
	}{
		{!ok, fmt.Sprintf("tokenizer_class is %q; %s can be read", c.Class, strings.Join(slices.Sorted(maps.Keys(classes)), ", "))},
		{set(c.AutoMap), "auto_map: the tokenizer is Python code of the model's own"},
		{c.Basic != nil && !*c.Basic, "do_basic_tokenize is false: transformers' tokenizers disagree about it"},
		{len(c.NeverSplit) > 0, fmt.Sprintf("never_split is %q: transformers' tokenizers disagree about it", c.NeverSplit)},
		{c.Prefix != "##", fmt.Sprintf("wordpieces_prefix is %q, want ##", c.Prefix)},
		{c.PadSide != "" && c.PadSide != "right" && !rotary, fmt.Sprintf("padding_side is %q: positions would depend on the other texts of a batch", c.PadSide)},
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

// agree refuses settings of a class that obeys them where tokenizer.json says otherwise: which of the two
// holds depends on the version of transformers.
func (c *tokenizerConfig) agree(f *tokenize.File) error {
	class, said := classes[c.class()], settingsOf(f)
	for _, s := range []struct {
		key     string
		obeyed  bool
		setting *bool
		file    *bool
	}{
		{"add_prefix_space", class.model != "", c.PrefixSpace, said.space},
		{"do_lower_case", class.lower, c.LowerCased, said.lower},
	} {
		if s.obeyed && s.setting != nil && s.file != nil && *s.setting != *s.file {
			return fmt.Errorf("tokenizer_config.json: %w: %s is %v, and tokenizer.json says otherwise", ErrUnsupported, s.key, *s.setting)
		}
	}
	return nil
}

// fileSettings are what parts of a tokenizer.json say; no space where no part of them knows one.
type fileSettings struct{ space, lower *bool }

func settingsOf(f *tokenize.File) fileSettings {
	s := fileSettings{lower: new(bool)}
	s.add(f.Normalizer)
	s.add(f.PreTokenizer)
	return s
}

func (s *fileSettings) add(raw json.RawMessage) {
	var p struct {
		Type          string
		Lower         *bool             `json:"lowercase"`
		Space         *bool             `json:"add_prefix_space"`
		Scheme        string            `json:"prepend_scheme"`
		Normalizers   []json.RawMessage `json:"normalizers"`
		PreTokenizers []json.RawMessage `json:"pretokenizers"`
	}
	if json.Unmarshal(raw, &p) != nil {
		return // nothing is there, or reading it says what is wrong
	}
	switch p.Type {
	case "Lowercase":
		s.lower = new(true)
	case "BertNormalizer":
		s.lower = p.Lower
	case "ByteLevel":
		s.space = p.Space
	case "Metaspace":
		if s.space = p.Space; p.Scheme != "" {
			s.space = new(p.Scheme != "never")
		}
	}
	for _, part := range slices.Concat(p.Normalizers, p.PreTokenizers) {
		s.add(part)
	}
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
			c.Added = map[int32]tokenize.AddedToken{}
		}
		c.Added[added[content]] = tokenize.AddedToken{Content: content, Normalized: plain}
	}
	return nil
}

package tokenize

import (
	"encoding/json"
	"fmt"
	"unicode/utf8"
)

// parseNormalizer reads a normalizer, of which a sequence becomes its parts.
func parseNormalizer(part json.RawMessage) ([]normalizer, error) {
	name, err := kind(part)
	if name == "" || err != nil {
		return nil, err
	}
	f := struct {
		Normalizers []json.RawMessage `json:"normalizers"`
		Clean       *bool             `json:"clean_text"`
		Chinese     *bool             `json:"handle_chinese_chars"`
		Accents     *bool             `json:"strip_accents"`
		Lower       *bool             `json:"lowercase"`
		Left        *bool             `json:"strip_left"`
		Right       *bool             `json:"strip_right"`
		Prepend     *string           `json:"prepend"`
		Content     *string           `json:"content"`
		Pattern     patternFile       `json:"pattern"`
		Charsmap    []byte            `json:"precompiled_charsmap"`
	}{}
	if err := json.Unmarshal(part, &f); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	missing := map[string]bool{
		"BertNormalizer": f.Clean == nil || f.Chinese == nil || f.Lower == nil, "Strip": f.Left == nil || f.Right == nil,
		"Prepend": f.Prepend == nil, "Replace": f.Content == nil,
	}
	if missing[name] {
		return nil, fmt.Errorf("%s lacks one of its settings", name)
	}
	switch name {
	case "Sequence":
		return sequence(f.Normalizers, parseNormalizer)
	case "BertNormalizer":
		strips := *f.Lower
		if f.Accents != nil {
			strips = *f.Accents
		}
		return []normalizer{newBertNormalizer(*f.Clean, *f.Chinese, strips, *f.Lower)}, nil
	case "NFC", "NFD", "NFKC", "NFKD":
		return []normalizer{forms[name]}, nil
	case "Lowercase":
		return []normalizer{lowercase}, nil
	case "StripAccents":
		return []normalizer{stripAccents}, nil
	case "Nmt":
		return []normalizer{nmt}, nil
	case "ByteLevel":
		return []normalizer{byteLevel{}}, nil
	case "Strip":
		return []normalizer{strip{*f.Left, *f.Right}}, nil
	case "Prepend":
		return []normalizer{prepended(*f.Prepend)}, nil
	case "Replace":
		p, err := f.Pattern.pattern()
		if err != nil {
			return nil, fmt.Errorf("Replace: %w", err)
		}
		return []normalizer{replace{p, []byte(*f.Content)}}, nil
	case "Precompiled":
		m, err := newCharsmap(f.Charsmap)
		if err != nil {
			return nil, err
		}
		return []normalizer{m}, nil
	}
	return nil, unsupported("type is %q", name)
}

// sequence reads the parts of a Sequence.
func sequence[T any](parts []json.RawMessage, parse func(json.RawMessage) ([]T, error)) (all []T, err error) {
	for i, part := range parts {
		list, err := parse(part)
		if err != nil {
			return nil, fmt.Errorf("part %d of Sequence: %w", i, err)
		}
		all = append(all, list...)
	}
	return all, nil
}

// parsePreTokenizer reads a pre-tokenizer, of which a sequence becomes its parts.
func parsePreTokenizer(part json.RawMessage) ([]preTokenizer, error) {
	name, err := kind(part)
	if name == "" || err != nil {
		return nil, err
	}
	f := struct {
		Parts     []json.RawMessage `json:"pretokenizers"`
		Prefix    *bool             `json:"add_prefix_space"`
		UseRegex  *bool             `json:"use_regex"`
		Behavior  string            `json:"behavior"`
		Invert    bool              `json:"invert"`
		Pattern   patternFile       `json:"pattern"`
		Digits    bool              `json:"individual_digits"`
		Char      string            `json:"replacement"`
		Scheme    string            `json:"prepend_scheme"`
		Split     *bool             `json:"split"`
		Delimiter string            `json:"delimiter"`
		Length    *int              `json:"length"`
	}{Behavior: "Isolated", Scheme: "always"}
	if err := json.Unmarshal(part, &f); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	b, known := behaviors[f.Behavior]
	if !known {
		return nil, unsupported("behavior of %s is %q", name, f.Behavior)
	}
	switch name {
	case "Sequence":
		return sequence(f.Parts, parsePreTokenizer)
	case "BertPreTokenizer":
		return []preTokenizer{bertWords{}}, nil
	case "Whitespace":
		return []preTokenizer{wordsAndOthers{}}, nil
	case "WhitespaceSplit":
		return []preTokenizer{spaced{}}, nil
	case "Punctuation":
		return []preTokenizer{splitter{isPunctuation, b, false}}, nil
	case "Digits":
		if f.Digits {
			return []preTokenizer{splitter{ofClass(numeric), isolated, false}}, nil
		}
		return []preTokenizer{splitter{ofClass(numeric), contiguous, false}}, nil
	case "CharDelimiterSplit":
		if utf8.RuneCountInString(f.Delimiter) != 1 {
			return nil, fmt.Errorf("delimiter of CharDelimiterSplit is %q, want one character", f.Delimiter)
		}
		return []preTokenizer{splitter{literal(f.Delimiter), removed, false}}, nil
	case "FixedLength":
		length := 5
		if f.Length != nil {
			length = *f.Length
		}
		if length < 1 {
			return nil, fmt.Errorf("length of FixedLength is %d, want at least 1", length)
		}
		return []preTokenizer{fixedLength(length)}, nil
	case "Split":
		p, err := f.Pattern.pattern()
		if err != nil {
			return nil, fmt.Errorf("Split: %w", err)
		}
		if all, ok := p.(covers); ok && (b == isolated || b == removed && f.Invert) {
			return []preTokenizer{scanned(all)}, nil
		}
		return []preTokenizer{splitter{p, b, f.Invert}}, nil
	case "ByteLevel":
		if f.Prefix == nil {
			return nil, fmt.Errorf("ByteLevel: add_prefix_space is missing")
		}
		return []preTokenizer{&bytesOf{prefix: *f.Prefix, pattern: f.UseRegex == nil || *f.UseRegex, mapped: true}}, nil
	case "Metaspace":
		if f.Prefix != nil && !*f.Prefix {
			if f.Scheme != "never" {
				return nil, fmt.Errorf("Metaspace: add_prefix_space is false and prepend_scheme is %q", f.Scheme)
			}
		}
		if utf8.RuneCountInString(f.Char) != 1 || f.Scheme != "always" && f.Scheme != "first" && f.Scheme != "never" {
			return nil, unsupported("Metaspace with the replacement %q and the prepend_scheme %q", f.Char, f.Scheme)
		}
		return []preTokenizer{metaspace{f.Char, f.Scheme == "always", f.Scheme == "first", f.Split == nil || *f.Split}}, nil
	}
	return nil, unsupported("type is %q", name)
}

package hf

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"axn/workbench/internal/tokenize"
)

// class is how a tokenizer class of transformers is made.
type class struct {
	settings bool   // BERT's: of the vocabulary and tokenizer_config.json; the others take tokenizer.json as it stands
	lower    bool   // obeys do_lower_case though it takes tokenizer.json
	types    bool   // token_type_ids where model_input_names does not say
	model    string // of tokenizer.json; "" is any
	roles    specialTokens
	build    func(dir string, c *tokenizerConfig, f *tokenize.File) (files []string, err error) // fills f where tokenizer.json is missing; nil refuses
}

// The tokens with a role of some families, where tokenizer_config.json does not say them.
var (
	robertaRoles = specialTokens{Unknown: "<unk>", CLS: "<s>", SEP: "</s>", Pad: "<pad>", Mask: "<mask>", BOS: "<s>", EOS: "</s>"}
	mpnetRoles   = specialTokens{Unknown: "[UNK]", CLS: "<s>", SEP: "</s>", Pad: "<pad>", Mask: "<mask>", BOS: "<s>", EOS: "</s>"}
	albertRoles  = specialTokens{Unknown: "<unk>", CLS: "[CLS]", SEP: "[SEP]", Pad: "<pad>", Mask: "[MASK]", BOS: "[CLS]", EOS: "[SEP]"}
	qwenRoles    = specialTokens{EOS: "<|endoftext|>", Pad: "<|endoftext|>"}
	t5Roles      = specialTokens{Unknown: "<unk>", EOS: "</s>", Pad: "<pad>"}
)

// classes are the tokenizer classes that can be read, without the Fast at their end.
var classes = map[string]class{
	"BertTokenizer": {settings: true, types: true}, "DistilBertTokenizer": {settings: true}, "ElectraTokenizer": {settings: true, types: true},
	"PreTrainedTokenizer": {}, "TokenizersBackend": {},
	"RobertaTokenizer": {model: "BPE", roles: robertaRoles, build: buildRoBERTa}, "BartTokenizer": {model: "BPE", roles: robertaRoles, build: buildRoBERTa},
	"XLMRobertaTokenizer": {model: "Unigram", roles: robertaRoles, build: buildXLMRoBERTa}, "CamembertTokenizer": {model: "Unigram", roles: robertaRoles, build: buildCamemBERT},
	"AlbertTokenizer": {model: "Unigram", lower: true, roles: albertRoles, build: buildALBERT}, "MPNetTokenizer": {model: "WordPiece", lower: true, roles: mpnetRoles, build: buildMPNet},
	"T5Tokenizer":    {model: "Unigram", roles: t5Roles, build: buildT5},
	"GemmaTokenizer": {model: "BPE"}, "LlamaTokenizer": {model: "BPE"},
	"Qwen2Tokenizer": {model: "BPE", roles: qwenRoles, build: buildQwen}, "DebertaV2Tokenizer": {model: "Unigram", lower: true, types: true}, "DebertaTokenizer": {model: "BPE", types: true},
}

// usualClasses are those of model types whose folder names none.
var usualClasses = map[string]string{
	"bert": "BertTokenizer", "distilbert": "DistilBertTokenizer", "electra": "ElectraTokenizer", "nomic_bert": "BertTokenizer",
	"roberta": "RobertaTokenizer", "xlm-roberta": "XLMRobertaTokenizer", "camembert": "CamembertTokenizer", "gte": "XLMRobertaTokenizer",
	"mpnet": "MPNetTokenizer", "albert": "AlbertTokenizer", "deberta-v2": "DebertaV2Tokenizer", "qwen2": "Qwen2Tokenizer", "qwen3": "Qwen2Tokenizer",
	"gemma": "GemmaTokenizer", "gemma2": "GemmaTokenizer", "gemma3_text": "GemmaTokenizer", "t5": "T5Tokenizer", "mt5": "T5Tokenizer",
	"modernbert": "TokenizersBackend", "eurobert": "TokenizersBackend", "llama": "TokenizersBackend", "mistral": "TokenizersBackend",
}

// fillRoles sets the tokens with a role that the files do not say.
func (c *tokenizerConfig) fillRoles(usual specialTokens) {
	for _, role := range []struct {
		name  *tokenName
		usual tokenName
	}{{&c.Unknown, usual.Unknown}, {&c.CLS, usual.CLS}, {&c.SEP, usual.SEP}, {&c.Pad, usual.Pad}, {&c.Mask, usual.Mask}, {&c.BOS, usual.BOS}, {&c.EOS, usual.EOS}} {
		if *role.name == "" {
			*role.name = role.usual
		}
	}
}

// buildFile makes what tokenizer.json would say of the files of older styles, as transformers 5 does.
func (m *Model) buildFile(dir string, c *tokenizerConfig, f *tokenize.File) error {
	class := classes[c.class()]
	if class.build == nil {
		return fmt.Errorf("%w: tokenizer_class %s needs a tokenizer.json, which is missing. Make it: python -c \"from transformers import AutoTokenizer as T; T.from_pretrained('%s').save_pretrained('%s')\"",
			ErrUnsupported, c.Class, dir, dir)
	}
	if c.AddBOS || c.AddEOS {
		return fmt.Errorf("%w: no tokenizer.json, and add_bos_token or add_eos_token is true", ErrUnsupported)
	}
	c.fillRoles(class.roles)
	names, err := class.build(dir, c, f)
	if err != nil {
		return fmt.Errorf("no tokenizer.json, and from the files of %s: %w", c.Class, err)
	}
	for _, name := range names {
		m.files = append(m.files, filepath.Join(dir, name))
	}
	return nil
}

type part = map[string]any

// setParts makes the parts of a tokenizer.json; a nil one is left out.
func setParts(f *tokenize.File, normalizer, preTokenizer any) (err error) {
	for _, p := range []struct {
		to *json.RawMessage
		v  any
	}{{&f.Normalizer, normalizer}, {&f.PreTokenizer, preTokenizer}} {
		if *p.to = nil; p.v != nil {
			var e error
			*p.to, e = json.Marshal(p.v)
			err = errors.Join(err, e)
		}
	}
	return err
}

func sequence(kind string, parts ...any) part {
	return part{"type": "Sequence", map[string]string{"n": "normalizers", "p": "pretokenizers"}[kind]: parts}
}

// frame has texts stand among the tokens of two ids: A B with one separator between and types, or
// with two and without.
func frame(f *tokenize.File, c *tokenizerConfig, id func(token string) (int32, bool), double bool) (err error) {
	cls, ok1 := id(string(c.CLS))
	sep, ok2 := id(string(c.SEP))
	if !ok1 || !ok2 {
		return fmt.Errorf("the special tokens %q and %q are not both in the vocabulary", c.CLS, c.SEP)
	}
	p := part{"type": "BertProcessing", "cls": []any{c.CLS, cls}, "sep": []any{c.SEP, sep}}
	if double {
		p["type"], p["trim_offsets"], p["add_prefix_space"] = "RobertaProcessing", true, false
	}
	f.PostProcessor, err = json.Marshal(p)
	return err
}

// readBPE reads vocab.json and merges.txt.
func readBPE(dir string, prefix bool) (f *tokenize.File, vocab map[string]int32, err error) {
	v, err := readText(filepath.Join(dir, "vocab.json"))
	if err != nil {
		return nil, nil, err
	}
	merges, err := readText(filepath.Join(dir, "merges.txt"))
	if err != nil {
		return nil, nil, err
	}
	if err := json.Unmarshal(v, &vocab); err != nil {
		return nil, nil, fmt.Errorf("vocab.json: %w", placed(v, err))
	}
	if f, err = tokenize.ReadMerges(v, merges, prefix); err != nil {
		return nil, nil, fmt.Errorf("merges.txt: %w", err)
	}
	return f, vocab, nil
}

var bpeFiles = []string{"vocab.json", "merges.txt"}

func buildRoBERTa(dir string, c *tokenizerConfig, f *tokenize.File) ([]string, error) {
	read, vocab, err := readBPE(dir, c.PrefixSpace != nil && *c.PrefixSpace)
	if err != nil {
		return nil, err
	}
	*f = *read
	id := func(token string) (id int32, ok bool) { id, ok = vocab[token]; return id, ok }
	return bpeFiles, frame(f, c, id, true)
}

// qwenSplit is the pattern of Qwen's words.
const qwenSplit = `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`

func buildQwen(dir string, c *tokenizerConfig, f *tokenize.File) ([]string, error) {
	read, vocab, err := readBPE(dir, false)
	if err != nil {
		return nil, err
	}
	*f = *read
	for i, token := range []string{string(c.EOS), string(c.Pad)} { // which the vocabulary may lack
		if id, ok := vocab[token]; i == 0 || token != string(c.EOS) {
			if !ok {
				id = int32(len(vocab))
				vocab[token] = id
			}
			f.Added = append(f.Added, tokenize.AddedToken{ID: id, Content: token, Special: true})
		}
	}
	prefix := c.PrefixSpace != nil && *c.PrefixSpace
	return bpeFiles, setParts(f, part{"type": "NFC"}, sequence("p", part{"type": "Split", "pattern": part{"Regex": qwenSplit}, "behavior": "Isolated", "invert": false},
		part{"type": "ByteLevel", "add_prefix_space": prefix, "trim_offsets": false, "use_regex": false}))
}

func buildMPNet(dir string, c *tokenizerConfig, f *tokenize.File) ([]string, error) {
	text, err := os.Open(filepath.Join(dir, "vocab.txt"))
	if err != nil {
		return nil, err
	}
	defer text.Close()
	vocab, err := tokenize.ReadVocab(text)
	if err != nil {
		return nil, fmt.Errorf("vocab.txt: %w", err)
	}
	prefix, most, unknown := "##", 100, string(c.Unknown)
	f.Model = tokenize.ModelFile{Type: "WordPiece", Prefix: &prefix, MaxChars: &most, Unknown: &unknown}
	if f.Model.Vocab, err = json.Marshal(vocab); err != nil {
		return nil, err
	}
	accents := any(c.StripAccents)
	if c.StripAccents == nil {
		accents = nil
	}
	if err := setParts(f, part{"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": c.Chinese, "strip_accents": accents, "lowercase": c.LowerCase},
		part{"type": "BertPreTokenizer"}); err != nil {
		return nil, err
	}
	id := func(token string) (id int32, ok bool) { id, ok = vocab[token]; return id, ok }
	return []string{"vocab.txt"}, frame(f, c, id, true)
}

// readPieces reads a model of sentencepiece, under the first of the names that is there.
func readPieces(dir string, names ...string) (*tokenize.Pieces, string, error) {
	for _, name := range append(names, "tokenizer.model") {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, "", err
		}
		p, err := tokenize.ReadPieces(b)
		if err != nil {
			return nil, "", fmt.Errorf("%s: %w", name, err)
		}
		return p, name, nil
	}
	return nil, "", fmt.Errorf("no %s: %w", names[0], fs.ErrNotExist)
}

// metaspace is how words of a sentencepiece model are told apart.
func metaspace(c *tokenizerConfig) part {
	scheme := "always"
	if c.PrefixSpace != nil && !*c.PrefixSpace {
		scheme = "never"
	}
	return sequence("p", part{"type": "WhitespaceSplit"}, part{"type": "Metaspace", "replacement": "▁", "prepend_scheme": scheme, "split": true})
}

// buildPieces makes a Unigram model whose vocabulary is first, the pieces from number skip on, and last.
func buildPieces(dir string, c *tokenizerConfig, f *tokenize.File, file string, skip, unknown int, first, last []string, double bool, before ...any) ([]string, error) {
	p, name, err := readPieces(dir, file)
	if err != nil {
		return nil, err
	}
	if f.Model, err = p.Unigram(first, skip, last, unknown); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	var normalizer any
	if p.Charsmap != "" {
		before = append(before, part{"type": "Precompiled", "precompiled_charsmap": p.Charsmap})
	}
	if len(before) > 0 {
		normalizer = sequence("n", before...)
	}
	if err := setParts(f, normalizer, metaspace(c)); err != nil {
		return nil, err
	}
	return []string{name}, frame(f, c, f.Model.Piece, double)
}

func buildXLMRoBERTa(dir string, c *tokenizerConfig, f *tokenize.File) ([]string, error) {
	return buildPieces(dir, c, f, "sentencepiece.bpe.model", 3, 3, []string{"<s>", "<pad>", "</s>", "<unk>"}, []string{"<mask>"}, true)
}

func buildCamemBERT(dir string, c *tokenizerConfig, f *tokenize.File) ([]string, error) {
	return buildPieces(dir, c, f, "sentencepiece.bpe.model", 1, 3, []string{"<s>NOTUSED", "<pad>", "</s>NOTUSED", "<unk>", "<unk>NOTUSED"}, []string{"<mask>"}, true)
}

func buildALBERT(dir string, c *tokenizerConfig, f *tokenize.File) ([]string, error) {
	quote := func(what string) any { return part{"type": "Replace", "pattern": part{"String": what}, "content": `"`} }
	before := []any{quote("``"), quote("''")}
	if c.KeepAccents == nil || !*c.KeepAccents {
		before = append(before, part{"type": "NFKD"}, part{"type": "StripAccents"})
	}
	if c.LowerCase {
		before = append(before, part{"type": "Lowercase"})
	}
	return buildPieces(dir, c, f, "spiece.model", 0, 1, nil, nil, false, before...)
}

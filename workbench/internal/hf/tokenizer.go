package hf

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"reflect"
	"slices"

	"axn/workbench/internal/tokenize"
)

// maxOpen bounds the ids of an input where positions are open.
const maxOpen = 1 << 16

// readTokenizer makes the tokenizer transformers would make.
func (m *Model) readTokenizer(dir string) error {
	c := tokenizerConfig{Chinese: true, Prefix: "##"}
	if err := m.readOptional(dir, "tokenizer_config.json", &c); err != nil {
		return err
	}
	c.LowerCase = or(c.LowerCased, true)
	if c.Class == "" {
		c.Class = orDefault(m.Config.TokenizerClass, usualClasses[m.Config.Type])
	}
	if err := c.check(m.rotary()); err != nil {
		return fmt.Errorf("tokenizer_config.json: %w", err)
	}
	if err := m.readSpecialTokens(dir, &c); err != nil {
		return err
	}
	f := &tokenize.File{}
	err := m.readJSON(filepath.Join(dir, "tokenizer.json"), f)
	switch missing := errors.Is(err, fs.ErrNotExist); {
	case err != nil && !missing:
		return err
	case !missing && f.Padding != nil && f.Padding.Direction == "Left" && !m.rotary():
		return fmt.Errorf("tokenizer.json: %w: padding.direction is Left: positions would depend on the other texts of a batch", ErrUnsupported)
	case classes[c.class()].settings:
		err = m.makeBERT(dir, &c, f, missing)
	case !missing && classes[c.class()].model != "" && f.Model.Type != classes[c.class()].model:
		return fmt.Errorf("tokenizer.json: %w: model.type is %q, and tokenizer_class %s has %q", ErrUnsupported, f.Model.Type, c.Class, classes[c.class()].model)
	default:
		if err = nil; missing {
			err = m.buildFile(dir, &c, f)
		} else {
			err = c.agree(f)
		}
		if err == nil {
			err = m.takeFile(&c, f)
		}
	}
	if err != nil {
		return err
	}
	m.Tokenizer.SpecialAsText = true // a text is data: no [SEP] in it ends it
	if token, id := m.Tokenizer.Last(); int(id) >= m.Config.Vocab {
		return fmt.Errorf("token %q has id %d, config.json has vocab_size %d", token, id, m.Config.Vocab)
	}
	return m.setInputs(&c, f)
}

// rotary reports whether positions count by their distances only.
func (m *Model) rotary() bool { return !m.Config.PositionTable }

// takeFile takes tokenizer.json as it stands, and the tokens that tokenizer_config.json adds.
func (m *Model) takeFile(c *tokenizerConfig, f *tokenize.File) (err error) {
	added, err := c.added(f)
	if err != nil {
		return err
	}
	f.Added = added
	if m.Tokenizer, err = f.Tokenizer(); err != nil {
		if errors.Is(err, tokenize.ErrUnsupported) {
			err = fmt.Errorf("%w: %w", ErrUnsupported, err)
		}
		return fmt.Errorf("tokenizer.json: %w", err)
	}
	if m.sentence.LowerCase {
		m.Tokenizer.LowerFirst()
	}
	return m.addNames(c, f)
}

// added joins the added tokens of both files.
func (c *tokenizerConfig) added(f *tokenize.File) ([]tokenize.AddedToken, error) {
	added := slices.Clone(f.Added)
	for _, id := range slices.Sorted(maps.Keys(c.Added)) {
		token := c.Added[id]
		token.ID = id
		i := slices.IndexFunc(added, func(a tokenize.AddedToken) bool { return a.Content == token.Content })
		if i >= 0 && added[i].ID != id {
			return nil, fmt.Errorf("token %q has id %d in tokenizer.json and %d in tokenizer_config.json", token.Content, added[i].ID, id)
		} else if i < 0 {
			added = append(added, token)
		}
	}
	return added, nil
}

// addNames makes the tokens with a role special ones.
func (m *Model) addNames(c *tokenizerConfig, f *tokenize.File) error {
	var named []tokenize.AddedToken
	for _, name := range slices.Concat(c.names(), c.MoreSpecial, c.ExtraSpecial) {
		id, ok := m.Tokenizer.ID(name)
		if !ok && name != string(c.Pad) && name != string(c.Mask) {
			return fmt.Errorf("the special token %q is not in the vocabulary", name)
		} else if ok {
			named = append(named, tokenize.AddedToken{ID: id, Content: name, Special: true})
		}
	}
	if u := f.Model.Unknown; u != nil && *u != "" && c.Unknown != "" && *u != string(c.Unknown) {
		return fmt.Errorf("unk_token is %q in tokenizer.json and %q in tokenizer_config.json", *u, c.Unknown)
	}
	return m.Tokenizer.Add(named)
}

// makeBERT makes the tokenizer of BERT's classes, from the vocabulary and tokenizer_config.json.
func (m *Model) makeBERT(dir string, c *tokenizerConfig, f *tokenize.File, noFile bool) error {
	vocab := map[string]int32{}
	var err error
	if noFile {
		vocab, err = m.readVocab(dir)
	} else if err = checkBERT(f); err == nil {
		err = json.Unmarshal(f.Model.Vocab, &vocab)
	}
	if err != nil {
		return err
	}
	for _, token := range []struct {
		name  *tokenName
		usual tokenName
	}{{&c.Unknown, "[UNK]"}, {&c.CLS, "[CLS]"}, {&c.SEP, "[SEP]"}, {&c.Pad, "[PAD]"}, {&c.Mask, "[MASK]"}} {
		if *token.name == "" {
			*token.name = token.usual
		}
	}
	o := tokenize.Options{LowerCase: c.LowerCase || m.sentence.LowerCase, StripAccents: c.LowerCase, SpaceChinese: c.Chinese,
		Unknown: string(c.Unknown), CLS: string(c.CLS), SEP: string(c.SEP), Special: []string{}}
	if c.StripAccents != nil {
		o.StripAccents = *c.StripAccents
	}
	if m.Tokenizer, err = tokenize.BERT(vocab, o); err != nil {
		return err
	}
	added, err := c.added(f)
	if err != nil {
		return err
	}
	for _, a := range added {
		if a.Normalized || a.SingleWord {
			return fmt.Errorf("%w: added token %q is looked for in normalised text or as a single word", ErrUnsupported, a.Content)
		}
	}
	if err := m.Tokenizer.Add(added); err != nil {
		return err
	}
	return m.addNames(c, f)
}

// checkBERT refuses a tokenizer.json that BERT's classes would not write.
func checkBERT(f *tokenize.File) error {
	normalizer, cutter := struct {
		Type  string
		Clean bool `json:"clean_text"`
	}{Clean: true}, struct{ Type string }{}
	prefix, most := "##", 100
	if p := f.Model.Prefix; p != nil {
		prefix = *p
	}
	if n := f.Model.MaxChars; n != nil {
		most = *n
	}
	for _, part := range []struct {
		raw  json.RawMessage
		into any
	}{{f.Normalizer, &normalizer}, {f.PreTokenizer, &cutter}} {
		if len(part.raw) > 0 {
			if err := json.Unmarshal(part.raw, part.into); err != nil {
				return fmt.Errorf("tokenizer.json: %w", err)
			}
		}
	}
	if v := string(f.Model.Vocab); (v == "" || v == "{}" || v == "null") && (f.Model.Type == "WordPiece" || f.Model.Type == "") {
		return errors.New("tokenizer.json: model.vocab is empty")
	}
	for _, c := range []struct{ key, got, want string }{
		{"model.type", f.Model.Type, "WordPiece"},
		{"model.continuing_subword_prefix", prefix, "##"},
		{"model.max_input_chars_per_word", fmt.Sprint(most), "100"},
		{"normalizer.type", normalizer.Type, "BertNormalizer"},
		{"normalizer.clean_text", fmt.Sprint(normalizer.Clean), "true"},
		{"pre_tokenizer.type", cutter.Type, "BertPreTokenizer"},
	} {
		if c.got != c.want {
			return fmt.Errorf("tokenizer.json: %w: %s is %q, want %q", ErrUnsupported, c.key, c.got, c.want)
		}
	}
	return nil
}

// readVocab reads vocab.txt.
func (m *Model) readVocab(dir string) (map[string]int32, error) {
	path := filepath.Join(dir, "vocab.txt")
	text, err := readText(path)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("neither tokenizer.json nor vocab.txt: AutoTokenizer.from_pretrained(NAME).save_pretrained(FOLDER) of transformers writes them: %w", err)
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

// setInputs takes the layout of the class or of the post-processor, and the most ids of an input.
func (m *Model) setInputs(c *tokenizerConfig, f *tokenize.File) error {
	class, t := classes[c.class()], m.Tokenizer
	in := &tokenize.Inputs{Tokenizer: t, One: t.One, Two: t.Two}
	in.Left = c.TruncateSide == "left" || c.TruncateSide == "" && f.Truncation != nil && f.Truncation.Direction == "Left"
	m.Inputs = in
	if class.settings {
		if err := standard(c, f, t); err != nil {
			return err
		}
	} else if !m.Config.Causal && (in.One.Special() == 0 || in.Two.Special() == 0) { // decoders read the last row, whatever it is
		return fmt.Errorf("tokenizer.json: %w: post_processor is null or adds no special token, so no text would have a [CLS] token; the scores of the model are made of its row", ErrUnsupported)
	}
	for _, id := range slices.Concat(in.One.IDs(), in.Two.IDs()) {
		if id < 0 || int(id) >= m.Config.Vocab {
			return fmt.Errorf("tokenizer.json: post_processor has the id %d, config.json has vocab_size %d", id, m.Config.Vocab)
		}
	}
	types := class.types
	if c.Inputs != nil {
		types = slices.Contains(c.Inputs, "token_type_ids")
	}
	if !types {
		in.One, in.Two = in.One.OneType(), in.Two.OneType()
	}
	return m.setMaxLength(c.MaxLength)
}

// standard refuses a post-processor that does not do what BERT's classes do anyway.
func standard(c *tokenizerConfig, f *tokenize.File, t *tokenize.Tokenizer) error {
	if p := f.PostProcessor; len(p) == 0 || bytes.Equal(p, []byte("null")) {
		return nil
	}
	if one, two, err := f.Layouts(); err != nil || !reflect.DeepEqual(one, t.One) || !reflect.DeepEqual(two, t.Two) {
		return fmt.Errorf("tokenizer.json: %w: post_processor is not [CLS] A [SEP] B [SEP] with types 0 and 1, which %s of transformers 5 makes of it and that of 4 does not", ErrUnsupported, c.Class)
	}
	return nil
}

// setMaxLength takes max_seq_length of sentence-transformers or else model_max_length, as far as
// there are positions.
func (m *Model) setMaxLength(limit *float64) error {
	if m.sentence.MaxLength != nil {
		limit = m.sentence.MaxLength
	}
	if c := &m.Config; c.OpenPositions && limit != nil && *limit > float64(c.Positions) && *limit <= maxOpen {
		c.Positions = int(*limit)
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

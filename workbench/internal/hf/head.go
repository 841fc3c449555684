package hf

import (
	"fmt"
	"strconv"
	"strings"
)

// Head turns a row of the last layer, or the decoder's where there is one, into the score:
// Out(Norm(Activation(Dense(x)))), of which Dense with its activation, and Norm, may be missing.
type Head struct {
	Row        Pooling // the row: of the first token, of the last, or the mean
	Late       bool    // the mean is taken behind Dense and its activation
	Pad        int32   // an id that is not the last one, though it stands at the end; -1 for none
	Dense      *Linear
	Activation Activation
	Norm       *Norm
	Out        Linear  // the score is the first logit, less the second where there are two
	Cap        float64 // a logit x counts as Cap·tanh(x/Cap); 0 leaves it
}

// readHead reads the classifier's head for one label.
func (m *Model) readHead(w weights, label string, ids *answerIDs) (err error) {
	w.err = &err
	c, n := &m.Config, families[m.Config.Type].head
	switch {
	case c.Decoder > 0:
		if err = m.readDecoder(w); err != nil {
			return fmt.Errorf("model.safetensors: %w", err)
		}
		return m.readAnswerHead(w, label, ids)
	case strings.HasSuffix(c.Architecture, "ForCausalLM"):
		return m.readAnswerHead(w, label, ids)
	case n.out == "":
		return refused("architectures is %q, want one ForConditionalGeneration", c.Architecture)
	}
	out := w.at("%s", n.out)
	if m.Inputs.Two.Types() > 1 && c.Types == 1 {
		return fmt.Errorf("config.json: type_vocab_size is %d, and the tokenizer gives pairs two types (model_input_names, post_processor)", c.Types)
	}
	if !out.has("weight") && c.Architecture != "" && !strings.HasSuffix(c.Architecture, "ForSequenceClassification") {
		return m.errNoHead(n.out + ".weight")
	}
	row, labels, err := m.label(label, out)
	if err != nil {
		return err
	}
	if err := m.describeHead(n); err != nil {
		return fmt.Errorf("config.json: %w", err)
	}
	all := out.linear(labels, c.Hidden, m.Head.Row != PoolLast)
	m.Head.Out = all.Rows(row, row+1)
	if n.dense != "" && err == nil {
		at := w.at("%s", n.dense)
		if short, ok := strings.CutPrefix(n.dense, families[c.Type].names.prefix+"."); ok && w.at("%s", short).has("weight") {
			at = w.at("%s", short) // an encoder saved without its prefix
		}
		dense := at.linear(c.Hidden, c.Hidden, c.Type != "modernbert" || m.settings.HeadBias)
		m.Head.Dense = &dense
	}
	if n.norm != "" && err == nil {
		norm := w.at("%s", n.norm).norm(c.Hidden, c.NormBias)
		m.Head.Norm = &norm
	}
	if err != nil {
		return fmt.Errorf("model.safetensors: %w", err)
	}
	return nil
}

// describeHead takes from config.json what the head reads and applies.
func (m *Model) describeHead(n headNames) (err error) {
	m.Head = &Head{Row: PoolCLS, Pad: m.Config.LastPad, Activation: n.activation}
	if n.row != "" {
		m.Head.Row = n.row
	}
	switch m.Config.Type {
	case "modernbert":
		if m.Head.Row, err = modernPooling(m.settings.HeadPooling); err == nil {
			m.Head.Activation, err = activation("classifier_activation", m.settings.HeadAct, GELU)
		}
	case "eurobert":
		switch name := orDefault(m.settings.HeadPooling, m.settings.OldPooling); name {
		case "", "late", "mean":
			m.Head.Row, m.Head.Late = PoolMean, name != "mean"
		case "bos":
		default:
			return refused("classifier_pooling is %q, want late, mean or bos", name)
		}
	case "deberta-v2":
		m.Head.Activation, err = activation("pooler_hidden_act", m.settings.PoolerAct, GELU)
	}
	return err
}

func modernPooling(name string) (Pooling, error) {
	switch name {
	case "", "cls":
		return PoolCLS, nil
	case "mean":
		return PoolMean, nil
	}
	return "", refused("classifier_pooling is %q, want cls or mean", name)
}

// label returns the row of the logit that is the score, and of how many.
func (m *Model) label(label string, out weights) (row, labels int, err error) {
	labels = m.Config.Labels
	if shape := out.shape("weight"); len(shape) == 2 {
		labels = max(labels, shape[0])
	}
	labels = max(labels, 1)
	if labels > maxSize {
		return 0, 0, fmt.Errorf("config.json: num_labels is %d", labels)
	}
	var names []string
	for i := range labels {
		name := orDefault(m.settings.Labels[strconv.Itoa(i)], "LABEL_"+strconv.Itoa(i))
		if names = append(names, name); name == label || label == strconv.Itoa(i) {
			return i, labels, nil
		}
	}
	switch {
	case label != "":
		return 0, 0, fmt.Errorf("no label %q; config.json has %q (id2label)", label, names)
	case labels > 1:
		return 0, 0, fmt.Errorf("%w: %d labels (num_labels, id2label, %sweight), a scorer has one: EncoderOptions.Label says which of %q", ErrUnsupported, labels, out.prefix, names)
	}
	return 0, labels, nil
}

// answerIDs are the tokens whose logits a language model is asked for: the score is the first's, less
// the second's if there is one.
type answerIDs struct {
	Yes     *int32 `json:"true_token_id"`
	No      *int32 `json:"false_token_id"`
	Feature string `json:"module_input_name"`
}

// readAnswerHead makes a head of the rows of a language model's output for two answers: those that label
// names as "yes/no", one alone, those of ids, or the usual two.
func (m *Model) readAnswerHead(w weights, label string, ids *answerIDs) (err error) {
	c := &m.Config
	w.err = &err
	if ids == nil || label != "" {
		if ids, err = m.answers(label); err != nil {
			return err
		}
	}
	from := []string{"lm_head.weight"}
	if c.Decoder > 0 {
		from = append(from, "shared.weight")
	}
	tied := or(m.settings.Tied, c.Decoder > 0 || strings.HasPrefix(c.Type, "gemma"))
	if c.Type == "t5" {
		tied = c.AnswerScale != 0 // transformers 5 writes that it is tied in any case
	}
	if !w.has(from[0]) && !tied {
		w.tensor(from[0], c.Vocab, c.Hidden) // an error that names it
	}
	m.Head = &Head{Row: PoolLast, Pad: -1, Out: Linear{In: c.Hidden}, Cap: c.LogitCap}
	for _, id := range []*int32{ids.Yes, ids.No} {
		if id == nil || err != nil {
			continue
		}
		if *id < 0 || int(*id) >= c.Vocab {
			return fmt.Errorf("an answer's token has id %d, config.json has vocab_size %d", *id, c.Vocab)
		}
		m.Head.Out.Weight = append(m.Head.Out.Weight, m.row(w, *id, from...)...)
		m.Head.Out.Out++
	}
	if err != nil {
		return fmt.Errorf("model.safetensors: %w", err)
	}
	m.Head.scale(c.AnswerScale)
	return nil
}

// scale multiplies the rows of the logits, and makes one of two that are not capped.
func (h *Head) scale(by float64) {
	for i := range h.Out.Weight {
		if by != 0 {
			h.Out.Weight[i] *= float32(by)
		}
	}
	if n := h.Out.In; h.Out.Out == 2 && h.Cap == 0 {
		for i, v := range h.Out.Weight[n:] {
			h.Out.Weight[i] -= v
		}
		h.Out.Weight, h.Out.Out = h.Out.Weight[:n], 1
	}
}

// answers finds the tokens of one word or two. A T5 that was not told otherwise answers true or false,
// as monoT5 does; of mT5 there are several that answer otherwise.
func (m *Model) answers(label string) (*answerIDs, error) {
	switch {
	case label != "":
	case m.Config.Type == "mt5":
		return nil, fmt.Errorf(`%w: mT5's rerankers answer in words of their own: EncoderOptions.Label has them, such as "yes/no" for those of mMARCO`, ErrUnsupported)
	case m.Config.Decoder > 0:
		label = "true/false"
	default:
		label = "yes/no"
	}
	ids := &answerIDs{}
	yes, no, two := strings.Cut(label, "/")
	for i, word := range []string{yes, no} {
		if i == 1 && !two {
			break
		}
		tokens := m.Tokenizer.Append(nil, word)
		if id, ok := m.Tokenizer.ID(word); ok && strings.HasPrefix(word, "▁") {
			tokens = []int32{id} // a piece by its name
		}
		unknown, ok := m.Tokenizer.Unknown()
		switch {
		case len(tokens) != 1:
			return nil, fmt.Errorf("%w: %q is %d tokens, want one: the model answers with it (EncoderOptions.Label says with which)", ErrUnsupported, word, len(tokens))
		case ok && tokens[0] == unknown:
			return nil, fmt.Errorf("%w: the vocabulary lacks %q: the model answers with it (EncoderOptions.Label says with which)", ErrUnsupported, word)
		}
		*[]**int32{&ids.Yes, &ids.No}[i] = &tokens[0]
	}
	return ids, nil
}

// row is that of a token in the first of the matrices that is there, or in that of the words.
func (m *Model) row(w weights, id int32, names ...string) []float32 {
	c := &m.Config
	for _, name := range names {
		if w.has(name) {
			row, err := w.file.AppendRow(nil, w.prefix+name, int(id), c.Vocab, c.Hidden)
			if err != nil && *w.err == nil {
				*w.err = err
			}
			return row
		}
	}
	return m.Words[int(id)*c.Hidden:][:c.Hidden]
}

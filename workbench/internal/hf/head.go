package hf

import (
	"fmt"
	"strconv"
	"strings"
)

// Head turns a row of the last layer into the score: Out(Norm(Activation(Dense(x)))), of which
// Dense with its activation, and Norm, may be missing.
type Head struct {
	Row        Pooling // the row: of the first token, of the last, or the mean
	Dense      *Linear
	Activation Activation
	Norm       *Norm
	Out        Linear // 1×Hidden
}

// readHead reads the classifier's head for one label.
func (m *Model) readHead(w weights, label string, ids *answerIDs) (err error) {
	w.err = &err
	c, n := &m.Config, families[m.Config.Type].head
	if strings.HasSuffix(c.Architecture, "ForCausalLM") {
		return m.readAnswerHead(w, label, ids)
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
	m.Head = &Head{Row: PoolCLS, Activation: n.activation}
	if n.row != "" {
		m.Head.Row = n.row
	}
	switch m.Config.Type {
	case "modernbert":
		if m.Head.Row, err = modernPooling(m.settings.HeadPooling); err == nil {
			m.Head.Activation, err = activation("classifier_activation", m.settings.HeadAct, GELU)
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
// names as "yes/no", one alone, those of ids, or yes and no.
func (m *Model) readAnswerHead(w weights, label string, ids *answerIDs) error {
	c := &m.Config
	if ids == nil || label != "" {
		ids = &answerIDs{}
		yes, no, two := strings.Cut(orDefault(label, "yes/no"), "/")
		for word, id := range map[string]**int32{yes: &ids.Yes, no: &ids.No} {
			if word == no && !two {
				continue
			}
			tokens := m.Tokenizer.Append(nil, word)
			if len(tokens) != 1 {
				return fmt.Errorf("%w: %q is %d tokens, want one: the model answers with it (EncoderOptions.Label says with which)", ErrUnsupported, word, len(tokens))
			}
			*id = &tokens[0]
		}
	}
	apart := w.has("lm_head.weight") || !or(m.settings.Tied, strings.HasPrefix(c.Type, "gemma"))
	out := Linear{In: c.Hidden, Out: 1, Weight: make([]float32, c.Hidden)}
	for sign, id := range map[float32]*int32{1: ids.Yes, -1: ids.No} {
		if id == nil {
			continue
		}
		if *id < 0 || int(*id) >= c.Vocab {
			return fmt.Errorf("an answer's token has id %d, config.json has vocab_size %d", *id, c.Vocab)
		}
		row := m.Words[int(*id)*c.Hidden:][:c.Hidden]
		if apart {
			var err error
			if row, err = w.file.AppendRow(nil, "lm_head.weight", int(*id), c.Vocab, c.Hidden); err != nil {
				return fmt.Errorf("model.safetensors: %w", err)
			}
		}
		for j, v := range row {
			out.Weight[j] += sign * v
		}
	}
	m.Head = &Head{Row: PoolLast, Out: out}
	return nil
}

package hf

import (
	"fmt"
	"strings"

	"axn/workbench/internal/tokenize"
)

// Pairs turns a query and an item into the ids that a cross-encoder reads.
type Pairs interface {
	// Pair appends the ids to dst and says how many of them are of the first type.
	Pair(dst []int32, query, item string) ([]int32, int)
	// Length is how many ids there are if nothing is cut.
	Length(query, item string) int
}

// Options say what a folder leaves open.
type Options struct {
	Label       string // which of several logits is the score: a name of id2label, or a number
	Prompt      string // around a pair, with {query}, {document} and perhaps {instruction} in it; "" is the model's own
	Instruction string // what the model is told to look for; "" is its own
}

// Qwen3-Reranker's prompt and its instruction, as its card has them.
const (
	qwenPrompt = "<|im_start|>system\nJudge whether the Document meets the requirements based on the Query and the Instruct provided. " +
		"Note that the answer can only be \"yes\" or \"no\".<|im_end|>\n<|im_start|>user\n<Instruct>: {instruction}\n<Query>: {query}\n<Document>: {document}" +
		"<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n"
	qwenInstruction = "Given a web search query, retrieve relevant passages that answer the query"
)

// monoPrompt is monoT5's, as pygaggle, rank_llm and PyTerrier have it.
const monoPrompt = "Query: {query} Document: {document} Relevant:</s>"

// pairPrompt is a text around pairs. What stands in it before and behind the pair keeps its special
// tokens; in the pair's texts they are text. A document that is too long loses its end.
type pairPrompt struct {
	tokenizer              *tokenize.Tokenizer
	head, tail             []int32
	before, between, after string // around the texts, with no special token in them
	itemFirst              bool
	most                   int
}

// setPairs chooses what stands around a pair: the tokenizer's layout, or a prompt.
func (m *Model) setPairs(o Options) error {
	m.Pairs = m.Inputs
	prompt := o.Prompt
	switch {
	case prompt != "":
	case m.Config.Type == "qwen3":
		prompt = qwenPrompt
	case m.Config.Decoder > 0:
		prompt = monoPrompt
	}
	if prompt == "" && strings.HasSuffix(m.Config.Architecture, "ForCausalLM") {
		return fmt.Errorf("%w: a %s is asked in the words that it was trained with: EncoderOptions.Prompt has them", ErrUnsupported, m.Config.Architecture)
	}
	if prompt == "" {
		if o.Instruction != "" {
			return fmt.Errorf("an instruction for a %s, which reads none: EncoderOptions.Prompt says where it stands", m.Config.Type)
		}
		return nil
	}
	if o.Instruction != "" && !strings.Contains(prompt, "{instruction}") {
		return fmt.Errorf("EncoderOptions.Prompt has no {instruction} for %q", o.Instruction)
	}
	p, err := newPairPrompt(m.Tokenizer, strings.ReplaceAll(prompt, "{instruction}", orDefault(o.Instruction, qwenInstruction)), m.MaxLength)
	if err != nil {
		return fmt.Errorf("EncoderOptions.Prompt: %w", err)
	}
	if o.Prompt == "" && len(p.tail) == 0 {
		return fmt.Errorf("%w: the tokenizer lacks the special tokens of the usual prompt %q: EncoderOptions.Prompt has another", ErrUnsupported, prompt)
	}
	m.Pairs = p
	return nil
}

func newPairPrompt(t *tokenize.Tokenizer, prompt string, most int) (*pairPrompt, error) {
	text, special := *t, *t
	text.SpecialAsText, special.SpecialAsText = true, false
	p := &pairPrompt{tokenizer: &text, most: most}
	first, second := "{query}", "{document}"
	if p.itemFirst = strings.Index(prompt, second) < strings.Index(prompt, first); p.itemFirst {
		first, second = second, first
	}
	before, rest, ok := strings.Cut(prompt, first)
	between, after, ok2 := strings.Cut(rest, second)
	if !ok || !ok2 || strings.Contains(between+after, first) || strings.Contains(after, second) {
		return nil, fmt.Errorf("%q has not {query} and {document} once each", prompt)
	}
	_, cut := special.AddedSpan(before)
	p.head, p.before, p.between = special.Append(nil, before[:cut]), before[cut:], between
	cut, _ = special.AddedSpan(after)
	p.after, p.tail = after[:cut], special.Append(nil, after[cut:])
	if first, _ := special.AddedSpan(between); first < len(between) {
		return nil, fmt.Errorf("%q has a special token between query and document", prompt)
	}
	if n := len(p.head) + len(text.Append(nil, p.after)) + len(p.tail); n >= most {
		return nil, fmt.Errorf("%d ids leave no room for a pair in %d", n, most)
	}
	return p, nil
}

// body is the text of the pair with that around it, up to the document's end and behind it.
func (p *pairPrompt) body(query, item string) (upTo, rest string) {
	if p.itemFirst {
		return p.before + item, p.between + query + p.after
	}
	return p.before + query + p.between + item, p.after
}

// Pair is of Pairs. What follows a document that is cut becomes ids by itself.
func (p *pairPrompt) Pair(dst []int32, query, item string) ([]int32, int) {
	start, most := len(dst), p.most-len(p.tail)
	upTo, rest := p.body(query, item)
	dst = p.tokenizer.Append(append(dst, p.head...), upTo+rest)
	if len(dst)-start > most {
		behind := p.tokenizer.Append(nil, rest)
		if rest != "" {
			dst = p.tokenizer.Append(dst[:start+len(p.head)], upTo)
		}
		behind = behind[:min(len(behind), most-len(p.head))]
		dst = append(dst[:min(len(dst), start+most-len(behind))], behind...)
	}
	dst = append(dst, p.tail...)
	return dst, len(dst) - start
}

// Length is of Pairs.
func (p *pairPrompt) Length(query, item string) int {
	upTo, rest := p.body(query, item)
	return len(p.head) + len(p.tokenizer.Append(nil, upTo+rest)) + len(p.tail)
}

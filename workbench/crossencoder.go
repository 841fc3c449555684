package workbench

import (
	"context"
	"fmt"

	"axn/workbench/internal/encoder"
	"axn/workbench/internal/hf"
	"axn/workbench/internal/topk"
)

// CrossEncoder scores a query and an item by reading both together: a transformer
// encoder with a classifier, or a decoder that answers yes or no. Any number of
// goroutines may use one at once.
type CrossEncoder struct {
	pairs       hf.Pairs
	most        int // ids of a pair
	encoder     *encoder.Encoder
	precision   PrecisionReport
	fingerprint func() (string, error)
}

// EncoderOptions say what a model folder leaves open; the zero value is right for a
// reranker with one logit.
type EncoderOptions struct {
	// Label says which logit of a classifier with several is the score: a name of
	// config.json's id2label, such as "entailment", or its number. A classifier with
	// one needs none. Of a language model it is an answer of one token, such as "Yes", or two, such as
	// "1/0": the score is the logit of the first, less that of the second; "" is "yes/no", and of a T5
	// "true/false".
	Label string

	// Prompt is what stands around a pair, with {query} and {document} in it, as the
	// model was trained; special tokens in it are such. It loses the document's end if
	// it is too long. "" is Qwen3-Reranker's for a Qwen3, monoT5's for a T5, and the
	// tokenizer's layout for every other model.
	Prompt string

	// Instruction stands for {instruction} in the prompt: what Qwen3-Reranker is told
	// to look for. "" is its own, which speaks of web search.
	Instruction string

	// Precision says what the products with the model's weights are computed in; all else is
	// float32. "float32", also "", is exact. "int8" rounds the weights of each output channel and the
	// activations of each token to a byte: scores move a little; the products in bytes have the same bits on
	// every processor. "auto" takes int8 where it is faster on this machine and passes a gate, if need be with the
	// first or the last layer in float32, and float32 otherwise; CrossEncoder.Precision says what it
	// found. It tries a model for as long as some two thousand pairs take and keeps the outcome in the
	// user's cache folder, under the model's fingerprint.
	Precision string

	// Sample is the pairs that "auto" judges by, those of one query together; nil is ten English
	// questions with thirty-six sentences each.
	Sample [][2]string
}

// OpenCrossEncoder opens a model folder in Hugging Face's layout: config.json,
// model.safetensors, vocab.txt or tokenizer.json (WordPiece, Unigram, BPE; token ids
// are those of Hugging Face's tokenizers). Classifiers of these families can be read:
// BERT and MiniLM, DistilBERT, RoBERTa, XLM-RoBERTa, CamemBERT, ELECTRA, MPNet, ALBERT,
// ModernBERT, DeBERTa-v2 and v3, NomicBERT, GTE, EuroBERT, Llama, Mistral, Qwen2, Qwen3, Gemma, Gemma 2
// and 3; and language models such as Qwen3-Reranker and monoT5, whose score is the logit of one answer less
// that of another, yes and no, say. Scores are those of transformers, and of
// sentence-transformers before its activation function (Identity or Sigmoid),
// computed in float32 from weights in float32, float16 or bfloat16, unless
// EncoderOptions.Precision asks for int8. A setting that
// would change them and is not obeyed is an error that names it.
func OpenCrossEncoder(dir string) (*CrossEncoder, error) {
	return OpenCrossEncoderWith(dir, EncoderOptions{})
}

// OpenCrossEncoderWith is OpenCrossEncoder with options.
func OpenCrossEncoderWith(dir string, o EncoderOptions) (*CrossEncoder, error) {
	open := hf.Options{Label: o.Label, Prompt: o.Prompt, Instruction: o.Instruction}
	m, err := hf.OpenCrossEncoderWith(dir, open)
	if err != nil {
		return nil, fmt.Errorf("workbench: %w", err)
	}
	files := m.Fingerprint // alone, so that m can go
	fingerprint := files
	if open != (hf.Options{}) {
		fingerprint = func() (string, error) {
			hash, err := files()
			return fmt.Sprintf("%s %q", hash, open), err
		}
	}
	c := &CrossEncoder{pairs: m.Pairs, most: m.MaxLength, fingerprint: fingerprint}
	if err := c.pack(m, o); err != nil {
		return nil, fmt.Errorf("workbench: open cross-encoder %s: %w", dir, err)
	}
	return c, nil
}

// String fits one line.
func (c *CrossEncoder) String() string {
	return fmt.Sprintf("CrossEncoder: pairs of up to %d tokens, in %s", c.most, c.precision)
}

// Fingerprint names what the model computes: a hash over configuration,
// vocabulary and weights, the options, and the precision where it is not float32.
func (c *CrossEncoder) Fingerprint() (string, error) { return c.fingerprint() }

// Predict returns the raw logit of each pair of query and item text, higher is
// better; no sigmoid is applied. It uses all cores, and its memory does not
// grow with the number of pairs. A pair's score has the same bits in any batch
// and with any number of callers. Texts longer than the model reads are cut as
// transformers' longest_first does.
func (c *CrossEncoder) Predict(ctx context.Context, pairs [][2]string) ([]float64, error) {
	m := startProgress(ctx, "predict", "pairs", len(pairs))
	defer m.end()
	scores := make([]float64, len(pairs))
	input := func(i int, dst []int32) ([]int32, int) { return c.pair(dst, pairs[i][0], pairs[i][1]) }
	if err := c.encoder.Score(ctx, len(pairs), input, scores, m.add); err != nil {
		return nil, fmt.Errorf("workbench: predict: %w", err)
	}
	return scores, nil
}

// Ranked is a document's place in the list given and its score.
type Ranked struct {
	Index int
	Score float64
}

// Rank scores the query with every document and returns the k best, best
// first; of equal scores the earlier document comes first. k <= 0 means all.
func (c *CrossEncoder) Rank(ctx context.Context, query string, docs []string, k int) ([]Ranked, error) {
	if k <= 0 {
		k = len(docs)
	}
	pairs := make([][2]string, len(docs))
	for i, d := range docs {
		pairs[i] = [2]string{query, d}
	}
	scores, err := c.Predict(ctx, pairs)
	if err != nil {
		return nil, err
	}
	logits := make([]float32, len(scores)) // what they were computed as
	for i, s := range scores {
		logits[i] = float32(s)
	}
	best := make([]Ranked, 0, min(k, len(docs)))
	for _, i := range topk.Select(logits, min(k, len(docs)), nil) {
		best = append(best, Ranked{i, scores[i]})
	}
	return best, nil
}

// pair appends the ids of query and item, in the layout of the tokenizer, to dst and
// says how many of them are of the first type.
func (c *CrossEncoder) pair(dst []int32, query, item string) ([]int32, int) {
	return c.pairs.Pair(dst, query, item)
}

// length returns how many ids query and item have together with the special
// tokens, and how many of them are read.
func (c *CrossEncoder) length(query, item string) (tokens, most int) {
	return c.pairs.Length(query, item), c.most
}

// DownloadModel fetches a model of the Hugging Face hub by its name, such as
// "cross-encoder/ms-marco-MiniLM-L6-v2", and returns the folder to open. Files
// lie in the cache that Python's huggingface_hub uses too and are fetched once;
// the hub is asked for its newest version every time, so keep the folder's name
// where there may be no network. $HF_TOKEN opens models that need a key.
func DownloadModel(ctx context.Context, name string) (dir string, err error) {
	var m *meter
	at := 0
	dir, err = hf.Download(ctx, name, func(done, total int64) {
		if total == 0 {
			return // the hub has not answered yet, or does not say
		}
		if m == nil {
			m = startProgress(ctx, "download "+name, "kB", int(total/1000))
		}
		m.add(int(done/1000) - at)
		at = int(done / 1000)
	})
	m.end()
	if err != nil {
		return "", fmt.Errorf("workbench: %w", err)
	}
	return dir, nil
}

package workbench

import (
	"context"
	"fmt"

	"axn/workbench/internal/encoder"
	"axn/workbench/internal/hf"
	"axn/workbench/internal/tokenize"
	"axn/workbench/internal/topk"
)

// CrossEncoder scores a query and an item by reading both together: a BERT
// with a single logit. Any number of goroutines may use one at once.
type CrossEncoder struct {
	inputs      *tokenize.Inputs
	encoder     *encoder.Encoder
	fingerprint func() (string, error)
}

// OpenCrossEncoder opens a model folder in Hugging Face's layout: config.json,
// model.safetensors, vocab.txt or tokenizer.json (WordPiece, Unigram, BPE; token ids
// are those of Hugging Face's tokenizers). BERT, MiniLM and DistilBERT classifiers
// with one label can be read. Scores are those of transformers, and of
// sentence-transformers before its activation function (Identity or Sigmoid),
// computed in float32 from weights in float32, float16 or bfloat16. A setting that
// would change them and is not obeyed is an error that names it.
func OpenCrossEncoder(dir string) (*CrossEncoder, error) {
	m, err := hf.OpenCrossEncoder(dir)
	if err != nil {
		return nil, fmt.Errorf("workbench: %w", err)
	}
	return &CrossEncoder{m.Inputs, encoder.New(m), m.Fingerprint}, nil
}

// Fingerprint names what the model computes: a hash over configuration,
// vocabulary and weights.
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
	return c.inputs.Pair(dst, query, item)
}

// length returns how many ids query and item have together with the special
// tokens, and how many of them are read.
func (c *CrossEncoder) length(query, item string) (tokens, most int) {
	return c.inputs.Length(query, item), c.inputs.Max
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

package hf

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"axn/workbench/internal/safetensors"
	"axn/workbench/internal/sharedtest"
)

// folder is a model folder in memory: file contents, values to store as JSON, and tensors by
// name with their shape. Every tensor is filled with its place in alphabetical order.
type folder struct {
	files   map[string]any
	tensors map[string][]int
}

type object = map[string]any

const hidden, inter, vocabSize, positions = 4, 8, 6, 16

func bert() folder {
	f := folder{files: object{
		"config.json": object{"model_type": "bert", "vocab_size": vocabSize, "hidden_size": hidden, "num_hidden_layers": 2, "num_attention_heads": 2,
			"intermediate_size": inter, "max_position_embeddings": positions, "type_vocab_size": 2, "hidden_act": "gelu_new", "layer_norm_eps": 1e-6, "num_labels": 1},
		"vocab.txt":             "[PAD]\n[UNK]\n[CLS]\n[SEP]\na\n##b\n",
		"tokenizer_config.json": object{"do_lower_case": true, "model_max_length": 1e30, "strip_accents": nil},
	}, tensors: map[string][]int{}}
	f.embeddings("bert.embeddings")
	f.tensors["bert.embeddings.token_type_embeddings.weight"] = []int{2, hidden}
	for _, l := range []string{"bert.encoder.layer.0.", "bert.encoder.layer.1."} {
		for _, name := range []string{"attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense"} {
			f.linear(l+name, hidden, hidden)
		}
		f.linear(l+"intermediate.dense", inter, hidden)
		f.linear(l+"output.dense", hidden, inter)
		f.norm(l + "attention.output.LayerNorm")
		f.norm(l + "output.LayerNorm")
	}
	f.linear("bert.pooler.dense", hidden, hidden)
	f.linear("classifier", 1, hidden)
	return f
}

func distilbert() folder {
	f := bert()
	f.files["config.json"] = object{"model_type": "distilbert", "vocab_size": vocabSize, "dim": hidden, "n_layers": 1, "n_heads": 4,
		"hidden_dim": inter, "max_position_embeddings": positions, "activation": "relu"}
	f.tensors = map[string][]int{}
	f.embeddings("distilbert.embeddings")
	l := "distilbert.transformer.layer.0."
	for _, name := range []string{"attention.q_lin", "attention.k_lin", "attention.v_lin", "attention.out_lin"} {
		f.linear(l+name, hidden, hidden)
	}
	f.linear(l+"ffn.lin1", inter, hidden)
	f.linear(l+"ffn.lin2", hidden, inter)
	f.norm(l + "sa_layer_norm")
	f.norm(l + "output_layer_norm")
	f.linear("pre_classifier", hidden, hidden)
	f.linear("classifier", 1, hidden)
	return f
}

func dual() folder {
	f := bert()
	with := f.tensors
	f.tensors = map[string][]int{}
	for name, shape := range with {
		if short, ok := strings.CutPrefix(name, "bert."); ok && !strings.Contains(name, "pooler") {
			f.tensors[short] = shape
		}
	}
	f.files["modules.json"] = []object{{"path": "", "type": "sentence_transformers.models.Transformer"},
		{"path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}, {"path": "2_Normalize", "type": "sentence_transformers.models.Normalize"}}
	f.files["1_Pooling/config.json"] = object{"word_embedding_dimension": hidden, "pooling_mode_cls_token": true, "pooling_mode_mean_tokens": false}
	return f
}

func (f folder) embeddings(prefix string) {
	f.tensors[prefix+".word_embeddings.weight"] = []int{vocabSize, hidden}
	f.tensors[prefix+".position_embeddings.weight"] = []int{positions, hidden}
	f.norm(prefix + ".LayerNorm")
}

func (f folder) linear(name string, out, in int) {
	f.tensors[name+".weight"], f.tensors[name+".bias"] = []int{out, in}, []int{out}
}

func (f folder) norm(name string) {
	f.tensors[name+".weight"], f.tensors[name+".bias"] = []int{hidden}, []int{hidden}
}

// set changes a key of a JSON file; a nil value removes it.
func (f folder) set(file, key string, value any) folder {
	o, _ := f.files[file].(object)
	o = maps.Clone(o)
	if o == nil {
		o = object{}
	}
	if o[key] = value; value == nil {
		delete(o, key)
	}
	f.files[file] = o
	return f
}

// file replaces a file; nil removes it.
func (f folder) file(name string, content any) folder {
	if f.files[name] = content; content == nil {
		delete(f.files, name)
	}
	return f
}

// tensor changes a tensor's shape; without one it is removed.
func (f folder) tensor(name string, shape ...int) folder {
	if f.tensors[name] = shape; shape == nil {
		delete(f.tensors, name)
	}
	return f
}

func (f folder) write(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range f.files {
		text, ok := content.(string)
		if !ok {
			b, err := json.Marshal(content)
			if err != nil {
				t.Fatal(err)
			}
			text = string(b)
		}
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	if f.tensors == nil {
		return dir
	}
	var values []safetensors.Value
	for i, name := range slices.Sorted(maps.Keys(f.tensors)) {
		n := 1
		for _, d := range f.tensors[name] {
			n *= d
		}
		values = append(values, safetensors.Value{Name: name, Type: "F32", Shape: f.tensors[name], Data: slices.Repeat([]float32{float32(i)}, n)})
	}
	w, err := os.Create(filepath.Join(dir, "model.safetensors"))
	if err == nil {
		err = errors.Join(safetensors.Write(w, nil, values), w.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// checker compares slices with the tensors they must come from.
type checker struct {
	t     *testing.T
	f     folder
	names []string
}

func (f folder) checker(t *testing.T) *checker {
	return &checker{t, f, slices.Sorted(maps.Keys(f.tensors))}
}

func (c *checker) tensor(got []float32, name string) {
	c.t.Helper()
	n := 1
	for _, d := range c.f.tensors[name] {
		n *= d
	}
	i := slices.Index(c.names, name)
	if i < 0 || len(got) != n || got[0] != float32(i) {
		c.t.Errorf("%s: got %d values, want %d of %d", name, len(got), n, i)
	}
}

func (c *checker) linear(got Linear, name string) {
	c.t.Helper()
	c.tensor(got.Weight, name+".weight")
	c.tensor(got.Bias, name+".bias")
	if shape := c.f.tensors[name+".weight"]; got.Out != shape[0] || got.In != shape[1] {
		c.t.Errorf("%s: %d×%d, want %v", name, got.Out, got.In, shape)
	}
}

func (c *checker) norm(got Norm, name string) {
	c.t.Helper()
	c.tensor(got.Gain, name+".weight")
	c.tensor(got.Bias, name+".bias")
}

// layersOf reads all layers, each into memory of its own.
func layersOf(t *testing.T, m *Model) (all []*Layer) {
	t.Helper()
	err := m.Layers(func(l *Layer) {
		own := *l
		for _, matrix := range []*Linear{&own.QKV, &own.Output, &own.Up, &own.Down} {
			matrix.Weight = slices.Clone(matrix.Weight)
		}
		all = append(all, &own)
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestBERT(t *testing.T) {
	f := bert()
	m, err := OpenCrossEncoder(f.write(t))
	if err != nil {
		t.Fatal(err)
	}
	want := Config{Type: "bert", Vocab: vocabSize, Hidden: hidden, Embedding: hidden, Layers: 2, Heads: 2, KeyHeads: 2, HeadWidth: hidden / 2, Intermediate: inter,
		Positions: positions, Types: 2, Pad: -1, LastPad: -1, PositionTable: true, Activation: GELUTanh, Epsilon: 1e-6, AttentionBias: true, FeedBias: true, NormBias: true, Labels: 1}
	if !reflect.DeepEqual(m.Config, want) || m.MaxLength != positions || len(layersOf(t, m)) != 2 {
		t.Errorf("%+v, %d layers, at most %d ids", m.Config, len(layersOf(t, m)), m.MaxLength)
	}
	c := f.checker(t)
	c.tensor(m.Words, "bert.embeddings.word_embeddings.weight")
	c.tensor(m.Positions, "bert.embeddings.position_embeddings.weight")
	c.tensor(m.Types, "bert.embeddings.token_type_embeddings.weight")
	c.norm(m.Norm, "bert.embeddings.LayerNorm")
	l, name := layersOf(t, m)[1], "bert.encoder.layer.1."
	c.linear(l.QKV.Rows(0, hidden), name+"attention.self.query")
	c.linear(l.QKV.Rows(hidden, 2*hidden), name+"attention.self.key")
	c.linear(l.QKV.Rows(2*hidden, 3*hidden), name+"attention.self.value")
	c.linear(l.Output, name+"attention.output.dense")
	c.norm(l.AttentionNorm, name+"attention.output.LayerNorm")
	c.linear(l.Up, name+"intermediate.dense")
	c.linear(l.Down, name+"output.dense")
	c.norm(l.OutputNorm, name+"output.LayerNorm")
	c.linear(*m.Head.Dense, "bert.pooler.dense")
	c.linear(m.Head.Out, "classifier")
	if m.Head.Activation != Tanh {
		t.Errorf("head activation %s", m.Head.Activation)
	}
	if ids := m.Tokenizer.Append(nil, "ÁB a"); !slices.Equal(ids, []int32{4, 5, 4}) {
		t.Errorf("ids %v", ids)
	}
}

func TestDistilBERT(t *testing.T) {
	f := distilbert()
	m, err := OpenCrossEncoder(f.write(t))
	if err != nil {
		t.Fatal(err)
	}
	want := Config{Type: "distilbert", Vocab: vocabSize, Hidden: hidden, Embedding: hidden, Layers: 1, Heads: 4, KeyHeads: 4, HeadWidth: hidden / 4, Intermediate: inter,
		Positions: positions, Pad: -1, LastPad: -1, PositionTable: true, Activation: ReLU, Epsilon: 1e-12, AttentionBias: true, FeedBias: true, NormBias: true}
	if !reflect.DeepEqual(m.Config, want) || m.Types != nil {
		t.Errorf("%+v, types %v", m.Config, m.Types)
	}
	c := f.checker(t)
	c.tensor(m.Words, "distilbert.embeddings.word_embeddings.weight")
	c.norm(m.Norm, "distilbert.embeddings.LayerNorm")
	l, name := layersOf(t, m)[0], "distilbert.transformer.layer.0."
	c.linear(l.QKV.Rows(0, hidden), name+"attention.q_lin")
	c.linear(l.QKV.Rows(hidden, 2*hidden), name+"attention.k_lin")
	c.linear(l.QKV.Rows(2*hidden, 3*hidden), name+"attention.v_lin")
	c.linear(l.Output, name+"attention.out_lin")
	c.norm(l.AttentionNorm, name+"sa_layer_norm")
	c.linear(l.Up, name+"ffn.lin1")
	c.linear(l.Down, name+"ffn.lin2")
	c.norm(l.OutputNorm, name+"output_layer_norm")
	c.linear(*m.Head.Dense, "pre_classifier")
	c.linear(m.Head.Out, "classifier")
	if m.Head.Activation != ReLU {
		t.Errorf("head activation %s", m.Head.Activation)
	}
}

func TestDualEncoder(t *testing.T) {
	f := dual().set("sentence_bert_config.json", "max_seq_length", 9)
	m, err := OpenDualEncoder(f.write(t))
	if err != nil {
		t.Fatal(err)
	}
	if m.Top.Poolings[0] != PoolCLS || !m.Top.Unit() || m.Head != nil || m.MaxLength != 9 {
		t.Errorf("pooling %v, normalize %v, head %v, at most %d ids", m.Top.Poolings, m.Top.Unit(), m.Head, m.MaxLength)
	}
	f.checker(t).tensor(m.Words, "embeddings.word_embeddings.weight")

	m, err = OpenDualEncoder(dual().file("modules.json", nil).write(t))
	if err != nil || m.Top.Poolings[0] != PoolMean || m.Top.Unit() {
		t.Errorf("without modules.json: %v, top %+v", err, m.Top)
	}
	newer := dual().file("1_Pooling/config.json", object{"pooling_mode": "mean_sqrt_len_tokens", "embedding_dimension": hidden})
	if m, err = OpenDualEncoder(newer.write(t)); err != nil || m.Top.Poolings[0] != PoolMeanSqrt {
		t.Errorf("newer pooling: %v, %+v", err, m)
	}
}

// ofModule puts a cross-encoder into a folder of sentence-transformers.
func ofModule(f folder) folder {
	return f.file("modules.json", []object{{"path": "", "type": "sentence_transformers.models.Transformer"}})
}

// TestVariants opens folders that differ from the plain one in what a folder may differ in.
func TestVariants(t *testing.T) {
	tokenizerJSON := object{
		"model":         object{"type": "WordPiece", "unk_token": "[UNK]", "vocab": object{"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "É": 4, "##b": 5}},
		"normalizer":    object{"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": nil, "lowercase": false},
		"pre_tokenizer": object{"type": "BertPreTokenizer"},
		"added_tokens":  []object{{"id": 3, "content": "[SEP]"}, {"id": 5, "content": "##b"}},
	}
	for name, c := range map[string]struct {
		f    folder
		text string
		want []int32
	}{
		"cased":          {bert().set("tokenizer_config.json", "do_lower_case", false).file("vocab.txt", "[UNK]\n[CLS]\n[SEP]\nA\na\n"), "A a á", []int32{3, 4, 0}},
		"keeps accents":  {bert().set("tokenizer_config.json", "strip_accents", false).file("vocab.txt", "[UNK]\n[CLS]\n[SEP]\ná\na\n"), "Á a", []int32{3, 4}},
		"lowered before": {ofModule(bert()).set("tokenizer_config.json", "do_lower_case", false).set("sentence_bert_config.json", "do_lower_case", true), "A á", []int32{4, 1}},
		"no module":      {bert().set("tokenizer_config.json", "do_lower_case", false).set("sentence_bert_config.json", "do_lower_case", true), "A a", []int32{1, 4}},
		"no config":      {bert().file("tokenizer_config.json", nil), "Á", []int32{4}},
		"tokenizer.json": {bert().file("vocab.txt", nil).file("tokenizer_config.json", object{"do_lower_case": false}).file("tokenizer.json", tokenizerJSON), "Éb##bé", []int32{4, 5, 5, 1}},
		"token objects": {bert().file("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\na\n").set("tokenizer_config.json", "sep_token", object{"content": "a"}).
			set("tokenizer_config.json", "added_tokens_decoder", object{"5": object{"content": "@"}}), "[SEP] a@", []int32{1, 1, 1, 4, 5}},
	} {
		m, err := OpenCrossEncoder(c.f.write(t))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if got := m.Tokenizer.Append(nil, c.text); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q: got %v, want %v", name, c.text, got, c.want)
		}
	}
	old := bert().tensor("bert.embeddings.LayerNorm.weight").tensor("bert.embeddings.LayerNorm.bias").
		tensor("bert.embeddings.LayerNorm.gamma", hidden).tensor("bert.embeddings.LayerNorm.beta", hidden)
	if m, err := OpenCrossEncoder(old.write(t)); err != nil || len(m.Norm.Gain) != hidden {
		t.Errorf("names of TensorFlow: %v", err)
	}
}

func TestRefusals(t *testing.T) {
	const conf, tok, layer = "config.json", "tokenizer_config.json", "bert.encoder.layer.1."
	unsupported := map[string]folder{
		`model_type is "bart"; albert, bert`: bert().set(conf, "model_type", "bart"),
		`model_type is ""`:                   bert().set(conf, "model_type", nil),
		`hidden_act is "mish"; RerankClient`: bert().set(conf, "hidden_act", "mish"),
		`position_embedding_type is "rel`:    bert().set(conf, "position_embedding_type", "relative_key"),
		`is_decoder`:                         bert().set(conf, "is_decoder", true),
		`3 labels`:                           bert().set(conf, "num_labels", 3),
		`2 labels`:                           bert().tensor("classifier.weight", 2, hidden),
		`weights as a Python pickle`:         noWeights("pytorch_model.bin"),
		`model.type is "BPE"`:                bert().file("tokenizer.json", object{"model": object{"type": "BPE", "vocab": object{"a": 0}}}),
		`added token "@"`:                    bert().set(tok, "added_tokens_decoder", object{"5": object{"content": "@", "normalized": true}}),
	}
	for want, f := range unsupported {
		if _, err := OpenCrossEncoder(f.write(t)); !errors.Is(err, ErrUnsupported) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v", want, err)
		}
	}
	malformed := map[string]folder{
		`config.json: line 1, column 2: invalid character`:                             bert().file(conf, "{x"),
		`config.json: line 1, column 238: vocab_size is a string, want a whole number`: bert().set(conf, "vocab_size", "many"),
		`hidden size is 0`:                                                                        bert().set(conf, "hidden_size", nil),
		`number of layers is -1`:                                                                  bert().set(conf, "num_hidden_layers", -1),
		`intermediate size is 9999999`:                                                            bert().set(conf, "intermediate_size", 9999999),
		`hidden size 4 does not divide into 3 heads`:                                              bert().set(conf, "num_attention_heads", 3),
		`layer_norm_eps is -1`:                                                                    bert().set(conf, "layer_norm_eps", -1),
		`no tensor "` + layer + `output.dense.bias"`:                                              bert().tensor(layer + "output.dense.bias"),
		`no tensor "bert.encoder.layer.2.attention.self.query.weight"`:                            bert().set(conf, "num_hidden_layers", 3),
		`tensor "` + layer + `intermediate.dense.weight" has shape 8×5`:                           bert().tensor(layer+"intermediate.dense.weight", inter, 5),
		`tensor "bert.embeddings.word_embeddings.weight" has shape 7×4`:                           bert().tensor("bert.embeddings.word_embeddings.weight", 7, hidden),
		`no tensor "bert.pooler.dense.weight"`:                                                    bert().tensor("bert.pooler.dense.weight"),
		`no tensor "classifier.weight"`:                                                           bert().tensor("classifier.weight"),
		`neither tokenizer.json nor vocab.txt`:                                                    bert().file("vocab.txt", nil),
		`special token "[CLS]" is not in the vocabulary`:                                          bert().file("vocab.txt", "[UNK]\n"),
		`has vocab_size 6`:                                                                        bert().file("vocab.txt", "[UNK]\n[CLS]\n[SEP]\na\nb\nc\nd\n"),
		`tokenizer_config.json: line 1, column 22: do_lower_case is a string, want true or false`: bert().set(tok, "do_lower_case", "yes"),
		`tokenizer.json: model.vocab is empty`:                                                    bert().set("tokenizer.json", "model", object{"type": "WordPiece"}),
		`at most 2 ids`:                                                                           bert().set(tok, "model_max_length", 2),
		`index.json is an empty file`:                                                             noWeights("model.safetensors.index.json"),
		`model.safetensors is an empty file`:                                                      noWeights("model.safetensors"),
	}
	for want, f := range malformed {
		if _, err := OpenCrossEncoder(f.write(t)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v", want, err)
		}
	}
}

func noWeights(instead string) folder {
	f := bert().file(instead, "")
	f.tensors = nil
	return f
}

func TestDualRefusals(t *testing.T) {
	const pool = "1_Pooling/config.json"
	modules := func(kinds ...string) folder {
		var list []object
		for _, k := range kinds {
			list = append(list, object{"type": k, "path": ""})
		}
		return dual().file("modules.json", list)
	}
	for want, f := range map[string]folder{
		`modules [Transformer Pooling CNN]`: modules("sentence_transformers.models.Transformer", "sentence_transformers.models.Pooling", "sentence_transformers.models.CNN").file("config.json", bert().files["config.json"]),
		`modules []`:                        modules(),
		`path "../x" leads out`:             dual().file("modules.json", []object{{"type": "Pooling", "path": "../x"}}),
		`modules.json: line 1, column 1: it is an object, want a list`: dual().file("modules.json", object{}),
		`mode "median"`:                          dual().set(pool, "pooling_mode", []string{"cls", "median"}),
		`word_embedding_dimension is 5`:          dual().set(pool, "word_embedding_dimension", nil).set(pool, "embedding_dimension", 5),
		`pooling: word_embedding_dimension is 5`: dual().set(pool, "word_embedding_dimension", 5),
		`pooling: open `:                         dual().file(pool, nil),
	} {
		if _, err := OpenDualEncoder(f.write(t)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v", want, err)
		}
	}
}

// TestShards: weights in several files are those of one.
func TestShards(t *testing.T) {
	f := dual()
	whole, err := OpenDualEncoder(f.write(t))
	if err != nil {
		t.Fatal(err)
	}
	dir := f.write(t)
	split(t, dir, 3)
	m, err := OpenDualEncoder(dir)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(layersOf(t, m), layersOf(t, whole)) || !reflect.DeepEqual(m.Words, whole.Words) {
		t.Error("the shards give other weights")
	}
	print, err := m.Fingerprint()
	if err != nil {
		t.Fatal(err)
	}
	shard := filepath.Join(dir, "model-00002-of-00003.safetensors")
	b, err := os.ReadFile(shard)
	if err != nil {
		t.Fatal(err)
	}
	b[len(b)-1] ^= 1
	if err := os.WriteFile(shard, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if m, err = OpenDualEncoder(dir); err != nil {
		t.Fatal(err)
	}
	if other, err := m.Fingerprint(); err != nil || other == print {
		t.Errorf("the fingerprint does not see a shard: %v", err)
	}
	if err := os.WriteFile(shard, []byte("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 12\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err = OpenDualEncoder(dir); err == nil || !strings.Contains(err.Error(), "model-00002-of-00003.safetensors is a Git LFS pointer") {
		t.Errorf("a pointer: %v", err)
	}
}

// split puts the weights of a folder into n files and an index.
func split(t *testing.T, dir string, n int) {
	t.Helper()
	path := filepath.Join(dir, "model.safetensors")
	f, err := safetensors.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	shards, place := make([][]safetensors.Value, n), map[string]string{}
	for i, name := range f.Names() {
		x, err := f.Float32(name)
		if err != nil {
			t.Fatal(err)
		}
		shards[i%n] = append(shards[i%n], safetensors.Value{Name: name, Type: "F32", Shape: f.Tensors[name].Shape, Data: x})
		place[name] = fmt.Sprintf("model-%05d-of-%05d.safetensors", i%n+1, n)
	}
	for i, values := range shards {
		var b bytes.Buffer
		err := safetensors.Write(&b, nil, values)
		if err = errors.Join(err, os.WriteFile(filepath.Join(dir, fmt.Sprintf("model-%05d-of-%05d.safetensors", i+1, n)), b.Bytes(), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	index, _ := json.Marshal(object{"metadata": object{"total_size": 1}, "weight_map": place})
	if err := errors.Join(f.Close(), os.Remove(path), os.WriteFile(path+".index.json", index, 0o600)); err != nil {
		t.Fatal(err)
	}
}

// TestModulesBehind: what stands behind the pooling is read, in order, and each must take what the
// one before it gives.
func TestModulesBehind(t *testing.T) {
	const st = "sentence_transformers.models."
	behind := func(f folder, kinds ...string) folder {
		list := []object{{"type": st + "Transformer", "path": ""}, {"type": st + "Pooling", "path": "1_Pooling"}}
		for i, kind := range kinds {
			list = append(list, object{"type": st + kind, "path": fmt.Sprintf("%d_%s", i+2, kind)})
		}
		return f.file("modules.json", list)
	}
	write := func(f folder, values map[string][]safetensors.Value) string {
		dir := f.write(t)
		for sub, v := range values {
			var b bytes.Buffer
			err := safetensors.Write(&b, nil, v)
			if err = errors.Join(err, os.MkdirAll(filepath.Join(dir, sub), 0o700), os.WriteFile(filepath.Join(dir, sub, "model.safetensors"), b.Bytes(), 0o600)); err != nil {
				t.Fatal(err)
			}
		}
		return dir
	}
	dense := func(in, out int, more object) object {
		o := object{"in_features": in, "out_features": out, "bias": false, "activation_function": "torch.nn.modules.linear.Identity"}
		maps.Copy(o, more)
		return o
	}
	weight := func(in, out int) []safetensors.Value {
		return []safetensors.Value{{Name: "linear.weight", Type: "F32", Shape: []int{out, in}, Data: make([]float32, in*out)}}
	}
	m, err := OpenDualEncoder(write(behind(dual(), "Dense", "Dropout", "Normalize").file("2_Dense/config.json", dense(hidden, 3, nil)), map[string][]safetensors.Value{"2_Dense": weight(hidden, 3)}))
	if err != nil || m.Top.Width(hidden) != 3 || !m.Top.Unit() || m.Top.Modules[0].Dense.Activation != "" {
		t.Errorf("%v, %+v", err, m)
	}
	scorer := bert()
	scorer.files["1_Pooling/config.json"] = dual().files["1_Pooling/config.json"]
	m, err = OpenCrossEncoder(write(behind(scorer, "Dense").file("2_Dense/config.json", dense(hidden, 1, object{"module_output_name": "scores"})), map[string][]safetensors.Value{"2_Dense": weight(hidden, 1)}))
	if err != nil || m.Head != nil || m.Top.Width(hidden) != 1 {
		t.Errorf("a cross-encoder of modules: %v, %+v", err, m)
	}
	said := object{"text": object{"method": "forward", "method_output_name": "last_hidden_state"}}
	if _, err := OpenDualEncoder(dual().set("sentence_bert_config.json", "modality_config", said).file("2_Normalize/config.json", object{"module_input_name": "sentence_embedding"}).write(t)); err != nil {
		t.Errorf("what is so anyway: %v", err)
	}
	for want, dir := range map[string]string{
		"module 2 takes 5 numbers, and 4 come":       write(behind(dual(), "Dense").file("2_Dense/config.json", dense(5, 3, nil)), map[string][]safetensors.Value{"2_Dense": weight(5, 3)}),
		"activation_function is":                     behind(dual(), "Dense").file("2_Dense/config.json", dense(hidden, 3, object{"activation_function": "mine.Swish"})).write(t),
		"it makes scores of sentence_embedding":      behind(dual(), "Dense").file("2_Dense/config.json", dense(hidden, 1, object{"module_output_name": "scores"})).write(t),
		"no model.safetensors":                       behind(dual(), "Dense").file("2_Dense/config.json", dense(hidden, 3, nil)).write(t),
		"from sentence_transformers import":          behind(dual(), "Dense").file("2_Dense/config.json", dense(hidden, 3, nil)).file("2_Dense/pytorch_model.bin", "x").write(t),
		`tensor "linear.weight" has shape 3×4`:       write(behind(dual(), "Dense").file("2_Dense/config.json", dense(hidden, 2, nil)), map[string][]safetensors.Value{"2_Dense": weight(hidden, 3)}),
		"in_features is -1":                          behind(dual(), "Dense").file("2_Dense/config.json", dense(-1, 3, nil)).write(t),
		"module 2_Normalize: config.json":            dual().file("2_Normalize/config.json", object{"module_input_name": "token_embeddings"}).write(t),
		"it makes b of sentence_embedding":           dual().file("2_Normalize/config.json", object{"module_output_name": "b"}).write(t),
		"modality_config has not forward and last_h": dual().set("sentence_bert_config.json", "modality_config", object{"text": object{"method": "forward", "method_output_name": "pooler_output"}}).write(t),
		"module 2_LayerNorm: config.json: dimension": behind(dual(), "LayerNorm").file("2_LayerNorm/config.json", object{}).write(t),
	} {
		if _, err := OpenDualEncoder(dir); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v", want, err)
		}
	}
}

// TestForgottenPrompts: a folder whose prompts nobody would use says so.
func TestForgottenPrompts(t *testing.T) {
	const name = "config_sentence_transformers.json"
	for want, f := range map[string]folder{
		"called otherwise than query and document": dual().file(name, object{"prompts": object{"passage": "passage: "}}),
		`QueryPrompt "query: "`:                    dual().set("config.json", "_name_or_path", "intfloat/multilingual-e5-base"),
		"":                                         dual().set("config.json", "_name_or_path", "x/type5-base"),
	} {
		m, err := OpenDualEncoder(f.write(t))
		if err != nil || !strings.Contains(m.Prompts.Forgotten, want) || want == "" && m.Prompts.Forgotten != "" {
			t.Errorf("%q: %v, %q", want, err, m.Prompts.Forgotten)
		}
	}
	m, err := OpenDualEncoder(dual().set("config.json", "_name_or_path", "nomic-embed").file(name, object{"prompts": object{"query": "q: "}}).write(t))
	if err != nil || m.Prompts.Forgotten != "" || m.Prompts.Query != "q: " {
		t.Errorf("%v, %+v", err, m.Prompts)
	}
}

// TestModelType: a folder of another kind of model is refused, though its modules could be read.
func TestModelType(t *testing.T) {
	for kind, good := range map[string]bool{"SentenceTransformer": true, "SparseEncoder": false, "CrossEncoder": false} {
		_, err := OpenDualEncoder(dual().file("config_sentence_transformers.json", object{"model_type": kind}).write(t))
		if good != (err == nil) || err != nil && !strings.Contains(err.Error(), "model_type is \""+kind) {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

// TestSimilarity: a model whose vectors are not made for dot products says so.
func TestSimilarity(t *testing.T) {
	bare := []object{{"path": "", "type": "sentence_transformers.models.Transformer"}, {"path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}}
	for similarity, want := range map[string][2]bool{"": {}, "dot": {}, "cosine": {false, true}, "euclidean": {false, true}, "manhattan": {true, true}} {
		for i, f := range []folder{dual(), dual().file("modules.json", bare)} {
			m, err := OpenDualEncoder(f.file("config_sentence_transformers.json", object{"similarity_fn_name": similarity}).write(t))
			if err != nil || want[i] != strings.Contains(m.Unlike, "compared by "+similarity+" (similarity_fn_name)") || !want[i] && m.Unlike != "" {
				t.Errorf("%q, unit length %t: %v, %q", similarity, i == 0, err, m.Unlike)
			}
		}
	}
}

func TestMissingFolder(t *testing.T) {
	for dir, want := range map[string]string{"someone/some-model": "Hugging Face hub", "./no/such/folder": "no such folder", "/no/such": "owner/name"} {
		_, err := OpenCrossEncoder(dir)
		if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", dir, err)
		}
		if _, err = OpenDualEncoder(dir); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", dir, err)
		}
	}
}

func TestFingerprint(t *testing.T) {
	print := func(f folder) string {
		m, err := OpenDualEncoder(f.write(t))
		if err != nil {
			t.Fatal(err)
		}
		s, err := m.Fingerprint()
		if err != nil || len(s) != 32 {
			t.Fatal(s, err)
		}
		return s
	}
	seen := map[string]string{}
	for name, f := range map[string]folder{
		"plain":   dual(),
		"config":  dual().set("config.json", "layer_norm_eps", 1e-5),
		"vocab":   dual().file("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\nb\n##b\n"),
		"weights": dual().tensor("extra", 1),
		"pooling": dual().set("1_Pooling/config.json", "pooling_mode_cls_token", false).set("1_Pooling/config.json", "pooling_mode_max_tokens", true),
	} {
		p := print(f)
		if other, ok := seen[p]; ok {
			t.Errorf("%s and %s share a fingerprint", name, other)
		}
		seen[p] = name
	}
	if seen[print(dual())] != "plain" {
		t.Error("the same folder elsewhere has another fingerprint")
	}
}

func TestSharedModels(t *testing.T) {
	ce, err := OpenCrossEncoder(sharedtest.Path(t, "data/models/ce-wordnet-L4"))
	if err != nil {
		t.Fatal(err)
	}
	if len(layersOf(t, ce)) != 4 || ce.Config.Hidden != 256 || ce.MaxLength != 512 || len(ce.Head.Out.Weight) != 256 {
		t.Errorf("%+v", ce.Config)
	}
	de, err := OpenDualEncoder(sharedtest.Path(t, "data/models/de-wordnet-L2"))
	if err != nil {
		t.Fatal(err)
	}
	if len(layersOf(t, de)) != 2 || de.Top.Poolings[0] != PoolMean || !de.Top.Unit() {
		t.Errorf("%+v, %+v", de.Config, de.Top)
	}
}

func BenchmarkFingerprint(b *testing.B) {
	m, err := OpenCrossEncoder(sharedtest.Path(b, "data/models/ce-wordnet-L4"))
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(12_824_426)
	for b.Loop() {
		if _, err := hashFiles(m.files); err != nil {
			b.Fatal(err)
		}
	}
}

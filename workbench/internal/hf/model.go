// Package hf opens model folders in Hugging Face's layout: config.json, model.safetensors, the
// tokenizer or its vocabulary, and for a dual encoder modules.json. Every family comes out as the same
// struct of plain float32 slices with a description, so that a forward pass is written once.
package hf

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"axn/workbench/internal/files"
	"axn/workbench/internal/tokenize"
)

// ErrUnsupported is wrapped by errors about folders that are well formed but hold another kind
// of model.
var ErrUnsupported = errors.New("unsupported model")

// Model is an encoder with what stands on it: Head for a cross-encoder, Top for a dual encoder.
type Model struct {
	Dir       string
	Config    Config
	Tokenizer *tokenize.Tokenizer
	MaxLength int // most ids of one input, special tokens included
	Inputs    *tokenize.Inputs
	Pairs     Pairs // of a cross-encoder

	Words        []float32 // Vocab×Embedding, row-major as all here
	Positions    []float32 // (FirstPosition+Positions)×Embedding; empty without a table
	Types        []float32 // Types×Embedding; empty where there are none
	Norm         Norm      // after the sum of the three; without Gain there is none
	Project      *Linear   // from Embedding to Hidden, nil where the embeddings are as wide
	Layers       Layers
	Convolution  *Convolution
	Final        Norm      // after the last layer of a model whose layers normalise what they read
	Distances    []float32 // Buckets×Heads, or 2·Buckets×Hidden where Disentangled
	DistanceNorm Norm      // of the latter's rows

	Decoder *Decoder // of a cross-encoder that has one, for its Head; else nil
	Head    *Head    // nil in a dual encoder, and where Top scores
	Top     *Top     // of a dual encoder, or of a cross-encoder that modules.json describes; else nil
	Prompts Prompts  // of a dual encoder
	Unlike  string   // why dot products of a dual encoder's vectors are not what it is made for; "" if they are

	// Fingerprint names what the model computes: a hash over its configuration, vocabulary and
	// weights as they lie in the folder. It is computed at the first call, by reading them
	// through, and holds on to none of the slices above.
	Fingerprint func() (string, error)

	encoder  string     // folder of the encoder's files
	files    []string   // what it covers
	settings configFile // config.json, for what stands on the encoder
	sentence sentenceConfig
}

// Linear is y = W·x + b.
type Linear struct {
	In, Out int
	Weight  []float32 // Out×In
	Bias    []float32 // Out; nil where there is none
}

// Norm is a layer normalisation, or one by the root mean square; its epsilon is Config.Epsilon.
type Norm struct {
	Gain []float32
	Bias []float32 // nil where there is none
}

// Convolution adds to what the first layer makes of the embeddings e, row by row, and normalises it:
// Norm(x + KernelActivation(Σ Kernel[k]·e[row+k-len(Kernel)/2] + Bias)).
type Convolution struct {
	Kernel []Linear // Hidden×Hidden, without biases
	Bias   []float32
	Norm   Norm
}

// Layers reads the layers from their file, in order, each when it is asked for, so that its matrices need
// not be held beside what is made of them. do may change a matrix, and does not keep it: the next layer is
// read into the same memory. Biases and gains are the caller's.
type Layers func(do func(l *Layer)) error

// Layer is one transformer layer: attention, residual, norm, feed-forward, residual, norm, or with
// PreNorm each norm before its part.
type Layer struct {
	Places                     []int  // where in the model it stands, the first from 0; ALBERT's share theirs
	QKV                        Linear // queries, keys and values, one below another
	Output                     Linear
	QueryNorm, KeyNorm         []float32 // gains of the norm of each head of width HeadWidth; nil without
	PositionKey, PositionQuery Linear    // of the rows of Distances, where Disentangled; without rows they are those of QKV
	AttentionNorm              Norm      // without Gain there is none
	AttentionAfter             Norm      // of what attention gives, before it is added; without Gain there is none
	Up, Down                   Linear    // Up has the gate above it where Gated
	OutputNorm                 Norm
	OutputAfter                Norm // as AttentionAfter, of the feed-forward part
	Local                      bool // attention reaches Window tokens in either direction
	Window                     int
	Rotary                     Rotary
}

// OpenCrossEncoder opens a folder with a sequence classifier of one logit, or one whose
// modules.json makes one number of the encoder's rows.
func OpenCrossEncoder(dir string) (*Model, error) { return OpenCrossEncoderWith(dir, Options{}) }

// OpenCrossEncoderWith is OpenCrossEncoder with options.
func OpenCrossEncoderWith(dir string, o Options) (*Model, error) {
	mods, err := readModules(dir)
	if err == nil {
		err = mods.loadScorer(dir)
	}
	if err != nil {
		return nil, named("cross-encoder", dir, err)
	}
	m, err := open(dir, mods, func(m *Model, w weights) error {
		m.files = append(m.files, mods.files...)
		if err := m.setPairs(o); err != nil {
			return err
		}
		if len(mods.kinds) < 2 || mods.answers != nil {
			return m.readHead(w, o.Label, mods.answers)
		}
		if err := mods.apply(m); err != nil {
			return err
		}
		if n := m.Top.Width(m.Config.Hidden); n != 1 {
			return fmt.Errorf("modules.json: %w: the modules give %d numbers, a scorer has one (OpenDualEncoder opens encoders)", ErrUnsupported, n)
		}
		return nil
	})
	return m, named("cross-encoder", dir, err)
}

// OpenDualEncoder opens a sentence-transformers folder. Without modules.json the mean of the
// last layer is taken, as sentence-transformers does.
func OpenDualEncoder(dir string) (*Model, error) {
	mods, err := readModules(dir)
	switch _, opens := files.Holds(dir); {
	case err == nil && mods.kinds != nil:
		err = mods.want("Transformer", "Pooling")
	case err == nil && opens == opensIt["cross-encoder"]:
		err = fmt.Errorf("%w: what stands on the encoder scores pairs, and no modules.json says how to pool its rows", ErrUnsupported)
	}
	if err == nil {
		err = mods.load(dir, "SentenceTransformer", "sentence_embedding")
	}
	if err == nil {
		err = mods.sentence.task("feature-extraction")
	}
	if err != nil {
		return nil, named("dual encoder", dir, err)
	}
	m, err := open(dir, mods, func(m *Model, _ weights) error {
		m.files = append(m.files, mods.files...)
		return mods.apply(m)
	})
	return m, named("dual encoder", dir, err)
}

func named(kind, dir string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrNotExist) && !exists(dir) && strings.Count(dir, "/") == 1:
		return fmt.Errorf("open %s: no folder %q here; if that names a model on the Hugging Face hub, DownloadModel fetches it and returns its folder: %w", kind, dir, fs.ErrNotExist)
	case errors.Is(err, fs.ErrNotExist) && !exists(dir):
		return fmt.Errorf("open %s %s: there is no such folder (one of the Hugging Face hub is named owner/name): %w", kind, dir, fs.ErrNotExist)
	}
	return fmt.Errorf("open %s %s: %w", kind, dir, files.Instead(dir, opensIt[kind], err))
}

// opensIt are the functions that open each kind.
var opensIt = map[string]string{"cross-encoder": "OpenCrossEncoder", "dual encoder": "OpenDualEncoder"}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// open reads config, tokenizer and weights from the encoder's folder in dir; top reads what stands
// on top of the encoder.
func open(dir string, mods modules, top func(*Model, weights) error) (*Model, error) {
	encoder := filepath.Join(dir, mods.encoder)
	m := &Model{Dir: dir, sentence: mods.sentence, encoder: encoder}
	if err := m.readConfig(encoder); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			err = missingConfig(encoder, err)
		}
		return nil, err
	}
	if err := m.readTokenizer(encoder); err != nil {
		return nil, err
	}
	file, paths, err := openWeights(encoder)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	m.files = append(m.files, paths...)
	w := weights{file: file}
	if err := m.readEncoder(w); err != nil {
		return nil, fmt.Errorf("model.safetensors: %w", err)
	}
	m.Layers = func(do func(*Layer)) error {
		return m.reopened(func(w weights) { n := families[m.Config.Type].names; m.readLayers(&n, w, do) })
	}
	if err := top(m, w); err != nil {
		return nil, err
	}
	files := m.files
	m.Fingerprint = sync.OnceValues(func() (string, error) { return hashFiles(files) })
	return m, nil
}

// other forms of weights, and how they are converted: what is loaded, and with which argument.
var otherWeights = []struct{ pattern, what, from, argument string }{
	{"pytorch_model*.bin*", "weights as a Python pickle", "", ""},
	{"tf_model.h5", "weights of TensorFlow, which transformers 4 reads", "", ", from_tf=True"},
	{"flax_model.msgpack", "weights of Flax, which transformers 4 reads", "", ", from_flax=True"},
	{"*.gguf", "weights as GGUF, rounded and renamed; convert the model they were made from", "OWNER/NAME", ""},
	{"*.onnx", "weights as ONNX, without their names; convert the model they were made from", "OWNER/NAME", ""},
	{"onnx/*.onnx", "weights as ONNX, without their names; convert the model they were made from", "OWNER/NAME", ""},
	{"openvino*.xml", "weights as OpenVINO; convert the model they were made from", "OWNER/NAME", ""},
	{"*/openvino*.xml", "weights as OpenVINO; convert the model they were made from", "OWNER/NAME", ""},
}

// errAdapter is why an adapter alone is no model.
var errAdapter = fmt.Errorf("%w: an adapter (adapter_config.json) without its model; merge the two with peft's merge_and_unload and save_pretrained", ErrUnsupported)

// missingConfig says what there is instead of config.json.
func missingConfig(dir string, err error) error {
	if exists(filepath.Join(dir, "adapter_config.json")) {
		return errAdapter
	}
	for _, pattern := range []string{"*", "*/*", "*/*/*"} { // as the hub's cache has it: a folder for each state
		if inner := files.Glob(dir, pattern+"/config.json"); len(inner) > 0 {
			return fmt.Errorf("config.json is not here, but in %s: open that folder: %w", filepath.Dir(inner[0]), fs.ErrNotExist)
		}
	}
	return err
}

// saver is the class of transformers that reads and writes the weights of a folder.
func saver(dir string) string {
	var config struct{ Architectures []string }
	_ = decodeFile(filepath.Join(dir, "config.json"), &config) // it was read before, or is not there
	name := strings.Join(config.Architectures, "")
	switch {
	case strings.HasSuffix(name, "EncoderModel"):
		return name
	case exists(filepath.Join(dir, "modules.json")) || exists(filepath.Join(dir, "1_Pooling")):
		return "AutoModel"
	case strings.HasSuffix(name, "ForCausalLM"):
		return "AutoModelForCausalLM"
	case strings.HasSuffix(name, "ForConditionalGeneration"):
		return "AutoModelForSeq2SeqLM"
	}
	return "AutoModelForSequenceClassification"
}

// missingWeights says which form the weights have instead, with the line that converts them.
func missingWeights(dir string) error {
	class := saver(dir)
	for _, other := range otherWeights {
		found := files.Glob(dir, other.pattern)
		if len(found) == 0 {
			continue
		}
		name, _ := filepath.Rel(dir, found[0]) // it lies there
		line := fmt.Sprintf(`python -c "from transformers import %s as M; M.from_pretrained('%s'%s).save_pretrained('%s')"`,
			class, orDefault(other.from, dir), other.argument, dir)
		return fmt.Errorf("%w: %s (%s). Convert them: %s", ErrUnsupported, other.what, name, line)
	}
	if exists(filepath.Join(dir, "adapter_config.json")) {
		return errAdapter
	}
	if others := files.Glob(dir, "*.safetensors"); len(others) > 0 {
		return fmt.Errorf("no model.safetensors in %s, but %s: rename it if it holds all weights; of several files model.safetensors.index.json says what each holds: %w",
			dir, filepath.Base(others[0]), fs.ErrNotExist)
	}
	return fmt.Errorf("no model.safetensors in %s: %w", dir, fs.ErrNotExist)
}

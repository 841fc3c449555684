// Package hf opens model folders in Hugging Face's layout: config.json, model.safetensors, the
// WordPiece vocabulary, and for a dual encoder modules.json. BERT (MiniLM is one) and DistilBERT
// come out as the same struct of plain float32 slices, so that a forward pass is written once.
package hf

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"axn/workbench/internal/safetensors"
	"axn/workbench/internal/wordpiece"
)

// ErrUnsupported is wrapped by errors about folders that are well formed but hold another kind
// of model.
var ErrUnsupported = errors.New("unsupported model")

// Model is a BERT encoder with what stands on top of it: Head for a cross-encoder, Pooling and
// Normalize for a dual encoder.
type Model struct {
	Dir       string
	Config    Config
	Tokenizer *wordpiece.Tokenizer
	MaxLength int // most ids of one input, [CLS] and [SEP] included

	Words     []float32 // Vocab×Hidden, row-major as all here
	Positions []float32 // Config.Positions×Hidden
	Types     []float32 // Config.Types×Hidden; empty in DistilBERT, which has none
	Norm      Norm      // after the sum of the three
	Layers    []Layer

	Head      *Head   // nil in a dual encoder
	Pooling   Pooling // of a dual encoder
	Normalize bool    // a dual encoder's vectors are scaled to unit length

	// Fingerprint names what the model computes: a hash over its configuration, vocabulary and
	// weights as they lie in the folder. It is computed at the first call, by reading them
	// through, and holds on to none of the slices above.
	Fingerprint func() (string, error)

	files []string // what it covers
}

// Linear is y = W·x + b.
type Linear struct {
	In, Out int
	Weight  []float32 // Out×In
	Bias    []float32 // Out
}

// Norm is a layer normalisation; its epsilon is Config.Epsilon.
type Norm struct{ Gain, Bias []float32 }

// Layer is one transformer layer: attention, residual, norm, feed-forward, residual, norm.
type Layer struct {
	Query, Key, Value, Output Linear // Hidden×Hidden
	AttentionNorm             Norm
	Up, Down                  Linear // Intermediate×Hidden and back, Config.Activation between
	OutputNorm                Norm
}

// Head turns the [CLS] row into the score: Out(Activation(Dense(x))), one logit.
type Head struct {
	Dense      Linear
	Activation Activation // Tanh in BERT, ReLU in DistilBERT
	Out        Linear     // 1×Hidden
}

// OpenCrossEncoder opens a folder with a sequence classifier of one logit.
func OpenCrossEncoder(dir string) (*Model, error) {
	m, err := open(dir, ".", (*Model).readHead)
	return m, named("cross-encoder", dir, err)
}

// OpenDualEncoder opens a sentence-transformers folder. Without modules.json the mean of the
// last layer is taken, as sentence-transformers does.
func OpenDualEncoder(dir string) (*Model, error) {
	mods, err := readModules(dir)
	if err != nil {
		return nil, named("dual encoder", dir, err)
	}
	m, err := open(dir, mods.encoder, func(m *Model, _ weights) error { return mods.apply(m) })
	return m, named("dual encoder", dir, err)
}

func named(kind, dir string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrNotExist) && !exists(dir) && strings.Count(dir, "/") == 1:
		return fmt.Errorf("open %s: no folder %q here; if that names a model on the Hugging Face hub, DownloadModel fetches it: %w", kind, dir, fs.ErrNotExist)
	}
	return fmt.Errorf("open %s %s: %w", kind, dir, err)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// open reads config, tokenizer and weights from the folder sub of dir; top reads what stands on
// top of the encoder.
func open(dir, sub string, top func(*Model, weights) error) (*Model, error) {
	m := &Model{Dir: dir}
	encoder := filepath.Join(dir, sub)
	if err := m.readConfig(encoder); err != nil {
		return nil, err
	}
	if err := m.readTokenizer(encoder); err != nil {
		return nil, err
	}
	path := filepath.Join(encoder, "model.safetensors")
	file, err := safetensors.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, missingWeights(encoder, err)
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	m.files = append(m.files, path)
	w := weights{file: file}
	if err := m.readEncoder(w); err != nil {
		return nil, fmt.Errorf("model.safetensors: %w", err)
	}
	if err := top(m, w); err != nil {
		return nil, err
	}
	files := m.files
	m.Fingerprint = sync.OnceValues(func() (string, error) { return hashFiles(files) })
	return m, nil
}

// missingWeights says which form the weights have instead.
func missingWeights(dir string, err error) error {
	for name, what := range map[string]string{
		"model.safetensors.index.json": "weights in several files",
		"pytorch_model.bin":            "weights as a Python pickle; save the model with safetensors",
	} {
		if exists(filepath.Join(dir, name)) {
			return fmt.Errorf("%w: %s (%s)", ErrUnsupported, what, name)
		}
	}
	return err
}

package hf

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"strings"
)

// Pooling says how a dual encoder makes one vector of the last layer's rows.
type Pooling string

// The poolings that occur, all over the rows of [CLS], text and [SEP].
const (
	PoolCLS      Pooling = "cls"
	PoolMean     Pooling = "mean"
	PoolMax      Pooling = "max"
	PoolMeanSqrt Pooling = "mean_sqrt_len" // the sum over the square root of the length
)

// modules is what modules.json says.
type modules struct {
	encoder   string // folder of the transformer, within the model's
	pooling   Pooling
	dimension int // of the pooling's input, 0 when not said
	normalize bool
	files     []string
}

// readModules reads modules.json and the pooling's config.json.
func readModules(dir string) (modules, error) {
	m := modules{encoder: ".", pooling: PoolMean}
	var list []struct{ Path, Type string }
	file := filepath.Join(dir, "modules.json")
	if err := decodeFile(file, &list); errors.Is(err, fs.ErrNotExist) {
		return m, nil
	} else if err != nil {
		return m, err
	}
	m.files = append(m.files, file)
	var order []string
	for i, entry := range list {
		if entry.Path != "" && !filepath.IsLocal(entry.Path) {
			return m, fmt.Errorf("modules.json: module %d: path %q leads out of the folder", i, entry.Path)
		}
		kind := entry.Type[strings.LastIndex(entry.Type, ".")+1:]
		order = append(order, kind)
		switch kind {
		case "Transformer":
			m.encoder = path.Clean(entry.Path)
		case "Pooling":
			if err := m.readPooling(dir, entry.Path); err != nil {
				return m, err
			}
		case "Normalize":
			m.normalize = true
		}
	}
	switch strings.Join(order, " ") {
	case "Transformer Pooling", "Transformer Pooling Normalize":
		return m, nil
	}
	return m, fmt.Errorf("modules.json: %w: modules %v, want Transformer, Pooling and perhaps Normalize", ErrUnsupported, order)
}

// readPooling reads 1_Pooling/config.json, which has one switch per mode.
func (m *modules) readPooling(dir, sub string) error {
	var f struct {
		Dimension    int    `json:"word_embedding_dimension"`
		NewDimension int    `json:"embedding_dimension"` // the newer files
		Mode         string `json:"pooling_mode"`        // the newer files
		CLS          bool   `json:"pooling_mode_cls_token"`
		Mean         bool   `json:"pooling_mode_mean_tokens"`
		Max          bool   `json:"pooling_mode_max_tokens"`
		MeanSqrt     bool   `json:"pooling_mode_mean_sqrt_len_tokens"`
		WeightedMean bool   `json:"pooling_mode_weightedmean_tokens"`
		Last         bool   `json:"pooling_mode_lasttoken"`
	}
	file := filepath.Join(dir, sub, "config.json")
	if err := decodeFile(file, &f); err != nil {
		return fmt.Errorf("pooling: %w", err)
	}
	m.files, m.dimension = append(m.files, file), max(f.Dimension, f.NewDimension)
	modes := []Pooling{}
	for _, mode := range []struct {
		on   bool
		name Pooling
	}{
		{f.CLS, PoolCLS}, {f.Mean, PoolMean}, {f.Max, PoolMax}, {f.MeanSqrt, PoolMeanSqrt},
		{f.WeightedMean, "weightedmean"}, {f.Last, "lasttoken"},
		{f.Mode != "", Pooling(strings.TrimSuffix(f.Mode, "_tokens"))},
	} {
		if mode.on {
			modes = append(modes, mode.name)
		}
	}
	if len(modes) == 1 {
		switch m.pooling = modes[0]; m.pooling {
		case PoolCLS, PoolMean, PoolMax, PoolMeanSqrt:
			return nil
		}
	}
	return fmt.Errorf("pooling: config.json: %w: modes %v, want one of cls, mean, max, mean_sqrt_len", ErrUnsupported, modes)
}

// apply puts the modules on top of an encoder.
func (m modules) apply(model *Model) error {
	if m.dimension != 0 && m.dimension != model.Config.Hidden {
		return fmt.Errorf("pooling: word_embedding_dimension is %d, the encoder's hidden size %d", m.dimension, model.Config.Hidden)
	}
	model.Pooling, model.Normalize = m.pooling, m.normalize
	model.files = append(model.files, m.files...)
	return nil
}

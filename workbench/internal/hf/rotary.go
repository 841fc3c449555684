package hf

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
)

// Rotary says by which angles queries and keys are turned: elements i and i+w/2 of a head of width w by
// the position times Theta^(-2i/w), or another frequency that Kind makes of that.
type Rotary struct {
	Theta  float64 // 0 where nothing is turned
	Kind   RotaryKind
	Factor float64

	LowFactor, HighFactor, Trained float64 // of RotaryLlama3
}

// RotaryKind is how longer texts than those of the training are made room for.
type RotaryKind string

// The kinds that occur.
const (
	RotaryPlain  RotaryKind = ""
	RotaryLinear RotaryKind = "linear" // frequencies are divided by Factor
	RotaryNTK    RotaryKind = "ntk"    // GTE's: of the base Theta·Factor, and divided by Factor^(2/w)
	RotaryLlama3 RotaryKind = "llama3" // the low ones are divided by Factor, those between in part
)

// rotaryFile is what config.json says of angles, in rope_parameters or, with older names, in rope_scaling.
type rotaryFile struct {
	Type    string   `json:"rope_type"`
	OldType string   `json:"type"`
	Theta   *float64 `json:"rope_theta"`
	Partial *float64 `json:"partial_rotary_factor"`
	Factor  float64  `json:"factor"`
	Low     float64  `json:"low_freq_factor"`
	High    float64  `json:"high_freq_factor"`
	Trained float64  `json:"original_max_position_embeddings"`
	MixedB  *float64 `json:"mixed_b"`
}

// scaled are the kinds that transformers knows and are computed here.
var scaled = []RotaryKind{RotaryLinear, RotaryLlama3}

// read takes what rope_parameters and rope_scaling say, where they are there. Besides the plain kind some others
// may be allowed; what is not is refused.
func (r *Rotary) read(parameters, scaling json.RawMessage, allowed ...RotaryKind) error {
	for i, raw := range []json.RawMessage{parameters, scaling} {
		if !set(raw) {
			continue
		}
		name := []string{"rope_parameters", "rope_scaling"}[i]
		var p rotaryFile
		if err := json.Unmarshal(raw, &p); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if wrong := r.take(&p, allowed); wrong != "" {
			return refused("%s is %s: %s", name, raw, wrong)
		}
	}
	return nil
}

// take takes what one of them says; what is wrong with it is returned.
func (r *Rotary) take(p *rotaryFile, allowed []RotaryKind) (wrong string) {
	kind := RotaryKind(orDefault(p.Type, p.OldType))
	if kind == "default" {
		kind = RotaryPlain
	}
	r.Theta = or(p.Theta, r.Theta)
	switch {
	case !(r.Theta > 0) || math.IsInf(r.Theta, 0):
		return "rope_theta must be positive"
	case or(p.Partial, 1) != 1:
		return "partial_rotary_factor must be 1"
	case kind == RotaryPlain:
		return ""
	case !slices.Contains(allowed, kind) || p.MixedB != nil:
		return fmt.Sprintf("want rope_type default%s", strings.Join(append([]string{""}, stringsOf(allowed)...), ", "))
	case !(p.Factor > 0) || kind == RotaryLlama3 && !(p.Low > 0 && p.High > p.Low && p.Trained > 0):
		return "its factors are missing, or not positive"
	}
	r.Kind, r.Factor = kind, p.Factor
	if kind == RotaryLlama3 {
		r.LowFactor, r.HighFactor, r.Trained = p.Low, p.High, p.Trained
	}
	return ""
}

func stringsOf(kinds []RotaryKind) (names []string) {
	for _, k := range kinds {
		names = append(names, string(k))
	}
	return names
}

// rotaryByKind reads the angles of global and local layers.
func (c *Config) rotaryByKind(f *configFile, allowed ...RotaryKind) error {
	byKind := map[string]json.RawMessage{}
	if set(f.Rope) {
		if err := json.Unmarshal(f.Rope, &byKind); err != nil {
			return fmt.Errorf("rope_parameters: %w", err)
		}
	}
	for key := range byKind {
		if key != "full_attention" && key != "sliding_attention" {
			return refused("rope_parameters is %s, want full_attention and sliding_attention in it", f.Rope)
		}
	}
	return errOf(c.Rotary.read(byKind["full_attention"], f.RopeScaling, allowed...), c.LocalRotary.read(byKind["sliding_attention"], nil, allowed...))
}

// orPositive is v, or another value where it is none.
func orPositive(v, otherwise float64) float64 {
	if v == 0 {
		return otherwise
	}
	return v
}

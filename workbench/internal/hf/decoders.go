package hf

import (
	"math"
	"slices"
)

// describeLlama is what decoders have in common.
func describeLlama(f *configFile, c *Config) (err error) {
	c.Types, c.PositionTable, c.PreNorm, c.RMS, c.Gated, c.Causal = 0, false, true, true, true, true
	c.Epsilon, c.KeyHeads, c.HeadWidth = float32(or(f.RMSEps, 1e-6)), or(f.KeyHeads, f.Heads), f.HeadWidth
	c.AttentionBias, c.FeedBias, c.NormBias, c.LastPad = or(f.QKVBias, false), f.MLPBias, false, or(f.Pad, -1)
	if c.Activation, err = activation("hidden_act", f.HiddenAct, SiLU); err != nil {
		return err
	}
	if !or(f.IsCausal, true) {
		return refused("is_causal is false, want a decoder")
	}
	if f.SlidingWin {
		return refused("use_sliding_window is true, want false")
	}
	c.Rotary.Theta = orPositive(f.RopeTheta, 10000)
	if c.Type == "gemma3_text" { // which has them by kinds of layers
		return nil
	}
	other := func(kind string) bool { return kind != "full_attention" }
	if i := slices.IndexFunc(f.LayerTypes, other); i >= 0 && c.Type != "gemma2" {
		return refused("layer_types has %q, want full_attention", f.LayerTypes[i])
	}
	return c.Rotary.read(f.Rope, f.RopeScaling, scaled...)
}

// describeQwen2 is Llama with a bias of queries, keys and values.
func describeQwen2(f *configFile, c *Config) error {
	f.MLPBias = false
	err := describeLlama(f, c)
	c.AttentionBias, c.BareOutput = true, true
	return err
}

func describeQwen3(f *configFile, c *Config) error {
	f.MLPBias = false
	err := describeLlama(f, c)
	if c.HeadWidth == 0 {
		c.HeadWidth = 128
	}
	return err
}

// describeMistral is Llama whose tokens see so many others.
func describeMistral(f *configFile, c *Config) error {
	f.MLPBias, f.QKVBias = false, nil
	if err := describeLlama(f, c); err != nil {
		return err
	}
	if f.KeyHeads == nil {
		c.KeyHeads = 8
	}
	window := or(f.Sliding.or(4096), 0)
	if window < 0 {
		return refused("sliding_window is %d", window)
	}
	if window == 0 {
		return nil
	}
	c.Window, c.LocalRotary = window-1, c.Rotary
	return c.localLayers(&configFile{}, func(int) bool { return true })
}

// gemma is what Gemma's generations have beside Llama: gains less 1, scaled embeddings, a GELU.
func (c *Config) gemma(f *configFile, act string) (err error) {
	f.MLPBias = false
	f.HiddenAct = act
	if err = describeLlama(f, c); err != nil {
		return err
	}
	if c.HeadWidth == 0 {
		c.HeadWidth = 256
	}
	c.GainsFrom, c.WordScale, c.LastPad = 1, math.Sqrt(float64(c.Hidden)), or(f.Pad, 0)
	return nil
}

// later is what Gemma 2 and 3 have beside Gemma: local layers, norms behind the parts of a layer, caps, a
// scale of their own, and both ways to see.
func (c *Config) later(f *configFile, attention, logits *float64, every int) error {
	if err := c.gemma(f, orDefault(f.ModernAct, "gelu_pytorch_tanh")); err != nil {
		return err
	}
	if f.KeyHeads == nil {
		c.KeyHeads = 4
	}
	for key, v := range map[string]struct{ from, to *float64 }{"attn_logit_softcapping": {attention, &c.AttentionCap}, "final_logit_softcapping": {logits, &c.LogitCap}} {
		if *v.to = or(v.from, 0); v.from != nil && !(*v.to > 0) {
			return refused("%s is %v, want a positive number or null", key, *v.from)
		}
	}
	scalar, window := or(f.QueryScalar, 256), or(f.Sliding.or(4096), 0)
	switch {
	case !(scalar > 0):
		return refused("query_pre_attn_scalar is %v", scalar)
	case window < 1:
		return refused("sliding_window is %d", window)
	}
	c.Sharpness, c.Window, c.Causal = 1/math.Sqrt(scalar), window-1, !f.Bidirectional
	return c.localLayers(f, func(i int) bool { return (i+1)%every != 0 })
}

func describeGemma(f *configFile, c *Config) error {
	act := f.HiddenAct
	if act == "" || act == "gelu" { // which stands in the first folders and means the other
		act = "gelu_pytorch_tanh"
	}
	if f.Bidirectional {
		return refused("use_bidirectional_attention is true, want false")
	}
	return c.gemma(f, act)
}

// describeGemma2 caps unless it says null, which a key left out is not.
func describeGemma2(f *configFile, c *Config) error {
	if f.Bidirectional { // which transformers reads and does not obey
		return refused("use_bidirectional_attention is true, want false")
	}
	err := c.later(f, f.AttentionCap.or(50), f.LogitCap.or(30), 2)
	c.LocalRotary = c.Rotary
	return err
}

// describeGemma3 has angles by kinds of layers. One that sees both ways sees half the window in either.
func describeGemma3(f *configFile, c *Config) error {
	if err := c.later(f, f.AttentionCap.value, f.LogitCap.value, max(1, or(f.SlidingEvery, 6))); err != nil {
		return err
	}
	if f.Bidirectional {
		c.Window = (c.Window + 1) / 2
	}
	c.Rotary.Theta, c.LocalRotary.Theta = orPositive(f.RopeTheta, 1e6), orPositive(f.LocalBase, 10000)
	return c.rotaryByKind(f, scaled...)
}

// describeEuroBERT is Llama that sees both ways.
func describeEuroBERT(f *configFile, c *Config) error {
	f.IsCausal = nil
	if f.RMSEps == nil {
		f.RMSEps = new(1e-5)
	}
	err := describeLlama(f, c)
	c.Causal = false
	return err
}

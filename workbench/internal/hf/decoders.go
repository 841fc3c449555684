package hf

import (
	"math"
	"slices"
)

// describeLlama is what decoders have in common.
func describeLlama(f *configFile, c *Config) (err error) {
	c.Types, c.PositionTable, c.PreNorm, c.RMS, c.Gated, c.Causal = 0, false, true, true, true, true
	c.Epsilon, c.KeyHeads, c.HeadWidth = float32(or(f.RMSEps, 1e-6)), or(f.KeyHeads, f.Heads), f.HeadWidth
	c.AttentionBias, c.FeedBias, c.NormBias = or(f.QKVBias, false), f.MLPBias, false
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
	if slices.Contains(f.LayerTypes, "sliding_attention") {
		return refused("layer_types has sliding_attention, want full_attention")
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
	window := or(f.Sliding, 0) // null is none, and every folder says which
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
	c.GainsFrom, c.WordScale = 1, math.Sqrt(float64(c.Hidden))
	for key, v := range map[string]*float64{"final_logit_softcapping": f.LogitCap, "attn_logit_softcapping": f.AttentionCap} {
		if v != nil {
			return refused("%s is %v, want null", key, *v)
		}
	}
	return nil
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

// describeGemma3 has local layers, norms behind the parts of a layer, and may see both ways.
func describeGemma3(f *configFile, c *Config) error {
	if err := c.gemma(f, orDefault(f.ModernAct, "gelu_pytorch_tanh")); err != nil {
		return err
	}
	if f.KeyHeads == nil {
		c.KeyHeads = 4
	}
	c.Causal = !f.Bidirectional
	window := or(f.Sliding, 4096)
	if scalar := or(f.QueryScalar, 256); scalar > 0 {
		c.Sharpness = 1 / math.Sqrt(scalar)
	} else {
		return refused("query_pre_attn_scalar is %v", scalar)
	}
	if window < 1 {
		return refused("sliding_window is %d", window)
	}
	if c.Window = window - 1; f.Bidirectional {
		c.Window = window / 2
	}
	c.Rotary.Theta, c.LocalRotary.Theta = orPositive(f.RopeTheta, 1e6), orPositive(f.LocalBase, 10000)
	every := max(1, or(f.SlidingEvery, 6))
	return errOf(c.localLayers(f, func(i int) bool { return (i+1)%every != 0 }), c.rotaryByKind(f, scaled...))
}

package hf

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// family is how one model type is read: what config.json says of it beyond BERT's keys, the names of
// its tensors, and the head of its sequence classifier.
type family struct {
	describe func(*configFile, *Config) error // fills what differs from BERT
	names    names
	head     headNames
}

// families are the model types that can be read. XLM-RoBERTa and CamemBERT are RoBERTa with other vocabularies.
var families = map[string]family{
	"bert":        {describeBERT, bertNames("bert"), poolerHead},
	"roberta":     {describeRoBERTa, bertNames("roberta"), tanhHead},
	"xlm-roberta": {describeRoBERTa, bertNames("roberta"), tanhHead},
	"camembert":   {describeRoBERTa, bertNames("roberta"), tanhHead},
	"electra":     {describeELECTRA, bertNames("electra"), geluHead},
	"distilbert":  {describeDistilBERT, distilNames, headNames{dense: "pre_classifier", activation: ReLU, out: "classifier"}},
	"mpnet":       {describeMPNet, mpnetNames, tanhHead},
	"albert":      {describeALBERT, albertNames, headNames{dense: "albert.pooler", activation: Tanh, out: "classifier"}},
	"modernbert":  {describeModernBERT, modernNames, headNames{dense: "head.dense", activation: GELU, norm: "head.norm", out: "classifier"}},
	"qwen2":       {describeQwen2, llamaNames, lastHead},
	"qwen3":       {describeQwen3, qwenNames, lastHead},
	"llama":       {describeLlama, llamaNames, lastHead},
	"mistral":     {describeMistral, llamaNames, lastHead},
	"gemma":       {describeGemma, llamaNames, lastHead},
	"gemma2":      {describeGemma2, gemma2Names, lastHead},
	"gemma3_text": {describeGemma3, gemma3Names, lastHead},
	"eurobert":    {describeEuroBERT, llamaNames, headNames{dense: "dense", activation: GELU, out: "classifier"}},
	"deberta-v2":  {describeDeBERTa, debertaNames, headNames{dense: "pooler.dense", activation: GELU, out: "classifier"}},
	"t5":          {describeT5, t5Names, headNames{}},
	"mt5":         {describeT5, t5Names, headNames{}},
	"nomic_bert":  {describeNomicBERT, nomicNames, headNames{dense: "nomic_bert.pooler.dense", activation: Tanh, out: "classifier"}},
	"gte":         {describeGTE, gteNames("gte"), headNames{dense: "gte.pooler.dense", activation: Tanh, out: "classifier"}},
	"new":         {describeNew, gteNames("new"), headNames{dense: "new.pooler.dense", activation: Tanh, out: "classifier"}},
}

// config describes the encoder of a config.json, with transformers' defaults where a folder may
// leave a key out.
func (f *configFile) config() (Config, error) {
	c := Config{Type: f.ModelType, Labels: len(f.Labels), TokenizerClass: f.Tokenizer, Name: f.Name}
	fam, ok := families[f.ModelType]
	if !ok {
		return c, refused("model_type is %q; %s can be read", f.ModelType, strings.Join(slices.Sorted(maps.Keys(families)), ", "))
	}
	if err := f.check(); err != nil {
		return c, err
	}
	if f.NumLabels != nil {
		c.Labels = max(c.Labels, *f.NumLabels)
	}
	if len(f.Architectures) > 0 {
		c.Architecture = f.Architectures[0]
	}
	c.Vocab, c.Hidden, c.Layers, c.Heads, c.Intermediate, c.Positions = f.Vocab, f.Hidden, f.Layers, f.Heads, f.FFN, f.Positions
	c.Types, c.Pad, c.LastPad, c.Epsilon, c.PositionTable = or(f.Types, 2), -1, -1, float32(or(f.Epsilon, 1e-12)), true
	c.AttentionBias, c.FeedBias, c.NormBias = true, true, true
	act, err := activation("hidden_act", f.HiddenAct, GELU)
	if c.Activation = act; err != nil {
		return c, err
	}
	if err := errOf(fam.describe(f, &c), c.fill()); err != nil {
		return c, err
	}
	return c, f.agree(&c)
}

// agree refuses sizes under their usual names that differ from those the family reads under names of its own,
// and a width of heads where a family has no other than the usual one.
func (f *configFile) agree(c *Config) error {
	for _, size := range []struct {
		key        string
		said, read int
	}{{"hidden_size", f.Hidden, c.Hidden}, {"num_hidden_layers", f.Layers, c.Layers}, {"num_attention_heads", f.Heads, c.Heads}, {"head_dim", f.HeadWidth, c.HeadWidth}} {
		if size.said != 0 && size.said != size.read {
			return refused("%s is %d, and %d by the keys that a %s has for it", size.key, size.said, size.read, c.Type)
		}
	}
	return nil
}

// or is what p points to, or another value.
func or[T any](p *T, otherwise T) T {
	if p == nil {
		return otherwise
	}
	return *p
}

// fill sets the sizes that follow from others.
func (c *Config) fill() error {
	if c.Embedding == 0 {
		c.Embedding = c.Hidden
	}
	if c.KeyHeads == 0 {
		c.KeyHeads = c.Heads
	}
	if c.HeadWidth == 0 && c.Heads > 0 {
		if c.Hidden%c.Heads != 0 {
			return fmt.Errorf("hidden size %d does not divide into %d heads", c.Hidden, c.Heads)
		}
		c.HeadWidth = c.Hidden / c.Heads
	}
	return nil
}

func describeBERT(f *configFile, c *Config) error {
	if c.Types < 1 {
		return fmt.Errorf("type_vocab_size is %d, want at least 1", c.Types)
	}
	return nil
}

func describeRoBERTa(f *configFile, c *Config) error {
	c.offset(or(f.Pad, 1))
	return describeBERT(f, c)
}

// offset has positions begin behind the row of the padding token, as fairseq numbers them.
func (c *Config) offset(pad int32) {
	c.Pad, c.FirstPosition = pad, int(pad)+1
	c.Positions -= c.FirstPosition
}

func describeELECTRA(f *configFile, c *Config) error {
	c.Embedding = f.Embedding
	if c.Embedding == 0 {
		c.Embedding = 128
	}
	return describeBERT(f, c)
}

func describeDistilBERT(f *configFile, c *Config) (err error) {
	c.Hidden, c.Layers, c.Heads, c.Intermediate, c.Types, c.Epsilon = f.Dim, f.NLayers, f.NHeads, f.HiddenDim, 0, 1e-12
	c.Activation, err = activation("activation", f.distilKeys.Activation, GELU)
	return err
}

func describeMPNet(f *configFile, c *Config) error {
	c.offset(1) // whatever pad_token_id is
	c.Types, c.Buckets, c.MaxDistance = 0, 32, 128
	if n := or(f.Buckets, 32); n != 32 { // which transformers does not obey
		return refused("relative_attention_num_buckets is %d, want 32", n)
	}
	return nil
}

func describeALBERT(f *configFile, c *Config) (err error) {
	c.Embedding = f.Embedding
	if c.Embedding == 0 {
		c.Embedding = 128
	}
	if n := or(f.Inner, 1); n != 1 {
		return refused("inner_group_num is %d, want 1", n)
	}
	if f.Groups < 0 || f.Groups > max(1, f.Layers) {
		return fmt.Errorf("num_hidden_groups is %d for %d layers", f.Groups, f.Layers)
	}
	c.Activation, err = activation("hidden_act", f.HiddenAct, GELUTanh)
	return err
}

func describeModernBERT(f *configFile, c *Config) (err error) {
	c.Types, c.PositionTable, c.PreNorm, c.Gated, c.Epsilon = 0, false, true, true, float32(or(f.NormEps, 1e-5))
	c.AttentionBias, c.FeedBias, c.NormBias = or(f.QKVBias, false), f.MLPBias, f.NormBias
	if c.Activation, err = activation("hidden_activation", f.ModernAct, GELU); err != nil {
		return err
	}
	if span := or(f.LocalSpan, 128); span < 0 {
		return refused("local_attention is %d", span)
	}
	if c.Window = or(f.LocalSpan, 128) / 2; f.Sliding.value != nil {
		c.Window = *f.Sliding.value // a second name for the half
	}
	c.Rotary.Theta, c.LocalRotary.Theta = orPositive(f.GlobalTheta, 160000), or(f.modernKeys.LocalTheta, 10000)
	every := max(1, or(f.GlobalEvery, 3))
	return errOf(c.localLayers(f, func(i int) bool { return i%every != 0 }), c.rotaryByKind(f))
}

// localLayers says which layers are local: those of layer_types, or else those that usual says.
func (c *Config) localLayers(f *configFile, usual func(i int) bool) error {
	c.Local = nil
	for i, kind := range f.LayerTypes {
		if kind != "full_attention" && kind != "sliding_attention" {
			return refused("layer_types: %q for layer %d", kind, i)
		}
		c.Local = append(c.Local, kind == "sliding_attention")
	}
	if f.LayerTypes == nil {
		for i := range min(max(0, c.Layers), maxSize) {
			c.Local = append(c.Local, usual(i))
		}
	} else if len(c.Local) != c.Layers {
		return fmt.Errorf("layer_types has %d entries for %d layers", len(c.Local), c.Layers)
	}
	return nil
}

// errOf is the first error.
func errOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// set says whether a key is there and not null.
func set(raw json.RawMessage) bool { return len(raw) > 0 && string(raw) != "null" }

func describeDeBERTa(f *configFile, c *Config) error {
	c.Types, c.Epsilon, c.Embedding = or(f.Types, 0), float32(or(f.Epsilon, 1e-7)), f.Embedding
	c.PositionTable = or(f.BiasedInput, true)
	c.HeadWidth = f.HeadSize
	if err := c.convolution(f); err != nil {
		return err
	}
	if !f.Relative {
		if set(f.PosAttention) && string(f.PosAttention) != "[]" {
			return refused("pos_att_type is %s, and relative_attention is false", f.PosAttention)
		}
		return nil
	}
	var kinds string
	var list []string
	if json.Unmarshal(f.PosAttention, &list) != nil {
		_ = json.Unmarshal(f.PosAttention, &kinds) // neither: refused below
		list = strings.Split(strings.ToLower(kinds), "|")
	}
	slices.Sort(list)
	if !slices.Equal(list, []string{"c2p", "p2c"}) {
		return refused("pos_att_type is %s, want p2c and c2p", f.PosAttention)
	}
	f.NormRelative = strings.ToLower(strings.TrimSpace(f.NormRelative))
	if norm := f.NormRelative; norm != "" && norm != "none" && norm != "layer_norm" {
		return refused("norm_rel_ebd is %q, want layer_norm or none", norm)
	}
	if c.MaxDistance = or(f.MaxRelative, -1); c.MaxDistance < 1 {
		c.MaxDistance = f.Positions
	}
	c.Disentangled = true
	if c.Buckets = or(f.PosBuckets, -1); c.Buckets <= 0 {
		c.Buckets, c.MaxDistance = c.MaxDistance, 0
	} else if c.Buckets < 4 || c.MaxDistance-1 <= c.Buckets/2 {
		return fmt.Errorf("position_buckets is %d for distances up to %d", c.Buckets, c.MaxDistance)
	}
	return nil
}

// maxKernel bounds conv_kernel_size.
const maxKernel = 99

// convolution reads DeBERTa's convolution.
func (c *Config) convolution(f *configFile) (err error) {
	if f.ConvKernel <= 0 {
		return nil
	}
	if groups := or(f.ConvGroups, 1); f.ConvKernel%2 == 0 || f.ConvKernel > maxKernel || groups != 1 || c.Layers < 2 {
		return refused("conv_kernel_size is %d, conv_groups %d and num_hidden_layers %d, want an odd one up to %d, 1, and at least 2", f.ConvKernel, groups, c.Layers, maxKernel)
	}
	c.Kernel = f.ConvKernel
	c.KernelActivation, err = activation("conv_act", f.ConvAct, Tanh)
	return err
}

func describeNomicBERT(f *configFile, c *Config) (err error) {
	c.PositionTable, c.Gated, c.AttentionBias, c.FeedBias = false, true, false, false
	theta, act := orPositive(f.RopeTheta, 1000), f.HiddenAct
	if f.NEmbd > 0 { // the keys of its own code
		c.Hidden, c.Heads, c.Layers, c.Positions = f.NEmbd, f.NHead, f.NLayer, f.NPositions
		c.Intermediate, theta, act = or(f.NInner, 4*f.NEmbd), orPositive(f.RotaryBase, 10000), f.NomicAct
		c.Epsilon = float32(or(f.LongEpsilon, 1e-12))
		c.AttentionBias = f.QKVProjBias
		if f.RotaryScale != nil && f.Trained > 0 {
			c.Positions = min(c.Positions, f.Trained) // beyond them, its angles depend on the length of the text
		}
		for _, refuse := range []struct {
			when bool
			what string
		}{
			{f.nomicKeys.PreNorm, "prenorm is true, want false"}, {f.RMSNorm, "use_rms_norm is true"}, {f.Parallel, "parallel_block is true"},
			{f.nomicKeys.Causal, "causal is true"}, {f.MoEEvery > 0, fmt.Sprintf("moe_every_n_layers is %d: a mixture of experts", f.MoEEvery)},
			{or(f.RotaryPart, 0) != 1, "rotary_emb_fraction is not 1"}, {f.Interleaved, "rotary_emb_interleaved is true"},
			{f.FC1Bias || f.FC2Bias, "mlp_fc1_bias or mlp_fc2_bias is true"},
			{act != "swiglu" && act != "geglu", fmt.Sprintf("activation_function is %q, want swiglu or geglu", act)},
		} {
			if refuse.when {
				return refused("%s", refuse.what)
			}
		}
	}
	if gated := map[string]string{"swiglu": "silu", "geglu": "gelu"}; f.NEmbd > 0 {
		act = gated[act]
	}
	if c.Activation, err = activation("hidden_act", act, SiLU); err != nil {
		return err
	}
	if c.Types < 1 {
		return fmt.Errorf("type_vocab_size is %d, want at least 1", c.Types)
	}
	c.Rotary.Theta = theta
	if f.HeadWidth > 0 {
		c.HeadWidth = f.HeadWidth
	}
	return c.Rotary.read(f.Rope, f.RopeScaling)
}

// describeGTE is BERT with rotary angles and a gate.
func describeGTE(f *configFile, c *Config) error {
	c.gte(f)
	c.Rotary.Theta = orPositive(f.RopeTheta, 160000)
	return c.Rotary.read(f.Rope, f.RopeScaling, scaled...)
}

// describeNew is GTE by the keys of its own code.
func describeNew(f *configFile, c *Config) error {
	switch {
	case f.NormType != "" && f.NormType != "layer_norm":
		return refused("layer_norm_type is %q, want layer_norm", f.NormType)
	case f.LogN:
		return refused("logn_attention_scale is true, want false")
	}
	c.gte(f)
	c.Rotary.Theta = orPositive(f.RopeTheta, 10000)
	return c.Rotary.read(nil, f.RopeScaling, RotaryNTK)
}

func (c *Config) gte(f *configFile) {
	c.Types, c.PositionTable, c.Gated, c.FeedBias, c.DownBias = or(f.Types, 1), false, true, false, true
}

package hf

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// TestFamilyRefusals: a config.json that would make another model of one is refused by the name of
// its field, with the way round it.
func TestFamilyRefusals(t *testing.T) {
	sizes := object{"vocab_size": 10, "hidden_size": 8, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 8, "max_position_embeddings": 40,
		"n_positions": 40, "dim": 8, "n_layers": 2, "n_heads": 2, "hidden_dim": 8, "embedding_size": 8, "d_model": 8, "d_kv": 4, "d_ff": 8, "num_layers": 2, "num_heads": 2}
	keys := map[string]int{"mistral": 1, "gemma2": 1, "gemma3_text": 1} // of queries, where transformers has another number by default
	deberta := object{"relative_attention": true, "pos_att_type": "c2p|p2c"}
	for _, c := range []struct {
		kind, field string
		set         object
	}{
		{"longt5", "model_type", nil},
		{"t5", "feed_forward_proj", object{"feed_forward_proj": "gated-mish"}},
		{"t5", "relative_attention_num_buckets", object{"relative_attention_num_buckets": 2}},
		{"mt5", "relative_attention_max_distance", object{"relative_attention_max_distance": 8}},
		{"bert", "hidden_act", object{"hidden_act": "swiglu"}},
		{"llama", "layer_types", object{"layer_types": []string{"full_attention", "chunked_attention"}}},
		{"gte", "head_dim", object{"head_dim": 6}},
		{"t5", "head_dim", object{"head_dim": 2}},
		{"distilbert", "hidden_size", object{"hidden_size": 16}},
		{"llama", "per_layer_config", object{"per_layer_config": object{"1": object{"intermediate_size": 4}}}},
		{"llama", "partial_rotary_factor", object{"partial_rotary_factor": 0.5}},
		{"eurobert", "rope_parameters", object{"rope_parameters": object{"rope_type": "yarn", "factor": 2}}},
		{"gemma2", "use_bidirectional_attention", object{"use_bidirectional_attention": true}},
		{"gemma2", "attn_logit_softcapping", object{"attn_logit_softcapping": -1}},
		{"gemma2", "sliding_window", object{"sliding_window": nil}},
		{"gemma3_text", "final_logit_softcapping", object{"final_logit_softcapping": 0}},
		{"mpnet", "relative_attention_num_buckets", object{"relative_attention_num_buckets": 16}},
		{"albert", "inner_group_num", object{"inner_group_num": 2}},
		{"albert", "inner_group_num", object{"inner_group_num": 0}},
		{"modernbert", "layer_types", object{"layer_types": []string{"full_attention", "linear_attention"}}},
		{"modernbert", "hidden_activation", object{"hidden_activation": "mish"}},
		{"modernbert", "rope_parameters", object{"rope_parameters": object{"full_attention": object{"rope_type": "yarn", "factor": 4}}}},
		{"qwen3", "rope_parameters", object{"rope_parameters": object{"rope_type": "linear"}}},
		{"llama", "rope_scaling", object{"rope_scaling": object{"rope_type": "llama3", "factor": 8}}},
		{"llama", "rope_scaling", object{"rope_scaling": object{"type": "ntk", "factor": 8}}},
		{"llama", "rope_parameters", object{"rope_parameters": object{"rope_type": "linear", "factor": 2, "partial_rotary_factor": 0.5}}},
		{"gte", "rope_scaling", object{"rope_scaling": object{"type": "ntk", "factor": 8}}},
		{"new", "rope_scaling", object{"rope_scaling": object{"type": "linear", "factor": 8}}},
		{"new", "rope_scaling", object{"rope_scaling": object{"type": "ntk", "factor": 8, "mixed_b": 0.6}}},
		{"new", "layer_norm_type", object{"layer_norm_type": "rms_norm"}},
		{"new", "logn_attention_scale", object{"logn_attention_scale": true}},
		{"new", "position_embedding_type", object{"position_embedding_type": "absolute"}},
		{"mistral", "sliding_window", object{"sliding_window": -1}},
		{"gemma", "use_bidirectional_attention", object{"use_bidirectional_attention": true}},
		{"gemma", "hidden_act", object{"hidden_act": "mish"}},
		{"gemma3_text", "sliding_window", object{"sliding_window": 0}},
		{"gemma3_text", "query_pre_attn_scalar", object{"query_pre_attn_scalar": 0}},
		{"qwen3", "rope_scaling", object{"rope_scaling": object{"type": "yarn", "factor": 4}}},
		{"modernbert", "rope_scaling", object{"rope_scaling": object{"type": "linear", "factor": 4}}},
		{"gemma3_text", "rope_parameters", object{"rope_parameters": object{"rope_type": "default", "rope_theta": 5e5}}},
		{"modernbert", "local_attention", object{"local_attention": -1}},
		{"qwen3", "is_causal", object{"is_causal": false}},
		{"qwen3", "use_sliding_window", object{"use_sliding_window": true}},
		{"qwen3", "hidden_act", object{"hidden_act": "relu6"}},
		{"deberta-v2", "conv_kernel_size", object{"conv_kernel_size": 4}},
		{"deberta-v2", "conv_groups", object{"conv_kernel_size": 3, "conv_groups": 2}},
		{"deberta-v2", "conv_act", object{"conv_kernel_size": 3, "conv_act": "mish"}},
		{"deberta-v2", "pos_att_type", object{"relative_attention": true, "pos_att_type": "c2p"}},
		{"deberta-v2", "pos_att_type", object{"pos_att_type": []string{"p2c"}}},
		{"deberta-v2", "norm_rel_ebd", merged(deberta, object{"norm_rel_ebd": "batch_norm"})},
		{"nomic_bert", "prenorm", object{"n_embd": 8, "prenorm": true}},
		{"nomic_bert", "moe_every_n_layers", object{"n_embd": 8, "activation_function": "swiglu", "moe_every_n_layers": 2}},
		{"nomic_bert", "rotary_emb_fraction", object{"n_embd": 8, "rotary_emb_fraction": 0.5}},
		{"nomic_bert", "rotary_emb_fraction", object{"n_embd": 8}},
		{"nomic_bert", "activation_function", object{"n_embd": 8, "rotary_emb_fraction": 1, "activation_function": "gelu"}},
		{"bert", "quantization_config", object{"quantization_config": object{"bits": 4}}},
		{"bert", "auto_map", object{"auto_map": object{"AutoModel": "x--y.Z"}}},
		{"qwen2", "use_sliding_window", object{"use_sliding_window": true}},
		{"bert", "position_embedding_type", object{"position_embedding_type": "relative_key"}},
	} {
		_, err := described(t, merged(sizes, object{"model_type": c.kind}, c.set))
		if !errors.Is(err, ErrUnsupported) || !strings.Contains(err.Error(), c.field) || !strings.Contains(err.Error(), "RerankClient") {
			t.Errorf("%s with %s: %v", c.kind, c.field, err)
		}
	}
	nomic := object{"model_type": "nomic_bert", "n_embd": 8, "n_head": 2, "n_layer": 1, "n_positions": 80, "vocab_size": 10, "activation_function": "swiglu", "rotary_emb_fraction": 1, "rotary_emb_base": 1000, "max_trained_positions": 20}
	for scale, want := range map[any]int{nil: 80, 2: 20} {
		if c, err := described(t, merged(nomic, object{"rotary_scaling_factor": scale})); err != nil || c.Positions != want {
			t.Errorf("rotary_scaling_factor %v: %d positions, want %d; %v", scale, c.Positions, want, err)
		}
	}
	for kind := range families {
		set := object{"model_type": kind}
		if n, ok := keys[kind]; ok {
			set["num_key_value_heads"] = n
		}
		if kind == "deberta-v2" {
			set = merged(set, deberta)
		}
		c, err := described(t, merged(sizes, set))
		if err != nil || c.check() != nil {
			t.Errorf("%s: %v, %v", kind, err, c.check())
		}
		for _, key := range []string{"num_attention_heads", "hidden_size", "intermediate_size", "vocab_size", "max_position_embeddings"} {
			for _, size := range []int{-1, maxSize + 10} {
				sized := object{key: size}
				for _, other := range map[string][]string{"num_attention_heads": {"n_heads", "num_heads"}, "hidden_size": {"dim", "d_model"}, "intermediate_size": {"hidden_dim", "d_ff"}, "max_position_embeddings": {"n_positions"}}[key] {
					sized[other] = size
				}
				if c, err := described(t, merged(sizes, set, sized)); err == nil && c.check() == nil {
					t.Errorf("%s with %s %d is taken", kind, key, size)
				}
			}
		}
	}
}

// TestDefaults: what a key means that is left out, or null, or called otherwise.
func TestDefaults(t *testing.T) {
	sizes := object{"vocab_size": 10, "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 8, "intermediate_size": 8, "max_position_embeddings": 40,
		"d_model": 16, "d_kv": 4, "d_ff": 8, "num_layers": 2, "num_heads": 8}
	line := func(v ...any) string { return strings.TrimSpace(fmt.Sprintln(v...)) }
	for _, c := range []struct {
		kind string
		set  object
		get  func(c *Config) any
		want any
	}{
		{"mistral", nil, func(c *Config) any { return c.Window }, 4095},
		{"mistral", object{"sliding_window": nil}, func(c *Config) any { return c.Window }, 0},
		{"mistral", object{"sliding_window": 7}, func(c *Config) any { return c.Window }, 6},
		{"modernbert", object{"local_attention": 8}, func(c *Config) any { return c.Window }, 4},
		{"modernbert", object{"sliding_window": 7}, func(c *Config) any { return c.Window }, 7},
		{"nomic_bert", object{"rope_theta": 7}, func(c *Config) any { return c.Rotary.Theta }, 7.0},
		{"nomic_bert", object{"n_embd": 16, "n_head": 8, "n_layer": 2, "n_positions": 40, "rotary_emb_fraction": 1, "activation_function": "geglu"},
			func(c *Config) any { return line(c.Rotary.Theta, c.Activation) }, "10000 gelu"},
		{"gemma2", nil, func(c *Config) any { return [2]float64{c.AttentionCap, c.LogitCap} }, [2]float64{50, 30}},
		{"gemma2", object{"attn_logit_softcapping": nil, "final_logit_softcapping": 4}, func(c *Config) any { return [2]float64{c.AttentionCap, c.LogitCap} }, [2]float64{0, 4}},
		{"gemma3_text", nil, func(c *Config) any { return [2]float64{c.AttentionCap, c.LogitCap} }, [2]float64{}},
		{"gemma", nil, func(c *Config) any { return c.LastPad }, int32(0)},
		{"llama", nil, func(c *Config) any { return c.LastPad }, int32(-1)},
		{"eurobert", nil, func(c *Config) any { return line(c.Epsilon, c.Causal) }, "1e-05 false"},
		{"t5", nil, func(c *Config) any {
			return line(c.Positions, c.Buckets, c.MaxDistance, c.Activation, c.Gated, c.AnswerScale)
		}, "512 32 128 relu false 0.25"},
		{"t5", object{"tie_word_embeddings": false, "feed_forward_proj": "gated-gelu"}, func(c *Config) any { return line(c.Activation, c.Gated, c.AnswerScale) }, "gelu_tanh true 0"},
		{"t5", object{"tie_word_embeddings": true, "scale_decoder_outputs": false, "feed_forward_proj": "gated-silu"}, func(c *Config) any { return line(c.Activation, c.AnswerScale) }, "silu 0"},
		{"t5", object{"architectures": []string{"T5EncoderModel"}}, func(c *Config) any { return c.Decoder }, 0},
		{"mt5", object{"num_decoder_layers": 3, "decoder_start_token_id": 4}, func(c *Config) any { return line(c.Activation, c.Gated, c.AnswerScale, c.Decoder, c.DecoderStart) }, "gelu_tanh true 0 3 4"},
	} {
		got, err := described(t, merged(sizes, object{"model_type": c.kind}, c.set))
		if err != nil || !reflect.DeepEqual(c.get(&got), c.want) {
			t.Errorf("%s with %v: %v, want %v; %v", c.kind, c.set, c.get(&got), c.want, err)
		}
	}
}

func merged(objects ...object) object {
	all := object{}
	for _, o := range objects {
		for k, v := range o {
			all[k] = v
		}
	}
	return all
}

func described(t *testing.T, settings object) (Config, error) {
	t.Helper()
	var f configFile
	text, err := json.Marshal(settings)
	if err == nil {
		err = json.Unmarshal(text, &f)
	}
	if err != nil {
		t.Fatal(err)
	}
	return f.config()
}

// TestSpelling: what transformers reads in any case is read so.
func TestSpelling(t *testing.T) {
	var f configFile
	text := `{"model_type":"deberta-v2","hidden_size":8,"num_hidden_layers":2,"num_attention_heads":2,"max_position_embeddings":40,"relative_attention":true,"pos_att_type":"P2C|c2p","norm_rel_ebd":" LAYER_NORM"}`
	if err := json.Unmarshal([]byte(text), &f); err != nil {
		t.Fatal(err)
	}
	if c, err := f.config(); err != nil || !c.Disentangled || f.NormRelative != "layer_norm" {
		t.Errorf("%v, %+v, norm_rel_ebd %q", err, c, f.NormRelative)
	}
}

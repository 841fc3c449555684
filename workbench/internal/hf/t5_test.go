package hf

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"axn/workbench/internal/safetensors"
)

// t5 lays the folder of a small model under testdata of the encoder into one of its own, with other settings and
// tensors.
func t5(t *testing.T, name string, set object, change func([]safetensors.Value) []safetensors.Value) string {
	t.Helper()
	from, dir := filepath.Join("../encoder/testdata", name), t.TempDir()
	config := object{}
	content, err := os.ReadFile(filepath.Join(from, "config.json"))
	if err = errors.Join(err, json.Unmarshal(content, &config)); err == nil {
		content, err = json.Marshal(merged(config, set))
	}
	err = errors.Join(err, os.WriteFile(filepath.Join(dir, "config.json"), content, 0o600))
	for _, file := range []string{"tokenizer.json", "tokenizer_config.json"} {
		content, e := os.ReadFile(filepath.Join(from, file))
		err = errors.Join(err, e, os.WriteFile(filepath.Join(dir, file), content, 0o600))
	}
	var b bytes.Buffer
	values := change(tensorsOf(t, filepath.Join(from, "model.safetensors")))
	err = errors.Join(err, safetensors.Write(&b, nil, values), os.WriteFile(filepath.Join(dir, "model.safetensors"), b.Bytes(), 0o600))
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func same(v []safetensors.Value) []safetensors.Value { return v }

// encoderOnly are the tensors of the encoder, whose embeddings have another name.
func encoderOnly(v []safetensors.Value) []safetensors.Value {
	v = slices.DeleteFunc(v, func(v safetensors.Value) bool { return strings.HasPrefix(v.Name, "decoder.") })
	for i := range v {
		if v[i].Name == "shared.weight" {
			v[i].Name = "encoder.embed_tokens.weight"
		}
	}
	return v
}

// TestT5 opens folders of T5 as encoders and as models that answer, and refuses what they cannot be.
func TestT5(t *testing.T) {
	answers := Options{Prompt: "{query}{document}", Label: "w3/w5"}
	dir := t5(t, "t5", nil, encoderOnly)
	m, err := OpenDualEncoder(dir)
	if err != nil || m.Decoder != nil || len(m.Words) != m.Config.Vocab*m.Config.Hidden {
		t.Errorf("an encoder: %v", err)
	}
	if _, err := OpenCrossEncoderWith(dir, answers); err == nil || !strings.Contains(err.Error(), `no tensor "decoder.final_layer_norm.weight"`) {
		t.Errorf("an encoder that should answer: %v", err)
	}
	for want, dir := range map[string]string{
		`architectures is "T5EncoderModel", want one ForConditionalGeneration`:            t5(t, "t5", object{"architectures": []string{"T5EncoderModel"}}, encoderOnly),
		`architectures is "T5ForSequenceClassification", want one ForConditionalGenerati`: t5(t, "t5", object{"architectures": []string{"T5ForSequenceClassification"}}, same),
	} {
		if _, err := OpenCrossEncoderWith(dir, answers); !errors.Is(err, ErrUnsupported) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
	for name, want := range map[string]string{"t5": `the vocabulary lacks "true"`, "mt5": `such as "yes/no"`} {
		if _, err := OpenCrossEncoderWith(t5(t, name, nil, same), Options{Prompt: answers.Prompt}); !errors.Is(err, ErrUnsupported) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s without a label: %v", name, err)
		}
	}
	if _, err := OpenCrossEncoderWith(t5(t, "t5", nil, same), Options{Label: "w3"}); err == nil || !strings.Contains(err.Error(), "lacks the special tokens of the usual prompt") {
		t.Errorf("a tokenizer without </s>: %v", err)
	}
	one, err := OpenCrossEncoderWith(t5(t, "t5", object{"scale_decoder_outputs": false, "decoder_start_token_id": 7}, func(v []safetensors.Value) []safetensors.Value {
		return append(v, safetensors.Value{Name: "lm_head.weight", Type: "F32", Shape: []int{61, 12}, Data: make([]float32, 61*12)})
	}), answers)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(one.Head.Out.Weight, make([]float32, 12)) || !slices.Equal(one.Decoder.Start, one.Words[7*12:8*12]) {
		t.Error("answers are not made of lm_head, or begin with another token")
	}
}

// TestOpenPositions: T5 reads as much as the folder says, whether that is more or less than is usual.
func TestOpenPositions(t *testing.T) {
	for limit, want := range map[float64]int{100: 100, 1000: 1000, 1e30: 160} {
		dir := t5(t, "t5", nil, same)
		path := filepath.Join(dir, "tokenizer_config.json")
		var c object
		content, err := os.ReadFile(path)
		if err = errors.Join(err, json.Unmarshal(content, &c)); err == nil {
			content, err = json.Marshal(merged(c, object{"model_max_length": limit}))
		}
		if err = errors.Join(err, os.WriteFile(path, content, 0o600)); err != nil {
			t.Fatal(err)
		}
		if m, err := OpenDualEncoder(dir); err != nil || m.MaxLength != want || m.Config.Positions < want {
			t.Errorf("%v: %d, want %d, %v", limit, m.MaxLength, want, err)
		}
	}
}

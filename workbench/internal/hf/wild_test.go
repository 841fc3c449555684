package hf

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"axn/workbench/internal/safetensors"
	"axn/workbench/internal/sharedtest"
)

const (
	pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0000000000000000000000000000000000000000000000000000000000000000\nsize 12000000\n"
	page    = "<!DOCTYPE html><title>Sign in</title>"
)

// TestForeignFiles puts what downloads leave behind in the place of each file.
func TestForeignFiles(t *testing.T) {
	tokenizer := object{"model": object{"type": "WordPiece", "unk_token": "[UNK]", "vocab": object{"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "a": 4}},
		"normalizer": object{"type": "BertNormalizer", "lowercase": true}, "pre_tokenizer": object{"type": "BertPreTokenizer"}}
	for _, name := range []string{"config.json", "vocab.txt", "tokenizer.json", "tokenizer_config.json", "modules.json", "1_Pooling/config.json",
		"sentence_bert_config.json", "config_sentence_transformers.json", "special_tokens_map.json", "added_tokens.json", "model.safetensors"} {
		for content, want := range map[string]string{
			pointer: "is a Git LFS pointer to a file of 12000000 bytes", page: `is a web page ("Sign in")`, "": "is an empty file", "<?xml version='1.0'?><Error/>": "is an XML text",
			"PK\x03\x04zip": "is a zip archive", "\xff\xfe{\x00": "is UTF-16 text", "Entry not found": "", "{\"a\":": "",
		} {
			f := dual().file("tokenizer.json", tokenizer)
			if name == "vocab.txt" {
				f.file("tokenizer.json", nil)
			}
			dir := f.write(t)
			if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := OpenDualEncoder(dir)
			if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), filepath.Base(name)) || !strings.Contains(err.Error(), dir) {
				t.Errorf("%s with %.20q: error %v", name, content, err)
			}
		}
	}
}

// TestCutShort shortens files at many places: an error. Of a vocabulary whose last words are
// missing nobody can tell, since config.json may count rows that have no word.
func TestCutShort(t *testing.T) {
	for name, step := range map[string]int{"config.json": 5, "tokenizer_config.json": 5, "vocab.txt": 1, "model.safetensors": 97} {
		dir := bert().write(t)
		path := filepath.Join(dir, name)
		whole, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if name == "vocab.txt" {
			whole = whole[:len("[PAD]\n[UNK]\n[CLS]\n[SEP]\n")]
		}
		for n := 0; n < len(whole)-1; n += step {
			if err := os.WriteFile(path, whole[:n], 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := OpenCrossEncoder(dir); err == nil || !strings.Contains(err.Error(), name) && !strings.Contains(err.Error(), "token") {
				t.Errorf("%s cut to %d of %d bytes: %v", name, n, len(whole), err)
			}
		}
	}
	f := bert().set("config.json", "vocab_size", 30522).tensor("bert.embeddings.word_embeddings.weight", 30522, hidden)
	if _, err := OpenCrossEncoder(f.write(t)); err == nil || !strings.Contains(err.Error(), "vocab.txt has 6 tokens and config.json's vocab_size is 30522") {
		t.Errorf("a short vocabulary: %v", err)
	}
}

// TestOtherWeights: each form of weights is named, with the line that converts it.
func TestOtherWeights(t *testing.T) {
	for name, want := range map[string]string{
		"pytorch_model.bin":                "Python pickle (pytorch_model.bin). Convert them: python -c \"from transformers import AutoModelForSequenceClassification as M; M.from_pretrained('DIR').save_pretrained('DIR')",
		"pytorch_model-00001-of-00002.bin": "Python pickle (pytorch_model-00001",
		"tf_model.h5":                      "M.from_pretrained('DIR', from_tf=True)",
		"flax_model.msgpack":               "from_flax=True",
		"model-q8.gguf":                    "GGUF, rounded and renamed; convert the model they were made from (model-q8.gguf). Convert them: python -c \"from transformers import AutoModelForSequenceClassification as M; M.from_pretrained('OWNER/NAME').save_pretrained('DIR'",
		"onnx/model_O2.onnx":               "ONNX, without their names; convert the model they were made from (onnx/model_O2.onnx)",
		"model.onnx":                       "ONNX",
		"openvino/openvino_model.xml":      "OpenVINO",
	} {
		f := bert().file(name, "x")
		f.tensors = nil
		dir := f.write(t)
		if _, err := OpenCrossEncoder(dir); !errors.Is(err, ErrUnsupported) || !strings.Contains(strings.ReplaceAll(err.Error(), dir, "DIR"), want) {
			t.Errorf("%s: error %v", name, err)
		}
		f = dual().file(name, "x")
		f.tensors = nil
		if _, err := OpenDualEncoder(f.write(t)); !errors.Is(err, ErrUnsupported) || !strings.Contains(err.Error(), "AutoModel as M") {
			t.Errorf("%s: error %v", name, err)
		}
	}
	adapter := bert().file("config.json", nil).file("adapter_config.json", "{}")
	if _, err := OpenCrossEncoder(adapter.write(t)); !errors.Is(err, ErrUnsupported) || !strings.Contains(err.Error(), "merge_and_unload") {
		t.Errorf("an adapter: %v", err)
	}
}

// TestTensors: a tensor of a classifier that is missing, has another shape or is there under two names
// is named, in every family.
func TestTensors(t *testing.T) {
	folders, err := filepath.Glob("../encoder/testdata/*/model.safetensors")
	if err != nil || len(folders) < 20 {
		t.Fatalf("%d folders, %v", len(folders), err)
	}
	for _, path := range folders {
		from, dir := filepath.Dir(path), t.TempDir()
		for _, name := range []string{"config.json", "tokenizer.json", "tokenizer_config.json"} {
			content, err := os.ReadFile(filepath.Join(from, name))
			if err == nil {
				err = os.WriteFile(filepath.Join(dir, name), content, 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		values := tensorsOf(t, path)
		refused := func(what, name string, values []safetensors.Value) {
			t.Helper()
			var b bytes.Buffer
			if err := errors.Join(safetensors.Write(&b, nil, values), os.WriteFile(filepath.Join(dir, "model.safetensors"), b.Bytes(), 0o600)); err != nil {
				t.Fatal(err)
			}
			_, err := OpenCrossEncoderWith(dir, Options{Label: "0", Prompt: "{query}{document}"})
			if strings.HasSuffix(from, "-causal") || strings.HasSuffix(from, "-untied") {
				_, err = OpenCrossEncoderWith(dir, Options{Prompt: "{query}{document}"})
			}
			if strings.Contains(filepath.Base(from), "t5") {
				_, err = OpenCrossEncoderWith(dir, Options{Label: "yes/no", Prompt: "{query}{document}"})
			}
			if err == nil != (name == "") || err != nil && !strings.Contains(err.Error(), name) {
				t.Errorf("%s, %s %s: %v", from, name, what, err)
			}
		}
		refused("as it is", "", values)
		for i, v := range values {
			if strings.Contains(v.Name, "layer") && (!strings.HasSuffix(v.Name, "bias") || !strings.Contains(v.Name, ".0.")) {
				continue // of many alike
			}
			others, other := slices.Concat(values[:i], values[i+1:]), v
			refused("missing", v.Name, others)
			if other.Shape = append([]int{1}, v.Shape...); !strings.Contains(v.Name, "layer") {
				refused("of another shape", v.Name, append(others, other))
			}
			other = v
			if short, ok := strings.CutSuffix(v.Name, "LayerNorm.weight"); ok {
				other.Name = short + "LayerNorm.gamma"
				refused("twice", v.Name, append(slices.Clone(values), other))
			}
			if prefix, short, _ := strings.Cut(v.Name, "."); strings.HasSuffix(v.Name, "word_embeddings.weight") && prefix != "embeddings" {
				other.Name = short
				refused("twice", v.Name, append(slices.Clone(values), other))
			}
		}
	}
}

// tensorsOf are the tensors of a file.
func tensorsOf(t *testing.T, path string) (values []safetensors.Value) {
	t.Helper()
	f, err := safetensors.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, name := range f.Names() {
		x, err := f.Float32(name)
		if err != nil {
			t.Fatal(err)
		}
		values = append(values, safetensors.Value{Name: name, Type: "F16", Shape: f.Tensors[name].Shape, Data: x})
	}
	return values
}

// TestElsewhere: a folder whose files lie elsewhere or have other names says where and which.
func TestElsewhere(t *testing.T) {
	dir := bert().write(t)
	if _, err := OpenCrossEncoder(filepath.Dir(dir)); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "config.json is not here, but in "+dir+": open that folder") {
		t.Errorf("the folder above: %v", err)
	}
	for name, want := range map[string]string{"adapter_config.json": "an adapter", "model.fp16.safetensors": "but model.fp16.safetensors: rename it", "model-00001-of-00002.safetensors": "model.safetensors.index.json says"} {
		f := bert().file(name, "{}")
		f.tensors = nil
		if _, err := OpenCrossEncoder(f.write(t)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestOtherShapes: what tokenizer and weights need of each other.
func TestOtherShapes(t *testing.T) {
	const conf, tok = "config.json", "tokenizer_config.json"
	one := func() folder {
		return bert().set(conf, "type_vocab_size", 1).tensor("bert.embeddings.token_type_embeddings.weight", 1, hidden)
	}
	if _, err := OpenCrossEncoder(one().set(tok, "model_input_names", []string{"input_ids", "attention_mask"}).write(t)); err != nil {
		t.Errorf("one type, and none given: %v", err)
	}
	moved := bert()
	for name, shape := range bert().tensors {
		delete(moved.tensors, name)
		moved.tensors["module."+name] = shape
	}
	for want, f := range map[string]folder{
		"the tokenizer gives pairs two types":                     one(),
		"type_vocab_size is 0":                                    bert().set(conf, "type_vocab_size", 0),
		`such as "module.bert.embeddings`:                         moved,
		`BertModel, and model.safetensors has no`:                 bert().set(conf, "architectures", []string{"BertModel"}).tensor("classifier.weight").tensor("classifier.bias"),
		`"[CLS]" has id 1 in tokenizer.json and 2 in`:             bert().set(tok, "added_tokens_decoder", object{"2": object{"content": "[CLS]"}}).file("tokenizer.json", small(object{"id": 1, "content": "[CLS]"})),
		`added token "new" has id 9, and transformers gives it 6`: bert().set(tok, "added_tokens_decoder", object{"9": object{"content": "new"}}),
		`unk_token is "a" in tokenizer.json and "[UNK]"`:          bert().file("tokenizer.json", small(nil)),
		`"war" is not in the vocabulary`:                          bert().set(tok, "sep_token", "war"),
		`needs a tokenizer.json`:                                  bert().set(tok, "tokenizer_class", "PreTrainedTokenizerFast"),
		`auto_map`:                                                bert().set(tok, "auto_map", object{"AutoTokenizer": []string{"x.Y", "x.Z"}}),
		`add_bos_token or add_eos_token is true`:                  bert().set(tok, "tokenizer_class", "MPNetTokenizer").set(tok, "add_bos_token", true),
		`add_prefix_space is true`:                                bert().set(tok, "tokenizer_class", "RobertaTokenizer").set(tok, "add_prefix_space", true).file("tokenizer.json", byteBPE(false)),
		`do_lower_case is true`:                                   bert().set(tok, "tokenizer_class", "MPNetTokenizer").set(tok, "do_lower_case", true).file("tokenizer.json", cased()),
		`added token "new" is looked for in normalised text`:      bert().file("added_tokens.json", object{"new": 6}),
		`the modules give 4 numbers`:                              dual(),
	} {
		if _, err := OpenCrossEncoder(f.write(t)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v", want, err)
		}
	}
}

// byteBPE is a tokenizer.json as RoBERTa's, with a space before a text or not.
func byteBPE(space bool) object {
	return object{"model": object{"type": "BPE", "vocab": object{"a": 0}, "merges": []string{}}, "pre_tokenizer": object{"type": "ByteLevel", "add_prefix_space": space}}
}

// cased is small without lower-casing.
func cased() object {
	t := small(nil)
	t["normalizer"] = object{"type": "Sequence", "normalizers": []object{{"type": "BertNormalizer", "lowercase": false}}}
	return t
}

// small is a tokenizer.json of one added token whose unknown token is a.
func small(added object) object {
	list := []object{}
	if added != nil {
		list = append(list, added)
	}
	return object{"model": object{"type": "WordPiece", "unk_token": "a", "vocab": object{"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "a": 4}}, "added_tokens": list,
		"normalizer": object{"type": "BertNormalizer"}, "pre_tokenizer": object{"type": "BertPreTokenizer"}}
}

// TestSharedFiles lays the files collected in shared/cases into a folder.
func TestSharedFiles(t *testing.T) {
	for file, c := range map[string]struct{ as, want string }{
		"page.safetensors":                      {"model.safetensors", `model.safetensors is a web page ("Sign in")`},
		"pointer.safetensors":                   {"model.safetensors", "model.safetensors is a Git LFS pointer to a file of 12000000 bytes"},
		"tokenizer_config.no_token_types.json":  {"tokenizer_config.json", ""},
		"tokenizer_config.truncation_left.json": {"tokenizer_config.json", ""},
		"config_sentence_transformers.json":     {"config_sentence_transformers.json", ""},
	} {
		content, err := os.ReadFile(sharedtest.Path(t, "cases/models", file))
		if err != nil {
			t.Fatal(err)
		}
		dir := dual().write(t)
		if err := os.WriteFile(filepath.Join(dir, c.as), content, 0o600); err != nil {
			t.Fatal(err)
		}
		m, err := OpenDualEncoder(dir)
		switch {
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)), c.want == "" && err != nil:
			t.Errorf("%s: error %v", file, err)
		case strings.Contains(file, "left") && !m.Inputs.Left, strings.Contains(file, "no_token") && m.Inputs.Two.Types() != 1:
			t.Errorf("%s: %+v", file, m.Inputs)
		case strings.HasPrefix(file, "config_") && m.Prompts != (Prompts{Text: "find: "}):
			t.Errorf("%s: %+v", file, m.Prompts)
		}
	}
}

// TestPostProcessors: those collected in shared/cases give the ids of the library, or are refused.
func TestPostProcessors(t *testing.T) {
	special := object{"[CLS]": object{"id": "[CLS]", "ids": []int{2}, "tokens": []string{"[CLS]"}}, "[SEP]": object{"id": "[SEP]", "ids": []int{3}, "tokens": []string{"[SEP]"}}}
	token := func(name string, typ int) object { return object{"SpecialToken": object{"id": name, "type_id": typ}} }
	text := func(name string, typ int) object { return object{"Sequence": object{"id": name, "type_id": typ}} }
	template := func(pair ...object) object {
		return object{"type": "TemplateProcessing", "single": []object{token("[CLS]", 0), text("A", 0), token("[SEP]", 0)}, "pair": pair, "special_tokens": special}
	}
	tokenizer := small(nil)
	tokenizer["model"].(object)["continuing_subword_prefix"], tokenizer["model"].(object)["max_input_chars_per_word"] = "##", 100
	tokenizer["normalizer"] = object{"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": nil, "lowercase": true}
	for name, c := range map[string]struct {
		post any
		want string
	}{
		"two separators":    {template(token("[CLS]", 0), text("A", 0), token("[SEP]", 0), token("[SEP]", 0), text("B", 1), token("[SEP]", 1)), "[2 4 3 3 4 4 3] 4"},
		"B before A":        {template(token("[CLS]", 0), text("B", 0), token("[SEP]", 0), text("A", 1), token("[SEP]", 1)), "[2 4 4 3 4 3] 4"},
		"B of type 1 first": {template(token("[CLS]", 0), text("B", 1), token("[SEP]", 0), text("A", 0), token("[SEP]", 1)), "a part of type 0 follows one of type 1"},
		"all of type 0":     {template(token("[CLS]", 0), text("A", 0), token("[SEP]", 0), text("B", 0), token("[SEP]", 0)), "[2 4 3 4 4 3] 6"},
		"RoBERTa's":         {object{"type": "RobertaProcessing", "sep": []any{"[SEP]", 3}, "cls": []any{"[CLS]", 2}, "trim_offsets": true, "add_prefix_space": true}, "[2 4 3 3 4 4 3] 7"},
		"null":              {nil, "post_processor is null"},
	} {
		tokenizer["post_processor"] = c.post
		f := bert().file("tokenizer.json", tokenizer).set("config.json", "vocab_size", 6).set("tokenizer_config.json", "tokenizer_class", "PreTrainedTokenizerFast").
			set("tokenizer_config.json", "model_input_names", []string{"input_ids", "token_type_ids", "attention_mask"})
		m, err := OpenCrossEncoder(f.write(t))
		got := fmt.Sprint(err)
		if err == nil {
			ids, second := m.Inputs.Pair(nil, "a", "a a")
			got = fmt.Sprint(ids, second)
		}
		if !strings.Contains(got, c.want) {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

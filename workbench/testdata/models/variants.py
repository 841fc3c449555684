"""Makes variants.json: folders that differ from bert-relu or dual-cls in single files, as folders
in the wild do, and what transformers and sentence-transformers compute with them. "refused" is
what must be said where the workbench computes nothing.

    pip install torch transformers sentence-transformers
    python variants.py
"""
import json
import os
import shutil
import tempfile
import torch
from sentence_transformers import CrossEncoder, SentenceTransformer

golden = json.load(open("golden.json"))
pairs = golden["pairs"][1:60:4] + [["run [SEP] war", "the [CLS] [MASK] fast[SEP]"], ["a [UNK]", "[PAD] b"]]
texts = golden["texts"] + ["move [SEP] the [PAD] end"]
tokenizer = json.load(open("bert-relu/tokenizer.json"))
settings = json.load(open("bert-relu/tokenizer_config.json"))
config = json.load(open("bert-relu/config.json"))
fast = {"tokenizer_class": "PreTrainedTokenizerFast", "pad_token": "[PAD]", "model_max_length": 48, "model_input_names": ["input_ids", "token_type_ids", "attention_mask"]}
CLS, SEP = {"id": "[CLS]", "ids": [2], "tokens": ["[CLS]"]}, {"id": "[SEP]", "ids": [3], "tokens": ["[SEP]"]}
modules = lambda *names: [{"idx": i, "name": str(i), "path": path, "type": "sentence_transformers.models." + name} for i, (path, name) in enumerate(names)]

def template(text):
    """The pieces of a template such as [CLS]:0 $A:0."""
    pieces = []
    for part in text.split():
        name, type_id = part.rsplit(":", 1)
        kind, name = ("Sequence", name[1:]) if name[0] == "$" else ("SpecialToken", name)
        pieces.append({kind: {"id": name, "type_id": int(type_id)}})
    return pieces

def processor(pair, single="[CLS]:0 $A:0 [SEP]:0"):
    return {"type": "TemplateProcessing", "single": template(single), "pair": template(pair), "special_tokens": {"[CLS]": CLS, "[SEP]": SEP}}

def tok(**change):
    """A tokenizer.json with another top level."""
    return {"tokenizer.json": {**tokenizer, **change}}

def normal(**change):
    return tok(normalizer={**tokenizer["normalizer"], **change})

def conf(**change):
    return {"tokenizer_config.json": {**settings, **change}}

def model(**change):
    return {"config.json": {**config, **change}}

two_sep = "[CLS]:0 $A:0 [SEP]:0 [SEP]:0 $B:1 [SEP]:1"
left = {"direction": "Left", "max_length": 20, "strategy": "LongestFirst", "stride": 0}
ce = {  # name: (files, what is refused)
    "plain": ({}, ""),
    "two separators": ({**tok(post_processor=processor(two_sep)), "tokenizer_config.json": fast}, ""),
    "item before query": ({**tok(post_processor=processor("[CLS]:0 $B:0 [SEP]:0 $A:1 [SEP]:1")), "tokenizer_config.json": fast}, ""),
    "item before query, types exchanged": ({**tok(post_processor=processor("[CLS]:0 $B:1 [SEP]:1 $A:0 [SEP]:0")), "tokenizer_config.json": fast}, "a part of type 0 follows one of type 1"),
    "one type": ({**tok(post_processor=processor("[CLS]:0 $A:0 [SEP]:0 $B:0 [SEP]:0")), "tokenizer_config.json": fast}, ""),
    "types from the first separator": ({**tok(post_processor=processor("[CLS]:0 $A:0 [SEP]:1 $B:1 [SEP]:1")), "tokenizer_config.json": fast}, ""),
    "no last separator": ({**tok(post_processor=processor("[CLS]:0 $A:0 [SEP]:0 $B:1")), "tokenizer_config.json": fast}, ""),
    "a type 2": ({**tok(post_processor=processor("[CLS]:0 $A:0 [SEP]:0 $B:2 [SEP]:2")), "tokenizer_config.json": fast}, "of type 2"),
    "roberta": ({**tok(post_processor={"type": "RobertaProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2], "trim_offsets": True, "add_prefix_space": True}), "tokenizer_config.json": fast}, ""),
    "bert processing": ({**tok(post_processor={"type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]}), "tokenizer_config.json": fast}, ""),
    "no processor": ({**tok(post_processor=None), "tokenizer_config.json": fast}, "post_processor is null"),
    "a sequence of processors": ({**tok(post_processor={"type": "Sequence", "processors": [processor(two_sep)]}), "tokenizer_config.json": fast}, ""),
    "two separators, BertTokenizer": (tok(post_processor=processor(two_sep)), "post_processor is not"),
    "no processor, BertTokenizer": (tok(post_processor=None), ""),
    "fast without input names": ({"tokenizer_config.json": {"tokenizer_class": "PreTrainedTokenizerFast", "pad_token": "[PAD]", "model_max_length": 48}}, ""),
    "fast and settings": ({**normal(lowercase=False), "tokenizer_config.json": {**fast, "do_lower_case": True}}, ""),
    "backend": ({**normal(lowercase=False), "tokenizer_config.json": {**fast, "tokenizer_class": "TokenizersBackend"}}, ""),
    "no token types": (conf(model_input_names=["input_ids", "attention_mask"]), ""),
    "no token types, names alone": ({"tokenizer_config.json": {"do_lower_case": True, "model_max_length": 512, "tokenizer_class": "BertTokenizer", "model_input_names": ["input_ids", "attention_mask"]}}, ""),
    "no attention mask": (conf(model_input_names=["input_ids", "token_type_ids"]), "model_input_names is"),
    "class of DistilBERT": (conf(tokenizer_class="DistilBertTokenizer"), ""),
    "BertTokenizerFast": (conf(tokenizer_class="BertTokenizerFast"), ""),
    "no class": ({"tokenizer_config.json": {"model_max_length": 48}}, ""),
    "cut at the left": (conf(truncation_side="left"), ""),
    "cut at the left by tokenizer.json": (tok(truncation=left), ""),
    "cut at the left by tokenizer.json, fast": ({**tok(truncation=left), "tokenizer_config.json": fast}, ""),
    "cut at the right over tokenizer.json": ({**tok(truncation=left), **conf(truncation_side="right")}, ""),
    "truncation of tokenizer.json to 20": (tok(truncation={**left, "direction": "Right"}), ""),
    "padding at the left": (conf(padding_side="left"), "padding_side"),
    "padding of tokenizer.json": (tok(padding={"strategy": {"Fixed": 30}, "direction": "Right", "pad_to_multiple_of": 8, "pad_id": 0, "pad_type_id": 0, "pad_token": "[PAD]"}), ""),
    "padding of tokenizer.json at the left": (tok(padding={"strategy": "BatchLongest", "direction": "Left", "pad_to_multiple_of": None, "pad_id": 0, "pad_type_id": 0, "pad_token": "[PAD]"}), "padding.direction"),
    "cased in tokenizer.json, silent settings": ({**normal(lowercase=False), "tokenizer_config.json": {"tokenizer_class": "BertTokenizer", "model_max_length": 48}}, ""),
    "cased in tokenizer.json, lower in settings": (normal(lowercase=False), ""),
    "lower in tokenizer.json, cased in settings": (conf(do_lower_case=False), ""),
    "accents kept": (conf(strip_accents=False), ""),
    "accents kept by tokenizer.json alone": (normal(strip_accents=False), ""),
    "ideographs together": (conf(tokenize_chinese_chars=False), ""),
    "not basic": (conf(do_basic_tokenize=False), "do_basic_tokenize"),
    "never split": (conf(never_split=["run"]), "never_split"),
    "special tokens split": (conf(split_special_tokens=True), ""),
    "another prefix": (conf(wordpieces_prefix="@@"), "wordpieces_prefix"),
    "roberta's class": (conf(tokenizer_class="RobertaTokenizer"), 'model.type is "WordPiece"'),
    "japanese": (conf(tokenizer_class="BertJapaneseTokenizer"), "tokenizer_class is"),
    "special words": (conf(additional_special_tokens=["run"]), ""),
    "a separator of its own": (conf(sep_token="war"), "post_processor is not"),
    "a separator of its own, no processor": ({**tok(post_processor=None), **conf(sep_token="war")}, ""),
    "added token": (conf(added_tokens_decoder={"3": {"content": "[SEP]", "lstrip": False, "normalized": False, "rstrip": False, "single_word": False, "special": True}, "60": {"content": "war", "lstrip": True, "normalized": False, "rstrip": False, "single_word": False, "special": False}}), "gives it"),
    "special tokens map": ({"special_tokens_map.json": {"sep_token": "war"}, **tok(post_processor=None)}, ""),
    "short": (conf(model_max_length=16), ""),
    "no room": (conf(model_max_length=3), "no room"),
    "max_seq_length without modules.json": ({"sentence_bert_config.json": {"max_seq_length": 12, "do_lower_case": False}}, ""),
    "max_seq_length with modules.json": ({"modules.json": modules(("", "Transformer")), "sentence_bert_config.json": {"max_seq_length": 12, "do_lower_case": False, "transformer_task": "sequence-classification"}, "config_sentence_transformers.json": {"model_type": "CrossEncoder"}}, ""),
    "max_seq_length over model_max_length": ({"modules.json": modules(("", "Transformer")), "sentence_bert_config.json": {"max_seq_length": 30, "transformer_task": "sequence-classification"}, "config_sentence_transformers.json": {"model_type": "CrossEncoder"}, **conf(model_max_length=10)}, ""),
    "a prompt": ({"modules.json": modules(("", "Transformer")), "sentence_bert_config.json": {"transformer_task": "sequence-classification"}, "config_sentence_transformers.json": {"model_type": "CrossEncoder", "prompts": {"q": "run "}, "default_prompt_name": "q"}}, "default prompt"),
    "further modules": ({"modules.json": modules(("", "Transformer"), ("1_Dense", "Dense")), "config_sentence_transformers.json": {"model_type": "CrossEncoder"}}, "modules [Transformer Dense]"),
    "Sigmoid": (model(sentence_transformers={"activation_fn": "torch.nn.modules.activation.Sigmoid"}), ""),
    "Identity, older": (model(sbert_ce_default_activation_function="torch.nn.modules.linear.Identity"), ""),
    "Softmax": (model(sentence_transformers={"activation_fn": "torch.nn.modules.activation.Softmax"}), "activation_fn is"),
    "ReLU, older": (model(sbert_ce_default_activation_function="torch.nn.modules.activation.ReLU"), "activation_fn is"),
    "two labels": (model(id2label={"0": "a", "1": "b"}, label2id={"a": 0, "b": 1}), "2 labels"),
    "labels disagree": (model(num_labels=2), "num_labels is 2"),
    "one label by number": ({"config.json": {k: v for k, v in {**config, "num_labels": 1}.items() if k not in ("id2label", "label2id")}}, ""),
    "multi label": (model(problem_type="multi_label_classification"), ""),
    "silu": (model(hidden_act="silu"), ""),
    "tanh": (model(hidden_act="tanh"), ""),
    "gelu_python_tanh": (model(hidden_act="gelu_python_tanh"), ""),
    "gelu_accurate": (model(hidden_act="gelu_accurate"), ""),
    "gelu_10": (model(hidden_act="gelu_10"), 'hidden_act is "gelu_10"'),
    "relative positions": (model(position_embedding_type="relative_key"), "position_embedding_type"),
    "decoder": (model(is_decoder=True), "is_decoder"),
    "cross attention": (model(add_cross_attention=True), "add_cross_attention"),
    "one token type": (model(type_vocab_size=1), "token_type_embeddings.weight"),
    "fewer layers": (model(num_hidden_layers=1), ""),
    "another type of numbers": (model(dtype="float32", torch_dtype="bfloat16"), ""),
    "pruned": (model(pruned_heads={"0": [1]}), "pruned_heads"),
    "quantized": (model(quantization_config={"quant_method": "bitsandbytes", "load_in_8bit": True}), "quantization_config"),
    "too few positions": (model(max_position_embeddings=40), "position_embeddings.weight"),
    "electra": (model(model_type="electra"), 'want 86×128'),
}
pool = json.load(open("dual-cls/1_Pooling/config.json"))
listed = json.load(open("dual-cls/modules.json"))
bert_config = json.load(open("dual-cls/sentence_bert_config.json"))
prompts = lambda default, **p: {"config_sentence_transformers.json": {"prompts": p, "default_prompt_name": default}}
de = {
    "dual plain": ({}, ""),
    "dual, default prompt": (prompts("q", q="find: ", d="text: "), ""),
    "dual, prompts without default": (prompts(None, query="find: ", document="text: "), ""),
    "dual, a default that is not there": (prompts("x", q="find: "), "default_prompt_name is"),
    "dual, default of no text": (prompts("query"), ""),
    "dual, prompt not pooled": ({**prompts("q", q="find: "), "1_Pooling/config.json": {**pool, "include_prompt": False}}, ""),
    "dual, prompt not pooled, mean": ({**prompts(None, query="find: ", document="the word "), "1_Pooling/config.json": {**pool, "pooling_mode": ["mean", "weightedmean", "lasttoken", "max"], "include_prompt": False}}, ""),
    "dual, not pooled without prompt": ({"1_Pooling/config.json": {**pool, "include_prompt": False}}, ""),
    "dual, pooling as a list": ({"1_Pooling/config.json": {**pool, "pooling_mode": ["cls"]}}, ""),
    "dual, two poolings": ({"1_Pooling/config.json": {**pool, "pooling_mode": ["cls", "mean"]}}, ""),
    "dual, older switches": ({"1_Pooling/config.json": {"word_embedding_dimension": 36, "pooling_mode_cls_token": False, "pooling_mode_mean_tokens": True}}, ""),
    "dual, last token": ({"1_Pooling/config.json": {**pool, "pooling_mode": "lasttoken"}}, ""),
    "dual, weighted": ({"1_Pooling/config.json": {**pool, "pooling_mode": "weightedmean"}}, ""),
    "dual, no modules.json": ({"modules.json": None, **prompts("q", q="find: ")}, ""),
    "dual, lowered before": ({"sentence_bert_config.json": {**bert_config, "do_lower_case": True}, **conf(do_lower_case=False, model_max_length=40)}, ""),
    "dual, max_seq_length": ({"sentence_bert_config.json": {**bert_config, "max_seq_length": 10}}, ""),
    "dual, max_seq_length over model_max_length": ({"sentence_bert_config.json": {**bert_config, "max_seq_length": 30}, **conf(model_max_length=10)}, ""),
    "dual, older file name": ({"sentence_bert_config.json": None, "sentence_roberta_config.json": {"max_seq_length": 10}}, ""),
    "dual, two separators": ({**tok(post_processor=processor(two_sep, "[CLS]:0 $A:0 [SEP]:0 [SEP]:0")), "tokenizer_config.json": fast}, ""),
    "dual, another module": ({"modules.json": listed[:2] + [{"idx": 2, "name": "2", "path": "2_Dense", "type": "sentence_transformers.models.CNN"}]}, "CNN"),
    "dual, somebody's module": ({"modules.json": listed[:2] + [{"idx": 2, "name": "2", "path": "2_Normalize", "type": "mine.Normalize"}]}, "mine.Normalize"),
    "dual, another task": ({"sentence_bert_config.json": {**bert_config, "transformer_task": "fill-mask"}}, "transformer_task"),
    "dual, cut at the left": (conf(truncation_side="left", model_max_length=40), ""),
    "dual, tokenizer arguments": ({"sentence_bert_config.json": {**bert_config, "tokenizer_args": {"do_lower_case": False}}}, "tokenizer_args has do_lower_case"),
    "dual, model arguments": ({"sentence_bert_config.json": {**bert_config, "model_args": {"attn_implementation": "eager"}}}, ""),
}

def laid(base, files):
    folder = tempfile.mkdtemp()
    shutil.copytree(base, folder, dirs_exist_ok=True)
    for name, content in files.items():
        if content is None:
            os.remove(os.path.join(folder, name))
        else:
            os.makedirs(os.path.dirname(os.path.join(folder, name)), exist_ok=True)
            json.dump(content, open(os.path.join(folder, name), "w"))
    return folder

def flat(rows):
    return [round(float(x), 6) for row in rows for x in row]

variants = []
for base, table in (("bert-relu", ce), ("dual-cls", de)):
    for name, (files, refused) in table.items():
        folder, got = laid(base, files), {}
        try:
            if base == "bert-relu":
                m = CrossEncoder(folder, device="cpu", activation_fn=torch.nn.Identity(), model_kwargs={"dtype": torch.float32})
                m.tokenizer.split_special_tokens = True  # a text is data
                got["numbers"] = [round(float(m.predict([p])[0]), 6) for p in pairs]
            else:
                m = SentenceTransformer(folder, device="cpu", model_kwargs={"dtype": torch.float32})
                m.tokenizer.split_special_tokens = True
                got["numbers"] = flat(m.encode([t])[0] for t in texts)
                got["queries"], got["items"] = flat(m.encode_query([t])[0] for t in texts), flat(m.encode_document([t])[0] for t in texts)
        except Exception as e:
            print(f"{name}: {type(e).__name__}: {str(e)[:150]}")
        if refused or not got:
            got = {"refused": refused or "?"}
        variants.append({"name": name, "base": base, "files": {k: v for k, v in files.items() if k != "tokenizer.json"},
                         "tokenizer": {k: v for k, v in files.get("tokenizer.json", {}).items() if v != tokenizer[k]} if "tokenizer.json" in files else None, **got})
        shutil.rmtree(folder)
with open("variants.json", "w") as f:
    json.dump({"pairs": pairs, "texts": texts, "variants": variants}, f, separators=(",", ":"), ensure_ascii=False)

#!/usr/bin/env python3
"""Model folders of random weights, one for every family and head, small and of odd sizes, each with
golden.json: ids, and what transformers makes of them.

    make.py [FOLDER [SEED]]

writes them beside itself, or larger ones of other weights into FOLDER.
"""
import json
import os
import shutil
import sys

import numpy as np
import torch
import transformers
from safetensors.torch import load_file, save_file

VOCAB = 61
DECODERS = ("Qwen2", "Qwen3", "Llama", "Mistral", "Gemma", "Gemma2", "Gemma3Text")
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "yes", "no"]


def families(scale):
    """name: (class, config class, settings); scale widens them."""
    s = scale
    bert = dict(vocab_size=VOCAB, hidden_size=12 * s, num_hidden_layers=3, num_attention_heads=2, intermediate_size=20 * s + 1, max_position_embeddings=160 * s, layer_norm_eps=1e-7, num_labels=1)
    roberta = bert | dict(type_vocab_size=1, pad_token_id=1, max_position_embeddings=160 * s + 2)
    qwen = bert | dict(num_attention_heads=4, num_key_value_heads=2, head_dim=6, rms_norm_eps=1e-5, pad_token_id=0, rope_parameters={"rope_type": "default", "rope_theta": 1e4})
    modern = bert | dict(num_hidden_layers=5, local_attention=9, norm_eps=1e-6, pad_token_id=0, bos_token_id=2, eos_token_id=3, cls_token_id=2, sep_token_id=3, global_attn_every_n_layers=3)
    deberta = bert | dict(relative_attention=True, position_biased_input=False, pos_att_type="p2c|c2p", type_vocab_size=0, position_buckets=8, max_position_embeddings=160 * s, max_relative_positions=-1, share_att_key=True, norm_rel_ebd="layer_norm")
    llama = {k: v for k, v in qwen.items() if k != "head_dim"} | dict(num_attention_heads=2, num_key_value_heads=1)
    gemma3 = qwen | dict(num_hidden_layers=4, sliding_window=20, sliding_window_pattern=2, query_pre_attn_scalar=7, rope_parameters={"full_attention": {"rope_type": "linear", "factor": 2.0, "rope_theta": 1e4}, "sliding_attention": {"rope_type": "default", "rope_theta": 1e2}})
    gemma2 = qwen | dict(sliding_window=20, query_pre_attn_scalar=7, attn_logit_softcapping=3.0, final_logit_softcapping=2.0)
    t5 = dict(vocab_size=VOCAB, d_model=12 * s, d_kv=6 * s + 1, d_ff=20 * s + 1, num_layers=3, num_heads=3, layer_norm_epsilon=1e-5, relative_attention_num_buckets=12, relative_attention_max_distance=30, n_positions=160 * s, decoder_start_token_id=0)
    gte = bert | dict(type_vocab_size=2, pad_token_id=0, rope_parameters={"rope_type": "default", "rope_theta": 1e3})
    return {
        "bert": ("Bert", bert),
        "bert-labels": ("Bert", bert | dict(num_labels=3, hidden_act="relu", id2label={0: "contradiction", 1: "entailment", 2: "neutral"}, label2id={"contradiction": 0, "entailment": 1, "neutral": 2})),
        "distilbert": ("DistilBert", dict(vocab_size=VOCAB, dim=15 * s, n_layers=2, n_heads=3, hidden_dim=22 * s, max_position_embeddings=160 * s, num_labels=1)),
        "roberta": ("Roberta", roberta | dict(hidden_act="gelu_new")),
        "xlm-roberta": ("XLMRoberta", roberta),
        "camembert": ("Camembert", roberta | dict(num_hidden_layers=1)),
        "electra": ("Electra", bert | dict(embedding_size=7 * s)),
        "electra-wide": ("Electra", bert | dict(embedding_size=12 * s, num_labels=2)),
        "mpnet": ("MPNet", roberta),
        "albert": ("Albert", bert | dict(embedding_size=7 * s, num_hidden_layers=4, num_hidden_groups=2)),
        "modernbert": ("ModernBert", modern),
        "modernbert-mean": ("ModernBert", modern | dict(classifier_pooling="mean", attention_bias=True, mlp_bias=True, norm_bias=True, classifier_bias=True, num_labels=2, global_rope_theta=900.0, local_rope_theta=50.0)),
        "qwen2": ("Qwen2", qwen),
        "qwen2-causal": ("Qwen2", {k: v for k, v in qwen.items() if k != "head_dim"} | dict(num_attention_heads=2, num_key_value_heads=1, tie_word_embeddings=True)),
        "qwen3": ("Qwen3", qwen),
        "qwen3-bias": ("Qwen3", qwen | dict(attention_bias=True, num_key_value_heads=4, num_labels=2)),
        "qwen3-causal": ("Qwen3", qwen | dict(tie_word_embeddings=True)),
        "qwen3-untied": ("Qwen3", qwen | dict(tie_word_embeddings=False)),
        "llama": ("Llama", llama | dict(attention_bias=True, mlp_bias=True)),
        "llama-scaled": ("Llama", llama | dict(rope_parameters={"rope_type": "llama3", "rope_theta": 1e2, "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 64})),
        "mistral": ("Mistral", llama | dict(sliding_window=20)),
        "gemma": ("Gemma", qwen | dict(hidden_act="gelu_pytorch_tanh")),
        "gemma-causal": ("Gemma", qwen | dict(hidden_act="gelu_pytorch_tanh", num_key_value_heads=1)),
        "gemma2": ("Gemma2", gemma2),
        "gemma2-causal": ("Gemma2", gemma2),
        "gemma3": ("Gemma3Text", gemma3),
        "gemma3-both": ("Gemma3Text", gemma3 | dict(use_bidirectional_attention=True, num_labels=2)),
        "eurobert": ("EuroBert", llama),
        "eurobert-bos": ("EuroBert", llama | dict(classifier_pooling="bos", attention_bias=True, mlp_bias=True, num_labels=2)),
        "t5": ("T5", t5),
        "t5-gated": ("T5", t5 | dict(feed_forward_proj="gated-gelu", num_decoder_layers=2, tie_word_embeddings=False)),
        "mt5": ("MT5", t5 | dict(num_layers=2)),
        "gte": ("Gte", gte),
        "gte-new": ("Gte", gte | dict(type_vocab_size=0, rope_parameters=ntk(500.0, 2.0, 6 * s))),
        "deberta-v2": ("DebertaV2", deberta),
        "deberta-v2-own": ("DebertaV2", deberta | dict(share_att_key=False, norm_rel_ebd="none", position_buckets=-1, type_vocab_size=2, position_biased_input=True, pooler_hidden_act="tanh", num_labels=2)),
        "deberta-v2-conv": ("DebertaV2", deberta | dict(conv_kernel_size=5, conv_act="gelu")),
        "deberta-v2-narrow": ("DebertaV2", deberta | dict(embedding_size=7 * s, position_buckets=20)),
        "nomic_bert": ("NomicBert", bert | dict(hidden_act="silu", pad_token_id=0)),
    }


def ntk(theta, factor, width):
    """what GTE's own code calls so, as its paper has it: the linear kind of another base"""
    return {"rope_type": "linear", "rope_theta": theta * factor, "factor": factor ** (2 / width)}


def own_gte(folder):
    """rewrites a folder as GTE's own code writes it, which calls the model new"""
    path = folder + "/model.safetensors"
    old = {key: x.clone() for key, x in load_file(path).items()}  # the file is written anew
    save_file({key.replace("gte.", "new."): x for key, x in old.items()}, path, metadata={"format": "pt"})
    with open(folder + "/config.json") as f:
        c = json.load(f)
    del c["rope_parameters"]
    c |= dict(model_type="new", architectures=["NewForSequenceClassification"], rope_theta=500.0, rope_scaling={"type": "ntk", "factor": 2.0}, layer_norm_type="layer_norm", pack_qkv=True,
              logn_attention_scale=False, position_embedding_type="rope", auto_map={"AutoConfig": "configuration.NewConfig"})
    with open(folder + "/config.json", "w") as f:
        json.dump(c, f, indent=2)


def model(name, kind, settings, seed):
    task = "ForCausalLM" if name.endswith(("-causal", "-untied")) else "ForConditionalGeneration" if kind.endswith("T5") else "ForSequenceClassification"
    config = getattr(transformers, kind + "Config")(**settings)
    config._attn_implementation = "eager"
    m = getattr(transformers, kind + task)(config).eval()
    if name == "t5-gated":  # which transformers ties, unless the two differ
        m.lm_head.weight = torch.nn.Parameter(m.lm_head.weight.clone())
    rng = np.random.default_rng([seed, *name.encode()])
    with torch.no_grad():
        for key, p in sorted(m.named_parameters()):
            x = rng.standard_normal(tuple(p.shape))
            if key.endswith("bias"):
                x *= 0.3
            elif "norm" in key.lower():
                x = 0.3 * x + (0 if kind.startswith("Gemma") else 1)
            elif p.dim() == 2 and "embed" not in key and "relative" not in key:
                x *= 1.5 / np.sqrt(p.shape[1])
                if kind.endswith("T5") and key.endswith(".q.weight"):  # whose scores are not divided by this, but weights are so drawn
                    x /= np.sqrt(settings["d_kv"])
            p.copy_(torch.from_numpy(x.astype(np.float16).astype(np.float32)))
    return m


def tokenizer(folder, types, eos):
    words = SPECIAL + [f"w{i}" for i in range(VOCAB - len(SPECIAL))]
    piece = lambda id, kind: {"SpecialToken": {"id": id, "type_id": kind}}
    text = lambda id, kind: {"Sequence": {"id": id, "type_id": kind}}
    sep, cls = piece("[SEP]", 0), piece("[CLS]", 0)
    second = 1 if types else 0
    single = [text("A", 0), sep] if eos else [cls, text("A", 0), sep]
    t = {
        "version": "1.0", "truncation": None, "padding": None, "normalizer": None, "pre_tokenizer": {"type": "Whitespace"}, "decoder": None,
        "added_tokens": [dict(id=i, content=SPECIAL[i], single_word=False, lstrip=False, rstrip=False, normalized=False, special=True) for i in range(4)],
        "post_processor": {"type": "TemplateProcessing", "single": single, "pair": single + [text("B", second), piece("[SEP]", second)],
                           "special_tokens": {x: {"id": x, "ids": [SPECIAL.index(x)], "tokens": [x]} for x in ("[CLS]", "[SEP]")}},
        "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100, "vocab": {w: i for i, w in enumerate(words)}},
    }
    with open(folder + "/tokenizer.json", "w") as f:
        json.dump(t, f)
    with open(folder + "/tokenizer_config.json", "w") as f:
        json.dump(dict(tokenizer_class="PreTrainedTokenizerFast", unk_token="[UNK]", pad_token="[PAD]", cls_token="[CLS]", sep_token="[SEP]",
                       model_input_names=["input_ids", "attention_mask"] + ["token_type_ids"] * types), f)


def golden(m, types, lengths, seed):
    rng = np.random.default_rng(seed)
    out = dict(ids=[], second=[], logits=[], states=[])
    for n in lengths:
        ids = rng.integers(0, VOCAB, n)
        second = int(rng.integers(1, n + 1))
        out["ids"].append(ids.tolist())
        out["second"].append(second)
        last = 0
        given = dict(input_ids=torch.tensor([ids]), attention_mask=torch.ones(1, n, dtype=torch.long))
        if types > 1:
            given["token_type_ids"] = torch.tensor([[0] * second + [1] * (n - second)])
        causal, answers = hasattr(m, "lm_head"), hasattr(m, "decoder")
        if answers:
            given["decoder_input_ids"] = torch.tensor([[m.config.decoder_start_token_id]])
        if hasattr(m, "score"):
            ids[-1] = 3  # its row is that of the last token that is no padding
            if n in (23, 64):
                ids[-2:] = m.config.pad_token_id
            given["input_ids"] = torch.tensor([ids])
            out["ids"][-1] = ids.tolist()
            last = int(np.flatnonzero(ids != m.config.pad_token_id)[-1])
        with torch.no_grad():
            o = m(**given, output_hidden_states=True)
            logits = o.logits[0, -1, [4]] - o.logits[0, -1, [5]] if causal else o.logits[0]
            hidden = o.encoder_hidden_states if answers else o.hidden_states
        if causal:
            last = n - 1
        row = o.decoder_hidden_states[-1][0, 0] if answers else hidden[-1][0, last]
        out["logits"].append([float(f"{x:.8g}") for x in logits.tolist()])
        out["states"].append([float(f"{x:.6g}") for x in torch.cat([hidden[-1][0].mean(0), hidden[-2][0].mean(0), row]).tolist()])
    return out


def main(out, seed, scale, lengths):
    for name, (kind, settings) in families(scale).items():
        folder = os.path.join(out, name)
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        m = model(name, kind, settings, seed)
        m.save_pretrained(folder)
        path = folder + "/model.safetensors"
        save_file({k: v.half() for k, v in load_file(path).items()}, path, metadata={"format": "pt"})
        shutil.rmtree(folder + "/generation_config.json", ignore_errors=True)
        if name == "gte-new":
            own_gte(folder)
        if os.path.exists(folder + "/generation_config.json"):
            os.remove(folder + "/generation_config.json")
        types = getattr(m.config, "type_vocab_size", 0) if kind not in ("MPNet", "ModernBert", "DistilBert", *DECODERS) else 0
        tokenizer(folder, types > 1, kind in DECODERS or kind.endswith("T5"))
        with open(folder + "/golden.json", "w") as f:
            json.dump(golden(m, types, lengths, seed), f)


if __name__ == "__main__":
    torch.set_num_threads(1)
    if len(sys.argv) > 1:
        main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1, 3, [2, 3, 17, 64, 65, 130, 400, 460])
    else:
        main(os.path.dirname(os.path.abspath(__file__)), 17, 1, [2, 5, 23, 66, 150])

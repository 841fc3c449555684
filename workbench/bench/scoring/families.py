"""Rivals of families.go: transformers and ONNX Runtime on random weights of real sizes."""
import gc
import importlib.metadata
import json
import pathlib
import sys
import time

import numpy as np
import torch
import transformers
from tokenizers import Tokenizer, models, pre_tokenizers, processors

WORDS = 2000
BASE = dict(vocab_size=WORDS, hidden_size=768, num_hidden_layers=12, num_attention_heads=12, intermediate_size=3072, num_labels=1)
ROBERTA = BASE | dict(max_position_embeddings=514, type_vocab_size=1, pad_token_id=1)
QWEN = dict(vocab_size=WORDS, hidden_size=1024, num_hidden_layers=28, num_attention_heads=16, num_key_value_heads=8, head_dim=128, intermediate_size=3072, pad_token_id=0, num_labels=1, rope_parameters={"rope_type": "default", "rope_theta": 1e6})
T5 = dict(vocab_size=WORDS, d_model=768, d_kv=64, d_ff=3072, num_layers=12, num_heads=12, decoder_start_token_id=0)
# the published sizes but for the vocabulary, of which only rows are read
FAMILIES = {
    "xlm-roberta-base": ("XLMRoberta", ROBERTA),
    "modernbert-base": ("ModernBert", dict(vocab_size=WORDS, num_labels=1, pad_token_id=0, bos_token_id=2, eos_token_id=3, cls_token_id=2, sep_token_id=3)),
    "qwen3-0.6b": ("Qwen3", QWEN),
    "qwen3-0.6b, 4 of 28 layers": ("Qwen3", QWEN | dict(num_hidden_layers=4)),
    "t5-base": ("T5", T5),
    "flan-t5-base": ("T5", T5 | dict(d_ff=2048, feed_forward_proj="gated-gelu", tie_word_embeddings=False)),
    "eurobert-210m": ("EuroBert", BASE | dict(pad_token_id=1, bos_token_id=2, eos_token_id=3, mask_token_id=0, max_position_embeddings=8192, rope_parameters={"rope_type": "default", "rope_theta": 250000})),
    "gemma-2-2b, 3 of 26 layers": ("Gemma2", dict(vocab_size=WORDS, num_hidden_layers=3, num_labels=1)),
    "bert-base": ("Bert", BASE),
    "distilbert-base": ("DistilBert", dict(vocab_size=WORDS, num_labels=1)),
    "electra-base": ("Electra", BASE | dict(embedding_size=768)),
    "mpnet-base": ("MPNet", ROBERTA),
    "albert-base": ("Albert", BASE | dict(embedding_size=128)),
    "deberta-v3-base": ("DebertaV2", BASE | dict(relative_attention=True, position_biased_input=False, pos_att_type="p2c|c2p", type_vocab_size=0, position_buckets=256, max_relative_positions=-1, share_att_key=True, norm_rel_ebd="layer_norm", layer_norm_eps=1e-7)),
    "nomic-v1.5": ("NomicBert", BASE | dict(max_position_embeddings=2048)),
}
loaded = {}


def make(request):
    """Saves a model of random weights, with a tokenizer of one token a word."""
    kind, settings = FAMILIES[request["name"]]
    torch.manual_seed(1)
    answers = kind == "T5"
    m = getattr(transformers, kind + ("ForConditionalGeneration" if answers else "ForSequenceClassification"))(getattr(transformers, kind + "Config")(**settings)).eval()
    with torch.no_grad():
        for name, p in m.named_parameters():
            if p.dim() == 1 and "norm" not in name.lower():
                p.normal_(0, 0.1)
    if answers and not m.config.scale_decoder_outputs:
        m.lm_head.weight = torch.nn.Parameter(torch.randn_like(m.lm_head.weight) / m.config.d_model**0.5)
    out = pathlib.Path(request["model"])
    m.save_pretrained(out)
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
    t = Tokenizer(models.WordLevel({w: i for i, w in enumerate(special + [f"w{i}" for i in range(WORDS - 4)])}, unk_token="[UNK]"))
    t.pre_tokenizer = pre_tokenizers.Whitespace()
    t.add_special_tokens(special)
    t.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    t.save(str(out / "tokenizer.json"))
    (out / "tokenizer_config.json").write_text(json.dumps(dict(tokenizer_class="PreTrainedTokenizerFast", unk_token="[UNK]", pad_token="[PAD]", cls_token="[CLS]", sep_token="[SEP]", model_input_names=["input_ids", "attention_mask"])))
    loaded.clear()
    gc.collect()
    loaded["model"], loaded["tokenizer"], loaded["raw"] = m, t, kind in ("Qwen3", "Gemma2", "T5")
    return {}


class Logit(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, ids, mask):
        if hasattr(self.model, "decoder"):
            logits = self.model(input_ids=ids, attention_mask=mask, decoder_input_ids=torch.zeros_like(ids[:, :1]), use_cache=False).logits
            return logits[:, 0, 4:5] - logits[:, 0, 5:6]
        extra = {"use_cache": False} if hasattr(self.model, "score") else {}
        return self.model(input_ids=ids, attention_mask=mask, **extra).logits


def export(request):
    """Has torch write the model as ONNX, by torch.export or by tracing, and ONNX Runtime open it."""
    import onnxruntime

    path = pathlib.Path(request["model"]) / "model.onnx"
    mask = torch.ones(2, 16, dtype=torch.long)
    if request["traced"]:
        sizes = dict(dynamo=False, opset_version=17, dynamic_axes={"ids": {0: "batch", 1: "tokens"}, "mask": {0: "batch", 1: "tokens"}, "logits": {0: "batch"}})
    else:
        sizes = dict(dynamo=True, external_data=True, dynamic_shapes=({0: torch.export.Dim("batch", min=1, max=64), 1: torch.export.Dim("tokens", min=2, max=512)},) * 2)
    with torch.no_grad():
        torch.onnx.export(Logit(loaded["model"]).eval(), (mask + 4, mask), str(path), input_names=["ids", "mask"], output_names=["logits"], verbose=False, **sizes)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = request["threads"], 1
    loaded["session"] = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    return {}


def score(request):
    """Scores pairs, all of one length, with an engine."""
    torch.set_num_threads(request["threads"])
    pairs = json.loads(pathlib.Path(request["pairs"]).read_text())
    start, computed = time.perf_counter(), time.process_time()
    t, scores = loaded["tokenizer"], []
    for at in range(0, len(pairs), request["batch"]):
        part = pairs[at : at + request["batch"]]
        if loaded["raw"]:
            encoded = t.encode_batch([" ".join(p) for p in part], add_special_tokens=False)
        else:
            encoded = t.encode_batch([tuple(p) for p in part])
        ids = np.array([e.ids for e in encoded], np.int64)
        if request["engine"] == "onnxruntime":
            logits = loaded["session"].run(None, {"ids": ids, "mask": np.ones_like(ids)})[0]
        else:
            with torch.inference_mode():
                logits = Logit(loaded["model"])(torch.from_numpy(ids), torch.ones(ids.shape, dtype=torch.long)).numpy()
        scores += logits[:, 0].tolist()
    return {"seconds": time.perf_counter() - start, "processor": time.process_time() - computed, "scores": scores}


def versions(_):
    return {n: importlib.metadata.version(n) for n in ["onnxruntime", "torch", "transformers", "tokenizers"]}


for line in sys.stdin:
    wanted = json.loads(line)
    answer = {"make": make, "export": export, "score": score, "versions": versions}[wanted["do"]](wanted)
    print(json.dumps(answer), flush=True)

"""Makes small models with random weights in every shape that can be read, and golden.json with what
transformers and sentence-transformers compute with them.

    pip install torch transformers sentence-transformers
    python make.py
"""
import json
import os
import shutil
import torch
from sentence_transformers import CrossEncoder, SentenceTransformer, models
from sentence_transformers.base.modules import Dense
from transformers import (BertConfig, BertForSequenceClassification, BertModel, BertTokenizer, DistilBertConfig,
                          DistilBertForSequenceClassification, DistilBertModel)

torch.manual_seed(1)
vocab = """[PAD] [UNK] [CLS] [SEP] [MASK] a b c d e f g h i j k l m n o p q r s t u v w x y z , . : * - ' 1 2 3 the of and in to
with her lungs cancer war word move fast run ##a ##b ##c ##d ##e ##f ##g ##h ##i ##j ##k ##l ##m ##n ##o ##p ##q ##r ##s ##t
##u ##v ##w ##x ##y ##z ##ing ##ed ##er ##s ##th ##an ##tion""".split()
vocab = list(dict.fromkeys(vocab))
texts = ["the cancer had * invaded * her lungs", "Run, run away: move FAST", "", "a", "café 1 2 3 — unknown 中国", "x" * 120,
         "the war of the word and the running of the fast " * 8, "move to the end, with her: 'the word' - and run", "* infest * in numbers"]
pairs = [[a, b] for a in texts for b in texts[:7] if a or b]
bert = dict(vocab_size=len(vocab), hidden_size=36, num_hidden_layers=2, num_attention_heads=3, intermediate_size=52, max_position_embeddings=48)
distil = dict(vocab_size=len(vocab), dim=40, n_layers=2, n_heads=5, hidden_dim=64, max_position_embeddings=48)
crossencoders = {
    "bert-gelu-new": (BertForSequenceClassification(BertConfig(hidden_act="gelu_new", layer_norm_eps=1e-6, num_labels=1, **bert)), torch.float16),
    "bert-relu": (BertForSequenceClassification(BertConfig(hidden_act="relu", num_labels=1, **bert)), torch.float32),
    "distilbert": (DistilBertForSequenceClassification(DistilBertConfig(num_labels=1, **distil)), torch.bfloat16),
}
dualencoders = {
    "dual-cls": (BertModel(BertConfig(**bert)), "cls", True, torch.float16),
    "dual-max": (BertModel(BertConfig(hidden_act="gelu_pytorch_tanh", **bert)), "max", False, torch.bfloat16),
    "dual-sqrt": (DistilBertModel(DistilBertConfig(activation="relu", **distil)), "mean_sqrt_len_tokens", True, torch.float16),
}

def save(model, name, dtype):
    """Gives a model weights that matter and writes it as its folder."""
    for n, p in model.named_parameters():
        torch.nn.init.normal_(p, mean=1.0 if n.endswith("orm.weight") else 0.0, std=0.25 if p.dim() == 2 else 0.15)
    shutil.rmtree(name, ignore_errors=True)
    model.to(dtype).save_pretrained(name)
    tokenizer = BertTokenizer(vocab={t: i for i, t in enumerate(vocab)}, do_lower_case=True, model_max_length=48)
    tokenizer.save_pretrained(name)

golden = {"pairs": pairs, "scores": {}, "texts": texts, "vectors": {}}
for name, (model, dtype) in crossencoders.items():
    save(model, name, dtype)
    ce = CrossEncoder(name, device="cpu", activation_fn=torch.nn.Identity(), model_kwargs={"dtype": torch.float32})
    golden["scores"][name] = [round(float(ce.predict([p])[0]), 6) for p in pairs]
for name, (model, pooling, normalize, dtype) in dualencoders.items():
    save(model, name + "-plain", dtype)
    encoder = models.Transformer(name + "-plain", max_seq_length=40, model_args={"dtype": torch.float32})
    modules = [encoder, models.Pooling(encoder.get_word_embedding_dimension(), pooling_mode=pooling)]
    de = SentenceTransformer(modules=modules + ([models.Normalize()] if normalize else []), device="cpu")
    golden["vectors"][name] = [[round(float(x), 6) for x in de.encode(t)] for t in texts]
    shutil.rmtree(name, ignore_errors=True)
    de.to(dtype).save_pretrained(name)
    shutil.rmtree(name + "-plain")
GELU, Tanh, Identity = torch.nn.GELU(), torch.nn.Tanh(), torch.nn.Identity()
modular = {  # what stands on a BertModel
    "modular": lambda: [models.Pooling(36, "cls"), Dense(36, 36, bias=False, activation_function=GELU), models.LayerNorm(36),
                        Dense(36, 1, activation_function=Identity, module_output_name="scores")],
    "dual-modules": lambda: [models.Pooling(36, ("weightedmean", "cls", "lasttoken")), Dense(108, 20, activation_function=Tanh, use_residual=True),
                             Dense(20, 20, bias=False, activation_function=GELU, use_residual=True), models.LayerNorm(20), models.Normalize()],
}
for name, top in modular.items():
    save(BertModel(BertConfig(**bert)), name + "-plain", torch.float16)
    modules = [models.Transformer(name + "-plain", max_seq_length=40, model_args={"dtype": torch.float32})] + top()
    for p in (p for module in modules[1:] for p in module.parameters()):
        torch.nn.init.normal_(p, mean=0.1, std=0.3)
        p.data = p.data.half().float()
    if name == "modular":
        m = CrossEncoder(modules=modules, device="cpu", activation_fn=Identity)
        golden["scores"][name] = [round(float(m.predict([p])[0]), 6) for p in pairs]
    else:
        m = SentenceTransformer(modules=modules, device="cpu")
        golden["vectors"][name] = [[round(float(x), 6) for x in m.encode(t)] for t in texts]
    shutil.rmtree(name, ignore_errors=True)
    m.to(torch.float16).save_pretrained(name)
    shutil.rmtree(name + "-plain")
for folder, _, files in os.walk("."):
    for f in files:
        if f in ("README.md", "config_sentence_transformers.json", "special_tokens_map.json"):
            os.remove(os.path.join(folder, f))
json.dump(golden, open("golden.json", "w"), separators=(",", ":"))

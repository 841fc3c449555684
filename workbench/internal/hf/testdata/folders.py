"""Makes folders.json: token ids and types that transformers gives to texts and pairs with the tokenizers it makes
of folders without a tokenizer.json, for each class that can be read from its older files.

    pip install transformers sentencepiece protobuf
    python folders.py
"""
import json
import os
import shutil
import tempfile
import transformers

source = "../../tokenize/testdata/folders/"
texts = ["", "the cancer had * invaded * her lungs", "Run, run  away:\tMOVE fast ", " a  b", "caf\u00e9 na\u00efve \u4e2d\u56fd \U0001f600", "``quoted'' text's 123 4567", "x" * 50,
         "a [SEP] b </s> <s> <mask> <unk>", "\uff26\uff55\uff4c\uff4c \u00bd \ufb01", "line\nbreak\r\n\r\n  end", "na\u0308i\u0308ve"]
pairs = [[a, b] for a in texts[1:] for b in texts[1:6]]
words = ["[UNK]", "<s>", "<pad>", "</s>", "<mask>"] + sorted(set("abcdefghijklmnopqrstuvwxyz,.:*'`-()<>[]/0123456789")) + ["##" + c for c in "abcdefghijklmnopqrstuvwxyz0123456789"] + ["the", "run", "her", "##ing"]


def bpe(folder, *more):
    shutil.copy(source + "byte-bpe/merges.txt", folder)
    vocab = json.load(open(source + "byte-bpe/vocab.json"))
    for token in more:
        vocab[token] = len(vocab)
    json.dump(vocab, open(folder + "/vocab.json", "w"))
    return list(more)


def pieces(name):
    def lay(folder):
        shutil.copy(source + "unigram/tokenizer.model", folder + "/" + name)
    return lay


roberta = lambda folder: bpe(folder, "<s>", "<pad>", "</s>", "<unk>", "<mask>")
cases = {
    "roberta": ("RobertaTokenizer", roberta, {}), "roberta, prefix": ("RobertaTokenizer", roberta, {"add_prefix_space": True}),
    "qwen2": ("Qwen2Tokenizer", lambda folder: bpe(folder), {}), "qwen2, known": ("Qwen2Tokenizer", lambda folder: bpe(folder, "<|endoftext|>"), {}),
    "xlm-roberta": ("XLMRobertaTokenizer", pieces("sentencepiece.bpe.model"), {}), "camembert": ("CamembertTokenizer", pieces("sentencepiece.bpe.model"), {}),
    "t5": ("T5Tokenizer", pieces("spiece.model"), {}), "t5, few": ("T5Tokenizer", pieces("spiece.model"), {"extra_ids": 3}),
    "mpnet": ("MPNetTokenizer", lambda folder: open(folder + "/vocab.txt", "w").write("\n".join(words) + "\n"), {}),
    "mpnet, cased": ("MPNetTokenizer", lambda folder: open(folder + "/vocab.txt", "w").write("\n".join(words) + "\n"), {"do_lower_case": False}),
}
out = {"texts": texts, "pairs": pairs, "words": words, "cases": {}}
for name, (kind, lay, settings) in cases.items():
    folder = tempfile.mkdtemp()
    added = lay(folder)
    json.dump({"tokenizer_class": kind, **settings}, open(folder + "/tokenizer_config.json", "w"))
    t = getattr(transformers, kind).from_pretrained(folder)
    t.split_special_tokens = True
    enc = [t(x) for x in texts] + [t(a, b) for a, b in pairs]
    types = [sum(1 for k in e.get("token_type_ids", [0] * len(e["input_ids"])) if k == 0) for e in enc]
    out["cases"][name] = {"class": kind, "settings": settings, "added": added if isinstance(added, list) else [], "ids": [e["input_ids"] for e in enc], "first": types}
    print(name, len(t), enc[1]["input_ids"][:12])
    shutil.rmtree(folder)
json.dump(out, open("folders.json", "w"), separators=(",", ":"))

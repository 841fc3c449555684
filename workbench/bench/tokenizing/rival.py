"""Runs Hugging Face tokenizers for the Go program beside this file.

Reads one JSON request a line from standard input and answers each with one line:
  {"do": "versions"}
  {"do": "make", "texts": FILE, "folder": DIR}   trains tokenizers, writes them, and answers with their names
  {"do": "encode", "name": NAME}                 encodes the texts, without offsets or special tokens
"""
import array
import importlib.metadata
import io
import json
import pathlib
import sys
import time
import zlib

import sentencepiece
from sentencepiece import sentencepiece_model_pb2 as proto
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers

QWEN = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
texts, made = [], {}


def wordpiece():
    t = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    t.normalizer, t.pre_tokenizer = normalizers.BertNormalizer(), pre_tokenizers.BertPreTokenizer()
    t.train_from_iterator(texts, trainers.WordPieceTrainer(vocab_size=30000, special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"], show_progress=False))
    return t


def unigram():
    out = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(sentence_iterator=iter(texts), model_writer=out, vocab_size=8000, minloglevel=2, normalization_rule_name="nmt_nfkc")
    m = proto.ModelProto()
    m.ParseFromString(out.getvalue())
    t = Tokenizer(models.Unigram([(p.piece, p.score) for p in m.pieces], unk_id=0))
    t.normalizer = normalizers.Sequence([normalizers.Precompiled(m.normalizer_spec.precompiled_charsmap), normalizers.Replace(Regex(" {2,}"), " ")])
    t.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])
    return t


def bpe(pre, normalizer=None, **model):
    t = Tokenizer(models.BPE(**model))
    t.pre_tokenizer = pre
    if normalizer:
        t.normalizer = normalizer
    t.train_from_iterator(texts, trainers.BpeTrainer(vocab_size=30000, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
    return t


def make(request):
    texts[:] = json.loads(pathlib.Path(request["texts"]).read_text())
    split = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(QWEN), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    made.update({
        "WordPiece, BERT": wordpiece(), "Unigram, XLM-RoBERTa": unigram(),
        "BPE, ModernBERT": bpe(pre_tokenizers.ByteLevel(add_prefix_space=False), normalizers.NFC()), "BPE, Qwen": bpe(split, normalizers.NFC()),
    })
    for name, t in made.items():
        t.save(str(pathlib.Path(request["folder"]) / (name + ".json")))
    return list(made)


def encode(request):
    t = made[request["name"]]
    start = time.perf_counter()
    encodings = t.encode_batch_fast(texts, add_special_tokens=False)
    seconds = time.perf_counter() - start
    ids = array.array("i", [i for e in encodings for i in e.ids])
    return {"seconds": seconds, "tokens": len(ids), "crc": zlib.crc32(ids.tobytes())}


def versions(_):
    return {"tokenizers": importlib.metadata.version("tokenizers")}


for line in sys.stdin:
    wanted = json.loads(line)
    print(json.dumps({"versions": versions, "make": make, "encode": encode}[wanted["do"]](wanted)), flush=True)

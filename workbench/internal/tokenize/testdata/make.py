"""Makes files/*.json.gz: small tokenizer files of every style people use, trained or assembled with
Hugging Face tokenizers and sentencepiece, the folders of older styles in folders/, and
golden.json.gz: what the library makes of hard texts with each.

    pip install tokenizers sentencepiece protobuf transformers
    python make.py
"""
import gzip
import io
import json
import os
import sentencepiece
from sentencepiece import sentencepiece_model_pb2 as proto
from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers as n, pre_tokenizers as p, processors, trainers
import texts
from transformers.convert_slow_tokenizer import SpmConverter

corpus = texts.verbs() + texts.script_lines()
QWEN = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
LLAMA = QWEN.replace(r"|\p{N}|", r"|\p{N}{1,3}|")


def special(*names, **flags):
    return [AddedToken(name, special=True, normalized=False, **flags) for name in names]


def train(model, trainer, normalizer=None, pre=None):
    t = Tokenizer(model)
    if normalizer:
        t.normalizer = normalizer
    if pre:
        t.pre_tokenizer = pre
    t.train_from_iterator(corpus, trainer)
    return t


def template(t, single, pair):
    names = {w.split(":")[0] for w in (single + " " + pair).split() if w[0] != "$"}
    t.post_processor = processors.TemplateProcessing(single=single, pair=pair, special_tokens=[(w, t.token_to_id(w)) for w in sorted(names)])
    return t


def bert(lower, accents, post):
    t = train(models.WordPiece(unk_token="[UNK]"), trainers.WordPieceTrainer(vocab_size=1500, special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"], show_progress=False),
              n.BertNormalizer(lowercase=lower, strip_accents=accents), p.BertPreTokenizer())
    cls, sep = t.token_to_id("[CLS]"), t.token_to_id("[SEP]")
    if post:
        t.post_processor = processors.BertProcessing(("[SEP]", sep), ("[CLS]", cls))
        return t
    return template(t, "[CLS] $A [SEP]", "[CLS] $A [SEP] $B:1 [SEP]:1")


def spm(kind, **options):
    out = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(sentence_iterator=iter(texts.verbs() + texts.script_lines()[:30] + texts.WORDS), model_writer=out, model_type=kind,
                                             vocab_size=1500, minloglevel=2, character_coverage=0.999, **options)
    m = proto.ModelProto()
    m.ParseFromString(out.getvalue())
    return m


def unigram(m, byte_fallback=False, first=()):
    """As convert_slow_tokenizer.py of transformers does it."""
    vocab = [(piece, 0.0) for piece in first] + [(piece.piece, piece.score) for piece in m.pieces[3 if first else 0:]]
    return Tokenizer(models.Unigram(vocab, unk_id=3 if first else 0, byte_fallback=byte_fallback)), m.normalizer_spec.precompiled_charsmap


def byte_bpe(pre, normalizer=None, size=1500, initial=True, special_tokens=()):
    return train(models.BPE(), trainers.BpeTrainer(vocab_size=size, initial_alphabet=p.ByteLevel.alphabet() if initial else [], special_tokens=list(special_tokens), show_progress=False), normalizer, pre)


def changed(t, **model):
    """The tokenizer with other settings of its model."""
    f = json.loads(t.to_str())
    f["model"].update(model)
    return Tokenizer.from_str(json.dumps(f))


m = spm("unigram", normalization_rule_name="nmt_nfkc")
fallback = spm("unigram", normalization_rule_name="nmt_nfkc", byte_fallback=True)
folded = spm("unigram", normalization_rule_name="nmt_nfkc_cf")
files = {"bert-uncased": bert(True, None, False), "bert-cased": bert(False, False, True)}

t, charsmap = unigram(m, first=("<s>", "<pad>", "</s>", "<unk>"))
t.normalizer = n.Sequence([n.Precompiled(charsmap), n.Replace(Regex(" {2,}"), " ")])
t.pre_tokenizer = p.Sequence([p.WhitespaceSplit(), p.Metaspace()])
t.add_special_tokens(special("<s>", "<pad>", "</s>", "<unk>") + special("<mask>", lstrip=True))
files["xlm-roberta"] = template(t, "<s> $A </s>", "<s> $A </s> </s> $B </s>")

t, charsmap = unigram(fallback, byte_fallback=True)
t.normalizer = n.Precompiled(charsmap)
t.pre_tokenizer = p.Metaspace(prepend_scheme="first")
t.add_special_tokens(special("<unk>", "<s>", "</s>", rstrip=True) + special(*("<extra_id_%d>" % i for i in range(20)), rstrip=True))
t.add_tokens([AddedToken("ing", normalized=True)])
files["t5-bytes"] = template(t, "$A </s>", "$A </s> $B </s>")

t, charsmap = unigram(m)
t.normalizer = n.Sequence([n.Strip(), n.Precompiled(charsmap), n.Replace(Regex(" {2,}"), " ")])
t.pre_tokenizer = p.Sequence([p.Punctuation("isolated"), p.Metaspace(prepend_scheme="first", split=False)])
t.add_special_tokens(special("[CLS]", "[SEP]") + [AddedToken("[MASK]", special=True, normalized=True, lstrip=True)])
files["deberta"] = template(t, "[CLS] $A [SEP]", "[CLS] $A [SEP] $B:1 [SEP]:1")

t, charsmap = unigram(folded)
t.normalizer = n.Sequence([n.Replace("``", '"'), n.Replace("''", '"'), n.NFKD(), n.StripAccents(), n.Lowercase(), n.Precompiled(charsmap), n.Replace(Regex(" {2,}"), " ")])
t.pre_tokenizer = p.Metaspace(prepend_scheme="never")
t.add_special_tokens(special("[CLS]", "[SEP]"))
files["albert"] = template(t, "[CLS] $A [SEP]", "[CLS] $A [SEP] $B:1 [SEP]:1")

t = byte_bpe(p.ByteLevel(add_prefix_space=False))
t.add_special_tokens(["<|endoftext|>"])
t.post_processor = processors.ByteLevel(trim_offsets=False)
files["gpt2"] = t

t = byte_bpe(p.ByteLevel(add_prefix_space=True), special_tokens=["<s>", "<pad>", "</s>", "<unk>", "<mask>"])
t.add_special_tokens(special("<mask>", lstrip=True))
t.post_processor = processors.RobertaProcessing(("</s>", t.token_to_id("</s>")), ("<s>", t.token_to_id("<s>")))
files["roberta"] = t

t = byte_bpe(p.ByteLevel(add_prefix_space=False, trim_offsets=True), n.NFC())
t.add_tokens([AddedToken(" " * k, normalized=True) for k in range(24, 1, -1)] + [AddedToken("|||IP_ADDRESS|||", normalized=True)])
t.add_special_tokens(special("[UNK]", "[CLS]", "[SEP]", "[PAD]") + special("[MASK]", lstrip=True))
t.enable_padding(pad_id=t.token_to_id("[PAD]"), pad_token="[PAD]", length=40, pad_to_multiple_of=8)
files["modernbert"] = template(t, "[CLS] $A [SEP]", "[CLS] $A [SEP] $B [SEP]")

t = byte_bpe(p.Sequence([p.Split(Regex(QWEN), "isolated"), p.ByteLevel(add_prefix_space=False, use_regex=False)]), n.NFC())
t.add_special_tokens(special("<|endoftext|>", "<|im_start|>", "<|im_end|>"))
t.add_tokens([AddedToken("<think>", normalized=False), AddedToken("</think>", normalized=False)])
t.post_processor = processors.ByteLevel(add_prefix_space=False)
files["qwen"] = t

t = byte_bpe(p.Sequence([p.Split(Regex(LLAMA), "isolated"), p.ByteLevel(add_prefix_space=False, use_regex=False)]))
t.add_special_tokens(special("<|begin_of_text|>", "<|end_of_text|>", *("<|reserved_special_token_%d|>" % i for i in range(40))))
t = changed(t, ignore_merges=True, vocab={**json.loads(t.to_str())["model"]["vocab"], "Ġunmergeable": 1500})
template(t, "<|begin_of_text|> $A", "<|begin_of_text|> $A <|begin_of_text|>:1 $B:1")
t.post_processor = processors.Sequence([processors.ByteLevel(), t.post_processor])
t.enable_truncation(20, strategy="only_second", direction="left")
files["llama3"] = t

t = train(models.BPE(unk_token="<unk>"), trainers.BpeTrainer(vocab_size=1500, special_tokens=["<unk>", "<s>", "</s>"] + ["<0x%02X>" % b for b in range(256)], show_progress=False, limit_alphabet=150), pre=p.Metaspace())
t = changed(t, byte_fallback=True, fuse_unk=True)
t.pre_tokenizer = None
t.normalizer = n.Sequence([n.Prepend("▁"), n.Replace(" ", "▁")])
f = json.loads(t.to_str())
f["pre_tokenizer"] = None
f["added_tokens"] = [a for a in f["added_tokens"] if "<0x" not in a["content"]]
files["llama2"] = template(Tokenizer.from_str(json.dumps(f)), "<s> $A", "<s> $A <s>:1 $B:1")
f = json.loads(files["llama2"].to_str())
f["model"]["vocab"].pop("<0xE2>")  # so that some characters have no bytes
f["model"]["fuse_unk"] = False
files["llama2-gaps"] = Tokenizer.from_str(json.dumps(f))

f = json.loads(files["llama2"].to_str())  # as Gemma's: spaces become part of the word before, and are no part of a normalizer's text
f["normalizer"], f["pre_tokenizer"] = {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}, {"type": "Split", "pattern": {"String": " "}, "behavior": "MergedWithPrevious", "invert": False}
files["gemma"] = template(Tokenizer.from_str(json.dumps(f)), "<s> $A", "<s> $A <s>:1 $B:1")

t = train(models.BPE(unk_token="<unk>", end_of_word_suffix="</w>"), trainers.BpeTrainer(vocab_size=1200, special_tokens=["<unk>"], end_of_word_suffix="</w>", limit_alphabet=90, show_progress=False), n.BertNormalizer(lowercase=True), p.BertPreTokenizer())
files["gpt"] = t
t = train(models.BPE(unk_token="[UNK]", continuing_subword_prefix="##", fuse_unk=True), trainers.BpeTrainer(vocab_size=1200, special_tokens=["[UNK]"], continuing_subword_prefix="##", limit_alphabet=120, show_progress=False),
          n.Sequence([n.Nmt(), n.NFKC()]), p.Sequence([p.Whitespace(), p.Digits(individual_digits=True)]))
t.add_tokens([AddedToken("cat", single_word=True), AddedToken("DOG", single_word=True, lstrip=True, rstrip=True), AddedToken("é", normalized=True), AddedToken("e\u0301x", normalized=False)])
t.enable_truncation(12, strategy="only_first", direction="right")
files["prefixed"] = t

t = train(models.WordLevel(unk_token="<unk>"), trainers.WordLevelTrainer(vocab_size=2500, special_tokens=["<unk>", "<s>"], show_progress=False), n.Sequence([n.NFD(), n.Lowercase(), n.Strip(left=False)]),
          p.Sequence([p.Split(" ", "merged_with_next"), p.Punctuation("merged_with_previous"), p.Digits(), p.Split(Regex("[^\\p{L}\\p{N}\\s]"), "contiguous"), p.Split(Regex("\\p{N}{2,3}"), "removed", invert=False), p.FixedLength(7)]))
t.enable_padding(direction="left", pad_id=1, pad_type_id=1, pad_token="<s>")
t.enable_truncation(16, direction="left")
files["words"] = t
t = train(models.WordLevel(unk_token="<unk>"), trainers.WordLevelTrainer(vocab_size=2500, special_tokens=["<unk>"], show_progress=False), n.Sequence([n.ByteLevel(), n.Replace(Regex("Ġ+"), " ")]), p.Sequence([p.CharDelimiterSplit(" "), p.ByteLevel(add_prefix_space=True)]))
files["bytewords"] = t


def write(path, value):
    with gzip.GzipFile(path, "wb", 9, mtime=0) as out:
        out.write(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


golden = {"texts": [], "files": {}}
hard = texts.hard(300)
golden["texts"], golden["pairs"] = [texts.shown(b) for b in hard], list(texts.pairs(1500, hard))
for name, t in files.items():
    write("files/%s.json.gz" % name, json.loads(t.to_str()))
    golden["files"][name] = texts.expected(t, hard)
folders = {"unigram": fallback, "bpe": spm("bpe", normalization_rule_name="identity", byte_fallback=True, remove_extra_whitespaces=False)}
for name, model in folders.items():
    os.makedirs("folders/" + name, exist_ok=True)
    with open("folders/%s/tokenizer.model" % name, "wb") as out:
        out.write(model.SerializeToString())
os.makedirs("folders/byte-bpe", exist_ok=True)
files["gpt2"].model.save("folders/byte-bpe")


class Slow:
    vocab_file = "folders/unigram/tokenizer.model"


class Converter(SpmConverter):
    handle_byte_fallback = True


t = Converter(Slow()).converted()
t.encode_special_tokens = True
of_bpe = sentencepiece.SentencePieceProcessor(model_file="folders/bpe/tokenizer.model")
plain = [texts.read(b) for b in hard]
golden["folders"] = {"unigram": [texts.checksum(e.ids) for e in t.encode_batch(plain, add_special_tokens=False)],
                     "bpe": [texts.checksum(of_bpe.encode(x)) for x in plain], "byte-bpe": golden["files"]["gpt2"]["text"]}
write("golden.json.gz", golden)

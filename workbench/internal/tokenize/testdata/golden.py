"""Writes golden.json: what Hugging Face tokenizers gives for hard texts, for every code point,
and (as checksums) for the texts of the shared data sets.

    pip install tokenizers transformers
    python golden.py SHARED/data > golden.json
"""
import json
import random
import sys
import zlib
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer
from transformers import BertTokenizer

vocab = """[PAD] [UNK] [CLS] [SEP] [MASK] a b c e i n x 1 2 ##a ##b ##c ##e ##i ##n ##x ##1 ##2 the cafe café
naive ##ive na istanbul i̇stanbul ##stanbul word ##piece ##s un ##aff ##able * , . ' - [ ] ! ? # 中 国 人 ##国 中国 😀 ##😀
strasse straße ß ##ß oδος οδος ##ς ﬁ fi ##fi … “ ” ’ — 한 한국 국 ㅎ ##ㅏ sep cls mask
e\u0301 ##\u0301 x\u0302 ñ ø ##ø ½ ² a\u0328 हिन्दी हिनदी ไทย""".split()
texts = ["", " ", "a", "The CAFÉ, naïve", "cafe\u0301 cafe\u0301\u0302", "[CLS] the [SEP] word[MASK]s [PAD][UNK] [sep]",
         "[[SEP]] [SEP [CLS]][MASK", "中国人 a中b国c", "\u0000a\u0001b\u007fc\ufffdd\u00ade\u200bx", "a\tb\nc\rd\u000be\u0085x\u00a0n\u3000i\u2028a",
         "😀 a😀b 👩‍👩‍👧", "x" * 100, "x" * 101, "é" * 100, "é" * 101, "a" * 5000, "unaffable wordpieces word-piece",
         "İstanbul ISTANBUL ıstanbul", "ΟΔΟΣ Strasse STRASSE straße ẞ", "ﬁ ﬁfi", "“the” … the’s — 1½2²",
         "한국 한국", "हिन्दी ไทย", "a\u0328\u0301 a\u0301\u0328 e" + "\u0301" * 40 + "x", "\ufeffthe \u202eword", "##a ## #a",
         "\u1fef\u037e\u212a \u2000x", "豈 更 丽 𠀀 𫠠", "Ñandú Ørsted Å Å Ǆ ǆ", "a\U000f0000b\U000e0101c\U000e0041x\U0010fffdb\U0010ffffn"]
rng = random.Random(1)
pool = "ab cxEN12[]#*.,'-\t\n" + "éÉñçßİı̧́̂" + "中国人豈" + "ΣσςДд" + "한ㅏ" + "हिन्दीไทย" + "😀‍️" + "\u0000\u00ad\u200b\ufffd\u0085\u00a0"
for _ in range(300):
    texts.append("".join(rng.choice(pool) for _ in range(rng.randrange(1, 25))))
modes = {"uncased": (True, None, True), "cased": (False, None, True), "accents": (True, False, True), "stripped": (False, True, False)}

def tokenizer(v, lower, strip, chinese):
    return BertTokenizer(vocab={t: i for i, t in enumerate(v)}, do_lower_case=lower, strip_accents=strip, tokenize_chinese_chars=chinese)

def plane(lower, strip, chinese):
    """crc32 of the words of 'a<c>b' for each block of 4,096 code points."""
    norm = BertNormalizer(clean_text=True, handle_chinese_chars=chinese, strip_accents=strip, lowercase=lower)
    pre, sums = BertPreTokenizer(), []
    for block in range(0, 0x110000, 0x1000):
        crc = 0
        for c in range(block, block + 0x1000):
            if 0xD800 <= c < 0xE000:
                continue
            words = [w for w, _ in pre.pre_tokenize_str(norm.normalize_str("a" + chr(c) + "b"))]
            crc = zlib.crc32(("\x00".join(words) + "\x01").encode(), crc)
        sums.append(crc)
    return sums

golden = {"vocab": vocab, "texts": texts, "modes": {}, "pairs": [], "shared": {}}
for name, (lower, strip, chinese) in modes.items():
    tok = tokenizer(vocab, lower, strip, chinese)
    golden["modes"][name] = {
        "lower": lower, "strip": lower if strip is None else strip, "chinese": chinese,
        "ids": [tok(t, add_special_tokens=False)["input_ids"] for t in texts], "planes": plane(lower, strip, chinese)}
tok = tokenizer(vocab, True, None, True)
for na, nb, room in [(a, b, r) for a in (0, 1, 5, 9, 30) for b in (0, 1, 6, 9, 31) for r in (1, 2, 7, 10, 11, 40)]:
    kept = tok([[" ".join("a" * na), " ".join("b" * nb)]], truncation="longest_first", max_length=room + 3)["input_ids"][0]
    golden["pairs"].append([na, nb, room, kept.count(tok.vocab["a"]), kept.count(tok.vocab["b"])])
for name in ("verbs", "artifacts"):
    tok = BertTokenizer.from_pretrained(sys.argv[1] + "/models/ce-wordnet-L4")
    crc = n = 0
    for line in open(f"{sys.argv[1]}/{name}/texts.jsonl", encoding="utf-8"):
        ids = tok(json.loads(line)["text"], add_special_tokens=False)["input_ids"]
        crc, n = zlib.crc32((" ".join(map(str, ids)) + "\n").encode(), crc), n + 1
    golden["shared"][name] = {"texts": n, "crc": crc}
def compact(v):
    return json.dumps(v, ensure_ascii=True, separators=(",", ":"))
print("{" + ",\n".join(f"{compact(k)}:{compact(v)}" for k, v in golden.items()) + "}")

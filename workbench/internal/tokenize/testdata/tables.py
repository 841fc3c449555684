"""Writes ../tables.go: the character classes of BERT's normaliser and pre-tokeniser,
measured code point by code point on Hugging Face tokenizers (pip install tokenizers).

    python tables.py | gofmt > ../tables.go
"""
import tokenizers
from tokenizers.normalizers import BertNormalizer, NFD
from tokenizers.pre_tokenizers import BertPreTokenizer

off = dict(clean_text=False, handle_chinese_chars=False, strip_accents=False, lowercase=False)
clean = BertNormalizer(**off | {"clean_text": True})
strip = BertNormalizer(**off | {"strip_accents": True})
cjk = BertNormalizer(**off | {"handle_chinese_chars": True})
split = BertPreTokenizer()
classes = {
    "dropped": lambda c: clean.normalize_str("a" + c + "b") == "ab",
    "punctuation": lambda c: len(split.pre_tokenize_str("a" + c + "b")) == 3,
    "chinese": lambda c: cjk.normalize_str("a" + c + "b") != "a" + c + "b",
    # a mark is a character that stripping removes and that does not decompose
    "marks": lambda c: strip.normalize_str("a" + c + "b") == "ab" and NFD().normalize_str(c) == c,
}
comments = {
    "dropped": "control, format and private-use characters, which cleaning removes",
    "punctuation": "characters that stand as words of their own",
    "chinese": "ideographs, which get a space on either side",
    "marks": "non-spacing marks, which accent stripping removes after decomposition",
}
points = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]

out = ["// Written by testdata/tables.py; measured on Hugging Face tokenizers %s.\n" % tokenizers.__version__, "package tokenize\n"]
for name, test in classes.items():
    ranges = []
    for c in points:
        if not test(chr(c)):
            continue
        if ranges and ranges[-1][1] == c - 1:
            ranges[-1][1] = c
        else:
            ranges.append([c, c])
    out.append("// %s are %s: first and last code point of each run." % (name, comments[name]))
    out.append("var %s = [][2]rune{" % name)
    row = ["{0x%x, 0x%x}" % tuple(r) for r in ranges]
    out += ["\t" + ", ".join(row[i:i + 6]) + "," for i in range(0, len(row), 6)]
    out.append("}\n")
print("\n".join(out))

"""Texts that tokenizers are tried on, as bytes, and what the library makes of them."""
import os
import random
import unicodedata
import zlib

os.environ["RUST_BACKTRACE"] = "0"  # the library panics where it cannot truncate
ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), *[".."] * 4)
EMOJI = ["😀", "👩‍👩‍👧", "👍🏽", "🇩🇪🇫🇷", "❤️", "1️⃣", "🏴\U000e0067\U000e0062\U000e007f", "©‍", "™️", "🧑🏿‍🚀"]
SPACES = [" ", "  ", "   ", "\t", "\n", "\r\n", "\r", "\n\n", " \n", "\u00a0", "\u3000", "\u2028", "\u200b", "\ufeff", "\u0085", "\v", "\f", "\u2009", " " * 25, "▁"]
CONTROLS = ["\0", "\1", "\x7f", "\x8f", "\x9f", "\xad", "\ufffd", "\u200d", "\u202e", "\ue000", "\U000f0000", "\U0010ffff", "\u0600", "\u110bd", "\u2060"]
SPECIAL = ["[CLS]", "[SEP]", "[MASK]", "[PAD]", "[UNK]", "<s>", "</s>", "<mask>", "<unk>", "<pad>", "<|endoftext|>", "<|im_start|>", "<think>", "<|begin_of_text|>",
           "<|reserved_special_token_1|>", "<|reserved_special_token_11|>", "<extra_id_1>", "<0x41>", "|||IP_ADDRESS|||", "cat", "DOG", "cats", "dog", "[sep]", "[[SEP]]", "ing", "unmergeable"]
WORDS = ["the", "The", "CAFÉ", "cafe\u0301", "naïve", "don't", "DON'T", "we'll", "I'VE", "'s", "'\u017f", "it's", "12", "12345", "3.14", "½²", "x²", "ﬁn", "Ａｂ", "İstanbul", "ΟΔΟΣ", "straße", "ẞ", "unaffable", "hello",
         "``quoted''", "e\u0301\u0328", "a\u0328\u0301", "\u0301", "x" + "\u0301" * 40, "한국어", "ㄱㅏ", "각", "ᄀ\u1161\u11a8", "中国人", "豈", "日本語テキスト", "カ\u3099", "ｶﾞ", "हिन्दी", "ไทย", "ำ", "العربية", "עִבְרִית", "ﷺ", "ǆ", "Ⅷ", "①", "㎏", "\u1e9b\u0323",
         "\u0344", "\u0958", "\U0001d15e", "\U0001d165\U0001d16d", "\u09c7\u09be", "\U00011935\U00011930", "\u1d16d", ".", "...", "-", "--", "!?", "#1", "a_b", "@x", "http://a.b/c?d=e&f"]


def verbs():
    """The texts of data/verbs."""
    with open(os.path.join(ROOT, "data/verbs/items.tsv"), encoding="utf-8") as f:
        return [line.rstrip("\n").split("\t", 1)[1] for line in f][1:]


def script_lines():
    """Lines of letters of every script, for training."""
    by_block, rng = {}, random.Random(3)
    for c in range(0x80, 0x20000):
        if unicodedata.category(chr(c))[0] in "LMN":
            by_block.setdefault(c >> 7, []).append(chr(c))
    return [" ".join("".join(rng.choices(block[:12], k=rng.randrange(1, 6))) for _ in range(6)) for block in by_block.values()] + WORDS * 4


def mixed(rng):
    """One text of everything."""
    parts = []
    for _ in range(rng.randrange(1, 12)):
        pool = rng.choice([WORDS, WORDS, WORDS, SPACES, SPACES, EMOJI, CONTROLS, SPECIAL])
        parts.append(rng.choice(pool))
        if rng.random() < 0.5:
            parts.append(" ")
        if rng.random() < 0.1:
            parts.append(chr(rng.choice([rng.randrange(0x20, 0x250), rng.randrange(0x250, 0xd800), rng.randrange(0xe000, 0x20000)])))
    return "".join(parts).encode()


def broken(rng):
    """A text that is not UTF-8."""
    b = bytearray(mixed(rng))
    for _ in range(rng.randrange(1, 4)):
        b[rng.randrange(len(b))] = rng.randrange(256)
    del b[len(b) - rng.randrange(2):]
    return bytes(b)


def hard(count):
    rng = random.Random(7)
    fixed = ["", " ", "a"] + SPACES + CONTROLS + EMOJI + SPECIAL + WORDS + ["a" + c + "b" for c in SPACES + CONTROLS] + [w + " " for w in SPECIAL] + [" " + w for w in WORDS[:20]]
    return [t.encode() for t in fixed] + [mixed(rng) for _ in range(count)] + [broken(rng) for _ in range(count // 4)]


def long():
    """Words and texts of 100,000 bytes."""
    rng = random.Random(9)
    letters = "".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=100_000))
    return [t.encode() for t in ("a" * 100_000, letters, "é" * 50_000, " " * 100_000, "1" * 100_000, "中" * 33_000, "😀" * 25_000, "ab " * 33_000, "." * 100_000, "x" + "\u0301" * 5_000, "a\n" * 5_000)]


def code_points():
    """Every code point: alone between letters up to U+3100, and else by eights."""
    points = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000 and (c < 0x33000 or c >= 0xE0000 and c & 0xffff < 0x1100)]
    out = ["a%sb" % chr(c) for c in points if c < 0x3100]
    out += ["'%se" % chr(c) for c in points if c < 0x3100]
    for i in range(0, len(points), 8):
        group = [chr(c) for c in points[i:i + 8]]
        out.append("".join(group))
        out.append("a " + " ".join("x%s\u0301%s1" % (c, c) for c in group))
    return [t.encode() for t in out]


def shown(b):
    """Bytes as JSON: a text where they are one, else a list of numbers."""
    try:
        return b.decode()
    except UnicodeDecodeError:
        return list(b)


def read(b):
    return b.decode("utf-8", errors="replace")


def checksum(ids):
    return zlib.crc32(" ".join(map(str, ids)).encode())


def line(e):
    return " ".join(map(str, e.ids)) + "|" + "".join(map(str, e.type_ids)) + "|" + "".join(map(str, e.attention_mask))


def pairs(count, texts):
    """Pairs with a way of truncation, or none."""
    rng = random.Random(11)
    for _ in range(count):
        yield (rng.randrange(len(texts)), rng.randrange(len(texts)), rng.choice([0, 0, 4, 5, 6, 7, 8, 9, 11, 16, 25, 64]), rng.choice(["right", "left"]),
               rng.choice(["longest_first"] * 2 + ["only_first", "only_second"]), rng.random() < 0.8, rng.random() < 0.3)


def encoded(t, a, b, most, side, strategy, special, as_text):
    if most:
        t.enable_truncation(most, direction=side, strategy=strategy)
    else:
        t.no_truncation()
    t.encode_special_tokens = as_text
    try:
        return line(t.encode(a, b, add_special_tokens=special))
    except BaseException as e:
        if isinstance(e, KeyboardInterrupt):
            raise
        return "error"


def expected(t, texts):
    """Checksums: of the ids of each text without special tokens, with special tokens as tokens and as text, and of pairs."""
    from tokenizers import Tokenizer
    own = t.to_str()
    t = Tokenizer.from_str(own)
    t.no_padding()
    t.no_truncation()
    read_texts = [read(b) for b in texts]
    out = {}
    for name, as_text in (("ids", False), ("text", True)):
        t.encode_special_tokens = as_text
        out[name] = [checksum(e.ids) for e in t.encode_batch(read_texts, add_special_tokens=False)]
    t.encode_special_tokens = False
    out["pairs"] = [zlib.crc32(encoded(t, read_texts[p[0]], read_texts[p[1]], *p[2:]).encode()) for p in pairs(1500, texts)]
    t = Tokenizer.from_str(own)
    batch = []
    for p in pairs(60, texts):
        try:
            t.encode(read_texts[p[0]], read_texts[p[1]])
            batch.append(p[:2])
        except BaseException:
            pass
    out["batch"] = [list(p) for p in batch]
    out["padded"] = [zlib.crc32(line(e).encode()) for e in t.encode_batch([(read_texts[a], read_texts[b]) for a, b in batch])] if batch else []
    return out

#!/usr/bin/env python3
"""What Hugging Face tokenizers makes of more than 100,000 texts with every tokenizer file of
workbench/internal/tokenize/testdata, as checksums in the folder given: TestOracle compares.

    .ci/tokens.py FOLDER [SHARED/data]
"""
import glob
import gzip
import json
import os
import random
import struct
import sys

here = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../workbench/internal/tokenize/testdata")
sys.path.insert(0, here)
import texts
from tokenizers import Tokenizer

out, shared = sys.argv[1], sys.argv[2:]
rng = random.Random(13)
every = [t.encode() for t in texts.verbs()]
for folder in shared:
    for path in sorted(glob.glob(folder + "/*/texts.jsonl")):
        every += [json.loads(line)["text"].encode() for line in open(path, encoding="utf-8")]
every += texts.long() + texts.hard(300) + texts.code_points()
every += [texts.mixed(rng) for _ in range(10_000)] + [texts.broken(rng) for _ in range(3_000)]
while len(every) < 110_000:
    every.append(texts.mixed(rng))
print(len(every), "texts of", sum(map(len, every)), "bytes")


def write(name, data):
    with gzip.GzipFile(os.path.join(out, name), "wb", 1) as f:
        f.write(data)


write("texts.gz", b"".join(struct.pack("<I", len(t)) + t for t in every))
for path in sorted(glob.glob(here + "/files/*.json.gz")):
    t = Tokenizer.from_str(gzip.open(path, "rt", encoding="utf-8").read())
    x = texts.expected(t, every)
    x["rows"] = list(texts.pairs(len(x["pairs"]), every))
    write(os.path.basename(path), json.dumps(x).encode())
    print(os.path.basename(path))

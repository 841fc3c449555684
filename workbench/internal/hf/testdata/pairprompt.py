#!/usr/bin/env python3
"""Token ids of pairs as Qwen3-Reranker's card makes them, with a small tokenizer of that style: the
pair's text cut to what the prompt around it leaves. Writes pairprompt.json beside itself."""
import gzip
import json
import os

from tokenizers import Tokenizer

here = os.path.dirname(os.path.abspath(__file__))
t = Tokenizer.from_str(gzip.open(here + "/../../tokenize/testdata/files/qwen.json.gz", "rt", encoding="utf-8").read())
PREFIX = '<|im_start|>system\nJudge whether the Document meets the requirements based on the Query and the Instruct provided. Note that the answer can only be "yes" or "no".<|im_end|>\n<|im_start|>user\n'
SUFFIX = "<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n"
head, tail = t.encode(PREFIX, add_special_tokens=False).ids, t.encode(SUFFIX, add_special_tokens=False).ids
cases = []
for instruction in ("", "Find what answers,\nat once"):
    for query, document in [("what is a kernel", "A kernel runs cells."), ("", ""), (" spaces ", "\n\nlines\r\n"), ("naïve 数 42", "x" * 300), ("q" * 200, "a document")]:
        text = "<Instruct>: {}\n<Query>: {}\n<Document>: {}".format(instruction or "Given a web search query, retrieve relevant passages that answer the query", query, document)
        ids = t.encode(text, add_special_tokens=False).ids
        for most in (100000, len(head) + len(tail) + 60):
            cases.append(dict(instruction=instruction, query=query, document=document, most=most, length=len(head) + len(ids) + len(tail), ids=head + ids[: most - len(head) - len(tail)] + tail))
json.dump(cases, open(here + "/pairprompt.json", "w"), ensure_ascii=False)

#!/usr/bin/env python3
"""Token ids of pairs inside prompts, with small tokenizers of each style: of Qwen3-Reranker as its card makes
them, the pair's text cut to what the prompt leaves; of monoT5 as PyTerrier_t5 does, and of
bge-reranker-v2-gemma as FlagEmbedding does, the document cut to what the prompt leaves. Writes pairprompt.json
beside itself."""
import gzip
import json
import os

from tokenizers import Tokenizer

here = os.path.dirname(os.path.abspath(__file__))
PAIRS = [("what is a kernel", "A kernel runs cells."), ("", ""), (" spaces ", "\n\nlines\r\n"), ("naïve 数 42", "x" * 300), ("q" * 200, "a document")]
WORDS = [("what is a kernel", "A kernel runs cells."), ("naïve 数 42", "some words " * 40 + "more"), ("several words " * 30 + "more", "a document")]
GEMMA = "Given a query A and a passage B, determine whether the passage contains an answer to the query by providing a prediction of either 'Yes' or 'No'."
cases = []


def load(name):
    t = Tokenizer.from_str(gzip.open(here + "/../../tokenize/testdata/files/%s.json.gz" % name, "rt", encoding="utf-8").read())
    return lambda text: t.encode(text, add_special_tokens=False).ids


def case(kind, query, document, most, head, body, tail, **more):
    length = len(head) + len(body) + len(tail)
    cases.append(dict(kind=kind, query=query, document=document, most=most, length=length, ids=head + body[: most - len(head) - len(tail)] + tail, **more))


ids = load("qwen")
PREFIX = '<|im_start|>system\nJudge whether the Document meets the requirements based on the Query and the Instruct provided. Note that the answer can only be "yes" or "no".<|im_end|>\n<|im_start|>user\n'
SUFFIX = "<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n"
head, tail = ids(PREFIX), ids(SUFFIX)
for instruction in ("", "Find what answers,\nat once"):
    for query, document in PAIRS:
        text = "<Instruct>: {}\n<Query>: {}\n<Document>: {}".format(instruction or "Given a web search query, retrieve relevant passages that answer the query", query, document)
        for most in (100000, len(head) + len(tail) + 60):
            case("qwen3", query, document, most, head, ids(text), tail, instruction=instruction)

ids = load("t5-bytes")
for query, document in WORDS:
    for most in (100000, 90):
        case("t5", query, document, most, [], ids("Query: %s Document: %s" % (query, document)), ids("Relevant:</s>"))

ids = load("gemma")
for query, document in WORDS:
    tail = ids("\n") + ids(GEMMA)
    for most in (100000, len(tail) + 60):
        case("gemma", query, document, most, ids("<bos>"), ids("A: " + query) + ids("\n") + ids("B: " + document), tail, prompt="<bos>A: {query}\nB: {document}\n" + GEMMA)
json.dump(cases, open(here + "/pairprompt.json", "w"), ensure_ascii=False)

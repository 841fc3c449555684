#!/usr/bin/env python3
"""RerankHandler and EmbedHandler, asked by other people's clients: Cohere's of both API versions, OpenAI's, and one
of text-embeddings-inference."""
import math
import pathlib
import subprocess
import cohere
import openai
import tei_client

query = "the cancer had * invaded * her lungs"
docs = ["invade: penetrate or assault, in a harmful or injurious way", "run: move fast by using one's feet",
        "infest, invade, overrun: occupy in large numbers or live on a host"]
root = pathlib.Path(__file__).resolve().parent.parent


def check(what, got, want):
    if got != want:
        raise SystemExit(f"{what}: {got!r}, want {want!r}")


def fails(what, call, kind, text):
    try:
        answer = call()
    except kind as e:
        if text not in str(e):
            raise SystemExit(f"{what}: {e}, want {text}")
        return
    raise SystemExit(f"{what}: {answer!r}, want an error")


def ask_tei(url):
    """Returns the raw scores by document."""
    client = tei_client.HttpClient(url)
    check("health", client.health(), True)
    check("info", (client.info().max_client_batch_size, client.info().max_input_length), (1024, 512))
    raw = client.rerank(query, docs, raw_scores=True, return_text=True).ranks
    check("texts", [r.text for r in raw], [docs[r.index] for r in raw])
    check("order", [r.score for r in raw], sorted((r.score for r in raw), reverse=True))
    plain = client.rerank(query, docs, truncate=True).ranks
    for a, b in zip(raw, plain):
        if a.index != b.index or not math.isclose(b.score, 1 / (1 + math.exp(-a.score)), abs_tol=1e-12):
            raise SystemExit(f"a sigmoid of {a} is not {b}")
    long = ["word " * 2000]
    check("a text that is cut", len(client.rerank(query, long, truncate=True).ranks), 1)
    # The client sends truncate false unless told, and gives an error's body to its own parser.
    fails("a text that would be cut", lambda: client.rerank(query, long), ValueError, "RerankScore")
    return {r.index: r.score for r in raw}


def ask_cohere(url, raw):
    want = sorted(raw, key=lambda i: -raw[i])
    v2 = cohere.ClientV2(api_key="none", base_url=url)
    answer = v2.rerank(model="any", query=query, documents=docs, top_n=2)
    check("v2", [r.index for r in answer.results], want[:2])
    for r in answer.results:
        if not math.isclose(r.relevance_score, 1 / (1 + math.exp(-raw[r.index])), abs_tol=1e-12):
            raise SystemExit(f"v2: {r} for a logit of {raw[r.index]}")
    check("v2 version", answer.meta.api_version.version, "2")
    fails("tokens per document", lambda: v2.rerank(model="any", query=query, documents=docs, max_tokens_per_doc=9), cohere.UnprocessableEntityError, "max_tokens_per_doc")
    fails("no documents", lambda: v2.rerank(model="any", query=query, documents=[]), cohere.BadRequestError, "no texts")
    v1 = cohere.Client(api_key="none", base_url=url)
    answer = v1.rerank(model="any", query=query, documents=[{"text": d} for d in docs], return_documents=True)
    check("v1", [(r.index, r.document.text) for r in answer.results], [(i, docs[i]) for i in want])
    fails("rank fields", lambda: v1.rerank(query=query, documents=[{"text": "a"}], rank_fields=["title"]), cohere.UnprocessableEntityError, "rank_fields")


def near(what, got, want):
    if len(got) != len(want) or any(abs(a - b) > 1e-7 for a, b in zip(got, want)):
        raise SystemExit(f"{what}: {got[:4]}..., want {want[:4]}...")


def ask_embed(url):
    """The two shapes have the same vectors, as numbers and in base64, of documents and of queries."""
    tei = tei_client.HttpClient(url)
    check("embed health", tei.health(), True)
    vectors = tei.embed(docs)
    check("vectors", (len(vectors), round(sum(x * x for x in vectors[0]), 5)), (len(docs), 1.0))
    near("one text", tei.embed(docs[1])[0], vectors[1])
    # The client does not look at the status, and gives an error's body as if it were vectors.
    check("a text that would be cut", "send truncate true" in tei.embed("word " * 2000)["error"], True)
    check("a text that is cut", len(tei.embed("word " * 2000, truncate=True)), 1)
    client = openai.OpenAI(api_key="none", base_url=url + "/v1", max_retries=0)
    check("models", [m.id for m in client.models.list().data], ["*workbench.TextEncoder"])
    for encoding in ("float", openai.NOT_GIVEN):  # without one the client asks for base64
        answer = client.embeddings.create(model="any", input=docs, encoding_format=encoding)
        for d in answer.data:
            near(f"openai, {encoding}", d.embedding, vectors[d.index])
    check("usage", answer.usage.total_tokens > 10, True)
    short = client.embeddings.create(model="any", input=docs[0], dimensions=8).data[0].embedding
    check("dimensions", (len(short), round(sum(x * x for x in short), 5)), (8, 1.0))
    asked = client.embeddings.create(model="any", input=query, extra_body={"input_type": "query"}).data[0].embedding
    near("a query", asked, tei.embed(query, prompt_name="query")[0])
    near("its prompt", asked, tei.embed("find: " + query)[0])
    fails("token ids", lambda: client.embeddings.create(model="any", input=[[1, 2]]), openai.UnprocessableEntityError, "token ids")
    fails("no texts", lambda: client.embeddings.create(model="any", input=[]), openai.BadRequestError, "no texts")


server = subprocess.Popen(["go", "run", "./.ci/rerankserver"], cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
try:
    url, vectors = server.stdout.readline().strip(), server.stdout.readline().strip()
    ask_cohere(url, ask_tei(url))
    ask_embed(vectors)
finally:
    server.stdin.close()
    server.wait(timeout=60)
print("RerankHandler answers cohere and tei_client, EmbedHandler openai and tei_client")

#!/usr/bin/env python3
"""The Python client of workbench/serve/README.md, by LangChain's standard tests for retrievers,
against a server of a small BEIR folder."""
import json
import pathlib
import re
import subprocess
import sys
import tempfile

root = pathlib.Path(__file__).resolve().parent.parent
words = ["walk on foot", "eat a meal", "sleep at night", "run fast", "speak aloud", "read a book", "write a letter", "swim in the sea"]
tests = """
from client import AXNRetriever
from langchain_tests.integration_tests import RetrieversIntegrationTests


class TestAXNRetriever(RetrieversIntegrationTests):
    retriever_constructor = AXNRetriever
    retriever_constructor_params = {"url": "http://%s", "budget": 8}
    retriever_query_example = "move by walking"


def test_options():
    found = AXNRetriever(url="http://%s").invoke("move by walking", only=["3", "4"])
    assert {d.id for d in found} == {"3", "4"} and found[0].metadata["score"] >= found[1].metadata["score"]
"""

with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    (folder / "corpus.jsonl").write_text("".join(json.dumps({"_id": str(i), "text": w}) + "\n" for i, w in enumerate(words)))
    (folder / "queries.jsonl").write_text('{"_id": "q", "text": "move"}\n')
    (folder / "client.py").write_text(re.search(r"```python\n(.*?)```", (root / "workbench/serve/README.md").read_text(), re.S)[1])
    binary = folder / "serve"
    subprocess.run(["go", "build", "-o", binary, "./workbench/serve"], cwd=root, check=True)
    models = root / "data/models"
    server = subprocess.Popen([binary, "-data", folder, "-cross-encoder", models / "ce-wordnet-L4", "-dual-encoder", models / "de-wordnet-L2", "-listen", "localhost:0"],
                              stderr=subprocess.PIPE, text=True)
    try:
        for line in server.stderr:
            if m := re.search(r"on http://(\S+)", line):
                break
        else:
            raise SystemExit("the server does not say where it listens")
        (folder / "test_client.py").write_text(tests % (m[1], m[1]))
        subprocess.run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-o", "asyncio_mode=auto", folder], check=True)
    finally:
        server.terminate()
        log = server.communicate(timeout=60)[1]
        if server.returncode != 0:
            raise SystemExit(f"the server did not end well: {log}")

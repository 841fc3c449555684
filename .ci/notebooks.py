#!/usr/bin/env python3
"""Checks notebooks from outside.

  notebooks.py stored FILE...        stored as run: counts 1, 2, 3, no unexpected error or warning, no machine path, under 1 MB;
                                     pictures with a text, under 100 kB each
  notebooks.py same DIR OTHER_DIR    cells tagged `check` have the same text output in both
  notebooks.py run FILE...           a real client (nbclient) runs them on the kernel they name
"""
import json
import os
import re
import sys
from pathlib import Path


def code_cells(nb):
    return [c for c in nb["cells"] if c["cell_type"] == "code"]


def tags(cell):
    return cell["metadata"].get("tags", [])


def text(cell):
    """What a cell printed or returned, as text; not what has come up on the way, which names ports."""
    join = lambda x: "".join(x)
    outputs = [o for o in cell["outputs"] if o.get("name") != "stderr"]
    return [join(o.get("text") or o.get("data", {}).get("text/plain", "")) for o in outputs]


def stored(path):
    nb = json.loads(Path(path).read_text())
    cells = code_cells(nb)
    yield from (f"cell {i} has count {c['execution_count']}" for i, c in enumerate(cells, 1) if c["execution_count"] != i)
    for i, c in enumerate(cells, 1):
        errors = [o["evalue"] for o in c["outputs"] if o["output_type"] == "error"]
        if bool(errors) != ("raises-exception" in tags(c)):
            yield f"cell {i}: errors {errors}, tags {tags(c)}"
        if any(o.get("name") == "stderr" for o in c["outputs"]) and "warns" not in tags(c):
            yield f"cell {i} wrote to stderr"
        if re.search(r"/(home|root|tmp|work|Users)/", json.dumps(c["outputs"])):
            yield f"cell {i} shows a path of a machine"
        for o in c["outputs"]:
            yield from (f"cell {i}: {problem}" for problem in picture(o.get("data", {}), o.get("metadata", {})))
    if os.path.getsize(path) > 1_000_000:
        yield f"{os.path.getsize(path)} bytes"


def picture(data, metadata):
    for mime in [m for m in data if m.startswith("image/")]:
        if len("".join(data[mime])) > 100_000:
            yield f"a picture of {len(''.join(data[mime]))} bytes"
        told = 'alt="' in "".join(data.get("text/html", "")) or data.get("application/vnd.vegalite.v5+json", {}).get("description")
        if not metadata.get(mime, {}).get("alt") or not told:
            yield "a picture without a text for those who cannot see it"


def same(one, other):
    for path in sorted(Path(one).glob("*.ipynb")):
        a, b = (code_cells(json.loads((Path(d) / path.name).read_text())) for d in (one, other))
        for i, (x, y) in enumerate(zip(a, b, strict=True), 1):
            if "check" in tags(x) and text(x) != text(y):
                yield f"{path.name}, cell {i}: stored {text(x)}, now {text(y)}"


def run(path):
    import nbformat
    from nbclient import NotebookClient

    nb = nbformat.read(path, as_version=4)
    NotebookClient(nb, timeout=300, resources={"metadata": {"path": os.path.dirname(path)}}).execute()
    for i, c in enumerate(code_cells(nb), 1):
        if any(o.get("name") == "stderr" for o in c["outputs"]):
            yield f"cell {i} wrote to stderr"


def main():
    verb, args = sys.argv[1], sys.argv[2:]
    if verb == "same":
        found = {"": list(same(*args))}
    else:
        found = {a: list({"stored": stored, "run": run}[verb](a)) for a in args}
    for name, problems in found.items():
        for p in problems:
            print(f"{name} {p}".strip(), file=sys.stderr)
        if not problems and name:
            print(f"{name}: {verb}")
    sys.exit(any(found.values()))


if __name__ == "__main__":
    main()

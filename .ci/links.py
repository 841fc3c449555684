#!/usr/bin/env python3
"""Checks that every relative link of the documents and notebooks leads somewhere: to a
file that git knows, and to a heading in it where the link names one."""
import json
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

FENCED = re.compile(r"^(```|~~~).*?^\1", re.M | re.S)
LINK = re.compile(r"!?\[[^\]]*\]\(\s*<?([^)\s>]+)")


def prose(path):
    """The Markdown of a document or of a notebook's cells, without code."""
    text = path.read_text()
    if path.suffix == ".ipynb":
        text = "\n\n".join("".join(c["source"]) for c in json.loads(text)["cells"] if c["cell_type"] == "markdown")
    return FENCED.sub("", text)


def anchors(path):
    """The names that GitHub gives to headings."""
    heads = re.findall(r"^#{1,6} +(.*)$", prose(path), re.M)
    return {re.sub(r"[^\w\- ]", "", re.sub(r"[`*]|\]\([^)]*\)", "", h)).strip().lower().replace(" ", "-") for h in heads}


def broken(path, known):
    for link in LINK.findall(re.sub(r"`[^`\n]*`", "", prose(path))):
        if re.match(r"[a-z]+:", link):
            continue
        file, _, heading = unquote(link).partition("#")
        target = (path.parent / file).resolve() if file else path.resolve()
        if target not in known:
            yield f"{path}: {link}: no such file"
        elif heading and target.suffix == ".md" and heading not in anchors(target):
            yield f"{path}: {link}: no such heading"


def main():
    files = [Path(f) for f in subprocess.check_output(["git", "ls-files", "-z"], text=True).split("\0") if f]
    known = {p for f in files for p in (f.resolve(), *f.resolve().parents)}
    documents = [f for f in files if f.suffix in (".md", ".ipynb")]
    problems = [b for f in documents for b in broken(f, known)]
    print(*problems, sep="\n", file=sys.stderr) if problems else print(f"links: {len(documents)} documents are sound")
    sys.exit(bool(problems))


if __name__ == "__main__":
    main()

"""Makes pages of the project's documents, of its notebooks as they are stored, and of Go's
doc comments. Links between them are followed; those to other files of the project become
plain text, for the site stands without them."""
import html
import json
import posixpath
import re
import subprocess
from pathlib import Path
from urllib.parse import unquote

from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ["workbench", "workbench/serving", "workbench/pgstore", "workbench/shards", "workbench/rivals", "workbench/scorertest", "workbench/storetest",
            "kernelspec/widgets", "kernelspec/display", "kernelspec/comm"]
FENCE = re.compile(r"(^ *(?:```|~~~).*?^ *(?:```|~~~) *$|`[^`\n]+`)", re.M | re.S)
LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\[\]]*\])*)\]\(\s*<?([^)\s>]+)>?(\s+\"[^\"]*\")?\)")


def tracked(*patterns):
    out = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *patterns],
                         cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return sorted(set(filter(None, out.split("\0"))))


def page_of(path):
    """The page that a document or notebook of the project becomes."""
    if path.startswith("notebooks/site/"):
        return path.removeprefix("notebooks/site/")
    if path.startswith("notebooks/"):
        path = "course/" + path.removeprefix("notebooks/")
    if posixpath.basename(path) == "README.md":
        path = posixpath.join(posixpath.dirname(path), "index.md")
    return re.sub(r"\.ipynb$", ".md", path)


def reference_of(package):
    return f"reference/{package.replace('/', '-')}.md"


class Site:
    """What is on the site, and where."""

    def __init__(self):
        documents = [f for f in tracked("*.md", "notebooks/*.ipynb") if not f.startswith((".github/", "notebooks/site/pages/"))]
        self.pages = {path: page_of(path) for path in documents}
        self.pages |= {path: page_of(path) for path in tracked("*.png", "*.svg") if not path.startswith("notebooks/site/")}

    def target(self, path):
        """The page that tells of a file or folder of the project, None if none does."""
        if path in self.pages:
            return self.pages[path]
        for folder in (path, posixpath.dirname(path) if path.endswith(".go") else path):
            if folder in PACKAGES:
                return reference_of(folder)
            readme = posixpath.normpath(f"{folder}/README.md")
            if readme in self.pages:
                return self.pages[readme]
        return None

    def linked(self, text, path):
        """Markdown of a document, with links that lead to pages."""
        here = posixpath.dirname(self.pages[path])

        def link(m):
            picture, name, to, title = m.groups()
            if re.match(r"[a-z]+:|#", to):
                return m[0]
            file, _, heading = unquote(to).partition("#")
            file = posixpath.normpath(posixpath.join(posixpath.dirname(path), file))
            if not (ROOT / file).exists():
                raise PluginError(f"{path}: {to}: no such file")
            page = self.target(file)
            if page is None:
                return name
            return f"{picture}[{LINK.sub(link, name)}]({posixpath.relpath(page, here or '.')}{'#' + heading if heading else ''}{title or ''})"

        parts = FENCE.split(text)
        # code in a link's name would cut the link in two: put it aside
        kept = []

        def aside(part):
            kept.append(part)
            return f"\0{len(kept) - 1}\0"

        whole = "".join(part if i % 2 == 0 else aside(part) for i, part in enumerate(parts))
        return re.sub("\0(\\d+)\0", lambda m: kept[int(m[1])], LINK.sub(link, whole))


def notebook(text):
    """A notebook as Markdown: cells with the outputs that are stored."""
    parts = []
    for cell in json.loads(text)["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            parts.append(source)
        elif cell["cell_type"] == "code" and source.strip():
            parts.append(fenced(source, "go"))
            parts += [output(o) for o in cell["outputs"]]
    return "\n\n".join(filter(None, parts)) + "\n"


def fenced(text, kind):
    marks = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
    return f"{marks}{kind}\n{text.rstrip()}\n{marks}"


def output(o):
    if o["output_type"] == "stream":
        return fenced("".join(o["text"]), "text")
    if o["output_type"] == "error":
        return fenced(re.sub(r"\x1b\[[\d;]*m", "", "\n".join(o["traceback"])), "text")
    data = {mime: "".join(d) if isinstance(d, list) else d for mime, d in o["data"].items()}
    if "text/html" in data:
        return f'<div class="output">{re.sub(chr(10) + "+", chr(10), data["text/html"])}</div>'
    for mime in [m for m in data if m.startswith("image/")]:
        alt = html.escape(o["metadata"][mime]["alt"])
        return f'<div class="output"><img src="data:{mime};base64,{"".join(data[mime].split())}" alt="{alt}"></div>'
    return fenced(data["text/plain"], "text")


def reference():
    """Go's doc comments as Markdown, by page."""
    out = subprocess.run(["go", "run", "./notebooks/site/reference", *PACKAGES], cwd=ROOT, capture_output=True, text=True)
    if out.returncode:
        raise PluginError("the Go reference: " + out.stderr)
    return json.loads(out.stdout)


def on_files(files, config):
    site = Site()
    for path, page in site.pages.items():
        if path.endswith((".png", ".svg")):
            files.append(File.generated(config, page, content=(ROOT / path).read_bytes()))
            continue
        text = (ROOT / path).read_text()
        if path.endswith(".ipynb"):
            text = notebook(text)
        files.append(File.generated(config, page, content=site.linked(text, path)))
    for page, text in reference().items():
        files.append(File.generated(config, "reference/" + page, content=text))
    return files

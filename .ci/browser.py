#!/usr/bin/env python3
"""Uses the notebooks as people do: in a real JupyterLab, in a real browser.

    .ci/browser.py [--shots DIR] [--picture FILE.png] [--url URL --work DIR] [NOTEBOOK...]

Starts `go run ./kernelspec lab` on a copy of notebooks/, opens the index page, runs two
notebooks, one of them with widgets (or those named), and looks at the others as they are
stored, then works with the keyboard alone in a new one: interrupt, restart, completion, inspection, a progress bar; and with the
debugger in another one. Prints one line per check; ends with 1 if one failed. Screenshots
of all of it, light and dark, go to DIR; --picture writes the one for the README and does
nothing else. --url takes a server that runs already, whose folder is --work, such as a
container's.

Needs Debian's chromium (installed if missing) and playwright (an environment of its own
is made in the user's cache folder).
"""
import argparse
import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

PLAYWRIGHT, AXE = "1.65.2", "0.1.8"
NARROW = 900
SOON = 60_000  # milliseconds that nothing takes, on a busy machine either
ROOT = Path(__file__).resolve().parent.parent
try:
    from playwright.sync_api import TimeoutError as Slow, sync_playwright
except ImportError:
    sync_playwright = None


def own_environment():
    """Runs this program again with a Python that has playwright, and axe for the site."""
    env = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "axn" / f"browser-{PLAYWRIGHT}-{AXE}"
    python = env / "bin" / "python"
    if not (env / "complete").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", env], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", f"playwright=={PLAYWRIGHT}", f"axe-playwright-python=={AXE}"], check=True)
        (env / "complete").touch()
    os.execv(python, [str(python), *sys.argv])


def chromium():
    found = shutil.which("chromium")
    if not found:
        subprocess.run(["apt-get", "update", "-qq"], check=True)
        subprocess.run(["apt-get", "install", "-qq", "-y", "--no-install-recommends", "chromium", "fonts-dejavu-core"],
                       check=True, env=dict(os.environ, DEBIAN_FRONTEND="noninteractive"))
        found = shutil.which("chromium")
    return found


class Lab:
    """A JupyterLab with settings and data of its own on a copy of the course."""

    def __init__(self, tmp):
        work = tmp / "work"
        self.notebooks, self.folder = work / "notebooks", "notebooks/"
        shutil.copytree(ROOT / "notebooks", self.notebooks, ignore=shutil.ignore_patterns("*.axn", "*.cache", ".ipynb_checkpoints"))
        (work / "data").symlink_to(ROOT / "data")
        for pattern in ("*.md", "*.svg"):  # the documents; JupyterLab shows no pictures of a folder that is a link
            for file in (ROOT / "workbench").rglob(pattern):
                to = work / file.relative_to(ROOT)
                to.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(file, to)
        env = dict(os.environ, GOFLAGS=os.environ.get("GOFLAGS", ""))
        for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR"):
            env[name] = str(tmp / name.lower())
            os.makedirs(env[name])
        self.token = secrets.token_hex(16)
        self.log = open(tmp / "lab.log", "w+")
        self.process = subprocess.Popen(
            ["go", "run", "./kernelspec", "lab", "-no-browser", "-port", "8890", "-token", self.token, str(work)],
            cwd=ROOT, env=env, stdout=self.log, stderr=subprocess.STDOUT, start_new_session=True)
        self.base = self.wait()
        self.draw_all()

    def wait(self):
        for _ in range(3000):
            found = re.search(r"(http://\S+)/lab\S*token=", Path(self.log.name).read_text())
            if found:
                return found[1]
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        sys.exit("browser: JupyterLab did not start:\n" + Path(self.log.name).read_text())

    def draw_all(self):
        """Has cells drawn that are out of sight: else they could not be looked at."""
        body = json.dumps({"raw": json.dumps({"windowingMode": "none"})}).encode()
        urllib.request.urlopen(urllib.request.Request(
            f"{self.base}/lab/api/settings/@jupyterlab/notebook-extension:tracker", body, method="PUT",
            headers={"Authorization": f"token {self.token}", "Content-Type": "application/json"}))

    def url(self, file):
        return f"{self.base}/lab/tree/{self.folder}{file}?token={self.token}&reset"

    def stop(self):
        os.killpg(self.process.pid, signal.SIGINT)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)


class Running(Lab):
    """A JupyterLab that runs already, with the course in the folder notebooks."""

    def __init__(self, url, work):
        self.base, self.token = re.match(r"(http://[^/]+)/.*token=(\w+)", url).groups()
        self.notebooks, self.folder = work / "notebooks", "notebooks/"
        self.draw_all()

    def stop(self):
        pass


class Checks:
    """Counts what holds and what does not."""

    def __init__(self):
        self.failed = 0

    def that(self, holds, what, otherwise=""):
        print(("ok      " if holds else "FAILED  ") + what + ("" if holds or not otherwise else f": {otherwise}"), flush=True)
        self.failed += not holds


RUN = ["01_quickstart.ipynb", "04_rounds_and_baselines.ipynb"]  # kernelspec run runs all of them by the same protocol

PANEL = ".jp-NotebookPanel:not(.lm-mod-hidden)"
READY = """() => { const p = document.querySelector('.jp-NotebookPanel:not(.lm-mod-hidden)');
    const name = p && p.querySelector('.jp-KernelName, .jp-Toolbar-kernelName'), state = p && p.querySelector('.jp-Notebook-ExecutionIndicator');
    return name && name.innerText && name.innerText !== 'No Kernel' && state && state.dataset.status === 'idle'
        && ![...p.querySelectorAll('.jp-InputPrompt')].some(e => e.textContent.includes('*')); }"""

# The last cell with code has been run: it has a number.
RAN = """() => { const cells = [...document.querySelectorAll('.jp-NotebookPanel:not(.lm-mod-hidden) .jp-CodeCell')].filter(c => (c.querySelector('.cm-content') || {innerText: '?'}).innerText.trim());
    return /[0-9]/.test(cells.pop().querySelector('.jp-InputPrompt').textContent); }"""

# What JupyterLab says when a kernel goes, or a page, while it asks for something of the debugger.
GONE = "Canceled future for debug_request"


class Page:
    """One browser page, with what it complains about."""

    def __init__(self, browser, lab, width=1280):
        self.lab, self.complaints = lab, []
        self.page = browser.new_page(viewport={"width": width, "height": 800})
        self.page.set_default_timeout(SOON)
        self.width = width
        self.page.on("console", lambda m: m.type == "error" and GONE not in m.text and self.complaints.append(m.text[:300]))
        self.page.on("pageerror", lambda e: GONE not in str(e) and self.complaints.append(f"uncaught: {e}"[:300]))
        self.page.on("response", lambda r: r.status >= 400 and self.complaints.append(f"{r.status} {r.url.split('?')[0]}"))

    def open(self, notebook):
        self.page.goto(self.lab.url(notebook), wait_until="domcontentloaded")
        self.page.wait_for_selector(PANEL)
        self.ready()

    def ready(self, seconds=SOON // 1000):
        self.page.wait_for_function(READY, timeout=seconds * 1000)

    def run_all(self):
        """Runs all cells, until the last one has a number or the kernel has nothing to do for a while: a cell has failed."""
        self.menu("Edit", "Clear Outputs of All Cells")  # and with them their numbers
        self.page.wait_for_function(f"() => !({RAN})()")
        self.menu("Run", "Run All Cells")
        idle = 0  # a kernel is idle between cells too; and after an error, even a wanted one, JupyterLab marks no cell as waiting
        while idle < 60 and not self.look(RAN):
            time.sleep(0.5)
            idle = idle + 1 if self.look(READY) else 0
        self.ready()

    def menu(self, *path):
        self.page.locator(".lm-MenuBar-itemLabel", has_text=path[0]).first.click()
        for name in path[1:-1]:
            self.page.locator(".lm-Menu-itemLabel", has_text=re.compile(f"^{name}$")).hover()
        self.page.locator(".lm-Menu-itemLabel", has_text=re.compile(f"^{path[-1]}$")).click()

    def theme(self, name):
        self.menu("Settings", "Theme", name)
        self.page.wait_for_selector(f'body[data-jp-theme-name="{name}"]', state="attached")
        time.sleep(0.5)  # for the screenshot

    def keys(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, text):
        self.page.keyboard.insert_text(text)

    def look(self, what):
        return self.page.evaluate(what)

    def whole(self):
        """Makes the window as tall as the notebook: the page itself never scrolls."""
        if self.page.locator(".jp-SideBar .lm-TabBar-tab.lm-mod-current").count():
            self.keys("Control+b")
        for _ in range(2):  # outputs may take another height in the new window
            height = self.look("""() => { const p = document.querySelector('.jp-NotebookPanel:not(.lm-mod-hidden)');
                const outer = p.querySelector('.jp-WindowedPanel-outer') || p.querySelector('.jp-Notebook'), last = [...p.querySelectorAll('.jp-Cell')].pop();
                const h = last.getBoundingClientRect().bottom - p.getBoundingClientRect().top + outer.scrollTop; outer.scrollTop = 0; return h; }""")
            self.page.set_viewport_size({"width": self.width, "height": max(800, min(int(height) + 140, 12_000))})
            time.sleep(0.5)  # for the screenshot

    def saved(self, file, holds):
        """Saves, and waits until the file's cells are as they should be; returns them."""
        self.keys("Control+s")
        end = time.time() + SOON / 1000
        while True:
            try:
                cells = [c for c in json.loads(file.read_text())["cells"] if c["cell_type"] == "code" and "".join(c["source"]).strip()]
                if holds(cells) or time.time() > end:
                    return cells
            except ValueError:  # it is being written
                pass
            time.sleep(0.1)

    def shot(self, shots, name):
        if shots:
            self.page.screenshot(path=shots / f"{name}.png")


def index(page, checks, shots):
    page.page.goto(page.lab.url("README.md"), wait_until="domcontentloaded")
    link = page.page.locator(".jp-MarkdownViewer a", has_text="Quickstart")
    link.wait_for()
    page.shot(shots, "index")
    link.click()
    page.page.wait_for_selector(PANEL)
    page.ready()
    checks.that(True, "the index page opens the quickstart")
    shut_down(page)


def look_notebook(page, checks, name, shots):
    """A notebook as it is stored."""
    page.open(name)
    page.whole()
    readable(page, checks, name)
    page.whole()
    hover(page, checks, name)
    page.shot(shots, f"{name}-light")
    page.theme("JupyterLab Dark")
    page.shot(shots, f"{name}-dark")
    page.theme("JupyterLab Light")
    shut_down(page)


def run_notebook(page, checks, lab, name, shots):
    page.open(name)
    page.whole()
    page.shot(shots, f"{name}-stored")
    start = time.time()
    page.run_all()
    seconds = time.time() - start
    counts = lambda cells: [c["execution_count"] for c in cells]
    cells = page.saved(lab.notebooks / name, lambda cells: counts(cells) == list(range(1, len(cells) + 1)))
    page.whole()
    page.shot(shots, f"{name}-light")
    checks.that(counts(cells) == list(range(1, len(cells) + 1)), f"{name}: {len(cells)} cells in {seconds:.1f} s", f"counts {counts(cells)}")
    for i, c in enumerate(cells, 1):
        errors = [f"{o['ename']}: {o['evalue']}" for o in c["outputs"] if o["output_type"] == "error"]
        expected = "raises-exception" in c["metadata"].get("tags", [])
        if bool(errors) != expected:
            checks.that(False, f"{name}, code cell {i}", errors[0] if errors else "no error, though it is tagged raises-exception")
        warnings = [o["text"] for o in c["outputs"] if o["output_type"] == "stream" and o["name"] == "stderr"]
        if warnings:
            checks.that(False, f"{name}, code cell {i} writes to stderr", "".join(warnings[0]))
    checks.that(seconds < 300, f"{name}: does not hang")
    readable(page, checks, name)
    sliders(page, checks, name)
    page.whole()
    hover(page, checks, name)
    page.theme("JupyterLab Dark")
    page.shot(shots, f"{name}-dark")
    page.theme("JupyterLab Light")
    shut_down(page)
    documents(page, checks, name)


FOLLOWS = """async () => { const s = document.querySelector('.jp-NotebookPanel:not(.lm-mod-hidden) .widget-slider'), area = s.closest('.jp-OutputArea-output');
    const text = () => (area.querySelector('img') || {}).alt, before = text(), start = performance.now();
    s.querySelector('.noUi-handle').dispatchEvent(new KeyboardEvent('keydown', {key: 'ArrowRight', bubbles: true}));
    while (text() === before || !text()) { if (performance.now() - start > 60000) return null; await new Promise(requestAnimationFrame); }
    return performance.now() - start; }"""


def sliders(page, checks, name):
    """Where there are sliders, the picture follows the first one."""
    if page.look("() => document.querySelector('.jp-NotebookPanel:not(.lm-mod-hidden) .widget-slider')"):
        took = page.look(FOLLOWS)
        checks.that(took, f"{name}: the picture follows the slider in {took or 0:.0f} ms")


# Points are 9 pixels wide, and Vega tells of one as soon as the pointer is on it.
TELLS = """async () => { const plot = document.querySelector('.jp-NotebookPanel:not(.lm-mod-hidden) .vega-embed canvas'), r = plot.getBoundingClientRect();
    for (let y = r.top; y < r.bottom; y += 5) for (let x = r.left; x < r.right; x += 5) {
        for (const [kind, event] of [[PointerEvent, 'pointermove'], [MouseEvent, 'mousemove']]) plot.dispatchEvent(new kind(event, {clientX: x, clientY: y, bubbles: true}));
        const told = document.querySelector('#vg-tooltip-element.visible');
        if (told) return told.innerText; }
    return null; }"""


def hover(page, checks, name):
    """Where there are plots that one can ask, a point tells its line and its values."""
    if page.look("() => document.querySelector('.jp-NotebookPanel:not(.lm-mod-hidden) .vega-embed canvas')"):
        told = page.look(TELLS)
        checks.that(told and "line" in told and len(re.findall(r"[0-9]", told)) > 1, f"{name}: a point under the pointer says {(told or '').split()}", "nothing")


# What one sees, and what is wrong with it.
SEEN = """() => { const out = [...document.querySelectorAll('.jp-NotebookPanel:not(.lm-mod-hidden) .jp-OutputArea-output')];
    const images = out.flatMap(o => [...o.querySelectorAll('img')]), heads = out.flatMap(o => [...o.querySelectorAll('th')]);
    return {images: images.length, mute: images.filter(i => !i.alt || i.alt === 'Image').length, broken: images.filter(i => !i.naturalWidth).length,
        tables: out.flatMap(o => [...o.querySelectorAll('table')]).length, headless: out.flatMap(o => [...o.querySelectorAll('table')]).filter(t => !t.querySelector('th')).length,
        loose: heads.filter(h => !h.scope).length, wide: out.filter(o => o.scrollWidth > o.clientWidth + 1).map(o => o.innerText.slice(0, 60))}; }"""


def readable(page, checks, name):
    """Pictures have texts, tables have headers, nothing is cut off or overflows on a narrow page."""
    page.page.set_viewport_size({"width": NARROW, "height": 800})
    for _ in range(100):  # the page takes some time to follow the window
        seen = page.look(SEEN)
        if not any(seen[fault] for fault in ("mute", "broken", "headless", "loose", "wide")):
            break
        time.sleep(0.1)
    checks.that(not (seen["mute"] or seen["broken"]), f"{name}: {seen['images']} pictures, all with a text", f"{seen['mute']} without, {seen['broken']} broken")
    checks.that(not (seen["headless"] or seen["loose"]), f"{name}: {seen['tables']} tables, all with headers", f"{seen['headless']} without, {seen['loose']} header cells without scope")
    checks.that(not seen["wide"], f"{name}: no output wider than a page of {NARROW} pixels", str(seen["wide"]))


def documents(page, checks, name):
    """Where a notebook leads to a document outside of its folder, that opens."""
    link = page.page.locator(f'{PANEL} .jp-RenderedMarkdown a[href*="workbench/"]').first
    if link.count():
        to = link.inner_text()
        link.click()
        heading = page.page.locator(".jp-MarkdownViewer h1").first
        heading.wait_for()
        checks.that(True, f"{name}: the link {to} opens {heading.inner_text()!r}")


def shut_down(page):
    page.menu("Kernel", "Shut Down Kernel")
    page.page.wait_for_function("() => /No Kernel/.test(document.querySelector('.jp-NotebookPanel:not(.lm-mod-hidden) .jp-Toolbar').innerText)")


SCRATCH = {"cells": [{"cell_type": "code", "id": "first", "metadata": {}, "source": [], "outputs": [], "execution_count": None}],
           "metadata": {"kernelspec": {"name": "axn", "display_name": "Go (AXN workbench)", "language": "go"}}, "nbformat": 4, "nbformat_minor": 5}


class Keyboard:
    """A new notebook in which nothing but keys is pressed."""

    def __init__(self, page, lab):
        (lab.notebooks / "scratch.ipynb").write_text(json.dumps(SCRATCH))
        self.page = page
        page.open("scratch.ipynb")
        page.keys("Escape")  # command mode of the first cell

    def write(self, code):
        """Leaves a new cell below with code, in edit mode."""
        self.page.keys("Escape", "b", "Enter")
        self.page.type(code)

    def run(self, code):
        self.write(code)
        self.page.keys("Control+Enter")
        self.prompts("[0-9]")
        self.page.ready()
        return self.output()

    def start(self, code):
        """Leaves a cell that runs."""
        self.write(code)
        self.page.keys("Control+Enter")
        self.prompts("[0-9*]")
        self.page.page.wait_for_selector(f"{PANEL} .jp-Notebook-ExecutionIndicator[data-status=busy]", state="attached")

    def prompts(self, what):
        """Waits until the number of the cell, or the star of one that runs, is as wanted."""
        self.page.page.wait_for_function("what => RegExp(what).test(document.querySelector('.jp-NotebookPanel:not(.lm-mod-hidden) .jp-CodeCell.jp-mod-active .jp-InputPrompt').textContent)", arg=what)

    def output(self):
        return self.page.look("() => [...document.querySelectorAll('.jp-NotebookPanel:not(.lm-mod-hidden) .jp-CodeCell.jp-mod-active .jp-OutputArea-output')].map(e => e.innerText).join('\\n')")


def keyboard(page, checks, lab, shots):
    k = Keyboard(page, lab)
    checks.that(k.run("answer := 42\nanswer").strip() == "42", "keyboard: a cell runs", k.output())

    k.start("for { answer++ }")
    time.sleep(1)  # it is to count for a while
    start = time.time()
    page.keys("Escape", "i", "i")
    page.ready()
    took = time.time() - start
    page.shot(shots, "interrupted")
    checks.that("interrupt" in k.output().lower(), f"keyboard: I I interrupts, {took:.2f} s", k.output())
    checks.that(k.run("answer > 42").strip() == "true", "keyboard: variables outlive the interrupt", k.output())

    k.run('import "axn/workbench"')
    k.write("workbench.OpenData")
    page.keys("Tab")
    page.page.wait_for_function(f"() => document.querySelector('.jp-Completer:not(.lm-mod-hidden)') || ({LINE})() !== 'workbench.OpenData'")
    if page.page.locator(".jp-Completer:visible").count():
        page.shot(shots, "completion")
        page.keys("Enter")
    try:
        page.page.wait_for_function(f"() => ({LINE})().startsWith('workbench.OpenDataset')")
        checks.that(True, "keyboard: Tab completes")
    except Slow:
        checks.that(False, "keyboard: Tab completes", page.look(LINE))
    page.keys("Escape")
    k.write("workbench.Open")
    page.keys("Tab")
    try:
        page.page.wait_for_selector(".jp-Completer:visible")
        offers = page.look("() => [...document.querySelectorAll('.jp-Completer-item')].map(e => e.innerText)")
        page.shot(shots, "completions")
    except Slow:
        offers = []
    checks.that(any("OpenDataset" in o for o in offers) and len(offers) > 3, f"keyboard: Tab offers {len(offers)} names", str(offers[:5]))
    page.keys("Escape", "Escape")

    k.write("workbench.OpenDataset")
    page.keys("Shift+Tab")
    try:
        page.page.wait_for_selector(".jp-Tooltip")
        tip = page.page.locator(".jp-Tooltip").inner_text()
        page.shot(shots, "inspection")
    except Slow:
        tip = ""
    checks.that("func OpenDataset" in tip, "keyboard: Shift-Tab shows the documentation", tip[:200])
    page.keys("Escape")

    progress(page, checks, k, shots)

    page.keys("Escape", "0", "0")
    page.page.wait_for_selector(".jp-Dialog")
    with page.page.expect_response(re.compile(r"/api/kernels/[^/]+/restart")):
        page.keys("Enter")
    page.ready()
    checks.that("undefined" in k.run("answer"), "keyboard: 0 0 restarts", k.output())
    checks.that(k.run("6 * 7").strip() == "42", "keyboard: the new kernel runs", k.output())
    shut_down(page)


LINE = "() => document.querySelector('.jp-CodeCell.jp-mod-active .cm-content').innerText"

SLOW = """data, err := workbench.OpenDataset("../data/verbs")
workbench.Must(err)
fast, err := data.Scorer()
workbench.Must(err)
slow := workbench.ScorerFunc(func(ctx context.Context, pairs []workbench.Pair) ([]float64, error) {
	time.Sleep(time.Duration(len(pairs)) * 100 * time.Microsecond)
	return fast.Score(ctx, pairs)
})"""


def progress(page, checks, k, shots):
    k.run('import (\n"context"\n"time"\n)')
    said = k.run(SLOW)
    k.start("scores, err := workbench.Observe(ctx, slow, data, workbench.Sampling{Random: 100})")
    seen = []
    end = time.time() + SOON / 1000
    while time.time() < end:
        value = page.look("() => { const p = document.querySelector('.jp-CodeCell.jp-mod-active progress'); return p && p.value; }")
        if value is not None and value not in seen:
            seen.append(value)
            if len(seen) == 5:
                page.shot(shots, "progress")
        if page.look(READY):
            break
        time.sleep(0.05)
    checks.that(len(seen) >= 5 and seen == sorted(seen), f"a progress bar moves: {len(seen)} positions", f"{seen} {said} {k.output()}")


DEBUGGED = ["func add(a, b int) int {\n\tc := a + b\n\treturn c\n}", "total := 40\ntotal = add(total, 1)\ntotal"]


def debugger(page, checks, lab, shots):
    """Stops in a cell, steps into a function of another one, changes a variable, goes on."""
    cells = [{"cell_type": "code", "id": f"c{i}", "metadata": {}, "source": code, "outputs": [], "execution_count": None} for i, code in enumerate(DEBUGGED)]
    (lab.notebooks / "debugged.ipynb").write_text(json.dumps(dict(SCRATCH, cells=cells)))
    page.open("debugged.ipynb")
    on = page.page
    variables = lambda: on.locator(".jp-DebuggerVariables").first.inner_text().split()
    bug = on.locator(f"{PANEL} .jp-DebuggerBugButton")
    while bug.get_attribute("aria-pressed") != "true":  # JupyterLab drops a click while it still asks a new kernel about its debugger
        bug.click()
        time.sleep(2)
    on.wait_for_selector(".jp-DebuggerCallstack", state="visible")
    second = on.locator(f"{PANEL} .jp-CodeCell").nth(1)
    second.locator(".cm-breakpoint-gutter .cm-gutterElement").nth(2).click()  # the first one is a spacer
    on.wait_for_selector(".jp-DebuggerBreakpoints-body .jp-DebuggerBreakpoint")
    on.locator(f"{PANEL} .cm-content").first.click()
    page.keys("Shift+Enter", "Shift+Enter")
    on.wait_for_selector(".jp-DebuggerCallstackFrame")
    on.wait_for_function("() => document.querySelector('.jp-DebuggerVariables').innerText.includes('total')")
    checks.that("40" in variables(), "the debugger stops at a breakpoint and shows what the cell declares", str(variables()))
    page.keys("F11")
    on.wait_for_function("() => document.querySelectorAll('.jp-DebuggerCallstackFrame').length == 2")
    on.wait_for_function("() => document.querySelector('.jp-DebuggerVariables').innerText.includes('b')")
    checks.that(variables()[:4] == ["a:", "40", "b:", "1"] or variables()[:4] == ["a", "40", "b", "1"], "a step leads into a function of another cell", str(variables()))
    page.shot(shots, "debugger")
    on.get_by_title("Evaluate Code").first.click()
    on.locator(".jp-CodeConsole-input .cm-content").first.click()
    page.type("a = 99")
    page.keys("Shift+Enter")
    on.wait_for_function("() => document.querySelector('.jp-DebuggerVariables').innerText.includes('99')")
    on.locator(f"{PANEL} .cm-content").first.click()
    page.keys("F9")
    on.wait_for_function("() => !document.querySelector('.jp-DebuggerCallstackFrame')")
    second.locator(".jp-OutputArea-output", has_text="100").wait_for()  # beside the panel the toolbar may hide the kernel's state
    checks.that("100" in second.inner_text().split(), "the cell goes on with the variable that was changed", second.inner_text())
    page.menu("Kernel", "Shut Down Kernel")


def picture(page, lab, file):
    """The README's picture: the quickstart's end, as it looks after a run."""
    page.open("01_quickstart.ipynb")
    page.run_all()
    page.whole()
    box = page.look("""() => { const shown = [...document.querySelectorAll('.jp-NotebookPanel:not(.lm-mod-hidden) .jp-CodeCell')].filter(c => c.querySelector('img')).pop();
        const before = shown.previousElementSibling, a = before.getBoundingClientRect(), b = shown.getBoundingClientRect();
        return {x: a.x, y: a.y, width: Math.max(a.width, b.width), height: b.bottom - a.y}; }""")
    file.parent.mkdir(parents=True, exist_ok=True)
    page.page.screenshot(path=file, clip=box)
    print(f"{file}: {file.stat().st_size // 1000} kB")


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--shots", type=Path, help="folder for screenshots")
    p.add_argument("--install", action="store_true", help="install what is needed, and do nothing else")
    p.add_argument("--picture", type=Path, help="write the README's picture to this file, and nothing else")
    p.add_argument("--url", help="address, with token, of a server that runs already")
    p.add_argument("--work", type=Path, help="its folder")
    p.add_argument("notebooks", nargs="*", help="names in notebooks/, of those to run and look at (default: run two, look at all)")
    a = p.parse_args()
    if not sync_playwright:
        own_environment()
    if a.install:
        chromium()
        return
    if a.shots:
        a.shots.mkdir(parents=True, exist_ok=True)
    names = a.notebooks or sorted(f.name for f in (ROOT / "notebooks").glob("*.ipynb"))
    checks = Checks()
    tmp = Path(tempfile.mkdtemp(prefix="axn-browser-"))
    lab = None
    try:
        browser_path = chromium()
        lab = Running(a.url, a.work) if a.url else Lab(tmp)
        with sync_playwright() as pw:
            browser = pw.chromium.launch(executable_path=browser_path, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"])
            page = Page(browser, lab, 1130 if a.picture else 1280)
            try:
                if a.picture:
                    picture(page, lab, a.picture)
                else:
                    index(page, checks, a.shots)
                    for name in names:
                        if name in (a.notebooks or RUN):
                            run_notebook(page, checks, lab, name, a.shots)
                        else:
                            look_notebook(page, checks, name, a.shots)
                    page.page.set_viewport_size({"width": 1280, "height": 1400})
                    keyboard(page, checks, lab, a.shots)
                    debugger(page, checks, lab, a.shots)
                    checks.that(not page.complaints, "no error in the browser's console", str(page.complaints[:5]))
            except Slow as e:
                page.shot(a.shots, "failed")
                checks.that(False, "in time", str(e)[:500])
            browser.close()
    finally:
        if lab:
            lab.stop()
        shutil.rmtree(tmp, ignore_errors=True)
    sys.exit(1 if checks.failed else 0)


if __name__ == "__main__":
    main()

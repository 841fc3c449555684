#!/usr/bin/env python3
"""Moves every widget in JupyterLab, Notebook 7 and Voila, in a real browser.

    .ci/widgets.py --venv VENV [--shots DIR]

VENV has the three (.ci/requirements.txt) and the kernel (go run ./kernelspec install -prefix VENV).
One server serves them all. In each, every control is moved by keyboard or mouse and the picture
below must follow; then JupyterLab saves, shows the state again after a reload, and nbconvert finds it.
Prints one line per check; ends with 1 if one failed.
"""
import argparse
import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import browser as b

CELLS = ["""import (
	"fmt"
	"axn/kernelspec/widgets"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
)""", """show := func(n int, x float64, r [2]int, s string, on bool, t string) (*plot.Plot, error) {
	p := plot.New()
	p.Title.Text = fmt.Sprintf("n=%d x=%.1f r=%v s=%s on=%v t=%s", n, x, r, s, on, t)
	line, err := plotter.NewLine(plotter.XYs{{X: 0, Y: 0}, {X: float64(n), Y: x}})
	p.Add(line)
	return p, err
}
widgets.Interact(show,
	widgets.NewIntSlider("whole", widgets.Ints{Max: 10, Value: 3}),
	widgets.NewFloatSlider("part", widgets.Floats{Max: 1, Step: 0.1, Value: 0.5}),
	widgets.NewIntRangeSlider("range", widgets.Ints{Max: 10, Value: 2}),
	widgets.NewDropdown("choice", "one", "two"),
	widgets.NewCheckbox("tick", false),
	widgets.NewText("words", "go"))""", """button, out := widgets.NewButton("Press"), widgets.NewOutput()
whole, part := widgets.NewIntProgress("bar", 4), widgets.NewFloatProgress("bar", 1)
button.OnClick(func() {
	if whole.Value() == 2 {
		panic("enough")
	}
	whole.SetValue(whole.Value() + 1)
	part.SetValue(float64(whole.Value()) / 4)
	out.Replace(fmt.Sprint("pressed ", whole.Value()))
})
widgets.NewVBox(widgets.NewHBox(button, whole, part), out)"""]


def notebook():
    cells = [{"cell_type": "code", "id": f"c{i}", "metadata": {}, "source": c, "outputs": [], "execution_count": None} for i, c in enumerate(CELLS)]
    return {"cells": cells, "metadata": b.SCRATCH["metadata"], "nbformat": 4, "nbformat_minor": 5}


class Server:
    """A Jupyter server with JupyterLab, Notebook and Voila on a folder of its own."""

    def __init__(self, venv, tmp):
        self.folder = tmp / "work"
        self.folder.mkdir()
        for name in ("lab", "notebook", "voila"):
            (self.folder / f"{name}.ipynb").write_text(json.dumps(notebook()))
        env = dict(os.environ, PATH=f"{venv / 'bin'}:{os.environ['PATH']}", AXN_HISTORY="", JUPYTER_TOKEN=secrets.token_hex(16))
        for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR"):
            env[name] = str(tmp / name.lower())
        ours = venv / "share" / "jupyter" / "lab" / "settings"
        ours.mkdir(parents=True, exist_ok=True)
        shutil.copy(b.ROOT / "kernelspec" / "overrides.json", ours)
        settings = tmp / "jupyterlab_settings_dir" / "@jupyterlab" / "notebook-extension"
        settings.mkdir(parents=True)
        (settings / "tracker.jupyterlab-settings").write_text('{"windowingMode": "none"}')
        self.token, self.log = env["JUPYTER_TOKEN"], open(tmp / "server.log", "w+")
        self.process = subprocess.Popen(
            [venv / "bin" / "jupyter", "lab", "--no-browser", "--allow-root", "--ip=127.0.0.1", "--port=8895", "--LabApp.news_url=", f"--ServerApp.root_dir={self.folder}"],
            env=env, stdout=self.log, stderr=subprocess.STDOUT, start_new_session=True)
        for _ in range(600):
            found = re.search(r"http://127\.0\.0\.1:(\d+)/lab", Path(self.log.name).read_text())
            if found:
                self.base = f"http://127.0.0.1:{found[1]}"
                break
            time.sleep(0.2)
        else:
            sys.exit("widgets: no server:\n" + Path(self.log.name).read_text())

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()


class Front:
    """A page of one of the three, with its widgets."""

    def __init__(self, chromium, server, path, name, checks):
        self.checks, self.name, self.complaints = checks, name, []
        self.page = chromium.new_page(viewport={"width": 1280, "height": 1400})
        self.page.set_default_timeout(b.SOON)
        self.page.on("pageerror", lambda e: self.complaints.append(f"uncaught: {e}"[:300]))
        self.page.goto(f"{server.base}/{path}?token={server.token}", wait_until="domcontentloaded")

    def control(self, label, inner):
        labelled = self.page.locator(".widget-label", has_text=re.compile(f"^{label}$"))
        return self.page.locator(".widget-inline-hbox", has=labelled).locator(inner)

    def click(self, label, share):
        """Clicks on a slider, so far along it."""
        self.control(label, ".noUi-state-tap").wait_for(state="detached")  # it moves still
        box = self.control(label, ".noUi-base").bounding_box()
        self.page.mouse.click(box["x"] + share * box["width"], box["y"] + box["height"] / 2)

    def told(self, wanted, what, act):
        """Does something, and waits until the picture's text says what is wanted."""
        start = time.time()
        act()
        try:
            self.page.locator(f'.jp-OutputArea-output img[alt*="{wanted}"]').wait_for()
            self.checks.that(True, f"{self.name}: {what}, the picture follows in {1000 * (time.time() - start):.0f} ms")
        except b.Slow:
            seen = self.page.evaluate("() => [...document.querySelectorAll('img')].map(i => i.alt)")
            self.checks.that(False, f"{self.name}: {what}", f"no {wanted} in {seen}")

    def shown(self, selector, text, what):
        try:
            self.page.locator(selector, has_text=text).first.wait_for()
            self.checks.that(True, f"{self.name}: {what}")
        except b.Slow:
            self.checks.that(False, f"{self.name}: {what}", f"no {text}")

    def play(self):
        self.page.locator(".widget-slider").first.wait_for()
        self.told("n=3 x=0.5 r=[2 10] s=one on=false t=go", "the first picture", lambda: None)
        self.told("n=4 ", "slider", lambda: self.click("whole", 0.4))
        self.told("x=0.4 ", "slider of fractions", lambda: self.click("part", 0.4))
        self.told("r=[3 10]", "lower end of a range", lambda: self.click("range", 0.3))
        self.told("r=[3 9]", "upper end of a range", lambda: self.click("range", 0.9))
        self.told("s=two", "dropdown", lambda: self.control("choice", "select").select_option("two"))
        self.told("on=true", "checkbox", lambda: self.page.locator(".widget-checkbox input").first.press("Space"))
        words = self.control("words", "input")
        self.told("t=gopher", "text", lambda: (words.fill("gopher"), words.press("Enter")))
        button = self.page.locator("button.widget-button", has_text="Press")
        button.click()
        self.shown(".jp-OutputArea-output", "pressed 1", "button and output")
        button.click()
        self.shown(".jp-OutputArea-output", "pressed 2", "button again")
        widths = "[...document.querySelectorAll('.progress-bar')].map(e => e.style.width)"
        try:
            self.page.wait_for_function(f"() => {widths}.join() === '50%,50%'")
            self.checks.that(True, f"{self.name}: both bars")
        except b.Slow:
            self.checks.that(False, f"{self.name}: both bars", str(self.page.evaluate(f"() => {widths}")))
        button.click()
        self.shown(".jp-OutputArea-output", "enough", "a panic in a callback is shown")
        self.told("n=5 ", "and the kernel goes on", lambda: self.click("whole", 0.5))
        key, wanted = ("Home", "n=0 ") if self.name == "notebook" else ("ArrowRight", "n=6 ")  # Notebook 7.6 keeps the arrows for itself
        self.told(wanted, f"slider by keyboard, {key}", lambda: self.control("whole", ".noUi-handle").press(key))
        self.told("n=5 ", "and back by mouse", lambda: self.click("whole", 0.5))
        ours = [c for c in self.complaints if "reading 'schema'" not in c and "filebrowser:open-path" not in c]  # Notebook 7.6's own
        self.checks.that(not ours, f"{self.name}: no error in the page", str(ours[:3]))

    def shot(self, shots):
        if shots:
            self.page.screenshot(path=shots / f"widgets-{self.name}.png", full_page=True)


def run_all(page):
    page.locator(b.PANEL).wait_for()
    page.wait_for_function(b.READY)
    page.locator(".lm-MenuBar-itemLabel", has_text="Run").first.click()
    page.locator(".lm-Menu-itemLabel", has_text=re.compile("^Run All Cells$")).click()


def states_in(file):
    """The widgets' states that a notebook stores; none while it is being written."""
    try:
        metadata = json.loads(file.read_text())["metadata"]
    except ValueError:
        return {}
    return metadata.get("widgets", {}).get("application/vnd.jupyter.widget-state+json", {}).get("state", {})


def kept(front, server, venv):
    """What JupyterLab stores is shown again, by itself and by nbconvert."""
    file = server.folder / "lab.ipynb"
    front.page.keyboard.press("Escape")
    front.page.keyboard.press("Control+s")
    end, sliders = time.time() + b.SOON / 1000, []
    while sliders != [5] and time.time() < end:
        sliders = [s["state"]["value"] for s in states_in(file).values() if s["model_name"] == "IntSliderModel"]
        time.sleep(0.1)
    front.checks.that(sliders == [5], "lab: the notebook keeps the state", str(sliders))
    front.page.reload(wait_until="domcontentloaded")
    front.page.locator(".widget-slider").first.wait_for()
    front.told("n=5 ", "the last picture after a reload", lambda: None)
    front.told("n=6 ", "the slider after a reload, by keyboard", lambda: front.control("whole", ".noUi-handle").press("ArrowRight"))
    subprocess.run([venv / "bin" / "jupyter", "nbconvert", "--log-level=WARN", "--to", "html", file], check=True)
    page = file.with_suffix(".html").read_text()
    front.checks.that("n=5 x=0.4" in page, "lab: nbconvert has the last picture")
    stored = json.loads(file.read_text())
    del stored["metadata"]["widgets"]
    file.write_text(json.dumps(stored))
    subprocess.run([venv / "bin" / "jupyter", "nbconvert", "--log-level=WARN", "--to", "html", file], check=True)
    page = file.with_suffix(".html").read_text()
    front.checks.that("n=3 x=0.5" in page and "whole = 3" in page, "nbconvert without the state: the first picture, and what the controls were set to")


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--venv", type=Path, required=True)
    p.add_argument("--shots", type=Path)
    a = p.parse_args()
    if not b.sync_playwright:
        b.own_environment()
    if a.shots:
        a.shots.mkdir(parents=True, exist_ok=True)
    checks, tmp, venv = b.Checks(), Path(tempfile.mkdtemp(prefix="axn-widgets-")), a.venv.resolve()
    path = b.chromium()
    server = Server(venv, tmp)
    try:
        with b.sync_playwright() as pw:
            chromium = pw.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"])
            for name, at in (("lab", "lab/tree/lab.ipynb"), ("notebook", "notebooks/notebook.ipynb"), ("voila", "voila/render/voila.ipynb")):
                front = Front(chromium, server, at, name, checks)
                try:
                    if name != "voila":
                        run_all(front.page)
                    front.play()
                    front.shot(a.shots)
                    if name == "lab":
                        kept(front, server, venv)
                except b.Slow as e:
                    front.shot(a.shots or tmp)
                    checks.that(False, f"{name}: in time", str(e)[:500])
                front.page.close()
            chromium.close()
    finally:
        server.stop()
        shutil.rmtree(tmp, ignore_errors=True)
    sys.exit(1 if checks.failed else 0)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Builds the documentation site and uses it in a real browser.

    .ci/site.py [--shots DIR] [--built FOLDER]

Looks at pages of every kind at three widths, light and dark: no page is wider than the window,
nothing is fetched from elsewhere, axe-core finds no fault of contrast, alternative text, names or
keyboard reach (WCAG 2.1 A and AA). Then searches, with keys alone, on a server and in the files as they lie. Prints one line per check; ends
with 1 if one failed. --built takes a site that is built already.
"""
import argparse
import functools
import http.server
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import browser as b

PAGES = ["index.html", "course/index.html", "course/04_rounds_and_baselines.html", "howto/widgets.html", "workbench/METHOD.html", "reference/workbench-serving.html"]
WIDTHS = [360, 800, 1280]
STILL = "*, ::before, ::after { transition: none !important; animation: none !important }"  # colours are judged when they have come


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def serve(folder):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}/"


def look(page, checks, site, name, scheme, shots):
    """A page at all widths."""
    from axe_playwright_python.sync_playwright import Axe

    page.goto(site + name)
    page.add_style_tag(content=STILL)
    dark = page.evaluate("() => document.body.dataset.mdColorScheme") == "slate"
    checks.that(dark == (scheme == "dark"), f"{name}: {scheme}")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        try:
            page.wait_for_function("() => document.documentElement.scrollWidth <= innerWidth")  # the menu may move still
            checks.that(True, f"{name}: fits {width} pixels, {scheme}")
        except b.Slow:
            checks.that(False, f"{name}: fits {width} pixels, {scheme}", f"{page.evaluate('() => document.documentElement.scrollWidth')} pixels wide")
        if shots and name in PAGES[:4]:
            page.screenshot(path=shots / f"site-{name.replace('/', '-').split('.')[0]}-{width}-{scheme}.png")
        if width != WIDTHS[1]:
            found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"], "resultTypes": ["violations"]}).response["violations"]
            checks.that(not found, f"{name}: axe-core at {width} pixels, {scheme}",
                        "; ".join(f"{v['id']} {len(v['nodes'])}: {v['nodes'][0]['target']} {v['nodes'][0]['failureSummary'][:200]}" for v in found))


def search(page, checks, site, where):
    """Finds a page and opens it, with keys alone."""
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(site + "index.html")
    try:
        page.keyboard.press("/")
        page.wait_for_function("() => document.activeElement.matches('.md-search__input')")
        page.keyboard.type("item passes")
        page.locator(".md-search-result__link").first.wait_for()
        found = page.locator(".md-search-result__link").count()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: "index.html" not in url or "?h=" in url or "#" in url, wait_until="commit")
        checks.that(True, f"keyboard: search {where} finds {found} pages, and opens one")
    except b.Slow as e:
        checks.that(False, f"keyboard: search {where}", str(e)[:300])


def keys(page, checks, site):
    """The ways to the content, with keys alone."""
    page.goto(site + "index.html")
    page.keyboard.press("Tab")
    first = page.evaluate("() => document.activeElement.textContent.trim()")
    checks.that("Skip" in first, "keyboard: the first stop skips to the content", first)
    stops = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        stops.add(page.evaluate("() => { const e = document.activeElement, o = getComputedStyle(e); return (e.href || e.id || e.className) + '|' + (o.outlineStyle !== 'none' || o.boxShadow !== 'none'); }"))
    unseen = [s for s in stops if s.endswith("|false")]
    checks.that(len(stops) > 25 and not unseen, f"keyboard: {len(stops)} stops, each seen", str(unseen[:5]))


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--shots", type=Path)
    p.add_argument("--built", type=Path)
    a = p.parse_args()
    if not b.sync_playwright:
        b.own_environment()
    if a.shots:
        a.shots.mkdir(parents=True, exist_ok=True)
    checks = b.Checks()
    with tempfile.TemporaryDirectory(prefix="axn-site-") as tmp:
        folder = (a.built or Path(tmp)).resolve()
        if not a.built:
            start = time.time()
            subprocess.run([b.ROOT / "notebooks" / "site" / "build", folder], check=True)
            checks.that(True, f"built in {time.time() - start:.0f} s")
        with b.sync_playwright() as pw:
            chromium = pw.chromium.launch(executable_path=b.chromium(), args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"])
            site, outside, errors = serve(folder), [], []
            for scheme in ("light", "dark"):
                page = chromium.new_context(color_scheme=scheme).new_page()
                page.set_default_timeout(b.SOON)
                page.on("request", lambda r: r.url.startswith(("data:", site)) or outside.append(r.url))
                page.on("pageerror", lambda e: errors.append(str(e)[:200]))
                for name in PAGES:
                    look(page, checks, site, name, scheme, a.shots)
            search(page, checks, site, "on a server")
            keys(page, checks, site)
            site = folder.as_uri() + "/"
            search(page, checks, site, "in files")
            checks.that(not outside, "nothing is fetched from elsewhere", str(sorted(set(outside))[:5]))
            checks.that(not errors, "no error in the pages", str(errors[:3]))
            chromium.close()
    sys.exit(1 if checks.failed else 0)


if __name__ == "__main__":
    main()

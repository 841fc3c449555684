// What scrolls sideways can be reached, and scrolled, by keys.
function reach() {
  for (const e of document.querySelectorAll(".md-typeset__scrollwrap, .md-typeset .output, .md-typeset pre > code"))
    if (e.scrollWidth > e.clientWidth) e.tabIndex = 0
}
addEventListener("load", reach)
addEventListener("resize", reach)

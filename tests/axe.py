"""What axe has against a page: WCAG 2.2 AA and its best practices, in a real browser."""

from collections import defaultdict
from pathlib import Path

import axe_playwright_python
from playwright.sync_api import Page

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
AXE = next(Path(axe_playwright_python.__file__).parent.glob("axe.min.js")).read_text(encoding="utf-8")
# What axe judges, without the words: which parts a page is built of, and in what each stands, once it has been drawn.
PARTS = """new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn))).then(() => {
    const part = one => [one.tagName, one.className, one.hidden, one.open,
        ...['role', 'type', 'aria-label', 'aria-current'].map(name => one.getAttribute(name))].join();
    const parts = [...document.querySelectorAll('*')].map(
        one => part(one) + ' in ' + (one.parentElement ? part(one.parentElement) : ''));
    const kind = location.pathname.replace(/[^/]*\\d[^/]*/g, '0');
    return [window.innerWidth + ' ' + kind, ...new Set(parts)];
})"""
# For each kind of page at each width, the parts that axe has found good.
GOOD: dict[str, set[str]] = defaultdict(set)


def complaints(page: Page) -> list[str]:
    """What axe has against a page; nothing where it has found every part good on pages of the same kind."""
    kind, *parts = page.evaluate(PARTS)
    if GOOD[kind].issuperset(parts):
        return []
    page.evaluate(AXE)
    found = page.evaluate(
        "tags => axe.run({runOnly: tags, resultTypes: ['violations'], preload: false}).then(all => all.violations)",
        TAGS,
    )
    if not found:
        GOOD[kind].update(parts)
    return [f"{each['id']}: {node['html'][:160]} on {page.url}" for each in found for node in each["nodes"]]

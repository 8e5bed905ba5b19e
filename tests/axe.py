"""What axe has against a page: WCAG 2.2 AA and its best practices, in a real browser."""

import json
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


class Good:
    """For each kind of page at each width, the parts that axe has found good; known to both cores' tests by a file."""

    def __init__(self) -> None:
        self.parts: dict[str, set[str]] = defaultdict(set)
        self.file: Path | None = None
        self.read = 0

    def covers(self, kind: str, parts: list[str]) -> bool:
        """Whether axe has found each of these parts good on a page of this kind."""
        if self.parts[kind].issuperset(parts):
            return True
        self._learn()
        return self.parts[kind].issuperset(parts)

    def add(self, kind: str, parts: list[str]) -> None:
        """Remember what axe found good, for the tests beside these too."""
        if self.file is None:
            self.parts[kind].update(parts)
            return
        with self.file.open("ab", buffering=0) as file:
            file.write(json.dumps([kind, *parts]).encode() + b"\n")
        self._learn()

    def _learn(self) -> None:
        """Read what was added since; a line that is not yet whole waits."""
        if self.file is None or not self.file.exists():
            return
        with self.file.open("rb") as file:
            file.seek(self.read)
            for line in file:
                if line.endswith(b"\n"):
                    self.read += len(line)
                    kind, *parts = json.loads(line)
                    self.parts[kind].update(parts)


GOOD = Good()


def complaints(page: Page) -> list[str]:
    """What axe has against a page; nothing where it has found every part good on pages of the same kind."""
    kind, *parts = page.evaluate(PARTS)
    if GOOD.covers(kind, parts):
        return []
    if not page.evaluate("'axe' in window"):  # half a megabyte, once a page, however many widths it is looked at in
        page.evaluate(AXE)
    found = page.evaluate(
        "tags => axe.run({runOnly: tags, resultTypes: ['violations'], preload: false}).then(all => all.violations)",
        TAGS,
    )
    if not found:
        GOOD.add(kind, parts)
    return [f"{each['id']}: {node['html'][:160]} on {page.url}" for each in found for node in each["nodes"]]

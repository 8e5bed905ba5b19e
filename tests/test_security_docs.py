"""docs/security.md leaves out no point of the standard, and names what shows each, which exists."""

import re

from tests.sources import ROOT

# The points of levels 1 and 2 of OWASP ASVS 5.0.0, section by section.
POINTS = """
    1.1:1-2 1.2:1-9 1.3:1-11 1.4:1-3 1.5:1-2 2.1:1-3 2.2:1-3 2.3:1-4 2.4:1 3.2:1-2 3.3:1-4 3.4:1-6 3.5:1-5 3.7:1-2
    4.1:1-3 4.2:1 4.3:1-2 4.4:1-4 5.1:1 5.2:1-3 5.3:1-2 5.4:1-3 6.1:1-3 6.2:1-12 6.3:1-4 6.4:1-4 6.5:1-5 6.6:1-3
    6.8:1-4 7.1:1-3 7.2:1-4 7.3:1-2 7.4:1-5 7.5:1-2 7.6:1-2 8.1:1-2 8.2:1-3 8.3:1 8.4:1 9.1:1-3 9.2:1-4 10.1:1-2
    10.2:1-2 10.3:1-4 10.4:1-11 10.5:1-5 10.6:1-2 10.7:1-3 11.1:1-2 11.2:1-3 11.3:1-3 11.4:1-4 11.5:1 11.6:1
    12.1:1-3 12.2:1-2 12.3:1-4 13.1:1 13.2:1-5 13.3:1-2 13.4:1-5 14.1:1-2 14.2:1-4 14.3:1-3 15.1:1-3 15.2:1-3
    15.3:1-7 16.1:1 16.2:1-5 16.3:1-4 16.4:1-3 16.5:1-3 17.1:1 17.2:1-4 17.3:1-2
"""
TEXT = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
ROW = re.compile(
    r"^\| (\d+\.\d+\.\d+)(?: to (\d+\.\d+\.\d+))? \| (Met|Partly|Not met|Not needed) \| (.+?) \| ?(.*?) ?\|$",
    re.MULTILINE,
)


def points() -> list[str]:
    """Every point, in order."""
    found = []
    for section, numbers in (one.split(":") for one in POINTS.split()):
        for part in numbers.split(","):
            first, _, last = part.partition("-")
            found += [f"{section}.{number}" for number in range(int(first), int(last or first) + 1)]
    return found


def rows() -> list[tuple[str, str, str, list[str]]]:
    """Each point with what is said of it and what shows it."""
    known, found = points(), []
    for first, last, met, how, shown in ROW.findall(TEXT):
        reach = known[known.index(first) : known.index(last or first) + 1]
        found += [(point, met, how, re.findall(r"\]\(\.\./([^)#]+)\)", shown)) for point in reach]
    return found


def test_no_point_is_left_out_or_made_up():
    assert len(points()) == 253
    assert [point for point, *_ in rows()] == points()


def test_what_is_said_to_be_met_names_what_shows_it_and_that_exists():
    for point, met, how, shown in rows():
        assert how and (shown or met != "Met"), point
        assert [path for path in shown if not (ROOT / path).exists()] == [], point


def test_the_sums_are_those_of_the_table():
    met = [met for _, met, *_ in rows()]
    for words, kind in (
        ("Met", "Met"),
        ("Partly", "Partly"),
        ("Not met", "Not met"),
        ("such thing here", "Not needed"),
    ):
        assert f"{words}: {met.count(kind)}" in TEXT


def test_links_lead_somewhere():
    for name in ("docs/security.md", "SECURITY.md", "CHANGELOG.md", "README.md"):
        file = ROOT / name
        for target in re.findall(r"\]\((?!https?:|mailto:|#)([^)#]+)", file.read_text(encoding="utf-8")):
            assert (file.parent / target).exists(), f"{name} leads to {target}"

"""Pinned versions against known holes, offline: `./run lint` runs it, and so does `python -m ops.audit`."""

import re
import sys
import tomllib
from datetime import date, timedelta
from pathlib import Path

from ops.console import say
from ops.paths import ROOT

LOCKS = ("requirements/production.txt", "requirements/development.txt")
FLOORS = ROOT / "requirements" / "floors.toml"
READ_ANEW = timedelta(days=60)
PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)


def pins(text: str) -> list[tuple[str, str]]:
    """Each library and its version in a lock."""
    return [(name.lower().replace("_", "-"), version) for name, version in PIN.findall(text)]


def unhashed(text: str) -> list[str]:
    """Libraries of a lock that are taken whatever their file holds."""
    entries = re.split(r"\n(?=\S)", text)
    return [entry.split("==")[0] for entry in entries if PIN.match(entry) and "--hash=sha256:" not in entry]


def number(version: str) -> tuple[int, ...]:
    """A version as it is compared: its numbers, without what follows them.

    >>> number("5.2.19") > number("5.2.9"), number("2.9.0.post0")
    (True, (2, 9, 0))
    """
    found = re.match(r"\d+(\.\d+)*", version)
    return tuple(int(part) for part in found[0].split(".")) if found else ()


def holes(text: str, floors: dict[str, list[str]]) -> list[str]:
    """What a lock pins below the version that mended a hole."""
    return [
        f"{name} {version} is below {floors[name][0]}, which mended {floors[name][1]}"
        for name, version in pins(text)
        if name in floors and number(version) < number(floors[name][0])
    ]


def main(root: Path = ROOT) -> int:
    """Say what is wrong; 1 where a hole is pinned or a file is not. A list that is old is said and stops nobody."""
    known = tomllib.loads(FLOORS.read_text(encoding="utf-8"))
    locks = {name: (root / name).read_text(encoding="utf-8") for name in LOCKS}
    wrong = [f"{name}: {one}" for name, text in locks.items() for one in holes(text, known["floors"])]
    wrong += [f"{name}: {one} has no hash" for name, text in locks.items() for one in unhashed(text)]
    for one in wrong:
        say(one)
    if date.today() - known["read_on"] > READ_ANEW:
        say(f"The list of known holes was read on {known['read_on']}: read it anew (requirements/floors.toml).")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

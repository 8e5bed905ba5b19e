"""The audit of pinned versions: it finds a hole, a file without its hash, and an old list; our own locks pass."""

import re
import tomllib

import pytest

from ops import audit, testing
from ops.paths import ROOT

HOLE = "django==5.2.1 \\\n    --hash=sha256:00\nidna==3.20 ; python_version > '3' \\\n    --hash=sha256:00\n"


def test_our_own_locks_pass():
    assert audit.main() == 0


def test_a_hole_is_named_with_what_mended_it():
    floors = {"django": ["5.2.9", "CVE-2025-64460"], "idna": ["3.7", "CVE-2024-3651"]}
    assert audit.holes(HOLE, floors) == ["django 5.2.1 is below 5.2.9, which mended CVE-2025-64460"]


def test_a_file_without_its_hash_is_named(tmp_path, capsys):
    (tmp_path / "requirements").mkdir()
    for name in audit.LOCKS:
        (tmp_path / name).write_text(HOLE + "six==1.17.0\n")
    assert audit.main(tmp_path) == 1
    said = capsys.readouterr().out
    assert "six has no hash" in said and "django 5.2.1 is below" in said


@pytest.mark.parametrize(
    "version, other", [("5.2.19", "5.2.9"), ("68.0", "67.0.1"), ("2.9.0.post0", "2.8.9"), ("10", "9.9")]
)
def test_versions_are_compared_as_numbers(version, other):
    assert audit.number(version) > audit.number(other)


def test_each_floor_is_of_a_library_that_is_pinned():
    known = tomllib.loads((ROOT / "requirements" / "floors.toml").read_text())
    pinned = {name for lock in audit.LOCKS for name, _ in audit.pins((ROOT / lock).read_text())}
    assert set(known["floors"]) <= pinned


def test_each_floor_says_under_which_number_it_was_told_and_where_that_was_read():
    """A list from memory named two versions that mended nothing."""
    known = tomllib.loads((ROOT / "requirements" / "floors.toml").read_text())["floors"]
    for name, (version, number, read) in known.items():
        assert audit.number(version) and re.fullmatch(r"CVE-\d{4}-\d{4,}", number), name
        assert read.strip(), name


def test_lint_runs_it():
    assert any("ops.audit" in command for _, command in testing.TYPES_AND_STYLE)

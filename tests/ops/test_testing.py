"""`./run test quick` leaves out what is not quick, and everybody can find it."""

import pytest

from ops import cli, testing
from ops.paths import ROOT

LONG = {"browser", "run_command", "live_server"}


def test_what_opens_a_browser_or_starts_the_command_is_never_quick(request: pytest.FixtureRequest) -> None:
    """Whichever of them are collected here: whoever writes one marks it."""
    for item in request.session.items:
        if LONG & set(getattr(item, "fixturenames", ())):
            assert any(item.get_closest_marker(mark) for mark in ("browser", "slow")), item.nodeid


def test_help_and_readme_name_the_quick_run() -> None:
    assert "./run test quick " in cli.HELP
    assert "`./run test quick`" in (ROOT / "README.md").read_text()


def test_quick_runs_all_but_what_is_marked(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[list[str]] = []
    monkeypatch.setattr(testing, "tests", lambda arguments: given.append(arguments) or 0)
    testing.run(["quick", "tests/cases"])
    assert given == [["-m", testing.QUICK, "-n", testing.WORKERS, "--dist", "worksteal", "tests/cases"]]
    assert testing.QUICK == "not browser and not slow and not proof"

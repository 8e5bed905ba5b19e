"""What the command does on a machine that lacks something: install it where it may, else say the one line to type."""

import shutil

import pytest

from ops import environment
from ops.console import Stop


def test_the_environment_of_these_tests_is_up_to_date() -> None:
    assert environment.inside() and environment.current()


@pytest.mark.parametrize("change", ["uv", "lock", "place"])
def test_another_lock_another_uv_or_another_place_makes_it_anew(change, monkeypatch, tmp_path) -> None:
    if change == "uv":
        monkeypatch.setattr(environment, "UV", "0.0.0")
    elif change == "lock":
        (tmp_path / "lock").write_text("django==1.0")
        monkeypatch.setattr(environment, "LOCK", tmp_path / "lock")
    else:
        monkeypatch.setattr(environment, "VENV", tmp_path)
    assert not environment.current()


def test_the_environment_of_another_checkout_is_never_emptied(monkeypatch, tmp_path, capsys) -> None:
    other, link = tmp_path / "other", tmp_path / ".venv"
    other.mkdir()
    (other / "kept").touch()
    link.symlink_to(other)
    monkeypatch.setattr(environment, "VENV", link)
    monkeypatch.setattr(environment, "PYTHON", link / "bin" / "python")
    monkeypatch.setattr(environment, "MARK", link / "made-from")
    with pytest.raises(Stop):
        environment.make()
    assert "is a link to" in capsys.readouterr().err
    assert (other / "kept").exists()


def test_without_the_right_to_install_it_prints_the_line_to_type(monkeypatch, capsys) -> None:
    monkeypatch.setattr(environment, "privilege", lambda: None)
    monkeypatch.setattr(environment, "LETTERS", {"libnowhere.so.0": "libnowhere0"})
    with pytest.raises(Stop) as stopped:
        environment.ensure_letter_libraries()
    assert stopped.value.code == 1
    assert "sudo apt-get install --yes --no-install-recommends libnowhere0" in capsys.readouterr().err


@pytest.mark.parametrize(("lists", "package"), [("exit 0", "chromium-headless-shell"), ("exit 100", "chromium")])
def test_with_the_right_it_installs_what_is_missing_and_only_that(monkeypatch, tmp_path, lists, package) -> None:
    for name, does in (("apt-get", 'echo "$@" >> "$(dirname "$0")/called"'), ("apt-cache", lists)):
        command = tmp_path / name
        command.write_text(f"#!/bin/sh\n{does}\n")
        command.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setattr(environment, "privilege", list)
    monkeypatch.setattr(environment, "BROWSERS", ("no-such-browser",))
    environment.ensure_browser()
    assert (tmp_path / "called").read_text().splitlines() == [
        "update -qq",
        f"install --yes --no-install-recommends {package} -qq",
    ]


def test_what_is_there_is_not_installed_again(monkeypatch) -> None:
    monkeypatch.setattr(environment, "install_packages", lambda *_: pytest.fail("nothing is missing"))
    environment.ensure_letter_libraries()
    environment.ensure_browser()
    assert any(map(shutil.which, environment.BROWSERS))

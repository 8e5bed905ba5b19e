"""Safe by default: without a key it refuses to start, and says why."""

import secrets
import subprocess
import sys
from pathlib import Path

import pytest

from ops.paths import ROOT


def start(outside: dict[str, str], **settings: str) -> subprocess.CompletedProcess:
    """Ask Django for its settings in a process of its own."""
    show = "from django.conf import settings as s; print(s.DEBUG, s.SECRET_KEY, s.DATABASES['default'].get('PASSWORD'))"
    environment = {**outside, "DJANGO_SETTINGS_MODULE": "config.settings", **settings}
    return subprocess.run(
        [sys.executable, "-c", show], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


def test_without_a_secret_key_it_refuses_to_start_and_says_why(outside: dict[str, str]) -> None:
    refused = start(outside)
    assert refused.returncode != 0
    assert "EVENHAND_SECRET_KEY is not set" in refused.stderr


@pytest.mark.parametrize("empty", ["", "0", "false"])
def test_a_debug_flag_that_says_no_does_not_open_the_door(outside: dict[str, str], empty: str) -> None:
    assert start(outside, EVENHAND_DEBUG=empty).returncode != 0


def test_secrets_are_read_from_files(outside: dict[str, str], tmp_path: Path) -> None:
    key = secrets.token_urlsafe(64)
    (tmp_path / "key").write_text(key)
    (tmp_path / "password").write_text("of-the-database\n")
    answer = start(
        outside,
        EVENHAND_SECRET_KEY_FILE=str(tmp_path / "key"),
        DATABASE_PASSWORD_FILE=str(tmp_path / "password"),
        DATABASE_URL="postgres://evenhand@postgres/evenhand",
    )
    assert answer.stdout.split() == ["False", key, "of-the-database"], answer.stderr


def test_every_setting_stands_in_the_example() -> None:
    import re

    used = set()
    for file in ROOT.glob("config/*.py"):
        used |= set(re.findall(r'env\.\w+\(\s*"(\w+)"', file.read_text()))
    described = set(re.findall(r"^#?([A-Z0-9_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert used <= described, used - described

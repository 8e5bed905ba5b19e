"""Safe by default: what the environment does not say is never guessed to be safe."""

import os
import subprocess
import sys

import pytest
from django.conf import settings


def start(**environment: str) -> subprocess.CompletedProcess[str]:
    """Load the settings in a fresh process with only these variables of ours."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith("EVENHAND") and name != "PYTHONPATH"
    }
    code = (
        "from config import settings as s; "
        "print(s.DEBUG, bool(s.SECRET_KEY), getattr(s, 'SESSION_COOKIE_SECURE', False), 'ops' in s.INSTALLED_APPS)"
    )
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=settings.BASE_DIR,
        env=kept | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_without_a_secret_key_it_refuses_to_start_and_says_why():
    done = start()
    assert done.returncode != 0
    assert "EVENHAND_SECRET_KEY is not set" in done.stderr


def test_with_a_secret_key_it_starts_without_debug_and_without_the_demo():
    done = start(EVENHAND_SECRET_KEY="k" * 50)
    assert done.stdout.split() == ["False", "True", "False", "False"], done.stderr


def test_a_secret_may_come_from_a_file(tmp_path):
    (tmp_path / "key").write_text("k" * 50)
    done = start(EVENHAND_SECRET_KEY_FILE=str(tmp_path / "key"))
    assert done.stdout.split()[:2] == ["False", "True"], done.stderr


def test_behind_a_proxy_cookies_travel_only_over_tls():
    done = start(EVENHAND_SECRET_KEY="k" * 50, EVENHAND_PROXIED="1")
    assert done.stdout.split()[2] == "True", done.stderr


@pytest.mark.parametrize("name", ["EVENHAND_DEBUG", "EVENHAND_DEMO"])
def test_seed_and_states_are_no_part_of_production(name):
    done = start(EVENHAND_SECRET_KEY="k" * 50, **{name: "1"})
    assert done.stdout.split()[3] == "True", done.stderr

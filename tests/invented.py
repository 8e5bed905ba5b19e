"""Providers on policies that nobody has: invented ones, which differ wildly from the five on the shelf."""

from datetime import datetime
from pathlib import Path

from ops.seed import providers
from people.models import Provider
from policies import loader
from tests.factories import NOON

TEXTS = {
    path.stem: path.read_text(encoding="utf-8")
    for path in sorted((Path(__file__).parent / "policies" / "invented").glob("*.toml"))
}


def running_on(name: str, *, at: datetime = NOON) -> Provider:
    """A provider that runs on one of the invented policies, named by its file."""
    return running_on_text(TEXTS[name], slug=name, at=at)


def running_on_text(text: str, *, slug: str, at: datetime = NOON) -> Provider:
    """A provider that runs on a policy given as text."""
    policy = loader.read(text)
    return providers.found(
        providers.Papers(text),
        by_name="Director",
        at=at,
        slug=slug,
        name=policy.provider_name,
        short_name=slug.title(),
        nation=(policy.nation or "england").replace(" ", "_"),
        kind=Provider.Kind.ASSOCIATION,
        address="1 Quay Street\nHarbour\nHB1 1HB",
        email=f"homes@{slug}.example",
        phone="01632 960000",
    )

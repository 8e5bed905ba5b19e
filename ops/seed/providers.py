"""A provider on its policy, as the demo, the benchmarks and the tests begin with one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import people.services
import policies.shelf
from deadlines import services as deadlines
from ops.seed import townsfolk
from people import access
from people.models import Provider, Role, User


@dataclass(frozen=True)
class Papers:
    """What a provider adopts: the text of its policy, its local rules, and its own words for letters."""

    text: str
    local: str = ""
    wording: Mapping[str, str] = field(default_factory=dict)


def on_shelf(slug: str) -> Papers:
    """The newest papers of a provider on the shelf, by its folder."""
    text = policies.shelf.builtin()[slug][-1].read_text(encoding="utf-8")
    return Papers(text, policies.shelf.local_rules(slug), policies.shelf.letters(slug))


def found(papers: Papers, *, by_name: str, at: datetime, today: date | None = None, **details: str) -> Provider:
    """A provider that adopted its policy at an instant, with its nation's holidays around `today`.

    `details` are the provider's own: slug, names, nation, kind, address.
    """
    provider = Provider.objects.create(**details)
    deadlines.seed_holidays(provider, today=today or at.date())
    people.services.adopt_policy(
        provider, text=papers.text, local=papers.local, wording=papers.wording, by_name=by_name, at=at
    )
    return provider


def hire(role: Role, name: str, title: str, *, domain: str, at: datetime, **details: Any) -> User:
    """Somebody in a role, who signs in to the demo by the first name."""
    user = people.services.make_user(
        provider=role.provider,
        email=f"{name.split()[0].lower()}@{domain}.example",
        name=name,
        password=townsfolk.PASSWORD,
        job_title=title,
        at=at,
        **details,
    )
    access.grant(role, user, by=None, at=at)
    return user

"""The row of an entry under its lock, how the rooms below point at it, and what the policy says of its register."""

from datetime import date

from django.db import models
from django_fsm import TransitionNotAllowed

from design import dates
from people.models import Provider
from policies.policy import RegisterRule
from policies.rules import RuleBroken
from register import permissions
from register.models import Entry


def about(entry: Entry) -> str:
    """How deadlines and notices point at an entry."""
    return f"entry:{entry.reference}"


def rule_of(provider: Provider, register_key: str, on: date) -> RegisterRule | None:
    """What the policy in effect on a day says of a register; None where it has none of that key."""
    registers = provider.policy_version_on(on).policy.registers
    return next((register for register in registers if register.key == register_key), None)


def locked() -> models.QuerySet[Entry]:
    """Locked rows, joined only with what never changes: after a wait for the lock the row is new, its joins are old."""
    return Entry.objects.select_for_update(of=("self",)).select_related("provider", "resident")


def check_stands(entry: Entry) -> None:
    """Refuse, naming who removed it when, what no longer stands."""
    if entry.removed_on is not None:
        raise TransitionNotAllowed(who_removed(entry))


def who_removed(entry: Entry) -> str:
    """Who removed an entry, and when: for whoever comes second."""
    assert entry.removed_on is not None
    who = entry.removed_by.name if entry.removed_by else "The nightly sweep"
    return f"{who} removed this entry on {dates.day(entry.removed_on)}."


def check_own(entry: Entry) -> None:
    """Refuse to change or end by itself what stands with a restriction."""
    if entry.source.startswith(permissions.STANDS_WITH):
        restriction = entry.source.removeprefix(permissions.STANDS_WITH)
        rule = rule_of(entry.provider, entry.register_key, entry.entered_on)
        raise RuleBroken(
            f"This entry stands with restriction {restriction} and changes or ends only with it",
            rule.enter.rule if rule else None,
        )

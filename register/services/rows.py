"""The row of an entry under its lock, and what the policy says of its register."""

from datetime import date

from django.db import models
from django_fsm import TransitionNotAllowed

from design import dates
from people.models import PolicyVersion, Provider, User
from policies.policy import RegisterRule
from policies.rules import RuleBroken
from register import permissions
from register.models import Entry


def rule_in(version: PolicyVersion, register_key: str) -> RegisterRule | None:
    """What a version of the policy says of a register; None where it has none of that key."""
    return next((register for register in version.policy.registers if register.key == register_key), None)


def rule_of(entry: Entry) -> RegisterRule | None:
    """What the policy says of the register of an entry, as it did when it was entered; None for a highlight."""
    return rule_in(entry.policy_version, entry.register_key)


def registers_on(provider: Provider, on: date) -> list[RegisterRule]:
    """The registers that the provider's policy keeps on a day."""
    return provider.policy_version_on(on).policy.registers


def lists_restrictions_alone(rule: RegisterRule | None) -> bool:
    """Whether what stands in a register is what holds, not a risk: so of a highlight. Its entries need no orders."""
    return rule is None or rule.restrictions_alone


def open_by_decision(user: User, provider: Provider, on: date) -> list[RegisterRule]:
    """The registers on which somebody may enter a person or a place without a restriction.

    Not a list of restrictions alone: that is entered with one. And only where the policy lets this person decide on it.
    """
    return [
        each
        for each in registers_on(provider, on)
        if not lists_restrictions_alone(each) and permissions.may_decide_on(user, provider, each)
    ]


def locked() -> models.QuerySet[Entry]:
    """Locked rows, joined only with what never changes: after a wait for the lock the row is new, its joins are old."""
    joined = ("provider", "resident", "policy_version")
    return Entry.objects.select_for_update(of=("self",)).select_related(*joined)


def standing_on(source: str) -> list[Entry]:
    """The locked entries that stand on a source, one for each register, or one highlight; in a fixed order."""
    return list(locked().filter(source=source, removed_on__isnull=True).order_by("pk"))


def standing_in(source: str) -> list[str]:
    """The keys of the registers in which something stands on a source; "" for a highlight."""
    standing = Entry.objects.filter(source=source, removed_on__isnull=True)
    return list(standing.order_by("register_key").values_list("register_key", flat=True))


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
    if entry.stands_with:
        rule = rule_of(entry)
        raise RuleBroken(
            f"This entry stands with restriction {entry.stands_with} and changes or ends only with it",
            rule.enter.rule if rule else None,
        )

"""Whom a policy has asked before an act is decided (`consult`), and what they said."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from deadlines.services import About, Subject
from decisions.models import Consultation
from people import access
from people.models import User
from policies.policy import Policy
from policies.rules import Rule
from policies.values import Who

BINDING = ("must", "normally")


@dataclass(frozen=True)
class AskedFirst:
    """Somebody whom the policy has asked before an act (`consult`); what they said hangs on a thing and the act."""

    act: str
    who: Who
    on: Subject
    since: datetime | None = None
    """What was said up to then was about something else, as before a proposal was returned and changed."""

    @property
    def binds(self) -> bool:
        """Whether nothing is decided before they were asked; otherwise the policy only commends it."""
        return self.who.rule is not None and self.who.rule.strength in BINDING

    @property
    def rule(self) -> Rule | None:
        """The clause that has them asked."""
        return self.who.rule

    def names(self) -> str:
        """Who they are, in the policy's own names."""
        return self.who.names()

    def people(self) -> list[User]:
        """Everybody who can be asked, by name."""
        return access.holders(self.on.provider, sorted(self.who.keys()))

    def allows(self, user: User) -> bool:
        """Whether somebody is one of those whom the policy has asked."""
        return self.who.allows(access.role_keys(user, self.on.provider.pk))

    @cached_property
    def said(self) -> list[Consultation]:
        """What was written down of them, in order."""
        found = Consultation.objects.filter(about=self.on.trail.about, act=self.act).select_related(
            "person", "recorded_by"
        )
        return list((found.filter(recorded_at__gt=self.since) if self.since else found).order_by("pk"))

    @property
    def done(self) -> bool:
        """Whether everybody whom the policy has asked was."""
        held = {one.person: access.role_keys(one.person, self.on.provider.pk) for one in self.said}
        return not self.who.missing([keys for person, keys in held.items() if person.is_active])


def asked_first(policy: Policy, act: str, on: Subject) -> tuple[AskedFirst, ...]:
    """Whom the policy has asked before an act of this name on a thing; empty where nobody is."""
    who = policy.consulted_on(act)
    return () if who is None else (AskedFirst(act, who, on),)


def occasion(on: Subject, mark: object) -> About:
    """A thing as it stands this time: what somebody said before one decision on it does not serve for the next."""
    return About(replace(on.trail, ref=f"{on.trail.ref}:{mark}"), on.provider, on.resident)

"""Roles as a provider's policy names them, what each lets somebody do, and who holds one between which days."""

from collections.abc import Iterable
from datetime import date
from typing import ClassVar

from django.db import models
from django.utils import timezone

from people.models.provider import Provider

Can = Provider.Capability

CAPABILITIES: dict[str, frozenset[str]] = {
    "contractor": frozenset({Can.VIEW_SHARED_REGISTER}),
    "front line": frozenset({Can.VIEW_REGISTER}),
    "officer": frozenset({Can.VIEW_REGISTER, Can.LOG_INCIDENTS, Can.VIEW_CASES, Can.WORK_CASES, Can.EDIT_RESIDENTS}),
    "data protection officer": frozenset({Can.VIEW_CASES, Can.VIEW_TRAIL}),
    "administrator": frozenset({Can.ADMINISTER}),
}
"""What the work of a role lets somebody do. Rights are read from here at each request: a copy would go stale."""
CAPABILITIES["team leader"] = CAPABILITIES["officer"] | {Can.DECIDE}
CAPABILITIES["manager"] = CAPABILITIES["team leader"] | {Can.DECIDE_APPEALS}


class Role(models.Model):
    """A role as the provider's policy names it. What it lets somebody do follows from the work it does."""

    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="roles")
    key = models.SlugField(max_length=60)
    name = models.CharField(max_length=100)
    works_as = models.CharField(max_length=40)
    rank = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider", "key"], name="role_once_a_provider")]

    def __str__(self) -> str:
        return self.name

    @property
    def capabilities(self) -> frozenset[str]:
        """What the role lets somebody do at its provider."""
        return CAPABILITIES[self.works_as]

    @property
    def administers(self) -> bool:
        """Whether it runs the office: two people grant it."""
        return Can.ADMINISTER in self.capabilities


def rights_of(roles: Iterable[Role]) -> dict[int, frozenset[str]]:
    """What roles let somebody do together, at which provider."""
    found: dict[int, frozenset[str]] = {}
    for role in roles:
        found[role.provider_id] = found.get(role.provider_id, frozenset()) | role.capabilities
    return found


def today() -> date:
    """The day on which roles are held. The one place below a view that reads the clock, and why: docs/adr/0180."""
    return timezone.localdate()  # noqa: TID251


def held_on(on: date, path: str = "") -> models.Q:
    """Holdings in force on a day, by their dates, for a query that reaches them over `path` ("holdings__")."""
    begun = models.Q(**{f"{path}from_on__isnull": True}) | models.Q(**{f"{path}from_on__lte": on})
    going_on = models.Q(**{f"{path}until_on__isnull": True}) | models.Q(**{f"{path}until_on__gte": on})
    granted = models.Q(**{f"{path}granted_at__isnull": False, f"{path}ended_at__isnull": True})
    return granted & begun & going_on


class HoldingQuerySet(models.QuerySet["Holding"]):
    """Reads of who holds what."""

    def in_force(self, on: date) -> "HoldingQuerySet":
        """Granted, and held on a day, by its dates: `until_on` is the last day."""
        return self.filter(held_on(on))

    def standing(self) -> "HoldingQuerySet":
        """In force, to come, or waiting for a second person."""
        return self.filter(ended_at__isnull=True)

    def past_their_last_day(self, on: date) -> "HoldingQuerySet":
        """Out of force by their dates and not tidied yet: for the sweep."""
        return self.standing().filter(until_on__lt=on)


class Holding(models.Model):
    """Somebody holds a role: from a day, or at once where none is given; until a last day, or until it is taken away.

    One that was proposed waits until a second person has granted it, and lets nobody do anything before.
    """

    user = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="holdings")
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="holdings")
    from_on = models.DateField(null=True)
    until_on = models.DateField(null=True, help_text="The last day; empty where none is set.")
    proposed_by = models.ForeignKey("people.User", null=True, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=500, blank=True, help_text="Why it was proposed.")
    granted_by = models.ForeignKey("people.User", null=True, on_delete=models.PROTECT, related_name="+")
    granted_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects: ClassVar = HoldingQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role"], condition=models.Q(ended_at__isnull=True), name="holding_once_a_role"
            ),
            models.CheckConstraint(
                condition=models.Q(until_on__isnull=True)
                | models.Q(from_on__isnull=True)
                | models.Q(until_on__gte=models.F("from_on")),
                name="holding_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=models.Q(proposed_by__isnull=True, proposed_at__isnull=True)
                | models.Q(proposed_by__isnull=False, proposed_at__isnull=False),
                name="holding_proposed_has_who_and_when",
            ),
            models.CheckConstraint(
                condition=models.Q(granted_at__isnull=False) | models.Q(proposed_at__isnull=False),
                name="holding_granted_or_proposed",
            ),
            models.CheckConstraint(
                condition=models.Q(proposed_by__isnull=True)
                | models.Q(granted_at__isnull=True)
                | (models.Q(granted_by__isnull=False) & ~models.Q(granted_by=models.F("proposed_by"))),
                name="holding_proposed_takes_a_second_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} of {self.user_id}"

    @property
    def waits(self) -> bool:
        """Whether a second person has still to grant it."""
        return self.granted_at is None and self.ended_at is None

    def is_in_force(self, on: date) -> bool:
        """Whether it lets somebody do something on a day."""
        begun = self.from_on is None or self.from_on <= on
        going_on = self.until_on is None or self.until_on >= on
        return self.granted_at is not None and self.ended_at is None and begun and going_on

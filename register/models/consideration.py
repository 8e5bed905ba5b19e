"""The question whether somebody or some place is entered on a register."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from audit import subjects
from audit.models import Trail
from design import dates
from people.models import PolicyVersion, Provider, Resident, User
from policies.policy import RegisterRule
from register.models.entry import Entry


class Consideration(models.Model):
    """Whether somebody or some place is entered on a register: asked because of what was done, or put by a person.

    After a restriction nobody has said yet what an entry would say; whoever puts one forward says it (`proposed`). What
    the first of several decided stands in their voice, and waits here for the others.
    """

    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="considerations")
    resident = models.ForeignKey(Resident, null=True, on_delete=models.PROTECT, related_name="considerations")
    place = models.TextField(blank=True)
    place_postcode = models.CharField(max_length=10, blank=True)
    register_key = models.CharField(max_length=60)
    register_name = models.CharField(max_length=200)
    policy_version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="+")
    because = models.CharField(
        max_length=60, blank=True, help_text="What led to the question: restriction:X-000004; empty where a person did."
    )
    incidents = ArrayField(models.CharField(max_length=20), default=list)
    case_ref = models.CharField(max_length=30, blank=True)
    asked_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    proposed = models.JSONField(default=dict, blank=True, help_text="What the entry would say, as it was put forward.")
    reasons = models.TextField(blank=True, help_text="Why it was put forward, by somebody who did not decide it then.")
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    entry = models.OneToOneField(Entry, null=True, on_delete=models.PROTECT, related_name="considered")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["because", "register_key"], condition=~models.Q(because=""), name="consideration_once_a_reason"
            ),
            models.CheckConstraint(
                condition=~models.Q(because="") | models.Q(asked_by__isnull=False) | models.Q(entry__isnull=False),
                name="consideration_because_of_something_or_by_somebody",
            ),
            models.CheckConstraint(
                condition=models.Q(resident__isnull=False) | ~models.Q(place="") | models.Q(entry__isnull=False),
                name="consideration_of_a_person_or_a_place",
            ),
            models.CheckConstraint(
                condition=models.Q(decided_by__isnull=True, decided_at__isnull=True, entry__isnull=True)
                | models.Q(decided_by__isnull=False, decided_at__isnull=False),
                name="consideration_decided_has_who_and_when",
            ),
        ]

    def __str__(self) -> str:
        return f"consideration {self.pk}"

    @property
    def trail(self) -> Trail:
        """Where events about the question belong."""
        resident = self.resident.reference if self.resident else ""
        return Trail(subjects.CONSIDERATION, str(self.pk), self.provider.slug, resident, self.case_ref)

    @property
    def rule(self) -> RegisterRule:
        """What the policy says of the register that is asked about."""
        return self.policy_version.policy.register(self.register_key)

    @property
    def who_answered(self) -> str:
        """Who decided it, and when: for whoever comes second."""
        assert self.decided_by is not None and self.decided_at is not None
        what = "made the entry" if self.entry_id else "decided against an entry"
        return f"{self.decided_by.name} {what} on {dates.day(self.decided_at)}."

"""What is shared with a contractor: one entry, one organisation, why, until when, and whether they know of it."""

import uuid
from datetime import date
from typing import ClassVar

from django.db import models

from audit.models import Trail
from people.models import Organisation, User
from register.models.entry import Entry


class ShareQuerySet(models.QuerySet["Share"]):
    """Reads of what is and was shared."""

    def standing(self) -> "ShareQuerySet":
        """Shares that nobody has recalled; one whose last day has gone stands here until it is tidied away."""
        return self.filter(recalled_at__isnull=True)

    def in_force(self, on: date) -> "ShareQuerySet":
        """Shares that hold on a day, by their dates alone: a late sweep never makes a lie."""
        return self.standing().filter(
            models.Q(until_on__isnull=True) | models.Q(until_on__gte=on),
            from_on__lte=on,
            entry__in=Entry.objects.in_force(on),
        )

    def past_their_last_day(self, on: date) -> "ShareQuerySet":
        """Shares whose last day has gone, for the sweep to tidy away."""
        return self.standing().filter(until_on__lt=on)


class Share(models.Model):
    """A decision to show one entry to one contractor (Dover 6.31): why, from when, until when.

    It ends by its dates, with its entry, or by a recall, whichever is first. `decided_by` is empty for what was shared
    with every contractor before shares were kept by organisation.
    """

    token = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="shares")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="shares")
    reasons = models.TextField(blank=True)
    from_on = models.DateField()
    until_on = models.DateField(null=True, help_text="The last day; empty for as long as the entry stands.")
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()
    acknowledged_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    acknowledged_at = models.DateTimeField(null=True)
    recalled_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    recalled_at = models.DateTimeField(null=True)
    recall_reason = models.TextField(blank=True)

    objects = ShareQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-decided_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["entry", "organisation"],
                condition=models.Q(recalled_at__isnull=True),
                name="share_once_an_organisation",
            ),
            models.CheckConstraint(
                condition=models.Q(until_on__isnull=True) | models.Q(until_on__gte=models.F("from_on")),
                name="share_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=models.Q(acknowledged_by__isnull=True, acknowledged_at__isnull=True)
                | models.Q(acknowledged_by__isnull=False, acknowledged_at__isnull=False),
                name="share_acknowledged_has_who_and_when",
            ),
            models.CheckConstraint(
                condition=models.Q(recalled_at__isnull=True, recalled_by__isnull=True, recall_reason="")
                | (models.Q(recalled_at__isnull=False) & ~models.Q(recall_reason="")),
                name="share_recalled_has_when_and_why",
            ),
        ]

    def __str__(self) -> str:
        return f"share {self.pk}"

    @property
    def trail(self) -> Trail:
        """Where events about it belong: with its entry."""
        return self.entry.trail

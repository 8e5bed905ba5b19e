"""Looks at the register: who looked, at whom, why, and that somebody has checked before a visit."""

import uuid
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from people.models import Organisation, Provider, Resident, User
from register.models.entry import Entry


class Lookup(models.Model):
    """One look at the register: who looked, at whom, for which purpose, and what was shown. Append-only."""

    class Purpose(models.TextChoices):
        """Why they looked; the press of the button is the record."""

        VISIT = "visit", "I am visiting"
        PHONE = "phone", "I am phoning"
        OTHER = "other", "Another reason"

    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="lookups")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="lookups")
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="lookups")
    at = models.DateTimeField()
    resident = models.ForeignKey(Resident, null=True, on_delete=models.PROTECT, related_name="lookups")
    place = models.TextField(blank=True)
    purpose = models.CharField(max_length=10, choices=Purpose)
    job = models.CharField(max_length=60, blank=True, help_text="A contractor's own number of the job or the visit.")
    entries_shown = ArrayField(models.CharField(max_length=20), default=list)

    class Meta:
        ordering: ClassVar = ["-at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(resident__isnull=False) | ~models.Q(place=""), name="lookup_of_a_person_or_a_place"
            )
        ]
        indexes = [
            models.Index(fields=["resident", "-at"], name="lookup_by_resident"),
            GinIndex(fields=["entries_shown"], name="lookup_by_entry"),
        ]

    def __str__(self) -> str:
        return f"look-up {self.pk}"


class Receipt(models.Model):
    """“I have checked before this visit”: a timed receipt of a look-up. Append-only."""

    lookup = models.OneToOneField(Lookup, on_delete=models.PROTECT, related_name="receipt")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"receipt of look-up {self.lookup_id}"


class Handle(models.Model):
    """What a search handed to a contractor for one match: it opens that person or place once, for a short while.

    Its address names nobody and counts nothing, and works only in the session in which it was given out.
    """

    token = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    resident = models.ForeignKey(Resident, null=True, on_delete=models.CASCADE, related_name="+")
    place = models.ForeignKey(Entry, null=True, on_delete=models.CASCADE, related_name="+")
    made_at = models.DateTimeField(db_index=True)
    lookup = models.ForeignKey(Lookup, null=True, on_delete=models.PROTECT, related_name="handles")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(resident__isnull=False, place__isnull=True)
                | models.Q(resident__isnull=True, place__isnull=False),
                name="handle_of_a_person_or_a_place",
            )
        ]

    def __str__(self) -> str:
        return f"handle {self.pk}"

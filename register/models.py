"""The register: what staff and contractors must know and do before they visit, call or meet somebody."""

from datetime import date
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from audit.models import Trail, append_only
from people.access import providers_where
from people.models import Organisation, Provider, Resident, User, search_filter


class EntryQuerySet(models.QuerySet["Entry"]):
    """Reads of the register."""

    def in_force(self, on: date) -> "EntryQuerySet":
        """Entries that stand on a day, by their dates alone: a late sweep never makes a lie.

        `ends_on` is the last day in force; on the day of its removal an entry no longer stands.
        """
        return self.filter(
            models.Q(ends_on__isnull=True) | models.Q(ends_on__gte=on),
            models.Q(removed_on__isnull=True) | models.Q(removed_on__gt=on),
            entered_on__lte=on,
        )

    def past_their_last_day(self, on: date) -> "EntryQuerySet":
        """Entries by themselves whose last day has gone; what stands with a restriction goes with it."""
        return self.filter(removed_on__isnull=True, ends_on__lt=on).exclude(source__startswith="restriction:")

    def matching(self, typed: str) -> "EntryQuerySet":
        """Entries of places whose address or postcode holds what was typed; those of people are found by the person."""
        return self.exclude(place="").filter(search_filter(typed)).order_by("place", "pk")

    def for_work(self, user: User) -> "EntryQuerySet":
        """Entries with all that stands behind them, for those who decide on entries."""
        return self.filter(provider__in=providers_where(user, Provider.Capability.DECIDE))

    def visible_to(self, user: User) -> "EntryQuerySet":
        """All of the provider's entries for staff whose duties require it; for contractors what is shared with them."""
        whole, shared = [], []
        for provider, held in user.capabilities.items():
            if Provider.Capability.VIEW_REGISTER in held:
                whole.append(provider)
            elif Provider.Capability.VIEW_SHARED_REGISTER in held:
                shared.append(provider)
        return self.filter(models.Q(provider__in=whole) | models.Q(provider__in=shared, shared_with_contractors=True))


class Entry(models.Model):
    """One entry: whom or which place it concerns, the orders to follow, until when. Reasons are never part of it."""

    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="register_entries")
    reference = models.CharField(max_length=20, unique=True)
    register_key = models.CharField(max_length=60)
    resident = models.ForeignKey(Resident, null=True, on_delete=models.PROTECT, related_name="register_entries")
    place = models.TextField(blank=True)
    place_postcode = models.CharField(max_length=10, blank=True)
    search = models.TextField(blank=True, editable=False)
    risks = ArrayField(models.CharField(max_length=60), default=list)
    instructions = ArrayField(models.TextField())
    arrangement = ArrayField(models.TextField(), default=list)
    ring = models.CharField(max_length=30, blank=True)
    source = models.CharField(max_length=60, blank=True)
    case_ref = models.CharField(max_length=30, blank=True)
    shared_with_contractors = models.BooleanField(default=False)
    resident_told = models.BooleanField(default=True)
    not_told_reason = models.TextField(blank=True)
    look_again_on = models.DateField(null=True)
    entered_on = models.DateField()
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    ends_on = models.DateField(null=True)
    review_on = models.DateField(null=True)
    removed_on = models.DateField(null=True)
    removed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    removed_at = models.DateTimeField(null=True)
    removal_reason = models.TextField(blank=True)

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "entries"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(resident__isnull=False) | ~models.Q(place=""), name="entry_of_a_person_or_a_place"
            ),
            models.CheckConstraint(
                condition=models.Q(resident_told=True)
                | (~models.Q(not_told_reason="") & models.Q(look_again_on__isnull=False)),
                name="entry_told_or_reasoned_and_looked_at_again",
            ),
            models.CheckConstraint(
                condition=models.Q(removed_on__isnull=True, removed_at__isnull=True)
                | models.Q(removed_on__isnull=False, removed_at__isnull=False) & ~models.Q(removal_reason=""),
                name="entry_removed_has_when_and_why",
            ),
            models.CheckConstraint(
                condition=models.Q(ends_on__isnull=False) | models.Q(review_on__isnull=False),
                name="entry_has_an_end_or_a_review",
            ),
            models.UniqueConstraint(
                fields=["source", "resident"],
                condition=models.Q(removed_on__isnull=True) & ~models.Q(source=""),
                name="entry_once_a_source",
            ),
        ]
        indexes = [
            GinIndex(fields=["search"], opclasses=["gin_trgm_ops"], name="entry_search"),
            models.Index(fields=["provider", "resident"], name="entry_by_resident"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def trail(self) -> Trail:
        """Where events about the entry belong."""
        resident = self.resident.reference if self.resident else ""
        return Trail("entry", self.reference, self.provider.slug, resident, self.case_ref)


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
    entries_shown = ArrayField(models.CharField(max_length=20), default=list)

    class Meta:
        ordering: ClassVar = ["-at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(resident__isnull=False) | ~models.Q(place=""), name="lookup_of_a_person_or_a_place"
            )
        ]
        triggers = append_only("lookup")
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

    class Meta:
        triggers = append_only("receipt")

    def __str__(self) -> str:
        return f"receipt of look-up {self.lookup_id}"

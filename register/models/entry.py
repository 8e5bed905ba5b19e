"""Entries: what staff and contractors must know and do before they visit, call or meet somebody."""

from dataclasses import dataclass
from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Coalesce, Concat

from audit import subjects
from audit.models import Trail
from deadlines import kinds
from deadlines.models import Deadline
from design import dates
from people.models import PolicyVersion, Provider, Resident, User
from people.models.file_access import not_closed, not_kept_out
from people.search import search_filter
from policies.policy import RegisterRule

STANDS_WITH = subjects.prefix(subjects.RESTRICTION)
"""With what the source of an entry begins that stands with a restriction."""
ERASED = "The words of this entry were erased."


@dataclass(frozen=True)
class Contact:
    """Whom staff ring before they go: a name where there is one, and a number, empty for the provider's own."""

    name: str
    number: str


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
        return self.filter(removed_on__isnull=True, ends_on__lt=on).exclude(source__startswith=STANDS_WITH)

    def on_a_register(self) -> "EntryQuerySet":
        """Entries of the policy's registers; the rest are highlights of restrictions that enter none."""
        return self.exclude(register_key="")

    def kept_too_long(self, on: date) -> "EntryQuerySet":
        """Entries whose words are kept, though the policy's time to keep them after the removal is over."""
        return self.filter(words_until__lt=on, erased_on__isnull=True)

    def with_next_look(self) -> "EntryQuerySet":
        """With `looked_at_on`: when each is looked at next; what stands with a restriction in that one's own review."""
        own = Concat(models.Value(subjects.prefix(subjects.ENTRY)), models.OuterRef("reference"))
        reviews = Deadline.objects.open().filter(
            models.Q(about=models.OuterRef("source"), kind__in=kinds.REVIEWS)
            | models.Q(about=own, kind=kinds.REGISTER_REVIEW),
            due_on__isnull=False,
        )
        first = models.Subquery(reviews.order_by("due_on").values("due_on")[:1])
        return self.annotate(looked_at_on=Coalesce(first, "review_on"))

    def matching(self, typed: str) -> "EntryQuerySet":
        """Entries of places whose address or postcode holds what was typed; those of people are found by the person."""
        return self.exclude(place="").filter(search_filter(typed)).order_by("place", "pk")

    def standing_on(self, source: str) -> "EntryQuerySet":
        """What stands on a source: an entry for each register, or one highlight; in a fixed order."""
        return self.filter(source=source, removed_on__isnull=True).order_by("pk")

    def locked(self) -> "EntryQuerySet":
        """Locked rows, joined with what never changes alone: after a wait for the lock the joins are old."""
        return self.select_for_update(of=("self",)).select_related("provider", "resident", "policy_version")

    def shared_with(self, organisation: int | None, on: date) -> "EntryQuerySet":
        """What a contractor is shown on a day: entries in force of which a share with that very organisation holds.

        The one read of what is shared. Nothing for somebody who belongs to no organisation.
        """
        until = models.Q(shares__until_on__isnull=True) | models.Q(shares__until_on__gte=on)
        found = self.in_force(on)
        return found.filter(
            until, shares__organisation=organisation, shares__recalled_at__isnull=True, shares__from_on__lte=on
        )

    def visible_to(self, user: User, on: date) -> "EntryQuerySet":
        """All of the provider's entries for staff whose duties require it; for a contractor what is shared with the
        organisation they work for.

        Not to somebody who is kept out by name. A file that is kept to named people closes no card: whoever visits is
        told what to do (HSWA 1974 s2).
        """
        whole, shared = [], []
        for provider, held in user.capabilities.items():
            if Provider.Capability.VIEW_REGISTER in held:
                whole.append(provider)
            elif Provider.Capability.VIEW_SHARED_REGISTER in held:
                shared.append(provider)
        seen = self.filter(not_kept_out(user, "resident_id"))
        if not shared or user.organisation_id is None:
            return seen.filter(provider__in=whole)
        theirs = Entry.objects.shared_with(user.organisation_id, on).filter(provider__in=shared)
        return seen.filter(models.Q(provider__in=whole) | models.Q(pk__in=theirs.values("pk")))

    def not_closed_to(self, user: User) -> "EntryQuerySet":
        """Those with the reasons behind them that a person may read: not of a resident whose file is closed to them."""
        return self.filter(not_closed(user, "resident_id"))


class Entry(models.Model):
    """One entry: whom or which place it concerns, the orders to follow, until when. Reasons are never part of it.

    It stands in one of the policy's registers, by its key and name as the policy had them on the day. A restriction
    that enters none is highlighted: an entry without a register, so that who meets the resident knows what holds.
    """

    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="register_entries")
    reference = models.CharField(max_length=20, unique=True)
    register_key = models.CharField(max_length=60, blank=True)
    register_name = models.CharField(max_length=200, blank=True)
    policy_version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="+")
    resident = models.ForeignKey(Resident, null=True, on_delete=models.PROTECT, related_name="register_entries")
    place = models.TextField(blank=True)
    place_postcode = models.CharField(max_length=10, blank=True)
    search = models.TextField(blank=True, editable=False)
    risks = ArrayField(models.CharField(max_length=60), default=list)
    instructions = ArrayField(models.TextField())
    arrangement = ArrayField(models.TextField(), default=list)
    ring = models.CharField(max_length=30, blank=True)
    ring_name = models.CharField(max_length=200, blank=True)
    cover_name = models.CharField(max_length=200, blank=True)
    cover_ring = models.CharField(max_length=30, blank=True)
    cover_from = models.DateField(null=True)
    cover_until = models.DateField(null=True, help_text="The last day of the cover.")
    source = models.CharField(max_length=60, blank=True)
    case_ref = models.CharField(max_length=30, blank=True)
    shared_with_contractors = models.BooleanField(
        default=False, help_text="Whether contractors may be shown it; who is, each share says."
    )
    resident_told = models.BooleanField(default=True)
    not_told_reason = models.TextField(blank=True)
    look_again_on = models.DateField(null=True)
    entered_on = models.DateField()
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    ends_on = models.DateField(null=True)
    review_on = models.DateField(null=True)
    kept_on = models.DateField(null=True, help_text="When it was last looked at and kept.")
    removed_on = models.DateField(null=True)
    removed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    removed_at = models.DateTimeField(null=True)
    removal_reason = models.TextField(blank=True)
    words_until = models.DateField(null=True, help_text="After removal: the last day on which its words are kept.")
    erased_on = models.DateField(null=True, help_text="When the policy's time to keep its words was over.")

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "entries"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(resident__isnull=False) | ~models.Q(place="") | models.Q(erased_on__isnull=False),
                name="entry_of_a_person_or_a_place",
            ),
            models.CheckConstraint(
                condition=models.Q(register_key="", register_name="", source__startswith=STANDS_WITH)
                | (~models.Q(register_key="") & ~models.Q(register_name="")),
                name="entry_names_its_register_or_highlights",
            ),
            models.CheckConstraint(
                condition=~models.Q(instructions=[]) | ~models.Q(arrangement=[]) | models.Q(erased_on__isnull=False),
                name="entry_says_what_to_do",
            ),
            models.CheckConstraint(
                condition=models.Q(cover_from__isnull=True, cover_until__isnull=True, cover_name="", cover_ring="")
                | (
                    models.Q(cover_from__isnull=False, cover_until__gte=models.F("cover_from"))
                    & ~models.Q(cover_name="")
                ),
                name="entry_cover_has_a_name_and_days",
            ),
            models.CheckConstraint(
                condition=models.Q(erased_on__isnull=True)
                | models.Q(
                    removed_on__isnull=False,
                    erased_on__gt=models.F("removed_on"),
                    resident__isnull=True,
                    place="",
                    place_postcode="",
                    search="",
                    source="",
                    case_ref="",
                    risks=[],
                    instructions=[],
                    arrangement=[],
                    ring="",
                    ring_name="",
                    cover_name="",
                    not_told_reason="",
                    removal_reason=ERASED,
                ),
                name="entry_erased_after_removal_says_nothing",
            ),
            models.CheckConstraint(
                condition=models.Q(resident_told=True)
                | models.Q(erased_on__isnull=False)
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
                fields=["source", "resident", "register_key"],
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
    def is_highlight(self) -> bool:
        """Whether it stands in no register: a restriction that the policy enters nowhere, shown to who must know."""
        return not self.register_key

    @property
    def stands_with(self) -> str:
        """The restriction with which it changes and ends, by its reference; empty where it stands by itself."""
        return self.stands_on(subjects.RESTRICTION)

    def stands_on(self, kind: str) -> str:
        """The reference of what it stands on, where that is of a kind; else empty."""
        return subjects.ref_of(self.source) if subjects.kind_of(self.source) == kind else ""

    @property
    def rule(self) -> RegisterRule | None:
        """What the policy says of its register, as it did when it was entered; None for a highlight."""
        return self.policy_version.policy.register(self.register_key) if self.register_key else None

    @property
    def lists_restrictions_alone(self) -> bool:
        """Whether it says what holds, not a risk, as a highlight or a list of arrangements does: it needs no orders."""
        return self.rule is None or self.rule.restrictions_alone

    @property
    def who_removed(self) -> str:
        """Who removed it, and when: for whoever comes second."""
        assert self.removed_on is not None
        who = self.removed_by.name if self.removed_by else "The nightly sweep"
        return f"{who} removed this entry on {dates.day(self.removed_on)}."

    def contact_on(self, day: date) -> Contact:
        """Whom to ring on a day: whoever covers then, between the days of the cover, else whoever holds it."""
        if self.cover_from and self.cover_until and self.cover_from <= day <= self.cover_until:
            return Contact(self.cover_name, self.cover_ring)
        return Contact(self.ring_name, self.ring)

    @property
    def trail(self) -> Trail:
        """Where events about the entry belong."""
        resident = self.resident.reference if self.resident else ""
        return Trail(subjects.ENTRY, self.reference, self.provider.slug, resident, self.case_ref)

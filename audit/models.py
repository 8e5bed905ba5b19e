"""What happened (`Event`), who decided what and why (`Decision`), and the personal words of both (`EventText`).

An event never changes. Its personal words stand apart, so that a recorded erasure can blank them one day while the
salted digest in the event still proves what stood there. Beside them stands what the database writes by itself: each
state of each row that is evidence (`History`), the chain that seals it (`Seal`), and what looks at both found
(`Verification`). What guards all of them is in `audit.guards`.
"""

from dataclasses import dataclass

from django.contrib.postgres.fields import ArrayField
from django.db import models

from audit import subjects

LOOKED = ".looked_at"
"""How the verb of every look ends (`audit.looks`)."""
RECORDED_LOOKS = ("register.looked_up", "letter.opened", "file.opened_urgently")
"""Looks that were recorded before there were others, each time; they stand on the timeline as well."""
LOOKS = models.Q(verb__endswith=LOOKED) | models.Q(verb__in=RECORDED_LOOKS)


@dataclass(frozen=True)
class Trail:
    """Where an event belongs: whose provider, which resident and case, and which thing it is about.

    `kind` is one of `audit.subjects`.
    """

    kind: str
    ref: str
    provider: str = ""
    resident: str = ""
    case: str = ""

    @property
    def about(self) -> str:
        """How deadlines, letters, voices, entries and appeals point at the thing ("restriction:X-000004")."""
        return subjects.about(self.kind, self.ref)


class EventQuerySet(models.QuerySet["Event"]):
    """Reads of the trail."""

    def for_case(self, ref: str) -> "EventQuerySet":
        """Everything done on one case."""
        return self.done().filter(case_ref=ref)

    def about(self, trail: Trail) -> "EventQuerySet":
        """Everything done about one thing."""
        return self.done().filter(subject_kind=trail.kind, subject_ref=trail.ref)

    def for_resident(self, ref: str) -> "EventQuerySet":
        """Everything done about one resident."""
        return self.done().filter(resident_ref=ref)

    def done_to(self, *trails: Trail) -> "EventQuerySet":
        """What was done to those very things; of a case, whatever stands on its file."""
        wanted = models.Q(pk__in=[])
        for trail in trails:
            if trail.kind == "case":
                wanted |= models.Q(case_ref=trail.ref)
            else:
                wanted |= models.Q(subject_kind=trail.kind, subject_ref=trail.ref)
        return self.done().filter(wanted)

    def done(self) -> "EventQuerySet":
        """What somebody did, without the looks: reading a file changes nothing in it."""
        return self.exclude(verb__endswith=LOOKED)

    def looks(self) -> "EventQuerySet":
        """Who looked."""
        return self.filter(verb__endswith=LOOKED)

    def with_words(self) -> "EventQuerySet":
        """Newest first, with the words and the decision, in one query."""
        return self.select_related("words", "decision").order_by("-at", "-pk")


class Event(models.Model):
    """One thing that happened, in the order it was recorded. Never changed and never deleted (Dover 6.24).

    `at` is when it happened, as the product says; `recorded_at` is when it was written down, which the database says,
    whatever it is given. Events from before it said so have none.
    """

    at = models.DateTimeField()
    verb = models.CharField(max_length=60)
    by_ref = models.CharField(max_length=20, blank=True)
    by_name = models.CharField(max_length=200, blank=True)
    subject_kind = models.CharField(max_length=30)
    subject_ref = models.CharField(max_length=30)
    provider_ref = models.CharField(max_length=60, blank=True)
    resident_ref = models.CharField(max_length=30, blank=True)
    case_ref = models.CharField(max_length=30, blank=True)
    facts = models.JSONField(default=dict)
    digest = models.CharField(max_length=64, blank=True)
    recorded_at = models.DateTimeField(null=True, editable=False)

    objects = EventQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["case_ref", "-at"], name="event_by_case"),
            models.Index(fields=["resident_ref", "-at"], name="event_by_resident"),
            models.Index(fields=["subject_kind", "subject_ref"], name="event_by_subject"),
            models.Index(fields=["provider_ref", "-at"], name="look_by_provider", condition=LOOKS),
            models.Index(fields=["by_ref", "-at"], name="look_by_reader", condition=LOOKS),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.subject_ref}"


class EventText(models.Model):
    """The personal words of an event. May be blanked once, by a recorded erasure, and never otherwise."""

    event = models.OneToOneField(Event, primary_key=True, on_delete=models.PROTECT, related_name="words")
    salt = models.CharField(max_length=32, blank=True)
    body = models.JSONField(null=True)
    erased_by = models.ForeignKey(Event, null=True, on_delete=models.PROTECT, related_name="erasures")

    def __str__(self) -> str:
        return f"words of event {self.pk}"


class Decision(models.Model):
    """Who decided what, under which rule. Reasons, what was considered and what was not done are in the words."""

    class Source(models.TextChoices):
        """Whose rule it was."""

        POLICY = "policy", "Policy"
        LOCAL = "local", "Local rule"
        LAW = "law", "Law"
        EVENHAND = "evenhand", "Evenhand's rule"
        SILENT = "silent", "The policy is silent"

    event = models.OneToOneField(Event, primary_key=True, on_delete=models.PROTECT, related_name="decision")
    what = models.CharField(max_length=60)
    outcome = models.CharField(max_length=60, blank=True)
    source = models.CharField(max_length=10, choices=Source)
    clause = models.CharField(max_length=60, blank=True)
    strength = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(source="policy") | ~models.Q(clause=""),
                name="decision_under_policy_names_its_clause",
            )
        ]

    def __str__(self) -> str:
        return f"{self.what}: {self.outcome}"

    @property
    def trail(self) -> Trail:
        """How deadlines and appeals point at a decision that is neither a restriction, nor a warning, nor a review."""
        event = self.event
        return Trail(subjects.DECISION, str(self.pk), event.provider_ref, event.resident_ref, event.case_ref)


class History(models.Model):
    """One state of one row of a table that is evidence, written by a trigger of the database (docs/adr/0166).

    `state` is the row as it was left; of what never changes only the digest is kept. `columns` are those that changed,
    or those that the digest was made of. A recorded erasure blanks the state and the salt, and the digest stays.
    """

    kept = models.CharField(max_length=63)
    row_key = models.CharField(max_length=64)
    deed = models.CharField(max_length=1)
    at = models.DateTimeField()
    tx = models.BigIntegerField()
    by_role = models.CharField(max_length=63)
    columns = ArrayField(models.CharField(max_length=63))
    state = models.JSONField(null=True)
    salt = models.CharField(max_length=36, blank=True)
    digest = models.CharField(max_length=64)
    seal = models.ForeignKey("Seal", null=True, on_delete=models.PROTECT, related_name="rows_sealed", db_index=False)
    erased_by = models.ForeignKey(Event, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        verbose_name_plural = "histories"
        indexes = [
            models.Index(fields=["kept", "row_key", "id"], name="history_of_row"),
            models.Index(fields=["seal", "id"], name="history_of_seal", condition=models.Q(seal__isnull=False)),
            models.Index(fields=["id"], name="history_to_seal", condition=models.Q(seal__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.kept} {self.row_key}"


class Seal(models.Model):
    """One link of the chain: what was committed since the one before, by a digest that rests on all before it."""

    id = models.BigIntegerField(primary_key=True)
    made_at = models.DateTimeField()
    rows = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    previous = models.CharField(max_length=64, blank=True)
    head = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"seal {self.pk}"


class Verification(models.Model):
    """What one look at the trail found: how far it came, and what does not stand as it was left.

    Of the breaks so many were `unanswered` then: nobody had said what they are, and somebody else agreed.
    """

    at = models.DateTimeField()
    whole = models.BooleanField()
    seals = models.PositiveBigIntegerField()
    rows = models.PositiveBigIntegerField()
    breaks = models.JSONField(default=list)
    unanswered = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.at}: {self.found_words}"

    @property
    def found_words(self) -> str:
        """What it found, as a tag says it."""
        if self.unanswered:
            return f"{self.unanswered} found"
        return f"{len(self.breaks)} known" if self.breaks else "Nothing found"

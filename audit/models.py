"""What happened (`Event`), who decided what and why (`Decision`), and the personal words of both (`EventText`).

An event never changes. Its personal words stand apart, so that a recorded erasure can blank them one day while the
salted digest in the event still proves what stood there.
"""

from dataclasses import dataclass

import pgtrigger
from django.db import models

from audit import subjects

LOOKED = ".looked_at"
"""How the verb of every look ends (`audit.looks`)."""


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


def never_emptied(name: str) -> pgtrigger.Trigger:
    """A trigger that refuses TRUNCATE, which passes by every trigger of rows.

    A connection that has said `evenhand.may_empty = on` may: only the tests do, because they empty tables between them.
    """
    return pgtrigger.Trigger(
        name=f"{name}_never_emptied",
        level=pgtrigger.Statement,
        when=pgtrigger.Before,
        operation=pgtrigger.Truncate,
        func="""
            IF current_setting('evenhand.may_empty', true) = 'on' THEN
                RETURN NULL;
            END IF;
            RAISE EXCEPTION 'what is only ever added to is never emptied';
        """,
    )


def append_only(name: str) -> list[pgtrigger.Trigger]:
    """Triggers that refuse every change, every deletion and emptying, from raw SQL too."""
    protect = pgtrigger.Protect(name=f"{name}_append_only", operation=pgtrigger.Update | pgtrigger.Delete)
    return [protect, never_emptied(name)]


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
    """One thing that happened, in the order it was recorded. Never changed and never deleted (Dover 6.24)."""

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

    objects = EventQuerySet.as_manager()

    class Meta:
        triggers = append_only("event")
        indexes = [
            models.Index(fields=["case_ref", "-at"], name="event_by_case"),
            models.Index(fields=["resident_ref", "-at"], name="event_by_resident"),
            models.Index(fields=["subject_kind", "subject_ref"], name="event_by_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.subject_ref}"


class EventText(models.Model):
    """The personal words of an event. May be blanked once, by a recorded erasure, and never otherwise."""

    event = models.OneToOneField(Event, primary_key=True, on_delete=models.PROTECT, related_name="words")
    salt = models.CharField(max_length=32, blank=True)
    body = models.JSONField(null=True)
    erased_by = models.ForeignKey(Event, null=True, on_delete=models.PROTECT, related_name="erasures")

    class Meta:
        triggers = [
            pgtrigger.Protect(name="words_kept", operation=pgtrigger.Delete),
            never_emptied("words"),
            pgtrigger.Trigger(
                name="words_only_blanked",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func="""
                    IF NEW.event_id = OLD.event_id AND OLD.body IS NOT NULL AND NEW.body IS NULL
                       AND NEW.salt = '' AND NEW.erased_by_id IS NOT NULL THEN
                        RETURN NEW;
                    END IF;
                    RAISE EXCEPTION 'the words of an event are kept: they may only be blanked by a recorded erasure';
                """,
            ),
        ]

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
        triggers = append_only("decision")
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

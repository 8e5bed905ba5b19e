"""What several people said on an act, who was asked before it, and who was appointed where nobody else was left."""

import pgtrigger
from django.db import models

from people.models import Provider, Resident, User

ERASED = "The words were erased."


def kept_but_for_words(name: str, column: str, *fixed: str, may: str = "") -> pgtrigger.Trigger:
    """A trigger that refuses every change and deletion, but for words that may be kept no longer: those are blanked.

    `may` is what else may change, as a condition on OLD and NEW.
    """
    blanked = f"NEW.{column} = '{ERASED}'"
    allowed = f"({blanked} OR {may})" if may else blanked
    same = " AND ".join(f"NEW.{each} IS NOT DISTINCT FROM OLD.{each}" for each in ("id", "about", "act", *fixed))
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=pgtrigger.Update | pgtrigger.Delete,
        func=f"""
            IF TG_OP = 'UPDATE' AND {same} AND {allowed} THEN
                RETURN NEW;
            END IF;
            RAISE EXCEPTION 'what was said before a decision is kept: its words may only be blanked';
        """,
    )


class VoiceQuerySet(models.QuerySet["Voice"]):
    """Reads of what deciders said."""

    def on(self, about: str, act: str) -> "VoiceQuerySet":
        """What was said on an act about a thing and counts still, in order; what went back counts no more."""
        return self.filter(about=about, act=act, dropped_at__isnull=True).select_related("by").order_by("pk")

    def agreeing(self) -> "VoiceQuerySet":
        """Those for what was put before them."""
        return self.filter(says=Voice.Says.AGREE)


class Voice(models.Model):
    """What one of several deciders said on what was put before them, or said in a meeting that one of them wrote down.

    `about` and `act` name what is decided ("restriction:X-000004", "restrict"). What goes back is decided anew, so the
    voices on it are dropped, and kept.
    """

    class Says(models.TextChoices):
        """For or against."""

        AGREE = "agree", "Agreed"
        AGAINST = "against", "Did not agree"

    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="voices")
    resident = models.ForeignKey(Resident, null=True, on_delete=models.PROTECT, related_name="voices")
    case_ref = models.CharField(max_length=30, blank=True)
    about = models.CharField(max_length=60)
    act = models.CharField(max_length=40)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="voices")
    says = models.CharField(max_length=10, choices=Says)
    what = models.JSONField(
        default=dict,
        blank=True,
        help_text="What is agreed to, where no proposal or draft says it: an outcome, a length, terms, a step.",
    )
    reasons = models.TextField()
    considered = models.TextField(blank=True)
    not_done = models.TextField(blank=True)
    met_on = models.DateField(null=True, help_text="The day of the meeting, where they decided in one.")
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    dropped_at = models.DateTimeField(null=True, help_text="When it went back, so that this counts no more.")

    objects = VoiceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["about", "act", "by"], condition=models.Q(dropped_at__isnull=True), name="voice_once_a_person"
            ),
            models.CheckConstraint(condition=~models.Q(reasons=""), name="voice_says_why"),
            models.CheckConstraint(
                condition=models.Q(met_on__isnull=False) | models.Q(recorded_by=models.F("by")),
                name="voice_of_ones_own_outside_a_meeting",
            ),
        ]
        triggers = [pgtrigger.Protect(name="voice_kept", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.by_id} on {self.about}"


class Consultation(models.Model):
    """Somebody whom the policy has asked before a decision: who, when, what they said, and who wrote it down."""

    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="consultations")
    resident = models.ForeignKey(Resident, null=True, on_delete=models.PROTECT, related_name="consultations")
    case_ref = models.CharField(max_length=30, blank=True)
    about = models.CharField(max_length=60)
    act = models.CharField(max_length=40)
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    on = models.DateField()
    words = models.TextField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~models.Q(words=""), name="consultation_says_what")]
        indexes = [models.Index(fields=["about", "act"], name="consultation_by_act")]
        triggers = [
            kept_but_for_words("consultation_kept", "words", "person_id", '"on"', "recorded_by_id", "recorded_at"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} on {self.about}"


class Appointment(models.Model):
    """Somebody whom an administrator let decide one act, because nobody whom the policy names was free to (F12).

    The person stands in for `role`, the key that the policy names; "" where it names nobody. It is for this one act,
    and spent once that was carried out: the same act on the same thing another time needs another appointment.
    """

    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="appointments")
    about = models.CharField(max_length=60)
    act = models.CharField(max_length=40)
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="appointments")
    role = models.CharField(max_length=60, blank=True)
    reason = models.TextField()
    appointed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    appointed_at = models.DateTimeField()
    spent_at = models.DateTimeField(null=True, help_text="When the act was carried out, so that this counts no more.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["about", "act", "person", "role"],
                condition=models.Q(spent_at__isnull=True),
                name="appointment_once",
            ),
            models.CheckConstraint(condition=~models.Q(reason=""), name="appointment_says_why"),
        ]
        triggers = [
            kept_but_for_words(
                "appointment_kept",
                "reason",
                "person_id",
                "role",
                "appointed_by_id",
                "appointed_at",
                may="OLD.reason = NEW.reason AND OLD.spent_at IS NULL AND NEW.spent_at IS NOT NULL",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} on {self.about}"

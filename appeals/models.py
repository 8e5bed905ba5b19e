"""Appeals against decisions: a restriction, a warning, or another decision of the case."""

from typing import ClassVar

from django.db import models
from django_fsm import FSMField, transition

from audit import subjects
from audit.models import Decision
from cases.models import Case, Warning
from cases.models.of_case import OfCase
from letters.models import Letter
from people.access import providers_where
from people.models import Provider, User
from people.models.file_access import readable
from policies.reckoning import Reckoning
from restrictions.models import Restriction

NO_WINDOW = "The policy does not say until when an appeal can be made"
LEFT_OPEN = "The policy leaves open whether it came in time"


class AppealQuerySet(models.QuerySet["Appeal"]):
    """Reads of appeals."""

    def visible_to(self, user: User) -> "AppealQuerySet":
        """Appeals in cases that the user may read."""
        held = models.Q(case__provider__in=providers_where(user, Provider.Capability.VIEW_CASES))
        return self.filter(readable(user, "case__resident_id", held))

    def open(self) -> "AppealQuerySet":
        """Not yet decided."""
        return self.filter(state__in=Appeal.OPEN)


class Appeal(OfCase, models.Model):
    """A resident's appeal against one decision, as far as the policy covers it (Dover 6.34). Not a complaint.

    It is against exactly one of `restriction`, `warning` (the first of those given in one conversation stands for all)
    and `decision` (any other that the trail keeps).
    """

    KIND = subjects.APPEAL

    class State(models.TextChoices):
        """How far it is, or how it ended."""

        RECEIVED = "received", "Received"
        ACKNOWLEDGED = "acknowledged", "Acknowledged"
        UPHELD = "upheld", "Upheld"
        VARIED = "varied", "Varied"
        DISMISSED = "dismissed", "Dismissed"
        OUT_OF_TIME = "out_of_time", "Out of time"
        WITHDRAWN = "withdrawn", "Withdrawn"

    OPEN: ClassVar = [State.RECEIVED, State.ACKNOWLEDGED]

    class How(models.TextChoices):
        """How it came."""

        EMAIL = "email", "E-mail"
        POST = "post", "Post"
        HAND = "hand", "Handed in"
        SPOKEN = "spoken", "Spoken, and written down for the resident"

    class Rests(models.TextChoices):
        """What becomes of what rests on a warning that was taken back: the decider says so, it never just follows."""

        STAYS = "stays", "It stays"
        ENDS = "ends", "It ends too"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="appeals")
    restriction = models.ForeignKey(Restriction, null=True, on_delete=models.PROTECT, related_name="appeals")
    warning = models.ForeignKey(Warning, null=True, on_delete=models.PROTECT, related_name="appeals")
    decision = models.ForeignKey(Decision, null=True, on_delete=models.PROTECT, related_name="appeals")
    reference = models.CharField(max_length=20, unique=True)
    state = FSMField(max_length=14, choices=State, default=State.RECEIVED, protected=True)
    made_by_name = models.CharField(max_length=200)
    by_representative = models.BooleanField(default=False)
    how = models.CharField(max_length=10, choices=How)
    made_on = models.DateField(null=True, help_text="The day it was written or sent, where that is known.")
    received_on = models.DateField()
    words = models.TextField()
    grounds = models.TextField(blank=True, help_text="On what they rely, where the policy limits the grounds.")
    window_reckoning = models.JSONField()
    response_reckoning = models.JSONField(default=dict)
    in_time = models.BooleanField(null=True, help_text="None where the policy leaves open until when it may be made.")
    late_accepted_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    late_accepted_at = models.DateTimeField(null=True)
    late_accepted_reason = models.TextField(blank=True)
    lodged_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    lodged_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True)
    acknowledgement = models.ForeignKey(Letter, null=True, on_delete=models.PROTECT, related_name="+")
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="appeals_decided")
    decided_at = models.DateTimeField(null=True)
    reasons = models.TextField(blank=True)
    considered = models.TextField(blank=True)
    not_done = models.TextField(blank=True)
    late_answer_reason = models.TextField(blank=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_reason = models.TextField(blank=True)
    what_rests = models.CharField(
        max_length=5, choices=Rests, blank=True, help_text="What became of what rested on the warning."
    )
    what_rests_reason = models.TextField(blank=True)
    replaced_by = models.OneToOneField(Restriction, null=True, on_delete=models.PROTECT, related_name="made_on_appeal")
    corrected_by = models.OneToOneField(Warning, null=True, on_delete=models.PROTECT, related_name="made_on_appeal")
    letter = models.ForeignKey(Letter, null=True, on_delete=models.PROTECT, related_name="+")

    objects = AppealQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["restriction"],
                condition=models.Q(state__in=["received", "acknowledged"]),
                name="appeal_one_open_a_decision",
            ),
            models.UniqueConstraint(
                fields=["warning"],
                condition=models.Q(state__in=["received", "acknowledged"]),
                name="appeal_one_open_a_warning",
            ),
            models.UniqueConstraint(
                fields=["decision"],
                condition=models.Q(state__in=["received", "acknowledged"]),
                name="appeal_one_open_another_decision",
            ),
            models.CheckConstraint(
                condition=models.Q(restriction__isnull=False, warning__isnull=True, decision__isnull=True)
                | models.Q(restriction__isnull=True, warning__isnull=False, decision__isnull=True)
                | models.Q(restriction__isnull=True, warning__isnull=True, decision__isnull=False),
                name="appeal_is_against_one_decision",
            ),
            models.CheckConstraint(
                condition=models.Q(what_rests="", what_rests_reason="")
                | (~models.Q(what_rests="") & ~models.Q(what_rests_reason="") & models.Q(state="upheld")),
                name="appeal_says_why_what_rests_stays_or_ends",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    state__in=["upheld", "varied", "dismissed", "out_of_time"],
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                )
                | (
                    models.Q(state__in=["received", "acknowledged", "withdrawn"])
                    & models.Q(decided_by__isnull=True, decided_at__isnull=True)
                ),
                name="appeal_decided_has_who_and_when",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    late_accepted_by__isnull=True, late_accepted_at__isnull=True, late_accepted_reason=""
                )
                | (
                    models.Q(late_accepted_by__isnull=False, late_accepted_at__isnull=False)
                    & ~models.Q(late_accepted_reason="")
                ),
                name="appeal_heard_late_has_who_when_why",
            ),
            models.CheckConstraint(
                condition=models.Q(state="withdrawn", withdrawn_at__isnull=False)
                | (~models.Q(state="withdrawn") & models.Q(withdrawn_at__isnull=True)),
                name="appeal_withdrawn_has_its_instant",
            ),
            models.CheckConstraint(
                condition=models.Q(made_on__isnull=True) | models.Q(made_on__lte=models.F("received_on")),
                name="appeal_received_after_it_was_made",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_open(self) -> bool:
        """Whether it still waits for a decision."""
        return self.state in self.OPEN

    @property
    def awaits_hearing(self) -> bool:
        """Late, or perhaps late, and nobody has decided yet whether it is heard."""
        return self.in_time is not True and self.late_accepted_at is None

    @property
    def doubt(self) -> str:
        """Why nobody can say by the policy whether it came in time, as a sentence; "" where one can."""
        if self.in_time is not None:
            return ""
        return LEFT_OPEN if self.window.readings else NO_WINDOW

    @property
    def window(self) -> Reckoning:
        """Until when it could be made, as worked out when it was lodged."""
        return Reckoning.from_json(self.window_reckoning)

    @property
    def response(self) -> Reckoning:
        """By when it is to be answered, as worked out when it was lodged."""
        return Reckoning.from_json(self.response_reckoning)

    @transition(field=state, source=State.RECEIVED, target=State.ACKNOWLEDGED)
    def acknowledge(self, *, at) -> None:
        """The resident was told in writing that it came, who decides and by when."""
        self.acknowledged_at = at

    @transition(field=state, source=OPEN, target=State.UPHELD)
    def uphold(self, *, by: User, at, reasons: str) -> None:
        """The appeal succeeds: the decision goes, and what it held ends."""
        self.decided_by, self.decided_at, self.reasons = by, at, reasons

    @transition(field=state, source=OPEN, target=State.VARIED)
    def vary(self, *, by: User, at, reasons: str) -> None:
        """The appeal succeeds in part: the decision stands in other terms or other words."""
        self.decided_by, self.decided_at, self.reasons = by, at, reasons

    @transition(field=state, source=OPEN, target=State.DISMISSED)
    def dismiss(self, *, by: User, at, reasons: str) -> None:
        """The decision stands."""
        self.decided_by, self.decided_at, self.reasons = by, at, reasons

    @transition(field=state, source=OPEN, target=State.OUT_OF_TIME)
    def refuse_as_late(self, *, by: User, at, reasons: str) -> None:
        """It came after the window, and somebody decided not to hear it."""
        self.decided_by, self.decided_at, self.reasons = by, at, reasons

    @transition(field=state, source=OPEN, target=State.WITHDRAWN)
    def withdraw(self, *, at, reason: str) -> None:
        """The resident no longer wants it."""
        self.withdrawn_at, self.withdrawn_reason = at, reason

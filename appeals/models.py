"""Appeals against restrictions."""

from typing import ClassVar

from django.db import models
from django_fsm import FSMField, transition

from audit.models import Trail
from letters.models import Letter
from people.access import providers_where
from people.models import Provider, User
from policies.clocks import Reckoning
from restrictions.models import Restriction


class AppealQuerySet(models.QuerySet["Appeal"]):
    """Reads of appeals."""

    def visible_to(self, user: User) -> "AppealQuerySet":
        """Appeals in cases that the user may read."""
        return self.filter(restriction__case__provider__in=providers_where(user, Provider.Capability.VIEW_CASES))

    def open(self) -> "AppealQuerySet":
        """Not yet decided."""
        return self.filter(state__in=Appeal.OPEN)


class Appeal(models.Model):
    """A resident's appeal against the decision to restrict (Dover 6.34). Not a complaint."""

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

    restriction = models.ForeignKey(Restriction, on_delete=models.PROTECT, related_name="appeals")
    reference = models.CharField(max_length=20, unique=True)
    state = FSMField(max_length=14, choices=State, default=State.RECEIVED, protected=True)
    made_by_name = models.CharField(max_length=200)
    by_representative = models.BooleanField(default=False)
    how = models.CharField(max_length=10, choices=How)
    made_on = models.DateField(null=True, help_text="The day it was written or sent, where that is known.")
    received_on = models.DateField()
    words = models.TextField()
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
    replaced_by = models.OneToOneField(Restriction, null=True, on_delete=models.PROTECT, related_name="made_on_appeal")
    letter = models.ForeignKey(Letter, null=True, on_delete=models.PROTECT, related_name="+")

    objects = AppealQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["restriction"],
                condition=models.Q(state__in=["received", "acknowledged"]),
                name="appeal_one_open_a_decision",
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
    def trail(self) -> Trail:
        """Where events about the appeal belong."""
        case = self.restriction.case
        return Trail("appeal", self.reference, case.provider.slug, case.resident.reference, case.reference)

    @property
    def is_open(self) -> bool:
        """Whether it still waits for a decision."""
        return self.state in self.OPEN

    @property
    def awaits_hearing(self) -> bool:
        """Late, or perhaps late, and nobody has decided yet whether it is heard."""
        return self.in_time is not True and self.late_accepted_at is None

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
        """The appeal succeeds: the restriction ends."""
        self.decided_by, self.decided_at, self.reasons = by, at, reasons

    @transition(field=state, source=OPEN, target=State.VARIED)
    def vary(self, *, by: User, at, reasons: str) -> None:
        """The appeal succeeds in part: the restriction goes on in other terms."""
        self.decided_by, self.decided_at, self.reasons = by, at, reasons

    @transition(field=state, source=OPEN, target=State.DISMISSED)
    def dismiss(self, *, by: User, at, reasons: str) -> None:
        """The restriction stands."""
        self.decided_by, self.decided_at, self.reasons = by, at, reasons

    @transition(field=state, source=OPEN, target=State.OUT_OF_TIME)
    def refuse_as_late(self, *, by: User, at, reasons: str) -> None:
        """It came after the window, and somebody decided not to hear it."""
        self.decided_by, self.decided_at, self.reasons = by, at, reasons

    @transition(field=state, source=OPEN, target=State.WITHDRAWN)
    def withdraw(self, *, at, reason: str) -> None:
        """The resident no longer wants it."""
        self.withdrawn_at, self.withdrawn_reason = at, reason

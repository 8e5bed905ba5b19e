"""Reviews of a restriction: what ends it, continues it, or leaves it as it is."""

from datetime import date

from django.db import models
from django_fsm import FSMField, transition

from audit import subjects
from audit.models import Trail
from letters.models import Letter
from people.access import providers_where
from people.models import PolicyVersion, Provider, Resident, User
from people.models.file_access import readable
from restrictions.models.restriction import Restriction


class ReviewQuerySet(models.QuerySet["Review"]):
    """Reads of reviews."""

    def visible_to(self, user: User) -> "ReviewQuerySet":
        """Reviews in cases that the user may read."""
        held = models.Q(restriction__case__provider__in=providers_where(user, Provider.Capability.VIEW_CASES))
        return self.filter(readable(user, "restriction__case__resident_id", held))

    def locked(self, review_id: int) -> "Review":
        """The review and its restriction, the restriction's row locked first, as every other service locks it."""
        restriction = Restriction.objects.locked(self.values_list("restriction_id", flat=True).get(pk=review_id))
        review = self.select_for_update(of=("self",)).get(pk=review_id)
        review.restriction = restriction
        return review


class Review(models.Model):
    """A look at a restriction by somebody who did not propose, suffer or decide it: lift, extend, or vary."""

    class State(models.TextChoices):
        """How far it is."""

        BEGUN = "begun", "Begun"
        DECIDED = "decided", "Decided"

    class Outcome(models.TextChoices):
        """What it came to."""

        LIFT = "lift", "Lift"
        EXTEND = "extend", "Extend"
        VARY = "vary", "Vary"
        KEEP = "keep", "Keep as it is until its last day"

    restriction = models.ForeignKey(Restriction, on_delete=models.PROTECT, related_name="reviews")
    reference = models.CharField(max_length=20, unique=True)
    state = FSMField(max_length=10, choices=State, default=State.BEGUN, protected=True)
    due_on = models.DateField(null=True)
    begun_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    begun_at = models.DateTimeField()
    requested_on = models.DateField(null=True, help_text="When the resident's request to reconsider was received.")
    requested_how = models.CharField(max_length=20, blank=True)
    request = models.TextField(blank=True, help_text="What the resident asks for, in their words.")
    residents_account = models.TextField(blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    reasons = models.TextField(blank=True)
    evidence = models.TextField(blank=True)
    late_reason = models.TextField(blank=True)
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="reviews_decided")
    decided_at = models.DateTimeField(null=True)
    letter = models.ForeignKey(Letter, null=True, on_delete=models.PROTECT, related_name="+")

    objects = ReviewQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["restriction"], condition=models.Q(state="begun"), name="review_one_open_a_restriction"
            ),
            models.CheckConstraint(
                condition=models.Q(state="begun", decided_by__isnull=True, outcome="")
                | (
                    models.Q(state="decided", decided_by__isnull=False, decided_at__isnull=False)
                    & ~models.Q(outcome="")
                ),
                name="review_decided_has_who_when_what",
            ),
            models.CheckConstraint(
                condition=models.Q(requested_on__isnull=True, request="", requested_how="")
                | (models.Q(requested_on__isnull=False) & ~models.Q(request="") & ~models.Q(requested_how="")),
                name="review_requested_has_when_how_and_what",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    def is_by_request(self, on: date) -> bool:
        """Whether it answers a resident's request to reconsider a restriction that binds on that day.

        Once the last day has gone there is nothing to reconsider: then it is the review at the end.
        """
        return self.requested_on is not None and self.restriction.is_in_force(on)

    @property
    def trail(self) -> Trail:
        """Where events about the review belong."""
        case = self.restriction.case
        return Trail(subjects.REVIEW, self.reference, case.provider.slug, case.resident.reference, case.reference)

    @property
    def provider(self) -> Provider:
        """Whose it is to hold."""
        return self.restriction.provider

    @property
    def resident(self) -> Resident:
        """Whose restriction it looks at."""
        return self.restriction.resident

    @property
    def policy_version(self) -> PolicyVersion:
        """The version of the policy by which it is decided: that of its case."""
        return self.restriction.policy_version

    @transition(field=state, source=State.BEGUN, target=State.DECIDED)
    def decide(self, *, by: User, at, outcome: str, reasons: str) -> None:
        """Somebody decided what becomes of the restriction."""
        self.decided_by, self.decided_at, self.outcome, self.reasons = by, at, outcome, reasons

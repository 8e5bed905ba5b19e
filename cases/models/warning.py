"""A warning given in a conversation or by letter."""

from django.db import models

from audit import subjects
from audit.models import Trail
from cases.models.case import Case
from cases.models.incident import Incident
from letters.models import Letter
from people.models import Provider, Resident, User


class Warning(models.Model):
    """A warning given: in the conversation (initial) or by letter (written).

    A first letter puts the first stage in writing where the policy has it so (Northampton 4.1). Once issued it counts
    as an initial warning, given when the last incident known by then had happened.
    """

    class Kind(models.TextChoices):
        """Which warning."""

        INITIAL = "initial", "Initial warning"
        WRITTEN = "written", "Warning letter"
        FIRST = "first", "First letter"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="warnings")
    kind = models.CharField(max_length=10, choices=Kind)
    incident = models.ForeignKey(Incident, null=True, on_delete=models.PROTECT, related_name="warnings")
    letter = models.OneToOneField(Letter, null=True, on_delete=models.PROTECT, related_name="warning")
    incidents = models.ManyToManyField(Incident, related_name="warned_about")
    given_on = models.DateField(null=True)
    given_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    suspended_at = models.DateTimeField(null=True, help_text="It does not count while an appeal against it is decided.")
    same_again = models.TextField(
        blank=True, help_text="Why a warning letter follows the first letter on what that one was about already."
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="initial", incident__isnull=False)
                | models.Q(kind__in=["written", "first"], letter__isnull=False),
                name="warning_has_its_incident_or_letter",
            ),
            models.CheckConstraint(
                condition=models.Q(given_on__isnull=True, given_by__isnull=True)
                | models.Q(given_on__isnull=False, given_by__isnull=False),
                name="warning_given_has_who_and_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} warning"

    @property
    def trail(self) -> Trail:
        """How deadlines, voices and appeals point at it; what happens to it is recorded on its case.

        One in writing by its letter. First warnings by the incident in which they were given and the case: they stand
        and fall together, and joint tenants have a time to appeal each (Dover 6.16).
        """
        case = self.case
        if self.letter is not None:
            kind, ref = subjects.WARNING, self.letter.reference
        else:
            assert self.incident is not None
            kind, ref = subjects.INITIAL, f"{self.incident.reference}.{case.reference}"
        return Trail(kind, ref, case.provider.slug, case.resident.reference, case.reference)

    @property
    def provider(self) -> Provider:
        """Whose it is."""
        return self.case.provider

    @property
    def resident(self) -> Resident:
        """Whom it warns."""
        return self.case.resident

    @property
    def paper(self) -> Letter:
        """The letter of a warning in writing. Raises `Letter.DoesNotExist` for an initial one, which has none."""
        if self.letter is None:
            raise Letter.DoesNotExist("An initial warning has no letter.")
        return self.letter

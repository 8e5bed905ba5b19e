"""What somebody who was at a door reports, for those who log incidents."""

from django.db import models

from audit import subjects
from audit.models import Trail
from people.models import Organisation, Provider, Resident, User


class ReportQuerySet(models.QuerySet["Report"]):
    """Reads of what was reported."""

    def waiting(self) -> "ReportQuerySet":
        """Reports that nobody has taken on yet."""
        return self.filter(answered_at__isnull=True)


class Report(models.Model):
    """What a contractor's or a front-line colleague saw and heard, in their own words (Northampton 1.6).

    It is no incident and counts for nothing: whoever logs incidents logs one from it, or says why not.
    """

    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="reports")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    happened_on = models.DateField()
    about = models.CharField(max_length=200, help_text="Whom or where it concerns, as whoever reports it knows them.")
    words = models.TextField()
    danger = models.BooleanField()
    answered_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)
    draft = models.UUIDField(null=True, help_text="The draft of the incident that was begun from it.")
    not_logged_reason = models.TextField(blank=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(answered_by__isnull=True, answered_at__isnull=True, draft=None, not_logged_reason="")
                | (
                    models.Q(answered_by__isnull=False, answered_at__isnull=False)
                    & (
                        models.Q(draft__isnull=False, not_logged_reason="")
                        | (models.Q(draft=None) & ~models.Q(not_logged_reason=""))
                    )
                ),
                name="report_is_logged_or_answered_with_a_reason",
            )
        ]

    def __str__(self) -> str:
        return f"report {self.pk}"

    @property
    def resident(self) -> Resident | None:
        """Nobody by record: whoever reports does not look residents up, and may be wrong."""
        return None

    @property
    def trail(self) -> Trail:
        """Where events about the report belong."""
        return Trail(subjects.REPORT, str(self.pk), self.provider.slug)

"""What is weighed before a step."""

from django.db import models

from cases.models.case import Case
from people.models import User


class Assessment(models.Model):
    """What is weighed before a step: the risk (Dover 6.26), equality (6.40), or a question of the policy's own.

    New ones stand beside old. `gate` is the policy's key of the question.
    """

    class Kind(models.TextChoices):
        """Which assessment."""

        RISK = "risk", "Risk assessment"
        EQUALITY = "equality", "Equality impact assessment"
        QUESTION = "question", "Answer to a question of the policy"

    class Level(models.TextChoices):
        """How serious, in the assessor's own judgement; Evenhand computes no score."""

        LOW = "low", "Low"
        MEDIUM = "medium", "Medium"
        HIGH = "high", "High"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="assessments")
    kind = models.CharField(max_length=10, choices=Kind)
    gate = models.CharField(max_length=60, blank=True)
    severity = models.CharField(max_length=10, choices=Level, blank=True)
    future_risk = models.CharField(max_length=10, choices=Level, blank=True)
    words = models.TextField()
    who_is_at_risk = models.TextField(blank=True)
    controls = models.TextField(blank=True)
    needs_version = models.PositiveIntegerField(default=0)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="question") & ~models.Q(gate="")
                | ~models.Q(kind="question") & models.Q(gate=""),
                name="assessment_names_its_question",
            )
        ]
        indexes = [models.Index(fields=["case", "kind", "-made_at"], name="assessment_latest")]

    @property
    def is_about_health(self) -> bool:
        """Whether it is covered until it is asked for: what is weighed of equality is health more often than not."""
        return self.kind == Assessment.Kind.EQUALITY

    def __str__(self) -> str:
        return f"{self.kind} assessment of {self.case_id}"

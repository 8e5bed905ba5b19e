"""Incidents in which the terms of a restriction were not kept, and what was decided on them."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from audit import subjects
from audit.models import Trail
from cases.models import Incident
from letters.models import Letter
from people.models import User


class BreachStep(models.Model):
    """What was decided on breaches of a restriction: a step of the policy's ladder, a review of it, or no step."""

    NONE, REVIEW = "", "review"

    restriction = models.ForeignKey("restrictions.Restriction", on_delete=models.PROTECT, related_name="breach_steps")
    step = models.CharField(max_length=40, blank=True, help_text="The policy's word; empty where nothing follows.")
    reasons = models.TextField()
    left_out = ArrayField(models.CharField(max_length=40), default=list)
    left_out_reason = models.TextField(blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()
    letter = models.ForeignKey(Letter, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(left_out=[]) | ~models.Q(left_out_reason=""),
                name="breach_step_that_leaves_out_others_says_why",
            ),
        ]

    def __str__(self) -> str:
        return self.words

    @property
    def words(self) -> str:
        """What was decided, in a few words."""
        return {self.NONE: "No step", self.REVIEW: "The restriction is reviewed"}.get(self.step, self.step.capitalize())


class Breach(models.Model):
    """An incident in which the terms of a restriction were not kept, and what was decided on it."""

    restriction = models.ForeignKey("restrictions.Restriction", on_delete=models.PROTECT, related_name="breaches")
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="breaches")
    words = models.TextField(help_text="Which term was not kept, and how.")
    logged_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    logged_at = models.DateTimeField()
    answer = models.ForeignKey(BreachStep, null=True, on_delete=models.PROTECT, related_name="breaches")

    class Meta:
        ordering: ClassVar = ["pk"]
        verbose_name_plural = "breaches"
        constraints = [
            models.UniqueConstraint(fields=["restriction", "incident"], name="breach_once_an_incident"),
        ]

    def __str__(self) -> str:
        return f"breach of {self.restriction} in {self.incident}"

    @property
    def trail(self) -> Trail:
        """How those who decide on open breaches point at them: by the oldest. What follows is the restriction's."""
        trail = self.restriction.trail
        return Trail(subjects.BREACH, str(self.pk), trail.provider, trail.resident, trail.case)

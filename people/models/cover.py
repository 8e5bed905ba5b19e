"""A colleague does somebody's work between two days: all of it, as while they are away, or that of one case."""

from datetime import date
from typing import ClassVar

from django.db import models


class CoverQuerySet(models.QuerySet["Cover"]):
    """Reads of who covers for whom."""

    def in_force(self, on: date) -> "CoverQuerySet":
        """Those of a day, by their days: both the first and the last count."""
        return self.standing(on).filter(from_on__lte=on)

    def standing(self, on: date) -> "CoverQuerySet":
        """In force on a day, or still to come."""
        return self.filter(ended_at__isnull=True, until_on__gte=on)


class Cover(models.Model):
    """Somebody's work is a colleague's too between two days. It is theirs again when the last has gone.

    `away` says that they are not there, with or without anybody who covers; never why, which is nobody's business here.
    An empty `case_ref` is all of their work.
    """

    person = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="covers")
    colleague = models.ForeignKey("people.User", null=True, on_delete=models.PROTECT, related_name="covers_given")
    case_ref = models.CharField(max_length=30, blank=True)
    away = models.BooleanField(default=False)
    from_on = models.DateField()
    until_on = models.DateField()
    arranged_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    arranged_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    objects: ClassVar = CoverQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["from_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(until_on__gte=models.F("from_on")), name="cover_ends_after_it_begins"
            ),
            models.CheckConstraint(condition=~models.Q(person=models.F("colleague")), name="cover_is_a_colleagues"),
            models.CheckConstraint(
                condition=models.Q(colleague__isnull=False) | models.Q(away=True, case_ref=""),
                name="cover_has_somebody_or_says_away",
            ),
        ]
        indexes = [
            models.Index(fields=["colleague", "until_on"], name="cover_by_colleague"),
            models.Index(fields=["person", "until_on"], name="cover_by_person"),
        ]

    def __str__(self) -> str:
        return f"{self.colleague_id or 'nobody'} for {self.person_id}, {self.from_on} to {self.until_on}"

    @property
    def what(self) -> str:
        """Which work it is, in a sentence."""
        return f"case {self.case_ref}" if self.case_ref else "all work"

    def is_in_force(self, on: date) -> bool:
        """Whether it holds on a day."""
        return self.ended_at is None and self.from_on <= on <= self.until_on

    def takes(self, case_ref: str) -> bool:
        """Whether it takes what is about a case."""
        return self.case_ref in ("", case_ref)

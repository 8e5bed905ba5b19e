"""Single points of contact: who was named, and the checks of their letters and decisions."""

from datetime import date
from typing import ClassVar

from django.db import models

from design import dates
from letters.models import Letter
from people.models import User


class Naming(models.Model):
    """Somebody was named as a restriction's single point of contact: until another is, or as cover between two days.

    `named_on` is the day from which the checks of their letters and decisions are counted; it goes with them into a
    restriction that continues this one.
    """

    restriction = models.ForeignKey("restrictions.Restriction", on_delete=models.PROTECT, related_name="namings")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="namings")
    named_on = models.DateField()
    named_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    named_at = models.DateTimeField()
    from_on = models.DateField()
    until_on = models.DateField(null=True, help_text="The last day of a cover; empty for whoever holds it.")
    ended_on = models.DateField(null=True, help_text="The day on which it ceased.")
    reason = models.TextField(blank=True, help_text="For colleagues; the resident does not read it.")
    letter = models.ForeignKey(Letter, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["restriction"],
                condition=models.Q(until_on__isnull=True, ended_on__isnull=True),
                name="naming_one_holder_a_restriction",
            ),
            models.UniqueConstraint(
                fields=["restriction"],
                condition=models.Q(until_on__isnull=False, ended_on__isnull=True),
                name="naming_one_cover_at_a_time",
            ),
            models.CheckConstraint(
                condition=models.Q(until_on__isnull=True) | models.Q(until_on__gte=models.F("from_on")),
                name="naming_cover_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} for {self.restriction}"

    @property
    def line(self) -> str:
        """A cover in one line that stays true: it says its days, so nothing has to be changed when they have gone."""
        assert self.until_on is not None
        days = f"from {dates.day(self.from_on)} to {dates.day(self.until_on)}"
        reached = self.person.as_contact
        return ", ".join(filter(None, (f"{reached['name']} instead, {days}", reached["phone"], reached["email"])))

    def covers(self, on: date) -> bool:
        """Whether it is a cover that holds on a day; decided by its days."""
        return self.until_on is not None and self.ended_on is None and self.from_on <= on <= self.until_on


class SpocCheck(models.Model):
    """A colleague's look at the letters and decisions of a single point of contact, and what it leaves to be done."""

    restriction = models.ForeignKey("restrictions.Restriction", on_delete=models.PROTECT, related_name="spoc_checks")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", help_text="Whose work it looks at.")
    due_on = models.DateField(null=True)
    looked_at = models.TextField()
    answered_in_time = models.BooleanField()
    findings = models.TextField()
    to_change = models.TextField(blank=True)
    checked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    checked_at = models.DateTimeField()
    checked_on = models.DateField()
    followed_up = models.TextField(blank=True)
    followed_up_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    followed_up_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(checked_by=models.F("person")), name="spoc_check_is_a_colleagues"
            ),
            models.CheckConstraint(
                condition=models.Q(followed_up="", followed_up_by__isnull=True, followed_up_at__isnull=True)
                | (
                    ~models.Q(followed_up="")
                    & ~models.Q(to_change="")
                    & models.Q(followed_up_by__isnull=False, followed_up_at__isnull=False)
                ),
                name="spoc_check_followed_up_has_who_when_and_what",
            ),
        ]

    def __str__(self) -> str:
        return f"check of {self.person} on {self.checked_on}"

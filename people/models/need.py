"""Needs that were disclosed, and adjustments that were agreed."""

from django.db import models

from people.models.file_access import not_closed
from people.models.provider import Provider
from people.models.resident import Resident
from people.models.user import User


class NeedQuerySet(models.QuerySet["Need"]):
    """Reads of needs and adjustments."""

    def visible_to(self, user: User) -> "NeedQuerySet":
        """What a person may read: about health only where they may read case files (UK GDPR Art 9; rule D8)."""
        files = [pk for pk, held in user.capabilities.items() if Provider.Capability.VIEW_CASES in held]
        theirs = models.Q(about_health=False) | models.Q(resident__provider__in=files)
        return self.filter(theirs, not_closed(user, "resident_id"))

    def standing(self) -> "NeedQuerySet":
        """What holds now."""
        return self.filter(ended_at__isnull=True)


class Need(models.Model):
    """A need that was disclosed, or an adjustment that was agreed (Equality Act 2010 s20). Never overwritten: ended."""

    class Kind(models.TextChoices):
        """A need is what the person told us; an adjustment is what we do about it."""

        NEED = "need", "Need or vulnerability"
        ADJUSTMENT = "adjustment", "Agreed adjustment"

    resident = models.ForeignKey(Resident, on_delete=models.CASCADE, related_name="needs")
    kind = models.CharField(max_length=20, choices=Kind)
    words = models.TextField()
    about_health = models.BooleanField(default=False)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = NeedQuerySet.as_manager()

    def __str__(self) -> str:
        return self.words[:60]

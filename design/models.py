"""The once-token of a form, used up by the act that it was pressed for."""

from datetime import datetime
from typing import Self

from django.db import models


class PressQuerySet(models.QuerySet["Press"]):
    """Reads of what was pressed."""

    def before(self, at: datetime) -> Self:
        """Those older than an instant."""
        return self.filter(at__lt=at)


class Press(models.Model):
    """One form, pressed once: by whom, what came of it, and a hash by which the same press is known again.

    Who pressed is named by reference, as the trail does it: this room stands below the one that knows people.
    """

    token = models.UUIDField(unique=True)
    by_ref = models.CharField(max_length=20)
    typed = models.CharField(max_length=64)
    led_to = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField(db_index=True)

    objects = PressQuerySet.as_manager()

    def __str__(self) -> str:
        return f"press of {self.by_ref} at {self.at}"

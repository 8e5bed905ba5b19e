"""The limits of a restriction, one a channel."""

from typing import ClassVar

from django.db import models

from people.models import User


class Term(models.Model):
    """One limit of a restriction: what may or may not be done on one channel, in words both sides can follow."""

    class Channel(models.TextChoices):
        """What it limits."""

        PHONE = "phone", "Telephone"
        EMAIL = "email", "E-mail"
        LETTER = "letter", "Letters"
        OFFICE = "office", "Visits to our offices"
        VISIT = "visit", "Our visits to the home"
        ONLINE = "online", "Social media and online"
        SPOC = "spoc", "Single point of contact"
        OTHER = "other", "Something else"

    class Limit(models.TextChoices):
        """How far it is limited."""

        OPEN = "open", "No limit"
        LIMITED = "limited", "Limited"
        CLOSED = "closed", "Not used"

    restriction = models.ForeignKey("restrictions.Restriction", on_delete=models.CASCADE, related_name="terms")
    channel = models.CharField(max_length=10, choices=Channel)
    limit = models.CharField(max_length=10, choices=Limit)
    words = models.TextField(blank=True)
    person = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="spoc_in")

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["restriction", "channel"], condition=~models.Q(channel="other"), name="term_once_a_channel"
            ),
            models.CheckConstraint(
                condition=~models.Q(limit="limited") | ~models.Q(words=""), name="term_limited_says_how"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()}: {self.get_limit_display()}"

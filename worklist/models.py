"""What has been said to whom about what is due, so that nothing is said twice and nothing is missed."""

from django.db import models

from deadlines.models import Deadline
from letters.models import Notice
from people.models import User


class Reminder(models.Model):
    """One person was reminded of one deadline for one reason. The row keeps the sweep from nagging."""

    class Kind(models.TextChoices):
        """Why."""

        DUE_SOON = "due_soon", "Due soon"
        DUE_TODAY = "due_today", "Due today"
        OVERDUE = "overdue", "Overdue"
        ESCALATED = "escalated", "Overdue in your team"

    deadline = models.ForeignKey(Deadline, on_delete=models.PROTECT, related_name="reminders")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="reminders")
    kind = models.CharField(max_length=10, choices=Kind)
    due_on = models.DateField()
    on = models.DateField()
    digest = models.ForeignKey("Digest", null=True, on_delete=models.PROTECT, related_name="reminders")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["deadline", "user", "kind", "due_on"], name="reminder_once_a_kind")
        ]
        indexes = [
            models.Index(fields=["user"], condition=models.Q(digest__isnull=True), name="reminder_not_yet_mailed")
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.user_id}"


class Digest(models.Model):
    """One e-mail a person a day, with what became due; none when there is nothing new."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="digests")
    on = models.DateField()
    notice = models.OneToOneField(Notice, on_delete=models.PROTECT, related_name="digest")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "on"], name="digest_once_a_day")]

    def __str__(self) -> str:
        return f"digest of {self.on} for {self.user_id}"


class Sweep(models.Model):
    """One run of the nightly sweep for a day: when it ran and what it found."""

    on = models.DateField()
    ran_at = models.DateTimeField()
    found = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"sweep for {self.on}"

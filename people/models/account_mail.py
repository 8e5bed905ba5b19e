"""Mail about an account that somebody is owed: a row first, and taken into the outbox by a worker."""

from typing import ClassVar

from django.db import models

from people.models.user import User


class AccountMail(models.Model):
    """One mail about an account that is still to be put into the outbox; gone as soon as it stands there.

    `people` stands below the letters and their outbox, so it leaves a row where they find it. Whoever asks for a link
    is not looked up before a worker does: nobody's answer tells whether an address has an account.
    """

    class Kind(models.TextChoices):
        """What it is."""

        LINK = "link", "A link by which a password is set"
        CHANGED = "changed", "That the way into an account was changed"

    kind = models.CharField(max_length=10, choices=Kind)
    address = models.EmailField()
    user = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="+")
    what = models.CharField(max_length=200, blank=True)
    asked_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "account mail"
        ordering: ClassVar = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="link", user__isnull=True) | models.Q(kind="changed", user__isnull=False),
                name="account_mail_tells_whose_account_was_changed",
            )
        ]

    def __str__(self) -> str:
        return self.get_kind_display()

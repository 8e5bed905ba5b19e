"""How people get in: their sessions, the networks and devices that an account is known from, and wrong tries."""

from typing import ClassVar

from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models

from people.models.user import User


class Session(AbstractBaseSession):
    """A session, with whose it is and where it was begun, so that it can be shown and ended.

    Nobody's before somebody has signed in. It is over `expire_date`, which moves on with each sign of life.
    """

    user = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="sessions")
    signed_in_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    network = models.CharField(max_length=45, blank=True)
    browser = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(user__isnull=True, signed_in_at__isnull=True)
                | models.Q(user__isnull=False, signed_in_at__isnull=False),
                name="session_of_somebody_since_an_instant",
            )
        ]

    def __str__(self) -> str:
        return f"{self.browser}, {self.network}"


class KnownPlace(models.Model):
    """A network or a device from which somebody has signed in: wrong tries from elsewhere do not keep them out there.

    Only a hash is kept: it is compared, and never shown.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="known_places")
    mark = models.CharField(max_length=64)
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "mark"], name="place_known_once")]
        indexes: ClassVar = [models.Index(fields=["seen_at"], name="place_by_seen")]

    def __str__(self) -> str:
        return f"place of {self.user_id}"


class WrongTries(models.Model):
    """How often signing in went wrong for one account, from one place or from one network, and until when it waits."""

    mark = models.CharField(max_length=64, primary_key=True)
    count = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField()
    waits_until = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["last_at"], name="wrong_tries_by_last")]

    def __str__(self) -> str:
        return f"{self.count} wrong tries"

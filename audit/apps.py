"""Has the guards of the trail written anew after each migration, by whoever migrates."""

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate


class AuditConfig(AppConfig):
    """The trail."""

    name = "audit"

    def ready(self) -> None:
        """A table that a migration made is guarded before anybody writes into it."""
        post_migrate.connect(guard, sender=self)


def guard(using: str, **_: Any) -> None:
    """Write the guards; does nothing for a role that does not own the tables."""
    from audit import guards

    guards.apply(connections[using])

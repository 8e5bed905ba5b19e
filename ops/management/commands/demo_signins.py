"""Print who can sign in to the demo."""

from typing import Any

from django.core.management.base import BaseCommand

from ops.seed import townsfolk
from people.models import User


class Command(BaseCommand):
    """Print who can sign in to the demo."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """A table: e-mail, name, role."""
        people = User.objects.filter(is_active=True).prefetch_related("groups__role").order_by("pk")
        rows = [(user.email, user.name, ", ".join(group.role.name for group in user.groups.all())) for user in people]
        widths = [max(len(row[column]) for row in rows) for column in range(3)] if rows else [0, 0, 0]
        self.stdout.write(f"\nSign in with any of these; the password is always: {townsfolk.PASSWORD}\n")
        for row in rows:
            self.stdout.write(
                "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            )

"""Print who can sign in to the demo."""

from itertools import groupby
from typing import Any

from django.core.management.base import BaseCommand

from ops.seed import townsfolk
from people import access
from people.models import User


class Command(BaseCommand):
    """Print who can sign in to the demo."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """A table for each provider: e-mail, name, role in its own words."""
        people = list(User.objects.filter(is_active=True).select_related("provider").order_by("provider", "pk"))
        access.read_rights(people)
        self.stdout.write(f"\nSign in with any of these; the password is always: {townsfolk.PASSWORD}")
        for provider, users in groupby(people, key=lambda user: user.provider):
            rows = [(user.email, user.name, ", ".join(role.name for role in user.roles)) for user in users]
            widths = [max(len(row[column]) for row in rows) for column in range(3)]
            self.stdout.write(f"\n{provider.name}")
            for row in rows:
                cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
                self.stdout.write("  " + "  ".join(cells).rstrip())

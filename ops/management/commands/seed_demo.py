"""Build the demo's council and its neighbours in an empty database."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone

from ops.seed import build


class Command(BaseCommand):
    """Build the demo's council, and four more providers on their own policies, in an empty database."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """All of it, or none."""
        with transaction.atomic():
            council = build.council(timezone.now())
            beside = build.neighbours(timezone.now())
        self.stdout.write(f"{len(council.staff)} people at work and {len(council.residents)} residents.")
        self.stdout.write(f"Beside it: {', '.join(one.provider.short_name for one in beside)}.")

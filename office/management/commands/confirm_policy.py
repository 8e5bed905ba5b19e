"""Adopt the policy that waits, as a second administrator."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from office import services
from office.management import named


class Command(BaseCommand):
    """Adopt the policy that waits, as a second administrator."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Whose policy, and by whom."""
        parser.add_argument("provider", metavar="PROVIDER")
        parser.add_argument("--by", required=True, metavar="EMAIL", help="the administrator who adopts it")

    def handle(self, *args: Any, **options: Any) -> None:
        """Adopt it, or say why not."""
        with named.in_words():
            provider = named.provider_called(options["provider"])
            waiting = named.waiting_at(provider)
            by = named.person_called(options["by"], provider)
            version = services.adopt(waiting.pk, by=by, at=timezone.now())
        self.stdout.write(
            f"Adopted: {version.policy.title}, from {version.effective_on}. Open cases keep their version."
        )

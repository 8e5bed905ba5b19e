"""Return the policy that waits to whoever proposed it, as a second administrator."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from office import services
from office.management import named


class Command(BaseCommand):
    """Return the policy that waits to whoever proposed it, as a second administrator."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Whose policy, by whom, and why."""
        parser.add_argument("provider", metavar="PROVIDER")
        parser.add_argument("--by", required=True, metavar="EMAIL", help="the administrator who returns it")
        parser.add_argument("--why", required=True, help="what has to change")

    def handle(self, *args: Any, **options: Any) -> None:
        """Return it, or say why not."""
        with named.in_words():
            provider = named.provider_called(options["provider"])
            waiting = named.waiting_at(provider)
            by = named.person_called(options["by"], provider)
            services.send_back(waiting.pk, reasons=options["why"], by=by, at=timezone.now())
        self.stdout.write(f"Returned to {waiting.proposed_by.name}.")

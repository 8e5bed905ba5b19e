"""Run the nightly sweep by hand, for a day."""

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from worklist.services import sweeping


class Command(BaseCommand):
    """Look at everything as it stands for a day, remind once, and print what was found."""

    help = "Run the nightly sweep for a day (today, unless --on says otherwise). Safe to run twice, or late."

    def add_arguments(self, parser: CommandParser) -> None:
        """`--on`: the day to look at."""
        parser.add_argument("--on", metavar="DATE", help="the day, such as 2027-03-01", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        """Sweep, and print one fact a line."""
        try:
            on = date.fromisoformat(options["on"]) if options["on"] else timezone.localdate()
        except ValueError:
            raise CommandError(f"--on takes a day such as 2027-03-01, not {options['on']!r}") from None
        found = sweeping.sweep(on, at=timezone.now())
        self.stdout.write("\n".join(found.lines()))
        if found.failed:
            raise CommandError(f"{len(found.failed)} could not be looked at; the log says more")

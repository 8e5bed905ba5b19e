"""Look over the trail: whether it, and what it speaks of, stands as it was left."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from audit import sealing
from office.management import named
from office.services import verifying


class Command(BaseCommand):
    """Name the first break of the trail, and all others; exit code 1 where there is one."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Whether only what is new; and what to do after a backup was restored."""
        new = "only what is new since the last look that found nothing"
        parser.add_argument("--new", action="store_true", help=new)
        restored = "the database was restored from a backup: sign what stands in it anew; the heads so far are kept"
        parser.add_argument("--restored", metavar="WHY", help=restored)

    def handle(self, *args: Any, **options: Any) -> None:
        """Look, note it, and say what was found."""
        at = timezone.now()
        with named.in_words():
            if options["restored"]:
                sealing.begin_anew(why=options["restored"], at=at)
            seen = verifying.verify(at=at, whole=not options["new"])
        if seen.breaks:
            raise named.Refused("\n".join(["The trail does not stand as it was left:", *seen.breaks]))
        self.stdout.write(f"The trail stands as it was left: {seen.seals} seals, {seen.rows} rows of history.")

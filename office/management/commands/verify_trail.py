"""Look over the trail: whether it, and what it speaks of, stands as it was left."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from audit import breaks, sealing
from office.management import named
from office.services import answering, verifying


class Command(BaseCommand):
    """Name the first break of the trail, and all others; exit code 1 for one that nobody has answered for."""

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
            answers, found = breaks.known(), verifying.found(seen)
        for one in answers.values():
            self.stdout.write(f"Known {answering.told(one)}")
        if new := breaks.unanswered(found, answers):
            told = [f"{one.words} [{one.mark}]" if one.mark else one.words for one in new]
            raise named.Refused("\n".join(["The trail does not stand as it was left:", *told]))
        if found:
            self.stdout.write("Besides what is known, the trail stands as it was left.")
            return
        self.stdout.write(f"The trail stands as it was left: {seen.seals} seals, {seen.rows} rows of history.")

"""Make the demo's static files and people ready, in one process because each costs a start of Django."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction

import people.models


class Command(BaseCommand):
    """Gather the static files, and seed an empty database that was migrated; safe to run again."""

    help = "Make the demo's static files and people ready."

    def add_arguments(self, parser: CommandParser) -> None:
        """`--empty`: leave the database without a council."""
        parser.add_argument("--empty", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what is not done yet. A seed that is interrupted leaves nothing, so the next start seeds afresh."""
        self.say("Gathering the static files …")
        call_command("collectstatic", verbosity=0, interactive=False)
        if options["empty"] or people.models.Provider.objects.exists():
            return
        self.say("Seeding a small council …")
        with transaction.atomic():
            call_command("seed_demo", stdout=self.stdout, stderr=self.stderr)

    def say(self, text: str) -> None:
        """One line, at once."""
        self.stdout.write(text)
        self.stdout.flush()

"""Name a second administrator where a provider has one alone, whom nobody could confirm in the office."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction
from django.utils import timezone

from office import services
from office.management import named


class Command(BaseCommand):
    """Name an administrator of a provider that has fewer than two; with two, one proposes and the other confirms."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """At which provider, and who."""
        parser.add_argument("provider", metavar="PROVIDER")
        parser.add_argument("--for", required=True, dest="email", metavar="EMAIL", help="their e-mail")
        parser.add_argument("--name", default="", help="their name, where they have no account yet")

    def handle(self, *args: Any, **options: Any) -> None:
        """Who runs the office now, with a link to set a password where there is none; or in words why not."""
        with named.in_words(), transaction.atomic():
            provider, at = named.provider_called(options["provider"]), timezone.now()
            user = services.name_administrator(provider, email=options["email"], name=options["name"], at=at)
            links = [] if user.has_usable_password() else [services.first_password_link(user.pk, at=at)]
        self.stdout.write(f"{user.name} runs the office of {provider.name}.")
        named.print_links(self.stdout, links)

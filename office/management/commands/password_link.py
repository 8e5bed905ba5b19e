"""Print a link by which an administrator sets a first password, where no mail goes."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from office import services
from office.management import named


class Command(BaseCommand):
    """Print a link by which an administrator of a provider sets a first password: for once, and only for a time."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Whose provider, and whose account."""
        parser.add_argument("provider", metavar="PROVIDER")
        parser.add_argument("--for", required=True, dest="email", metavar="EMAIL", help="the administrator's e-mail")

    def handle(self, *args: Any, **options: Any) -> None:
        """The link, or in words why there is none."""
        with named.in_words():
            user = named.person_called(options["email"], named.provider_called(options["provider"]))
            link = services.first_password_link(user.pk, at=timezone.now())
        named.print_links(self.stdout, [link])

"""Propose a policy from a file; for a provider that is new, set the provider up first."""

import re
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction
from django.utils import timezone

from office import permissions, services
from office.management import named
from office.models import Adoption
from office.services import comparing
from people.models import Provider

ADMINISTRATOR = re.compile(r"\s*(?P<name>[^<>]+?)\s*<(?P<email>[^<>\s]+)>\s*")
NEW = ("name", "short_name", "nation", "kind", "address", "email", "phone")


class Command(BaseCommand):
    """Propose a policy from a file, for an administrator to confirm; set its provider up first where it is new."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Whose policy, from which file, how large the change is, who approved it; and what a new provider needs."""
        parser.add_argument("provider", metavar="PROVIDER", help="the provider's short word, such as west-kent")
        named.add_files(parser)
        parser.add_argument("--letters", metavar="FOLDER", help="the .txt files that word its letters; else those "
                            "that hold are carried over")  # fmt: skip
        size = parser.add_mutually_exclusive_group(required=True)
        for value in Adoption.Size.values:
            size.add_argument(f"--{value}", dest="size", action="store_const", const=value)
        parser.add_argument("--approved-by", required=True, metavar="WHO", help="the person or body that approved it")
        parser.add_argument("--why", required=True, help="why it is adopted")
        parser.add_argument("--by", required=True, metavar="EMAIL", help="the administrator who proposes it")
        new = parser.add_argument_group("for a provider that is new")
        new.add_argument("--name")
        new.add_argument("--short-name")
        new.add_argument("--nation", choices=Provider.Nation.values)
        new.add_argument("--kind", choices=Provider.Kind.values)
        new.add_argument("--address", help="its lines, with | between them")
        new.add_argument("--email")
        new.add_argument("--phone")
        new.add_argument("--website", default="")
        new.add_argument("--administrator", action="append", default=[], metavar="'NAME <EMAIL>'",
                         help="who will run the office; two or more")  # fmt: skip
        new.add_argument("--print-links", action="store_true", help="print a link by which each sets a password, for "
                         "once, where no mail goes")  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        """All of it, or nothing."""
        with named.in_words(), transaction.atomic():
            provider = self.provider(options)
            newest = comparing.newest(provider)
            holding = newest.local_text if newest else ""
            text, local, policy = named.texts_of(options["file"], options["local"], holding)
            letters = options["letters"]
            adoption = services.propose(
                provider.pk,
                text=text,
                local=local,
                wording=named.letters_of(letters, policy) if letters is not None else None,
                size=options["size"],
                approved_by_name=options["approved_by"],
                why=options["why"],
                by=named.person_called(options["by"], provider),
                at=timezone.now(),
            )
            found = comparing.compare(provider, policy, on=timezone.localdate())
            links = self.links(provider) if options["print_links"] else []
        named.print_links(self.stdout, links)
        for slip in found.slips:
            self.stdout.write(f"Note: {slip}")
        self.stdout.write(
            f"Proposed: {policy.title}, from {adoption.effective_on}; {found.count} rules differ. It holds once "
            f"another administrator adopts it, under Office or with: ./run policy confirm {provider.slug} --by EMAIL"
        )

    def provider(self, options: dict[str, Any]) -> Provider:
        """The provider that is meant, set up first where it is new and enough is said about it."""
        slug = options["provider"].replace("\0", "")
        found = Provider.objects.filter(slug=slug).first()
        if found is not None and options["print_links"]:
            raise named.Refused(f"{found.name} is set up already: leave out --print-links, or: password_link {slug}")
        if found is not None:
            if given := [name for name in (*NEW, "administrator") if options[name]]:
                raise named.Refused(f"{found.name} is set up already: leave out --{given[0].replace('_', '-')}")
            return found
        missing = [f"--{name.replace('_', '-')}" for name in NEW if not options[name]]
        if missing:
            raise named.Refused(f"There is no provider {slug!r}. To set one up, add {', '.join(missing)}")
        founded = services.found(
            slug=slug,
            website=options["website"],
            administrators=[self.administrator(typed) for typed in options["administrator"]],
            at=timezone.now(),
            **{name: options[name] for name in NEW} | {"address": options["address"].replace("|", "\n")},
        )
        how = "by the links below" if options["print_links"] else "with “forgotten password” at sign-in"
        self.stdout.write(f"Set up: {founded.name}. Its administrators set their passwords {how}.")
        return founded

    def links(self, provider: Provider) -> list[services.Link]:
        """A link for each who runs the office of the new provider."""
        return [services.first_password_link(one.pk, at=timezone.now()) for one in permissions.administrators(provider)]

    def administrator(self, typed: str) -> services.Administrator:
        """Somebody named as “Ada Hughes <ada@example.org>”."""
        match = ADMINISTRATOR.fullmatch(typed)
        if match is None:
            raise named.Refused(f"{typed!r} names nobody: write 'Ada Hughes <ada@example.org>'")
        return services.Administrator(match["name"], match["email"])

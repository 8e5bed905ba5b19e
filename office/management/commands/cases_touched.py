"""Which open cases of a provider a policy would touch, and how, if they were moved to it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from design import dates
from office.management import named
from office.services import comparing, touched
from office.services.touched import Touched


class Command(BaseCommand):
    """Which open cases of a provider a policy would touch, and how, if they were moved to it."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Whose cases, and which policy."""
        parser.add_argument("provider", metavar="PROVIDER")
        named.add_files(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """A paragraph for each case that something would change for."""
        with named.in_words():
            provider = named.provider_called(options["provider"])
            newest = comparing.newest(provider)
            holding = newest.local_text if newest else ""
            _, _, policy = named.texts_of(options["file"], options["local"], holding)
            found = touched.read(provider, policy, touched.open_cases(provider), on=timezone.localdate())
        some = [one for one in found if one.at_all]
        self.stdout.write(
            f"\nOpen cases of {provider.name}: {len(found)}. Each keeps its version unless somebody moves it; "
            f"of these {len(some)} would then change."
        )
        for one in some:
            self.stdout.write("\n".join(self.lines(one)))

    def lines(self, one: Touched) -> list[str]:
        """What would change for a case."""
        said = [
            f"{one.case.reference} ({one.case.stage_name}), under the policy of {one.case.policy_version.effective_on}"
        ]
        for move in one.moves:
            was = dates.day(move.was) if move.was else "none was set"
            now = dates.day(move.now) if move.now else "left open" if move.reckoning else "asked for no more"
            why = f" {move.reckoning.explain()}" if move.reckoning else ""
            said.append(f"  {move.name}: {was}; would be {now}.{why}")
        for stay in one.stays:
            was, would_be = (dates.day(day) if day else "no day" for day in (stay.was, stay.would_be))
            said.append(f"  {stay.name}: {was}, and stays; by that policy {would_be}")
        said += [f"  {each.name}: {each.was}; would be {each.now}" for each in one.deciders]
        said += [f"  {change}" for change in one.rules]
        return said + ([f"  It could not be moved now: {one.why_not}."] if one.why_not else [])

"""What happened before a journey begins, taken through the services at the days on which it would have been."""

from datetime import datetime, timedelta

from django.utils import timezone

from decisions.services import Said
from people.models import Provider, Resident
from restrictions.models import Restriction
from restrictions.services import imposing, proposing
from tests import factories
from tests.restrictions import builders
from tests.restrictions.builders import World


def ago(**time: float) -> datetime:
    """An instant before now."""
    return timezone.now() - timedelta(**time)


def warned(provider: Provider, staff: factories.Staff, resident: Resident, *, at: datetime | None = None) -> World:
    """A case whose warning letter changed nothing, and whose risk is assessed: ready for a proposal."""
    at = at or ago(hours=1)
    return World(provider, staff, resident, builders.warned_case(provider, staff, resident, at=at), at)


def proposed(past: World, *, months: int = 6, at: datetime | None = None, contractors: bool = False) -> Restriction:
    """A proposal of the officer that waits for a decider."""
    at, officer = at or ago(minutes=30), past.staff.officer
    restriction = proposing.start(past.case.pk, by=officer, at=at)
    builders.fill(restriction, months=months, by=officer, at=at, contractors=contractors)
    return proposing.propose(restriction.pk, by=officer, at=at)


def restricted(
    provider: Provider,
    staff: factories.Staff,
    resident: Resident,
    *,
    at: datetime | None = None,
    months: int = 6,
    contractors: bool = False,
) -> World:
    """A restriction that the team leader imposed, on a day in the past."""
    at = at or ago(days=3)
    past = warned(provider, staff, resident, at=at)
    restriction = proposed(past, months=months, at=at, contractors=contractors)
    past.restriction = imposing.impose(
        restriction.pk, Said("It is needed.", considered="Mediation."), by=staff.team_leader, at=at
    )
    return past

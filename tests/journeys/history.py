"""What happened before a journey begins, taken through the services at the days on which it would have been."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from cases.models import Case
from decisions.services import Said
from people.models import Provider, Resident
from restrictions.models import Restriction
from restrictions.services import imposing, proposing
from restrictions.services.parts.terms import Instructions, save_instructions
from tests import factories
from tests.restrictions import builders


@dataclass(frozen=True)
class Past:
    """A case as it stands when the journey begins."""

    provider: Provider
    staff: factories.Staff
    resident: Resident
    case: Case
    restriction: Restriction | None = None

    @property
    def ref(self) -> str:
        """The case's reference."""
        return self.case.reference


def ago(**time: float) -> datetime:
    """An instant before now."""
    return timezone.now() - timedelta(**time)


def warned(provider: Provider, staff: factories.Staff, resident: Resident, *, at: datetime | None = None) -> Past:
    """A case whose warning letter changed nothing, and whose risk is assessed: ready for a proposal."""
    return Past(provider, staff, resident, builders.warned_case(provider, staff, resident, at=at or ago(hours=1)))


def proposed(past: Past, *, months: int = 6, at: datetime | None = None, contractors: bool = False) -> Restriction:
    """A proposal of the officer that waits for a decider."""
    at = at or ago(minutes=30)
    world = builders.World(past.provider, past.staff, past.resident, past.case, at)
    restriction = builders.draft(world, months=months, at=at)
    if contractors:
        save_instructions(
            restriction.pk,
            Instructions(orders=builders.ORDERS, risks=builders.RISKS, share_with_contractors=True),
            by=past.staff.officer,
            at=at,
        )
    return proposing.propose(restriction.pk, by=past.staff.officer, at=at)


def restricted(
    provider: Provider,
    staff: factories.Staff,
    resident: Resident,
    *,
    at: datetime | None = None,
    months: int = 6,
    contractors: bool = False,
) -> Past:
    """A restriction that the team leader imposed, on a day in the past."""
    at = at or ago(days=3)
    past = warned(provider, staff, resident, at=at)
    restriction = proposed(past, months=months, at=at, contractors=contractors)
    imposed = imposing.impose(
        restriction.pk, Said("It is needed.", considered="Mediation."), by=staff.team_leader, at=at
    )
    return Past(provider, staff, resident, past.case, imposed)

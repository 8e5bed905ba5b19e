"""A provider with staff, a resident, and an entry to look at."""

from datetime import date

import pytest

from audit.models import Trail
from register import services
from tests import factories
from tests.factories import NOON


@pytest.fixture
def provider(db):
    return factories.dover()


@pytest.fixture
def staff(provider):
    return factories.staff(provider)


@pytest.fixture
def resident(provider, staff):
    return factories.resident(provider, staff.officer)


class Incident:
    """An incident as the casework above the register records it: the resident is whoever's behaviour it was."""

    def __init__(self, reference, provider, resident=None):
        self.trail = Trail("incident", reference, provider.slug, resident.reference if resident else "")


def enter(provider, by, resident=None, **extra):
    """An entry as the imposing of a restriction makes it, or another with `extra`."""
    details = {
        "provider": provider,
        "resident": resident,
        "register_key": "staff_risk",
        "risks": ["threats"],
        "instructions": ["Visit in pairs.", "Ring the team before you go."],
        "arrangement": ["One call a week, on Tuesdays."],
        "ring": "01304 872000",
        "source": "restriction:X-000004",
        "case_ref": "C-000001",
        "ends_on": date(2027, 6, 18),
        "at": NOON,
        "by": by,
    }
    return services.enter(**details | extra)


@pytest.fixture
def entry(provider, staff, resident):
    return enter(provider, staff.team_leader, resident)


@pytest.fixture
def dog(provider, staff):
    """A dangerous dog at a place, without a case."""
    return enter(
        provider,
        staff.team_leader,
        place="4 Snargate Street",
        postcode="CT17 9BZ",
        risks=["animal"],
        instructions=["Ask for the dog to be shut away before you go in."],
        arrangement=[],
        source="",
        case_ref="",
        ends_on=None,
        review_on=date(2027, 3, 1),
        shared_with_contractors=True,
        reason="A dog bit the gas engineer on 2 December.",
    )

"""A provider with staff, a resident, and an entry to look at."""

from datetime import date

import pytest

from tests import factories
from tests.register.builders import enter


@pytest.fixture
def provider(db):
    return factories.dover()


@pytest.fixture
def staff(provider):
    return factories.staff(provider)


@pytest.fixture
def resident(provider, staff):
    return factories.resident(provider, staff.officer)


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

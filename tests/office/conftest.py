"""A provider on Dover's policy with two administrators, and newer versions of that policy."""

from dataclasses import dataclass

import pytest

from people.models import Provider, User
from tests import factories
from tests.factories import Staff


@dataclass(frozen=True)
class Office:
    """A provider, its staff, and a second administrator."""

    provider: Provider
    staff: Staff
    ada: User
    bill: User


@pytest.fixture
def office(db, empty_queue) -> Office:
    """Dover, with Ada and Bill in the office."""
    provider = factories.dover()
    staff = factories.staff(provider)
    return Office(
        provider, staff, staff.administrator, factories.working_as(provider, "administrator", name="Bill Two")
    )

"""A provider, its staff, a resident."""

import pytest

from tests import factories


@pytest.fixture
def provider(db):
    return factories.dover()


@pytest.fixture
def staff(provider):
    return factories.staff(provider)


@pytest.fixture
def resident(provider, staff):
    return factories.resident(provider, staff.officer)

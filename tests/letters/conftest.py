"""A provider with staff, a resident, and letters to that resident."""

import pytest

from letters import services
from letters.models import Letter
from people.models import Provider, Resident
from tests import factories
from tests.factories import NOON
from tests.letters.builders import FACTS, about


@pytest.fixture
def provider(db) -> Provider:
    """Dover, with the common wording of its letters: what a provider words itself is tried in test_wording.py."""
    return factories.running_on(factories.DOVER, slug=factories.DOVER, worded=False)


@pytest.fixture
def staff(provider) -> factories.Staff:
    return factories.staff(provider)


@pytest.fixture
def resident(provider, staff) -> Resident:
    return factories.resident(provider, staff.officer)


@pytest.fixture
def draft(resident, staff):
    """Drafts a letter of a kind, with facts changed as told."""

    def make(kind: str = "warning", **changed: object) -> Letter:
        subject = about(resident, "restriction:X-000004")
        return services.draft(kind, subject, FACTS[kind] | changed, by=staff.officer, at=NOON)

    return make


@pytest.fixture
def issued(draft, staff):
    """Drafts a letter and has the team leader issue it."""

    def make(kind: str = "warning", **changed: object) -> Letter:
        return services.issue(draft(kind, **changed).pk, by=staff.team_leader, at=NOON)

    return make


@pytest.fixture(autouse=True)
def print_folder(tmp_path, settings):
    """A print folder and a mail folder of the test's own."""
    settings.PRINT_DIR = tmp_path / "print"
    return settings.PRINT_DIR

"""A provider on Dover's policy, its staff, a resident, and shorthands for logging what happened."""

from datetime import date, datetime, timedelta

import pytest

import cases.services.warnings
from cases.models import Case, Incident
from cases.services import issuing
from cases.services.incidents import Happened
from decisions.services import Said
from ops.seed import casework
from tests import factories
from tests.factories import NOON

HAPPENED = Happened(
    facts="Shouted for ten minutes about a repair and would not let me speak.",
    words_used="You will be sorry",
    happened_on=date(2026, 12, 18),
    channel=Incident.Channel.PHONE,
    categories=("aggression",),
)


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
def log(staff):
    """Log an incident: `log(resident, warnings=2, went_on=True, on=…, at=…)`."""

    def logged(*residents, by=None, at: datetime = NOON, warnings=0, went_on=False, **changes) -> Incident:
        told = {"facts": HAPPENED.facts, "words_used": HAPPENED.words_used, "police_called": False} | changes
        return casework.log(
            *residents, by=by or staff.officer, at=at, warnings=warnings, continued_after_warnings=went_on, **told
        )

    return logged


@pytest.fixture
def case(log, resident) -> Case:
    """A case with two initial warnings in one call after which it went on: ready for a written warning."""
    return log(resident, warnings=2, went_on=True).cases.get()


@pytest.fixture
def warned(case, staff) -> Case:
    """A case whose warning letter was issued at noon."""
    warning = cases.services.warnings.draft_warning(
        case.pk, cases.services.warnings.Content(list(case.incidents.all()), "Speak calmly."), by=staff.officer, at=NOON
    )
    issuing.issue_warning(warning.pk, Said(""), by=staff.team_leader, at=NOON)
    return Case.objects.get(pk=case.pk)


def later(days: float) -> datetime:
    return NOON + timedelta(days=days)

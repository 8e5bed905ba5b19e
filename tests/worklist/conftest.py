"""A provider with its staff, and deadlines set by the service, as every room sets them."""

import pytest

from deadlines import services as deadlines
from tests import factories
from tests.factories import NOON


@pytest.fixture
def provider(db):
    """A provider on Dover's policy."""
    return factories.dover()


@pytest.fixture
def staff(provider):
    """Somebody in every role."""
    return factories.staff(provider)


@pytest.fixture
def due(provider):
    """Set a deadline: `due(date, owner=…, roles=…, barred=…, kind=…)`."""
    made = iter(range(1, 10_000))

    def set_it(on, *, kind="appeal.decide", owner=None, roles=(), barred=(), at=NOON, resident=None, **more):
        number = next(made)
        more.setdefault("about", f"appeal:A-{number:06d}")
        more.setdefault("url_name", "worklist:mine")
        return deadlines.set_deadline(
            provider=more.pop("provider", provider),
            resident=resident,
            kind=kind,
            case_ref=f"C-{number:06d}",
            title=more.pop("title", "Decide an appeal"),
            due_on=on,
            owner=owner,
            for_roles=roles,
            not_for=barred,
            at=at,
            **more,
        )

    return set_it

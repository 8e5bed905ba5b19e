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
    """Set a deadline: `due(date, owner=…, roles=…, barred=…, kind=…)`; `title` is what its line says."""
    made = iter(range(1, 10_000))

    def set_it(on, *, kind="appeal.decide", owner=None, roles=(), barred=(), at=NOON, resident=None, title="", **more):
        number = next(made)
        pointer = more.pop("about", f"appeal:A-{number:06d}")
        about = factories.about(pointer, more.pop("provider", provider), resident, f"C-{number:06d}")
        whose = deadlines.Whose(owner, roles, not_for=[user.pk for user in barred])
        deadline = deadlines.set(kind, about, due=on, whose=whose, at=at, **more)
        if title:
            deadline.title = title
            deadline.save()
        return deadline

    return set_it

"""The watch over what is told (tests/untold.py) finds a service that forgets, and nothing else."""

import pytest
from django.db import transaction

import audit.services
import people.services
from tests import untold
from tests.factories import NOON
from tests.sources import MODULES


@pytest.fixture(autouse=True)
def watched(filed):
    """From here on; the scene stands."""
    with untold.watching():
        yield


@pytest.fixture
def named(filed):
    """A service that changes one row, tells it, and is called as a view calls it."""

    def name() -> list[str]:
        people.services.name_representative(
            filed.resident.pk, name="Ann", relation="Daughter", authority="Letter of 1 May", phone="", email="",
            by=filed.staff.officer, at=NOON,
        )  # fmt: skip
        found, untold.FOUND[:] = untold.FOUND[:], []
        return found

    return name


def test_a_service_that_tells_is_let_be(named):
    assert named() == []


def test_a_service_that_forgets_its_event_is_found(named, monkeypatch):
    monkeypatch.setattr(audit.services, "record", lambda *_, **__: None)
    (found,) = named()
    assert found.startswith("people.services.needs.name_representative ") and found.endswith(
        "changed people_representative and told nobody"
    )


def test_an_event_that_was_taken_back_tells_nothing(named, monkeypatch):
    record = audit.services.record

    def taken_back(*about, **said):
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            record(*about, **said)
            raise ZeroDivisionError

    monkeypatch.setattr(audit.services, "record", taken_back)
    assert len(named()) == 1


def test_what_a_test_lays_down_itself_is_nobodys_act(filed):
    type(filed.resident).objects.filter(pk=filed.resident.pk).update(name="Somebody Else")
    assert untold.FOUND == []


def test_the_parts_are_there():
    for part in untold.PARTS:
        module, _, name = part.rpartition(".")
        assert part in MODULES or name in {one for one, _ in MODULES[module].functions()}, part

"""A seal says what was shown, and which of it is otherwise now."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

import pytest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from design import seals

AT = datetime(2026, 12, 1, 14, 14, tzinfo=UTC)
PARTS = {"the terms": ["No calls", "One letter a week"], "the last day": date(2027, 6, 1)}


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True)
class Term:
    channel: str
    until: date | None


def test_what_is_as_it_was_shown_has_not_changed():
    assert seals.changed(seals.seal(PARTS, at=AT), dict(reversed(PARTS.items()))) == []
    seals.check(seals.seal(PARTS, at=AT), PARTS)
    seals.check(None, PARTS)


def test_what_changed_came_or_went_is_named():
    seen = seals.seal(PARTS, at=AT)
    assert seals.changed(seen, PARTS | {"the last day": date(2027, 6, 2)}) == ["the last day"]
    assert seals.changed(seen, PARTS | {"an open appeal": "A-000001"}) == ["an open appeal"]
    assert seals.changed(seen, {"the terms": PARTS["the terms"]}) == ["the last day"]


def test_a_refusal_says_what_changed_and_who_did_what_last():
    doings = [
        seals.Doing("Olive Brennan", AT + timedelta(minutes=2), "changed the letter"),
        seals.Doing("Tessa Lowe", AT + timedelta(minutes=5), "returned it"),
    ]
    with pytest.raises(seals.ChangedSince) as refused:
        seals.check(seals.seal(PARTS, at=AT), {"the terms": []}, since=lambda at: [d for d in doings if d.at >= at])
    assert refused.value.parts == ["the terms", "the last day"]
    assert str(refused.value) == (
        "Changed since you read it: the terms; the last day. Tessa Lowe returned it on 1 December 2026 at 2:19pm."
    )


def test_nobody_is_named_for_what_was_done_before_the_page_was_shown():
    before = seals.Doing("Tessa Lowe", AT - timedelta(minutes=5))
    with pytest.raises(seals.ChangedSince) as refused:
        seals.check(seals.seal(PARTS, at=AT), {}, since=lambda at: [before] if before.at >= at else [])
    assert refused.value.acts == []


@pytest.mark.parametrize(
    "garbled", ["", "x", "{}", "[]", "1", '{"at":"x","parts":{}}', '{"at":"2026-12-01T14:14:00","parts":{}}',
                '{"at":"2026-12-01T14:14:00+00:00","parts":[]}', "[" * 5000, "9" * 30_000],
)  # fmt: skip
def test_what_is_no_seal_was_never_seen(garbled):
    assert seals.read(garbled) is None
    assert seals.changed(garbled, PARTS) == list(PARTS)
    with pytest.raises(seals.ChangedSince):
        seals.check(garbled, PARTS)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (SafeString("<p>x</p>"), "<p>x</p>"),
        (gettext_lazy("Tenant"), "Tenant"),
        (Colour.RED, "red"),
        ((1, 2), [1, 2]),
        ({3, 1, 2}, {2, 3, 1}),
        (Term("phone", date(2027, 1, 1)), {"channel": "phone", "until": "2027-01-01"}),
        (AT, AT.astimezone(seals.dates.LONDON)),
        (Decimal("1.5"), "1.5"),
        (UUID(int=7), str(UUID(int=7))),
    ],
)
def test_a_value_has_one_seal_however_it_is_held(one, other):
    assert seals.changed(seals.seal({"it": one}, at=AT), {"it": other}) == []


def test_what_has_no_one_way_to_be_written_cannot_be_sealed():
    with pytest.raises(TypeError):
        seals.seal({"it": object()}, at=AT)

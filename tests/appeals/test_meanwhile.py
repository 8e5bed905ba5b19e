"""What holds until an appeal is decided: suspended where the policy says so, and only while the appeal is heard."""

from datetime import timedelta

import pytest

import policies.shelf
from appeals.services import withdrawing
from cases import ladder
from cases.services import stages
from design.dates import day_of
from policies.rules import RuleBroken
from register.models import Entry
from restrictions.models import Restriction
from restrictions.services.registering import NOT_NOW
from tests import five
from tests.appeals import builders as acting
from tests.appeals.builders import WEEK, answer, director, letter_of, lodge_against, now, restricted_on, warned
from tests.factories import NOON

pytestmark = pytest.mark.django_db
LATER = WEEK + timedelta(days=1)


def suspending(monkeypatch, tmp_path, base: str) -> str:
    """A policy on the shelf as another is, under which an appeal suspends; by the name of its folder."""
    name, source = f"{base[:8]}-suspending", policies.shelf.builtin()[base][-1]
    clause = "6.34" if base == five.DOVER else "4.2"
    text = source.read_text(encoding="utf-8")
    text = text.replace("[appeal]\n", f'[appeal]\nmeanwhile = "suspended [{clause}]"\n', 1)
    folder = tmp_path / "data" / name
    folder.mkdir(parents=True)
    (folder / source.name).write_text(text, encoding="utf-8")
    (folder / "local.toml").write_text(policies.shelf.local_rules(base), encoding="utf-8")
    monkeypatch.setattr(policies.shelf, "DATA", tmp_path / "data")
    return name


@pytest.fixture
def letter(monkeypatch, tmp_path):
    """A warning letter under a policy that suspends, with an incident after it."""
    w = warned(suspending(monkeypatch, tmp_path, five.NORTHAMPTON))
    five.again(w, 5)
    return w


def test_a_suspended_letter_counts_towards_no_restriction_until_the_appeal_is_decided(letter):
    w, key = letter, letter_of(letter).paper.reference
    appeal = lodge_against(w, key, at=NOON)
    assert appeal.in_time is True
    assert appeal.acknowledgement.facts["meanwhile"] == "The warning is suspended until then (clause 4.2)."
    reached = ladder.restriction_reached(ladder.read(now(w)))
    assert (reached.met, reached.silent) == (False, False) and f"{key} is suspended" in reached.sentence
    with pytest.raises(RuleBroken, match=f"{key} is suspended while an appeal is decided"):
        stages.mark_restricted(w.case.pk, by=w.staff.team_leader, at=NOON)
    (line,) = [one for one in ladder.lines(ladder.read(now(w))) if one.letter]
    assert (line.counts, line.why) == (False, "Suspended while an appeal against it is decided")
    acting.dismiss(appeal, by=director(w), at=WEEK, answer=answer())
    assert letter_of(w).suspended_at is None and ladder.restriction_reached(ladder.read(now(w))).silent


@pytest.mark.parametrize("way", ["withdrawn", "dismissed"])
def test_first_warnings_count_again_once_the_appeal_is_over(monkeypatch, tmp_path, way):
    w = five.house(suspending(monkeypatch, tmp_path, five.NORTHAMPTON))
    at = NOON - timedelta(days=20)
    appeal = lodge_against(w, w.case.incidents.get().reference, at=at)
    assert not ladder.read(now(w)).initial and w.case.warnings.filter(suspended_at=at).count() == 2
    if way == "withdrawn":
        withdrawing.withdraw(appeal.pk, by=w.staff.officer, at=WEEK, reason="By phone")
    else:
        acting.dismiss(appeal, by=director(w), at=WEEK, answer=answer(late_because="Christmas."))
    assert ladder.read(now(w)).initial.total() == 2


@pytest.fixture
def limits(monkeypatch, tmp_path):
    """A restriction in force under a policy that suspends and has a register."""
    return restricted_on(suspending(monkeypatch, tmp_path, five.DOVER))


def arrangement(restriction: Restriction) -> list[str]:
    return Entry.objects.get(source=f"restriction:{restriction.reference}").arrangement


def test_the_register_says_that_a_restriction_is_suspended_and_then_again_what_holds(limits):
    w, restriction = limits
    before = arrangement(restriction)
    appeal = lodge_against(w, restriction.reference)
    assert arrangement(restriction) == [NOT_NOW]
    assert Entry.objects.get(source=f"restriction:{restriction.reference}").instructions, "for safety these stay"
    acting.dismiss(appeal, by=w.staff.manager, at=LATER, answer=answer())
    assert arrangement(restriction) == before
    assert Restriction.objects.get(pk=restriction.pk).suspended_at is None


def test_a_late_appeal_suspends_nothing_before_it_is_heard(limits):
    w, restriction = limits
    late = NOON + timedelta(days=60)
    appeal = lodge_against(w, restriction.reference, at=late)
    assert "stands until somebody says whether the appeal is heard" in appeal.acknowledgement.facts["meanwhile"]
    assert Restriction.objects.get(pk=restriction.pk).suspended_at is None
    acting.hear(appeal, by=w.staff.manager, at=late, reasons="He was in hospital.")
    assert Restriction.objects.get(pk=restriction.pk).suspended_at == late
    acting.uphold(appeal, by=w.staff.manager, at=late, answer=answer())
    assert not Entry.objects.in_force(day_of(late)).filter(removed_on=None).exists()


def test_where_the_policy_is_silent_nothing_is_suspended(db):
    w, restriction = restricted_on(five.DOVER)
    before = arrangement(restriction)
    lodge_against(w, restriction.reference)
    assert arrangement(restriction) == before and Restriction.objects.get(pk=restriction.pk).suspended_at is None

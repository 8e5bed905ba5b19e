"""Appeals against the letter that puts a first stage in writing (Northampton 4.1, 4.2), as against a warning letter."""

from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse

import cases.acts
from appeals import acts
from appeals.against import finding
from appeals.models import Appeal
from appeals.services import withdrawing
from cases import ladder
from cases.ladder.papers import FIRST
from cases.ladder.steps import next_step
from cases.models import Case, Warning
from cases.services import assessments, issuing, warnings
from deadlines.models import Deadline
from decisions.services import Said
from design.dates import day_of
from letters.models import Letter
from people.access import NotPermitted
from policies.rules import RuleBroken
from restrictions.models import Restriction
from tests import factories, five, pressing
from tests.appeals import builders as acting
from tests.appeals.builders import WEEK, answer, director, letter_of, lodge_against, now, offered
from tests.appeals.test_days_off import CHRISTMAS, by_working_days, remove  # noqa: F401
from tests.appeals.test_meanwhile import suspending
from tests.factories import NOON
from tests.restrictions import builders

pytestmark = pytest.mark.django_db
State = Appeal.State
ISSUED = NOON - timedelta(days=4)
AGREED = "You told us about the repair. We said that we would chase it."


def written_to(policy: str = five.NORTHAMPTON, *, spoken: int = 0) -> builders.World:
    """A case whose first letter was issued four days ago; `spoken` warnings were given in the conversation before."""
    provider = factories.running_on(policy, slug=policy)
    staff = factories.staff(provider)
    resident = factories.resident(provider, staff.officer)
    builders.log(provider, staff, resident, at=NOON - timedelta(days=30), warnings=spoken)
    w = builders.World(provider, staff, resident, Case.objects.get(resident=resident), NOON)
    warning = warnings.draft_warning(
        w.case.pk,
        warnings.Content(list(w.case.incidents.all()), "Speak calmly.", agreed=AGREED),
        paper=FIRST,
        by=staff.officer,
        at=ISSUED,
    )
    issuing.issue_warning(
        warning.pk, Said("To have it in writing.", considered="Fair."), by=staff.team_leader, at=ISSUED
    )
    w.case = now(w)
    return w


def first_of(w: builders.World) -> Warning:
    """The first letter that stands."""
    return Warning.objects.select_related("letter").get(case=w.case, kind="first", withdrawn_at=None)


def key_of(w: builders.World) -> str:
    return first_of(w).paper.reference


def initial(w: builders.World) -> int:
    """How many initial warnings count."""
    return ladder.read(now(w)).initial.total()


def line_of(w: builders.World, key: str) -> ladder.Line:
    return next(one for one in ladder.lines(ladder.read(now(w))) if one.letter == key)


def warn_after(w: builders.World) -> Warning:
    """A warning letter, because it happened again after the first letter."""
    five.again(w, 2)
    at = NOON - timedelta(days=1)
    assessments.answer_gate(w.case.pk, "root_cause", words="Nothing of ours.", by=w.staff.officer, at=at)
    warning = warnings.draft_warning(
        w.case.pk,
        warnings.Content(list(w.case.incidents.all()), "Speak calmly.", review_on=date(2027, 3, 5)),
        by=w.staff.officer,
        at=at,
    )
    issuing.issue_warning(warning.pk, Said("It went on.", considered="Fair."), by=w.staff.team_leader, at=at)
    return warning


# Until when, and who decides


def test_its_window_opens_when_it_is_issued_and_its_letter_names_the_last_day(client, by_working_days):  # noqa: F811
    w = written_to(by_working_days)
    letter = first_of(w).paper
    until = date.fromisoformat(letter.facts["appeal"]["until"])
    window = Deadline.objects.open().get(kind="appeal.window", about=f"warning:{letter.reference}")
    assert window.due_on == until and window.reckoning["from"] == str(day_of(ISSUED))
    assert window.title == "Last day to appeal against the first letter"
    client.force_login(w.staff.officer)
    shown = client.get(reverse("letters:view", args=[letter.reference])).content.decode()
    assert "The last day to appeal is" in shown and f"{until.day} {until:%B %Y}" in shown
    assert offered(w) == [letter.reference]
    remove(w, CHRISTMAS)
    appeal = lodge_against(w, letter.reference, at=NOON + (until - day_of(NOON)))
    assert (appeal.in_time, appeal.window.due, appeal.warning) == (True, until, first_of(w)), "told, so it stays"


def test_whom_the_policy_names_for_its_stage_decides_and_nobody_who_had_a_part():
    w = written_to()
    appeal = lodge_against(w, key_of(w))
    assert acts.names(acts.to_come(finding.of_appeal(appeal))) == "Assistant Director of the service area"
    assert appeal.acknowledgement.facts["against"].startswith(f"our first letter {key_of(w)} of ")
    for who in (w.staff.manager, w.staff.team_leader):
        with pytest.raises(NotPermitted, match="Assistant Director of the service area"):
            acting.dismiss(appeal, by=who, at=WEEK, answer=answer())
    assert acting.dismiss(appeal, by=director(w), at=WEEK, answer=answer()).state == State.DISMISSED
    assert initial(w) == 1


# What an outcome does to it


def test_upheld_takes_it_back_and_it_counts_no_more():
    w = written_to()
    key = key_of(w)
    five.again(w, 2)
    assert ladder.written_reached(ladder.read(now(w))).met
    appeal = lodge_against(w, key)
    acting.uphold(appeal, by=director(w), at=WEEK, answer=answer())
    assert Warning.objects.get(kind="first").withdrawn_at == WEEK and initial(w) == 0
    assert not ladder.written_reached(ladder.read(now(w))).met
    assert (line_of(w, key).counts, line_of(w, key).why) == (False, "Taken back or replaced on appeal")
    assert now(w).stage == Case.Stage.INITIAL_WARNING
    assert not Deadline.objects.open().filter(about=f"warning:{key}").exists()
    assert "does not count against you" in Letter.objects.get(kind="appeal_outcome").facts["effect"]
    with pytest.raises(RuleBroken):
        warnings.draft_warning(
            w.case.pk, warnings.Content(list(w.case.incidents.all()), "Speak calmly."), by=w.staff.officer, at=WEEK
        )


def test_upheld_it_is_not_written_again_about_the_same(client):
    """What an appeal took back is decided: only something else that happened can be put in writing."""
    w = written_to()
    acting.uphold(lodge_against(w, key_of(w)), by=director(w), at=WEEK, answer=answer())
    may = cases.acts.reader(w.staff.officer, now(w))

    def offered_now() -> set[str]:
        step = next_step(ladder.read(now(w)), may=may)
        return {button.url_name for button in (step.button, *step.also) if button}

    assert "cases:first_letter" not in offered_now()
    old = list(w.case.incidents.all())
    again = {"paper": FIRST, "by": w.staff.officer, "at": WEEK}
    with pytest.raises(RuleBroken, match="taken back on appeal is not written again"):
        warnings.draft_warning(w.case.pk, warnings.Content(old, "Be calm.", agreed=AGREED), **again)
    client.force_login(w.staff.officer)
    page = client.get(reverse("cases:first_letter", args=[w.case.reference]))
    assert page.status_code == 409 and "none is written again" in page.content.decode()
    builders.log(w.provider, w.staff, w.resident, at=WEEK)
    assert "cases:first_letter" in offered_now()
    with pytest.raises(RuleBroken, match="was taken back on appeal") as refused:
        both = warnings.Content([*old, w.case.incidents.last()], "Be calm.", agreed=AGREED)
        warnings.draft_warning(w.case.pk, both, **again)
    assert refused.value.field == "incidents"
    warnings.draft_warning(w.case.pk, warnings.Content([w.case.incidents.last()], "Be calm.", agreed=AGREED), **again)


def test_upheld_leaves_what_was_said_in_the_conversation():
    w = written_to(spoken=1)
    appeal = lodge_against(w, key_of(w))
    acting.uphold(appeal, by=director(w), at=WEEK, answer=answer())
    assert initial(w) == 1 and Warning.objects.get(kind="initial").withdrawn_at is None


def test_in_part_a_first_letter_in_other_words_takes_its_place():
    w = written_to()
    old = first_of(w)
    (incident,) = old.paper.facts["incidents"]
    appeal = lodge_against(w, old.paper.reference)
    found = acting.correct(appeal, by=director(w), at=WEEK, answer=answer(), expected="Ring once a day.",
        told={incident["reference"]: "You raised your voice."},
    )  # fmt: skip
    new = first_of(w)
    assert found.corrected_by == new != old and new.paper.kind == "first_stage"
    assert (new.paper.facts["expected"], new.paper.facts["agreed"]) == ("Ring once a day.", AGREED)
    assert new.paper.facts["consequence"] == old.paper.facts["consequence"]
    assert new.incident == old.incident and initial(w) == 1
    assert line_of(w, old.paper.reference).counts is False and line_of(w, new.paper.reference).counts is True
    assert now(w).stage == Case.Stage.INITIAL_WARNING
    assert Deadline.objects.open().filter(kind="appeal.window", about=f"warning:{new.paper.reference}").exists()
    assert "Another first letter, in other words" in Letter.objects.get(kind="appeal_outcome").facts["effect"]


@pytest.mark.parametrize("way", ["dismissed", "withdrawn", "upheld"])
def test_suspended_it_counts_for_nothing_and_no_other_is_due(monkeypatch, tmp_path, way):
    w = written_to(suspending(monkeypatch, tmp_path, five.NORTHAMPTON))
    key = key_of(w)
    five.again(w, 2)
    at = NOON - timedelta(days=1)
    appeal = lodge_against(w, key, at=at)
    standing = ladder.read(now(w))
    assert not standing.initial and not ladder.written_reached(standing).met
    assert (line_of(w, key).counts, line_of(w, key).why) == (False, ladder.counted.SUSPENDED)
    step = five.next_step(w)
    assert "cases:first_letter" not in [button.url_name for button in (step.button, *step.also) if button]
    if way == "withdrawn":
        withdrawing.withdraw(appeal.pk, by=w.staff.officer, at=NOON, reason="By phone")
    else:
        act = acting.uphold if way == "upheld" else acting.dismiss
        act(appeal, by=director(w), at=NOON, answer=answer())
    assert initial(w) == (0 if way == "upheld" else 1) and line_of(w, key).counts is (way != "upheld")
    assert ladder.written_reached(ladder.read(now(w))).met is (way != "upheld")


# What rests on it


def test_a_warning_letter_that_rests_on_it_is_asked_about_and_stays_or_ends():
    w = written_to()
    later = warn_after(w)
    appeal = lodge_against(w, key_of(w))
    assert finding.of_appeal(appeal).rests_on_it(day_of(WEEK)) == f"warning letter {later.paper.reference}"
    with pytest.raises(RuleBroken, match=f"Select what becomes of warning letter {later.paper.reference}"):
        acting.uphold(appeal, by=director(w), at=WEEK, answer=answer())
    both = answer(what_rests="ends", what_rests_because="It rested on the first letter alone.")
    acting.uphold(appeal, by=director(w), at=WEEK, answer=both)
    assert Warning.objects.filter(case=w.case, withdrawn_at=WEEK).count() == 2
    assert now(w).stage == Case.Stage.INITIAL_WARNING


def test_the_warning_letter_stays_where_the_decider_says_so():
    w = written_to()
    later = warn_after(w)
    appeal = lodge_against(w, key_of(w))
    kept = answer(what_rests="stays", what_rests_because="What came after is enough.")
    acting.uphold(appeal, by=director(w), at=WEEK, answer=kept)
    assert letter_of(w) == later and now(w).stage == Case.Stage.WRITTEN_WARNING


def test_on_the_warnings_of_a_conversation_its_first_letter_rests():
    w = written_to(spoken=1)
    key = key_of(w)
    appeal = lodge_against(w, w.case.incidents.get().reference)
    assert finding.of_appeal(appeal).rests_on_it(day_of(WEEK)) == f"first letter {key}"
    both = answer(what_rests="ends", what_rests_because="It says the same.")
    acting.uphold(appeal, by=director(w), at=WEEK, answer=both)
    assert initial(w) == 0 and not Warning.objects.filter(case=w.case, withdrawn_at=None).exists()


def test_nothing_rests_on_the_warning_letter_but_a_restriction():
    w = written_to()
    later = warn_after(w)
    appeal = lodge_against(w, later.paper.reference)
    assert not finding.of_appeal(appeal).rests_on_it(day_of(WEEK)) and not Restriction.objects.exists()


# Screens


def test_it_is_offered_put_in_other_words_and_named_as_what_it_is(client):
    w = written_to()
    key = key_of(w)
    with time_machine.travel(WEEK, tick=False):
        client.force_login(w.staff.officer)
        tab = client.get(reverse("appeals:of_case", args=[w.case.reference])).content.decode()
        assert reverse("appeals:lodge", args=[w.case.reference, key]) in tab
        assert f"Lodge an appeal against first letter {key}" in tab
        appeal = lodge_against(w, key)
        client.force_login(director(w))
        url = reverse("appeals:decide", args=[appeal.reference])
        typed = {
            "outcome": State.VARIED, "reasons": "He did not shout.", "considered": "The recording.",
            "heard_because": "The letter came back.", "told_0": "You rang.", "expected": "Ring once a day.",
        }  # fmt: skip
        check = pressing.check(client, url, typed).content.decode()
        assert "The new first letter" in check and "The new warning letter" not in check
        assert AGREED in check and "what we spoke about (Informal Stage)" in check, "a first letter again"
        pressing.decide(client, url, typed)
        timeline = client.get(reverse("cases:timeline", args=[w.case.reference])).content.decode()
    assert f"First letter {key_of(w)} issued on appeal, in place of another" in timeline and key_of(w) != key


def test_the_timeline_says_that_a_first_letter_was_taken_back(client):
    w = written_to()
    key = key_of(w)
    acting.uphold(lodge_against(w, key), by=director(w), at=WEEK, answer=answer())
    client.force_login(w.staff.officer)
    timeline = client.get(reverse("cases:timeline", args=[w.case.reference])).content.decode()
    assert f"First letter {key} taken back on appeal" in timeline

"""Whom a policy has asked first, before a warning, an early end and a review as well as before a restriction."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django_fsm import TransitionNotAllowed

from cases.models import Case
from cases.services import issuing, warnings
from decisions.models import Consultation
from decisions.services import Said
from letters.models import Letter
from people.access import NotPermitted
from policies import loader
from policies.rules import RuleBroken
from restrictions.models import Restriction
from restrictions.services import ending, proposing
from tests import factories, invented
from tests.factories import NOON
from tests.pressing import check, decide, press
from tests.restrictions import builders, test_together

pytestmark = pytest.mark.django_db
State = Restriction.State
LIFT = 'lift = { by = "director"'


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NOON, tick=False)
    return time_machine


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text_of(page) -> str:
    return page.content.decode().replace("&#x27;", "'")


def said_on_the_page(person) -> dict[str, str]:
    return {"person": str(person.pk), "on_day": "18", "on_month": "12", "on_year": "2026", "words": "No objection."}


def drafted(consult: str = "guardian [4.3]", at=NOON):
    """A warning letter under Highmoor's policy, before which the Information Guardian is asked."""
    text = invented.TEXTS["highmoor"]
    assert 'consult = "neighbour [4.3 recommended]"' in text
    provider = invented.running_on_text(
        text.replace('consult = "neighbour [4.3 recommended]"', f'consult = "{consult}"'), slug="highmoor"
    )
    staff = factories.staff(provider)
    resident = factories.resident(provider, staff.officer)
    for days in (9, 8, 7):
        builders.log(provider, staff, resident, at=at - timedelta(days=days))
    case = Case.objects.get(resident=resident)
    warning = warnings.draft_warning(
        case.pk, warnings.Content(list(case.incidents.all()), "Speak calmly."), by=staff.officer, at=at
    )
    return staff, case, warning


def test_a_warning_waits_for_whom_the_policy_has_asked_first_and_the_officer_writes_it_down():
    staff, case, warning = drafted()
    ref = warning.paper.reference
    with pytest.raises(RuleBroken, match="Record what was said by: Information Guardian") as refusal:
        issuing.issue_warning(warning.pk, Said(""), by=staff.team_leader, at=NOON)
    assert (refusal.value.field, refusal.value.rule.clause) == (None, "4.3")

    address, typed = (
        reverse("cases:warning", args=[ref]),
        {"considered": "He is “unwell”.", "not_done": "No visit שלום."},
    )
    page = text_of(press(signed_in(staff.team_leader), address, typed))
    assert "Record what was said by: Information Guardian (clause 4.3)" in page
    assert "He is “unwell”." in page and "No visit שלום." in page
    assert Letter.objects.get(reference=ref).state == Letter.State.DRAFT

    client, consult = signed_in(staff.officer), reverse("cases:warning_consult", args=[ref])
    page = text_of(client.get(address))
    assert "Who is asked first" in page and "The letter is not issued before this." in page and consult in page
    assert "They said “no”." in text_of(press(client, consult, {"words": "They said “no”."}))
    answer = press(client, consult, said_on_the_page(staff.dpo))
    assert answer.url == address, text_of(answer)
    assert "No objection." in text_of(client.get(address))
    assert press(signed_in(staff.team_leader), address, typed).status_code == 302
    assert Case.objects.get(pk=case.pk).stage == Case.Stage.WRITTEN_WARNING
    with pytest.raises(TransitionNotAllowed):
        issuing.consult_on_warning(
            warning.pk, by=staff.officer, at=NOON, person_id=staff.dpo.pk, on=NOON.date(), words="Too late."
        )
    assert press(client, consult, said_on_the_page(staff.dpo)).status_code == 409


@pytest.mark.parametrize(("strength", "binds"), [("", True), (" normally", True), (" recommended", False)])
def test_only_must_and_normally_hold_a_warning_up(strength, binds):
    staff, case, warning = drafted(f"guardian [4.3{strength}]")
    if binds:
        with pytest.raises(RuleBroken, match="Record what was said"):
            issuing.issue_warning(warning.pk, Said(""), by=staff.team_leader, at=NOON)
    else:
        issuing.issue_warning(warning.pk, Said(""), by=staff.team_leader, at=NOON)
    assert (Case.objects.get(pk=case.pk).stage == Case.Stage.WRITTEN_WARNING) is not binds


def test_only_those_who_work_cases_write_a_consultation_on_a_warning_down():
    staff, _, warning = drafted()
    how = {"at": NOON, "on": NOON.date(), "words": "Fine."}
    with pytest.raises(NotPermitted):
        issuing.consult_on_warning(warning.pk, by=staff.dpo, person_id=staff.dpo.pk, **how)
    with pytest.raises(RuleBroken, match="Select who was consulted"):
        issuing.consult_on_warning(warning.pk, by=staff.officer, person_id=staff.team_leader.pk, **how)
    assert not Consultation.objects.exists()


def in_force(was: str, now: str):
    w = test_together.harbour(was, now)
    warden, keeper, director = test_together.people(w)
    return w, test_together.imposed(w, warden, keeper, months=5), director


def test_nothing_is_lifted_before_those_were_asked_whom_the_policy_has_asked_first():
    w, restriction, director = in_force(LIFT, f'{LIFT}, consult = "records"')
    ref = restriction.reference
    with pytest.raises(RuleBroken, match="Record what was said by: Records Officer") as refusal:
        ending.lift(restriction.pk, Said("It is over."), by=director, at=NOON)
    assert (refusal.value.field, refusal.value.rule.clause) == (None, "8")
    address, client = reverse("restrictions:lift", args=[ref]), signed_in(director)
    page = text_of(check(client, address, {"reason": "It is “over”."}))
    assert "Record what was said by: Records Officer (clause 8)" in page and "It is “over”." in page
    consult = reverse("restrictions:consult_on", args=[ref, "lift"])
    assert "Nothing is lifted before this." in page and consult in page
    assert signed_in(w.staff.officer).get(reverse("restrictions:consult_on", args=[ref, "extend"])).status_code == 404
    answer = press(signed_in(w.staff.officer), consult, said_on_the_page(w.staff.dpo))
    assert answer.status_code == 302, text_of(answer)
    assert decide(client, address, {"reason": "It is “over”."}).status_code == 302
    assert Restriction.objects.get(pk=restriction.pk).state == State.LIFTED


def test_no_review_is_decided_before_those_were_asked_whom_the_policy_has_asked_first(clock):
    w, restriction, director = in_force(LIFT, f'review = {{ consult = "records", clause = "8" }}\n{LIFT}')
    clock.move_to(later := NOON + timedelta(days=30), tick=False)
    review = builders.under_review(w, restriction, at=later)
    how = {"outcome": "vary", "reasons": "“Quieter”.", "evidence": "He rang.", "considered": "All of it."}
    with pytest.raises(RuleBroken, match="Record what was said by: Records Officer") as refusal:
        builders.decide_review(review.pk, by=director, at=later, **how | {"outcome": "keep"})
    assert (refusal.value.field, refusal.value.rule.clause) == (None, "8")
    address, client = reverse("restrictions:review", args=[restriction.reference]), signed_in(director)
    page = text_of(check(client, address, how | {"outcome": "keep"}))
    assert "Record what was said by: Records Officer (clause 8)" in page
    assert "“Quieter”." in page and "All of it." in page and "He rang." in page
    proposing.consult(
        restriction.pk,
        act="review",
        by=w.staff.officer,
        at=later,
        person_id=w.staff.dpo.pk,
        on=later.date(),
        words="It is quieter.",
    )
    assert "It is quieter." in text_of(client.get(address))
    builders.decide_review(review.pk, by=director, at=later, **how | {"outcome": "keep"})

    other = factories.person(w.provider, "director", name="Dora Director")
    again = builders.under_review(w, restriction, at=later)
    with pytest.raises(RuleBroken, match="Record what was said"):
        builders.decide_review(again.pk, by=other, at=later, **how | {"outcome": "lift"})


def test_to_extend_in_a_review_may_have_somebody_asked_of_its_own(clock):
    w, restriction, director = in_force(LIFT, f'extend = {{ consult = "records", clause = "7" }}\n{LIFT}')
    clock.move_to(later := NOON + timedelta(days=30), tick=False)
    review = builders.under_review(w, restriction, at=later)
    how = {"by": director, "at": later, "reasons": "So.", "evidence": "He rang.", "considered": "All."}
    with pytest.raises(RuleBroken, match="Record what was said by: Records Officer"):
        builders.decide_review(review.pk, outcome="extend", months=1, **how)
    builders.decide_review(review.pk, outcome="keep", **how)


def test_who_is_asked_first_may_stand_in_the_stage_or_beside_the_act():
    text = invented.TEXTS["highmoor"]
    policy = loader.read(text.replace('name = "Looking back"', 'name = "Looking back"\nconsult = "guardian [4.5]"'))
    asked = policy.consulted_on("review")
    assert asked and (asked.names(), asked.rule.clause) == ("Information Guardian", "4.5")
    assert loader.read(text).consulted_on("review") is None

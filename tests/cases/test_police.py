"""Whether the police are told is asked wherever violence or threats lead to a decision, as strictly as at its stage."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from audit.models import Decision, Event
from cases import ladder
from cases.ladder.papers import FIRST
from cases.models import Case, Warning
from cases.services import assessments, issuing, police, warnings
from decisions.services import Said
from letters.models import Letter
from policies.rules import RuleBroken
from restrictions.services import breaches, imposing, proposing
from restrictions.services.breaches import Answer
from restrictions.services.parts.whole import missing
from tests import factories, invented
from tests.factories import NOON
from tests.five import NORTHAMPTON, house, ready_to_propose
from tests.pressing import press
from tests.restrictions import builders

pytestmark = pytest.mark.django_db
TOLD = police.Told(True, "CAD 123 of today")


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NOON, tick=False)
    return time_machine


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def plain(page) -> str:
    return page.content.decode().replace("&#x27;", "'").replace("&quot;", '"')


def threatened(paper: ladder.papers.Paper, *, police: bool = False) -> tuple[builders.World, Warning]:
    """A letter that rests on a threat of which nobody has told the police."""
    w = house(NORTHAMPTON)
    builders.log(w.provider, w.staff, w.resident, at=NOON, danger=True, police_called=police, warnings=1)
    assessments.answer_gate(w.case.pk, "root_cause", words="Nothing of ours.", by=w.staff.officer, at=NOON)
    more = {"agreed": "He said sorry."} if paper.first else {"review_on": date(2027, 3, 5)}
    content = warnings.Content(list(w.case.incidents.all()), "Be calm.", **more)
    warning = warnings.draft_warning(w.case.pk, content, paper=paper, by=w.staff.officer, at=NOON)
    return w, warning


@pytest.mark.parametrize("paper", [FIRST, ladder.papers.WRITTEN])
def test_no_letter_goes_out_before_the_police_are_told_where_they_will_be(paper):
    """Northampton 4.1, at the Informal and at the Warning Stage."""
    w, warning = threatened(paper)
    how = {"by": w.staff.team_leader, "at": NOON}
    for told, words in (
        (police.Told(), "whether the police"),
        (police.Told(False, "He is old."), "the policy has no exception"),
    ):
        with pytest.raises(RuleBroken, match=words) as refused:
            issuing.issue_warning(warning.pk, Said("", considered="Fair."), **how, police=told)
        assert (refused.value.field, refused.value.rule.clause) == ("police_told", "4.1")
    issuing.issue_warning(warning.pk, Said("", considered="Fair."), **how, police=TOLD)
    told = Event.objects.select_related("words").get(verb="police.told")
    assert told.words.body == {"said": "CAD 123 of today"} and len(told.facts["incidents"]) == 2


def test_nothing_is_asked_of_a_letter_where_they_were_called_or_nobody_was_threatened():
    w, warning = threatened(FIRST, police=True)
    issuing.issue_warning(warning.pk, Said("", considered="Fair."), by=w.staff.team_leader, at=NOON)
    assert Letter.objects.get().state == "issued" and not Event.objects.filter(verb="police.told").exists()


def test_the_page_of_the_letter_asks_and_keeps_what_was_typed():
    w, warning = threatened(FIRST)
    client, address = signed_in(w.staff.team_leader), reverse("cases:warning", args=[warning.paper.reference])
    page = plain(client.get(address))
    assert "Have the police been told?" in page and "Clause 4.1: they are told, without exception." in page
    typed = {"considered": "Fair “enough” \u202eשלום.", "not_done": "No visit 👩🏽‍🚒."}
    page = plain(press(client, address, typed))
    assert "Select whether the police have been told" in page
    page += plain(press(client, address, typed | {"police_told": "no", "police_why": "He asked us not to."}))
    assert "Tell the police, and say here when" in page and "He asked us not to." in page
    assert page.count("Fair “enough” \u202eשלום.") == page.count("No visit 👩🏽‍🚒.") == 2
    done = press(client, address, typed | {"police_told": "yes", "police_reference": "CAD 123"})
    assert done.status_code == 302
    timeline = plain(signed_in(w.staff.officer).get(reverse("cases:timeline", args=[w.case.reference])))
    assert "The police told" in timeline and "CAD 123" in timeline


def threatened_since(strict: bool) -> tuple[builders.World, object]:
    """A restriction in force, and a threat since: at Dover they are told always, at Northampton they could be."""
    w = builders.world() if strict else ready_to_propose(NORTHAMPTON)
    imposed = imposing.impose(
        builders.proposed(w).pk, Said("It is needed.", considered="Fair."), by=w.staff.team_leader, at=NOON
    )
    return w, imposed


@pytest.mark.parametrize(("strict", "outcome", "asks"), [(True, "extend", True), (True, "lift", False),
                                                         (False, "extend", False)])  # fmt: skip
def test_a_review_that_continues_asks_and_one_that_lifts_waits_for_no_answer(strict, outcome, asks, clock):
    """Dover 6.7, 6.17; Northampton 4.1 at its Formal Stage."""
    w, imposed = threatened_since(strict)
    clock.move_to(later := builders.noon(imposed.ends_on), tick=False)
    builders.log(w.provider, w.staff, w.resident, at=later, danger=True, police_called=False)
    review = builders.under_review(w, imposed, at=later)
    who = builders.reviewer(w)
    how = {"by": who, "at": later, "outcome": outcome, "reasons": "So it is.", "considered": "Fair.", "evidence": "He."}
    how |= {"months": 3} if outcome == "extend" else {}
    page = plain(signed_in(who).get(reverse("restrictions:review", args=[imposed.reference])))
    assert "Have the police been told? (optional)" in page
    if asks:
        with pytest.raises(RuleBroken, match="whether the police have been told"):
            builders.decide_review(review.pk, **how)
        builders.decide_review(review.pk, **how, said=TOLD)
        assert Event.objects.filter(verb="police.told").exists()
    else:
        builders.decide_review(review.pk, **how)


def test_what_follows_a_breach_asks_as_strictly_as_the_stage(clock):
    for strict in (True, False):
        w, imposed = threatened_since(strict)
        incident = builders.log(w.provider, w.staff, w.resident, at=NOON, danger=True, police_called=False)
        breaches.log_breach(imposed.pk, by=w.staff.officer, at=NOON, incident_id=incident.pk, words="He rang.")
        answer, weighed = Answer(""), Said("It was one call.")
        if strict:
            with pytest.raises(RuleBroken, match="whether the police have been told") as refused:
                breaches.answer_breaches(imposed.pk, weighed, answer, by=w.staff.manager, at=NOON)
            assert refused.value.field == "police_told"
            answer = Answer("", said=TOLD)
        breaches.answer_breaches(imposed.pk, weighed, answer, by=w.staff.manager, at=NOON)


# An exception that the policy names


def loughside() -> tuple[builders.World, object]:
    provider = invented.running_on("loughside")
    staff = factories.staff(provider)
    resident = factories.resident(provider, staff.officer)
    builders.log(provider, staff, resident, at=NOON, danger=True, police_called=False)
    case = Case.objects.get(resident=resident)
    return builders.World(provider, staff, resident, case, NOON), case


def test_the_police_are_told_unless_the_person_harmed_asks_us_not_to():
    """Loughside 3.4: a person judges whether that is so, and says how; without that they are told."""
    w, case = loughside()
    asked = ladder.police(case.policy, case, case.incidents.all())
    assert (asked.always, asked.normally, asked.exceptions) == (False, True, "“the person harmed asks us not to”")
    restriction = proposing.start(case.pk, by=w.staff.officer, at=NOON)
    how = {"by": w.staff.officer, "at": NOON, "incidents": [one.pk for one in case.incidents.all()]}
    with pytest.raises(RuleBroken, match="Enter how it is so that: “the person harmed asks us not to”") as refused:
        builders.save_evidence_of(restriction.pk, **how, police_told=False)
    assert (refused.value.field, refused.value.rule.clause) == ("police_why", "3.4")
    builders.save_evidence_of(restriction.pk, **how, police_told=False, police_words="Ann asked us on Monday not to.")
    page = plain(signed_in(w.staff.officer).get(reverse("restrictions:evidence", args=[restriction.reference])))
    assert "they are told, unless: “the person harmed asks us not to”" in page
    lacking = [str(one) for one in missing(type(restriction).objects.get(pk=restriction.pk))]
    assert not any("olice" in one for one in lacking)


def test_without_exceptions_a_must_stays_a_must():
    text = invented.TEXTS["loughside"]
    exception = 'police_unless = ["The person harmed asks us not to [3.4]"]\n'
    assert exception in text
    provider = invented.running_on_text(text.replace(exception, ""), slug="loughside")
    staff = factories.staff(provider)
    resident = factories.resident(provider, staff.officer)
    builders.log(provider, staff, resident, at=NOON, danger=True, police_called=False)
    case = Case.objects.get(resident=resident)
    assert ladder.police(case.policy, case, case.incidents.all()).always


def test_who_decides_that_the_police_are_not_told_decides_it_with_a_letter_too():
    """Highmoor 5.2: normally told; the Head of Homes decides that they are not."""
    provider = invented.running_on("highmoor")
    staff = factories.staff(provider)
    resident = factories.resident(provider, staff.officer)
    for _ in range(3):
        builders.log(provider, staff, resident, at=NOON, danger=True, police_called=False)
    case = Case.objects.get(resident=resident)
    head = factories.person(provider, "head", name="Heledd Head")
    lead = factories.person(provider, "lead", name="Lowri Lead")
    warning = warnings.draft_warning(
        case.pk, warnings.Content(list(case.incidents.all()), "Be calm."), by=staff.officer, at=NOON
    )
    untold = {"at": NOON, "police": police.Told(False, "It would make it worse.")}
    with pytest.raises(RuleBroken, match="Not to tell the police is decided by: Head of Homes"):
        issuing.issue_warning(warning.pk, Said(""), by=lead, **untold)
    issuing.issue_warning(warning.pk, Said(""), by=head, **untold)
    decided = Decision.objects.select_related("event__words").get(what="police.not_told")
    assert decided.event.words.body["reasons"] == "It would make it worse."

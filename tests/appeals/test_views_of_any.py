"""The pages of appeals against warnings and other decisions: offered, lodged, decided, and every text kept."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from appeals.models import Appeal
from audit.models import Decision
from cases.models import Warning
from cases.services import stages
from restrictions.models import Restriction
from tests import five, pressing
from tests.appeals.builders import WEEK, director, letter_of, lodge_against, restricted_on, warned
from tests.factories import NOON
from tests.restrictions import builders

pytestmark = pytest.mark.django_db
State = Appeal.State
TYPED = {
    "who": "resident", "how": "email", "received_on_day": "25", "received_on_month": "12", "received_on_year": "2026",
    "words": "I never said that.", "grounds": "It was my brother.",
}  # fmt: skip
ANSWERED = {
    "reasons": "It was his brother who rang.", "considered": "The recording.", "not_done": "A new letter to him.",
    "heard_because": "The letter came back twice.",
}  # fmt: skip


@pytest.fixture(autouse=True)
def a_week_on():
    with time_machine.travel(WEEK, tick=False):
        yield


def text(answer, status=200) -> str:
    assert answer.status_code == status, answer.content.decode()[:3000]
    return answer.content.decode()


def tab(w) -> str:
    return reverse("appeals:of_case", args=[w.case.reference])


def lodge_url(w, key: str) -> str:
    return reverse("appeals:lodge", args=[w.case.reference, key])


def decide_url(appeal: Appeal) -> str:
    return reverse("appeals:decide", args=[appeal.reference])


def test_every_decision_that_can_be_appealed_is_offered_with_until_when(client):
    w = warned()
    client.force_login(w.staff.officer)
    page = text(client.get(tab(w)))
    for key in (letter_of(w).paper.reference, w.case.incidents.get().reference):
        assert lodge_url(w, key) in page
    assert "The policy leaves open which days count. In time until: 26 December 2026 by calendar days," in page
    assert "a resident can appeal against: any decision (clauses 2.3, 4.2)." in page


def test_where_the_policy_covers_no_warning_none_is_offered_and_its_page_says_why(client):
    w = warned(five.DOVER)
    client.force_login(w.staff.officer)
    page = text(client.get(tab(w)))
    assert "Lodge an appeal against" not in page and "(clause 6.34)" in page
    refused = client.get(lodge_url(w, letter_of(w).paper.reference))
    assert refused.status_code in (400, 409, 422) and "clause 6.34" in refused.content.decode()
    assert client.get(lodge_url(w, "L-999999")).status_code == 404


def test_lodged_from_the_tab_to_the_appeal(client):
    w = warned()
    url = lodge_url(w, letter_of(w).paper.reference)
    client.force_login(w.staff.colleague)
    assert f"Warning letter {letter_of(w).paper.reference}" in text(client.get(url))
    check = text(pressing.check(client, url, TYPED))
    assert "28 days" in check and "Assistant Director of the service area is to answer it" in check
    assert "The warning stays as it is unless we take it back." in check
    assert "In time by every reading of the policy." in check and "sets no last day" not in check
    assert "does not name this way" not in check, "the letters of Northampton's policy tell how (4.2)"
    done = pressing.decide(client, url, TYPED)
    appeal = Appeal.objects.get()
    assert done["Location"] == reverse("appeals:lodged", args=[appeal.reference])
    assert pressing.decide(client, url, TYPED)["Location"] == done["Location"], "a double click"
    page = text(client.get(reverse("appeals:view", args=[appeal.reference])))
    assert f"Warning letter {letter_of(w).paper.reference}" in page and "I never said that." in page
    shown = text(client.get(tab(w)))
    assert f"Against warning letter {letter_of(w).paper.reference}" in shown and url not in shown


def test_grounds_are_asked_only_where_the_policy_limits_them(client):
    w = warned()
    client.force_login(w.staff.colleague)
    assert "On what grounds" not in text(client.get(lodge_url(w, letter_of(w).paper.reference)))
    w, restriction = restricted_on(five.WEST_KENT)
    client.force_login(w.staff.colleague)
    url = lodge_url(w, restriction.reference)
    page = text(client.get(url))
    assert "On what grounds do they appeal?" in page and "Why the customer disagrees (clause 6.3)" in page
    assert "It was my brother." in (check := text(pressing.check(client, url, TYPED)))
    assert "does not name this way" not in check, "an e-mail is in writing (6.3)"
    assert "does not name this way" in text(pressing.check(client, url, TYPED | {"how": "spoken"}))
    pressing.decide(client, url, TYPED)
    assert Appeal.objects.get().grounds == "It was my brother."


def test_an_answer_whose_kind_of_day_is_open_shows_each_day_that_it_may_be_due(client):
    """Tenancy Enforcement Procedure 11: 28 days, and it does not say which."""
    w, restriction = restricted_on(five.TENANCY)
    client.force_login(w.staff.colleague)
    pressing.decide(client, lodge_url(w, restriction.reference), TYPED)
    appeal = Appeal.objects.get()
    ways = dict(appeal.response.ways())
    assert appeal.response.due is None and len(ways) == 2
    for page in (client.get(tab(w)), client.get(reverse("appeals:view", args=[appeal.reference]))):
        assert "22 January 2027 by calendar days" in text(page) and "by working days" in text(page)
        assert "policy is silent" not in text(page) and "sets no day" not in text(page)


def test_a_letter_is_taken_back_from_the_form_to_the_last_page(client):
    w = warned()
    appeal = lodge_against(w, letter_of(w).paper.reference)
    client.force_login(director(w))
    page = text(client.get(decide_url(appeal)))
    assert "taken back. No further step can rest on it." in page and "What becomes of" not in page
    assert "What must change" in page and "Speak calmly." in page
    check = text(pressing.check(client, decide_url(appeal), ANSWERED | {"outcome": State.UPHELD}))
    assert "We take the warning back" in check and Appeal.objects.get().is_open
    done = pressing.decide(client, decide_url(appeal), ANSWERED | {"outcome": State.UPHELD})
    assert "Appeal upheld" in text(client.get(done["Location"]))
    assert Warning.objects.get(kind="written").withdrawn_at == WEEK
    overview = text(client.get(reverse("cases:overview", args=[w.case.reference])))
    assert "Taken back or replaced on appeal" in overview
    timeline = text(client.get(reverse("cases:timeline", args=[w.case.reference])))
    assert f"Warning letter {Warning.objects.get(kind='written').paper.reference} taken back on appeal" in timeline


def test_what_rests_on_it_is_asked_and_every_text_stays_with_the_error(client):
    w, restriction = restricted_on(five.NORTHAMPTON)
    appeal = lodge_against(w, letter_of(w).paper.reference)
    client.force_login(director(w))
    assert f"What becomes of restriction {restriction.reference}?" in text(client.get(decide_url(appeal)))
    typed = ANSWERED | {"outcome": State.UPHELD, "what_rests_because": "The threats were real."}
    page = text(pressing.decide(client, decide_url(appeal), typed))
    assert f"Select what becomes of restriction {restriction.reference}" in page
    for words in (ANSWERED["reasons"], ANSWERED["considered"], ANSWERED["not_done"], "The threats were real."):
        assert words in page
    typed |= {"what_rests": "stays"}
    check = text(pressing.check(client, decide_url(appeal), typed))
    assert f"Restriction {restriction.reference}: it stays." in check and "The threats were real." in check
    assert text(pressing.press(client, decide_url(appeal), typed, button="change")).count("The threats were real.") == 1
    pressing.decide(client, decide_url(appeal), typed)
    assert Restriction.objects.get(pk=restriction.pk).state == Restriction.State.IN_FORCE
    page = text(client.get(reverse("appeals:view", args=[appeal.reference])))
    assert "It stays" in page and "The threats were real." in page


def test_a_letter_is_put_in_other_words(client):
    w = warned()
    old = letter_of(w)
    appeal = lodge_against(w, old.paper.reference)
    client.force_login(director(w))
    same = {"expected": old.paper.facts["expected"], "told_0": old.paper.facts["incidents"][0]["what"]}
    page = text(pressing.check(client, decide_url(appeal), ANSWERED | same | {"outcome": State.VARIED}))
    assert "nothing would change" in page and same["expected"] in page and same["told_0"] in page
    empty = text(
        pressing.check(
            client, decide_url(appeal), ANSWERED | {"outcome": State.VARIED, "told_0": "He rang.", "expected": ""}
        )
    )
    assert "Enter what must change" in empty and "He rang." in empty
    typed = ANSWERED | {"outcome": State.VARIED, "told_0": "He rang twice.", "expected": "Ring once a day."}
    check = text(pressing.check(client, decide_url(appeal), typed))
    assert "The new warning letter" in check and "Ring once a day." in check and letter_of(w) == old
    done = pressing.decide(client, decide_url(appeal), typed)
    assert letter_of(w).paper.reference in text(client.get(done["Location"]))
    assert letter_of(w).paper.facts["expected"] == "Ring once a day."


def test_a_decision_not_to_act_has_its_pages_too(client):
    w = warned()
    stages.decide_not_to_act(
        w.case.pk, considered="Mediation.", reasons="He would not come.", by=w.staff.officer, at=NOON
    )
    client.force_login(w.staff.colleague)
    assert "the decision not to act of 18 December 2026" in text(client.get(tab(w)))
    key = f"D-{Decision.objects.get(what='case.not_acted').pk}"
    pressing.decide(client, lodge_url(w, key), TYPED)
    appeal = Appeal.objects.get()
    client.force_login(director(w))
    page = text(client.get(decide_url(appeal)))
    assert "He would not come." in page and "set aside" in page and 'value="varied"' not in page
    done = pressing.decide(client, decide_url(appeal), ANSWERED | {"outcome": State.DISMISSED})
    assert "Appeal dismissed" in text(client.get(done["Location"]))


def test_the_tab_takes_as_many_queries_for_many_decisions_and_appeals_as_for_one(client):
    w, _ = restricted_on(five.NORTHAMPTON)
    client.force_login(w.staff.officer)

    def count() -> int:
        with CaptureQueriesContext(connection) as caught:
            text(client.get(tab(w)))
        return len(caught)

    def more(times: int) -> None:
        for number in range(times):
            at = NOON - timedelta(days=4, hours=number)
            incident = builders.log(w.provider, w.staff, w.resident, at=at, warnings=1)
            lodge_against(w, incident.reference)
            stages.decide_not_to_act(
                w.case.pk, considered="Mediation.", reasons=f"No, {number}.", by=w.staff.officer, at=WEEK
            )

    more(1)
    client.get(tab(w))
    one = count()
    more(29)
    assert count() == one <= 20

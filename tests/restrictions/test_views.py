"""The screens: each part saved on its page, what was typed kept, who sees what, how often the database is asked."""

from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from deadlines.models import Deadline
from decisions.services import Said
from letters.models import Letter
from people import services as people
from people.models import Need
from restrictions.dates import Changes
from restrictions.models import Restriction, Review
from restrictions.services import continuing, ending, proposing
from tests import factories
from tests.factories import NOON
from tests.pressing import check, decide, press
from tests.restrictions import builders

pytestmark = pytest.mark.django_db
LAST = date(2027, 6, 18)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def w():
    return builders.world()


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def url(name, *args):
    return reverse(f"restrictions:{name}", args=args)


def text(response):
    return response.content.decode()


def error(response, words, field=None):
    """The error stands in the summary and, where it has a field, beside it."""
    page = text(response)
    assert response.status_code == 200
    assert "govuk-error-summary" in page
    assert words in page
    assert "<title>Error: " in page
    if field:
        assert f'href="#id_{field}' in page or f"#{field}" in page


# Preparing


def test_a_proposal_goes_through_every_page(w):
    client = signed_in(w.staff.officer)
    page = client.get(url("of_case", w.case.reference))
    assert "Propose a restriction" in text(page)
    response = press(client, url("start", w.case.reference))
    restriction = Restriction.objects.get()
    ref = restriction.reference
    assert response.url == url("proposal", ref)
    assert "Cannot start yet" in text(client.get(url("proposal", ref)))
    incident = w.case.incidents.latest("happened_on")
    posts = [
        ("evidence", {"incidents": [str(incident.pk)], "summary": "It went on."}),
        ("risk", {"assessment": str(w.case.assessments.get().pk)}),
        ("needs", {"considered": "None known; asked.", "adjustment_touched": "no"}),
        ("length", {"months": "6"}),
        ("less", {"reasons": "It went on.", "less_considered": "A call-back."}),
    ]
    for name, data in posts:
        response = press(client, url(name, ref), data)
        assert response.status_code == 302, (name, text(response)[:3000])
        assert response.url == url("proposal", ref)
    channels = {
        "phone": "closed", "email": "limited", "letter": "open", "office": "open", "visit": "open", "online": "open",
        "spoc": "yes", "other": "no",
    }  # fmt: skip
    response = press(client, url("terms", ref), channels)
    assert response.url.startswith(url("limits", ref) + "?")
    page = client.get(response.url)
    assert "E-mail: what is the limit?" in text(page)
    assert "Always accepted" in text(page)
    more = {"email_words": "One a week.", "spoc_person": str(w.staff.colleague.pk), "spoc_words": "Ring on Mondays."}
    response = press(client, response.url, channels | more)
    assert response.url == url("instructions", ref)
    data = {
        "instructions": "Do not visit alone.\nRing first.", "risks": ["threats"], "share_with_contractors": "yes",
        "tell_resident": "yes",
    }  # fmt: skip
    response = press(client, url("instructions", ref), data)
    assert response.url == url("proposal", ref)
    restriction = Restriction.objects.get()
    assert restriction.instructions == ["Do not visit alone.", "Ring first."]
    assert [t.channel for t in restriction.terms.exclude(limit="open")] == ["phone", "email", "spoc"]
    page = client.get(url("check", ref))
    assert "When you propose" in text(page)
    response = press(client, url("check", ref))
    assert response.url == url("proposed", ref)
    assert "Restriction proposed" in text(client.get(response.url))
    assert press(client, url("check", ref)).url == url("proposed", ref)
    assert Deadline.objects.open().get().kind == "restriction.decide"


def test_thirteen_months_are_refused_with_the_clause_and_what_was_typed(w):
    restriction = builders.draft(w)
    response = press(signed_in(w.staff.officer), url("length", restriction.reference), {"months": "13"})
    error(response, "Length must be 6 to 12 months (clause 6.16)", "months")
    assert 'value="13"' in text(response)


def test_no_length_is_suggested(w):
    restriction = proposing.start(w.case.pk, by=w.staff.officer, at=NOON)
    page = text(signed_in(w.staff.officer).get(url("length", restriction.reference)))
    assert "The policy allows 6 to 12 months. Clause 6.16" in page
    assert 'name="months" value=' not in page


def test_terms_that_leave_no_way_to_complain_are_refused(w):
    restriction = builders.draft(w)
    closed = dict.fromkeys(("phone", "email", "letter", "office", "visit", "online"), "closed")
    response = press(
        signed_in(w.staff.officer), url("terms", restriction.reference), closed | {"spoc": "no", "other": "no"}
    )
    error(response, "a resident must be able to complain and to appeal", "phone")
    assert text(response).count('value="closed" checked') == 6


def test_typed_text_of_every_kind_is_kept_at_an_error(w):
    """Ten thousand characters with emoji and right-to-left marks come back as they were typed."""
    restriction = builders.draft(w)
    words = ("‏שלום‏ 👩🏽‍🔧 O'Neill & <b>sons</b>\n" * 300)[:9_900]
    response = press(
        signed_in(w.staff.officer), url("less", restriction.reference), {"reasons": words, "less_considered": ""}
    )
    error(response, "Enter what less was considered", "less_considered")
    assert "&lt;b&gt;sons&lt;/b&gt;" in text(response)
    assert "👩🏽‍🔧" in text(response)
    assert "<b>sons" not in text(response)


def test_the_extreme_path_is_offered_only_with_an_incident_of_danger(w):
    restriction = builders.draft(w)
    client = signed_in(w.staff.officer)
    assert "usual stages" not in text(client.get(url("evidence", restriction.reference)))
    danger = builders.log(w.provider, w.staff, w.resident, at=NOON, danger=True)
    page = text(client.get(url("evidence", restriction.reference)))
    assert "Are the usual stages left out?" in page
    response = press(
        client,
        url("evidence", restriction.reference),
        {"incidents": [str(danger.pk)], "extreme": "yes", "extreme_reason": ""},
    )
    error(response, "Enter why the usual stages are left out", "extreme_reason")


def test_hearsay_is_listed_and_cannot_be_selected(w):
    hearsay = builders.log(w.provider, w.staff, w.resident, at=NOON, knowledge="hearsay")
    restriction = builders.draft(w)
    page = text(signed_in(w.staff.officer).get(url("evidence", restriction.reference)))
    assert hearsay.reference in page
    assert f'value="{hearsay.pk}"' not in page


def test_what_was_typed_survives_an_expired_session(w):
    restriction = builders.draft(w)
    client = signed_in(w.staff.officer)
    page = client.get(url("less", restriction.reference))
    typist = text(page).split('name="typist" value="')[1].split('"')[0]
    client.logout()
    data = {"reasons": "A long report.", "less_considered": "Much.", "typist": typist}
    response = press(client, url("less", restriction.reference), data)
    assert "/account/login" in response.url
    client.post("/account/login/", {"login": w.staff.officer.email, "password": factories.PASSWORD})
    page = text(client.get(url("less", restriction.reference)))
    assert "You were signed out" in page
    assert "A long report." in page


def test_only_its_proposer_opens_the_parts(w):
    restriction = builders.draft(w)
    response = signed_in(w.staff.colleague).get(url("less", restriction.reference))
    assert response.status_code == 403
    assert "Olive Officer is preparing this" in text(response)


# Deciding


def decision(restriction, what="impose", **more):
    terms = {f"words_{n}": t.words for n, t in enumerate(restriction.terms.all()) if t.limit == "limited"}
    data = {"decision": what, "reasons": "It is needed.", "considered": "Writing only.", "not_done": ""}
    return data | {"months": "6", "instructions": "\n".join(restriction.instructions)} | terms | more


def test_the_decider_reads_checks_and_imposes(w):
    restriction = builders.proposed(w)
    client = signed_in(w.staff.team_leader)
    address = url("decide", restriction.reference)
    page = text(client.get(address))
    assert "1 of 1" in page
    for words in (
        "Decide a proposal",
        "Do not visit alone.",
        "A call-back scheme.",
        "Impose with changes",
        "Clause 6.26",
    ):
        assert words in page
    checked = check(client, address, decision(restriction))
    page = text(checked)
    assert "Check before you impose" in page
    assert "When you impose:" in page
    assert "18 June 2027" in page
    assert "20 January 2027" in page
    assert Restriction.objects.get().state == "proposed"
    response = decide(client, address, decision(restriction))
    assert response.url == url("imposed", restriction.reference)
    page = text(client.get(response.url))
    assert "Restriction imposed" in page
    assert restriction.reference in page
    assert "Why this date" in page
    again = decide(client, address, decision(restriction))
    assert again.url == response.url
    assert Letter.objects.filter(kind="restriction").count() == 1


def test_whoever_comes_second_is_told_who_was_first(w):
    other = builders.reviewer(w)
    restriction = builders.proposed(w)
    address = url("decide", restriction.reference)
    decide(signed_in(w.staff.team_leader), address, decision(restriction))
    for response in (
        decide(signed_in(other), address, decision(restriction)),
        signed_in(other).get(address),
    ):
        assert response.status_code == 409
        assert "Terry Leader imposed" in text(response)
        assert "18 December 2026" in text(response)


def test_impose_with_changes_through_the_page(w):
    restriction = builders.proposed(w, months=12)
    client = signed_in(w.staff.team_leader)
    address = url("decide", restriction.reference)
    refused = check(client, address, decision(restriction, "change", months="13"))
    error(refused, "Length must be 6 to 12 months (clause 6.16)", "months")
    assert 'value="13"' in text(refused)
    page = text(check(client, address, decision(restriction, "change", months="7", words_1="Two a week.")))
    assert "Imposed with your changes" in page
    assert "Two a week." in page
    decide(client, address, decision(restriction, "change", months="7", words_1="Two a week."))
    restriction = Restriction.objects.get()
    assert (restriction.state, restriction.months) == ("in_force", 7)
    assert restriction.terms.get(channel="email").words == "Two a week."


def test_change_your_decision_brings_the_form_back_as_typed(w):
    restriction = builders.proposed(w)
    page = press(
        signed_in(w.staff.team_leader),
        url("decide", restriction.reference),
        decision(restriction, reasons="So typed."),
        button="change",
    )
    assert "So typed." in text(page)
    assert "Decide a proposal" in text(page)


def test_return_needs_reasons_and_goes_to_the_next(w):
    restriction = builders.proposed(w)
    client = signed_in(w.staff.team_leader)
    address = url("decide", restriction.reference)
    error(check(client, address, decision(restriction, "return", reasons="")), "Enter your reasons", "reasons")
    response = check(client, address, decision(restriction, "return", reasons="Say more.", considered=""))
    assert response.url == url("returned", restriction.reference)
    assert "Proposal returned" in text(client.get(response.url))
    page = text(signed_in(w.staff.officer).get(url("proposal", restriction.reference)))
    assert "Say more." in page


@pytest.mark.parametrize("what", ["", "nonsense"])
def test_nothing_is_chosen_for_the_decider(w, what):
    restriction = builders.proposed(w)
    client = signed_in(w.staff.team_leader)
    assert "checked" not in text(client.get(url("decide", restriction.reference)))
    response = check(client, url("decide", restriction.reference), decision(restriction, what))
    error(response, "Select what you decide")


def test_where_somebody_may_not_decide_a_sentence_says_why_and_who_can(w):
    restriction = builders.proposed(w)
    for who in (w.staff.officer, w.staff.manager):
        page = text(signed_in(who).get(url("decide", restriction.reference)))
        assert "You cannot decide this" in page
        assert "Terry Leader can." in page
        assert "Impose as proposed" not in page
        response = decide(signed_in(who), url("decide", restriction.reference), decision(restriction))
        assert response.status_code == 403
    assert Restriction.objects.get().state == "proposed"


# Ending and reviewing


def test_lift_is_checked_and_done_once(w):
    restriction = builders.imposed(w)
    client = signed_in(w.staff.team_leader)
    address = url("lift", restriction.reference)
    error(check(client, address, {"reason": ""}), "Enter why it is lifted", "reason")
    typed = {"reason": "Nothing since.", "considered": "He kept to it."}
    assert "Check before you lift" in text(check(client, address, typed))
    response = decide(client, address, typed)
    assert response.url == url("lifted", restriction.reference)
    assert "Restriction lifted" in text(client.get(response.url))
    assert decide(client, address, typed).url == response.url
    second = decide(signed_in(w.staff.manager), address, typed)
    assert second.status_code == 409
    assert "Terry Leader lifted" in text(second)


def review_of(w, clock):
    restriction = builders.imposed(w)
    clock.move_to(builders.noon(LAST))
    return restriction


def test_a_review_is_begun_heard_and_decided(w, clock):
    restriction = review_of(w, clock)
    address = url("review", restriction.reference)
    officer = signed_in(w.staff.officer)
    assert "Friday 18 June 2027" in text(officer.get(address))
    press(officer, address)
    press(officer, address)
    review = Review.objects.get()
    press(officer, url("account", review.reference), {"words": "I was ill in May."})
    page = text(officer.get(address))
    assert "I was ill in May." in page
    assert "needs the right to" in page
    assert "Extend" not in page.split("<h2")[-1]
    reviewer = signed_in(builders.reviewer(w))
    page = text(reviewer.get(address))
    assert page.index('value="lift"') < page.index('value="extend"')
    assert 'value="lift" checked' not in page
    assert 'value="keep"' not in page
    assert "The policy does not say how long an extension may last" in page
    data = {"outcome": "extend", "months": "3", "reasons": "It goes on.", "considered": "Both letters.", "not_done": ""}
    error(check(reviewer, address, data | {"evidence": ""}), "(clause 6.18)", "evidence")
    data |= {"evidence": "Rang forty times in May."}
    page = text(check(reviewer, address, data))
    assert "Check before you decide" in page
    assert "18 September 2027" in page
    response = decide(reviewer, address, data)
    assert response.url == url("reviewed", review.reference)
    assert decide(reviewer, address, data).url == response.url
    assert "Review decided" in text(reviewer.get(response.url))
    second = decide(signed_in(w.staff.manager), address, data)
    assert second.status_code == 409
    assert "Rita Reviewer decided review" in text(second)


def test_vary_through_the_page(w, clock):
    restriction = builders.imposed(w)
    clock.move_to(builders.noon(date(2027, 3, 1)))
    builders.under_review(w, restriction, at=builders.noon(date(2027, 3, 1)))
    reviewer = signed_in(builders.reviewer(w))
    address = url("review", restriction.reference)
    limits = {f"limit_{n}": t.limit for n, t in enumerate(restriction.terms.all())}
    words = {f"words_{n}": t.words for n, t in enumerate(restriction.terms.all())}
    data = {"outcome": "vary", "evidence": "Rang again.", "reasons": "Better.", "instructions": "Go in pairs."}
    data |= {"considered": "The terms were kept but once."}
    unchanged = check(reviewer, address, data | limits | words)
    error(unchanged, "Change the terms")
    changed = data | limits | words | {"limit_0": "limited", "words_0": "On Tuesdays."}
    assert "On Tuesdays." in text(check(reviewer, address, changed))
    decide(reviewer, address, changed)
    new = Restriction.objects.get(follows=restriction)
    assert new.terms.get(channel="phone").words == "On Tuesdays."
    assert new.instructions == ["Go in pairs."]


def test_the_page_of_a_restriction_explains_its_dates(w):
    restriction = builders.imposed(w, months=12)
    page = text(signed_in(w.staff.officer).get(url("view", restriction.reference)))
    assert "20 working days from the decision on 18 December 2026 (6.34, must)" in page
    assert "local rule" in page
    assert "Wednesday 20 January 2027" in page


def test_needs_known_since_are_flagged_to_the_decider(w):
    restriction = builders.proposed(w)
    people.record_need(
        w.resident.pk, kind=Need.Kind.ADJUSTMENT, words="Letters in large print", about_health=False,
        by=w.staff.officer, at=NOON,
    )  # fmt: skip
    page = text(signed_in(w.staff.team_leader).get(url("decide", restriction.reference)))
    assert "It cannot be imposed as it stands" in page
    assert "Letters in large print" in page


# Who sees what

PAGES = [
    "view", "proposal", "evidence", "risk", "needs", "terms", "limits", "instructions", "length", "less", "check",
    "proposed", "withdraw", "decide", "imposed", "returned", "lift", "lifted", "review",
]  # fmt: skip


def test_no_page_is_found_by_a_stranger_or_another_provider(w):
    restriction = builders.proposed(w)
    elsewhere = factories.staff(factories.dover("elsewhere"))
    addresses = [url(name, restriction.reference) for name in PAGES] + [url("of_case", w.case.reference)]
    for address in addresses:
        assert Client().get(address).status_code == 302
        for who in (
            elsewhere.manager,
            elsewhere.officer,
            w.staff.front_line,
            w.staff.contractor,
            w.staff.administrator,
        ):
            assert signed_in(who).get(address).status_code == 404, (address, who)


def test_the_data_protection_officer_reads_and_does_nothing(w):
    restriction = builders.imposed(w)
    client = signed_in(w.staff.dpo)
    page = text(client.get(url("view", restriction.reference)))
    assert "Lift it early: " in page
    assert url("lift", restriction.reference) not in page
    for name in ("lift", "withdraw"):
        assert client.get(url(name, restriction.reference)).status_code == 403
    assert press(client, url("review", restriction.reference)).status_code == 403
    assert press(client, url("start", w.case.reference)).status_code == 403


@pytest.mark.parametrize("name", PAGES)
def test_an_unknown_reference_is_not_found(w, name):
    assert signed_in(w.staff.team_leader).get(url(name, "X-999999")).status_code == 404


# How often the database is asked


def queries(client, address):
    client.get(address)
    with CaptureQueriesContext(
        connection,
    ) as found:
        assert client.get(address).status_code == 200
    return len(found)


def test_the_tab_asks_the_same_at_one_and_at_thirty(w):
    client = signed_in(w.staff.team_leader)
    address = url("of_case", w.case.reference)
    builders.imposed(w)
    at_one = queries(client, address)
    at = NOON
    for _ in range(29):
        at += timedelta(days=1)
        continuing.replace_terms(
            Restriction.objects.get(state="in_force").pk,
            Changes(terms=builders.OTHER_TERMS),
            by=w.staff.manager,
            at=at,
            ends_on=None,
            reason="x",
            rule=None,
            appealable=False,
        )
    assert Restriction.objects.count() == 30
    assert queries(client, address) == at_one
    assert at_one <= 16


def test_the_decision_page_asks_the_same_at_one_and_at_thirty_waiting(w):
    restriction = builders.proposed(w)
    client = signed_in(w.staff.team_leader)
    address = url("decide", restriction.reference)
    at_one = queries(client, address)
    row = Deadline.objects.get(kind="restriction.decide")
    for number in range(29):
        row.pk, row.about = None, f"restriction:X-9{number:05d}"
        row.save()
    for number in range(29):
        builders.log(w.provider, w.staff, w.resident, at=NOON - timedelta(days=number))
    assert "1 of 30" in text(client.get(address))
    assert queries(client, address) == at_one
    assert at_one <= 36  # of these, for whether these looks are on the trail, health was asked for, a conflict stands


def test_what_is_over_says_by_whom_and_what_is_carried_on_is_not_said_to_have_ended(w):
    first = builders.imposed(w)
    later = NOON + timedelta(days=20)
    goes_on = continuing.replace_terms(
        first.pk, Changes(terms=builders.OTHER_TERMS), ends_on=None, reason="Too wide.", rule=None, appealable=False,
        by=w.staff.manager, at=later,
    )  # fmt: skip
    client = signed_in(w.staff.team_leader)
    page = text(client.get(url("view", first.reference)))
    assert "Carried on as another from 7 January 2027:" in page and "Ended on" not in page
    ending.lift(goes_on.pk, Said("He has apologised.", considered="Fair."), by=w.staff.manager, at=later)
    page = text(client.get(url("view", goes_on.reference)))
    assert "Ended on 7 January 2027 by Morgan Manager:" in page and "He has apologised." in page

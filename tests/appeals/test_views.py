"""Appeals on the screen: each page, its refusals, a double click, two managers, queries."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from appeals.models import Appeal
from appeals.services import withdrawing
from letters.models import Letter
from restrictions.models import Restriction
from tests import factories, pressing
from tests.appeals.builders import ANSWER_BY, LAST_DAY, RECEIVED, WORDS, decide, lodge, restricted, soon
from tests.restrictions import builders

State = Appeal.State
TYPED = {
    "who": "resident",
    "made_by_name": "",
    "how": "post",
    "received_on_day": "4",
    "received_on_month": "1",
    "received_on_year": "2027",
    "made_on_day": "",
    "made_on_month": "",
    "made_on_year": "",
    "words": WORDS,
}
ANSWERED = {
    "reasons": "The second incident was not his doing.",
    "considered": "The file and his letter.",
    "not_done": "",
}


@pytest.fixture
def world(db):
    return restricted()


@pytest.fixture
def w(world):
    return world[0]


@pytest.fixture
def restriction(world):
    return world[1]


@pytest.fixture
def appeal(w, restriction):
    return lodge(w, restriction)


@pytest.fixture(autouse=True)
def afterwards():
    """Every page is read three days after the appeal came."""
    with time_machine.travel(soon(), tick=False) as traveller:
        yield traveller


def text(answer, status=200) -> str:
    assert answer.status_code == status, answer.content.decode()[:3000]
    return answer.content.decode()


def lodge_url(restriction) -> str:
    return reverse("appeals:lodge", args=[restriction.case.reference, restriction.reference])


def decide_url(appeal) -> str:
    return reverse("appeals:decide", args=[appeal.reference])


def varied(client, appeal) -> dict[str, str]:
    """The form as it stands, with softer terms for the telephone."""
    form = client.get(decide_url(appeal)).context["form"]
    typed = {"outcome": State.VARIED, **ANSWERED, "instructions": "Two people visit together."}
    for number, term in enumerate(form.asked.stands.terms):
        typed |= {f"limit_{number}": term.limit, f"words_{number}": term.words}
        if term.channel == "phone":
            typed |= {f"limit_{number}": "limited", f"words_{number}": "Calls on Tuesdays between 10am and midday."}
    last = form.fields["ends_on"].initial
    return typed | {"ends_on_day": last.day, "ends_on_month": last.month, "ends_on_year": last.year}


# Lodging


def test_lodge_check_with_the_arithmetic_then_once(client, w, restriction):
    client.force_login(w.staff.colleague)
    assert "Lodge an appeal" in text(client.get(lodge_url(restriction)))
    check = text(pressing.check(client, lodge_url(restriction), TYPED))
    assert "Check before you lodge the appeal" in check
    assert "20 working days from the decision on 18 December 2026 (6.34, must)" in check
    assert "In time: 4 January 2027 is not after Wednesday 20 January 2027." in check
    assert "Maxine Manager or Morgan Manager can." in check and "The policy is silent" in check
    assert not Appeal.objects.exists(), "nothing is done by looking"
    done = pressing.decide(client, lodge_url(restriction), TYPED)
    appeal = Appeal.objects.get()
    assert done["Location"] == reverse("appeals:lodged", args=[appeal.reference])
    assert appeal.reference in text(client.get(done["Location"]))
    again = pressing.decide(client, lodge_url(restriction), TYPED)
    assert again["Location"] == done["Location"], "a double click leads to the same page"
    assert Appeal.objects.count() == 1


def test_change_something_shows_what_was_typed(client, w, restriction):
    client.force_login(w.staff.colleague)
    page = text(pressing.press(client, lodge_url(restriction), TYPED, button="change"))
    assert WORDS in page and 'value="2027"' in page and "There is a problem" not in page


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"received_on_day": "17", "received_on_month": "12", "received_on_year": "2026"}, "on or after the decision"),
        ({"received_on_day": "8"}, "today or in the past"),
        ({"received_on_day": "31", "received_on_month": "2"}, "real date"),
        ({"words": ""}, "Enter what they say"),
        ({"who": ""}, "Select who appeals"),
        ({"who": "representative"}, "Enter the name of the representative"),
        ({"how": "pigeon"}, "how it came"),
        ({"words": "x" * 20_001}, "characters or fewer"),
    ],
)
def test_bad_input_stays_with_its_error(client, w, restriction, changes, error):
    client.force_login(w.staff.colleague)
    page = text(pressing.decide(client, lodge_url(restriction), TYPED | changes))
    assert "There is a problem" in page and error in page and not Appeal.objects.exists()


def test_unicode_of_all_kinds_is_kept(client, w, restriction):
    client.force_login(w.staff.colleague)
    words = ("‏אני לא הייתי שם‏ 😡 «né» <script>alert(1)</script> " * 300)[:10_000].strip()
    pressing.decide(client, lodge_url(restriction), TYPED | {"words": words})
    appeal = Appeal.objects.get()
    assert appeal.words == words
    assert "<script>alert" not in text(client.get(reverse("appeals:view", args=[appeal.reference])))


def test_a_late_one_is_lodged_and_the_page_says_that_the_policy_is_silent(client, w, restriction, afterwards):
    afterwards.move_to(soon(LAST_DAY))
    client.force_login(w.staff.colleague)
    page = text(pressing.check(client, lodge_url(restriction), TYPED | {"received_on_day": "21"}))
    assert "Late: 21 January 2027 is after Wednesday 20 January 2027." in page
    assert "is silent on late appeals" in page


def test_somebody_elses_appeal_is_a_409_that_says_whose(client, w, restriction, appeal):
    client.force_login(w.staff.officer)
    assert "Colin Colleague has lodged" in text(client.get(lodge_url(restriction)), 409)
    assert "Colin Colleague has lodged" in text(pressing.decide(client, lodge_url(restriction), TYPED), 409)


def test_after_a_final_outcome_the_clause_refuses(client, w, restriction, appeal):
    decide(appeal, State.DISMISSED, by=w.staff.manager, at=soon())
    client.force_login(w.staff.officer)
    assert "final (clause 6.35)" in text(client.get(lodge_url(restriction)), 422)
    assert lodge_url(restriction) not in text(client.get(reverse("appeals:of_case", args=[w.case.reference])))


# The tab and the page


def test_the_tab_lists_appeals_and_offers_what_can_be_lodged(client, w, restriction):
    client.force_login(w.staff.officer)
    tab = reverse("appeals:of_case", args=[w.case.reference])
    page = text(client.get(tab))
    assert "No appeal has come" in page and lodge_url(restriction) in page
    appeal = lodge(w, restriction)
    page = text(client.get(tab))
    assert (
        appeal.reference in page and "Answer by Monday 18 January 2027" in page and lodge_url(restriction) not in page
    )


def test_the_page_shows_a_button_only_to_who_may_and_tells_the_others_why(client, w, appeal):
    address = reverse("appeals:view", args=[appeal.reference])
    client.force_login(w.staff.manager)
    assert "Decide the appeal" in text(client.get(address))
    client.force_login(w.staff.officer)
    page = text(client.get(address))
    assert decide_url(appeal) not in page
    assert "Clause 6.35 lets a Manager decide an appeal; you do not hold that role. Maxine Manager or Morgan" in page


# Deciding


def test_the_file_and_what_came_since(client, w, restriction, appeal):
    builders.log(w.provider, w.staff, w.resident, at=soon(days=1), facts="Left a message of two hours.")
    client.force_login(w.staff.manager)
    page = text(client.get(decide_url(appeal)))
    file, since = page.index("The file on 18 December 2026"), page.index("Since then")
    assert file < page.index("Shouted for ten minutes at the reception desk.") < since
    assert since < page.index("Left a message of two hours.")
    assert page.index("Uphold the appeal") < page.index("Vary") and "Out of time" not in page
    assert "checked" not in page.split('name="outcome"')[1].split(">")[0], "none is chosen"


@pytest.mark.parametrize(
    ("outcome", "panel", "state"),
    [
        (State.UPHELD, "Appeal upheld", Restriction.State.LIFTED),
        (State.DISMISSED, "Appeal dismissed", Restriction.State.IN_FORCE),
        (State.VARIED, "Restriction varied on appeal", Restriction.State.VARIED),
    ],
)
def test_check_with_the_letter_then_once_then_its_own_page(client, w, restriction, appeal, outcome, panel, state):
    client.force_login(w.staff.manager)
    typed = varied(client, appeal) if outcome == State.VARIED else {"outcome": outcome, **ANSWERED}
    check = text(pressing.check(client, decide_url(appeal), typed))
    assert "Check before you decide the appeal" in check and "When you decide" in check
    assert "The outcome of your appeal" in check and "Housing Ombudsman Service" in check
    assert Appeal.objects.get().is_open
    done = pressing.decide(client, decide_url(appeal), typed)
    assert done["Location"] == reverse("appeals:decided", args=[appeal.reference])
    assert panel in text(client.get(done["Location"]))
    assert Restriction.objects.get(pk=restriction.pk).state == state
    again = pressing.decide(client, decide_url(appeal), typed)
    assert again["Location"] == done["Location"]
    assert Letter.objects.filter(kind="appeal_outcome").count() == 1


def test_the_second_manager_hears_who_was_first(client, w, appeal):
    decide(appeal, State.UPHELD, by=w.staff.manager, at=soon())
    client.force_login(w.staff.other_manager)
    page = text(pressing.decide(client, decide_url(appeal), {"outcome": State.DISMISSED, **ANSWERED}), 409)
    assert f"Morgan Manager decided {appeal.reference} on 7 January 2027: Upheld." in page


@pytest.mark.parametrize("button", ["check", "do"])
def test_a_variation_that_changes_nothing_or_lengthens_is_refused_in_the_form(client, w, appeal, button):
    client.force_login(w.staff.manager)
    typed = varied(client, appeal)
    same = typed | {name: "closed" for name, value in typed.items() if name.startswith("limit_") and value == "limited"}
    same |= {"limit_1": "limited", "words_1": "One message a week, on Mondays."}
    assert "nothing would change" in text(pressing.press(client, decide_url(appeal), same, button=button))
    longer = typed | {"ends_on_year": int(typed["ends_on_year"]) + 1}
    assert "does not lengthen a restriction" in text(pressing.press(client, decide_url(appeal), longer, button=button))
    assert Appeal.objects.get().is_open


def test_a_late_answer_asks_why(client, w, appeal, afterwards):
    afterwards.move_to(soon(ANSWER_BY, 1))
    client.force_login(w.staff.manager)
    page = text(client.get(decide_url(appeal)))
    assert "Why the answer is late" in page and "Clause 6.35, endeavour" in page
    typed = {"outcome": State.DISMISSED, **ANSWERED}
    assert "Enter why the answer is late (clause 6.35)" in text(pressing.check(client, decide_url(appeal), typed))
    assert "When you decide" in text(
        pressing.check(client, decide_url(appeal), typed | {"late_because": "The log was missing."})
    )


def test_a_late_appeal_may_be_refused_heard_or_decided(client, w, restriction, afterwards):
    late = lodge(w, restriction, on=LAST_DAY + timedelta(days=1))
    afterwards.move_to(soon(LAST_DAY, 2))
    client.force_login(w.staff.manager)
    page = text(client.get(decide_url(late)))
    assert "Out of time" in page and "Why the appeal is heard although it came late" in page
    typed = {"outcome": State.UPHELD, **ANSWERED}
    assert "although it came late" in text(pressing.decide(client, decide_url(late), typed))
    assert Appeal.objects.get().is_open
    hear = reverse("appeals:hear", args=[late.reference])
    assert "Enter why the appeal is heard" in text(pressing.press(client, hear, {"reasons": ""}))
    assert pressing.press(client, hear, {"reasons": "He was in hospital."}).status_code == 302
    assert pressing.press(client, hear, {"reasons": "He was in hospital."}).status_code == 302, "a double click"
    page = text(client.get(decide_url(late)))
    assert "Out of time" not in page and "Morgan Manager decided that it is heard" in page


def test_out_of_time_has_its_own_page(client, w, restriction, afterwards):
    late = lodge(w, restriction, on=LAST_DAY + timedelta(days=1))
    afterwards.move_to(soon(LAST_DAY, 2))
    client.force_login(w.staff.manager)
    done = pressing.decide(client, decide_url(late), {"outcome": State.OUT_OF_TIME, **ANSWERED})
    assert "Appeal out of time" in text(client.get(done["Location"]))


def test_withdrawing_asks_how_and_when(client, w, appeal):
    client.force_login(w.staff.officer)
    address = reverse("appeals:withdraw", args=[appeal.reference])
    assert "Enter how the resident withdrew it, and when" in text(pressing.press(client, address, {"reason": ""}))
    assert pressing.press(client, address, {"reason": "By e-mail on 5 January"}).status_code == 302
    assert pressing.press(client, address, {"reason": "By e-mail on 5 January"}).status_code == 302
    assert "By e-mail on 5 January" in text(client.get(reverse("appeals:view", args=[appeal.reference])))


# Who may see and do what


@pytest.mark.parametrize("name", ["view", "lodged", "decide", "decided", "hear", "withdraw"])
def test_strangers_other_providers_and_who_reads_no_files_find_nothing(client, w, appeal, name):
    address = reverse(f"appeals:{name}", args=[appeal.reference])
    assert client.get(address)["Location"].startswith("/account/login")
    other = factories.staff(factories.dover("other-council"))
    for user in (other.manager, other.officer, w.staff.front_line, w.staff.contractor, w.staff.administrator):
        client.force_login(user)
        assert client.get(address).status_code == 404, user
        assert client.post(address, {"outcome": State.UPHELD, **ANSWERED, "do": "do"}).status_code in (404, 405)
    assert Appeal.objects.get().is_open


@pytest.mark.parametrize(
    ("name", "who", "status"),
    [("decide", "officer", 403), ("decide", "team_leader", 403), ("decide", "dpo", 403), ("hear", "officer", 403),
     ("withdraw", "dpo", 403), ("view", "dpo", 200), ("decide", "manager", 200), ("withdraw", "officer", 200)],
)  # fmt: skip
def test_who_may_open_which_page(client, w, appeal, name, who, status):
    client.force_login(getattr(w.staff, who))
    assert client.get(reverse(f"appeals:{name}", args=[appeal.reference])).status_code == status


def test_an_expired_session_gives_back_what_was_typed(client, w, restriction):
    client.force_login(w.staff.colleague)
    page = text(client.get(lodge_url(restriction)))
    typist = page.split('name="typist" value="')[1].split('"')[0]
    client.logout()
    client.post(lodge_url(restriction), TYPED | {"typist": typist})
    session = client.session
    kept = session["kept_typing"]
    client.force_login(w.staff.colleague)
    session = client.session
    session["kept_typing"] = kept
    session.save()
    page = text(client.get(lodge_url(restriction)))
    assert "You were signed out" in page and "What you had typed is below." in page and WORDS in page


def test_the_tab_takes_as_many_queries_for_many_appeals_as_for_one(client, w, restriction):
    client.force_login(w.staff.officer)
    tab = reverse("appeals:of_case", args=[w.case.reference])

    def count() -> int:
        with CaptureQueriesContext(connection) as caught:
            text(client.get(tab))
        return len(caught)

    def come_and_go(times: int) -> None:
        for _ in range(times):
            appeal = lodge(w, restriction, on=RECEIVED)
            withdrawing.withdraw(appeal.pk, by=w.staff.officer, at=soon(), reason="By phone")

    come_and_go(1)
    client.get(tab)
    one = count()
    come_and_go(29)
    assert count() == one <= 17

"""My work and appeals in a real browser on a phone; nothing that axe finds, nothing too wide."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from tests import axe, five
from tests.appeals.builders import (
    ANSWER_BY,
    LAST_DAY,
    WEEK,
    WORDS,
    decide,
    director,
    letter_of,
    lodge,
    lodge_against,
    restricted,
    restricted_on,
    soon,
)
from tests.factories import PASSWORD
from worklist.services import sweeping

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("empty_queue"),
]
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def screen(browser, live_server):
    """A page on a phone; `look(name)` checks what is on it. At a desk the journeys look at every page."""
    context = browser.new_context(viewport=PHONE, base_url=live_server.url)
    page = context.new_page()

    def look(name: str) -> None:
        assert axe.complaints(page) == [], name
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{name} is {wide} px too wide"

    page.look = look
    yield page
    context.close()


def sign_in(page, user) -> None:
    page.goto("/account/login/")
    page.fill("input[name=login]", user.email)
    page.fill("input[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url("**/")


def test_an_appeal_from_the_post_to_the_decision(screen):
    with time_machine.travel(soon()):
        w, restriction = restricted()
        sign_in(screen, w.staff.colleague)
        screen.goto(reverse("appeals:of_case", args=[w.case.reference]))
        screen.look("appeals-none")
        screen.click(f"text=Lodge an appeal against restriction {restriction.reference}")
        screen.click("text=Check the appeal")
        assert screen.title().startswith("Error: ")
        screen.look("lodge-errors")
        screen.check("input[name=who][value=resident]")
        screen.check("input[name=how][value=post]")
        for part, value in (("day", "4"), ("month", "1"), ("year", "2027")):
            screen.fill(f"[name=received_on_{part}]", value)
        screen.fill("[name=words]", WORDS)
        screen.click("text=Check the appeal")
        screen.look("lodge-check")
        screen.click("main button:has-text('Lodge the appeal')")
        screen.look("lodged")
        screen.click("text=See the appeal")
        screen.look("appeal-for-an-officer")
        screen.context.clear_cookies()

        sign_in(screen, w.staff.manager)
        screen.look("my-work")
        screen.click("text=Decide an appeal")
        screen.look("decide")
        screen.check("input[name=outcome][value=upheld]")
        screen.fill("[name=reasons]", "The second incident was not his doing.")
        screen.fill("[name=considered]", "The file, his letter, the log since.")
        screen.click("text=Check your decision")
        screen.look("decide-check")
        screen.click("main button:has-text('Uphold the appeal')")
        screen.look("decided")
        screen.click("text=See the appeal")
        screen.look("appeal-upheld")
        screen.goto("/")
        screen.look("my-work-empty")


def test_a_late_appeal_a_variation_and_the_lists_of_work(screen):
    on = LAST_DAY + timedelta(days=1)
    with time_machine.travel(soon(on, 30)):
        w, restriction = restricted()
        appeal = lodge(w, restriction, on=on)
        sweeping.sweep(ANSWER_BY + timedelta(days=40), at=soon(on, 30))
        sign_in(screen, w.staff.manager)
        screen.look("my-work-overdue")
        screen.goto("/team/")
        screen.look("team")
        screen.goto("/?kind=appeal")
        screen.look("my-work-filtered")
        screen.click("ol.evenhand-rows a[href^='/why/']")
        screen.look("why")
        screen.goto(reverse("appeals:view", args=[appeal.reference]))
        screen.look("appeal-late")
        screen.goto(reverse("appeals:decide", args=[appeal.reference]))
        screen.check("input[name=outcome][value=varied]")
        screen.look("decide-vary")
        screen.goto(reverse("appeals:hear", args=[appeal.reference]))
        screen.look("hear")
        screen.goto(reverse("appeals:withdraw", args=[appeal.reference]))
        screen.look("withdraw")


def test_the_second_manager_sees_who_was_first(screen):
    with time_machine.travel(soon()):
        w, restriction = restricted()
        appeal = lodge(w, restriction)
        decide(appeal, "dismissed", by=w.staff.other_manager, at=soon())
        sign_in(screen, w.staff.manager)
        screen.goto(reverse("appeals:decide", args=[appeal.reference]))
        assert "Maxine Manager decided" in screen.inner_text("main")
        screen.look("second")


def test_an_appeal_against_a_warning_letter_on_which_a_restriction_rests(screen):
    with time_machine.travel(WEEK):
        w, restriction = restricted_on(five.NORTHAMPTON)
        decider = director(w)
        letter = letter_of(w).paper.reference
        sign_in(screen, w.staff.colleague)
        screen.goto(reverse("appeals:of_case", args=[w.case.reference]))
        screen.look("appeals-offered")
        screen.click(f"text=Lodge an appeal against warning letter {letter}")
        screen.look("appeal-lodge-warning")
        appeal = lodge_against(w, letter)
        screen.goto(reverse("appeals:view", args=[appeal.reference]))
        screen.look("appeal-of-warning")
        screen.context.clear_cookies()
        sign_in(screen, decider)
        screen.goto(reverse("appeals:decide", args=[appeal.reference]))
        screen.check("text=Uphold the appeal")
        screen.look("appeal-decide-warning")
        screen.check("text=It stays")
        screen.fill("[name=what_rests_because]", "The threats at the desk are enough.")
        screen.fill("[name=reasons]", "It was his brother who rang.")
        screen.fill("[name=considered]", "The recording of the call.")
        screen.click("text=Check your decision")
        screen.look("appeal-check-warning")
        screen.click("button:has-text('Uphold the appeal')")
        screen.wait_for_load_state()
        screen.look("appeal-decided-warning")
        assert restriction.reference in screen.inner_text("main")

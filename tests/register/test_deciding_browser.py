"""Two people at once on the register, each in a browser of their own: an old page undoes nothing; each step looked at.

`PICTURES=<folder> ./run test tests/register/test_deciding_browser.py` leaves a picture of every page to look at.
"""

from datetime import timedelta

import pytest
from django.urls import reverse

from people.models import User
from register import acts
from register.models import Consideration, Entry
from tests import quick
from tests.factories import NOON
from tests.register import builders
from tests.restrictions.test_browser import look, press, sign_in  # noqa: F401

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
ESCORT = "Do not go in: police escort only"
SHUT_AWAY = "Ask for the dog to be shut away."


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NOON, tick=True)
    return time_machine


def at(page, entry):
    return reverse(f"register:{page}", args=[entry.reference])


@pytest.fixture
def w():
    """An entry that stands, on a policy under which one person decides."""
    made = builders.with_entry(builders.world(builders.policy(acts.ENTER)))
    builders.change(made.entry, made.chair, "A dog.", instructions=[SHUT_AWAY])
    return made


@pytest.mark.parametrize("width", [390, 1280])
def test_an_older_page_does_not_wipe_an_order_off_an_entry(w, sign_in, width):  # noqa: F811
    mine, theirs = sign_in(w.lead, width=width), sign_in(w.head, width=width)
    mine.goto(at("change", w.entry))
    theirs.goto(at("change", w.entry))
    look(mine, "register-change")
    theirs.get_by_label("What staff must do").fill(ESCORT)
    theirs.get_by_label("Reasons for the change").fill("Shots were fired.")
    press(theirs, "Change the entry")
    assert Entry.objects.get().instructions == [ESCORT]
    mine.get_by_label("Number to ring before going").fill("01632 960009")
    mine.get_by_label("Reasons for the change").fill("Another number.")
    press(mine, "Change the entry")
    assert mine.get_by_role("heading", name="Somebody saved this meanwhile").is_visible()
    assert mine.get_by_text(f"{w.head.name} changed the entry").is_visible() and mine.get_by_text(ESCORT).is_visible()
    look(mine, "register-change-meanwhile")
    press(mine, "Save it")
    entry = Entry.objects.get()
    assert (entry.instructions, entry.ring) == ([ESCORT], "01632 960009")


@pytest.mark.parametrize("width", [390, 1280])
def test_nobody_removes_an_entry_that_changed_since_they_read_it(w, sign_in, width):  # noqa: F811
    mine, theirs = sign_in(w.lead, width=width), sign_in(w.head, width=width)
    mine.goto(at("remove", w.entry))
    look(mine, "register-remove")
    mine.get_by_label("Reasons for the removal").fill("The dog has died.")
    mine.get_by_label("Yes").check()
    press(mine, "Check the removal")
    look(mine, "register-check-removal")
    theirs.goto(at("change", w.entry))
    theirs.get_by_label("What staff must do").fill(ESCORT)
    theirs.get_by_label("Reasons for the change").fill("Shots were fired.")
    press(theirs, "Change the entry")
    press(mine, "Remove the entry")
    assert mine.get_by_role("heading", name="This has changed since you read it").is_visible()
    assert mine.get_by_text("what staff must do").is_visible() and Entry.objects.get().removed_on is None
    look(mine, "register-remove-changed")
    press(mine, "Read it again")
    assert mine.get_by_label("Reasons for the removal").input_value() == "The dog has died."
    press(mine, "Check the removal")
    press(mine, "Remove the entry")
    assert mine.get_by_text("Entry removed").first.is_visible() and Entry.objects.get().removed_on


@pytest.mark.proof
@pytest.mark.parametrize("width", quick.WIDTHS)
def test_two_decide_on_an_entry_after_somebody_was_asked(sign_in, width):  # noqa: F811
    made = builders.world(builders.policy(acts.ENTER, "2 of lead, head, chair", consult="guardian"))
    first, second = sign_in(made.lead, width=width), sign_in(made.head, width=width)
    first.goto(reverse("register:add_resident", args=[made.resident.reference]))
    look(first, "register-put-forward")
    first.get_by_label("Incident reference").fill("I-000001")
    first.get_by_label("Dangerous animal").check()
    first.get_by_label("What staff must do").fill(ESCORT)
    first.get_by_role("group", name="May contractors be shown it?").get_by_label("No").check()
    first.get_by_role("group", name="Is the resident told?").get_by_label("Yes").check()
    first.get_by_label("Reasons for the entry").fill("It bit the fitter.")
    press(first, "Put the entry forward")
    look(first, "register-question-consult")
    first.get_by_role("link", name="Write down what they said").first.click()
    first.get_by_label("Who was consulted?").select_option(label=made.guardian.name)
    for box, number in zip(("Day", "Month", "Year"), (NOON.day, NOON.month, NOON.year), strict=True):
        first.get_by_label(box).fill(str(number))
    first.get_by_label("What did they say?").fill("No objection.")
    look(first, "register-consult")
    press(first, "Save what they said")
    first.get_by_role("button", name="Enter the resident").click()
    look(first, "register-enter-after")
    assert first.get_by_label("What staff must do").input_value() == ESCORT, "as it was put forward"
    first.get_by_label("Reasons for the entry").fill("It bit the fitter.")
    press(first, "Record your decision")
    look(first, "register-question-spoken")
    question = Consideration.objects.get()
    assert question.entry is None
    second.goto(reverse("register:consider", args=[question.pk]))
    look(second, "register-question-agree")
    second.get_by_label("Agree to this entry").check()
    second.get_by_label("Your reasons").fill("So it is.")
    press(second, "Record your decision")
    look(second, "register-entry-made")
    assert Entry.objects.get().entered_by == User.objects.get(pk=made.head.pk)


@pytest.mark.proof
@pytest.mark.parametrize("width", quick.WIDTHS)
def test_two_remove_and_two_go_on_not_telling(sign_in, width):  # noqa: F811
    made = builders.with_entry(builders.world(builders.policy(acts.REMOVE, "2 of lead, head, chair")))
    builders.keep(made.entry, made.lead, "It is there still.", review_on=None)
    page = sign_in(made.head, width=width)
    page.goto(at("entry", made.entry))
    look(page, "register-entry-waits")
    page.goto(at("keep", made.entry))
    look(page, "register-keep-agree")
    page.goto(at("look_again", made.entry))
    look(page, "register-look-again")
    builders.withhold(made.entry, made.lead, "He would.", look_again_on=(NOON + timedelta(days=100)).date())
    page.goto(at("remove", made.entry))
    look(page, "register-remove-first")

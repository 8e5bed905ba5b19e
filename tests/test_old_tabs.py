"""Old tabs where it is decided on people: two at once, each in a browser of their own.

One reads and types; the other does something meanwhile; then the first one presses. Nothing is done that was not read,
the page says what changed and who did it when, what was typed is still there, and once it is read again it is decided.
`tests/test_stale_pages.py` and `tests/register/test_deciding_browser.py` do the same for residents, cases that move to
a newer policy, and the register.
"""

from collections.abc import Callable
from datetime import date

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from appeals.models import Appeal
from audit.models import Decision
from cases.models import Case
from cases.services import warnings
from decisions.services import Said
from letters.models import Arrival, Letter
from restrictions import acts
from restrictions.models import BreachStep, Restriction, Review, Term
from restrictions.services import proposing
from tests import factories, quick
from tests.appeals import builders as appealing
from tests.appeals.test_receipts import NEXT
from tests.appeals.test_receipts import world as told_by_letter
from tests.factories import NOON
from tests.office.test_browser import desk, sound  # noqa: F401
from tests.restrictions import builders
from tests.restrictions.builders import noon
from tests.restrictions.test_breaches import LATER, breach, happens, running
from tests.restrictions.test_spoc import with_contact

pytestmark = [
    pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("empty_queue"),
]  # fmt: skip
TYPED = "Staff “must” be able to work."
CHANGED, MEANWHILE = "This has changed since you read it", "Somebody saved this meanwhile"
State = Restriction.State


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NOON, tick=True)
    return time_machine


@pytest.fixture(params=quick.WIDTHS)
def sit(desk, request):  # noqa: F811
    """Sits somebody down at a browser of their own, with a page open."""

    def down(user, name: str, *args: str) -> Page:
        page = desk(user, width=request.param)
        page.set_default_timeout(15_000)
        page.goto(reverse(name, args=args))
        return page

    return down


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def text(page: Page) -> str:
    return " ".join(page.locator("main").inner_text().split())


def refused(page: Page, *said: str) -> None:
    """The page that says what changed and who did it when."""
    sound(page, CHANGED)
    for words in said:
        assert words in text(page)


def read_again(page: Page, heading: str, **kept: str) -> None:
    """Back on the page as it stands now, with what was typed, by the label of its box."""
    press(page, "Read it again")
    sound(page, heading)
    for label, words in kept.items():
        assert page.get_by_label(label.replace("_", " ")).input_value() == words


# Restrictions: proposing


def returned_to_olive(w, restriction) -> None:
    said = Said("Say more.")
    proposing.send_back(restriction.pk, said, by=w.staff.team_leader, at=NOON)


def longer(olive: Page) -> None:
    olive.get_by_label("How many months does it last?").fill("12")
    press(olive, "Save length")


def softer(olive: Page) -> None:
    olive.get_by_role("group", name="Telephone").get_by_label("No limit").check()
    press(olive, "Save the channels")
    olive.get_by_label("E-mail: what is the limit?").fill("One message a month.")
    press(olive, "Save the limits")


PROPOSED_ANEW = {
    "the length": ("length", longer, "for 12 months", lambda now: now.ends_on == date(2027, 12, 18)),
    "the terms": ("terms", softer, "One message a month.", lambda now: limits_of(now)["email"][1][-6:] == "month."),
}  # fmt: skip


@pytest.mark.parametrize("checked", [True, False])
@pytest.mark.parametrize("part", PROPOSED_ANEW)
def test_nobody_imposes_what_was_proposed_otherwise_since_they_read_it(sit, part, checked):
    """The proposal is returned, changed by its proposer, and proposed again: six months were read, twelve stand."""
    w = builders.world()
    restriction = builders.proposed(w)
    ref = restriction.reference
    where, change, shows, stands = PROPOSED_ANEW[part]
    rita = sit(builders.reviewer(w), "restrictions:decide", ref)
    sound(rita, "Decide a proposal")
    rita.get_by_label("Impose as proposed").check()
    rita.get_by_label("Your reasons").fill(TYPED)
    rita.get_by_label("What else you considered").fill("Less.")
    if checked:
        press(rita, "Check your decision")
        sound(rita, "Check before you impose")
    returned_to_olive(w, restriction)
    olive = sit(w.staff.officer, f"restrictions:{where}", ref)
    change(olive)
    olive.goto(reverse("restrictions:check", args=[ref]))
    press(olive, "Propose the restriction")
    press(rita, "Impose the restriction" if checked else "Check your decision")
    refused(rita, part, "Olive Officer proposed it on 18 December 2026")
    found = Restriction.objects.get()
    assert (found.state, found.decided_by) == (State.PROPOSED, None)
    assert not Letter.objects.filter(kind="restriction").exists()
    read_again(rita, "Decide a proposal", Your_reasons=TYPED)
    assert shows in text(rita) and rita.get_by_label("Impose as proposed").is_checked()
    press(rita, "Check your decision")
    press(rita, "Impose the restriction")
    found = Restriction.objects.get()
    assert found.state == State.IN_FORCE and found.decision_reasons == TYPED and stands(found)


def _less(page: Page, words: str) -> None:
    page.get_by_label("Why a restriction is needed").fill(words)


def _needs(page: Page, words: str) -> None:
    if page.get_by_role("button", name="Show what is about health").count():
        press(page, "Show what is about health")
        press(page, "Show what is about health")
        sound(page, "Needs and adjustments")
    page.get_by_label("How needs were taken into account").fill(words)


def _orders(page: Page, words: str) -> None:
    page.get_by_label("What must staff do?").fill(words)


PARTS: dict[str, tuple[Callable[[Page, str], None], str, Callable[[Restriction], str]]] = {
    "less": (_less, "Save reasons", lambda kept: kept.reasons),
    "needs": (_needs, "Save needs and adjustments", lambda kept: kept.needs_considered),
    "instructions": (_orders, "Save terms", lambda kept: "\n".join(kept.instructions)),
}


@pytest.mark.parametrize("part", PARTS)
def test_a_part_of_a_proposal_that_was_saved_in_two_tabs_shows_both(sit, part):
    """Only its proposer writes a proposal: on a phone at the door, and on the desk."""
    w = builders.world()
    restriction = builders.draft(w)
    fill, button, stored = PARTS[part]
    mine, theirs = (sit(w.staff.officer, f"restrictions:{part}", restriction.reference) for _ in range(2))
    fill(mine, "Ring first.")
    fill(theirs, "Never go in: “police” escort only.")
    press(theirs, button)
    press(mine, button)
    sound(mine, MEANWHILE)
    assert "Never go in: “police” escort only." in text(mine) and "Ring first." in text(mine)
    assert mine.get_by_label("Keep what was saved").is_checked()
    assert stored(Restriction.objects.get()) == "Never go in: “police” escort only."
    mine.get_by_label("Use mine").check()
    press(mine, "Save it")
    assert stored(Restriction.objects.get()) == "Ring first."


def limits_of(restriction: Restriction) -> dict[str, tuple[str, str]]:
    return {term.channel: (term.limit, term.words) for term in Term.objects.filter(restriction=restriction)}


def test_the_channels_of_a_proposal_that_were_saved_in_two_tabs_show_both(sit):
    w = builders.world()
    restriction = builders.draft(w)
    mine, theirs = (sit(w.staff.officer, "restrictions:terms", restriction.reference) for _ in range(2))
    sound(mine, "Terms")
    theirs.get_by_role("group", name="Telephone").get_by_label("No limit").check()
    theirs.get_by_role("group", name="E-mail").get_by_label("Not used").check()
    press(theirs, "Save the channels")
    mine.get_by_role("group", name="Letter").get_by_label("Limited").check()
    press(mine, "Save the channels")
    sound(mine, MEANWHILE)
    press(mine, "Save it")
    mine.get_by_label("Letters: what is the limit?").fill("One letter a month.")
    press(mine, "Save the limits")
    kept = limits_of(restriction)
    assert kept["phone"] == ("open", "") and kept["email"] == ("closed", "")
    assert kept["letter"] == ("limited", "One letter a month.")


def at_the_limits(page: Page) -> None:
    """From the channels, as they stand, to the page that asks what each limited one is limited to."""
    press(page, "Save the channels")
    sound(page, "What the limits are")


@pytest.mark.parametrize("mine_holds", [False, True])
def test_limits_typed_in_an_old_tab_do_not_undo_the_channels_that_were_saved_since(sit, mine_holds):
    """The second page of the terms shows no channel, and still saves all of them."""
    w = builders.world()
    restriction = builders.draft(w)
    mine, theirs = (sit(w.staff.officer, "restrictions:terms", restriction.reference) for _ in range(2))
    at_the_limits(mine)
    theirs.get_by_role("group", name="Telephone").get_by_label("Limited").check()
    theirs.get_by_role("group", name="Our visits to the home").get_by_label("Not used").check()
    at_the_limits(theirs)
    theirs.get_by_label("Telephone: what is the limit?").fill("One call a week.")
    press(theirs, "Save the limits")
    mine.get_by_label("E-mail: what is the limit?").fill("One message a month.")
    press(mine, "Save the limits")
    sound(mine, MEANWHILE)
    shown = text(mine)
    assert "One call a week." in shown and "Telephone" in shown
    assert limits_of(restriction)["email"][1] == "One message a week, on Mondays."
    if mine_holds:
        for choice in mine.get_by_label("Use mine").all():
            choice.check()
    press(mine, "Save it")
    kept = limits_of(restriction)
    assert kept["email"] == ("limited", "One message a month.")
    assert kept["phone"] == (("closed", "") if mine_holds else ("limited", "One call a week."))
    assert kept["visit"][0] == ("open" if mine_holds else "closed")


def test_closing_a_channel_in_an_old_tab_shows_the_limit_that_was_written_since(sit):
    w = builders.world()
    restriction = builders.draft(w)
    mine, theirs = (sit(w.staff.officer, "restrictions:terms", restriction.reference) for _ in range(2))
    at_the_limits(theirs)
    theirs.get_by_label("E-mail: what is the limit?").fill("Her carer writes: “always” answer her.")
    press(theirs, "Save the limits")
    mine.get_by_role("group", name="E-mail").get_by_label("Not used").check()
    press(mine, "Save the channels")
    sound(mine, MEANWHILE)
    assert limits_of(restriction)["email"][0] == "limited"
    press(mine, "Save it")
    assert mine.get_by_label("E-mail: what is the limit?").input_value() == "Her carer writes: “always” answer her."


# Restrictions: while they run


def varied_by(page: Page) -> None:
    """A review is decided: the phone may be used, within a limit."""
    page.get_by_label("Vary").check()
    page.locator('input[name="limit_0"][value="limited"]').check()
    page.locator('textarea[name="words_0"]').fill("Calls on Tuesdays.")
    page.get_by_label("How the terms were not kept, or how the behaviour continued").fill("Two calls.")
    page.get_by_label("Your reasons").fill("Less will do.")
    page.get_by_label("What else you considered").fill("Lifting it.")
    press(page, "Check your decision")
    press(page, "Decide the review")


@pytest.mark.parametrize("checked", [True, False])
def test_what_a_review_varied_is_not_lifted_as_it_was(sit, checked):
    w = builders.world()
    restriction = builders.imposed(w, at=NOON)
    builders.under_review(w, restriction, at=NOON)
    morgan = sit(w.staff.manager, "restrictions:lift", restriction.reference)
    morgan.get_by_label("Why is it lifted?").fill(TYPED)
    morgan.get_by_label("What you weighed").fill("The “log”.")
    if checked:
        press(morgan, "Check your decision")
        sound(morgan, "Check before you lift")
    varied_by(sit(builders.reviewer(w), "restrictions:review", restriction.reference))
    now = Restriction.objects.get(follows=restriction)
    press(morgan, "Lift the restriction" if checked else "Check your decision")
    refused(morgan, "whether it is in force", "Rita Reviewer varied it on 18 December 2026")
    assert Restriction.objects.get(pk=restriction.pk).state == State.VARIED
    assert Restriction.objects.get(pk=now.pk).state == State.IN_FORCE
    read_again(morgan, "Lift the restriction", **{"Why is it lifted?": TYPED, "What you weighed": "The “log”."})
    assert now.reference in text(morgan), "what goes on in its place"
    press(morgan, "Check your decision")
    press(morgan, "Lift the restriction")
    assert Restriction.objects.get(pk=now.pk).state == State.LIFTED


@pytest.mark.parametrize("what", ["what happened since", "its breaches"])
def test_no_review_is_decided_over_what_came_after_it_was_read(sit, what):
    w = builders.world()
    restriction = builders.imposed(w)
    incident = builders.log(w.provider, w.staff, w.resident, at=NOON, facts="Rang “nine” times.")
    builders.under_review(w, restriction, at=NOON)
    rita = sit(builders.reviewer(w), "restrictions:review", restriction.reference)
    rita.get_by_label("Lift").check()
    rita.get_by_label("Your reasons").fill(TYPED)
    rita.get_by_label("What else you considered").fill("The “log”.")
    press(rita, "Check your decision")
    sound(rita, "Check before you decide")
    if what == "its breaches":
        colin = sit(w.staff.colleague, "restrictions:log_breach", restriction.reference)
        colin.get_by_label(incident.reference).check()
        colin.get_by_label("Which term was not kept, and how?").fill("You rang, and calls are not used.")
        press(colin, "Log the breach")
        who, shows = "Colin Colleague logged a breach on 18 December 2026", "You rang, and calls are not used."
    else:
        builders.log(w.provider, w.staff, w.resident, at=NOON, facts="Spat at a “fitter”.")
        who, shows = "Olive Officer", "Spat at a “fitter”."
    press(rita, "Decide the review")
    refused(rita, what, who)
    assert Review.objects.get().state == Review.State.BEGUN
    assert Restriction.objects.get().state == State.IN_FORCE
    read_again(rita, f"Review of {restriction.reference}", Your_reasons=TYPED)
    assert shows in text(rita) and rita.get_by_label("Lift").is_checked()
    press(rita, "Check your decision")
    press(rita, "Decide the review")
    assert (Review.objects.get().outcome, Restriction.objects.get().state) == ("lift", State.LIFTED)


def test_no_breach_is_answered_before_a_further_one_is_read(sit, clock):
    clock.move_to(LATER, tick=True)
    w, restriction = running()
    breach(w, restriction)
    further = happens(w)
    morgan = sit(w.staff.manager, "restrictions:breaches", restriction.reference)
    sound(morgan, "Decide what follows a breach")
    morgan.get_by_label("Breach warning").check()
    morgan.get_by_label("What may follow if it happens again").fill("A “legal” warning.")
    morgan.get_by_label("Your reasons").fill(TYPED)
    press(morgan, "Check your decision")
    sound(morgan, "Check before you decide")
    colin = sit(w.staff.colleague, "restrictions:log_breach", restriction.reference)
    colin.get_by_label(further.reference).check()
    colin.get_by_label("Which term was not kept, and how?").fill("You came to the desk.")
    press(colin, "Log the breach")
    press(morgan, "Record your decision")
    refused(morgan, "the breaches", "Colin Colleague logged a breach on 27 January 2027")
    assert not BreachStep.objects.exists() and not Letter.objects.filter(kind="breach_warning").exists()
    read_again(morgan, "Decide what follows a breach", Your_reasons=TYPED)
    assert "You came to the desk." in text(morgan)
    press(morgan, "Check your decision")
    press(morgan, "Record your decision")
    assert BreachStep.objects.get().breaches.count() == 2


@pytest.mark.parametrize("checked", [True, False])
def test_a_contact_is_not_changed_over_another_change(sit, checked):
    w, restriction = with_contact()

    def chosen(page: Page, name: str, why: str) -> None:
        page.get_by_label("Who takes over?").select_option(label=name)
        page.get_by_label("From today, for good").check()
        page.get_by_label("Why", exact=True).fill(why)

    mona = factories.person(w.provider, *acts.change_contact(restriction).keys()[:1], name="Mona Manager")
    morgan = sit(mona, "restrictions:change_spoc", restriction.reference)
    chosen(morgan, "Olive Officer", TYPED)
    if checked:
        press(morgan, "Check the change")
    colin = sit(w.staff.colleague, "restrictions:change_spoc", restriction.reference)
    chosen(colin, "Terry Leader", "Colin moves to another team.")
    press(colin, "Check the change")
    press(colin, "Change the contact")
    press(morgan, "Change the contact" if checked else "Check the change")
    refused(
        morgan, "who is the single point of contact",
        "Colin Colleague changed the single point of contact on 18 December 2026",
    )  # fmt: skip
    assert Restriction.objects.get().contact_term().person.name == "Terry Leader"
    read_again(morgan, "Change the single point of contact", Why=TYPED)
    assert "It is Terry Leader now." in text(morgan)
    assert morgan.get_by_label("Who takes over?").input_value() == str(w.staff.officer.pk)
    press(morgan, "Check the change")
    press(morgan, "Change the contact")
    assert Restriction.objects.get().contact_term().person.name == "Olive Officer"


# Appeals


def appealed(clock) -> tuple[builders.World, Restriction, Appeal]:
    clock.move_to(appealing.soon(), tick=True)
    w, restriction = appealing.restricted()
    return w, restriction, appealing.lodge(w, restriction)


def decided(page: Page, outcome: str) -> None:
    page.get_by_label(outcome, exact=True).check()
    page.get_by_label("Your reasons").fill(TYPED)
    page.get_by_label("What you considered").fill("The “file”.")
    press(page, "Check your decision")


@pytest.mark.parametrize("checked", [True, False])
def test_no_appeal_is_upheld_against_what_was_lifted_since(sit, clock, checked):
    w, restriction, appeal = appealed(clock)
    morgan = sit(w.staff.manager, "appeals:decide", appeal.reference)
    sound(morgan, f"Decide the appeal {appeal.reference}")
    if checked:
        decided(morgan, "Uphold the appeal")
        sound(morgan, "Check before you decide the appeal")
    maxine = sit(w.staff.other_manager, "restrictions:lift", restriction.reference)
    maxine.get_by_label("Why is it lifted?").fill("He has apologised.")
    maxine.get_by_label("What you weighed").fill("Fair.")
    press(maxine, "Check your decision")
    press(maxine, "Lift the restriction")
    assert Restriction.objects.get().state == State.LIFTED
    if checked:
        press(morgan, "Uphold the appeal")
    else:
        decided(morgan, "Uphold the appeal")
    refused(
        morgan, "whether what the appeal is against still stands",
        "Maxine Manager lifted the restriction on 7 January 2027",
    )  # fmt: skip
    assert Appeal.objects.get().is_open and not Letter.objects.filter(kind="appeal_outcome").exists()
    read_again(morgan, f"Decide the appeal {appeal.reference}", Your_reasons=TYPED, What_you_considered="The “file”.")
    press(morgan, "Check your decision")
    press(morgan, "Uphold the appeal")
    assert Appeal.objects.get().state == Appeal.State.UPHELD


def test_no_appeal_is_withdrawn_that_was_decided_since(sit, clock):
    w, _, appeal = appealed(clock)
    olive = sit(w.staff.officer, "appeals:withdraw", appeal.reference)
    sound(olive, "Withdraw an appeal")
    olive.get_by_label("How did the resident withdraw it, and when?").fill(TYPED)
    morgan = sit(w.staff.manager, "appeals:decide", appeal.reference)
    decided(morgan, "Dismiss")
    press(morgan, "Dismiss the appeal")
    press(olive, "Withdraw the appeal")
    sound(olive, "Someone has already done this")
    assert f"Morgan Manager decided {appeal.reference} on 7 January 2027" in text(olive)
    assert TYPED in olive.locator("main").inner_text()
    found = Appeal.objects.get()
    assert (found.state, found.withdrawn_reason) == (Appeal.State.DISMISSED, "")


def receipt(page: Page, day: int) -> None:
    for box, number in (("Day", day), ("Month", 12), ("Year", 2026)):
        page.get_by_label(box).fill(str(number))
    press(page, "Save the day")


@pytest.mark.parametrize("mine", [False, True])
def test_two_days_on_which_a_letter_was_received_stand_side_by_side(sit, clock, mine):
    clock.move_to(noon(date(2026, 12, 23)), tick=True)
    w = told_by_letter()
    letter = builders.imposed(w).letter
    olive = sit(w.staff.officer, "appeals:received", letter.reference)
    colin = sit(w.staff.colleague, "appeals:received", letter.reference)
    receipt(colin, NEXT.day)
    receipt(olive, 22)
    sound(olive, MEANWHILE)
    shown = text(olive)
    assert "21 December 2026" in shown and "22 December 2026" in shown
    assert "Colin Colleague" in shown and "on 23 December 2026" in shown
    assert Arrival.objects.get().on == NEXT
    if mine:
        olive.get_by_label("Use mine").check()
    press(olive, "Save the day")
    assert Arrival.objects.get().on == (date(2026, 12, 22) if mine else NEXT)


# Cases and their letters


@pytest.fixture
def drafted():
    """A case with a warning letter that waits to be issued."""
    provider = factories.dover()
    staff = factories.staff(provider)
    resident = factories.resident(provider, staff.officer)
    builders.log(provider, staff, resident, at=NOON, warnings=2)
    case = Case.objects.get(resident=resident)
    content = warnings.Content(list(case.incidents.all()), "Speak calmly.")
    warning = warnings.draft_warning(case.pk, content, by=staff.officer, at=NOON)
    return builders.World(provider, staff, resident, case, NOON), warning.paper.reference


def rewritten(page: Page, words: str) -> None:
    page.get_by_label("What must change").fill(words)
    press(page, "Preview the letter")


def test_no_letter_is_issued_in_words_that_nobody_read(sit, drafted):
    w, ref = drafted
    terry = sit(w.staff.team_leader, "cases:warning", ref)
    sound(terry, "Check before you issue")
    terry.get_by_label("What else you considered").fill(TYPED)
    rewritten(sit(w.staff.colleague, "cases:warning_change", ref), "Write to us instead.")
    press(terry, "Issue this letter")
    refused(terry, "the words of the letter", "Colin Colleague wrote it anew on 18 December 2026")
    assert Letter.objects.get().state == Letter.State.DRAFT
    assert Case.objects.get().stage == Case.Stage.INITIAL_WARNING
    read_again(terry, "Check before you issue", What_else_you_considered=TYPED)
    assert "Write to us instead." in text(terry) and "Speak calmly." not in text(terry)
    press(terry, "Issue this letter")
    assert Letter.objects.get().state == Letter.State.ISSUED
    assert Letter.objects.get().facts["expected"] == "Write to us instead."


@pytest.mark.parametrize("mine", [False, True])
def test_a_draft_that_two_wrote_anew_shows_both(sit, drafted, mine):
    w, ref = drafted
    olive, colin = (sit(who, "cases:warning_change", ref) for who in (w.staff.officer, w.staff.colleague))
    rewritten(colin, "Write to us instead.")
    olive.get_by_label("Help that you can offer").fill("A “translator”.")
    rewritten(olive, "Ring on Mondays.")
    sound(olive, MEANWHILE)
    shown = text(olive)
    assert "Write to us instead." in shown and "Ring on Mondays." in shown
    assert "Colin Colleague wrote it anew on 18 December 2026" in shown
    assert Letter.objects.get().facts["expected"] == "Write to us instead."
    if mine:
        olive.get_by_label("Use mine").check()
    press(olive, "Save the letter")
    facts = Letter.objects.get().facts
    assert facts["expected"] == ("Ring on Mondays." if mine else "Write to us instead.")
    assert facts["support"] == "A “translator”."


def test_no_case_is_closed_over_a_letter_that_was_drafted_since(sit, drafted):
    w, ref = drafted
    warnings.withdraw_warning(
        w.case.warnings.get(letter__reference=ref).pk, reasons="Not yet.", by=w.staff.officer, at=NOON
    )
    olive = sit(w.staff.officer, "cases:close", w.case.reference)
    olive.get_by_label("Why is the case closed?").fill(TYPED)
    colin = sit(w.staff.colleague, "cases:warn", w.case.reference)
    colin.get_by_label(w.case.incidents.get().reference).check()
    rewritten(colin, "Speak calmly.")
    press(olive, "Close the case")
    refused(olive, "the warning letters that were never issued", "Colin Colleague")
    assert Case.objects.get().stage == Case.Stage.INITIAL_WARNING
    assert Letter.objects.filter(state=Letter.State.DRAFT).count() == 1
    read_again(olive, "Close the case", **{"Why is the case closed?": TYPED})
    press(olive, "Close the case")
    assert Case.objects.get().stage == Case.Stage.CLOSED
    assert not Letter.objects.filter(state=Letter.State.DRAFT).exists()


def test_no_case_goes_on_to_a_letter_twice(sit):
    """What the policy leaves open is settled by one; the other's reasons are not lost, and settle nothing more."""
    provider = factories.dover()
    staff = factories.staff(provider)
    resident = factories.resident(provider, staff.officer)
    for _ in range(2):
        builders.log(provider, staff, resident, at=NOON, warnings=1)
    case = Case.objects.get(resident=resident)
    terry, morgan = (sit(who, "cases:settle", case.reference) for who in (staff.team_leader, staff.manager))
    for page, words in ((terry, TYPED), (morgan, "Twice in a day.")):
        page.get_by_label("Your reasons").fill(words)
    press(morgan, "Decide that it goes on")
    press(terry, "Decide that it goes on")
    sound(terry, CHANGED)
    assert "Morgan Manager" in text(terry) and "on 18 December 2026" in text(terry)
    assert Case.objects.get().threshold_settled_by == staff.manager
    read_again(terry, "Decide whether it goes on to a warning letter", Your_reasons=TYPED)
    assert Decision.objects.filter(what="case.threshold_settled").count() == 1

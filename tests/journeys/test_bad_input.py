"""What is wrong is said beside its field and in the summary, and nothing that was typed is lost."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from appeals.models import Appeal
from audit.models import Event
from cases.models import Case, Draft, Incident
from design import dates
from letters.models import Letter
from people.models import Resident, Session
from restrictions.models import Restriction
from tests import factories
from tests.journeys import checks, history, steps
from tests.journeys.conftest import Desk, Sit, sign_in, wait_for
from tests.restrictions.builders import World

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def refused(at: Desk, message: str, *, field: str) -> None:
    """The page says what is wrong: in its title, in the summary, which has the focus, and beside the field."""
    at.page.locator(".govuk-error-summary:focus").wait_for()
    assert at.page.title().startswith("Error: "), at.page.title()
    link = at.page.locator(".govuk-error-summary__list a", has_text=message)
    assert link.count() == 1, at.text()[:3000]
    beside = at.page.locator(".govuk-error-message", has_text=message)
    assert beside.count() == 1
    link.click()
    focused = at.page.evaluate("document.activeElement.name || document.activeElement.id")
    assert field in focused, f"the link leads to {focused}, not to {field}"


# Dates and lengths


def test_an_incident_cannot_lie_in_the_future(desk: Sit, council, staff: factories.Staff, resident: Resident):
    at, tomorrow = desk(staff.officer), timezone.localdate() + timedelta(days=1)
    steps.write_incident(at, resident, facts="He shouted.", on=tomorrow, words_used="You oaf").press("Save incident")
    refused(at, "When it happened must be today or in the past", field="happened_on")
    assert at.page.get_by_label("What happened", exact=True).input_value() == "He shouted."
    assert at.page.get_by_label("Words used, exactly").input_value() == "You oaf"
    assert at.page.locator("[name=happened_on_year]").input_value() == str(tomorrow.year)
    assert not Incident.objects.exists()


def test_thirteen_months_are_too_many(desk: Sit, council, staff: factories.Staff, resident: Resident):
    past = history.warned(council, staff, resident)
    at = desk(staff.officer)
    restriction = steps.start_proposal(at, past.ref)
    steps.write_length(at, restriction, 13)
    refused(at, "clause 6.16", field="months")
    assert at.page.get_by_label("How many months does it last?").input_value() == "13"
    at.fill("How many months does it last?", "12").press("Save length")
    assert Restriction.objects.get(reference=restriction).months == 12

    # Nor can the decider make it so.
    other = history.proposed(past_of(council, staff, "Una Other"))
    leader = desk(staff.team_leader).go(f"/restrictions/{other.reference}/decide/")
    leader.answer("What do you decide?", "Impose with changes").fill("Length in months", "13")
    leader.fill("Your reasons", "A year is too short.").fill("What else you considered", "Six months.")
    leader.press("Check your decision")
    refused(leader, "clause 6.16", field="months")
    assert leader.page.get_by_label("Your reasons").input_value() == "A year is too short."
    assert Restriction.objects.get(pk=other.pk).state == Restriction.State.PROPOSED


def past_of(council, staff: factories.Staff, name: str) -> World:
    """Somebody else's case, ready for a proposal."""
    return history.warned(council, staff, factories.resident(council, staff.officer, name))


def test_an_appeal_cannot_be_older_than_the_decision_nor_end_before_it(
    desk: Sit, council, staff: factories.Staff, resident: Resident
):
    past = history.restricted(council, staff, resident, at=history.ago(days=6))
    assert past.restriction is not None and past.restriction.decided_on is not None
    decided = past.restriction.decided_on
    at = desk(staff.officer).go(f"/cases/{past.ref}/appeals/against/{past.restriction.reference}/")
    at.answer("Who appeals?", "The resident").answer("How did it come?", "Post")
    at.date("When was it received?", decided - timedelta(days=1)).fill("What do they say?", "It was not me.")
    at.press("Check the appeal")
    refused(at, dates.day(decided), field="received_on")
    assert at.page.get_by_label("What do they say?").input_value() == "It was not me."
    assert not Appeal.objects.exists()
    at.date("When was it received?", decided + timedelta(days=3)).press("Check the appeal").press("Lodge the appeal")

    # An end before the start: the appeal may shorten the restriction, but not to before today.
    manager = desk(staff.manager).go(f"/appeals/{Appeal.objects.get().reference}/decide/")
    manager.answer("What do you decide?", "Vary").date("Last day in force", decided - timedelta(days=1))
    manager.fill("Your reasons", "Shorter will do.").fill("What you considered", "The file.")
    manager.press("Check your decision")
    refused(manager, "ast day", field="ends_on")
    assert manager.page.get_by_label("Your reasons").input_value() == "Shorter will do."
    assert Appeal.objects.get().is_open


# Files and text


@pytest.mark.parametrize(
    ("name", "body", "says"),
    [
        ("tape.mp3", b"ID3" + bytes(40 * 1024 * 1024), "25 MB or smaller"),
        ("letter.pdf", b"MZ\x90\x00" + bytes(4096), "is a programme, not the file its name says"),
    ],
    ids=["40 MB", "a programme named .pdf"],
)
def test_a_file_that_may_not_come_in(
    desk: Sit, council, staff: factories.Staff, resident: Resident, tmp_path: Path, name: str, body: bytes, says: str
):
    (tmp_path / name).write_bytes(body)
    at = desk(staff.officer)
    steps.write_incident(at, resident, facts="He shouted, and I have it on tape.").unfold("Add more now")
    at.page.locator("input[type=file]").set_input_files(tmp_path / name)
    at.press("Save incident")
    refused(at, says, field="evidence")
    assert at.page.get_by_label("What happened", exact=True).input_value() == "He shouted, and I have it on tape."
    assert not Incident.objects.exists()


def long_words(count: int) -> str:
    """So many characters of several scripts, with emoji, right-to-left marks, and numbered English words to count."""
    made, number = "", 0
    while len(made) < count:
        number += 1
        made += f"part{number} شتم 😡👋🏽 \u200fעברית\u200e café {{% x %}} <b>&amp;\n"
    return made[: count - 1].rstrip() + "." * (count - len(made[: count - 1].rstrip()))


def test_ten_thousand_characters_of_any_script(desk: Sit, council, staff: factories.Staff, resident: Resident):
    words = long_words(10_000)
    at = desk(staff.officer)
    logged = steps.log_incident(at, resident, facts=words)
    assert Incident.objects.get(reference=logged).facts == words
    at.go(f"/incidents/{logged}/")
    shown = at.page.locator("main").inner_text()
    assert "".join(words.split()) in "".join(shown.split())

    # One more is too many, and all of it is still there.
    steps.write_incident(at, resident, facts=words + "!").press("Save incident")
    refused(at, "must be 10000 characters or fewer. It has 10001", field="facts")
    assert at.page.get_by_label("What happened", exact=True).input_value() == words + "!"

    # And in a letter, where they are the decider's reasons.
    restriction = history.proposed(past_of(council, staff, "Una Other"))
    leader = desk(staff.team_leader)
    steps.check_imposing(leader, restriction.reference, reasons=words, considered="Mediation.", not_done="")
    leader.press("Impose the restriction").says("Restriction imposed")
    assert Restriction.objects.get(pk=restriction.pk).decision_reasons == words
    case = Case.objects.get(pk=restriction.case_id).reference
    assert Letter.objects.get(kind="restriction", case_ref=case).facts["reasons"] == words
    paper = checks.paper("restriction", case)
    wanted = re.findall(r"part\d+", words)
    assert [part for part in re.findall(r"part\d+", paper) if part in wanted] == wanted
    checks.holds(paper, "café {% x %} <b>&amp;")
    assert "עברית" in paper or "תירבע" in paper


# Twice, and at once


def on_the_check_page(at: Desk, restriction: Restriction) -> Desk:
    """Somebody who has chosen to impose, and is about to press."""
    return steps.check_imposing(
        at, restriction.reference, reasons="It has to stop.", considered="Mediation.", not_done=""
    )


def imposed_once(restriction: Restriction) -> None:
    """One decision, one letter, one entry."""
    events = Event.objects.filter(verb="restriction.imposed", subject_ref=restriction.reference)
    assert events.count() == 1
    assert Letter.objects.filter(kind="restriction", case_ref=events.get().case_ref).count() == 1


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_a_double_click_on_impose(desk: Sit, council, staff: factories.Staff, resident: Resident, scripts: bool):
    restriction = history.proposed(history.warned(council, staff, resident))
    at = on_the_check_page(desk(staff.team_leader, scripts=scripts), restriction)
    at.page.get_by_role("button", name="Impose the restriction").dblclick(delay=10)
    # The second press ends what the first had begun to load, which is no error: only where it arrives counts.
    expect(at.page).to_have_url(re.compile("/imposed/$"))
    at.look().says("Restriction imposed", restriction.reference)
    imposed_once(restriction)


def test_two_posts_of_impose_at_the_same_moment(desk: Sit, council, staff: factories.Staff, resident: Resident):
    restriction = history.proposed(history.warned(council, staff, resident))
    at = on_the_check_page(desk(staff.team_leader), restriction)
    answers = at.page.evaluate(
        """() => {
            const button = document.querySelector("button[name=do][value=do]"), form = button.form;
            const body = () => new URLSearchParams(new FormData(form, button));
            const send = () => fetch(form.action, {method: "POST", body: body()});
            return Promise.all([send(), send()]).then(all => all.map(one => [one.status, one.url]));
        }"""
    )
    assert [(status, url.rpartition("/restrictions/")[2]) for status, url in answers] == [
        (200, f"{restriction.reference}/imposed/")
    ] * 2
    imposed_once(restriction)


def test_two_team_leaders_decide_at_once(desk: Sit, council, staff: factories.Staff, resident: Resident):
    second = factories.working_as(council, "team leader", name="Tina Second")
    restriction = history.proposed(history.warned(council, staff, resident))
    desks = {user.name: on_the_check_page(desk(user), restriction) for user in (staff.team_leader, second)}
    for at in desks.values():
        at.page.evaluate(
            "() => void setTimeout(() => document.querySelector('button[name=do][value=do]').click(), 300)"
        )
    for at in desks.values():
        expect(at.page).not_to_have_title(re.compile("^Check before"), timeout=15_000)
    imposed_once(restriction)
    row = Restriction.objects.select_related("decided_by").get(pk=restriction.pk)
    assert row.decided_by is not None and row.decided_at is not None
    desks.pop(row.decided_by.name).look().says("Restriction imposed")
    (loser,) = desks.values()
    loser.look().says(f"{row.decided_by.name} imposed {row.reference} on {dates.moment(row.decided_at)}.")
    loser.says("Nothing was changed").follow("Back to the restriction").says(row.reference)


# A session that runs out


def write_long_report(at: Desk, resident: Resident) -> str:
    """Half of a long report, saved by itself; then the session ends, and the rest is typed."""
    steps.write_incident(at, resident, facts="He shouted at me.", words_used="You oaf")
    at.page.get_by_text("Draft saved").first.wait_for()
    wait_for(lambda: Draft.objects.filter(data__facts=["He shouted at me."]).exists(), "the draft to save itself")
    Session.objects.all().delete()
    return at.path


REST = "He shouted at me. Then he came to the desk and shouted again, and I could not get away. 😢 \u200fעברית"


def test_a_session_that_expires_in_a_long_report_costs_nothing(
    desk: Sit, council, staff: factories.Staff, resident: Resident
):
    at = desk(staff.officer, through_the_page=True)
    address = write_long_report(at, resident)
    at.fill("What happened", REST)
    at.page.get_by_text("Not saved since").first.wait_for()
    at.press("Save incident").says("You were signed out. Your draft is saved")
    sign_in(at, staff.officer).says("What you had typed is below.")
    assert at.path.partition("#")[0].partition("?")[0] == address.partition("#")[0].partition("?")[0]
    assert at.page.get_by_label("What happened", exact=True).input_value() == REST
    assert at.page.get_by_label("Words used, exactly").input_value() == "You oaf"
    at.press("Save incident").says("Incident saved")
    assert Incident.objects.get().facts == REST


def test_what_was_typed_is_not_shown_to_the_next_at_that_browser(
    desk: Sit, council, staff: factories.Staff, resident: Resident
):
    at = desk(staff.officer, through_the_page=True)
    write_long_report(at, resident)
    at.fill("What happened", REST).press("Save incident")
    sign_in(at, staff.colleague).does_not_say("shouted", "You oaf", "What you had typed")
    at.go("/").does_not_say("shouted").follow("Log an incident").does_not_say("You were signed out")
    assert at.page.get_by_label("What happened", exact=True).input_value() == ""
    # Its author has what had saved itself.
    at.press("Sign out").go("/")
    sign_in(at, staff.officer).go("/").says("My drafts")
    assert not Incident.objects.exists()

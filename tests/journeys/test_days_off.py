"""An administrator closes the office for a while, and takes a day of it back; a resident's time to appeal follows.

`PICTURES=<folder> ./run test tests/journeys/test_days_off.py` leaves a picture of every page to look at.
"""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from deadlines.models import Deadline
from deadlines.services import calendar_for
from design import dates
from people.models import Resident
from tests import factories
from tests.journeys import history
from tests.journeys.conftest import Desk, Sit

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WHY = "The councillors decided to open after all."


def picture(at: Desk, name: str) -> Desk:
    if folder := os.environ.get("PICTURES"):
        at.page.screenshot(path=Path(folder) / f"{name}-{at.page.viewport_size['width']}.png", full_page=True)
    return at


@pytest.mark.parametrize(
    ("phone", "scripts"),
    [pytest.param(False, True, marks=pytest.mark.soak), (True, False)],
    ids=["desk", "phone without scripts"],
)
def test_the_office_is_closed_for_a_while(
    desk: Sit, council, staff: factories.Staff, resident: Resident, phone: bool, scripts: bool
):
    past = history.restricted(council, staff, resident, at=history.ago(days=1))
    calendar = calendar_for(council)
    first = calendar.next_working_day(timezone.localdate() + timedelta(days=3))
    last = calendar.next_working_day(first + timedelta(days=4))
    window = Deadline.objects.get(kind="appeal.window", case_ref=past.ref)
    was = window.due_on
    assert was is not None
    now = calendar.add_working_days(was, calendar.working_days_between(first - timedelta(days=1), last))

    office = desk(staff.administrator, phone=phone, scripts=scripts).go("/office/").follow("Days off", exact=True)
    picture(office, "table-empty").says("Nothing has been corrected").follow("Add a day off or a closure")
    office.date("Day off", first).date("Last day of the closure", last).press("Check what moves")
    picture(office, "add-wrong").says("There is a problem", "Enter what the day or the closure is called")
    office.fill("What is it called?", "Offices closed").press("Check what moves")
    office.says("Check before you add", "1 date moves", dates.day_weekday(was), dates.day_weekday(now), past.ref)
    picture(office, "check").unfold("Why this date").says("Offices closed").does_not_say(resident.name)
    office.press("Change something").press("Check what moves").press("Add the closure")
    picture(office, "added").says("Added to the days off", "1 date moved", dates.day_weekday(now), "Ada Office")
    assert Deadline.objects.get(pk=window.pk).due_on == now

    officer = desk(staff.officer, phone=phone, scripts=scripts).go(f"/cases/{past.ref}/timeline/")
    officer.says(
        f"A date moved from {dates.day(was)} to {dates.day(now)} because the days off changed", "Day off added"
    )

    office.go(f"/office/days-off/{first.isoformat()}/remove/").fill("Why is it not a day off?", "")
    office.press("Remove the day off").says("Enter why it is not a day off", "1 date moves")
    picture(office, "remove").fill("Why is it not a day off?", WHY).press("Remove the day off")
    picture(office, "removed").says("Removed from the days off", WHY)
    moved_back = Deadline.objects.get(pk=window.pk).due_on
    assert moved_back is not None and was < moved_back < now
    # The letter of the restriction gave a day, so a bank holiday that is none after all does not cut the time short.
    holiday = next(day for day in sorted(calendar.holidays) if first <= day and day.weekday() < 5)
    office.go(f"/office/days-off/{holiday.isoformat()}/remove/").says("When you remove:")
    picture(office, "remove-told").go("/office/days-off/").says("Removed: Offices closed", "Added: Offices closed")
    picture(office, "table")

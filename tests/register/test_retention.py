"""How long an entry stands and its words are kept: by the policy's own periods, else by decision."""

from datetime import date, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from audit import services as audit
from audit.models import Decision, Event, EventText
from deadlines import services as deadlines
from deadlines.models import Deadline
from people import services as people
from people.access import NotPermitted
from policies import loader, periods
from policies.calendars import Calendar
from policies.periods import Period
from policies.rules import RuleBroken
from register.models import ERASED, Entry
from register.services import erasing, retention, with_restriction
from tests import factories, invented
from tests.factories import NOON
from tests.pressing import press
from tests.register.builders import Incident, change, enter, keep, remove
from tests.restrictions.builders import noon
from worklist.services import sweeping

pytestmark = pytest.mark.django_db
TODAY = date(2026, 12, 18)
ENGLAND = Calendar.of("england", 2020, 2035)


@pytest.fixture(autouse=True)
def at_noon(time_machine):
    time_machine.move_to(NOON, tick=False)
    return time_machine


def house(name, *, text=""):
    """A provider on an invented policy, with its staff, a resident, and an incident of theirs on record."""
    provider = invented.running_on_text(text or invented.TEXTS[name], slug=name)
    staff = factories.staff(provider)
    resident = factories.resident(provider, staff.officer)
    audit.record("incident.logged", subject=Incident("I-000001", provider, resident), by=staff.officer, at=NOON)
    return provider, staff, resident


def entered(name, key, *, text="", by=None, **more):
    provider, staff, resident = house(name, text=text)
    said = {
        "register_key": key, "risks": ["violence"], "source": "incident:I-000001", "arrangement": [], "ends_on": None,
        "reason": "He pushed a colleague over.",
    }  # fmt: skip
    return staff, enter(provider, by or staff.manager, resident, **said | more)


def due(entry):
    return Deadline.objects.open().filter(about=f"entry:{entry.reference}", kind="register.review").first()


# by the policy's clocks


def test_the_policy_says_when_an_entry_is_looked_at_and_when_it_must_go():
    """Highmoor 5.6: every six months from the entry, of violence two years; both explained as other dates are."""
    staff, entry = entered("highmoor", "safety")
    assert (entry.review_on, entry.ends_on) == (date(2027, 6, 18), date(2028, 12, 18))
    waiting = due(entry)
    assert waiting.due_on == date(2027, 6, 18) and waiting.reckoning["clause"] == "5.6"
    client = Client()
    client.force_login(staff.manager)
    page = client.get(reverse("register:entry", args=[entry.reference])).content.decode()
    assert "Why this day to look again" in page and "Why this last day" in page and "5.6" in page
    assert "Safety List" in page
    assert "Removed: the risk is past (clause 5.6)." in page


@pytest.mark.parametrize(
    ("risks", "ends_on", "looked_at_on"),
    [
        (["violence"], date(2028, 12, 18), date(2027, 6, 18)),
        (["animal"], None, date(2027, 6, 18)),
        (["violence", "animal"], None, date(2027, 6, 18)),
        ([], None, date(2027, 6, 18)),
    ],
)
def test_an_order_that_still_protects_somebody_is_not_taken_away_by_the_clock(risks, ends_on, looked_at_on):
    """Of animals Highmoor sets no time, so an entry of both ends by decision alone."""
    _, entry = entered("highmoor", "safety", risks=risks)
    assert (entry.ends_on, entry.review_on) == (ends_on, looked_at_on)


def test_by_the_first_time_that_ends_somebody_has_looked():
    text = invented.TEXTS["highmoor"].replace('"2 years from entry [5.6]"', '"20 months from entry [5.6]"')
    staff, entry = entered("highmoor", "safety", text=text, risks=["violence", "animal"])
    at = noon(date(2028, 7, 1))
    keep(entry, staff.manager, "The dog is there still.", at=at)
    assert Entry.objects.get().review_on == date(2028, 8, 18), "not in December: then violence is too old"


def test_keeping_sets_the_next_look_by_the_same_clock():
    staff, entry = entered("highmoor", "safety")
    at = noon(date(2027, 6, 20))
    keep(entry, staff.manager, "He threatened again in May.", at=at)
    entry = Entry.objects.get()
    assert entry.review_on == due(entry).due_on == date(2027, 12, 18), (
        "counted from the entry, the first after the look"
    )
    assert Decision.objects.get(what="register.kept").clause == "5.6"


def test_a_person_may_look_sooner_than_the_policy_wants_and_not_later():
    _, sooner = entered("highmoor", "safety", review_on=date(2027, 3, 1))
    assert sooner.review_on == date(2027, 3, 1) and due(sooner).reckoning is None
    keep(sooner, sooner.entered_by, "So.", review_on=date(2030, 3, 1))
    assert Entry.objects.get().review_on == date(2027, 6, 18)


def test_where_the_policy_is_silent_a_person_says_when_and_the_screen_says_so():
    """Dover says neither when an entry is looked at, nor when it goes, nor how long it is kept."""
    provider = factories.dover()
    staff = factories.staff(provider)
    resident = factories.resident(provider, staff.officer)
    audit.record("incident.logged", subject=Incident("I-000001", provider, resident), by=staff.officer, at=NOON)
    with pytest.raises(RuleBroken, match="when the entry will be looked at again"):
        enter(provider, staff.team_leader, resident, source="incident:I-000001", reason="So.", ends_on=None)
    entry = enter(
        provider, staff.team_leader, resident, source="incident:I-000001", reason="So.", ends_on=None,
        review_on=date(2027, 3, 1),
    )  # fmt: skip
    assert (entry.ends_on, due(entry).reckoning) == (None, None)
    client = Client()
    client.force_login(staff.team_leader)
    page = client.get(reverse("register:entry", args=[entry.reference])).content.decode()
    for gap in (
        "looked at again, the policy does not say",
        "is removed, the policy does not say",
        "How long the record",
    ):
        assert gap in page
    remove(entry, staff.team_leader, "The risk has passed.")
    assert Entry.objects.get().words_until is None
    sweeping.sweep(date(2046, 12, 18), at=noon(date(2046, 12, 18)))
    assert Entry.objects.get().instructions, "nothing is erased under a policy that does not say when"


def test_the_form_asks_for_a_day_only_where_the_policy_sets_none():
    _, staff, resident = house("highmoor")
    client = Client()
    client.force_login(staff.manager)
    page = client.get(reverse("register:add_resident", args=[resident.reference])).content.decode()
    assert "When will the entry be looked at again?" not in page and "every 6 months" in page
    assert "Which register?" not in page, "the list of arrangements is entered with a restriction alone"
    tenancy = factories.running_on("tenancy-enforcement-procedure", slug="tenancy-enforcement-procedure")
    theirs = factories.staff(tenancy)
    other = factories.resident(tenancy, theirs.officer, "Robin Other")
    client.force_login(theirs.team_leader)
    page = client.get(reverse("register:add_resident", args=[other.reference])).content.decode()
    assert "Which register?" in page
    assert [name in page for name in ("Warning markers", "SAW IT", "System alerts")] == [True] * 3
    assert "Not needed for the Warning markers" in page


def test_an_entry_on_the_chosen_register_of_several_keeps_what_was_typed_over_an_error():
    tenancy = factories.running_on("tenancy-enforcement-procedure", slug="tenancy-enforcement-procedure")
    staff = factories.staff(tenancy)
    resident = factories.resident(tenancy, staff.officer)
    audit.record("incident.logged", subject=Incident("I-000001", tenancy, resident), by=staff.officer, at=NOON)
    client = Client()
    client.force_login(staff.team_leader)
    address = reverse("register:add_resident", args=[resident.reference])
    risk = tenancy.policy_version_on(TODAY).policy.register("saw_it").risks[0]
    typed = {
        "register_key": "saw_it", "incident": "I-000001", "risks": [risk], "instructions": "Visit in pairs.",
        "ring": "01632 960001", "shared": "yes", "told": "no", "not_told_reason": "He would come at once.",
        "look_again_on_day": "1", "look_again_on_month": "3", "look_again_on_year": "2027", "reason": "A shove.",
    }  # fmt: skip
    wrong = press(client, address, typed).content.decode()
    assert "Enter when the entry will be looked at again" in wrong
    for text in ("I-000001", "Visit in pairs.", "01632 960001", "He would come at once.", "A shove."):
        assert text in wrong
    day = {"review_on_day": "1", "review_on_month": "3", "review_on_year": "2027"}
    elsewhere = press(client, address, typed | day | {"risks": ["restrictions"]}).content.decode()
    assert "Select risks that the SAW IT lists" in elsewhere and "He would come at once." in elsewhere
    assert press(client, address, typed | day).status_code == 302
    assert (Entry.objects.get().register_key, Entry.objects.get().register_name) == ("saw_it", "SAW IT")
    own = typed | {"register_key": "warning_markers"}
    assert press(client, address, own).status_code == 302, "there the policy says when: every six months"
    assert Entry.objects.get(register_key="warning_markers").review_on == date(2027, 6, 18)


# who decides on a register


def test_whom_the_policy_names_decides_on_the_entries_of_a_register():
    """Loughside 8.1: people are put on the Visit Alert List by the Head of Housing."""
    provider, staff, resident = house("loughside")
    head = factories.person(provider, "head", name="Hugh Head")
    said = {
        "register_key": "visit_alert", "risks": ["violence"], "source": "incident:I-000001", "arrangement": [],
        "ends_on": None, "reason": "A shove.",
    }  # fmt: skip
    area = factories.person(provider, "area", name="Alma Area")
    with pytest.raises(NotPermitted, match=r"lets a Head of Housing enter somebody on the Visit Alert List; .* can"):
        enter(provider, area, resident, **said)
    client = Client()
    client.force_login(area)
    refused = client.get(reverse("register:add_resident", args=[resident.reference]))
    assert refused.status_code == 403 and "Hugh Head" in refused.content.decode(), "it says who can"
    entry = enter(provider, head, resident, **said)
    assert (due(entry).owner, due(entry).for_roles) == (None, ["head"])
    assert entry.ends_on == date(2028, 12, 18), "taken off after two years at the latest (8.2)"
    with pytest.raises(NotPermitted, match="Head of Housing"):
        remove(entry, area, "It has passed.")


# what the clock does


def test_the_sweep_asks_for_the_look_and_removes_with_the_clause_when_the_time_is_over():
    staff, entry = entered("highmoor", "safety")
    sweeping.sweep(date(2027, 6, 18), at=noon(date(2027, 6, 18)))
    assert due(entry).reminders.filter(user=staff.manager, kind="due_today").exists()
    last = date(2028, 12, 18)
    assert Entry.objects.in_force(last).exists() and not Entry.objects.in_force(last + timedelta(days=1)).exists()
    assert sweeping.sweep(last, at=noon(last)).done["tidied"] == 0
    after = last + timedelta(days=1)
    assert sweeping.sweep(after, at=noon(after)).done["tidied"] == 1
    removal = Event.objects.get(verb="register.removed")
    assert (removal.facts["clause"], removal.by_ref) == ("5.6", "")
    assert "2 years" in removal.words.body["why"] and Entry.objects.get().removed_on == after


def test_the_words_of_a_removed_entry_go_when_the_policy_has_kept_them_long_enough():
    """Highmoor 5.7: at most six months from the removal; in the entry and in the trail."""
    staff, entry = entered("highmoor", "safety", told=False, not_told_reason="He would come.",
                           look_again_on=date(2027, 2, 1))  # fmt: skip
    change(entry, staff.manager, "A third person.", instructions=["Three of you."])
    remove(entry, staff.manager, "He has moved to his sister.")
    last = date(2027, 6, 18)
    assert Entry.objects.get().words_until == last
    assert sweeping.sweep(last, at=noon(last)).done["erased"] == 0
    assert not erasing.erase(entry.pk, at=noon(last)), "its last day counts"
    after = last + timedelta(days=1)
    assert sweeping.sweep(after, at=noon(after)).done["erased"] == 1
    gone = Entry.objects.get()
    assert (gone.resident, gone.instructions, gone.risks, gone.source) == (None, [], [], "")
    assert (gone.removal_reason, gone.not_told_reason, gone.erased_on) == (ERASED, "", after)
    assert (gone.reference, gone.register_name, gone.entered_on, gone.removed_on) == (
        entry.reference, "Safety List", TODAY, TODAY,
    )  # fmt: skip
    spoken = EventText.objects.filter(event__subject_kind="entry", event__subject_ref=entry.reference)
    assert spoken.exists() and not spoken.filter(body__isnull=False).exists()
    assert "violence" not in str([event.facts for event in Event.objects.filter(subject_ref=entry.reference)])
    erased = Event.objects.get(verb="register.erased")
    assert (erased.facts["clause"], erased.facts["words_until"]) == ("5.7", "2027-06-18")
    assert sweeping.sweep(after, at=noon(after)).done["erased"] == 0, "safe twice"


def test_nothing_is_erased_while_an_appeal_of_the_resident_is_decided():
    staff, entry = entered("highmoor", "safety")
    remove(entry, staff.manager, "It has passed.")
    appeal = factories.about("appeal:A-000001", entry.provider, entry.resident)
    deadlines.set("appeal.decide", appeal, at=NOON)
    after = noon(date(2027, 7, 1))
    assert not erasing.erase(entry.pk, at=after) and Entry.objects.get().instructions
    deadlines.meet("appeal.decide", appeal, at=after)
    assert erasing.erase(entry.pk, at=after) and not erasing.erase(entry.pk, at=after)


# after the end of a restriction

LONGER = invented.TEXTS["highmoor"].replace(
    "[register.arrangements]", '[register.arrangements.keep]\nall = "3 months from end [7.5]"\n[register.arrangements]'
).replace('risks = "restrictions [7.5]"', 'risks = "violence [7.5]"')  # fmt: skip


@pytest.mark.parametrize(("set_aside", "stays"), [(False, True), (True, False)])
def test_an_entry_stays_after_the_end_of_its_restriction_where_the_policy_says_for_how_long(set_aside, stays):
    """Its orders alone, by itself, and not where the restriction was set aside on appeal."""
    staff, entry = entered("highmoor", "arrangements", text=LONGER, source="restriction:X-000001", risks=["violence"],
                           arrangement=["One call a week."], ends_on=date(2027, 6, 18))  # fmt: skip
    at = noon(date(2027, 2, 1))
    with_restriction.remove("restriction:X-000001", by=staff.manager, at=at, reason="Lifted.", set_aside=set_aside)
    entry = Entry.objects.get()
    assert (entry.removed_on is None) is stays
    if stays:
        assert (entry.ends_on, entry.source, entry.arrangement) == (date(2027, 5, 1), "after:X-000001", [])
        assert entry.instructions and not entry.stands_with
        assert Event.objects.get(verb="register.stays_on").facts["clause"] == "7.5"
        remove(entry, staff.manager, "The risk is past.", at=at)


def test_without_such_a_time_it_goes_with_the_restriction():
    staff, _ = entered("highmoor", "arrangements", source="restriction:X-000001", arrangement=["One call a week."],
                       risks=["restrictions"], instructions=[], ends_on=date(2027, 6, 18))  # fmt: skip
    with_restriction.remove("restriction:X-000001", by=staff.manager, at=NOON, reason="Lifted.")
    assert Entry.objects.get().removed_on == TODAY


# always


@given(entered_on=st.dates(date(2020, 1, 1), date(2029, 12, 31)), months=st.integers(0, 40))
def test_the_next_look_is_always_after_the_last_and_a_whole_number_of_half_years_from_the_entry(entered_on, months):
    policy = loader.read(invented.TEXTS["highmoor"])

    version = SimpleNamespace(policy=policy)
    kept = periods.add(Period(months, "months"), entered_on) if months else None
    found = retention.next_look(version, "safety", entered_on=entered_on, kept_on=kept, calendar=ENGLAND)
    times = [periods.add(Period(6 * n, "months"), entered_on) for n in range(1, 12)]
    assert found.due == next(day for day in times if day > (kept or entered_on))


def test_the_list_asks_the_database_as_often_for_thirty_as_for_one():
    provider = factories.dover()
    staff = factories.staff(provider)
    client = Client()
    client.force_login(staff.team_leader)

    def count():
        client.get(reverse("register:entries"))  # the first look of a quarter of an hour is written
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert client.get(reverse("register:entries")).status_code == 200
        return len(asked)

    def add(number):
        enter(provider, staff.team_leader, place=f"{number} Long Row", source="", reason="Roof.", arrangement=[],
              ends_on=None, review_on=date(2027, 3, 1), instructions=[f"Order {number}"])  # fmt: skip

    add(0)
    client.get(reverse("register:entries"))
    few = count()
    for number in range(1, 30):
        add(number)
    assert count() == few


def test_the_days_are_those_of_the_policy_that_the_entry_was_made_under(at_noon):
    """A version adopted later changes nothing of it: it keeps its register's name and clocks."""
    staff, entry = entered("highmoor", "safety")
    text = invented.TEXTS["highmoor"].replace('"Safety List"', '"Care List"').replace(
        'review = "every 6 months from entry [5.6]"', 'review = "every 3 months from entry [5.6]"'
    ).replace("effective = 2026-05-01", "effective = 2027-01-01")  # fmt: skip
    later = datetime(2027, 1, 4, 12, tzinfo=NOON.tzinfo)
    people.adopt_policy(entry.provider, text=text, local="", by_name="Chair", at=later)
    keep(entry, staff.manager, "Still so.", at=later)
    entry = Entry.objects.get()
    assert (entry.register_name, entry.review_on) == ("Safety List", date(2027, 6, 18))

"""Every clock that runs in a case is counted anew when the case moves, and nothing that was told becomes worse."""

from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.models import Decision, Event
from cases.models import Case
from deadlines import kinds
from deadlines.models import Deadline
from decisions.services import Said
from letters.models import Letter
from office import services
from office.services import telling, touched
from office.services.recounting import Move, Stay
from people import services as people
from policies.reckoning import Reckoning
from policies.rules import RuleBroken
from restrictions.services import breaches
from tests import factories, quick
from tests.factories import NOON
from tests.five import NORTHAMPTON
from tests.office.versions import LOCAL, adopted, newer
from tests.restrictions import builders
from tests.restrictions.builders import noon
from tests.restrictions.test_spoc import with_contact

TODAY = NOON.date()
WINDOW = '"20 working days from decision [6.34]"'
BY = 'by = "manager [6.35]"'
SENT = 'sent = "post [6.15]"\nwithin = "7 working days from decision [6.15]"'
RECORD = 'record = ["The appeal and its decision [6.36]"]'
CONTACTS = (RECORD, f'{RECORD}\n\n[always_accept]\nlist = ["repair: new repairs [6.12]"]')
WHY = "The newer policy is fairer to him."


@pytest.fixture
def world(office):
    """The office's provider with a case that was warned."""
    resident = factories.resident(office.provider, office.staff.officer)
    case = builders.warned_case(office.provider, office.staff, resident, at=NOON)
    return builders.World(office.provider, office.staff, resident, case, NOON)


def due(kind: str) -> Deadline:
    return Deadline.objects.open().get(kind=kind)


def newer_of(provider, *changes: tuple[str, str], effective="2026-12-01"):
    """A version of the policy on which a provider runs, with words changed, each of which must stand in it."""
    held = provider.policy_versions.get()
    text = held.text.replace("effective = 2026-09-01", f"effective = {effective}")
    for was, now in changes:
        assert was in text, was
        text = text.replace(was, now)
    return people.adopt_policy(provider, text=text, local=held.local_text, by_name="Head of Housing", at=NOON)


def read(case, version, on=TODAY):
    case = Case.objects.select_related("provider", "resident__provider", "policy_version").get(pk=case.pk)
    found = touched.one(case, version, on=on)
    return found, telling.read(found, version, on=on)


def move(world, version, at=NOON):
    return services.move_case(world.case.pk, Said(WHY), to=version.pk, by=world.staff.manager, at=at)


def told() -> list[Letter]:
    return list(Letter.objects.filter(kind=telling.KIND))


# The time to appeal


@pytest.mark.parametrize(
    ("now", "until", "letter"),
    [("30 working days", date(2027, 2, 3), 1), ("10 working days", date(2027, 1, 20), 0)],
)
def test_the_time_to_appeal_may_grow_and_never_shrinks(office, world, now, until, letter):
    builders.imposed(world, months=12)
    assert due("appeal.window").due_on == date(2027, 1, 20)
    version = adopted(office, newer((WINDOW, f'"{now} from decision [6.34]"')))
    found, tells = read(world.case, version)
    assert bool(found.moves) is bool(letter) and bool(found.stays) is not bool(letter)
    assert bool(tells.facts) is bool(letter)
    move(world, version)
    window = due("appeal.window")
    assert window.due_on == until and len(told()) == letter
    if letter:
        assert window.reckoning["told_on"] == "2027-02-03"
        (appeal,) = told()[0].facts["appeals"]
        assert (appeal["was_until"], appeal["until"], appeal["new"]) == ("2027-01-20", "2027-02-03", False)
        shift = Event.objects.get(verb="deadline.followed_policy")
        assert (shift.facts["was"], shift.facts["now"]) == ("2027-01-20", "2027-02-03")
    else:
        assert Decision.objects.get(what="case.policy_moved").event.words.body["not_done"] == telling.NOTHING_CHANGES
        (stay,) = found.stays
        assert (stay.was, stay.would_be) == (date(2027, 1, 20), date(2027, 1, 6))


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=quick.examples(15, 1_000), deadline=None
)
@given(count=st.integers(1, 60), unit=st.sampled_from(["working days", "calendar days", "weeks", "months"]))
def test_whatever_the_newer_window_the_letter_s_day_is_the_earliest(office, world, count, unit):
    with transaction.atomic():
        builders.imposed(world, months=12)
        version = adopted(office, newer((WINDOW, f'"{count} {unit} from decision [6.34]"')))
        move(world, version)
        assert due("appeal.window").due_on >= date(2027, 1, 20)
        assert bool(told()) is (due("appeal.window").due_on > date(2027, 1, 20))
        transaction.set_rollback(True)


def test_who_decides_an_appeal_is_told_while_the_time_runs(office, world):
    builders.imposed(world, months=12)
    version = adopted(office, newer((BY, 'by = "unsaid: nobody is named [6.35]"')))
    found, tells = read(world.case, version)
    assert tells.facts and "decided by Manager, now nobody named" in " ".join(tells.changes)
    later = date(2027, 1, 21)
    assert read(world.case, version, on=later)[1].facts, "nobody has closed it"
    Deadline.objects.filter(kind="appeal.window").update(state="cancelled", ended_at=NOON)
    assert read(world.case, version, on=later)[1].facts is None


def test_a_right_that_a_letter_gave_keeps_the_case_where_it_is(office, world):
    builders.imposed(world, months=12)
    version = adopted(office, newer(('covers = "restriction [6.34]"', 'covers = "review [6.34]"')))
    with pytest.raises(RuleBroken, match="can still appeal against X-\\d+ until 20 January 2027"):
        move(world, version)
    Deadline.objects.filter(kind="appeal.window").update(state="cancelled", ended_at=NOON)
    move(world, version, at=noon(date(2027, 1, 21)))
    assert not told()


def test_a_new_right_to_appeal_is_set_and_told(office, world):
    builders.imposed(world, months=12)
    Deadline.objects.filter(kind="appeal.window").update(state="cancelled", ended_at=NOON)
    version = adopted(office, newer(('covers = "restriction [6.34]"', 'covers = "any decision [6.34]"')))
    found, tells = read(world.case, version)
    reference = Letter.objects.get(kind="warning").reference
    (one,) = [each for each in found.moves if each.kind == "appeal.window"]
    assert one.decided.trail.about == f"warning:{reference}" and one.was is None
    move(world, version)
    window = due("appeal.window")
    assert window.about == f"warning:{reference}" and window.due_on == one.now
    (letter,) = told()
    assert letter.facts["appeals"][0]["new"] is True and reference in letter.facts["appeals"][0]["against"]


# Other things that were told


def test_what_is_always_accepted_as_well_is_told_and_what_was_stays(office, world):
    builders.imposed(world, months=12)
    _, tells = read(world.case, adopted(office, newer(CONTACTS)))
    words = [one["words"] for one in tells.facts["always_accepted"]]
    before = Letter.objects.get(kind="restriction").facts["always_accepted"]
    assert words[: len(before)] == [one["words"] for one in before] and "new repairs" in words[-1]


def test_a_sooner_review_is_told_and_its_day_stays_told(office, world):
    builders.imposed(world, months=12)
    version = adopted(office, local=LOCAL.replace('"every 6 months from start"', '"every 3 months from start"'))
    move(world, version)
    (letter,) = told()
    (review,) = letter.facts["reviews"]
    assert (review["was_on"], review["now_on"], review["at_end"]) == ("2027-06-18", "2027-03-18", False)
    assert letter.state == Letter.State.ISSUED and letter.issued_by == world.staff.manager
    assert letter.facts["frame"]["policy_version"] == version.pk
    assert due("review.interval").reckoning["told_on"] == "2027-03-18"
    assert Decision.objects.get(what="case.policy_moved").event.facts["letter_tells"] == [
        "The next review: on 18 June 2027, now on 18 March 2027"
    ]


def test_a_review_that_was_left_out_is_not_brought_back_by_the_move(office, world):
    restriction = builders.imposed(world, months=12)
    type(restriction).objects.filter(pk=restriction.pk).update(no_review_reason="A colleague was hurt.")
    Deadline.objects.filter(kind="review.interval").update(state="cancelled", ended_at=NOON)
    version = adopted(office, local=LOCAL.replace('"every 6 months from start"', '"every 3 months from start"'))
    assert not read(world.case, version)[0].moves


def test_where_nothing_was_told_there_is_no_letter_and_it_says_so(office):
    resident = factories.resident(office.provider, office.staff.officer, name="Second")
    builders.log(office.provider, office.staff, resident, at=NOON)
    case = Case.objects.get(resident=resident)
    Case.objects.filter(pk=case.pk).update(policy_version=office.provider.policy_versions.get())
    _, tells = read(case, adopted(office, newer(CONTACTS)))
    assert tells.facts is None


# Checks of a single point of contact


@pytest.mark.parametrize(
    ("every", "on", "expected"),
    [
        ("every 1 months", TODAY, date(2027, 1, 18)),
        ("every 6 months", TODAY, date(2027, 6, 18)),
        ("every 1 months", date(2027, 3, 1), date(2027, 4, 1)),
    ],
)
def test_the_check_of_a_contact_follows_the_newer_clock_and_is_nobodys_delay(db, every, on, expected):
    w, restriction = with_contact()
    version = newer_of(w.provider, ("every 3 months: or sooner where necessary [s6 recommended]", f"{every} [s6 must]"))
    found, tells = read(w.case, version, on=on)
    (one,) = found.moves
    assert (one.kind, one.was, one.now) == (kinds.SPOC_QUALITY_REVIEW, date(2027, 3, 18), expected)
    assert tells.facts is None, "no letter told of the check"
    move(w, version, at=noon(on))
    check = due(kinds.SPOC_QUALITY_REVIEW)
    assert (check.due_on, check.owner) == (expected, w.staff.team_leader)


def test_a_check_that_is_asked_for_no_more_ends_and_one_that_is_new_begins(db):
    w, restriction = with_contact()
    lines = 'quality_review = "every 3 months: or sooner where necessary [s6 recommended]"\n'
    gone = newer_of(w.provider, (lines, ""))
    move(w, gone)
    assert not Deadline.objects.open().filter(kind=kinds.SPOC_QUALITY_REVIEW).exists()
    shift = Event.objects.get(verb="deadline.followed_policy", facts__deadline=kinds.SPOC_QUALITY_REVIEW)
    assert (shift.facts["was"], shift.facts["now"]) == ("2027-03-18", None)
    text = gone.text.replace("effective = 2026-12-01", "effective = 2026-12-10")
    text = text.replace("quality_review_by", lines + "quality_review_by")
    again = people.adopt_policy(w.provider, text=text, by_name="Head of Housing", at=NOON)
    move(w, again)
    assert due(kinds.SPOC_QUALITY_REVIEW).due_on == date(2027, 3, 18)


# Letters that wait to go


@pytest.mark.parametrize(
    ("days", "on", "expected"),
    [
        ("2 working days", TODAY, date(2026, 12, 22)),
        ("2 working days", date(2026, 12, 29), date(2026, 12, 29)),
        ("9 working days", TODAY, date(2026, 12, 31)),
    ],
)
def test_a_letter_goes_out_sooner_and_never_later(office, world, days, on, expected):
    sent = ('sent = "post, email: where possible [6.15]"', SENT)
    before = adopted(office, newer(sent, effective="2026-11-30"))
    Case.objects.filter(pk=world.case.pk).update(policy_version=before)
    world.case = Case.objects.get(pk=world.case.pk)
    restriction = builders.imposed(world, months=12)
    waits = Deadline.objects.open().get(kind=kinds.LETTER_SEND, about=f"letter:{restriction.letter.reference}")
    assert waits.due_on == date(2026, 12, 31)
    version = adopted(office, newer((sent[0], sent[1].replace("7 working days", days))))
    move(world, version, at=noon(on))
    assert Deadline.objects.open().get(pk=waits.pk).due_on == expected


# Who decides what waits


def test_who_decides_on_a_breach_follows(db):
    w, restriction = with_contact(NORTHAMPTON)
    incident = builders.log(w.provider, w.staff, w.resident, at=NOON + timedelta(days=1))
    breaches.log_breach(
        restriction.pk, by=w.staff.officer, at=noon(TODAY + timedelta(days=1)), incident_id=incident.pk, words="Rang."
    )
    version = newer_of(w.provider, ('by = "team_leader or manager [section 5]"\nif', 'by = "manager [section 5]"\nif'))
    found, _ = read(w.case, version, on=TODAY + timedelta(days=1))
    (one,) = [each for each in found.deciders if each.deadline.kind == "breach.answer"]
    assert one.keys == ["manager"]
    move(w, version, at=noon(TODAY + timedelta(days=1)))
    assert due("breach.answer").for_roles == ["manager"]


DUE, LATER = date(2027, 1, 20), date(2027, 2, 3)
DATED, OPEN = Reckoning("appeal.window", due=LATER), Reckoning("appeal.window")


@pytest.mark.parametrize(
    ("was", "reckoning", "words"),
    [
        (DUE, DATED, "20 January 2027, would be 3 February 2027"),
        (DUE, OPEN, "20 January 2027, would be left open"),
        (DUE, None, "20 January 2027, would be asked for no more"),
        (None, DATED, "none was set, would be on 3 February 2027"),
        (None, OPEN, "none was set, would be left open"),
    ],
)
def test_what_moves_says_from_when_to_when(was, reckoning, words):
    assert Move("appeal.window", "Time to appeal", was, reckoning).words == words


@pytest.mark.parametrize(
    ("was", "would_be", "words"),
    [
        (LATER, DUE, "3 February 2027, and stays. By that policy it would be 20 January 2027, which is no better"),
        (LATER, None, "3 February 2027, and stays. That policy sets no such day, which is no better"),
        (None, DUE, "left open, and stays. By that policy it would be 20 January 2027, which is no better"),
    ],
)
def test_what_stays_says_why(was, would_be, words):
    assert Stay("Time to appeal", was, would_be).words == f"{words} for the resident than what was set."

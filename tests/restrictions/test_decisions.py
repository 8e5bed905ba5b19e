"""Imposing: all that must change together, who may, which days."""

from datetime import date, datetime, timedelta

import pytest
from django_fsm import TransitionNotAllowed

from audit.models import Decision, Event
from cases.models import Case
from deadlines.models import Deadline
from decisions.services import Said
from letters.models import Letter
from people import access
from people import services as people
from people.access import NotPermitted
from people.models import Need
from policies.rules import RuleBroken
from register.models import Entry
from restrictions.dates import Changes
from restrictions.limits import NewTerm
from restrictions.models import Restriction
from restrictions.services import imposing, proposing
from restrictions.services.parts.part import NotReady
from restrictions.services.parts.terms import Instructions, save_instructions
from tests import factories
from tests.factories import NOON
from tests.restrictions import builders
from tests.restrictions.builders import noon

pytestmark = pytest.mark.django_db
State = Restriction.State


@pytest.fixture
def w():
    return builders.world()


def fresh(restriction):
    return Restriction.objects.get(pk=restriction.pk)


def open_kinds(restriction):
    return sorted(
        Deadline.objects.open().filter(about=f"restriction:{restriction.reference}").values_list("kind", flat=True)
    )


def test_impose_changes_everything_at_once(w):
    """Stage (6.13), register (6.30), letter (6.15), appeal window (6.34), reviews (6.18, local rule), decision."""
    restriction = builders.proposed(w, months=12)
    imposing.impose(
        restriction.pk,
        Said("It is needed.", considered="Writing only.", not_done="The police were not told."),
        by=w.staff.team_leader,
        at=NOON,
    )
    restriction = fresh(restriction)
    assert (restriction.state, restriction.decided_by) == (State.IN_FORCE, w.staff.team_leader)
    assert (restriction.decided_on, restriction.starts_on, restriction.ends_on) == (
        date(2026, 12, 18), date(2026, 12, 18), date(2027, 12, 18),
    )  # fmt: skip
    assert Case.objects.get(pk=w.case.pk).stage == Case.Stage.CONTACT_RESTRICTION
    entry = Entry.objects.get()
    assert entry.source == f"restriction:{restriction.reference}"
    assert (entry.instructions, entry.risks, entry.ends_on) == (builders.ORDERS, builders.RISKS, restriction.ends_on)
    assert entry.arrangement == ["Telephone: Not used.", "E-mail: One message a week, on Mondays."]
    letter = Letter.objects.get(kind="restriction")
    assert (restriction.letter, letter.state) == (letter, Letter.State.ISSUED)
    assert (letter.facts["starts_on"], letter.facts["ends_on"]) == ("2026-12-18", "2027-12-18")
    assert letter.facts["appeal"]["until"] == "2027-01-20"
    due = {d.kind: d.due_on for d in Deadline.objects.open().filter(about=f"restriction:{restriction.reference}")}
    assert due == {
        "appeal.window": date(2027, 1, 20),
        "review.interval": date(2027, 6, 18),
        "review.at_end": date(2027, 12, 20),
        "restriction.end": date(2027, 12, 18),
    }
    assert Deadline.objects.get(kind="restriction.decide").state == Deadline.State.MET
    decision = Decision.objects.select_related("event__words").get(what="restriction.imposed")
    assert (decision.source, decision.clause, decision.outcome) == ("policy", "6.14", "imposed as proposed")
    assert decision.event.words.body == {
        "reasons": "It is needed.", "considered": "Writing only.", "not_done": "The police were not told.",
    }  # fmt: skip


def test_every_date_of_an_imposition_explains_itself(w):
    restriction = builders.imposed(w, months=12)
    stored = Deadline.objects.filter(about=f"restriction:{restriction.reference}", reckoning__isnull=False)
    assert {d.kind: d.reckoning["clause"] for d in stored if d.kind != "review.interval"} == {
        "appeal.window": "6.34", "review.at_end": "6.18", "restriction.end": "6.16",
    }  # fmt: skip
    assert stored.get(kind="review.interval").reckoning["source"] == "local"


def test_nothing_is_left_behind_when_one_part_fails(w, monkeypatch):
    """One transaction: a letter that cannot be made leaves no restriction, entry, stage or deadline."""
    restriction = builders.proposed(w)

    def broken(*args, **kwargs):
        raise RuntimeError("the letter could not be made")

    monkeypatch.setattr("letters.services.request", broken)
    with pytest.raises(RuntimeError):
        imposing.impose(restriction.pk, Said("It is needed.", considered="Fair."), by=w.staff.team_leader, at=NOON)
    assert fresh(restriction).state == State.PROPOSED
    assert Case.objects.get(pk=w.case.pk).stage == Case.Stage.WRITTEN_WARNING
    assert not Entry.objects.exists()
    assert open_kinds(restriction) == ["restriction.decide"]
    assert not Decision.objects.filter(what="restriction.imposed").exists()


def test_impose_needs_reasons(w):
    restriction = builders.proposed(w)
    with pytest.raises(RuleBroken, match="Enter your reasons"):
        imposing.impose(restriction.pk, Said(" ", considered="Fair."), by=w.staff.team_leader, at=NOON)


@pytest.mark.parametrize("who", ["officer", "colleague", "front_line", "contractor", "dpo", "administrator", "manager"])
def test_only_those_whom_the_policy_names_impose(w, who):
    """Dover 6.14: Senior Officers, Line Managers and Team Leaders; a Manager is not among them."""
    restriction = builders.proposed(w)
    with pytest.raises(NotPermitted, match=r"Clause 6.14 lets .*Terry Leader can\."):
        imposing.impose(restriction.pk, Said("x", considered="Fair."), by=getattr(w.staff, who), at=NOON)
    assert fresh(restriction).state == State.PROPOSED


def test_another_providers_team_leader_cannot_impose(w):
    restriction = builders.proposed(w)
    stranger = factories.staff(factories.dover("elsewhere"))
    with pytest.raises(NotPermitted):
        imposing.impose(restriction.pk, Said("x", considered="Fair."), by=stranger.team_leader, at=NOON)


def test_a_proposer_never_decides(w):
    """F12, and who can instead."""
    other = builders.reviewer(w)
    restriction = builders.proposed(w, by=w.staff.team_leader)
    with pytest.raises(NotPermitted) as refused:
        imposing.impose(restriction.pk, Said("x", considered="Fair."), by=w.staff.team_leader, at=NOON)
    assert str(refused.value) == (f"You proposed this, so somebody else decides (Evenhand's rule). {other.name} can.")


def test_somebody_affected_never_decides(w):
    """F12; where nobody is left, it says so."""
    builders.log(w.provider, w.staff, w.resident, at=NOON - timedelta(days=3), affected=(w.staff.team_leader,))
    restriction = builders.proposed(w)
    with pytest.raises(NotPermitted, match=r"were affected .* Nobody at Dover can at present"):
        imposing.impose(restriction.pk, Said("x", considered="Fair."), by=w.staff.team_leader, at=NOON)


def test_a_draft_cannot_be_imposed(w):
    restriction = builders.draft(w)
    with pytest.raises(TransitionNotAllowed):
        imposing.impose(restriction.pk, Said("x", considered="Fair."), by=w.staff.team_leader, at=NOON)


def test_imposed_twice_is_refused(w):
    restriction = builders.imposed(w)
    with pytest.raises(TransitionNotAllowed):
        imposing.impose(restriction.pk, Said("x", considered="Fair."), by=builders.reviewer(w), at=NOON)
    assert Letter.objects.filter(kind="restriction").count() == 1


def test_impose_with_changes_keeps_what_was_proposed_in_the_trail(w):
    restriction = builders.proposed(w, months=12)
    imposing.impose(
        restriction.pk,
        Said("Half is enough.", considered="Fair."),
        by=w.staff.team_leader,
        at=NOON,
        changes=Changes(months=6, terms=builders.OTHER_TERMS, instructions=["Go in pairs."]),
    )
    restriction = fresh(restriction)
    assert (restriction.months, restriction.ends_on) == (6, date(2027, 6, 18))
    assert [term.channel for term in restriction.terms.all()] == ["phone"]
    decision = Decision.objects.select_related("event").get(what="restriction.imposed")
    assert decision.outcome == "imposed with changes"
    assert decision.event.facts["changed"]["months"] == {"proposed": 12, "imposed": 6}
    assert decision.event.facts["changed"]["terms"]["proposed"][0] == "Telephone: Not used."
    assert Entry.objects.get().instructions == ["Go in pairs."]


@pytest.mark.parametrize(
    "changes",
    [
        Changes(months=13),
        Changes(months=5),
        Changes(terms=[NewTerm(way, "closed") for way in ("phone", "email", "letter", "office")]),
        Changes(instructions=["  "]),
    ],
)
def test_changes_obey_the_same_rules(w, changes):
    restriction = builders.proposed(w)
    with pytest.raises(RuleBroken):
        imposing.impose(restriction.pk, Said("x", considered="Fair."), by=w.staff.team_leader, at=NOON, changes=changes)
    restriction = fresh(restriction)
    assert (restriction.state, restriction.months, restriction.terms.count()) == (State.PROPOSED, 6, 3)


def test_needs_told_after_the_proposal_stop_the_imposition(w):
    restriction = builders.proposed(w)
    people.record_need(w.resident.pk, kind=Need.Kind.NEED, words="Deaf", about_health=True, by=w.staff.officer, at=NOON)
    with pytest.raises(NotReady, match="have changed since"):
        imposing.impose(restriction.pk, Said("x", considered="Fair."), by=w.staff.team_leader, at=NOON)


def test_a_resident_who_is_not_told_is_not_told_in_the_letter(w):
    """Dover 6.33: and the day to look again is set."""
    restriction = builders.draft(w)
    save_instructions(
        restriction.pk,
        Instructions(
            orders=builders.ORDERS,
            risks=builders.RISKS,
            share_with_contractors=True,
            tell_resident=False,
            not_told_reason="It would make it worse",
            look_again_on=date(2027, 3, 1),
        ),
        by=w.staff.officer,
        at=NOON,
    )
    proposing.propose(restriction.pk, by=w.staff.officer, at=NOON)
    imposing.impose(restriction.pk, Said("x", considered="Fair."), by=w.staff.team_leader, at=NOON)
    assert Letter.objects.get(kind="restriction").facts["register"] is None
    entry = Entry.objects.get()
    assert (entry.resident_told, entry.look_again_on, entry.shared_with_contractors) == (False, date(2027, 3, 1), True)
    assert Deadline.objects.open().get(kind="register.look_again").due_on == date(2027, 3, 1)


@pytest.mark.parametrize(
    ("decided", "months", "last_day", "review", "told_late"),
    [
        (date(2026, 12, 18), 6, date(2027, 6, 18), date(2027, 6, 18), False),  # a Friday
        (date(2026, 8, 28), 6, date(2027, 2, 28), date(2027, 3, 1), True),  # a Sunday
        (date(2026, 9, 30), 6, date(2027, 3, 30), date(2027, 3, 30), False),
        (date(2026, 8, 31), 6, date(2027, 2, 28), date(2027, 3, 1), True),  # clamped, and a Sunday
        (
            date(2026, 6, 26),
            6,
            date(2026, 12, 26),
            date(2026, 12, 29),
            True,
        ),  # Boxing Day, its substitute on the Monday
        (date(2027, 2, 28), 12, date(2028, 2, 28), date(2028, 2, 28), False),
    ],
)
def test_days_at_boundaries(decided, months, last_day, review, told_late):
    """6.18 and 6.21: a review that lands on a day off is held on the next working day, and the resident is told."""
    w = builders.world(at=noon(decided))
    restriction = builders.imposed(w, months=months)
    assert restriction.ends_on == last_day
    found = Deadline.objects.open().get(about=f"restriction:{restriction.reference}", kind="review.at_end")
    assert found.due_on == review
    assert Letter.objects.filter(kind="late_review_notice").exists() is told_late
    assert Event.objects.filter(verb="restriction.late_review_told").exists() is told_late
    if told_late:
        facts = Letter.objects.get(kind="late_review_notice").facts
        assert (facts["due_on"], facts["review_on"]) == (last_day.isoformat(), review.isoformat())


def test_the_day_of_a_decision_is_londons():
    """An instant after midnight in summer time is the next day in London though UTC still has the one before."""
    late = datetime.fromisoformat("2026-07-14T23:30:00+00:00")
    w = builders.world(at=late)
    restriction = builders.imposed(w, months=6)
    assert (restriction.decided_on, restriction.ends_on) == (date(2026, 7, 15), date(2027, 1, 15))
    winter = datetime.fromisoformat("2026-12-14T23:30:00+00:00")
    other = factories.resident(w.provider, w.staff.officer, "Winter Resident")
    case = builders.warned_case(w.provider, w.staff, other, at=winter)
    in_winter = builders.imposed(builders.World(w.provider, w.staff, other, case, winter))
    assert in_winter.decided_on == date(2026, 12, 14)


def test_a_role_that_was_taken_away_no_longer_decides(w):
    restriction = builders.proposed(w)
    role = w.provider.roles.get(key="senior_officer")
    for held in list(w.staff.team_leader.roles):
        access.revoke(held, w.staff.team_leader, by=None, at=NOON)
    with pytest.raises(NotPermitted):
        imposing.impose(restriction.pk, Said("x", considered="Fair."), by=w.staff.team_leader, at=NOON)
    access.grant(role, w.staff.team_leader, by=None, at=NOON)
    imposing.impose(restriction.pk, Said("x", considered="Fair."), by=w.staff.team_leader, at=NOON)

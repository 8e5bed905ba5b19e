"""Entering, changing, keeping and removing; telling; looking up."""

from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django_fsm import TransitionNotAllowed

from audit import services as audit
from audit.models import Decision, Event
from deadlines.models import Deadline
from letters.models import Notice
from people import services as people
from people.access import NotPermitted
from policies.rules import RuleBroken
from register.models import Consideration, Entry, Lookup, Receipt
from register.services import finding, lookups, removing, with_restriction, withholding
from tests import factories
from tests.factories import NOON
from tests.register.builders import Incident, change, enter, keep, remove, share, withhold

WHO = ["officer", "colleague", "team_leader", "manager", "other_manager", "front_line", "contractor", "dpo"] + [
    "administrator"
]


def verbs(ref):
    return list(Event.objects.filter(subject_ref=ref).order_by("pk").values_list("verb", flat=True))


# entering


def test_entering_is_a_named_decision_under_the_policys_clause(entry, staff):
    decision = Decision.objects.get(what="register.entered")
    assert (decision.clause, decision.source, decision.event.by_ref) == ("6.30", "policy", staff.team_leader.reference)
    assert decision.event.subject_ref == entry.reference
    assert decision.event.facts["source"] == "restriction:X-000004"
    assert entry.entered_on == date(2026, 12, 18)


@pytest.mark.parametrize("who", WHO)
def test_only_who_decides_may_enter(provider, staff, resident, who):
    may = who in ("team_leader", "manager", "other_manager")
    audit.record("incident.logged", subject=Incident("I-000009", provider, resident), by=staff.officer, at=NOON)
    by_itself = {"source": "incident:I-000009", "reason": "A knife was shown."}
    if may:
        assert enter(provider, getattr(staff, who), resident, **by_itself).pk
    else:
        with pytest.raises(NotPermitted, match="Maxine Manager, Morgan Manager or Terry Leader can"):
            enter(provider, getattr(staff, who), resident, **by_itself)
        assert not Entry.objects.exists() and not Consideration.objects.exists()


def test_a_decider_of_another_provider_may_not_enter(provider, resident):
    other = factories.staff(factories.dover("elsewhere"))
    with pytest.raises(NotPermitted):
        enter(provider, other.manager, place="1 Roof Row", source="", reason="Roof.", ends_on=date(2026, 12, 20))


def test_nobody_is_entered_without_an_incident_or_a_restriction(provider, staff, resident):
    with pytest.raises(RuleBroken) as broken:
        enter(provider, staff.team_leader, resident, source="", reason="He is said to be difficult.")
    assert (broken.value.field, broken.value.rule.source) == ("incident", "evenhand")


def test_the_incident_must_be_on_record_at_this_provider(provider, staff, resident):
    elsewhere = factories.dover("elsewhere")
    audit.record("incident.logged", subject=Incident("I-000009", elsewhere, resident), by=staff.officer, at=NOON)
    wanted = {"source": "incident:I-000009", "reason": "A knife was shown."}
    with pytest.raises(RuleBroken, match="No incident I-000009 is on record"):
        enter(provider, staff.team_leader, resident, **wanted)
    audit.record("incident.logged", subject=Incident("I-000009", provider, resident), by=staff.officer, at=NOON)
    assert enter(provider, staff.team_leader, resident, **wanted).source == "incident:I-000009"


def test_an_incident_of_somebody_elses_behaviour_marks_nobody(provider, staff, resident):
    neighbour = factories.resident(provider, staff.officer, name="Noor Neighbour")
    for trail in (Incident("I-000009", provider, neighbour), Incident("I-000009", provider)):
        audit.record("incident.logged", subject=trail, by=staff.officer, at=NOON)
    with pytest.raises(RuleBroken, match="does not record behaviour of this resident") as broken:
        enter(provider, staff.team_leader, resident, source="incident:I-000009", reason="A knife was shown.")
    assert broken.value.field == "incident"
    assert enter(provider, staff.team_leader, neighbour, source="incident:I-000009", reason="A knife was shown.").pk


def test_an_entry_from_an_incident_needs_reasons_of_its_own(provider, staff, resident):
    audit.record("incident.logged", subject=Incident("I-000009", provider, resident), by=staff.officer, at=NOON)
    with pytest.raises(RuleBroken) as broken:
        enter(provider, staff.team_leader, resident, source="incident:I-000009", reason="  ")
    assert broken.value.field == "reason"


def test_an_entry_of_nobody_and_nowhere_is_refused(provider, staff):
    with pytest.raises(RuleBroken) as broken:
        enter(provider, staff.team_leader)
    assert broken.value.field == "place"


def test_a_resident_of_another_provider_cannot_be_entered(provider, staff):
    elsewhere = factories.dover("elsewhere")
    stranger = factories.resident(elsewhere, factories.staff(elsewhere).officer)
    with pytest.raises(RuleBroken):
        enter(provider, staff.team_leader, stranger)


@pytest.mark.parametrize(
    ("dates", "field"),
    [
        ({"ends_on": None, "review_on": None}, "review_on"),
        ({"ends_on": None, "review_on": date(2026, 12, 18)}, "review_on"),
        ({"ends_on": date(2026, 12, 17)}, "ends_on"),
    ],
)
def test_every_entry_ends_or_is_looked_at_again(provider, staff, resident, dates, field):
    with pytest.raises(RuleBroken) as broken:
        enter(provider, staff.team_leader, resident, **dates)
    assert broken.value.field == field


def test_an_entry_without_orders_is_refused(provider, staff, resident):
    with pytest.raises(RuleBroken) as broken:
        enter(provider, staff.team_leader, resident, instructions=["", "  "])
    assert broken.value.field == "instructions"


def test_one_entry_a_source(provider, staff, resident, entry):
    with pytest.raises(IntegrityError), transaction.atomic():
        enter(provider, staff.team_leader, resident)


def test_an_entry_without_a_case_is_looked_at_again(dog, staff):
    waiting = Deadline.objects.get(kind="register.review")
    assert (waiting.about, waiting.due_on) == (f"entry:{dog.reference}", date(2027, 3, 1))
    assert (waiting.owner, waiting.page) == (staff.team_leader, "register:entry")


def test_an_entry_that_stands_with_a_restriction_is_looked_at_in_its_review(provider, staff, resident):
    enter(provider, staff.team_leader, resident, review_on=date(2027, 3, 1))
    assert not Deadline.objects.filter(kind="register.review").exists()


# told, or why not


def test_not_telling_needs_a_reason_and_a_date(provider, staff, resident):
    for missing, field in (
        ({"look_again_on": date(2027, 1, 18)}, "not_told_reason"),
        ({"not_told_reason": "It may make it worse."}, "look_again_on"),
        ({"not_told_reason": "It may make it worse.", "look_again_on": date(2026, 12, 18)}, "look_again_on"),
    ):
        with pytest.raises(RuleBroken) as broken:
            enter(provider, staff.team_leader, resident, told=False, **missing)
        assert broken.value.field == field


@pytest.fixture
def untold(provider, staff, resident):
    return enter(
        provider,
        staff.team_leader,
        resident,
        told=False,
        not_told_reason="Being told may make it worse.",
        look_again_on=date(2027, 1, 18),
    )


def test_not_telling_is_a_decision_under_its_clause_and_is_looked_at_again(untold, staff):
    decision = Decision.objects.get(what="register.not_told")
    assert (decision.clause, decision.strength) == ("6.33", "may")
    assert decision.event.words.body["reasons"] == "Being told may make it worse."
    waiting = Deadline.objects.get(kind="register.look_again")
    assert (waiting.due_on, waiting.owner, waiting.page) == (
        date(2027, 1, 18),
        staff.team_leader,
        "register:look_again",
    )


def test_telling_later_meets_the_deadline(untold, staff):
    withholding.tell_resident(untold.pk, by=staff.team_leader, at=NOON, how="By letter of today.")
    entry = Entry.objects.get(pk=untold.pk)
    assert (entry.resident_told, entry.not_told_reason, entry.look_again_on) == (True, "", None)
    assert Deadline.objects.get(kind="register.look_again").state == Deadline.State.MET
    assert verbs(entry.reference)[-1] == "register.resident_told"


def test_going_on_not_telling_sets_the_next_date(untold, staff):
    withhold(untold, staff.manager, "He threatened to burn letters.", look_again_on=date(2027, 2, 18))
    states = dict(Deadline.objects.filter(kind="register.look_again").values_list("due_on", "state"))
    assert states == {date(2027, 1, 18): "met", date(2027, 2, 18): "open"}
    with pytest.raises(RuleBroken):
        withhold(untold, staff.manager, "", look_again_on=date(2027, 3, 18))


def test_the_database_refuses_a_blank_non_notification(entry):
    with pytest.raises(IntegrityError), transaction.atomic():
        Entry.objects.filter(pk=entry.pk).update(resident_told=False)


# in force


@pytest.mark.parametrize(
    ("on", "stands"),
    [
        (date(2026, 12, 17), False),
        (date(2026, 12, 18), True),
        (date(2027, 6, 17), True),
        (date(2027, 6, 18), True),
        (date(2027, 6, 19), False),
    ],
)
def test_an_entry_stands_from_its_first_to_its_last_day(entry, on, stands):
    assert Entry.objects.in_force(on).exists() is stands


def test_an_entry_no_longer_stands_on_the_day_of_its_removal_but_did_the_day_before(entry, staff):
    with_restriction.remove("restriction:X-000004", by=staff.manager, at=NOON + timedelta(days=10), reason="Lifted.")
    assert Entry.objects.in_force(date(2026, 12, 27)).exists()
    assert not Entry.objects.in_force(date(2026, 12, 28)).exists()


def test_the_day_is_londons(provider, staff, resident):
    entry = enter(provider, staff.team_leader, resident, at=datetime.fromisoformat("2027-06-30T23:30:00+00:00"),
                  ends_on=date(2027, 12, 31))  # fmt: skip
    assert entry.entered_on == date(2027, 7, 1)


# changing


def test_a_change_keeps_what_stood_before(entry, staff):
    with_restriction.change("restriction:X-000004", by=staff.officer, at=NOON, instructions=["Do not visit."])
    event = Event.objects.get(verb="register.changed")
    assert event.facts["changed"] == ["instructions"]
    assert event.words.body["was instructions"] == ["Visit in pairs.", "Ring the team before you go."]
    assert Entry.objects.get().instructions == ["Do not visit."]


def test_a_change_of_nothing_is_not_recorded(entry, staff):
    with_restriction.change("restriction:X-000004", by=staff.officer, at=NOON, ring=entry.ring)
    assert not Event.objects.filter(verb="register.changed").exists()


def test_the_entry_moves_to_the_restriction_that_follows(entry, staff):
    with_restriction.change(
        "restriction:X-000004", by=staff.manager, at=NOON, new_source="restriction:X-000005", ends_on=date(2027, 12, 18)
    )
    assert Entry.objects.get().source == "restriction:X-000005"
    with pytest.raises(Entry.DoesNotExist):
        with_restriction.change("restriction:X-000004", by=staff.manager, at=NOON, ring="999")


def test_a_field_that_cannot_change_is_a_bug(entry, staff):
    with pytest.raises(TypeError):
        with_restriction.change("restriction:X-000004", by=staff.manager, at=NOON, resident_told=False)


def test_what_stands_with_a_restriction_is_not_changed_or_removed_by_itself(entry, staff):
    for act in (
        lambda: remove(entry, staff.manager, "Done"),
        lambda: change(entry, staff.manager, "New", ring="999"),
        lambda: keep(entry, staff.manager, "x", review_on=date(2027, 5, 1)),
    ):
        with pytest.raises(RuleBroken, match="X-000004"):
            act()


def test_an_entry_by_itself_is_changed_by_who_decides(dog, staff):
    with pytest.raises(NotPermitted):
        change(dog, staff.officer, "Two dogs now.", instructions=["Do not enter."])
    change(dog, staff.manager, "Two dogs now.", instructions=["Do not enter."], review_on=date(2027, 4, 1))  # fmt: skip
    assert Entry.objects.get(pk=dog.pk).instructions == ["Do not enter."]
    assert Deadline.objects.open().get(kind="register.review").due_on == date(2027, 4, 1)


def test_a_change_cannot_leave_an_entry_without_an_end(dog, staff):
    with pytest.raises(RuleBroken):
        change(dog, staff.manager, "x", review_on=None)


def test_keeping_an_entry_sets_its_next_review(dog, staff):
    keep(dog, staff.manager, "The dog is still there.", review_on=date(2027, 6, 1))
    assert Entry.objects.get(pk=dog.pk).review_on == date(2027, 6, 1)
    assert Deadline.objects.open().get(kind="register.review").due_on == date(2027, 6, 1)
    assert Decision.objects.get(what="register.kept").source == Decision.Source.SILENT


# removing


def test_removal_says_who_when_and_why_and_ends_its_deadlines(dog, staff):
    remove(dog, staff.manager, "The dog has died.", told=False)
    entry = Entry.objects.get(pk=dog.pk)
    assert (entry.removed_by, entry.removed_on, entry.removal_reason) == (
        staff.manager,
        date(2026, 12, 18),
        "The dog has died.",
    )
    decision = Decision.objects.get(what="register.removed")
    assert decision.source == Decision.Source.SILENT, "Dover does not say when an entry is removed"
    assert not Deadline.objects.open().filter(about=f"entry:{dog.reference}").exists()


def test_a_removal_needs_reasons(dog, staff):
    with pytest.raises(RuleBroken) as broken:
        remove(dog, staff.manager, " ")
    assert broken.value.field == "reason"


def test_the_clock_removes_only_what_has_ended(provider, staff):
    short = enter(provider, staff.manager, place="1 Roof Row", source="", reason="Roof.", ends_on=date(2026, 12, 20))
    with pytest.raises(TransitionNotAllowed):
        removing.lapse(short.pk, at=NOON + timedelta(days=2))
    removed = removing.lapse(short.pk, at=NOON + timedelta(days=3))
    assert (removed.removed_on, removed.removed_by) == (date(2026, 12, 21), None)


def test_removing_twice_says_who_removed_it(dog, staff):
    remove(dog, staff.manager, "Gone.")
    with pytest.raises(TransitionNotAllowed, match="Morgan Manager removed this entry on 18 December 2026"):
        remove(dog, staff.team_leader, "Gone.")


def test_removing_by_source_when_nothing_stands_does_nothing(staff, db):
    assert with_restriction.remove("restriction:X-999999", by=staff.manager, at=NOON, reason="Lifted.") == []
    assert not Event.objects.filter(verb="register.removed").exists()


def test_the_clock_may_remove_by_source(entry):
    with_restriction.remove("restriction:X-000004", by=None, at=NOON, reason="The restriction ended.")
    event = Event.objects.get(verb="register.removed")
    assert (event.by_ref, event.by_name) == ("", "")
    assert event.facts["resident_told"] is True


def test_the_database_refuses_a_removal_without_reasons(entry):
    with pytest.raises(IntegrityError), transaction.atomic():
        Entry.objects.filter(pk=entry.pk).update(removed_on=date(2026, 12, 19), removed_at=NOON)


def test_everybody_who_looked_is_told_of_the_removal_once_without_reasons(entry, resident, staff, provider):
    with_restriction.change("restriction:X-000004", by=staff.manager, at=NOON, shared_with_contractors=True)
    share(entry, staff.manager, staff.contractor.organisation)
    for person in (staff.front_line, staff.front_line, staff.contractor, staff.officer):
        lookups.look_up(resident, by=person, purpose="visit", at=NOON, job="J-1")
    staff.officer.is_active = False
    staff.officer.save()
    with_restriction.remove("restriction:X-000004", by=staff.manager, at=NOON, reason="She kept to it for six months.")
    notices = list(Notice.objects.filter(kind="register.removed").order_by("pk"))
    assert [notice.to for notice in notices] == [staff.contractor, staff.front_line]
    for notice in notices:
        assert "six months" not in notice.body and resident.name not in notice.body + notice.subject
        assert (entry.reference in notice.subject) is (notice.to == staff.front_line), "a contractor counts nothing"
    told = Event.objects.get(verb="register.recipients_told").facts
    assert [(person["name"], person["organisation"]) for person in told["people"]] == [
        ("Carl Contractor", "Carl & Sons"),
        ("Fran Line", ""),
    ]


def test_a_correction_of_the_orders_is_told_but_not_one_of_the_review_date(dog, staff):
    lookups.look_up_place(dog, by=staff.front_line, purpose="visit", at=NOON)
    change(dog, staff.manager, "Later.", review_on=date(2027, 5, 1))
    assert not Notice.objects.exists()
    change(dog, staff.manager, "Two dogs.", instructions=["Do not go in."])
    assert Notice.objects.get().to == staff.front_line


def test_contractors_are_told_when_an_entry_is_no_longer_shared(dog, staff):
    share(dog, staff.manager, staff.contractor.organisation)
    lookups.look_up_place(dog, by=staff.contractor, purpose="visit", at=NOON, job="J-1")
    change(dog, staff.manager, "Not theirs.", shared_with_contractors=False)
    notices = Notice.objects.filter(kind="share").order_by("pk")
    assert [(notice.to, "ended" in notice.subject) for notice in notices] == [
        (staff.contractor, False), (staff.contractor, True),
    ]  # fmt: skip


# looking up


def test_a_look_is_recorded_before_anything_is_shown(entry, resident, staff):
    lookup = lookups.look_up(resident, by=staff.front_line, purpose="visit", at=NOON)
    assert lookup.entries_shown == [entry.reference]
    event = Event.objects.for_resident(resident.reference).get(verb="register.looked_up")
    assert event.facts == {
        "lookup": lookup.pk,
        "purpose": "I am visiting",
        "entries": [entry.reference],
        "organisation": "",
    }


def test_looking_at_somebody_without_an_entry_is_recorded_too(resident, staff):
    lookup = lookups.look_up(resident, by=staff.front_line, purpose="phone", at=NOON)
    assert lookup.entries_shown == []
    assert Event.objects.filter(verb="register.looked_up", resident_ref=resident.reference).exists()


@pytest.mark.parametrize("who", WHO)
def test_who_may_look(entry, resident, staff, who):
    may = who not in ("dpo", "administrator")
    if may:
        shown = lookups.look_up(resident, by=getattr(staff, who), purpose="other", at=NOON, job="J-1").entries_shown
        assert bool(shown) is (who != "contractor"), "the entry is not shared with contractors"
    else:
        with pytest.raises(NotPermitted):
            lookups.look_up(resident, by=getattr(staff, who), purpose="other", at=NOON, job="J-1")
        assert not Lookup.objects.exists()


def test_staff_of_another_provider_may_not_look(resident, db):
    other = factories.staff(factories.dover("elsewhere"))
    with pytest.raises(NotPermitted):
        lookups.look_up(resident, by=other.manager, purpose="visit", at=NOON)


def test_a_purpose_is_one_of_three(resident, staff):
    with pytest.raises(RuleBroken):
        lookups.look_up(resident, by=staff.front_line, purpose="curious", at=NOON)


def test_the_place_where_somebody_lives_is_shown_with_them(dog, provider, staff):
    living_there = factories.resident(
        provider, staff.officer, "Sam Snargate", home=people.Home("4 Snargate Street\nDover", "ct17 9bz")
    )
    neighbour = factories.resident(
        provider, staff.officer, "Nia Next", home=people.Home("6 Snargate Street\nDover", "CT17 9BZ")
    )
    share(dog, staff.manager, staff.contractor.organisation)
    shown = lookups.look_up(living_there, by=staff.contractor, purpose="phone", at=NOON, job="J-1").entries_shown
    assert shown == [dog.reference]
    assert lookups.look_up(neighbour, by=staff.front_line, purpose="visit", at=NOON).entries_shown == []


def test_a_visit_shows_who_else_in_the_home_has_an_entry_and_a_call_does_not(entry, resident, provider, staff):
    at_home = factories.resident(provider, staff.officer, "Jo Resident", date_of_birth=date(1982, 1, 1))
    upstairs = factories.resident(
        provider, staff.officer, "Uma Upstairs", home=people.Home("Flat 2, 12 Marine Parade\nDover", "CT16 1LW")
    )
    assert lookups.look_up(at_home, by=staff.front_line, purpose="visit", at=NOON).entries_shown == [entry.reference]
    assert lookups.look_up(at_home, by=staff.front_line, purpose="phone", at=NOON).entries_shown == []
    assert lookups.look_up(upstairs, by=staff.front_line, purpose="visit", at=NOON).entries_shown == []
    seen = Event.objects.filter(verb="register.looked_up", resident_ref=resident.reference)
    assert seen.count() == 1, "the look is in the trail of the person whose entry was shown"


def test_joint_tenants_share_a_home_whatever_their_address_says(entry, resident, provider, staff):
    joint = factories.resident(provider, staff.officer, "Jo Joint", home=None)
    for person, part in ((resident, "joint_tenant"), (joint, "joint_tenant")):
        people.join_tenancy(person.pk, reference="T-1", kind="Secure", part=part, by=staff.officer, at=NOON)
    assert lookups.look_up(joint, by=staff.front_line, purpose="visit", at=NOON).entries_shown == [entry.reference]


# holding and confirming


def test_a_look_holds_for_its_day_and_while_the_register_says_the_same(entry, resident, provider, staff):
    lookup = lookups.look_up(resident, by=staff.front_line, purpose="phone", at=NOON)
    user = staff.front_line
    assert lookups.shown_by(lookup, user=user, at=NOON + timedelta(hours=11)) == [entry]
    assert lookups.shown_by(lookup, user=user, at=NOON + timedelta(hours=12)) is None
    enter(provider, staff.team_leader, resident, source="restriction:X-000009")
    assert lookups.shown_by(lookup, user=user, at=NOON) is None


def test_a_receipt_is_timed_and_made_once(entry, resident, staff):
    lookup = lookups.look_up(resident, by=staff.front_line, purpose="visit", at=NOON)
    first = lookups.confirm_checked(lookup.pk, by=staff.front_line, at=NOON + timedelta(minutes=5))
    again = lookups.confirm_checked(lookup.pk, by=staff.front_line, at=NOON + timedelta(minutes=9))
    assert (first.pk, again.at) == (again.pk, NOON + timedelta(minutes=5))
    assert Event.objects.filter(verb="register.checked", resident_ref=resident.reference).count() == 1


def test_only_who_looked_can_say_that_they_checked(entry, resident, staff):
    lookup = lookups.look_up(resident, by=staff.front_line, purpose="visit", at=NOON)
    with pytest.raises(NotPermitted):
        lookups.confirm_checked(lookup.pk, by=staff.officer, at=NOON)


def test_an_old_look_cannot_be_confirmed(entry, resident, staff):
    lookup = lookups.look_up(resident, by=staff.front_line, purpose="visit", at=NOON)
    with pytest.raises(RuleBroken):
        lookups.confirm_checked(lookup.pk, by=staff.front_line, at=NOON + timedelta(days=1))
    assert not Receipt.objects.exists()


# finding


def test_finding_gives_away_nothing_about_entries(entry, resident, provider, staff):
    factories.resident(provider, staff.officer, "Rowan Renter", date_of_birth=date(1990, 1, 1))
    matches, more = finding.find("rowan", user=staff.front_line, on=date(2026, 12, 18))
    assert [match.title for match in matches] == ["Rowan Renter", "Rowan Resident"]
    assert not more and {match.lines for match in matches} == {("12 Marine Parade", "Dover", "CT16 1LW")}


def test_contractors_find_everybody_by_name_and_address_alone(entry, resident, staff):
    (match,), _ = finding.find("marine parade", user=staff.contractor, on=date(2026, 12, 18))
    assert (match.title, match.born, match.known_as) == ("Rowan Resident", None, ())
    (match,), _ = finding.find("marine parade", user=staff.front_line, on=date(2026, 12, 18))
    assert match.born == 1980


def test_places_with_entries_are_found_once_and_only_while_they_stand(dog, provider, staff):
    enter(provider, staff.team_leader, place="4 Snargate street, Dover", postcode="CT179BZ", source="", reason="Roof.")
    for typed in ("snargate", "ct17 9bz", "CT179BZ", "4 Snargate", dog.reference):
        assert len(finding.find(typed, user=staff.front_line, on=date(2026, 12, 18))[0]) == 1, typed
    assert finding.find("snargate", user=staff.front_line, on=date(2026, 12, 17))[0] == []


def test_a_place_that_is_not_shared_is_not_found_by_contractors(provider, staff):
    enter(provider, staff.team_leader, place="1 Secret Lane", postcode="CT16 1AA", source="", reason="Floor.")
    assert finding.find("secret", user=staff.contractor, on=date(2026, 12, 18)) == ([], False)


def test_nothing_typed_finds_nobody(resident, staff):
    for typed in ("", "   ", "\x00", "—!"):
        assert finding.find(typed, user=staff.front_line, on=date(2026, 12, 18)) == ([], False)


def test_strangers_and_others_find_nobody(resident, staff, db):
    other = factories.staff(factories.dover("elsewhere"))
    for user in (other.front_line, other.contractor, staff.dpo, staff.administrator):
        assert finding.find("rowan", user=user, on=date(2026, 12, 18)) == ([], False)


def test_a_long_list_says_that_there_are_more(provider, staff):
    for number in range(22):
        factories.resident(provider, staff.officer, f"Alex {number}", date_of_birth=None)
    matches, more = finding.find("alex", user=staff.front_line, on=date(2026, 12, 18))
    assert (len(matches), more) == (20, True)

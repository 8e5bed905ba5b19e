"""Logging what happened: once, exactly, onto one case a resident, and telling the line manager."""

import uuid
from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from audit.models import Event
from cases.models import Affected, Case, Draft, Evidence, Incident, Involvement, Warning
from cases.services import adding, drafting, evidence, incidents, stages, support
from cases.services.incidents import AffectedPerson
from deadlines.models import Deadline
from letters.models import Notice
from people.access import NotPermitted
from policies.rules import RuleBroken
from tests import factories
from tests.cases.conftest import HAPPENED, later
from tests.factories import NOON

BEHAVED = Involvement.Part.BEHAVED


def verbs() -> list[str]:
    return list(
        Event.objects.filter(subject_kind__in=["incident", "case"]).order_by("pk").values_list("verb", flat=True)
    )


def test_an_incident_opens_the_residents_case_under_the_policy_of_the_day(log, resident, staff, provider):
    incident = log(resident, warnings=2, went_on=True)
    case = Case.objects.get()
    assert (case.resident, case.owner, case.stage) == (resident, staff.officer, Case.Stage.INITIAL_WARNING)
    assert case.policy_version == provider.policy_version_on(NOON.date())
    assert list(case.incidents.all()) == [incident]
    assert verbs() == ["case.opened", "incident.logged"]


def test_each_warning_given_is_a_row(log, resident, staff):
    incident = log(resident, warnings=2, went_on=True)
    given = Warning.objects.values_list("kind", "incident", "given_on", "given_by")
    assert list(given) == [("initial", incident.pk, date(2026, 12, 18), staff.officer.pk)] * 2


def test_a_second_incident_is_added_to_the_open_case(log, resident):
    log(resident)
    log(resident, at=later(3))
    assert Case.objects.get().incidents.count() == 2


def test_joint_tenants_get_a_case_each_and_a_bystander_none(provider, staff, resident):
    """Dover 6.16: each answers for his or her own behaviour."""
    joint = factories.resident(provider, staff.officer, "Jo Joint")
    seen = factories.resident(provider, staff.officer, "Sam Seen")
    parts = [(resident, BEHAVED), (joint, BEHAVED), (seen, Involvement.Part.PRESENT)]
    incidents.log(provider=provider, parts=parts, happened=HAPPENED, by=staff.officer, at=NOON)
    assert set(Case.objects.values_list("resident__name", flat=True)) == {"Rowan Resident", "Jo Joint"}
    assert Event.objects.filter(verb="incident.logged").count() == 2


def test_an_incident_by_nobody_known_is_kept_without_a_case(provider, staff):
    incident = incidents.log(provider=provider, parts=[], happened=HAPPENED, by=staff.officer, at=NOON)
    assert not Case.objects.exists()
    assert verbs() == ["incident.logged"]
    found = factories.resident(provider, staff.officer)
    adding.add_details(incident.pk, parts=[(found, BEHAVED)], by=staff.officer, at=NOON)
    assert Case.objects.get().resident == found


def test_a_draft_becomes_one_incident_however_often_it_is_saved(provider, staff, resident):
    token = uuid.uuid4()
    one, two = (
        incidents.log(
            token, provider=provider, parts=[(resident, BEHAVED)], happened=HAPPENED, by=staff.officer, at=NOON
        )
        for _ in range(2)
    )
    assert one == two
    assert Incident.objects.count() == 1
    assert Draft.objects.get(token=token).became == one


def test_an_autosave_that_comes_late_changes_nothing(provider, staff):
    token = uuid.uuid4()
    incidents.log(token, provider=provider, parts=[], happened=HAPPENED, by=staff.officer, at=NOON)
    drafting.save_draft(token, data={"facts": ["late"]}, by=staff.officer, at=later(1))
    assert Draft.objects.get(token=token).data == {}


def test_nobody_saves_over_somebody_elses_draft(staff):
    token = uuid.uuid4()
    drafting.save_draft(token, data={"facts": ["mine"]}, by=staff.officer, at=NOON)
    with pytest.raises(NotPermitted, match="somebody else's"):
        drafting.save_draft(token, data={"facts": ["yours"]}, by=staff.colleague, at=NOON)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"happened_on": date(2026, 12, 19)}, "happened_on"),
        ({"happened_on": date(1999, 12, 31)}, "happened_on"),
        ({"happened_at": time(12, 1)}, "happened_at"),
        ({"facts": "  "}, "facts"),
        ({"continued_after_warnings": True}, "warnings_given"),
        ({"hazard": True}, "hazard_words"),
        ({"categories": ("rudeness",)}, "categories"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(provider, staff, change, field):
    with pytest.raises(RuleBroken) as refused:
        incidents.log(provider=provider, parts=[], happened=replace(HAPPENED, **change), by=staff.officer, at=NOON)
    assert refused.value.field == field
    assert not Incident.objects.exists()


def test_a_day_is_judged_in_london_and_not_in_utc(provider, staff):
    """Half past eleven in the evening in UTC is the next day in a London summer."""
    at = NOON.replace(month=7, day=1, hour=23, minute=30)
    told = replace(HAPPENED, happened_on=date(2026, 7, 2), happened_at=time(0, 15))
    incidents.log(provider=provider, parts=[], happened=told, by=staff.officer, at=at)
    with pytest.raises(RuleBroken):
        incidents.log(
            provider=provider, parts=[], happened=replace(told, happened_at=time(0, 31)), by=staff.officer, at=at
        )


def test_ten_thousand_characters_of_any_script_are_kept_exactly(log, resident):
    words = ("شتم 😡 \u200fעברית\u200e Cymru café\n" * 400)[:10_000]
    incident = log(resident, facts=words, words_used=words)
    kept = Incident.objects.get(pk=incident.pk)
    assert (kept.facts, kept.words_used) == (words, words)


@pytest.mark.parametrize("who", ["front_line", "contractor", "dpo", "administrator"])
def test_others_do_not_log(staff, provider, who):
    with pytest.raises(NotPermitted):
        incidents.log(provider=provider, parts=[], happened=HAPPENED, by=getattr(staff, who), at=NOON)


def test_nobody_logs_at_another_provider(staff, provider):
    stranger = factories.staff(factories.dover("elsewhere")).officer
    with pytest.raises(NotPermitted):
        incidents.log(provider=provider, parts=[], happened=HAPPENED, by=stranger, at=NOON)


def test_a_resident_of_another_provider_cannot_be_named(staff, provider):
    other = factories.dover("elsewhere")
    foreign = factories.resident(other, factories.staff(other).officer)
    with pytest.raises(RuleBroken):
        incidents.log(provider=provider, parts=[(foreign, BEHAVED)], happened=HAPPENED, by=staff.officer, at=NOON)


# The line manager


def test_the_line_manager_of_whoever_was_affected_is_told_at_once(provider, staff, resident):
    hit = [AffectedPerson(user=staff.officer), AffectedPerson(user=staff.colleague)]
    incident = incidents.log(
        provider=provider, parts=[(resident, BEHAVED)], happened=HAPPENED, affected=hit, by=staff.officer, at=NOON
    )
    notice, waiting = Notice.objects.get(), Deadline.objects.get(kind="incident.support")
    assert (notice.to, waiting.owner, waiting.due_on) == (staff.team_leader, staff.team_leader, date(2026, 12, 18))
    assert incident.reference in notice.body
    assert resident.name not in notice.subject + notice.body


def test_two_line_managers_each_have_their_own(provider, staff):
    hit = [AffectedPerson(user=staff.officer), AffectedPerson(user=staff.team_leader)]
    incidents.log(provider=provider, parts=[], happened=HAPPENED, affected=hit, by=staff.officer, at=NOON)
    owners = Deadline.objects.filter(kind="incident.support").values_list("owner__name", flat=True)
    assert sorted(owners) == ["Morgan Manager", "Terry Leader"]


def test_a_witness_is_not_told_about(provider, staff):
    seen = [
        AffectedPerson(user=staff.officer, part=Affected.Part.WITNESS),
        AffectedPerson(name="Kit from the lift firm"),
    ]
    incidents.log(provider=provider, parts=[], happened=HAPPENED, affected=seen, by=staff.officer, at=NOON)
    assert not Notice.objects.exists()


def test_i_have_seen_this_meets_the_deadline_once(provider, staff, resident):
    incident = incidents.log(
        provider=provider,
        parts=[(resident, BEHAVED)],
        happened=HAPPENED,
        affected=[AffectedPerson(user=staff.officer)],
        by=staff.officer,
        at=NOON,
    )
    for _ in range(2):
        support.confirm_support(incident.pk, words="De-brief at 2pm", by=staff.team_leader, at=NOON)
    assert Deadline.objects.get(kind="incident.support").state == Deadline.State.MET
    assert verbs().count("incident.support_seen") == 1
    with pytest.raises(NotPermitted):
        support.confirm_support(incident.pk, words="", by=staff.manager, at=NOON)


# What comes later


def test_details_are_added_and_what_stood_before_is_kept(log, resident, staff):
    incident = log(resident)
    adding.add_details(incident.pk, police_called=True, police_reference="46/1", by=staff.colleague, at=NOON)
    event = Event.objects.get(verb="incident.details_added")
    assert event.facts["was"] == {"police_called": False, "police_reference": ""}
    assert Incident.objects.get().police_called


def test_the_account_itself_is_not_a_detail(log, resident, staff):
    incident = log(resident)
    with pytest.raises(TypeError):
        adding.add_details(incident.pk, facts="Something else", by=staff.officer, at=NOON)


def test_another_account_stands_beside_the_first(log, resident, staff):
    incident = log(resident)
    adding.add_account(incident.pk, words="I heard it through the wall.", by=staff.colleague, at=NOON)
    event = Event.objects.select_related("words").get(verb="incident.account_added")
    assert event.words.body == {"account": "I heard it through the wall."}
    assert Incident.objects.get().facts == HAPPENED.facts


def test_a_draft_that_told_of_a_known_incident_is_added_once(log, resident, staff):
    incident, token = log(resident), uuid.uuid4()
    drafting.save_draft(token, data={"facts": ["I heard it."]}, by=staff.colleague, at=NOON)
    for _ in range(2):
        adding.add_account_from_draft(token, incident.pk, words="I heard it.", by=staff.colleague, at=NOON)
    assert Event.objects.filter(verb="incident.account_added").count() == 1
    assert Incident.objects.count() == 1


def test_the_same_day_and_resident_may_be_the_same_incident(log, resident, staff):
    incident, reader = log(resident), staff.officer
    parts = [(resident, BEHAVED)]
    assert incidents.same_day(parts, on=date(2026, 12, 18), reader=reader) == [incident]
    assert incidents.same_day(parts, on=date(2026, 12, 17), reader=reader) == []
    assert incidents.same_day([(resident, Involvement.Part.PRESENT)], on=date(2026, 12, 18), reader=reader) == []


def test_a_file_is_kept_by_its_hash_and_once(log, resident, staff):
    incident = log(resident)
    for _ in range(2):
        upload = SimpleUploadedFile("note.txt", b"He rang again.", content_type="text/plain")
        evidence.add_evidence(incident.pk, files=[upload], by=staff.officer, at=NOON)
    kept = Evidence.objects.get()
    assert (kept.name, kept.size, len(kept.sha256)) == ("note.txt", 14, 64)
    assert verbs().count("incident.evidence_added") == 1


def test_a_hazard_is_on_the_trail_with_its_own_words(log, resident):
    """Rule X1: whatever the channel, a hazard in the home is recorded and passed on."""
    log(resident, hazard=True, hazard_words="No heating since Tuesday, a baby in the home")
    event = Event.objects.select_related("words").get(verb="incident.logged")
    assert event.facts["hazard"] is True
    assert event.words.body["hazard"].startswith("No heating")


def test_incidents_are_seen_by_case_readers_and_their_reporter_alone(log, resident, staff):
    log(resident)
    seen = {
        name: Incident.objects.visible_to(getattr(staff, name)).count()
        for name in (
            "officer",
            "colleague",
            "team_leader",
            "manager",
            "dpo",
            "front_line",
            "contractor",
            "administrator",
        )
    }
    assert seen == {
        "officer": 1, "colleague": 1, "team_leader": 1, "manager": 1, "dpo": 1, "front_line": 0, "contractor": 0,
        "administrator": 0,
    }  # fmt: skip


def test_a_case_that_was_closed_is_not_added_to(log, resident, staff):
    case = log(resident).cases.get()
    stages.close(case.pk, reason="No more since the repair.", by=staff.officer, at=NOON)
    again = log(resident, at=NOON + timedelta(days=40)).cases.get()
    assert again != case
    assert Case.objects.count() == 2

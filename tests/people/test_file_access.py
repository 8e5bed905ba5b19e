"""To whom a file is closed and opened: every list, page and decision obeys it, for as long as it holds."""

from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from appeals.models import Appeal
from audit.models import Event
from cases.models import Case, Incident
from cases.services import urgent
from deadlines.models import Deadline
from letters.models import Dispatch, Letter, Notice
from people import access, services
from people.access import NotPermitted
from people.models import FileAccess, Need, Resident, User
from people.models.file_access import KEPT_OUT, KEPT_TO, OPENED, URGENT, permission
from policies.rules import RuleBroken
from register import acts as register_acts
from register.models import Entry, Receipt
from register.services import lookups
from restrictions import acts
from restrictions.models import Restriction, Review
from tests import factories
from tests.pressing import press
from tests.register import builders as register_builders
from tests.test_doors import DOORS, READERS, ROLES, everybody, is_open  # noqa: F401  (a fixture)

AT = datetime(2026, 12, 18, 12, 0, tzinfo=UTC)
UNTIL = date(2027, 6, 1)
# Every list that is scoped by its reader, and where in it the resident stands.
LISTS = {
    Resident: "pk",
    Need: "resident",
    Case: "resident",
    Letter: "resident",
    Dispatch: "letter__resident",
    Restriction: "case__resident",
    Review: "restriction__case__resident",
    Appeal: "case__resident",
    Deadline: "resident",
    Incident: "involvements__resident",
}


@pytest.fixture
def staff(db):
    return factories.staff(factories.dover())


@pytest.fixture
def resident(staff):
    return factories.resident(staff.officer.provider, staff.officer)


def put(kind: str, person: User, resident: Resident, by: User, ends: datetime = AT + timedelta(days=30)) -> FileAccess:
    how = {"ground": "other", "reason": "x", "set_by": by, "set_at": ends - timedelta(days=60), "ends_at": ends}
    return FileAccess.objects.update_or_create(
        user=person, permission=permission(kind), content_object=resident, defaults=how
    )[0]


def told(staff, **more):
    return {"ground": "conflict", "reason": "Her sister", "until": UNTIL, "by": staff.team_leader, "at": AT} | more


WAYS = list(product(range(16), [(), (KEPT_TO,), (OPENED,), (KEPT_OUT,)], [True, False]))


@pytest.mark.parametrize(("mine", "others", "reads"), WAYS)
def test_what_is_read_follows_from_the_role_and_from_what_is_set(staff, resident, mine, others, reads):
    """Every way in which a person and their colleagues can be let in and kept out, of which none is forgotten."""
    person = staff.officer if reads else staff.front_line
    held = {kind for number, kind in enumerate((KEPT_OUT, KEPT_TO, OPENED, URGENT)) if mine >> number & 1}
    for kind in held:
        put(kind, person, resident, staff.manager)
    for kind in others:
        put(kind, staff.colleague, resident, staff.manager)
    narrowed = KEPT_TO in others or KEPT_TO in held
    lets_in = OPENED in held or reads and (not narrowed or KEPT_TO in held)
    expected = URGENT in held or KEPT_OUT not in held and lets_in
    assert Resident.objects.visible_to(person).filter(pk=resident.pk).exists() is expected


@pytest.mark.parametrize("kind", [KEPT_OUT, KEPT_TO, OPENED, URGENT])
def test_what_has_ended_holds_no_more_however_late_anybody_tidies(staff, resident, kind):
    past = datetime(2026, 11, 1, tzinfo=UTC)
    put(kind, staff.front_line if kind == OPENED else staff.colleague, resident, staff.manager, ends=past)
    assert Resident.objects.visible_to(staff.officer).filter(pk=resident.pk).exists()
    assert not Resident.objects.visible_to(staff.front_line).exists()
    assert not FileAccess.objects.standing().exists()


@pytest.mark.slow
@pytest.mark.parametrize("kind", [KEPT_OUT, KEPT_TO])
def test_every_list_obeys(everybody, kind):  # noqa: F811
    """Whoever is kept out finds nothing of anybody; whoever the file is not kept to finds nothing either.

    Pages: tests/test_closed_files.py, and each address in tests/test_doors.py.
    """
    leader = everybody["manager"]
    residents = list(Resident.objects.filter(provider=leader.provider))
    people_ = [everybody[role] for role in ROLES if everybody[role] != leader]
    seen = {}
    for role in ROLES:
        seen[role] = {model: model.objects.visible_to(everybody[role]).exclude(**{at: None}).count()
                      for model, at in LISTS.items()}  # fmt: skip
    assert all(seen["officer"].values()), seen["officer"]
    for resident in residents:
        for person in people_ if kind == KEPT_OUT else [leader]:
            put(kind, person, resident, leader)
    wrong = []
    for role in ROLES:
        if everybody[role] == leader:
            continue
        for model, at in LISTS.items():
            if found := model.objects.visible_to(everybody[role]).exclude(**{at: None}).count():
                wrong.append(f"{role} still lists {found} of {model.__name__}")
        entries = Entry.objects.visible_to(everybody[role], AT.date()).filter(resident__isnull=False)
        if kind == KEPT_OUT and entries.exists():
            wrong.append(f"{role} still sees entries")
    assert not wrong, "\n".join(sorted(set(wrong)))


@pytest.mark.slow
def test_whoever_is_kept_out_decides_nothing(everybody):  # noqa: F811
    restriction = Restriction.objects.filter(state="in_force").select_related("case__resident").first()
    decider = next(user for user in acts.lift(restriction).free)
    services.keep_out(
        restriction.case.resident_id, decider.pk, ground="conflict", reason="Cousin", until=UNTIL,
        by=next(user for user in acts.lift(restriction).free if user != decider), at=AT,
    )  # fmt: skip
    decider = User.objects.get(pk=decider.pk)
    act = acts.lift(Restriction.objects.select_related("case__resident").get(pk=restriction.pk))
    assert not act.may(decider) and decider not in act.free
    with pytest.raises(NotPermitted, match="kept out of this resident’s file"):
        act.check(decider)


def test_keeping_out_and_opening_are_recorded_with_reason_and_end(staff, resident):
    services.keep_out(resident.pk, staff.officer.pk, **told(staff))
    event = Event.objects.select_related("words").get(verb="file.kept_out")
    assert event.facts["user"] == staff.officer.reference and event.words.body == {"reasons": "Her sister"}
    row = FileAccess.objects.get()
    assert row.ends_at == datetime(2027, 6, 1, 23, 0, tzinfo=UTC)
    services.end_access(row.pk, reason="She has left the town", by=staff.team_leader, at=AT)
    assert Resident.objects.visible_to(staff.officer).filter(pk=resident.pk).exists()
    assert [one.verb for one in Event.objects.filter(verb__startswith="file.").order_by("pk")] == [
        "file.kept_out", "file.access_ended"]  # fmt: skip


@pytest.mark.parametrize(
    ("more", "field"),
    [({"reason": " "}, "reason"), ({"until": None}, "until"), ({"until": date(2026, 12, 17)}, "until"),
     ({"until": date(2028, 1, 1)}, "until"), ({"ground": "spite"}, "ground")],
)  # fmt: skip
def test_without_a_reason_or_an_end_nothing_is_closed(staff, resident, more, field):
    with pytest.raises(RuleBroken) as refused:
        services.keep_out(resident.pk, staff.officer.pk, **told(staff, **more))
    assert refused.value.field == field and not FileAccess.objects.exists()


def test_a_file_is_never_closed_to_everybody_who_could_open_it(staff, resident):
    with pytest.raises(RuleBroken, match="somebody who decides"):
        services.keep_to(resident.pk, [staff.officer.pk], **told(staff))
    services.keep_to(resident.pk, [staff.officer.pk, staff.manager.pk], **told(staff))
    with pytest.raises(NotPermitted, match="closed to you"):
        services.keep_out(resident.pk, staff.officer.pk, **told(staff))


def test_only_deciders_of_the_same_provider_close_a_file(staff, resident):
    elsewhere = factories.staff(factories.dover("elsewhere"))
    for by in (staff.officer, staff.dpo, staff.front_line, staff.administrator, elsewhere.manager):
        with pytest.raises(NotPermitted):
            services.keep_out(resident.pk, staff.colleague.pk, **told(staff, by=by))
    with pytest.raises(RuleBroken, match="Choose a colleague"):
        services.keep_out(resident.pk, elsewhere.officer.pk, **told(staff))


def client_of(user):
    client = Client()
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


def test_the_pages_of_the_team_leader(staff, resident):
    client = client_of(staff.team_leader)
    page = reverse("cases:file_access", args=[resident.reference])
    days = {"until_day": "1", "until_month": "6", "until_year": "2027"}
    said = {"ground": "neighbour", "reason": "She lives next door", **days}
    set_ = reverse("worklist:set_access", args=[resident.reference, "keep-out"])
    refused = press(client, set_, {"reason": "She lives next door"}).content.decode()
    assert "Select a colleague" in refused and "She lives next door</textarea>" in refused
    assert press(client, set_, {"person": staff.officer.pk, **said}).url == page
    shown = client.get(page).content.decode()
    assert "is kept out of the file, until 1 June 2027" in shown and "She lives next door" in shown
    assert client_of(staff.officer).get(page).status_code == 404
    row = FileAccess.objects.get()
    end = reverse("cases:end_access", args=[resident.reference, row.pk])
    assert press(client, end, {"reason": "She moved"}).url == page
    assert "She moved" in client.get(page).content.decode()
    assert client_of(staff.officer).get(reverse("people:resident", args=[resident.reference])).status_code == 200


def test_the_register_says_that_it_is_closed_and_never_that_nothing_is_recorded(staff, resident):
    services.keep_out(resident.pk, staff.front_line.pk, **told(staff))
    answer = client_of(staff.front_line).get(reverse("register:match", args=[resident.reference]))
    assert answer.status_code == 403 and "before you have asked your team leader" in answer.content.decode()


def test_break_glass_opens_for_an_hour_and_tells_whoever_closed_it_at_once(staff, resident):
    services.keep_out(resident.pk, staff.officer.pk, **told(staff))
    client, here = client_of(staff.officer), reverse("people:resident", args=[resident.reference])
    assert client.get(here).status_code == 404
    page = reverse("cases:open_urgently")
    assert "Enter why it cannot wait" in press(client, page, {"who": resident.reference}).content.decode()
    nobody = press(client, page, {"who": "Nobody Known", "reason": "Fire"}).content.decode()
    assert "No file that is closed to you matches" in nobody and "Fire</textarea>" in nobody
    done = press(client, page, {"who": resident.reference, "reason": "He says that he will hurt himself"})
    assert done.url == here and client.get(here).status_code == 200
    row = FileAccess.objects.of_kind(URGENT).get()
    assert row.ends_at - row.set_at == timedelta(hours=1)
    (notice,) = Notice.objects.filter(kind=urgent.NOTICE)
    assert notice.to == staff.team_leader and resident.reference in notice.subject
    assert "hurt himself" not in notice.body and resident.name not in notice.body + notice.subject
    event = Event.objects.select_related("words").get(verb="file.opened_urgently")
    assert event.words.body == {"reasons": "He says that he will hurt himself"}


def test_break_glass_finds_only_what_is_closed_and_only_for_readers(staff, resident):
    with pytest.raises(RuleBroken):
        urgent.meant(resident.reference, by=staff.officer)
    services.keep_to(resident.pk, [staff.manager.pk], **told(staff))
    assert urgent.meant(resident.name, by=staff.officer) == resident
    assert client_of(staff.front_line).get(reverse("cases:open_urgently")).status_code == 403
    with pytest.raises(NotPermitted):
        urgent.open_file(resident.pk, reason="Fire", by=staff.front_line, at=AT)


@pytest.mark.parametrize("closed", [KEPT_OUT, KEPT_TO])
def test_an_urgent_look_gives_nothing_to_decide_and_is_no_way_to_open_the_file_for_good(staff, resident, closed):
    """Whoever the file is closed to cannot end that themselves, by page or past it, nor decide on anything in it."""
    row = put(closed, staff.team_leader if closed == KEPT_OUT else staff.other_manager, resident, staff.manager)
    urgent.open_file(resident.pk, reason="Smoke comes from the flat.", by=staff.team_leader, at=AT)
    leader = User.objects.get(pk=staff.team_leader.pk)
    assert Resident.objects.visible_to(leader).filter(pk=resident.pk).exists()
    for act in (
        lambda: services.end_access(row.pk, reason="x", by=leader, at=AT),
        lambda: services.open_to(resident.pk, leader.pk, **told(staff, by=leader)),
        lambda: services.keep_out(resident.pk, staff.officer.pk, **told(staff, by=leader)),
        lambda: services.keep_to(resident.pk, [leader.pk], **told(staff, by=leader)),
    ):
        with pytest.raises(NotPermitted, match="closed to you"):
            act()
    client = client_of(leader)
    for name, more in (("cases:file_access", []), ("worklist:set_access", ["open-to"]), ("cases:end_access", [row.pk])):
        address = reverse(name, args=[resident.reference, *more])
        assert client.get(address).status_code == 403 and client.post(address).status_code in (403, 405), name
    access.read_rights([leader])
    entry = register_builders.enter(resident.provider, staff.manager, resident)
    for who in (leader, User.objects.get(pk=leader.pk)):
        assert register_acts.keep(entry).is_barred(who)


def test_a_card_from_before_is_no_card_any_more_once_its_reader_is_kept_out(staff, resident):
    """It said that nothing is recorded, and would go on saying so whatever is entered since: nobody relies on it."""
    client = client_of(staff.front_line)
    seen = press(client, reverse("register:match", args=[resident.reference]), button="visit", follow=True)
    card = seen.redirect_chain[-1][0]
    assert seen.status_code == 200
    put(KEPT_OUT, staff.front_line, resident, staff.team_leader)
    for answer in (client.get(card), press(client, card, on=seen)):
        assert answer.status_code == 403 and "before you have asked your team leader" in answer.content.decode()
    assert not Receipt.objects.exists()
    with pytest.raises(NotPermitted):
        lookups.look_up(resident, by=User.objects.get(pk=staff.front_line.pk), purpose="phone", at=AT)


def test_whoever_is_kept_out_of_one_file_is_shown_no_half_of_the_home_in_which_they_live(staff, resident):
    """What stands of somebody in the same home is left out for them: without a word, the card would look whole."""
    provider, visitor = resident.provider, staff.front_line
    flatmate = factories.resident(provider, staff.officer, name="Florian Flatmate")
    row = put(KEPT_OUT, visitor, flatmate, staff.team_leader)
    lookups.look_up(resident, by=visitor, purpose="visit", at=AT)
    entry = register_builders.enter(provider, staff.manager, flatmate)
    visitor = User.objects.get(pk=visitor.pk)
    with pytest.raises(NotPermitted, match="kept out of the file of somebody who lives here"):
        lookups.look_up(resident, by=visitor, purpose="visit", at=AT)
    assert lookups.look_up(resident, by=visitor, purpose="phone", at=AT).entries_shown == []
    row.delete()
    visitor = User.objects.get(pk=visitor.pk)
    assert lookups.look_up(resident, by=visitor, purpose="visit", at=AT).entries_shown == [entry.reference]


@pytest.mark.parametrize(
    "typed", ["e", "Rowan", "resident", "Marine Parade", "CT16 1LW", "07700 900123", "R-0", "Rowan CT16"]
)
def test_nobody_tries_out_by_parts_whose_file_is_closed_to_them(staff, resident, typed):
    """Only who is named whole is opened, and that is recorded and told; a part of a name or an address says nothing."""
    services.keep_to(resident.pk, [staff.manager.pk], **told(staff))
    with pytest.raises(RuleBroken, match="No file that is closed to you matches"):
        urgent.meant(typed, by=staff.officer)
    for whole in (resident.name, "resident ROWAN", f"{resident.name}, CT16 1LW", resident.reference.lower()):
        assert urgent.meant(whole, by=staff.officer) == resident


def test_whoever_is_kept_out_is_told_so_before_a_visit_and_looks_once_the_file_is_opened_urgently(staff, resident):
    put(KEPT_OUT, staff.officer, resident, staff.team_leader)
    address = reverse("register:match", args=[resident.reference])
    refused = client_of(staff.officer).get(address)
    assert refused.status_code == 403 and "ask" in refused.content.decode()
    urgent.open_file(resident.pk, reason="Smoke comes from the flat.", by=staff.officer, at=AT)
    assert client_of(staff.officer).get(address).status_code == 200

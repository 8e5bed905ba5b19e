"""What contractors are shown: one decision an organisation, received, ended, and on a ledger."""

import importlib
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django_fsm import TransitionNotAllowed
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.models import Decision, Event, History
from deadlines.models import Deadline
from letters.models import Notice
from office.services import contractors
from people.access import NotPermitted
from policies.rules import RuleBroken
from register import tasks
from register.models import ERASED, Entry, Lookup, Share
from register.services import disclosures, erasing, lookups, sharing
from tests import factories
from tests.factories import NOON
from tests.pressing import press
from tests.register.builders import change, enter, remove, share

pytestmark = pytest.mark.django_db
TODAY = NOON.date()


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NOON, tick=False)
    return time_machine


@pytest.fixture
def carl(staff):
    return staff.contractor


@pytest.fixture
def rival(provider):
    """Somebody of another firm."""
    return factories.working_as(
        provider, "contractor", name="Rita Rival", organisation=factories.firm(provider, "Rival Roofing")
    )


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def roof(provider, staff, place):
    """A place with an entry that contractors may be shown."""
    return enter(provider, staff.team_leader, place=place, source="", reason="Loose.", shared_with_contractors=True)


def sees(user, on=TODAY):
    return list(Entry.objects.visible_to(user, on))


# one decision an organisation


def test_what_is_marked_for_contractors_is_shown_to_none_until_somebody_says_which(dog, carl, rival, staff):
    assert dog.shared_with_contractors and sees(carl) == sees(rival) == []
    waits = Deadline.objects.open().get(kind="register.share")
    assert waits.about == dog.trail.about
    share(dog, staff.team_leader, carl.organisation)
    assert (sees(carl), sees(rival)) == ([dog], [])
    waits.refresh_from_db()
    assert waits.state == "met"
    share(dog, staff.team_leader, rival.organisation)
    assert sees(carl) == sees(rival) == [dog]


def test_a_share_is_a_decision_with_its_reason_and_rule_and_the_firm_is_told(dog, carl, staff):
    (made,) = share(dog, staff.team_leader, carl.organisation, reason="They read the meter.")
    decision = Decision.objects.get(what="register.shared")
    assert (decision.event.by_ref, decision.clause) == (staff.team_leader.reference, "6.31")
    assert decision.event.facts["organisation"] == "Carl & Sons" and decision.event.facts["share"] == made.pk
    assert decision.event.words.body["reasons"] == "They read the meter."
    notice = Notice.objects.get(kind="share")
    assert notice.to == carl
    assert not [word for word in (dog.reference, "Snargate", "meter", "dog") if word in notice.subject + notice.body]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"reason": " "}, "reason"), ({"until_on": TODAY - timedelta(days=1)}, "until_on"),
        ({"nobody": True}, "organisations"),
    ],
)  # fmt: skip
def test_what_a_share_must_say(dog, carl, staff, wrong, field):
    firms = [] if wrong.pop("nobody", False) else [carl.organisation]
    with pytest.raises(RuleBroken) as refused:
        share(dog, staff.team_leader, *firms, **wrong)
    assert refused.value.field == field and not Share.objects.exists()


def test_another_providers_contractor_is_nobodys_to_choose(dog, staff):
    elsewhere = factories.firm(factories.dover("elsewhere"), "Far Away Ltd")
    with pytest.raises(RuleBroken):
        share(dog, staff.team_leader, elsewhere)


def test_what_the_resident_was_told_contractors_do_not_see_is_not_shared(entry, carl, staff):
    assert not entry.shared_with_contractors
    with pytest.raises(RuleBroken, match="contractors are not shown it"):
        share(entry, staff.team_leader, carl.organisation)


@pytest.mark.parametrize("who", ["officer", "front_line", "contractor", "dpo", "administrator"])
def test_only_whoever_enters_shares_and_recalls(dog, carl, staff, who):
    with pytest.raises(NotPermitted):
        share(dog, getattr(staff, who), carl.organisation)
    (made,) = share(dog, staff.team_leader, carl.organisation)
    with pytest.raises(NotPermitted):
        sharing.recall(made.pk, reason="No.", by=getattr(staff, who), at=NOON)


def test_a_firm_is_not_given_the_same_twice_but_again_after_its_end(dog, carl, staff):
    share(dog, staff.team_leader, carl.organisation, until_on=TODAY)
    with pytest.raises(RuleBroken, match="is shown it already"):
        share(dog, staff.team_leader, carl.organisation)
    share(dog, staff.team_leader, carl.organisation, at=NOON + timedelta(days=1))
    assert Share.objects.count() == 2 and Share.objects.standing().count() == 1


def test_somebody_who_belongs_to_no_firm_is_shown_nothing(dog, provider, carl, staff):
    share(dog, staff.team_leader, carl.organisation)
    alone = factories.working_as(provider, "contractor", name="Lone Lou")
    assert sees(alone) == []


# its end


def test_a_recall_ends_it_at_once_and_the_firm_is_told(dog, carl, staff):
    (made,) = share(dog, staff.team_leader, carl.organisation)
    sharing.recall(made.pk, reason="They go there no longer.", by=staff.manager, at=NOON)
    assert sees(carl) == []
    assert Notice.objects.filter(kind="share", subject__contains="ended").get().to == carl
    with pytest.raises(TransitionNotAllowed, match=r"Morgan Manager ended this on 18 December 2026\."):
        sharing.recall(made.pk, reason="Again.", by=staff.team_leader, at=NOON)


@pytest.mark.parametrize("end", ["removed", "not to be shared"])
def test_it_ends_with_its_entry_and_with_the_decision_not_to_share(dog, carl, staff, end):
    (made,) = share(dog, staff.team_leader, carl.organisation)
    if end == "removed":
        remove(dog, staff.manager, "The dog has gone.")
    else:
        change(dog, staff.manager, "Not theirs.", shared_with_contractors=False)
    made.refresh_from_db()
    assert made.recalled_at == NOON and made.recalled_by == staff.manager and sees(carl) == []


def test_what_has_ended_by_its_date_is_tidied_away_at_night(dog, carl, staff, clock):
    (made,) = share(dog, staff.team_leader, carl.organisation, until_on=TODAY)
    tomorrow = TODAY + timedelta(days=1)
    assert (sees(carl), sees(carl, tomorrow)) == ([dog], []), "by its date, before any task"
    tasks.end_shares()
    made.refresh_from_db()
    assert made.recalled_at is None
    clock.move_to(NOON + timedelta(days=1), tick=False)
    for _ in range(2):
        tasks.end_shares()
    made.refresh_from_db()
    assert (made.recalled_by, made.recall_reason) == (None, "Its last day passed")
    assert Event.objects.filter(verb="register.share_ended").count() == 1


def test_everything_of_a_firm_ends_when_it_works_for_the_provider_no_longer(dog, carl, rival, provider, staff):
    loose = roof(provider, staff, "1 Roof Row")
    for each in (dog, loose):
        share(each, staff.team_leader, carl.organisation, rival.organisation)
    assert sharing.end_all_of(carl.organisation, reason="Contract over", by=staff.administrator, at=NOON) == 2
    assert sees(carl) == [] and len(sees(rival)) == 2


def test_closing_a_contractor_ends_what_it_was_shown_and_it_is_offered_no_more(dog, carl, staff):
    (made,) = share(dog, staff.team_leader, carl.organisation)
    contractors.close_organisation(
        carl.organisation_id, reason="The contract is over.", by=staff.administrator, at=NOON
    )
    made.refresh_from_db()
    assert (made.recalled_by, made.recall_reason) == (staff.administrator, "The contract is over.")
    with pytest.raises(RuleBroken, match="Select the contractors"):
        share(dog, staff.team_leader, carl.organisation)
    page = signed_in(staff.team_leader).get(reverse("register:share", args=[dog.reference])).content.decode()
    assert 'name="organisations"' not in page


def test_with_the_words_of_an_entry_go_those_of_its_shares(provider, staff, carl):
    """Here, in the trail and in the history of the row."""
    told = roof(provider, staff, "1 Roof Row")
    (made,) = share(told, staff.team_leader, carl.organisation, reason="They mend the roof.")
    remove(told, staff.manager, "Mended.")
    Entry.objects.filter(pk=told.pk).update(words_until=TODAY)
    assert erasing.erase(told.pk, at=NOON + timedelta(days=1))
    made.refresh_from_db()
    assert (made.reasons, made.recall_reason) == ("", ERASED)
    kept = [str(event.words.body) for event in Event.objects.about(told.trail).filter(words__isnull=False)]
    kept += [str(one.state) for one in History.objects.filter(kept="register_share", row_key=str(made.pk))]
    assert kept and not [words for words in kept if "They mend the roof" in words or "Mended." in words]


days = st.integers(-3, 3)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    shares=st.lists(st.tuples(st.sampled_from([0, 1]), days, st.none() | days, st.booleans()), max_size=4),
    ends=st.none() | days, on=days,
)  # fmt: skip
def test_a_firm_sees_an_entry_exactly_while_a_share_of_its_own_and_the_entry_hold(dog, carl, rival, shares, ends, on):
    """Whatever was shared with whom between which days: nobody sees by another's share, or outside of the dates."""
    people = (carl, rival)
    day = {n: TODAY + timedelta(days=n) for n in range(-3, 4)}
    Share.objects.all().delete()
    Entry.objects.filter(pk=dog.pk).update(entered_on=day[-3], ends_on=None if ends is None else day[ends])
    wanted, standing = [False, False], set()
    for firm, since, until, recalled in shares:
        if (until is not None and until < since) or (not recalled and firm in standing):
            continue
        standing |= set() if recalled else {firm}
        Share.objects.create(
            entry=dog, organisation=people[firm].organisation, from_on=day[since],
            until_on=None if until is None else day[until], decided_at=NOON,
            recalled_at=NOON if recalled else None, recall_reason="Over" if recalled else "",
        )  # fmt: skip
        holds = since <= on and (until is None or on <= until) and not recalled
        wanted[firm] |= holds and (ends is None or on <= ends)
    assert [bool(sees(person, day[on])) for person in people] == wanted
    firms = [person.organisation_id for person in people]
    in_force = Share.objects.in_force(day[on])
    assert [in_force.filter(organisation=firm).exists() for firm in firms] == wanted


# receiving


def test_a_firm_receives_it_once_and_that_is_a_look(dog, carl, rival, staff):
    (made,) = share(dog, staff.team_leader, carl.organisation)
    client, address = signed_in(carl), reverse("register:receive", args=[made.token])
    listed = client.get(reverse("register:shared")).content.decode()
    assert address in listed and "Snargate" not in listed, "the list names nobody"
    assert "Snargate" not in client.get(address).content.decode() and not Lookup.objects.exists()
    card = press(client, address, follow=True).content.decode()
    assert "Ask for the dog to be shut away" in card
    made.refresh_from_db()
    assert (made.acknowledged_by, made.acknowledged_at) == (carl, NOON)
    assert Lookup.objects.get().entries_shown == [dog.reference]
    assert client.get(address).headers["Location"] == reverse("register:shared")
    assert "Received by Carl Contractor" in client.get(reverse("register:shared")).content.decode()
    assert signed_in(rival).get(address).status_code == 404
    assert "Nothing is shared with you at present" in signed_in(rival).get(reverse("register:shared")).content.decode()
    with pytest.raises(NotPermitted):
        sharing.acknowledge(made.token, by=rival, at=NOON)


def test_receiving_too_much_at_once_is_held_back_with_words(dog, carl, staff, monkeypatch):
    (made,) = share(dog, staff.team_leader, carl.organisation)
    monkeypatch.setattr(lookups, "LOOKS", (0, timedelta(hours=1)))
    held = press(signed_in(carl), reverse("register:receive", args=[made.token]))
    assert held.status_code == 429 and "You have not checked." in held.content.decode()
    made.refresh_from_db()
    assert made.acknowledged_at is None, "nothing of it is done"


# the pages of staff


def test_sharing_and_recalling_on_the_page(dog, carl, rival, staff):
    client = signed_in(staff.team_leader)
    address = reverse("register:share", args=[dog.reference])
    typed = {"organisations": [str(carl.organisation_id)], "reason": "They read the meter."}
    kept = press(client, address, typed | {"reason": ""}).content.decode()
    assert "Enter why they need it" in kept and f'value="{carl.organisation_id}" checked' in " ".join(kept.split())
    press(client, address, typed)
    assert "Carl &amp; Sons" in client.get(reverse("register:entry", args=[dog.reference])).content.decode()
    made = Share.objects.get()
    recall = reverse("register:recall", args=[made.pk])
    assert "Enter why it is shared no longer" in press(client, recall, {"reason": ""}).content.decode()
    press(client, recall, {"reason": "They go there no longer."})
    shown = client.get(reverse("register:disclosure", args=[made.pk])).content.decode()
    assert "They go there no longer." in shown and "Morgan" not in shown
    late = client.post(recall, {"reason": "x", "do": "do"})
    assert late.status_code in (200, 409)


def test_two_who_share_at_once_are_told_of_each_other(dog, carl, rival, staff):
    client = signed_in(staff.team_leader)
    address = reverse("register:share", args=[dog.reference])
    opened = client.get(address)
    share(dog, staff.manager, rival.organisation)
    typed = {"organisations": [str(carl.organisation_id)], "reason": "They read the meter."}
    answer = press(client, address, typed, on=opened)
    assert answer.status_code == 409 and "Morgan Manager shared it" in answer.content.decode()
    assert not Share.objects.filter(organisation=carl.organisation).exists()


def test_the_ledger_says_to_whom_what_when_why_received_ended_and_looked_at(dog, entry, carl, rival, staff):
    (first,) = share(dog, staff.team_leader, carl.organisation, reason="They read the meter.")
    (second,) = share(dog, staff.manager, rival.organisation)
    sharing.acknowledge(first.token, by=carl, at=NOON)
    sharing.recall(second.pk, reason="They go there no longer.", by=staff.manager, at=NOON)
    rows = {row.pk: row for row in disclosures.ledger([dog.provider_id], staff.dpo)}
    assert (rows[first.pk].looks, rows[first.pk].looked_at) == (1, NOON) and rows[second.pk].looks == 0
    for reader in (staff.manager, staff.dpo):
        client = signed_in(reader)
        ledger = " ".join(client.get(reverse("register:ledger")).content.decode().split())
        assert "Carl &amp; Sons" in ledger and "Rival Roofing" in ledger and "Looked at 1 time, last on" in ledger
        narrowed = client.get(reverse("register:ledger"), {"contractor": rival.organisation_id}).content.decode()
        assert reverse("register:disclosure", args=[first.pk]) not in narrowed
        one = " ".join(client.get(reverse("register:disclosure", args=[first.pk])).content.decode().split())
        for told in ("They read the meter.", "Terry Leader", "Carl Contractor on 18 December 2026", "Received"):
            assert told in one, told
    other = factories.staff(factories.dover("elsewhere"))
    assert signed_in(other.manager).get(reverse("register:disclosure", args=[first.pk])).status_code == 404
    assert "Carl" not in signed_in(other.manager).get(reverse("register:ledger")).content.decode()


def test_pages_of_sharing_ask_as_much_for_thirty_as_for_one(dog, carl, provider, staff):
    share(dog, staff.team_leader, carl.organisation)
    pages = [
        (signed_in(staff.team_leader), reverse("register:ledger")), (signed_in(carl), reverse("register:shared")),
        (signed_in(staff.team_leader), reverse("register:share", args=[dog.reference])),
        (signed_in(staff.dpo), reverse("register:disclosure", args=[Share.objects.get().pk])),
    ]  # fmt: skip

    def asked():
        counts = []
        for client, address in pages:
            with CaptureQueriesContext(connection) as captured:
                assert client.get(address).status_code == 200
            counts.append(len(captured))
        return counts

    asked()
    few = asked()
    for number in range(30):
        firm = factories.firm(provider, f"Firm {number}")
        where = enter(provider, staff.team_leader, place=f"{number} Long Row", source="", reason="Roof.",
                      instructions=[f"Order {number}"], shared_with_contractors=True)  # fmt: skip
        share(where, staff.team_leader, carl.organisation)
        share(dog, staff.team_leader, firm)
    asked()  # each new thing is a look on the trail once
    assert asked() == few and max(few) <= 15


# what was shared before


def test_what_was_shared_with_all_is_carried_over_to_each_firm_that_has_people(db):
    """In use since: nobody at a door is shown less than before, and each share says that nobody decided it."""
    provider = factories.dover()
    staff = factories.staff(provider)
    factories.firm(provider, "Nobody Ltd")
    rival = factories.working_as(provider, "contractor", name="Rita", organisation=factories.firm(provider, "Rival"))
    kept = roof(provider, staff, "1 Roof Row")
    gone = roof(provider, staff, "2 Roof Row")
    remove(gone, staff.manager, "Mended.")
    enter(provider, staff.team_leader, place="3 Roof Row", source="", reason="Loose.", instructions=["Wait."])
    importlib.import_module("register.migrations.0008_share_with_each_organisation").share(apps, None)
    shares = Share.objects.all()
    assert {(each.entry, each.organisation) for each in shares} == {
        (kept, staff.contractor.organisation), (kept, rival.organisation),
    }  # fmt: skip
    assert not [each for each in shares if each.decided_by]
    assert Event.objects.filter(verb="register.share_carried_over").count() == 2
    assert sees(rival) == [kept]

"""A case goes on under a newer policy only by whom its policy has decide that: alone, with others, or in a meeting."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from audit.models import Decision
from cases.models import Case
from cases.services import stages
from deadlines import kinds
from deadlines.models import Deadline
from decisions.models import Voice
from decisions.services import Said
from office.services import moving
from people import services as people
from people.access import NotPermitted
from policies.rules import RuleBroken
from tests import factories, invented
from tests.factories import NOON
from tests.pressing import press
from tests.restrictions import builders

pytestmark = pytest.mark.django_db
WHY = {"reasons": "The newer one is fairer to him."}


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NOON, tick=False)
    return time_machine


def world(**says: str) -> builders.World:
    """Harbour Homes with a policy that says this of who moves a case, and a newer one that says the same."""
    keys = ", ".join(f'{key} = "{words}"' for key, words in says.items())
    text = invented.TEXTS["harbour"]
    text = text.replace("[decide]\n", f'[decide]\nmove_case = {{ {keys}, clause = "6" }}\n') if keys else text
    provider = invented.running_on_text(text, slug="harbour")
    staff = factories.staff(provider)
    resident = factories.resident(provider, staff.officer)
    builders.log(provider, staff, resident, at=NOON)
    held = provider.policy_version_on(NOON.date())
    newer = text.replace(f"effective = {held.effective_on}", "effective = 2026-12-17")
    assert newer != text
    people.adopt_policy(provider, text=newer, wording={}, by_name="Board", at=NOON)
    return builders.World(provider, staff, resident, Case.objects.get(resident=resident), NOON)


def now(w: builders.World) -> Case:
    return Case.objects.select_related("policy_version").get(pk=w.case.pk)


def moved(w: builders.World) -> bool:
    return now(w).policy_version.effective_on == date(2026, 12, 17)


def move(w: builders.World, by, **said) -> Case:
    version = w.provider.policy_version_on(NOON.date())
    return moving.move_case(w.case.pk, Said(WHY["reasons"], **said), to=version.pk, by=by, at=NOON)


def somebody(w: builders.World, role: str):
    return factories.person(w.provider, role, name=f"Decider {role}")


def page(user, w: builders.World, where: str = "move_case") -> tuple[Client, str]:
    client = Client()
    client.force_login(user)
    return client, reverse(f"office:{where}", args=[w.case.reference])


WAYS = {
    "one role": ("warden", ["warden"], "keeper"),
    "a or b": ("warden or keeper", ["keeper"], "director"),
    "a and b": ("warden and keeper", ["keeper", "warden"], "director"),
    "2 of": ("2 of warden, keeper", ["warden", "keeper"], "director"),
}


@pytest.mark.parametrize("way", WAYS)
def test_whom_the_policy_names_moves_it_and_nobody_else(way):
    by, turns, other = WAYS[way]
    w = world(by=by)
    with pytest.raises(NotPermitted):
        move(w, somebody(w, other))
    for role in turns:
        assert not moved(w), "it waits for all of them"
        move(w, somebody(w, role))
    assert moved(w) and not Deadline.objects.open().filter(kind=kinds.CASE_MOVE).exists()


@pytest.mark.parametrize("way", WAYS)
def test_and_so_do_the_pages(way):
    by, turns, other = WAYS[way]
    w = world(by=by)
    client, where = page(somebody(w, other), w)
    assert client.get(where).status_code == 403
    for nth, role in enumerate(turns):
        assert not moved(w)
        decider = somebody(w, role)
        client, where = page(decider, w)
        if nth:
            assert Deadline.objects.waiting_for(decider).filter(kind=kinds.CASE_MOVE).exists()
        agrees = {"decision": "agree"} if nth else {}
        assert press(client, where, WHY | agrees).status_code == 302
    assert moved(w) and Decision.objects.get(what="case.policy_moved").event.by_name == decider.name


def test_a_meeting_is_written_down_and_moves_it_at_once():
    w = world(by="meeting of warden, keeper")
    warden, keeper = somebody(w, "warden"), somebody(w, "keeper")
    with pytest.raises(RuleBroken, match="meeting"):
        move(w, warden)
    client, where = page(warden, w)
    met = {
        "took_part": [str(keeper.pk)], "said": "Both hold it to be fairer.",
        "met_on_day": "18", "met_on_month": "12", "met_on_year": "2026",
    }  # fmt: skip
    assert "There is a problem" in press(client, where, WHY).content.decode()
    assert press(client, where, WHY | met).status_code == 302 and moved(w)
    said = Voice.objects.filter(act="move_case")
    assert {voice.by for voice in said} == {warden, keeper}


def test_nobody_moves_it_before_those_were_asked_whom_the_policy_has_asked():
    w = world(by="warden", consult="records")
    warden = somebody(w, "warden")
    with pytest.raises(RuleBroken, match="Record what was said by: Records Officer"):
        move(w, warden)
    client, where = page(w.staff.officer, w, "consult_on_move")
    typed = {"person": str(w.staff.dpo.pk), "on_day": "18", "on_month": "12", "on_year": "2026", "words": "Go on."}
    assert press(client, where, typed).status_code == 302
    client, where = page(warden, w)
    assert "Go on." in client.get(where).content.decode()
    assert press(client, where, WHY).status_code == 302 and moved(w)


def test_whom_the_policy_bars_does_not_move_it():
    w = world(by="warden", not_by="affected")
    hurt = factories.person(w.provider, "warden", name="Hurt Warden")
    builders.log(w.provider, w.staff, w.resident, at=NOON, facts="He spat at her.", affected=(hurt,))
    with pytest.raises(NotPermitted):
        move(w, hurt)
    assert not moved(w)


def test_one_who_does_not_agree_leaves_it_where_it_is():
    w = world(by="2 of warden, keeper")
    move(w, somebody(w, "warden"))
    client, where = page(somebody(w, "keeper"), w)
    assert "Do you agree?" in client.get(where).content.decode()
    assert press(client, where, WHY | {"decision": "against"}).status_code == 302
    assert not moved(w) and not Voice.objects.filter(dropped_at=None).exists()
    assert not Deadline.objects.open().filter(kind=kinds.CASE_MOVE).exists()


def test_a_closed_case_forgets_what_was_put():
    w = world(by="2 of warden, keeper")
    move(w, somebody(w, "warden"))
    stages.close(w.case.pk, reason="He moved away.", by=w.staff.officer, at=NOON)
    assert not Voice.objects.filter(dropped_at=None).exists()
    stages.reopen(w.case.pk, reason="He came back.", by=w.staff.officer, at=NOON)
    keeper = somebody(w, "keeper")
    move(w, keeper)
    assert not moved(w), "one alone, again"


def test_the_version_that_was_put_stays_the_one_to_agree_to():
    w = world(by="2 of warden, keeper")
    move(w, somebody(w, "warden"))
    put = w.provider.policy_version_on(NOON.date())
    text = put.text.replace("effective = 2026-12-17", "effective = 2026-12-18")
    people.adopt_policy(w.provider, text=text, wording={}, by_name="Board", at=NOON)
    keeper = somebody(w, "keeper")
    with pytest.raises(RuleBroken, match="Agree to what is put before you"):
        move(w, keeper)
    client, where = page(keeper, w)
    assert "17 December 2026" in client.get(where).content.decode()
    assert press(client, where, WHY | {"decision": "agree"}).status_code == 302
    assert now(w).policy_version == put


def test_where_the_policy_names_nobody_the_right_to_decide_is_needed():
    w = world()
    with pytest.raises(NotPermitted, match="needs the right to"):
        move(w, w.staff.officer)
    move(w, somebody(w, "director"))
    assert moved(w)


def test_nobody_is_asked_where_the_policy_has_nobody_asked():
    w = world(by="warden")
    client, where = page(w.staff.officer, w, "consult_on_move")
    assert client.get(where).status_code == 404


def test_the_next_move_is_decided_anew():
    w = world(by="2 of warden, keeper", consult="records")
    warden, keeper = somebody(w, "warden"), somebody(w, "keeper")
    client, where = page(w.staff.officer, w, "consult_on_move")
    typed = {"person": str(w.staff.dpo.pk), "on_day": "18", "on_month": "12", "on_year": "2026", "words": "Go on."}
    press(client, where, typed)
    move(w, warden)
    move(w, keeper)
    first = now(w).policy_version
    text = first.text.replace("effective = 2026-12-17", "effective = 2026-12-18")
    people.adopt_policy(w.provider, text=text, wording={}, by_name="Board", at=NOON)
    with pytest.raises(RuleBroken, match="Record what was said by"):
        move(w, warden)
    press(client, where, typed)
    move(w, warden)
    assert now(w).policy_version == first, "one alone, of two who decided before"
    move(w, keeper)
    assert now(w).policy_version.effective_on == date(2026, 12, 18)

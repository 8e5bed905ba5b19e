"""Who decides an act on a case, by each way in which a policy can say it: through the service and on the page."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases import acts
from cases.ladder import papers
from cases.services import issuing
from cases.services.police import Told
from deadlines.models import Deadline
from decisions.models import Voice
from decisions.services import Meeting, Said, appoint
from people.access import NotPermitted
from policies.rules import RuleBroken
from tests.cases import builders
from tests.cases.builders import NOBODY, TableAct, World
from tests.factories import NOON
from tests.pressing import press

pytestmark = pytest.mark.django_db
SAID = Said("It went on.", considered="A talk.")
TYPED = {"considered": "A talk.", "reasons": "It went on."}
ALL = {row.name: row for row in builders.acts_for_table()}
NAMED = [name for name, row in ALL.items() if row.policy]


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NOON, tick=False)


def on(row: TableAct, lines: str, asks: str = "") -> World:
    """An act on a policy of which the table of the act has these lines."""
    return row.make(row.policy(lines, asks) if row.policy else builders.policy())


def signed_in(w: World, who: str) -> Client:
    client = Client()
    client.force_login(w.people[who])
    return client


def plain(page) -> str:
    return page.content.decode().replace("&#x27;", "'").replace("&quot;", '"')


def presses(row: TableAct, w: World, who: str, typed: dict[str, Any] | None = None, **how: Any):
    return row.press(w, signed_in(w, who), TYPED | (typed or {}), **how)


def met(*people) -> dict[str, Any]:
    """What is typed of a meeting."""
    day = {"met_on_day": "18", "met_on_month": "12", "met_on_year": "2026"}
    return day | {"took_part": [str(user.pk) for user in people], "said": "Both held it to be needed."}


@pytest.mark.parametrize("name", NAMED)
def test_one_role_decides_and_nobody_else(name):
    row = ALL[name]
    w = on(row, 'by = "lead [4]"')
    for who in ("worker", "head", "records"):
        with pytest.raises(NotPermitted, match=r"Clause 4 lets a Team Leader .* Lena One or Lena Two can"):
            row.take(w, w.people[who], SAID)
        assert presses(row, w, who).status_code in (200, 403) and not row.done(w)
    assert presses(row, w, "lead").status_code == 302 and row.done(w)


@pytest.mark.parametrize("name", NAMED)
def test_either_of_two_roles_decides_alone(name):
    row = ALL[name]
    w = on(row, 'by = "lead or head [4]"')
    row.take(w, w.people["head"], SAID)
    assert row.done(w) and not Voice.objects.exists()


@pytest.mark.parametrize("name", NAMED)
@pytest.mark.parametrize("who", ['by = "lead and head [4]"', 'by = "2 of lead, head [4]"'])
def test_where_two_decide_one_alone_changes_nothing(name, who):
    row = ALL[name]
    w = on(row, who)
    row.take(w, w.people["lead"], SAID)
    assert not row.done(w)
    waits = Deadline.objects.open().get(kind=row.act(w).waits)
    assert waits.waits_for(w.people["head"]) and not waits.waits_for(w.people["lead"])
    row.take(w, w.people["head"], SAID)
    assert row.done(w) and {voice.by for voice in row.act(w).voices} == {w.people["lead"], w.people["head"]}
    assert not Deadline.objects.open().filter(kind=row.act(w).waits).exists()


@pytest.mark.parametrize("name", NAMED)
def test_two_decide_on_the_page_each_for_themselves(name):
    row = ALL[name]
    w = on(row, 'by = "2 of lead, head [4]"')
    assert presses(row, w, "lead").status_code == 302 and not row.done(w)
    again = presses(row, w, "lead")
    assert (again.status_code, row.done(w)) == (302, False), "nobody decides twice"
    assert presses(row, w, "head").status_code == 302 and row.done(w)


@pytest.mark.parametrize("name", NAMED)
def test_a_meeting_decides_and_one_who_took_part_writes_it_down(name):
    row = ALL[name]
    w = on(row, 'by = "meeting of lead, head [4]"')
    with pytest.raises(RuleBroken, match="Enter who took part"):
        row.take(w, w.people["lead"], SAID)
    page = plain(presses(row, w, "lead", met(w.people["lead2"])))
    assert "Not everybody took part who has to: a meeting of Team Leader and Head of Homes" in page and not row.done(w)
    assert "Both held it to be needed." in page
    assert presses(row, w, "lead", met(w.people["head"])).status_code == 302 and row.done(w)
    assert {voice.by for voice in row.act(w).voices} == {w.people["lead"], w.people["head"]}


@pytest.mark.parametrize("name", NAMED)
def test_a_meeting_is_taken_through_the_service(name):
    row = ALL[name]
    w = on(row, 'by = "meeting of lead, head [4]"')
    row.take(w, w.people["head"], Said("So.", meeting=Meeting(NOON.date(), [w.people["lead"].pk], "Yes.")))
    assert row.done(w)


@pytest.mark.parametrize("name", NAMED)
def test_whom_the_policy_bars_does_not_decide(name):
    row = ALL[name]
    w = on(row, 'by = "lead [4]"\nnot_by = "affected [4]"')
    with pytest.raises(NotPermitted, match=r"You were affected .* \(clause 4\)\. Lena One can\."):
        row.take(w, w.people["lead2"], SAID)
    assert presses(row, w, "lead2").status_code == 403 and not row.done(w)
    assert presses(row, w, "lead").status_code == 302 and row.done(w)


@pytest.mark.parametrize("name", NAMED)
def test_nothing_is_decided_before_those_were_asked_whom_the_policy_has_asked(name):
    row = ALL[name]
    w = on(row, 'by = "lead [4]"\nconsult = "records [4]"')
    with pytest.raises(RuleBroken, match="Record what was said by: Records Officer"):
        row.take(w, w.people["lead"], SAID)
    page = plain(presses(row, w, "lead"))
    assert "Record what was said by: Records Officer (clause 4)" in page and "A talk." in page
    write_down(w)
    assert presses(row, w, "lead").status_code == 302 and row.done(w)


def write_down(w: World) -> None:
    """What the Records Officer said."""
    assert w.warning is not None
    issuing.consult_on_warning(
        w.warning.pk, by=w.people["worker"], at=NOON, person_id=w.people["records"].pk, on=NOON.date(), words="Fine."
    )


@pytest.mark.parametrize("name", NAMED)
def test_what_the_policy_asks_is_weighed(name):
    row = ALL[name]
    w = on(row, 'by = "lead [4]"', '["Is it fair? [4]"]')
    with pytest.raises(RuleBroken, match="Enter what else you considered") as refused:
        row.take(w, w.people["lead"], Said("So."))
    assert refused.value.field == "considered"
    page = plain(presses(row, w, "lead", {"considered": " ", "not_done": "No visit."}))
    assert "Is it fair?" in page and "No visit." in page and not row.done(w)
    assert presses(row, w, "lead").status_code == 302 and row.done(w)


@pytest.mark.parametrize("name", ALL)
def test_where_the_policy_names_nobody_whoever_has_the_right_decides(name):
    row = ALL[name]
    w = on(row, NOBODY)
    with pytest.raises(NotPermitted, match="needs the right to"):
        row.take(w, w.people["records"], SAID)
    assert presses(row, w, "records").status_code in (200, 403) and not row.done(w)
    assert presses(row, w, "head").status_code == 302 and row.done(w)


@pytest.mark.parametrize("name", NAMED)
def test_where_nobody_is_left_the_page_says_so_and_an_administrator_appoints_somebody(name):
    row = ALL[name]
    w = on(row, 'by = "chair [4]"')
    w.people["chair"].is_active = False
    w.people["chair"].save()
    page = row.act(w)
    assert "Nobody at Small can at present: nobody holds the role. An administrator can appoint" in page.who_can()
    appoint(page, person_id=w.people["head"].pk, reason="Chris is ill.", by=w.people["administrator"], at=NOON)
    assert presses(row, w, "head").status_code == 302 and row.done(w)


@pytest.mark.parametrize("button", ["", "anything", "Do", "check", "change", "confirmed"])
@pytest.mark.parametrize("name", ALL)
def test_a_button_that_the_page_does_not_have_decides_nothing_and_keeps_what_was_typed(name, button):
    row = ALL[name]
    w = on(row, NOBODY)
    answer = presses(row, w, "head", button=button)
    typed = "A talk." if row.policy else "It went on."
    assert answer.status_code == 200 and typed in plain(answer) and not row.done(w)
    assert presses(row, w, "head").status_code == 302 and row.done(w)


# The police


def threatened(no_police: str) -> World:
    """A letter of two deciders on a threat, of which the police are normally told."""
    text = builders.policy(letter='by = "2 of lead, head, chair [4]"', decide=f"no_police = {no_police}")
    path = '[path.danger]\nname = "Danger"\nwhen = "noise"\npolice = "tell [5 normally]"\nclause = "5"\n\n[decide]'
    return builders.drafted(text.replace("[decide]", path))


def test_several_agree_to_what_the_first_said_of_the_police():
    w = threatened('{ by = "head", clause = "5" }')
    address = reverse("cases:warning", args=[w.warning.paper.reference])
    assert "Have the police been told?" in plain(signed_in(w, "lead").get(address))
    typed = {"police_told": "yes", "police_reference": "CAD 12"}
    assert press(signed_in(w, "lead"), address, typed).status_code == 302
    page = plain(signed_in(w, "head").get(address))
    assert "Have the police been told?" not in page and "They have been told. CAD 12" in page
    with pytest.raises(RuleBroken, match="Agree to what is put before you"):
        issuing.issue_warning(w.warning.pk, SAID, by=w.people["head"], at=NOON, police=Told(True, "CAD 13"))
    issuing.issue_warning(w.warning.pk, SAID, by=w.people["head"], at=NOON)
    assert ALL["warn"].done(w)


def test_not_to_tell_the_police_takes_whom_the_policy_names_for_it():
    w = threatened('{ by = "2 of head, chair", clause = "5" }')
    untold = {"at": NOON, "police": Told(False, "She asked us not to.")}
    with pytest.raises(RuleBroken, match="Not to tell the police is decided by: 2 of: Head of Homes or Chair"):
        issuing.issue_warning(w.warning.pk, SAID, by=w.people["lead"], **untold)
    issuing.issue_warning(w.warning.pk, SAID, by=w.people["head"], **untold)
    issuing.issue_warning(w.warning.pk, SAID, by=w.people["lead"], at=NOON)
    assert not ALL["warn"].done(w), "two issue it; two of the others let the police be untold"
    issuing.issue_warning(w.warning.pk, SAID, by=w.people["chair"], at=NOON)
    assert ALL["warn"].done(w)


def test_who_is_barred_from_not_telling_the_police_does_not_decide_it():
    w = threatened('{ by = "lead or head", not_by = "affected", clause = "5" }')
    with pytest.raises(RuleBroken, match=r"Somebody else decides .*: you were affected .* \(clause 5\)") as refused:
        issuing.issue_warning(w.warning.pk, SAID, by=w.people["lead2"], at=NOON, police=Told(False, "She asked."))
    assert refused.value.field == "police_told"


# Sentences


def test_who_can_is_said_with_the_right_article():
    w = builders.world(builders.policy())
    assert acts.who_issues(w.fresh().policy, w.provider, papers.WRITTEN) == (
        "The policy does not say who issues this letter. A Team Leader, a Head of Homes or the Chair may issue it, and "
        "the decision is recorded as that person's own."
    )

"""Who may leave the stages out by a path, and who may decide that the police are not told: enforced at the decision."""

import pytest
from django.test import Client
from django.urls import reverse

from audit.models import Decision
from cases.models import Case
from cases.services import assessments
from people.access import NotPermitted
from policies.rules import RuleBroken
from restrictions import acts
from restrictions.dates import Changes
from restrictions.models import Restriction
from restrictions.services import proposing
from tests import factories, invented
from tests.factories import NOON
from tests.five import HOMES, answer_what_is_asked
from tests.restrictions import builders
from tests.restrictions.test_paths import begun, save

pytestmark = pytest.mark.django_db
State = Restriction.State
ALONE = 'by = "meeting of lead, head [4.4]"\nnot_by = "proposer, affected [4.4]"\nconsult = "chair [4.4 recommended]"'
SAID = {"reasons": "It is needed.", "considered": "Fair.", "at": NOON}


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NOON, tick=False)


def page_for(user, restriction) -> str:
    client = Client()
    client.force_login(user)
    page = client.get(reverse("restrictions:decide", args=[restriction.reference]))
    return page.content.decode().replace("&#x27;", "'")


def highmoor(path_by: str = "head", *, told: bool = True, reporter: bool = False, by: str = "lead or above [4.4]"):
    """A proposal under Highmoor's policy that leaves the stages out; an Area Lead or above decides restrictions."""
    text = invented.TEXTS["highmoor"]
    assert ALONE in text and 'by = "head [5.1]"' in text
    text = text.replace(ALONE, f'by = "{by}"').replace('by = "head [5.1]"', f'by = "{path_by} [5.1]"')
    provider = invented.running_on_text(text, slug="highmoor")
    staff = factories.staff(provider)
    resident = factories.resident(provider, staff.officer)
    head = factories.person(provider, "head", name="Heledd Head")
    lead = factories.person(provider, "lead", name="Lowri Lead")
    builders.log(provider, staff, resident, at=NOON, danger=True, police_called=False)
    w = builders.World(provider, staff, resident, Case.objects.get(resident=resident), NOON)
    answer_what_is_asked(w, "contact restriction")
    builders.assess(w.case, staff.officer, at=NOON)
    assessments.assess(w.case.pk, "equality", assessments.Findings("Nothing is known."), by=staff.officer, at=NOON)
    w.case = Case.objects.get(pk=w.case.pk)
    restriction = builders.draft(w)
    save(w, restriction, path="danger", police_told=told, police_words="It was withdrawn at once.")
    return w, proposing.propose(restriction.pk, by=staff.officer, at=NOON), lead, head


def test_stages_are_left_out_only_by_whom_the_path_names():
    """Highmoor 5.1: the Head of Homes takes the path; an Area Lead alone may restrict, and not leave the stages out."""
    w, restriction, lead, head = highmoor()
    page = page_for(lead, restriction)
    assert "Who decides to leave them out: Head of Homes (clause 5.1)." in page
    with pytest.raises(RuleBroken, match="on the same thing"):
        builders.impose(restriction.pk, by=lead, changes=Changes(months=3), **SAID)
    waiting = builders.impose(restriction.pk, by=lead, **SAID)
    assert waiting.state == State.PROPOSED, "an Area Lead alone may restrict, and not take this path"
    done = builders.impose(restriction.pk, by=head, **SAID)
    assert (done.state, done.decided_by) == (State.IN_FORCE, head)


def test_who_may_take_the_path_and_restrict_decides_alone():
    _, restriction, _, head = highmoor()
    assert builders.impose(restriction.pk, by=head, **SAID).state == State.IN_FORCE


def test_where_no_role_may_do_both_each_agrees_to_the_same():
    """The Area Lead restricts, the Head of Homes takes the path: neither changes what the other decides on."""
    _, restriction, lead, head = highmoor(by="lead [4.4]")
    body = acts.impose(restriction)
    assert body.together and body.how_many == 2
    assert "Agree to impose it as proposed" in page_for(head, restriction)
    assert builders.impose(restriction.pk, by=head, **SAID).state == State.PROPOSED
    assert builders.impose(restriction.pk, by=lead, **SAID).state == State.IN_FORCE


def test_a_proposal_through_the_stages_needs_nobody_for_a_path():
    w, restriction, lead, _ = highmoor()
    Restriction.objects.filter(pk=restriction.pk).update(extreme=False, path="", extreme_reason="")
    restriction = Restriction.objects.get(pk=restriction.pk)
    assert acts.takes_path(restriction) is None
    assert len(acts.impose(restriction).whos) == 1


def test_only_whom_the_policy_names_decides_not_to_tell_the_police():
    """Highmoor 5.2: the Head of Homes decides that, so an Area Lead's word alone does not impose it."""
    _, restriction, lead, head = highmoor("lead or above", told=False)
    assert "Who decides that: Head of Homes (clause 5.2)" in page_for(lead, restriction)
    assert builders.impose(restriction.pk, by=lead, **SAID).state == State.PROPOSED
    assert not Decision.objects.filter(what="police.not_told").exists()
    assert builders.impose(restriction.pk, by=head, **SAID).state == State.IN_FORCE
    decision = Decision.objects.get(what="police.not_told")
    assert (decision.event.by_name, decision.clause) == ("Heledd Head", "5.2")
    assert decision.event.words.body["reasons"] == "It was withdrawn at once."


def test_where_the_police_are_told_nobody_more_decides():
    _, restriction, lead, _ = highmoor("lead or above", told=True)
    assert builders.impose(restriction.pk, by=lead, **SAID).state == State.IN_FORCE
    assert not Decision.objects.filter(what="police.not_told").exists()


def homes(*, told: bool):
    """Homes for Life, without stages: a manager has reported the threat that a proposal rests on."""
    w, restriction = begun(HOMES, danger=True)
    save(w, restriction, extreme=False, extreme_reason="", police_told=told, police_words="Flippant, and withdrawn.")
    received = factories.person(w.provider, "manager", name="Rhona Received")
    other = factories.person(w.provider, "manager", name="Olive Other")
    threat = next(each for each in w.case.incidents.all() if each.danger)
    type(threat).objects.filter(pk=threat.pk).update(reported_by=received)
    return proposing.propose(restriction.pk, by=w.staff.officer, at=NOON), received, other


def test_whoever_received_the_threat_never_decides_alone_not_to_tell_the_police():
    """Homes for Life 1.9.4."""
    restriction, received, other = homes(told=False)
    with pytest.raises(NotPermitted, match=r"You received the threat in this case, so .*\(clause 1.9.4\)"):
        builders.impose(restriction.pk, by=received, **SAID)
    page = page_for(received, restriction)
    assert "You received the threat in this case" in page and "Olive Other" in page
    assert "never, alone, whoever received the threat" in page
    assert builders.impose(restriction.pk, by=other, **SAID).state == State.IN_FORCE


def test_whoever_received_the_threat_may_restrict_where_the_police_are_told():
    restriction, received, _ = homes(told=True)
    assert builders.impose(restriction.pk, by=received, **SAID).state == State.IN_FORCE

"""An appeal under a policy that does not say until when it can be made: heard for reasons, never called late."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from appeals.against import finding
from appeals.models import LEFT_OPEN, NO_WINDOW, Appeal
from appeals.services import deciding, timing
from appeals.services.answers import Answer
from design.dates import day_of
from people.models import User
from policies.rules import RuleBroken
from register.models import Entry
from tests import five, pressing
from tests.appeals import builders as acting
from tests.appeals.builders import WEEK, answer, director, letter_of, lodge_against, restricted_on, warned
from tests.factories import NOON

pytestmark = pytest.mark.django_db
TYPED = {"reasons": "It is needed.", "considered": "The file.", "outcome": Appeal.State.DISMISSED}


@pytest.fixture(autouse=True)
def a_week_on():
    with time_machine.travel(WEEK, tick=False):
        yield


@pytest.fixture
def without():
    """A restriction that can be appealed against, the policy does not say until when; and an appeal."""
    w, restriction = restricted_on(five.HOMES)
    return w, restriction, lodge_against(w, restriction.reference)


def boss(w) -> User:
    """Whom the policy lets decide."""
    return director(w, "chief_executive")


def test_it_says_that_the_policy_does_not_say_until_when(client, without):
    w, _, appeal = without
    assert (appeal.in_time, appeal.doubt) == (None, NO_WINDOW)
    client.force_login(boss(w))
    url = reverse("appeals:decide", args=[appeal.reference])
    page = client.get(url).content.decode()
    assert "Why the appeal is heard" in page and f"{NO_WINDOW}: say whether it is heard." in page
    assert "although it came late" not in page and "because it came late" not in page
    refused = pressing.check(client, url, TYPED).content.decode()
    said = "Enter why the appeal is heard: the policy does not say until when an appeal can be made"
    assert said in refused and "although it came late" not in refused and "s rule)" not in refused
    assert TYPED["reasons"] in refused and TYPED["considered"] in refused
    shown = client.get(reverse("appeals:view", args=[appeal.reference])).content.decode()
    assert f"{NO_WINDOW}. Somebody" in shown and "although it is late" not in shown
    hear = reverse("appeals:hear", args=[appeal.reference])
    asked = pressing.press(client, hear, {"reasons": ""}).content.decode()
    assert "Hear an appeal" in asked and "Enter why the appeal is heard" in asked and "came late" not in asked
    check = pressing.check(client, url, TYPED | {"heard_because": "He rang the day he had it."}).content.decode()
    assert "Why it is heard" in check and "although late" not in check


def test_its_refusal_cites_no_law(without):
    w, _, appeal = without
    with pytest.raises(RuleBroken, match="does not say until when") as refused:
        acting.hear(appeal, by=boss(w), at=WEEK, reasons=" ")
    assert refused.value.rule is None or refused.value.rule.source == "policy"


def test_refused_as_too_late_the_letter_names_no_last_day(without):
    w, _, appeal = without
    hints = deciding.outcomes(appeal, finding.of_appeal(appeal), on=day_of(WEEK))
    assert "in your judgement it came too late" in hints[Appeal.State.OUT_OF_TIME]
    done = acting.refuse_as_late(appeal, by=boss(w), at=WEEK, answer=answer())
    assert done.letter.facts["no_last_day"] is True


def test_the_letter_of_a_late_one_names_it():
    w, restriction = restricted_on(five.DOVER)
    late = NOON + timedelta(days=60)
    appeal = lodge_against(w, restriction.reference, at=late)
    assert (appeal.in_time, appeal.doubt) == (False, "")
    done = acting.refuse_as_late(appeal, by=w.staff.manager, at=late, answer=answer())
    assert "no_last_day" not in done.letter.facts


def test_before_it_is_lodged_the_check_says_so_too(without):
    _, restriction, _ = without
    found = timing.work_out(finding.of_restriction(restriction), received_on=day_of(WEEK))
    assert found.in_time is None and found.words.startswith(f"{NO_WINDOW}. ")


def test_a_window_of_which_the_days_are_open_is_another_doubt():
    w = warned()
    appeal = lodge_against(w, letter_of(w).paper.reference, at=NOON + timedelta(days=9))
    assert (appeal.in_time, appeal.doubt) == (None, LEFT_OPEN)
    with pytest.raises(RuleBroken, match=r"heard: the policy leaves open whether it came in time \(clause 4.2\)"):
        acting.dismiss(appeal, by=director(w), at=NOON + timedelta(days=9), answer=Answer("dismissed", "No.", "All."))


@pytest.mark.parametrize(("policy", "entered"), [(five.DOVER, True), (five.HOMES, False)])
def test_a_register_entry_goes_only_where_there_is_one(client, policy, entered):
    w, restriction = restricted_on(policy)
    assert Entry.objects.on_a_register().filter(source=f"restriction:{restriction.reference}").exists() is entered
    appeal = lodge_against(w, restriction.reference)
    client.force_login(boss(w) if policy == five.HOMES else w.staff.manager)
    url = reverse("appeals:decide", args=[appeal.reference])
    page = client.get(url).content.decode()
    assert ("its register entry goes" in page) is ("The register says so at once" in page) is entered
    typed = TYPED | {"outcome": Appeal.State.UPHELD, "heard_because": "It is heard."}
    check = pressing.check(client, url, typed).content.decode()
    assert "ends today." in check and ("Its register entry" in check) is entered

"""The unissued letter on screen is the letter that will be sent, word for word, and says that it is not issued."""

import html
import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from cases.services import issuing, warnings
from decisions.services import Said
from letters import services as letters
from letters.models import Letter
from restrictions.services import imposing
from tests.factories import NOON
from tests.five import DOVER, NORTHAMPTON, again, answer_what_is_asked, house, now
from tests.pressing import check
from tests.restrictions import builders


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False):
        yield


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def words(page: str) -> str:
    """The words of a letter, from its sender to its signature."""
    start, end = page.index('class="letter__head"'), page.rindex('class="letter__sign"')
    end = page.index("</div>", end)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page[start:end])).split())


def drafted(policy: str):
    w = house(policy)
    again(w, 5)
    again(w, 4)
    answer_what_is_asked(w, "written warning")
    chosen = list(now(w).incidents.all())
    again_on = (NOON + timedelta(days=60)).date() if policy == NORTHAMPTON else None
    warning = warnings.draft_warning(
        w.case.pk, warnings.Content(chosen, "Speak calmly.", review_on=again_on), by=w.staff.officer, at=NOON
    )
    return w, warning


@pytest.mark.parametrize("policy", [DOVER, NORTHAMPTON])
def test_a_warning_is_sent_in_the_words_of_its_preview(db, policy):
    w, warning = drafted(policy)
    decider = w.staff.manager
    address = reverse("letters:view", args=[warning.paper.reference])
    seen = signed_in(decider).get(address, follow=True).content.decode()
    assert "Not yet issued" in seen
    if policy == NORTHAMPTON:
        assert w.provider.email in words(seen) and "By post:" in words(seen) and "By e-mail:" in words(seen)
    issuing.issue_warning(warning.pk, Said("It went on.", considered="Fair."), by=decider, at=NOON)
    letter = Letter.objects.get(pk=warning.letter_id)
    sent = letters.as_html(letter, on=NOON.date())
    assert words(seen) == words(sent)
    issued = signed_in(decider).get(address).content.decode()
    assert "Not yet issued" not in issued and words(issued) == words(sent)


def test_who_may_not_issue_sees_the_place_of_the_name_and_all_else(db):
    w, warning = drafted(NORTHAMPTON)
    seen = signed_in(w.staff.officer).get(reverse("letters:view", args=[warning.paper.reference]), follow=True)
    text = words(seen.content.decode())
    assert "Name of whoever issues this letter" in text and "By post:" in text
    assert "under the name of whoever issues it" in seen.content.decode()


def test_a_withdrawn_letter_says_so_and_not_that_it_is_to_come(db):
    w, warning = drafted(DOVER)
    warnings.withdraw_warning(warning.pk, reasons="He has written.", by=w.staff.officer, at=NOON)
    seen = signed_in(w.staff.officer).get(
        reverse("letters:view", args=[warning.paper.reference]), follow=True
    ).content.decode()  # fmt: skip
    assert "It was never issued." in seen and "Not yet issued" not in seen


def test_a_restriction_is_sent_in_the_words_of_its_preview(db):
    w = builders.world()
    restriction = builders.proposed(w)
    decider = w.staff.team_leader
    said = {"considered": "Calls at set times.", "reasons": "Nothing else has helped.", "not_done": ""}
    address = reverse("restrictions:decide", args=[restriction.reference])
    page = check(signed_in(decider), address, said | {"decision": "impose"}).content.decode()
    restriction = imposing.impose(
        restriction.pk, Said(said["reasons"], considered=said["considered"]), by=decider, at=NOON
    )
    sent = words(letters.as_html(restriction.letter, on=NOON.date()))
    reference = f"Our reference: {restriction.letter.reference} (about {restriction.reference}) "
    assert words(page) == sent.replace(reference, "")

"""The office's pages: the versions, a proposal with its problems and its difference, the second look; moving a case."""

import html
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cases.models import Case
from design import seals
from office import services
from office.models import Adoption
from people import services as people
from policies.loader import LARGEST
from tests import factories
from tests.factories import NOON
from tests.office.versions import LOCAL, TEXT, adopted, newer, propose
from tests.pressing import check, press, standing
from tests.restrictions import builders

pytestmark = pytest.mark.usefixtures("noon")
ASKED = {"size": "significant", "approved_by_name": "Cabinet", "why": "The review of 2026."}
PROPOSE = "/office/policies/propose/"


@pytest.fixture
def noon(time_machine_at_noon):
    """The day on which everything here is done."""


@pytest.fixture
def time_machine_at_noon():
    import time_machine

    with time_machine.travel(NOON, tick=False):
        yield


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(response, status: int = 200) -> str:
    assert response.status_code == status, response.content.decode()[:2000]
    return " ".join(response.content.decode().split())


def upload(text: str | bytes, name: str = "policy.toml") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode() if isinstance(text, str) else text, "application/toml")


def in_box(seen: str, name: str) -> str:
    """What stands in a text box of the page."""
    found = re.search(rf'<textarea[^>]*name="{name}"[^>]*>(.*?)</textarea>', seen, re.S)
    assert found, f"no box {name}"
    return html.unescape(found[1]).strip()


# proposing


def test_from_the_file_to_the_adopted_policy(office):
    ada, bill = signed_in(office.ada), signed_in(office.bill)
    text = newer(('"20 working days from decision', '"30 working days from decision'))
    checked = check(ada, PROPOSE, {"file": upload(text), "local_text": LOCAL})
    seen = page(checked)
    assert "Check before you propose" in seen and "20 working days from decision" in seen
    assert "30 working days from decision" in seen and "1 rule differs" in seen or "2 rules differ" in seen
    assert "Significant changes: The Council&#x27;s Cabinet (clause 7.2)" in seen
    answer = press(ada, PROPOSE, ASKED, on=checked)
    adoption = Adoption.objects.get()
    assert answer["Location"] == reverse("office:proposal", args=[adoption.pk])
    own = page(ada.get(answer["Location"]))
    assert "You proposed this, so somebody else confirms it" in own and "Record your decision" not in own
    second = page(bill.get(answer["Location"]))
    assert "Check before you adopt" in second and "30 working days from decision" in second
    done = press(bill, answer["Location"], {"decision": "adopt"}, follow=True)
    assert "Policy adopted" in page(done)
    listed = page(bill.get(reverse("office:policies")))
    assert "Significant change, approved by Cabinet." in listed
    assert "Proposed by Ada Office on 18 December 2026, adopted by Bill Two on 18 December 2026" in listed
    assert "30 working days" in page(bill.get(reverse("office:version", args=[Adoption.objects.get().version_id])))


def test_every_problem_is_listed_and_the_text_stays_to_be_put_right(office):
    wrong = newer(("[appeal]\n", '[appeal]\nwindwo = "1 day [1]"\n'), ('"manager [6.35]"', '"managr [6.35]"'))
    seen = page(check(signed_in(office.ada), PROPOSE, {"file": upload(wrong), "local_text": LOCAL}))
    assert "The policy has 2 problems, listed at the top" in seen
    assert "appeal.windwo</strong> is not known. Did you mean “window”?" in seen and "Did you mean “manager”?" in seen
    assert "windwo" in in_box(seen, "text") and "review.interval" in in_box(seen, "local_text")
    assert not Adoption.objects.exists()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "Choose the policy file, or paste its text"),
        ({"file": upload(b"")}, "policy.toml is empty"),
        ({"file": upload(b"\xff\xfe\x00p")}, "is not what its name says it is"),
        ({"file": upload(b"\xff\xfe\xfd")}, "policy.toml is not UTF-8 text"),
        ({"file": upload(b"\x00" * 40)}, "is not what its name says it is"),
        ({"file": upload(b"MZ\x90")}, "is a programme"),
        ({"file": upload("x" * (LARGEST + 1))}, "Files must be 256 KB or smaller"),
        ({"file": upload(TEXT, "policy.pdf")}, "is of a kind that cannot be added"),
        ({"text": "x" * (LARGEST + 1)}, "must be 262144 characters or fewer"),
        ({"text": TEXT, "local_file": upload(b"\xff")}, "policy.toml is not UTF-8 text"),
        ({"text": "[policy]\nprovider = 'A\\u0000'"}, "writes a character that is none"),
        ({"text": TEXT, "local_text": LOCAL}, "was adopted on 18 December 2026"),
    ],
)
def test_what_cannot_be_read_is_said_beside_the_field_and_what_was_pasted_stays(office, given, said):
    for file in given.values():
        if not isinstance(file, str):
            file.seek(0)
    seen = page(check(signed_in(office.ada), PROPOSE, {"local_text": "# ours", **given}))
    assert said in seen and "govuk-error-summary" in seen
    for box, text in {"local_text": "# ours", **given}.items():
        if box in ("text", "local_text"):
            assert in_box(seen, box) == " ".join(text.split())


def test_what_is_not_filled_in_is_asked_for_and_everything_else_stays(office):
    ada, text = signed_in(office.ada), newer()
    for missing, said in (
        ("size", "Select how large the change is"),
        ("approved_by_name", "Enter who approved it"),
        ("why", "Enter why it is adopted"),
    ):
        checked = check(ada, PROPOSE, {"text": text, "local_text": LOCAL})
        seen = page(press(ada, PROPOSE, ASKED | {missing: ""}, on=checked))
        assert said in seen and "Check before you propose" in seen
        if missing != "approved_by_name":
            assert 'value="Cabinet"' in seen
        if missing != "why":
            assert "The review of 2026." in in_box(seen, "why")
        assert 'name="text" value="' in seen and "effective = 2026-12-01" in seen
    assert not Adoption.objects.exists()


def test_a_text_that_was_torn_on_the_way_is_read_again(office):
    ada = signed_in(office.ada)
    checked = check(ada, PROPOSE, {"text": newer(), "local_text": LOCAL})
    seen = page(press(ada, PROPOSE, {"text": "torn", "local_text": "", **ASKED}, on=checked))
    assert "problems, listed at the top" in seen and in_box(seen, "text") == "torn"


def test_whoever_goes_back_finds_the_text(office):
    ada = signed_in(office.ada)
    checked = check(ada, PROPOSE, {"text": newer(), "local_text": LOCAL})
    back = press(ada, PROPOSE, ASKED, on=checked, button="change")
    seen = page(back)
    assert "effective = 2026-12-01" in in_box(seen, "text")
    assert 'name="approved_by_name" value="Cabinet"' in seen
    assert "The review of 2026." in in_box(page(check(ada, PROPOSE, standing(back, "check"), on=back)), "why")


def test_a_second_proposal_is_too_late_and_ones_own_second_click_is_not(office):
    given = {"text": newer(effective="2026-12-02"), "local_text": LOCAL}
    ada, bill = signed_in(office.ada), signed_in(office.bill)
    checked, his = (check(each, PROPOSE, given) for each in (ada, bill))
    led_to = {press(ada, PROPOSE, ASKED, on=checked).url for _ in range(2)}
    assert led_to == {reverse("office:proposal", args=[Adoption.objects.get().pk])}
    assert press(ada, PROPOSE, ASKED, on=check(ada, PROPOSE, given)).url in led_to
    refused = page(press(bill, PROPOSE, ASKED, on=his), 409)
    assert "Ada Office has proposed a policy that waits" in refused


def test_a_returned_policy_is_put_right(office):
    adoption = propose(office)
    where = reverse("office:proposal", args=[adoption.pk])
    bill, ada = signed_in(office.bill), signed_in(office.ada)
    assert "Enter what has to change" in page(press(bill, where, {"decision": "return", "reasons": ""}))
    assert "The date is wrong." in page(
        press(bill, where, {"decision": "return", "reasons": "The date is wrong."}, follow=True)
    )
    seen = page(ada.get(where))
    assert "The date is wrong." in seen and f"{PROPOSE}?from={adoption.pk}" in seen
    assert "effective = 2026-12-01" in in_box(page(ada.get(f"{PROPOSE}?from={adoption.pk}")), "text")
    for odd in ("x", "9" * 40, "²", "-1"):
        assert in_box(page(ada.get(PROPOSE, {"from": odd})), "text") == ""


def test_whoever_comes_second_is_told_who_was_first(office):
    adoption = propose(office)
    where = reverse("office:proposal", args=[adoption.pk])
    cay = signed_in(factories.working_as(office.provider, "administrator", name="Cay Three"))
    opened = cay.get(where)
    services.adopt(adoption.pk, by=office.bill, at=NOON)
    late = page(press(cay, where, {"decision": "adopt"}, on=opened), 409)
    assert "Bill Two adopted this policy on 18 December 2026" in late
    assert "Policy adopted" in page(press(signed_in(office.bill), where, {"decision": "adopt"}))


def test_what_it_follows_is_what_was_looked_at(office):
    """Another policy came to hold while the second administrator looked: adopted on the command line, say."""
    adoption = propose(office, newer(effective="2027-02-01"))
    where = reverse("office:proposal", args=[adoption.pk])
    bill = signed_in(office.bill)
    opened = bill.get(where)
    people.adopt_policy(
        office.provider, text=newer(effective="2027-01-01"), local=LOCAL, by_name="Cabinet", by=office.ada, at=NOON
    )
    changed = page(press(bill, where, {"decision": "adopt"}, on=opened), 409)
    assert "<li>the policy that holds until then</li>" in changed and "Ada Office adopted a policy on" in changed
    assert Adoption.objects.get().state == "proposed"
    seen = seals.seal({"the policy that holds until then": None}, at=NOON)
    with pytest.raises(seals.ChangedSince):
        services.adopt(adoption.pk, by=office.bill, at=NOON, seen=seen)


def test_a_proposal_is_withdrawn_with_a_reason(office):
    adoption = propose(office)
    where = reverse("office:proposal", args=[adoption.pk])
    ada = signed_in(office.ada)
    assert "Enter why it is withdrawn" in page(press(ada, where, {"reasons": ""}))
    assert "Too early." in page(press(ada, where, {"reasons": "Too early."}, follow=True))


def test_a_proposal_that_can_no_longer_be_read_is_shown_and_returned(office):
    adoption = propose(office)
    Adoption.objects.filter(pk=adoption.pk).update(text="[policy]\nprovider = 1")
    where = reverse("office:proposal", args=[adoption.pk])
    bill = signed_in(office.bill)
    assert "It can no longer be read" in page(bill.get(where))
    assert "return it, so that it is put right" in page(press(bill, where, {"decision": "adopt"}))
    assert page(press(bill, where, {"decision": "return", "reasons": "Unreadable."}, follow=True))


def test_another_office_finds_nothing_of_it(office):
    adoption = propose(office)
    elsewhere = signed_in(factories.staff(factories.dover("elsewhere")).administrator)
    assert elsewhere.get(reverse("office:proposal", args=[adoption.pk])).status_code == 404
    version = office.provider.policy_versions.get()
    assert elsewhere.get(reverse("office:version", args=[version.pk])).status_code == 404


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=400) | st.text(max_size=400).map(lambda text: text.encode("utf-8", "surrogatepass")))
@example(TEXT.encode()[:300])
@example(TEXT.encode("utf-16"))
@example(TEXT.encode().replace(b"=", b"\x00", 1))
@example(b"a = " + b"[" * 399)
@example(b"\xef\xbb\xbf" + TEXT.encode())
@example(b"[roles]\nx = { name = '" + b"y" * 300 + b"', as = 'officer' }")
@example(b"effective = 9999-99-99")
def test_whatever_the_file_holds_the_answer_is_words(office, data):
    client = signed_in(office.ada)
    for chosen in ({"file": upload(data)}, {"text": TEXT, "local_file": upload(data)}):
        seen = page(check(client, PROPOSE, chosen))
        assert "govuk-error-summary" in seen or "Check before you propose" in seen
    assert not Adoption.objects.exists()


# cases


def test_the_cases_it_touches_stand_with_what_would_move(office):
    resident = factories.resident(office.provider, office.staff.officer)
    case = builders.warned_case(office.provider, office.staff, resident, at=NOON)
    builders.imposed(builders.World(office.provider, office.staff, resident, case, NOON), months=12)
    sooner = LOCAL.replace("every 6 months", "every 3 months")
    seen = page(check(signed_in(office.ada), PROPOSE, {"text": newer(), "local_text": sooner}))
    assert case.reference in seen and "18 June 2027, would be 18 March 2027" in seen
    assert "Every 3 months from the start on 18 December 2026" in seen
    assert resident.name not in seen


def test_as_many_queries_at_one_version_and_case_as_at_thirty(office):
    def count(*acts) -> list[int]:
        found = []
        for act in acts:
            with CaptureQueriesContext(connection) as asked:
                assert act().status_code == 200
            found.append(len(asked))
        return found

    ada = signed_in(office.ada)
    adopted(office, newer(effective="2025-01-01"))
    first = factories.resident(office.provider, office.staff.officer, name="First")
    builders.log(office.provider, office.staff, first, at=NOON)
    acts = (
        lambda: ada.get(reverse("office:policies")),
        lambda: check(ada, PROPOSE, {"text": newer(("6.34", "6.35")), "local_text": LOCAL}),
    )
    count(*acts)  # a version's names of the stages are read once a process
    one = count(*acts)
    for number in range(29):
        resident = factories.resident(office.provider, office.staff.officer, name=f"Resident {number}")
        builders.log(office.provider, office.staff, resident, at=NOON)
    for number in range(5):
        adopted(office, newer(effective=f"2025-02-{number + 1:02d}"))
    assert count(*acts) == one


def test_a_policy_that_is_to_come_is_named_where_a_case_would_be_moved(office):
    resident = factories.resident(office.provider, office.staff.officer)
    case = builders.warned_case(office.provider, office.staff, resident, at=NOON)
    where = reverse("office:move_case", args=[case.reference])
    assert "is adopted. From that day" not in page(signed_in(office.staff.manager).get(where))
    adopted(office, newer(effective="2027-12-01"))
    seen = page(signed_in(office.staff.manager).get(where))
    assert "A policy that holds from 1 December 2027 is adopted. From that day the case can be moved to it." in seen


def test_a_case_is_moved_on_its_file_after_what_would_change_was_shown(office):
    resident = factories.resident(office.provider, office.staff.officer)
    case = builders.warned_case(office.provider, office.staff, resident, at=NOON)
    builders.imposed(builders.World(office.provider, office.staff, resident, case, NOON), months=12)
    manager, where = signed_in(office.staff.manager), reverse("office:move_case", args=[case.reference])
    overview = reverse("cases:overview", args=[case.reference])
    assert where not in page(manager.get(overview))
    assert "There is no newer policy" in page(manager.get(where))
    version = adopted(office, local=LOCAL.replace("every 6 months", "every 3 months"))
    assert where in page(manager.get(overview))
    assert where not in page(signed_in(office.staff.officer).get(overview))
    assert "18 June 2027, would be 18 March 2027" in page(manager.get(where))
    assert "Enter why it goes on under the newer policy" in page(press(manager, where))
    opened = manager.get(where)
    newest = adopted(office, local=LOCAL.replace("every 6 months", "every 2 months"))
    changed = press(manager, where, {"reasons": "Fairer."}, on=opened)
    for part in ("the policy that the case would run under", "the dates that would move", "what the resident is told"):
        assert f"<li>{part}</li>" in page(changed, 409)
    assert "Bill Two adopted a policy on 18 December 2026 at midday." in page(changed, 409)
    kept = press(manager, where, on=changed, button="change")
    assert "Fairer." in in_box(page(kept), "reasons") and "would be 18 February 2027" in page(kept)
    assert Case.objects.get(pk=case.pk).policy_version not in (version, newest)
    done = page(press(manager, where, {"reasons": "Fairer."}, on=kept, follow=True))
    assert "The case runs under the policy of 1 December 2026." in done
    assert Case.objects.get(pk=case.pk).policy_version == newest
    timeline = page(manager.get(reverse("cases:timeline", args=[case.reference])))
    assert "Case moved to a newer version of the policy" in timeline and "Fairer." in timeline


def test_a_case_in_which_something_is_begun_says_what_comes_first(office):
    resident = factories.resident(office.provider, office.staff.officer)
    case = builders.warned_case(office.provider, office.staff, resident, at=NOON)
    restriction = builders.proposed(builders.World(office.provider, office.staff, resident, case, NOON))
    version = adopted(office)
    where = reverse("office:move_case", args=[case.reference])
    client = signed_in(office.staff.manager)
    assert f"A restriction is being proposed ({restriction.reference})" in page(client.get(where))
    press(client, where, {"reasons": "Fairer."})
    assert Case.objects.get(pk=case.pk).policy_version != version

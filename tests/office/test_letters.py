"""The words of letters with a proposed policy: chosen as files, their problems, what changes; adopted, carried over."""

import html
import re
from pathlib import Path

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from audit.models import Event
from office import forms, services
from office.models import Adoption
from people.models import PolicyVersion
from policies import shelf
from policies.problems import PolicyProblems
from policies.rules import RuleBroken
from tests.factories import DOVER, NOON
from tests.office.versions import LOCAL, TEXT, adopted, newer, propose
from tests.pressing import check, press

HELD = shelf.letters(DOVER)
OURS = "[subject]\nHow you spoke to us\n"
PROPOSE = "/office/policies/propose/"
ASKED = {"size": "minor", "approved_by_name": "Cabinet", "why": "Plainer words.", "proposed": "yes"}


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def ada(office) -> Client:
    client = Client()
    client.force_login(office.ada)
    return client


def letter(text: str | bytes, name: str = "warning.txt") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode() if isinstance(text, str) else text, "text/plain")


def page(response) -> str:
    assert response.status_code == 200, response.content.decode()[:2000]
    return response.content.decode()


def upload(client: Client, *files: SimpleUploadedFile, **more):
    return check(client, PROPOSE, {"text": newer(), "local_text": LOCAL, "letters": list(files), **more})


def unseen(seen: str, name: str) -> str:
    """What goes along unseen on a page."""
    found = re.search(rf'<input type="hidden" name="{name}"(?: value="([^"]*)")?', seen)
    assert found, f"nothing called {name}"
    return html.unescape(found[1] or "")


def test_files_are_chosen_compared_part_by_part_proposed_and_adopted(office, ada):
    """What was and what is now for each part; a letter without a file keeps its words."""
    checked = upload(ada, letter(OURS))
    seen = page(checked)
    assert "Check before you propose" in seen and "1 letter would be worded otherwise" in seen
    assert "How you spoke to us" in seen and "Is now:</span> the common wording" in seen
    was = re.search(r"\[subject\]\n(.+)", HELD["warning"])
    assert was and html.escape(was[1]) in seen
    answer = press(ada, PROPOSE, ASKED, on=checked)
    adoption = Adoption.objects.get()
    assert adoption.wording == HELD | {"warning": OURS}
    client = Client()
    client.force_login(office.bill)
    assert "How you spoke to us" in page(client.get(answer["Location"]))
    press(client, answer["Location"], {"decision": "adopt"})
    version = PolicyVersion.objects.order_by("-pk")[0]
    assert version.wording == HELD | {"warning": OURS}
    assert version.own_words.of("warning") == {"subject": "How you spoke to us"}
    assert Event.objects.get(verb="policy.confirmed").facts["letters"] == sorted(HELD)


def test_without_a_file_the_words_that_hold_are_carried_over(office, ada):
    checked = upload(ada)
    assert f"No letter changes: {len(HELD)} letters keep our own words" in page(checked)
    press(ada, PROPOSE, ASKED, on=checked)
    adoption = Adoption.objects.get()
    assert adoption.wording is None
    assert services.adopt(adoption.pk, by=office.bill, at=NOON).wording == HELD


def test_only_the_chosen_files_hold_where_that_is_ticked(office, ada):
    checked = upload(ada, letter(OURS), only="on")
    assert f"{len(HELD)} letters would be worded otherwise" in page(checked)
    press(ada, PROPOSE, ASKED, on=checked)
    assert Adoption.objects.get().wording == {"warning": OURS}


def test_ticked_without_a_file_every_letter_goes_back_to_the_common_wording(office, ada):
    press(ada, PROPOSE, ASKED, on=upload(ada, only="on"))
    adoption = Adoption.objects.get()
    assert adoption.wording == {}
    assert services.adopt(adoption.pk, by=office.bill, at=NOON).wording == {}


def test_every_problem_is_listed_and_what_could_be_read_is_kept(ada):
    seen = page(upload(ada, letter("[opning]\nGood day."), letter("[subject]\nYes", "wrning.txt")))
    assert "Files of letters have 2 problems, listed at the top" in seen
    assert "letters/warning.txt, line 1</strong> [opning] is not a part of a letter" in seen
    assert "letters/wrning.txt</strong> is not named as a letter is" in seen and "Did you mean “warning”?" in seen
    assert "read already: warning.txt, wrning.txt" in seen and "effective = 2026-12-01" in seen
    again = {"text": newer(), "local_text": LOCAL, "wording": unseen(seen, "wording")}
    assert "Files of letters have 1 problem" in page(check(ada, PROPOSE, again | {"letters": [letter(OURS)]}))
    assert not Adoption.objects.exists()


def test_an_error_beside_the_letters_keeps_them(ada):
    seen = page(upload(ada, letter(OURS), text="", only="on"))
    assert "Choose the policy file, or paste its text" in seen
    assert forms.unpacked(unseen(seen, "wording")) == {"warning": OURS}
    assert re.search(r'name="only"[^>]*checked', seen)
    seen = page(press(ada, PROPOSE, ASKED | {"why": ""}, on=upload(ada, letter(OURS))))
    assert "Enter why it is adopted" in seen and forms.unpacked(unseen(seen, "wording")) == {"warning": OURS}


def test_whoever_goes_back_to_the_text_finds_the_letters_read(ada):
    seen = page(press(ada, PROPOSE, on=upload(ada, letter(OURS), only="on"), button="change"))
    assert "read already: warning.txt" in seen and re.search(r'name="only"[^>]*checked', seen)


def test_a_returned_proposal_begins_with_its_letters(office, ada):
    adoption = propose(office, wording={"warning": OURS})
    services.send_back(adoption.pk, reasons="The date.", by=office.bill, at=NOON)
    seen = page(ada.get(PROPOSE, {"from": adoption.pk}))
    assert forms.unpacked(unseen(seen, "wording")) == {"warning": OURS}
    assert re.search(r'name="only"[^>]*checked', seen)


def test_the_same_policy_with_other_words_is_another_one(office):
    with pytest.raises(RuleBroken, match="This very policy, with these local rules, was adopted"):
        propose(office, TEXT)
    with pytest.raises(RuleBroken, match="and these words of letters, was adopted"):
        propose(office, TEXT, wording=HELD)
    assert adopted(office, TEXT, wording={"warning": OURS}).wording == {"warning": OURS}


def test_the_service_refuses_words_that_are_wrong(office):
    with pytest.raises(PolicyProblems, match="opning"):
        propose(office, wording={"warning": "[opning]\nGood day."})
    assert not Adoption.objects.exists()


def test_words_that_no_longer_fit_are_said_to_be_left_out(ada):
    renamed = newer(("[letter.late_review]", "[letter.held_late]"))
    seen = page(check(ada, PROPOSE, {"text": renamed, "local_text": LOCAL}))
    assert "The words in late_review.txt cannot go on" in seen and "Is now:</span> the common wording" in seen


@pytest.mark.parametrize(
    "torn", ["{", "[]", '{"warning": 1}', '"x"', "[" * 90_000, '{"warning": "\\ud800"}', "1" * 5000]
)
def test_what_was_torn_on_the_way_is_said_in_words(ada, torn):
    given = {"text": newer(), "local_text": LOCAL, "wording": torn}
    for seen in (check(ada, PROPOSE, given), press(ada, PROPOSE, ASKED | given, on=upload(ada))):
        assert forms.TORN in page(seen) and "effective = 2026-12-01" in page(seen)
    assert page(press(ada, PROPOSE, {"text": newer(), "wording": torn}, button="change"))
    assert not Adoption.objects.exists()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=200) | st.text(max_size=200).map(lambda t: t.encode("utf-8", "surrogatepass")),
       name=st.text(min_size=1, max_size=20))  # fmt: skip
@example(data=b"\xff\xfe[", name="warning")
@example(data=b"[subject]\n\x00", name="warning")
@example(data=OURS.encode(), name="..")
@example(data=OURS.encode(), name="a\x00b")
def test_whatever_the_files_hold_the_answer_is_words(ada, data, name):
    file = letter(data)
    file._name = f"{name}.txt"  # past what Python's client would clean
    for chosen in (file, letter(data)):
        seen = page(upload(ada, chosen))
        assert "govuk-error-summary" in seen or "Check before you propose" in seen
    assert not Adoption.objects.exists()


# on the command line


@pytest.fixture
def run(office, tmp_path: Path, capsys):
    """Proposes a newer policy with a folder of letters; hands out what was said."""
    (tmp_path / "newer.toml").write_text(newer())

    def said(folder: Path | str) -> str:
        file, by = str(tmp_path / "newer.toml"), office.ada.email
        how = ["--minor", "--approved-by", "Cabinet", "--why", "Plainer.", "--by", by, "--letters", str(folder)]
        try:
            call_command("adopt_policy", DOVER, file, *how)
        except CommandError as refusal:
            return f"refused: {refusal}"
        return capsys.readouterr().out

    return said


def test_a_folder_of_letters_is_proposed_whole(run, tmp_path):
    folder = tmp_path / "letters"
    folder.mkdir()
    (folder / "warning.txt").write_text(OURS)
    (folder / "notes.md").write_text("Not a letter.")
    assert "Proposed: " in run(folder)
    assert Adoption.objects.get().wording == {"warning": OURS}


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("warning.txt", b"\xff", "letters/warning.txt: is not UTF-8 text"),
        ("warning.txt", b"[opning]\nx", "[opning] is not a part of a letter"),
        ("wrning.txt", OURS.encode(), 'Did you mean "warning"?'),
        ("warning.md", OURS.encode(), "holds no file that ends in .txt"),
    ],
)
def test_what_is_wrong_with_a_folder_is_said(run, tmp_path, name, data, said):
    folder = tmp_path / "letters"
    folder.mkdir()
    (folder / name).write_bytes(data)
    assert said in run(folder)
    assert not Adoption.objects.exists()


def test_a_folder_that_is_none_is_refused(run, tmp_path):
    assert "is not there" in run(tmp_path / "nowhere")
    assert "is not a folder" in run(tmp_path / "newer.toml")

"""The office on the command line: a new version, a new provider without a line of code, every refusal in words."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.models import Event
from cases.models import Case
from deadlines.models import Holiday
from office.models import Adoption
from people import access
from people.models import Provider, User
from tests import factories
from tests.factories import DOVER, NOON
from tests.letters import post
from tests.office.versions import LOCAL, newer
from tests.restrictions import builders

HIGHMOOR = Path(__file__).parents[1] / "policies" / "invented" / "highmoor.toml"
APPROVED = ["--significant", "--approved-by", "Cabinet", "--why", "The review of 2026."]
NEW = [
    "--name", "Cartrefi Highmoor", "--short-name", "Highmoor", "--nation", "wales", "--kind", "association",
    "--address", "1 Moor Lane|Highmoor|LL1 1ZZ", "--email", "homes@highmoor.example", "--phone", "01632 960400",
]  # fmt: skip
OFFICE = [
    "--administrator",
    "Gwen Hughes <gwen@highmoor.example>",
    "--administrator",
    "Huw Rees <huw@highmoor.example>",
]


@pytest.fixture
def answer(capsys):
    """Runs a command; hands out what it printed, or the words with which it was refused."""

    def run(*arguments: object) -> str:
        try:
            call_command(*map(str, arguments))
        except CommandError as refusal:
            return f"refused: {refusal}"
        return capsys.readouterr().out

    return run


@pytest.fixture
def file(tmp_path: Path):
    path = tmp_path / "newer.toml"
    path.write_text(newer())
    return path


def test_a_new_version_is_proposed_and_confirmed_by_another(office, answer, file):
    said = answer("adopt_policy", DOVER, file, *APPROVED, "--by", office.ada.email)
    assert "Proposed: Managing Unacceptable Behaviour Policy, from 2026-12-01" in said
    adoption = Adoption.objects.get()
    assert adoption.local_text == LOCAL.strip() and adoption.size == "significant"
    assert "somebody else confirms it" in answer("confirm_policy", DOVER, "--by", office.ada.email)
    assert "Adopted: " in answer("confirm_policy", DOVER, "--by", office.bill.email.upper())
    assert office.provider.policy_versions.count() == 2
    assert "refused: No policy of Dover District Council waits" in answer(
        "confirm_policy", DOVER, "--by", office.bill.email
    )


def test_a_proposal_is_returned_with_its_reason(office, answer, file):
    answer("adopt_policy", DOVER, file, *APPROVED, "--by", office.ada.email)
    said = answer("return_policy", DOVER, "--by", office.bill.email, "--why", "The date is wrong.")
    assert said == "Returned to Ada Office.\n" and Adoption.objects.get().end_reason == "The date is wrong."


def test_a_new_provider_runs_on_its_file_alone(db, empty_queue, answer):
    said = answer("adopt_policy", "highmoor", HIGHMOOR, *NEW, *OFFICE, *APPROVED, "--by", "gwen@highmoor.example")
    assert "Set up: Cartrefi Highmoor" in said and "It holds once another administrator adopts it" in said
    provider = Provider.objects.get(slug="highmoor")
    assert provider.address == "1 Moor Lane\nHighmoor\nLL1 1ZZ" and Holiday.objects.filter(provider=provider).exists()
    gwen, huw = User.objects.order_by("pk")
    assert not gwen.has_usable_password() and access.can(gwen, access.Can.ADMINISTER, provider.pk)
    assert "Adopted: " in answer("confirm_policy", "highmoor", "--by", huw.email)
    officer = factories.working_as(provider, "officer", name="Olwen")
    resident = factories.resident(provider, officer)
    staff = type("Staff", (), {"officer": officer})
    builders.log(provider, staff, resident, at=NOON)
    assert Case.objects.get(resident=resident).policy.provider_name == "Cartrefi Highmoor"
    assert {"provider.founded", "user.made", "policy.proposed", "policy.adopted"} <= set(
        Event.objects.filter(provider_ref="highmoor").values_list("verb", flat=True)
    )


def test_an_administrator_of_a_new_provider_sets_a_password_by_mail(db, empty_queue, answer, mailoutbox, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    answer("adopt_policy", "highmoor", HIGHMOOR, *NEW, *OFFICE, *APPROVED, "--by", "gwen@highmoor.example")
    client = Client()
    client.post("/account/password/reset/", {"email": "gwen@highmoor.example"})
    post.deliver(at=timezone.now())
    words = [word for one in mailoutbox for word in one.body.split()]
    link = next(word for word in words if "/account/password/reset/key/" in word)
    form = client.get(link[link.index("/account") :], follow=True)
    set_ = {"password1": "quiet moorland harbour", "password2": "quiet moorland harbour"}
    client.post(form.redirect_chain[-1][0], set_)
    assert User.objects.get(email="gwen@highmoor.example").has_usable_password()


def links_in(said: str) -> list[str]:
    return re.findall(r"https?://\S+?(/account/password/reset/key/\S+)", said)


def set_password(link: str, words="quiet moorland harbour") -> Client:
    client = Client()
    form = client.get(link, follow=True)
    if form.redirect_chain:
        client.post(form.redirect_chain[-1][0], {"password1": words, "password2": words})
    return client


def test_without_mail_each_administrator_sets_a_password_by_a_printed_link_once(db, empty_queue, answer, mailoutbox):
    said = answer(
        "adopt_policy", "highmoor", HIGHMOOR, *NEW, *OFFICE, *APPROVED, "--by", "gwen@highmoor.example", "--print-links"
    )
    assert "by the links below" in said and "Hand each link to its own person" in said
    links = links_in(said)
    gwen, huw = User.objects.order_by("pk")
    assert len(links) == 2 and not mailoutbox
    set_password(links[0])
    assert User.objects.get(pk=gwen.pk).check_password("quiet moorland harbour")
    assert not User.objects.get(pk=huw.pk).has_usable_password()
    signed_in = Client()
    signed_in.post("/account/login/", {"login": gwen.email, "password": "quiet moorland harbour"})
    assert signed_in.session.get("_auth_user_id") == str(gwen.pk)
    set_password(links[0], "another moorland harbour")
    assert User.objects.get(pk=gwen.pk).check_password("quiet moorland harbour"), "a link works once"
    made = Event.objects.filter(verb="user.password_link_made")
    assert {one.subject_ref for one in made} == {gwen.reference, huw.reference}
    assert "/key/" not in str(list(Event.objects.values_list("facts", flat=True)))


def test_a_printed_link_runs_out(db, empty_queue, answer, settings):
    with time_machine.travel(NOON, tick=False):
        said = answer(
            "adopt_policy", "highmoor", HIGHMOOR, *NEW, *OFFICE, *APPROVED, "--by", "gwen@highmoor.example",
            "--print-links",
        )  # fmt: skip
    assert "until 21 December 2026" in said
    link = links_in(said)[0]
    with time_machine.travel(NOON + timedelta(days=3, minutes=1), tick=False):
        set_password(link)
        assert not User.objects.filter(email="gwen@highmoor.example").get().has_usable_password()
        again = answer("password_link", "highmoor", "--for", "gwen@highmoor.example")
        set_password(links_in(again)[0])
    assert User.objects.get(email="gwen@highmoor.example").has_usable_password()


def test_a_link_is_printed_for_a_first_password_of_an_administrator_alone(office, answer, file):
    office.ada.set_password("quiet moorland harbour")
    office.ada.save()
    assert "refused: ada" in answer("password_link", DOVER, "--for", office.ada.email).lower()
    officer = office.staff.officer
    officer.set_unusable_password()
    officer.save()
    assert "does not run the office" in answer("password_link", DOVER, "--for", officer.email)
    assert "refused: Nobody at" in answer("password_link", DOVER, "--for", "x@y.example")
    assert "set up already" in answer("adopt_policy", DOVER, file, *APPROVED, "--by", office.ada.email, "--print-links")
    assert not Event.objects.filter(verb="user.password_link_made").exists()


def test_links_are_not_printed_where_nothing_was_set_up(db, empty_queue, answer, tmp_path):
    wrong = tmp_path / "wrong.toml"
    wrong.write_text("not a policy")
    said = answer(
        "adopt_policy", "highmoor", wrong, *NEW, *OFFICE, *APPROVED, "--by", "gwen@highmoor.example", "--print-links"
    )
    assert said.startswith("refused") and not links_in(said) and not User.objects.exists()


@pytest.mark.parametrize(
    ("leave_out", "said"),
    [
        ("--phone", "There is no provider 'highmoor'. To set one up, add --phone"),
        ("--administrator", "two administrators or more"),
    ],
)
def test_what_a_new_provider_lacks_is_named_and_nothing_is_set_up(db, answer, leave_out, said):
    pairs = list(zip([*NEW, *OFFICE][::2], [*NEW, *OFFICE][1::2], strict=True))
    kept = [word for pair in pairs if pair[0] != leave_out for word in pair]
    assert said in answer("adopt_policy", "highmoor", HIGHMOOR, *kept, *APPROVED, "--by", "gwen@highmoor.example")
    assert not Provider.objects.exists()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("gwen@highmoor.example>", "gwen>"), "“gwen” is no e-mail address"),
        (("Gwen Hughes <gwen@highmoor.example>", "Gwen Hughes"), "names nobody"),
        (("huw@highmoor.example", "gwen@highmoor.example"), "two administrators or more"),
        (("Highmoor", "H" * 61), "The short name is too long"),
    ],
)
def test_what_is_wrong_about_a_new_provider_is_said(db, answer, change, said):
    words = [
        change[1] if word == change[0] else word.replace(*change) if "<" in word else word for word in [*NEW, *OFFICE]
    ]
    assert said in answer("adopt_policy", "highmoor", HIGHMOOR, *words, *APPROVED, "--by", "gwen@highmoor.example")
    assert not Provider.objects.exists()


def test_a_file_with_problems_sets_up_nobody(db, answer, tmp_path):
    wrong = tmp_path / "wrong.toml"
    wrong.write_text(HIGHMOOR.read_text().replace('as = "officer"', 'as = "oficer"'))
    said = answer("adopt_policy", "highmoor", wrong, *NEW, *OFFICE, *APPROVED, "--by", "gwen@highmoor.example")
    assert said.startswith("refused: roles.") and 'Did you mean "officer"?' in said
    assert not Provider.objects.exists() and not User.objects.exists()


def test_who_and_what_is_not_known_is_said(office, answer, file, tmp_path):
    by = ("--by", office.ada.email)
    assert f"There is no provider 'dovver'. There are: {DOVER}" in answer("confirm_policy", "dovver", *by)
    assert "There is no provider 'dovver'" in answer("adopt_policy", "dovver", file, *APPROVED, *by)
    assert "Nobody at Dover has an account" in answer("adopt_policy", DOVER, file, *APPROVED, "--by", "x@y.example")
    assert "is set up already: leave out --name" in answer("adopt_policy", DOVER, file, *APPROVED, *by, "--name", "X")
    assert "is not there" in answer("adopt_policy", DOVER, tmp_path / "none", *APPROVED, *by)
    assert "is not a file" in answer("adopt_policy", DOVER, tmp_path, *APPROVED, *by)
    assert "is not there" in answer("adopt_policy", DOVER, file, *APPROVED, *by, "--local", tmp_path / "none")
    officer = ("--by", office.staff.officer.email)
    assert "An administrator of the provider proposes" in answer("adopt_policy", DOVER, file, *APPROVED, *officer)
    assert not Adoption.objects.exists()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=300))
def test_whatever_bytes_the_file_holds_the_answer_is_words(office, answer, tmp_path, data):
    file = tmp_path / "any.toml"
    file.write_bytes(data)
    said = answer("adopt_policy", DOVER, file, *APPROVED, "--by", office.ada.email)
    assert said.startswith("refused: ") and "Traceback" not in said
    assert answer("cases_touched", DOVER, file).startswith("refused: ")


def test_the_cases_that_a_file_would_touch_are_told_with_how(office, answer, file, tmp_path):
    resident = factories.resident(office.provider, office.staff.officer)
    case = builders.warned_case(office.provider, office.staff, resident, at=NOON)
    builders.imposed(builders.World(office.provider, office.staff, resident, case, NOON), months=12)
    assert "of these 0 would then change" in answer("cases_touched", DOVER, file)
    sooner = tmp_path / "local.toml"
    sooner.write_text(LOCAL.replace("every 6 months", "every 3 months"))
    said = answer("cases_touched", DOVER, file, "--local", sooner)
    assert f"{case.reference} (Stage 3 – contact restrictions), under the policy of 2024-10-07" in said
    assert "Review: 18 June 2027; would be 18 March 2027. Every 3 months from the start on 18 December 2026" in said


def test_a_second_administrator_is_named_where_one_alone_is_left_and_only_then(office, answer):
    officer = office.staff.officer
    refused = answer("name_administrator", DOVER, "--for", officer.email)
    assert "one proposes another administrator, the other confirms" in refused
    office.bill.is_active = False
    office.bill.save()
    assert f"{officer.name} runs the office" in answer("name_administrator", DOVER, "--for", officer.email)
    assert access.can(User.objects.get(pk=officer.pk), access.Can.ADMINISTER, office.provider.pk)
    officer.is_active = False
    officer.save()
    assert "Give the name" in answer("name_administrator", DOVER, "--for", "cara@dover.example")
    said = answer("name_administrator", DOVER, "--for", "cara@dover.example", "--name", "Cara Three")
    assert "Cara Three runs the office" in said and "cara@dover.example, once, until" in said

"""Who needs a second factor, what somebody can do before they have one, and what happens when it is lost."""

import re

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.contrib.auth.password_validation import validate_password
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, reverse
from django.utils import timezone

from audit.models import Event
from design import seals
from people import access
from people.accounts.factors import BEFORE
from people.models import Provider, User
from people.services import ways_in
from policies.rules import RuleBroken
from tests import factories, factors, pressing
from tests.factories import NOON
from tests.letters import post
from tests.test_doors import DOORS

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_queue")]
FIRST = "/account/2fa/first/"


@pytest.fixture
def staff() -> factories.Staff:
    return factories.staff(factories.dover())


def signed_in(user: User) -> Client:
    """Somebody who is in by their password."""
    client = Client()
    client.post("/account/login/", {"login": user.email, "password": factories.PASSWORD})
    return client


def reauthenticated(client: Client) -> Client:
    """The same, who has just shown again that it is they."""
    client.post(reverse("account_reauthenticate"), {"password": factories.PASSWORD})
    return client


def test_an_administrator_without_one_is_led_to_setting_one_up_and_nowhere_else(staff, settings):
    """Every page of every room, by GET and by POST; only what leads to a factor opens, and what is open to all."""
    settings.FACTOR_FOR_ADMINISTRATORS = True
    client = reauthenticated(signed_in(staff.administrator))
    plain = {name for name, door in DOORS.items() if door.where is dict and door.open_to}
    let_in = set()
    for name in sorted(plain - {"account_logout", "account_end_sessions"}):
        for ask in (client.get, client.post):
            answer = ask(reverse(name))
            if answer.headers.get("Location") != FIRST:
                let_in.add(name)
    # What opens without a sign-in, and what leads to a second factor.
    open_to_all = {name for name in plain if not DOORS[name].open_to}
    assert let_in - open_to_all <= BEFORE | {
        "healthz", "readyz", "favicon", "account_login", "account_reset_password", "account_reset_password_done",
        "account_reset_password_from_key_done", "mfa_authenticate",
    }  # fmt: skip
    page = client.get(FIRST).content.decode()
    assert 'class="govuk-heading-l"' in page and "Set up a second factor first" in page and "/office/" not in page


def test_once_it_is_set_up_everything_opens_and_the_next_sign_in_asks_for_it(staff, settings):
    settings.FACTOR_FOR_ADMINISTRATORS = True
    client = reauthenticated(signed_in(staff.administrator))
    assert client.get("/office/")["Location"] == FIRST
    form = client.get(reverse("mfa_activate_totp")).context["form"]
    answer = client.post(reverse("mfa_activate_totp"), {"code": factors.code(form.secret)})
    assert answer["Location"] == reverse("mfa_view_recovery_codes")
    assert "Each lets you in once" in client.get(answer["Location"]).content.decode()
    assert client.get("/office/").status_code == 200
    assert signed_in(staff.administrator).get("/office/").status_code == 302


def test_what_somebody_typed_when_they_were_led_away_is_kept(staff):
    client = signed_in(staff.officer)
    found = factories.resident(staff.officer.provider, staff.officer)
    where = reverse("people:change", args=[found.reference])
    page = client.get(where).content.decode()
    typist = re.search(r'name="typist" value="([^"]+)"', page)
    assert typist
    Provider.objects.update(factor_roles=[role.key for role in staff.officer.roles])
    answer = client.post(where, {"typist": typist[1], "name": "Rowan Typed", "do": "do"})
    assert answer["Location"] == FIRST
    factors.add(staff.officer, "totp")
    assert "Rowan Typed" in client.get(where).content.decode()


def test_a_role_that_the_provider_chose_needs_one_and_others_do_not(staff):
    administrator = reauthenticated(signed_in(staff.administrator))
    (key,) = {role.key for role in staff.officer.roles}
    answer = pressing.press(administrator, "/office/signing-in/", {"factor_roles": [key]})
    assert answer.status_code == 302, answer.content.decode()
    assert Provider.objects.get(pk=staff.officer.provider_id).factor_roles == [key]
    assert signed_in(staff.officer).get("/residents/")["Location"] == FIRST
    assert signed_in(staff.team_leader).get("/residents/").status_code == 200
    assert Event.objects.get(verb="provider.signing_in_changed").facts["now"]["factor_roles"] == [key]


def test_settling_is_an_administrators_of_that_provider_and_never_undoes_what_came_between(staff):
    provider = staff.officer.provider
    elsewhere = factories.staff(factories.dover("elsewhere")).administrator
    for nobody in (staff.officer, staff.manager, elsewhere):
        with pytest.raises(access.NotPermitted):
            ways_in.settle(provider.pk, factor_roles=[], sign_on_only=False, by=nobody, at=NOON)
    seen = seals.seal(ways_in.known(provider), at=NOON)
    keys = list(provider.roles.values_list("key", flat=True))
    ways_in.settle(provider.pk, factor_roles=keys[:1], sign_on_only=False, by=staff.administrator, at=NOON, seen=seen)
    with pytest.raises(seals.ChangedSince):
        ways_in.settle(provider.pk, factor_roles=[], sign_on_only=False, by=staff.administrator, at=NOON, seen=seen)
    ways_in.settle(provider.pk, factor_roles=["no-such-role"], sign_on_only=False, by=staff.administrator, at=NOON)
    assert Provider.objects.get(pk=provider.pk).factor_roles == []


def test_the_list_of_who_has_one_asks_the_same_for_one_and_for_many(staff):
    client = reauthenticated(signed_in(staff.administrator))
    factors.add(staff.officer, "totp")
    client.get("/office/signing-in/")
    asked = []
    for more in (0, 30):
        for nth in range(more):
            factors.add(factories.working_as(staff.officer.provider, "officer", name=f"Person {nth}"), "totp")
        with CaptureQueriesContext(
            connection,
        ) as found:
            assert client.get("/office/signing-in/").status_code == 200
        asked.append(len(found))
    assert asked[0] == asked[1]


def test_a_lost_factor_is_removed_in_two_steps_recorded_and_told_and_every_session_ends(
    staff, django_capture_on_commit_callbacks, empty_queue
):
    for kind in ("totp", "recovery_codes", "webauthn"):
        factors.add(staff.officer, kind)
    lost = Client()
    lost.force_login(staff.officer)
    administrator = reauthenticated(signed_in(staff.administrator))
    where = f"/office/signing-in/{staff.officer.reference}/"
    assert "an authenticator app and a passkey" in administrator.get(where).content.decode()
    assert "Enter why it is removed" in pressing.check(administrator, where, {"reason": ""}).content.decode()
    checked = pressing.check(administrator, where, {"reason": "Lost telephone, spoke face to face"})
    assert "When you remove it" in checked.content.decode()
    assert Authenticator.objects.count() == 3
    empty_queue.flushdb()
    with django_capture_on_commit_callbacks(execute=True):
        done = pressing.press(administrator, where, on=checked)
    assert done.status_code == 302, done.content.decode()
    assert not Authenticator.objects.exists()
    assert lost.get("/residents/").status_code == 302
    event = Event.objects.get(verb="user.factors_removed")
    assert event.by_ref == staff.administrator.reference and "face to face" in event.words.body["reason"]
    assert empty_queue.llen("celery") == 1


def test_nobody_removes_their_own_that_of_another_provider_or_one_that_is_not_there(staff):
    factors.add(staff.administrator, "totp")
    elsewhere = factories.staff(factories.dover("elsewhere"))
    for by, of in (
        (staff.administrator, staff.administrator), (elsewhere.administrator, staff.officer),
        (staff.officer, staff.colleague), (staff.manager, staff.officer),
    ):  # fmt: skip
        with pytest.raises(access.NotPermitted):
            ways_in.remove_factors(of.pk, reason="Lost", by=by, at=NOON)
    with pytest.raises(RuleBroken):
        ways_in.remove_factors(staff.officer.pk, reason="Lost", by=staff.administrator, at=NOON)


def test_another_address_is_given_by_an_administrator_told_to_the_old_one_and_ends_sessions(
    staff, django_capture_on_commit_callbacks, empty_queue
):
    client = signed_in(staff.officer)
    empty_queue.flushdb()
    before = staff.officer.email
    with django_capture_on_commit_callbacks(execute=True):
        ways_in.change_address(staff.officer.pk, email=" New.Name@dover.example ", by=staff.administrator, at=NOON)
    assert User.objects.get(pk=staff.officer.pk).email == "new.name@dover.example"
    assert client.get("/residents/").status_code == 302
    assert empty_queue.llen("celery") == 1
    post.deliver()
    (told,) = mail.outbox
    assert told.to == [before] and "changed the address with which you sign in" in told.subject
    event = Event.objects.get(verb="user.address_changed")
    assert event.words.body == {"was": before, "now": "new.name@dover.example"}
    for email in (staff.colleague.email.upper(), "NEW.name@dover.example", "not an address", ""):
        with pytest.raises(RuleBroken):
            ways_in.change_address(staff.officer.pk, email=email, by=staff.administrator, at=NOON)
    for by, of in ((staff.officer, staff.officer), (staff.administrator, staff.administrator)):
        with pytest.raises(access.NotPermitted):
            ways_in.change_address(of.pk, email="other@dover.example", by=by, at=NOON)
    older = seals.seal({"the e-mail address": before}, at=NOON)
    with pytest.raises(seals.ChangedSince):
        ways_in.change_address(
            staff.officer.pk, email="other@dover.example", by=staff.administrator, at=NOON, seen=older
        )


KEY = '"type": "public-key"'
TORN = [
    "{}", "[]", "1", '"x"', "null", "{", '{"id": {}}', f'{{"id": "x", "rawId": "x", {KEY}, "response": {{}}}}',
    f'{{"id": 1, "rawId": [], {KEY}, "response": {{"clientDataJSON": "AA", "attestationObject": "AA"}}}}',
    f'{{"id": "AA", "rawId": "AA", {KEY}, "response": {{"clientDataJSON": "AA", "authenticatorData": "AA",'
    ' "signature": "AA", "userHandle": "AA"}, "clientExtensionResults": {}}',
]  # fmt: skip


@pytest.mark.parametrize("credential", TORN)
def test_what_no_passkey_has_said_is_refused_in_words_on_every_page_that_takes_one(staff, credential):
    client = reauthenticated(signed_in(staff.officer))
    client.get(reverse("mfa_add_webauthn"))
    added = client.post(reverse("mfa_add_webauthn"), {"name": "x", "credential": credential})
    factors.add(staff.officer, "webauthn")
    client.get(reverse("mfa_reauthenticate_webauthn"))
    again = client.post(reverse("mfa_reauthenticate_webauthn"), {"credential": credential})
    on_the_way_in = signed_in(staff.officer)
    on_the_way_in.get(reverse("mfa_authenticate"))
    first = on_the_way_in.post(reverse("mfa_authenticate"), {"credential": credential})
    for answer in (added, again, first):
        assert answer.status_code == 200 and "There is a problem" in answer.content.decode()
    assert Authenticator.objects.count() == 1


@pytest.mark.parametrize(
    "password",
    [
        "short", "aaaaaaaaaaaaaa", "abababababab", "password1234", "Password2026!", "P4ssw0rd!!!!", "qwertyuiop12",
        "passwordpassword", "summer202612", "OliveOfficer", "olive.officer1", "0liv3Offic3r!", "DoverCouncil1",
        "DoverDistrict2026", "evenhandevenhand", "Evenhand2026!",
    ],
)  # fmt: skip
def test_a_password_that_is_guessed_first_is_refused(staff, password):
    with pytest.raises(ValidationError):
        validate_password(password, staff.officer)


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery", "quiet moorland harbour", "739205718264", "ça va très bien à Douvres",
        "three officers walk along the cliffs of dover", "пароль из трёх слов", "x9$kPq2!vLm7",
    ],
)  # fmt: skip
def test_a_long_one_is_taken_whatever_signs_it_has(staff, password):
    validate_password(password, staff.officer)


def test_every_page_of_administration_asks_again_after_a_quarter_of_an_hour_and_keeps_what_was_typed(staff):
    """Of the doors whichever only administrators open, and in the service's own words for whoever may not.

    And what is closed to whoever sits there: nobody at a screen left open finds out who looked, or opens a closed file.
    """
    doors = [name for name, door in DOORS.items() if door.open_to == {"administrator"}]
    doors += ["office:who_looked", "cases:open_urgently"]
    assert len(doors) > 10
    begun = timezone.now()
    with time_machine.travel(begun, tick=False) as clock:
        client = signed_in(staff.administrator)
        assert client.get("/office/days-off/add/").status_code == 200
        typed = pressing.hidden(client.get("/office/days-off/add/")) | {"name": "Offices closed", "do": "check"}
        clock.shift(16 * 60)
        for name in doors:
            known = {key: NAMED[key] for key in re.findall(r"<(?:\w+:)?(\w+)>", ROUTES[name])}
            for ask in (client.get, client.post):
                answer = ask(reverse(name, kwargs=known))
                assert answer["Location"].startswith("/account/reauthenticate/?next="), name
        away = client.post("/office/days-off/add/", typed)
        assert away["Location"] == "/account/reauthenticate/?next=%2Foffice%2Fdays-off%2Fadd%2F"
        assert client.get(away["Location"]).status_code == 200
        wrong = client.post(away["Location"], {"password": "not the password"})
        assert "Enter your password. This is not it" in wrong.content.decode()
        back = client.post(away["Location"], {"password": factories.PASSWORD})
        assert back["Location"] == "/office/days-off/add/"
        assert "Offices closed" in client.get(back["Location"]).content.decode()
        clock.shift(14 * 60)
        assert client.get("/office/").status_code == 200
        assert client.get("/residents/").status_code in (200, 403)


NAMED = {"pk": 1, "ref": "X-000001", "which": "lift", "on": "2026-12-25", "reference": "U-000001", "mark": "0" * 16}
ROUTES = {
    f"{space.namespace}:{one.name}" if getattr(space, "namespace", "") else one.name: str(one.pattern)
    for space in get_resolver().url_patterns
    for one in getattr(space, "url_patterns", [space])
}

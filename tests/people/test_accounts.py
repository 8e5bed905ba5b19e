"""Who gets in: signing in and its second step, links for passwords, wrong tries, sessions, and what the trail keeps."""

import json
import re
from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.core import mail
from django.db import IntegrityError, connection
from django.test import Client
from django.urls import NoReverseMatch, get_resolver, reverse
from django.utils import timezone

from audit.models import Event
from people import tasks
from people.access import NotPermitted
from people.accounts import origins
from people.models import AccountMail, KnownPlace, Session, User, WrongTries
from people.services import passwords, ways_in, wrong_tries
from tests import factories, factors, migrating
from tests.factories import NOON
from tests.letters import post
from tests.pressing import press
from tests.register.test_races import at_once
from tests.test_doors import DOORS, addresses

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_queue")]
LOGIN = "/account/login/"
RESET = "/account/password/reset/"
NEW = "quiet moorland harbour"
# What the library reverses or that stands in a mail, and is wanted. Whoever adds one says why.
WANTED = {
    "account_login", "account_logout", "account_reauthenticate", "account_change_password", "account_reset_password",
    "account_reset_password_done", "account_reset_password_from_key", "account_reset_password_from_key_done",
    "mfa_authenticate", "mfa_reauthenticate", "mfa_activate_totp", "mfa_deactivate_totp", "mfa_view_recovery_codes",
    "openid_connect_login", "openid_connect_callback", "mfa_generate_recovery_codes", "mfa_add_webauthn",
    "mfa_remove_webauthn", "mfa_reauthenticate_webauthn",
}  # fmt: skip
LIBRARY = sorted({name.rpartition(":")[2] for name in addresses(get_resolver("allauth.urls")) if name})


@pytest.fixture
def provider():
    return factories.dover()


@pytest.fixture
def officer(provider) -> User:
    """Somebody with a password."""
    return factories.working_as(provider, "officer", name="Olive Officer")


def sign_in(client: Client, user: User, password: str = factories.PASSWORD, **extra):
    """What the sign-in page answers to this address and password."""
    return client.post(LOGIN, {"login": user.email, "password": password}, **extra)


def is_in(client: Client) -> bool:
    """Whether pages behind the sign-in open."""
    return client.get(reverse("your_account")).status_code == 200


def verbs(user: User | None = None) -> list[str]:
    """What the trail says of signing in, oldest first."""
    found = Event.objects.order_by("pk")
    return [one.verb for one in (found.filter(subject_ref=user.reference) if user else found) if "." in one.verb]


# --- The library's own pages


@pytest.mark.parametrize("name", LIBRARY)
def test_of_the_library_only_what_is_wanted_has_an_address(name):
    """An address that nobody chose is a door that nobody watches: adding addresses took accounts over."""
    if name in WANTED:
        assert name in DOORS
    else:
        with pytest.raises(NoReverseMatch):
            reverse(name)


@pytest.mark.parametrize(
    "path",
    ["email/", "signup/", "inactive/", "confirm-email/", "password/set/", "social/connections/", "3rdparty/", "2fa/"],
)
def test_the_librarys_other_pages_are_not_there(client, officer, path):
    client.force_login(officer)
    for method in (client.get, client.post):
        assert method(f"/account/{path}", {"email": "me@outside.example", "action_add": ""}).status_code == 404


def test_no_address_but_the_accounts_own_is_ever_kept(officer):
    """Whoever writes to the table past the product is refused by the database."""
    with connection.cursor() as cursor, pytest.raises(IntegrityError, match="the_address_stands_on_the_account"):
        cursor.execute(
            'INSERT INTO account_emailaddress (email, verified, "primary", user_id) VALUES (%s, true, true, %s)',
            ["me@outside.example", officer.pk],
        )


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_what_got_in_by_the_side_goes_and_secrets_are_encrypted():
    officer = factories.working_as(factories.dover(), "officer")
    with migrating.at("people", "0006_sessions_places_and_wrong_tries"):
        with connection.cursor() as cursor:
            cursor.execute(
                'INSERT INTO account_emailaddress (email, verified, "primary", user_id) VALUES (%s, true, true, %s)',
                ["me@outside.example", officer.pk],
            )
            cursor.execute("INSERT INTO django_session VALUES ('k', 'd', now())")
        plain = Authenticator.objects.create(user=officer, type="totp", data={"secret": factors.SECRET})
    with connection.cursor() as cursor:
        for table in ("account_emailaddress", "django_session"):
            cursor.execute(f"SELECT count(*) FROM {table}")
            assert cursor.fetchone() == (0,)
    plain.refresh_from_db()
    assert factors.SECRET not in json.dumps(plain.data)
    client = Client()
    sign_in(client, officer)
    assert client.post(reverse("mfa_authenticate"), {"code": factors.code()}).status_code == 302
    assert is_in(client)


# --- The second step


@pytest.mark.parametrize("how", ["totp", "recovery_codes"])
def test_whoever_has_a_second_factor_signs_in_with_it_and_lands_where_they_wanted(client, officer, how):
    kept = factors.add(officer, "totp")
    codes = factors.add(officer, "recovery_codes").wrap()
    answer = client.post(LOGIN, {"login": officer.email, "password": factories.PASSWORD, "next": "/residents/"})
    assert answer["Location"] == reverse("mfa_authenticate")
    page = client.get(answer["Location"])
    assert page.status_code == 200 and "Enter your sign-in code" in page.content.decode()
    assert not is_in(client)
    wrong = client.post(answer["Location"], {"code": "000000"})
    assert "Enter the six figures that the app shows now" in wrong.content.decode()
    right = factors.code() if how == "totp" else codes.get_unused_codes()[0]
    done = client.post(answer["Location"], {"code": right})
    assert (done.status_code, done["Location"]) == (302, "/residents/")
    assert is_in(client)
    signed_in = Event.objects.get(verb="user.signed_in")
    assert signed_in.facts["how"] == ["password", how]
    assert ("user.recovery_code_used" in verbs(officer)) == (how == "recovery_codes")
    assert kept.pk


def test_a_code_works_once(officer):
    factors.add(officer, "totp")
    for nth, expected in ((1, True), (2, False)):
        client = Client()
        sign_in(client, officer)
        client.post(reverse("mfa_authenticate"), {"code": factors.code()})
        assert is_in(client) is expected, nth


@pytest.mark.parametrize(("seconds", "gets_in"), [(-60, False), (-30, True), (30, True), (60, False)])
def test_the_clock_of_a_telephone_may_be_half_a_minute_off_and_no_more(officer, seconds, gets_in):
    factors.add(officer, "totp")
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = Client()
        sign_in(client, officer)
        code = factors.code()
        clock.shift(seconds)
        client.post(reverse("mfa_authenticate"), {"code": code})
        assert is_in(client) is gets_in


def test_an_account_that_is_closed_between_the_two_steps_stays_out_and_goes_round_in_no_circle(client, officer):
    factors.add(officer, "totp")
    sign_in(client, officer)
    User.objects.filter(pk=officer.pk).update(is_active=False)
    answer = client.post(reverse("mfa_authenticate"), {"code": factors.code()}, follow=True)
    assert len(answer.redirect_chain) <= 2 and "<h1" in answer.content.decode()
    assert not is_in(client)
    assert "user.signed_in" not in verbs(officer) and not Session.objects.filter(user=officer).exists()


def test_a_leaver_cannot_tell_a_right_password_from_a_wrong_one(officer):
    User.objects.filter(pk=officer.pk).update(is_active=False)
    answers = []
    for password in (factories.PASSWORD, "not the password"):
        client = Client()
        answer = sign_in(client, officer, password)
        hidden = re.sub(r'value="[^"]*"', "", answer.content.decode())
        answers.append((answer.status_code, answer.headers.get("Location"), hidden, sorted(client.cookies)))
    assert answers[0] == answers[1]
    assert answers[0][0] == 200


def test_a_closed_account_and_an_open_one_and_none_cost_the_same(officer, provider):
    """A clock tells one from the other where one asks the database more than another, or hashes less."""
    closed = factories.working_as(provider, "officer", name="Gone Away")
    User.objects.filter(pk=closed.pk).update(is_active=False)
    asked = []
    for address in (officer.email, closed.email, "nobody@outside.example"):
        counted = Counted()
        with connection.execute_wrapper(counted):
            Client().post(LOGIN, {"login": address, "password": "not the password"})
        asked.append(counted.number)
    assert len(set(asked)) == 1, asked


class Counted:
    """Counts what the database is asked."""

    def __init__(self) -> None:
        self.number = 0

    def __call__(self, execute, sql, params, many, context):
        self.number += 1
        return execute(sql, params, many, context)


# --- Links for passwords


def test_asking_for_a_link_answers_alike_and_looks_nobody_up(client, officer, empty_queue):
    pages, looked = [], []
    for address in (officer.email, "nobody@outside.example"):
        tables = Tables()
        with connection.execute_wrapper(tables):
            answer = client.post(RESET, {"email": address}, HTTP_HOST="localhost:31337", follow=True)
        pages.append(answer.content)
        looked.append(tables.named & {"people_user"})
    assert pages[0] == pages[1] and "Check your email" in pages[0].decode()
    assert looked == [set(), set()]
    assert sorted(AccountMail.objects.values_list("address", flat=True)) == sorted(
        [officer.email, "nobody@outside.example"]
    )
    assert mail.outbox == []


class Tables:
    """The tables that are asked."""

    def __init__(self) -> None:
        self.named: set[str] = set()

    def __call__(self, execute, sql, params, many, context):
        self.named |= set(re.findall(r'"(\w+)"', sql))
        return execute(sql, params, many, context)


def test_a_link_goes_to_accounts_that_are_open_and_to_nobody_else(officer, provider, settings):
    settings.BASE_URL = "https://evenhand.example/"
    closed = factories.working_as(provider, "officer", name="Gone Away")
    User.objects.filter(pk=closed.pk).update(is_active=False)
    for address in (closed.email, "nobody@outside.example", officer.email.upper()):
        passwords.ask_for_link(address, at=NOON)
    post.deliver()
    assert not AccountMail.objects.exists()
    (sent,) = mail.outbox
    assert sent.to == [officer.email]
    assert "https://evenhand.example/account/password/reset/key/" in sent.body
    assert verbs(officer)[-1] == "user.password_link_sent"


def test_a_link_sets_a_password_once_ends_every_session_and_is_told(client, officer):
    elsewhere = Client()
    sign_in(elsewhere, officer)
    assert is_in(elsewhere)
    officer.refresh_from_db()
    link = passwords.link(officer).partition("8000")[2]
    page = client.get(link, follow=True)
    form = page.redirect_chain[-1][0]
    assert "set-password" in form
    weak = client.post(form, {"password1": "password1234", "password2": "password1234"})
    assert "guessed first" in weak.content.decode()
    done = client.post(form, {"password1": NEW, "password2": NEW}, follow=True)
    assert "Password set" in done.content.decode()
    assert not is_in(elsewhere) and not Session.objects.filter(user=officer)
    assert "This link no longer works" in client.get(link, follow=True).content.decode()
    assert "user.password_reset" in verbs(officer)
    assert not is_in(client), "the link signs nobody in: who has a second factor is asked for it at the sign-in"
    sign_in(client, officer, NEW)
    assert is_in(client)


def test_whoever_signs_out_leaves_nothing_in_the_browser(client, officer):
    sign_in(client, officer)
    answer = client.post("/account/logout/")
    assert answer["Clear-Site-Data"] == '"cache", "storage"' and not is_in(client)


def test_an_administrator_signs_somebody_out_everywhere(officer, provider):
    """With a reason, on the trail, and nobody else does; the account, its password and its roles stay."""
    devices = [Client(), Client()]
    for device in devices:
        sign_in(device, officer)
    ada, colleague = factories.working_as(provider, "administrator"), factories.working_as(provider, "officer")
    url = reverse("office:person_sign_out", args=[officer.reference])
    office = Client()
    sign_in(office, ada)
    assert "Enter why they are signed out" in press(office, url).content.decode()
    assert all(is_in(device) for device in devices)
    assert press(office, url, {"reason": "Her laptop was stolen."}).status_code == 302
    assert not any(is_in(device) for device in devices) and is_in(office)
    event = Event.objects.get(verb="user.signed_out_everywhere")
    assert (event.by_ref, event.facts) == (ada.reference, {"sessions_ended": 2})
    with pytest.raises(NotPermitted):
        ways_in.sign_out(officer.pk, reason="x", by=colleague, at=timezone.now())
    sign_in(devices[0], officer)
    assert is_in(devices[0])


def test_a_link_of_a_closed_account_opens_nothing(client, officer):
    link = passwords.link(officer).partition("8000")[2]
    User.objects.filter(pk=officer.pk).update(is_active=False)
    assert "This link no longer works" in client.get(link, follow=True).content.decode()


# --- Wrong tries


def strange(number: int) -> dict:
    """A client from a network of its own, which varies the port in `Host` as well."""
    return {"REMOTE_ADDR": f"198.51.100.{number % 250}", "HTTP_HOST": f"localhost:{20_000 + number}"}


def test_guesses_from_anywhere_wait_after_five_whatever_host_and_network_they_name(officer):
    for nth in range(5):
        assert sign_in(Client(), officer, "wrong", **strange(nth)).status_code == 200
    answer = sign_in(Client(), officer, "wrong", **strange(99))
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 60
    assert "Wait a minute" in answer.content.decode()


@pytest.mark.django_db(transaction=True)
def test_guesses_at_the_same_instant_are_counted_like_those_one_after_the_other():
    """Before a password is looked at: whoever sends many at once has no more tries than whoever waits."""
    counted, at = wrong_tries.counters("ann@dover.example", origins.Place("198.51.100.1", "", "")), timezone.now()

    def judged() -> bool:
        try:
            wrong_tries.begin(counted, at=at)
        except wrong_tries.TooMany:
            return False
        return True

    assert sum(at_once(*[judged] * 12)) == 5


def test_a_stranger_keeps_nobody_out_who_comes_from_where_they_always_come_from(officer):
    """By the network, and on another network by the device."""
    own = Client()
    sign_in(own, officer, REMOTE_ADDR="192.0.2.7")
    own.post("/account/logout/")
    for nth in range(40):
        sign_in(Client(), officer, "wrong", **strange(nth))
    assert sign_in(Client(), officer, **strange(200)).status_code == 429
    assert sign_in(Client(), officer, REMOTE_ADDR="192.0.2.7").status_code == 302
    assert sign_in(own, officer, REMOTE_ADDR="203.0.113.9").status_code == 302


def test_whoever_guesses_from_where_the_account_is_known_waits_too(officer):
    """A colleague at the next desk has ten tries, and no more than a stranger after that."""
    office = {"REMOTE_ADDR": "192.0.2.7"}
    sign_in(Client(), officer, **office)
    assert [sign_in(Client(), officer, "wrong", **office).status_code for _ in range(12)] == [200] * 10 + [429] * 2


def test_nobody_waits_for_more_than_a_quarter_of_an_hour_and_a_new_password_lets_one_in_at_once(officer):
    begun = timezone.now()
    with time_machine.travel(begun, tick=False) as clock:
        for nth in range(60):
            answer = sign_in(Client(), officer, "wrong", **strange(nth))
            if answer.status_code == 429:
                wait = int(answer["Retry-After"])
                assert wait <= 15 * 60 + 1
                clock.shift(wait)
        sign_in(Client(), officer, "wrong", **strange(61))
        here = {"REMOTE_ADDR": "203.0.113.80"}
        assert sign_in(Client(), officer, **here).status_code == 429
        client = Client()
        link = passwords.link(officer).partition("8000")[2]
        form = client.get(link, follow=True, **here).redirect_chain[-1][0]
        client.post(form, {"password1": NEW, "password2": NEW}, **here)
        assert sign_in(Client(), officer, NEW, **here).status_code == 302


def test_an_office_behind_one_address_goes_on_working(provider, officer):
    """However many of its people type wrong passwords: a colleague who was in before gets in."""
    office = {"REMOTE_ADDR": "192.0.2.7"}
    sign_in(Client(), officer, **office)
    others = [factories.person(provider, name=f"Colleague {nth}") for nth in range(12)]
    for other in others:
        sign_in(Client(), other, **office)
    for other in others:
        for _ in range(4):
            sign_in(Client(), other, "wrong", **office)
    assert sign_in(Client(), officer, **office).status_code == 302
    assert sign_in(Client(), others[0], **office).status_code == 302


def test_guessing_one_password_at_many_accounts_waits_by_network(provider):
    here = {"REMOTE_ADDR": "198.51.100.1"}
    codes = [
        Client()
        .post(LOGIN, {"login": f"somebody{nth}@outside.example", "password": "Summer2026!!"}, **here)
        .status_code
        for nth in range(31)
    ]
    assert codes == [200] * 30 + [429]


def test_the_networks_of_one_household_count_as_one(officer):
    for nth in range(30):
        address = f"nobody{nth}@outside.example"
        Client().post(LOGIN, {"login": address, "password": "x"}, REMOTE_ADDR=f"2001:db8:1:2::{nth + 1}")
    assert sign_in(Client(), officer, REMOTE_ADDR="2001:db8:1:2:ffff::1").status_code == 429
    assert sign_in(Client(), officer, REMOTE_ADDR="2001:db8:1:3::1").status_code == 302


def test_unknown_addresses_wait_as_known_ones_do():
    for _ in range(5):
        Client().post(LOGIN, {"login": "nobody@outside.example", "password": "x"})
    assert Client().post(LOGIN, {"login": "nobody@outside.example", "password": "x"}).status_code == 429


def test_wrong_tries_are_forgotten_after_an_hour_and_cleared_at_night(officer):
    begun = timezone.now()
    for nth in range(5):
        sign_in(Client(), officer, "wrong", **strange(nth))
    with time_machine.travel(begun + timedelta(hours=2)):
        assert sign_in(Client(), officer, **strange(77)).status_code == 302
    assert KnownPlace.objects.filter(user=officer).count() == 2
    with time_machine.travel(begun + timedelta(days=91)):
        tasks.clear_sessions()
    assert not WrongTries.objects.exists() and not KnownPlace.objects.exists() and not Session.objects.exists()


# --- Sessions


def test_a_session_ends_by_idleness_and_by_its_age_and_what_was_typed_is_kept(officer):
    begun = timezone.now()
    with time_machine.travel(begun, tick=False) as clock:
        client = Client()
        sign_in(client, officer)
        while is_in(client):
            clock.shift(20 * 60)
            assert timezone.now() - begun <= timedelta(hours=10)
        assert timezone.now() - begun == timedelta(hours=10)
        sign_in(client, officer)
        clock.shift(29 * 60)
        assert is_in(client)
        clock.shift(33 * 60)
        assert not is_in(client)


def test_your_account_lists_sessions_and_ends_one_or_all_others(officer):
    clients = [
        Client(headers={"user-agent": agent}) for agent in ("Firefox/1 Windows", "Chrome/1 Android", "curl", "x")
    ]
    for nth, client in enumerate(clients):
        sign_in(client, officer, REMOTE_ADDR=f"192.0.2.{nth}")
    page = clients[0].get(reverse("your_account")).content.decode()
    assert "Firefox on Windows, from 192.0.2.0" in page and "Chrome on Android, from 192.0.2.1" in page
    keys = set(Session.objects.values_list("session_key", flat=True))
    assert len(keys) == 4 and not any(key in page for key in keys), "a key of a session lets in whoever reads it"
    handles = re.findall(r'name="session" value="(\w+)"', page)
    assert len(handles) == 3
    clients[0].post(reverse("account_end_sessions"), {"session": handles[0]})
    assert [is_in(one) for one in clients].count(True) == 3
    clients[0].post(reverse("account_end_sessions"))
    assert [is_in(one) for one in clients] == [True, False, False, False]
    ended = Event.objects.filter(verb="user.sessions_ended").order_by("pk")
    assert [one.facts["sessions_ended"] for one in ended] == [1, 2]


def test_nobody_ends_the_session_of_somebody_else(officer, provider):
    mine, theirs = Client(), Client()
    sign_in(mine, officer)
    sign_in(theirs, factories.person(provider, name="Colin Colleague"))
    page = theirs.get(reverse("your_account")).content.decode()
    from people.accounts import sessions

    (of_mine,) = [sessions.handle(one) for one in Session.objects.filter(user=officer)]
    assert of_mine not in page
    theirs.post(reverse("account_end_sessions"), {"session": of_mine})
    assert is_in(mine)


@pytest.mark.parametrize("change", ["password", "factor added", "factor removed", "recovery codes"])
def test_changing_the_way_in_ends_every_other_session_is_recorded_and_told(
    officer, change, django_capture_on_commit_callbacks, empty_queue
):
    here, elsewhere = Client(), Client()
    sign_in(here, officer)
    sign_in(elsewhere, officer)
    if change != "factor added":
        pass
    here.post(reverse("account_reauthenticate"), {"password": factories.PASSWORD})
    if change in ("factor removed", "recovery codes"):
        factors.add(officer, "totp")
    empty_queue.flushdb()
    with django_capture_on_commit_callbacks(execute=True):
        verb = changed(here, officer, change)
    assert is_in(here) and not is_in(elsewhere)
    assert verb in verbs(officer)
    assert empty_queue.llen("celery") >= 1
    post.deliver(at=timezone.now())
    assert mail.outbox[0].to == [officer.email] and "If you did not" in mail.outbox[0].body


def changed(client: Client, officer: User, change: str) -> str:
    """Do it on its page; the verb that the trail should have."""
    if change == "password":
        given = {"oldpassword": factories.PASSWORD, "password1": NEW, "password2": NEW}
        assert client.post(reverse("account_change_password"), given).status_code == 302
        return "user.password_changed"
    if change == "factor added":
        page = client.get(reverse("mfa_activate_totp")).context["form"]
        answer = client.post(reverse("mfa_activate_totp"), {"code": factors.code(page.secret)})
        assert answer.status_code == 302, answer.content.decode()
        assert factors_of(officer) == {"totp", "recovery_codes"}
        return "user.factor_added"
    if change == "factor removed":
        assert client.post(reverse("mfa_deactivate_totp")).status_code == 302
        assert factors_of(officer) == set()
        return "user.factor_removed"
    assert client.post(reverse("mfa_generate_recovery_codes")).status_code == 302
    shown = client.get(reverse("mfa_view_recovery_codes")).content.decode()
    assert len(re.findall(r"<li>\d{8}</li>", shown)) == 10
    assert "not shown again" in client.get(reverse("mfa_view_recovery_codes")).content.decode()
    return "user.recovery_codes_made"


def factors_of(user: User) -> set[str]:
    return set(Authenticator.objects.filter(user=user).values_list("type", flat=True))


# --- The trail


def test_signing_in_and_out_is_on_the_trail_from_where_and_addresses_only_of_accounts(officer):
    client = Client(headers={"user-agent": "Firefox/1 Windows"})
    sign_in(client, officer, "wrong", REMOTE_ADDR="192.0.2.7")
    client.post(LOGIN, {"login": "nobody@outside.example", "password": "x"})
    sign_in(client, officer, REMOTE_ADDR="192.0.2.7")
    client.post("/account/logout/")
    events = list(
        Event.objects.filter(verb__in=("user.sign_in_failed", "user.signed_in", "user.signed_out")).order_by("pk")
    )
    assert [(one.verb, one.subject_kind) for one in events] == [
        ("user.sign_in_failed", "user"), ("user.sign_in_failed", "address"), ("user.signed_in", "user"),
        ("user.signed_out", "user"),
    ]  # fmt: skip
    assert events[0].words.body == {"from": "192.0.2.7", "browser": "Firefox on Windows"}
    kept = json.dumps(list(Event.objects.values("subject_ref", "facts", "words__body")))
    assert "nobody@" not in kept and "outside" not in kept


def test_the_address_of_a_client_is_what_the_trusted_proxy_says(settings, rf):
    request = rf.get("/", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR="6.6.6.6, 192.0.2.7")
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    assert origins.of(request).network == "192.0.2.7"
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 0
    assert origins.of(request).network == "10.0.0.1"

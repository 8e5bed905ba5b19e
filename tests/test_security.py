"""What a browser is told, and what it may not do to us: headers, frames, cookies, forms, sessions, redirects."""

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.urls import reverse

from people.models import Resident, User
from tests import factories, sources
from tests.test_bad_input import Fields
from tests.test_doors import DOORS, NOW, ROLES, everybody, is_open  # noqa: F401  (a fixture)
from tests.test_privacy import looked_at

NEVER = {
    "eval",
    "exec",
    "compile",
    "pickle",
    "marshal",
    "shelve",
    "subprocess",
    "os.system",
    "requests",
    "urllib.request",
    "xml",
    "lxml",
    "html5lib",
}
TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
# What each answer carries, and what stands in it.
CARRIED = {
    "Content-Security-Policy": "default-src", "Referrer-Policy": "same-origin", "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "", "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "geolocation=()",
}  # fmt: skip
# Single sign-on asks the directory that the environment names, by the library's own session.
MAY = {"people/accounts/sign_on.py: requests"}


def doors_of_all():
    """Each page, but for what watches the machine."""
    return [(name, door) for name, door in DOORS.items() if name not in ("healthz", "readyz", "favicon")]


def doors_of(role: str):
    """Each page that a role can open."""
    return [(name, door) for name, door in doors_of_all() if is_open(door, role)]


def signed_in(user: User, **more) -> Client:
    client = Client(raise_request_exception=False, **more)
    client.force_login(user, backend=django_settings.AUTHENTICATION_BACKENDS[0])
    return client


class Forms(HTMLParser):
    """The posted forms of a page, and whether each holds its token."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tokens: list[bool] = []
        self.inside = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list) -> None:
        given = dict(attrs)
        if tag == "form":
            self.inside = (given.get("method") or "").lower() == "post"
            self.tokens += [False] * self.inside
        elif self.inside and given.get("name") == "csrfmiddlewaretoken":
            self.tokens[-1] = True

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag != "form"


def unprotected(answer, body: str) -> Iterator[str]:
    """What of an answer would let another site frame it, read it, lend it a camera, or lead somebody away."""
    policy = answer.get("Content-Security-Policy", "")
    yield from (f"{name} {value}" for name, value in answer.items() if name.startswith("Access-Control"))
    yield from (f"lacks {name}" for name, needed in CARRIED.items() if name not in answer or needed not in answer[name])
    if answer.status_code in (301, 302) and not re.match(r"/(?![/\\])|\?", answer["Location"]):
        yield f"leads to {answer['Location']}"
    if answer.status_code == 200 and body:
        kind = answer["Content-Type"]
        is_file = "attachment" in answer.get("Content-Disposition", "")
        if kind.startswith("text/") and "charset=utf-8" not in kind and not is_file:
            yield kind
        if "frame-ancestors 'self'" not in policy and "sandbox" not in policy:
            yield f"may be framed: {policy}"
        if re.search(r"unsafe-|\*|https?:", policy):
            yield policy


def taken_from_another_site(client: Client, address: str, fields: dict[str, str]) -> Iterator[str]:
    """Without the token of the very session nothing is done: 403, or the same page with what was typed."""
    answer = client.post(address, dict.fromkeys(fields, "x"), HTTP_ORIGIN="https://evil.example")
    if answer.status_code != 403 and not (answer.status_code == 302 and answer["Location"] == address):
        yield f"takes a form from another site: {answer.status_code}"


@pytest.mark.slow
def test_every_answer_carries_what_protects_it_and_no_form_is_taken_from_another_site(everybody):  # noqa: F811
    """Each page as everybody who may open it, and signed out.

    Nothing of a signed-in page is stored by browsers or proxies, and titles, which stay in the histories of shared
    phones, name nobody.
    """
    names = {part for name in Resident.objects.values_list("name", flat=True) for part in name.split() if len(part) > 3}
    wrong, forms = [], 0
    for role in (*ROLES, "signed out"):
        user = everybody[role]
        client = signed_in(user, enforce_csrf_checks=True) if user else Client(raise_request_exception=False)
        for name, door in doors_of(role) if user else doors_of_all():
            address = reverse(name, kwargs=door.where())
            answer, body = looked_at(client, address)
            found = list(unprotected(answer, body))
            if user and "no-store" not in answer.get("Cache-Control", ""):
                found.append(f"may be stored: {answer.get('Cache-Control')}")
            for title in TITLE.findall(body):
                found += [f"names {part} in its title {title!r}" for part in names & set(re.findall(r"\w+", title))]
            tokens = Forms(body).tokens
            forms += len(tokens)
            found += ["has a form without its token"] * (not all(tokens))
            if user and (fields := Fields(body).page.kinds):
                found += taken_from_another_site(client, address, fields)
            wrong += [f"{name} as {role}: {each}" for each in found]
    assert not wrong, "\n".join(sorted(set(wrong)))
    assert forms > 50


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND"])
def test_pages_are_read_and_forms_are_posted_and_that_is_all(db, method):
    client = signed_in(factories.staff(factories.dover()).officer)
    for address in ("/", "/account/login/", "/register/", "/static/design/evenhand.css"):
        assert client.generic(method, address).status_code == 405, address


def test_a_folder_of_static_files_lists_nothing(db, client):
    assert client.get("/static/").status_code in (302, 404) and client.get("/static/design/").status_code in (302, 404)


def test_a_session_that_was_planted_is_not_the_one_signed_in(db):
    """Fixation: whoever knows the key from before knows nothing afterwards."""
    officer = factories.staff(factories.dover()).officer
    client = Client()
    client.get(reverse("account_login"))
    session = client.session
    session["planted"] = "x"
    session.save()
    client.cookies[django_settings.SESSION_COOKIE_NAME] = session.session_key
    answer = client.post(reverse("account_login"), {"login": officer.email, "password": factories.PASSWORD})
    assert answer.status_code == 302
    cookie = answer.cookies[django_settings.SESSION_COOKIE_NAME]
    assert cookie.value != session.session_key
    assert (cookie["httponly"], cookie["samesite"], cookie["domain"], cookie["path"]) == (True, "Lax", "", "/")
    thief = Client()
    thief.cookies[django_settings.SESSION_COOKIE_NAME] = session.session_key
    assert thief.get(reverse("worklist:mine")).status_code == 302


def test_signing_out_ends_the_session_and_a_new_password_ends_the_others(db):
    officer = factories.staff(factories.dover()).officer
    first, second = signed_in(officer), signed_in(officer)
    key = first.session.session_key
    first.post(reverse("account_logout"))
    stolen = Client()
    stolen.cookies[django_settings.SESSION_COOKIE_NAME] = key
    assert stolen.get(reverse("worklist:mine")).status_code == 302
    assert second.get(reverse("worklist:mine")).status_code == 200
    officer.set_password("another long password of theirs")
    officer.save()
    assert second.get(reverse("worklist:mine")).status_code == 302


def test_the_product_runs_no_text_starts_no_process_and_calls_no_address():
    """What would let somebody in is not there at all; mail, queue, database and ClamAV have their own ways."""
    wrong = []
    for module in sources.written():
        if module.room in ("ops", "tests"):
            continue
        for node in ast.walk(ast.parse(module.text)):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                names = [node.func.id]
            elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                names = [f"{node.value.id}.{node.attr}"]
            wrong += [f"{module.shown}: {name}" for name in names if name in NEVER]
    assert set(wrong) == MAY


def test_a_line_break_in_what_was_typed_makes_no_line_of_a_log():
    """JSON quotes it."""
    import structlog

    line = structlog.processors.JSONRenderer()(None, "info", {"event": 'x\n{"event": "forged"}'})
    assert "\n" not in line

"""Bad input at every door: whatever is typed, tampered with or torn, there is an answer in words and never a crash."""

import copy
import logging
import os
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import reverse

from people.models import User
from tests import factories
from tests.test_doors import DOORS, NOW, ROLES, furnish, is_open

pytestmark = [pytest.mark.slow, pytest.mark.proof]

FAULT = 500
RTL = "\u202e\u200fשלום مرحبا\u2066 👩🏽‍🚒🏳️‍🌈 e\u0301 \ufeff"
JUNK = {
    "nul": "a\x00b\x01\x1b[31m",
    "long": "é" * 10_001,
    "emoji and right to left": RTL,
    "5,000 digits": "9" * 5_000,
    "30 digits": "9" * 30,
    "digits that are not 0 to 9": "²",
    "arabic digits": "١٢٣",
    "negative": "-1",
    "a fraction": "1e309",
    "markup": "'\"><script>alert(1)</script>{{ 7 }}{% now %}",
    "sql": "1); DROP TABLE people_user; --",
    "a path": "../../../../etc/passwd\r\nSet-Cookie: a=b",
    "only spaces": " \u00a0\u2003\t",
    "percent": "%s %(a)s %d %",
}
DAYS = {
    "31 February": ("31", "2", "2026"),
    "year 0": ("1", "1", "0"),
    "the last day": ("31", "12", "9999"),
    "year 1000000": ("1", "1", "1000000"),
    "the first day": ("1", "1", "1"),
    "month of 5,000 digits": ("1", "9" * 5_000, "2026"),
    "superscript": ("²", "²", "²⁰²⁶"),
    "tomorrow's century": ("18", "12", "2099"),
}
PATHS = ("\x00", "9" * 30, "C-" + "0" * 10_000, RTL, "a b\n", "%00")
SEED = 20_261_218
SOAK = bool(os.environ.get("EVENHAND_SOAK"))


def some(things: Iterable, luck: random.Random, most: int) -> list:
    """A sample of them, always the same for a seed; under `./run soak` all."""
    known = list(things)
    return known if SOAK else luck.sample(known, min(most, len(known)))


@dataclass
class Page:
    """The fields of the forms that a page posts: the names, what each offers, what stands in it."""

    offers: dict[str, list[str]] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    stands: dict[str, list[str]] = field(default_factory=dict)


class Fields(HTMLParser):
    """Reads a page as a browser would, as far as posted forms go."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.page, self.inside, self.text, self.chosen = Page(), False, "", ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list) -> None:
        given = dict(attrs)
        name = given.get("name") or ""
        if tag == "form":
            self.inside = (given.get("method") or "").lower() == "post"
        elif not self.inside:
            return
        elif tag == "option" and self.chosen:
            self.page.offers[self.chosen].append(given.get("value") or "")
        elif name and tag in ("input", "textarea", "select", "button") and name != "csrfmiddlewaretoken":
            self._field(tag, name, given)

    def _field(self, tag: str, name: str, given: dict) -> None:
        kind = given.get("type") or tag
        self.page.kinds[name] = kind
        offers, stands = self.page.offers.setdefault(name, []), self.page.stands.setdefault(name, [])
        if kind in ("radio", "checkbox", "submit", "button"):
            offers.append(given.get("value") or "on")
        if (kind in ("radio", "checkbox") and "checked" in given) or kind in (
            "hidden",
            "text",
            "email",
            "tel",
            "input",
        ):
            stands.append(given.get("value") or "")
        if tag == "textarea":
            self.text = name
        if tag == "select":
            self.chosen = name

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        if tag == "select":
            self.chosen = ""
        if tag == "textarea":
            self.text = ""

    def handle_data(self, data: str) -> None:
        if self.text:
            self.page.stands[self.text].append(data)


def sensible(name: str, page: Page, luck: random.Random) -> list[str]:
    """What somebody might really give for a field, so that what is posted reaches the services."""
    if page.offers[name]:
        return [luck.choice(page.offers[name])]
    if page.kinds[name] == "hidden":
        return page.stands[name]
    for ending, value in (("_day", "18"), ("_month", "11"), ("_year", "2026"), ("_at", "2:14pm"), ("months", "6")):
        if name.endswith(ending):
            return [value]
    if page.kinds[name] == "file":
        return []
    return ["".join(page.stands[name]).strip() or "He shouted at the desk."]


def bodies(page: Page, foreign: list[str], luck: random.Random) -> Iterator[tuple[str, dict]]:
    """(What is wrong, what is posted): every field the same junk; one field junk and the rest sensible; torn shapes."""
    names = [name for name, kind in page.kinds.items() if kind != "file"]
    files = [name for name, kind in page.kinds.items() if kind == "file"]

    def good() -> dict:
        return {name: sensible(name, page, luck) for name in names}

    yield "nothing", {}
    yield "everything empty", dict.fromkeys(names, [""])
    for what, junk in some(JUNK.items(), luck, 2):
        free = [name for name in names if not page.offers[name] and page.kinds[name] != "hidden"]
        if free:
            yield f"{what} in every box", good() | dict.fromkeys(free, [junk])
    choices = [name for name in names if page.offers[name] and page.kinds[name] != "submit"]
    for what in ("nul", "5,000 digits", "30 digits", "digits that are not 0 to 9"):
        if choices:
            yield f"{what} in every choice", good() | dict.fromkeys(choices, [JUNK[what]])
    for what, parts in some(DAYS.items(), luck, 2):
        days = [name for name in names if name.endswith("_day")]
        typed = {
            f"{day[:-4]}_{box}": [part]
            for day in days
            for box, part in zip(("day", "month", "year"), parts, strict=True)
        }
        if days:
            yield what, good() | typed
    yield "repeated", {name: value * 3 for name, value in good().items()}
    for name in some(names, luck, 3):
        wrong = luck.choice([*JUNK.values(), *foreign])
        yield f"{wrong[:20]!r} in {name}", good() | {name: [wrong]}
        if page.offers[name]:
            others = luck.choice(foreign)
            yield f"{others[:20]!r} in {name}", good() | {name: [others, others]}
    for name in files:
        yield "an empty file", good() | {name: [SimpleUploadedFile("empty.pdf", b"")]}
        yield (
            "a file named by an attacker",
            good()
            | {name: [SimpleUploadedFile("../\u202egpj\r\n\x00'\";.exe.pdf", b"MZ\x90\x00" * 64, "text/html\r\nX: y")]},
        )
        yield "text where a file belongs", good() | {name: ["file"]}
    yield "what nobody asked for", good() | {"pk": ["1"], "state": ["in_force"], "by": ["1"], "\x00": ["\x00"]}


@pytest.fixture
def house(empty_queue, db, settings, monkeypatch) -> dict[str, Client]:
    """A client a role, signed in at the seeded council."""
    monkeypatch.setattr(logging.root.manager, "disable", logging.CRITICAL)  # thousands of refusals are no news
    factories.town(NOW)
    furnish()
    found = {}
    for role, email in ROLES.items():
        found[role] = Client()
        found[role].force_login(User.objects.get(email=email), backend=settings.AUTHENTICATION_BACKENDS[0])
    return found


@pytest.fixture
def foreign(house) -> list[str]:
    """Keys and references of what belongs to another provider."""
    provider = factories.dover("elsewhere")
    elsewhere = factories.staff(provider)
    resident = factories.resident(provider, elsewhere.officer, name="Nobody Ofours")
    ours = User.objects.get(email=ROLES["officer"])
    return [
        str(elsewhere.officer.pk), str(elsewhere.manager.pk), resident.reference, str(resident.pk), str(ours.pk),
        "C-000001", "I-000001", "X-000001", "None", "True", "0", "1", "__all__",
    ]  # fmt: skip


def who_acts(name: str) -> list[str]:
    """The roles as which a door is tried: one that may act there, else one that may look."""
    door = DOORS[name]
    able = [role for role in ROLES if (role in door.acts if door.acts is not None else is_open(door, role))]
    return able[:1]


def tried(client: Client, method: str, *args, **more) -> tuple[int | str, str]:
    """The status (or the crash) and the page, with everything undone afterwards, signing out included."""
    cookies = copy.deepcopy(client.cookies)
    with transaction.atomic():
        try:
            with transaction.atomic():
                answer = getattr(client, method)(*args, **more)
                for close in answer._resource_closers:
                    close()
                page = b"".join(answer.streaming_content) if answer.streaming else answer.content
                found: int | str = answer.status_code
        except Exception as crash:
            found, page = f"{type(crash).__name__}: {str(crash)[:160]}", b""
        transaction.set_rollback(True)
    client.exc_info, client.cookies = None, cookies
    return found, page.decode("utf-8", "replace")


def bad(found: int | str) -> bool:
    """A crash, or a page of the class that means our own fault."""
    return isinstance(found, str) or found >= FAULT


def test_every_form_answers_junk_in_words(house, foreign):
    """Each form as the role that may fill it in: nothing, junk in every field, others' keys, torn shapes. Never 500."""
    luck, wrong, count = random.Random(SEED), [], 0
    for name, door in DOORS.items():
        for role in who_acts(name):
            client, url = house[role], reverse(name, kwargs=door.where())
            page = Fields(tried(client, "get", url)[1]).page
            for what, body in bodies(page, foreign, luck):
                count += 1
                found, _ = tried(client, "post", url, body)
                if bad(found):
                    wrong.append(f"{name} as {role}, {what}: {found}")
    assert count > 500, count
    assert not wrong, f"{len(wrong)} of {count}\n" + "\n".join(wrong)


def test_torn_requests(house):
    """Bodies that are no form: JSON, multipart without its boundary, wrong encodings, half a field."""
    luck, wrong = random.Random(SEED), []
    torn = [
        (b'{"reasons": ["x"]}', "application/json"),
        (b'--x\r\nContent-Disposition: form-data; name="reasons"\r\n\r\n', "multipart/form-data"),
        (b"--y\r\ngarbage", "multipart/form-data; boundary=y"),
        (b"\xff\xfe\x00", "multipart/form-data; boundary=\xff"),
        (b"reasons=\xff\xfe%00%ff%c3%28&reasons=%ud83d", "application/x-www-form-urlencoded"),
        ("reasons=é".encode("utf-16"), "application/x-www-form-urlencoded; charset=utf-16"),
        (b"reasons=%E9", "application/x-www-form-urlencoded; charset=latin-1"),
        (b"reasons=x", "application/x-www-form-urlencoded; charset=nonsense"),
        (b"a=1&" * 2_500, "application/x-www-form-urlencoded"),
        (b"reasons=" + b"x" * 3_200_000, "application/x-www-form-urlencoded"),
        (b"", ""),
    ]
    for name, door in DOORS.items():
        for role in who_acts(name):
            url = reverse(name, kwargs=door.where())
            for body, kind in some(torn, luck, 3):
                found, _ = tried(house[role], "generic", "POST", url, body, content_type=kind)
                if bad(found):
                    wrong.append(f"{name} as {role}, {kind!r}: {found}")
    assert not wrong, "\n".join(wrong)


def test_junk_in_addresses(house):
    """What stands after the question mark, and in the path itself."""
    luck, wrong = random.Random(SEED), []
    keys = ["page", "q", "stage", "kind", "resident", "found", "files", "part", "affected", "phone", "spoc"]
    keys += ["colleague_q"]
    values = ["-1", "abc", "0", "9" * 5_000, "²", "\x00", RTL, "x" * 2_000, "%", "\\", "limited", "yes", "'\"><script>"]
    for name, door in DOORS.items():
        if name in ("healthz", "readyz", "favicon"):
            continue
        for role in who_acts(name):
            where = door.where()
            url = reverse(name, kwargs=where)
            queries = [dict.fromkeys(keys, value) for value in some(values, luck, 2)]
            for query in queries:
                found, _ = tried(house[role], "get", url, query)
                if bad(found):
                    wrong.append(f"{name}?{list(query.values())[0][:12]!r} as {role}: {found}")
            for key, value in where.items():
                for junk in some((str(value).lower(), f"{value}\x00", *PATHS), luck, 2):
                    try:
                        odd = reverse(name, kwargs=where | {key: junk})
                    except Exception:  # what no address can hold
                        continue
                    for method in ("get", "post"):
                        found, _ = tried(house[role], method, odd)
                        if bad(found):
                            wrong.append(f"{method} {name} {key}={junk[:12]!r} as {role}: {found}")
    assert not wrong, "\n".join(wrong)


def test_what_was_typed_stands_on_the_page_that_refuses_it(house):
    """Right to left, emoji, markup and too much of it: the page with the error shows it all again, and as text only."""
    wrong, seen = [], 0
    for name, door in DOORS.items():
        for role in who_acts(name):
            client, url = house[role], reverse(name, kwargs=door.where())
            page = Fields(tried(client, "get", url)[1]).page
            boxes = [box for box, kind in page.kinds.items() if kind == "textarea"]
            for start in ("<b>\"'&amp; שלום 👩🏽‍🚒 two  spaces\nnext line", "too much " * 1_300):
                typed = {box: f"{start} {number}" for number, box in enumerate(boxes)}
                hidden = {box: page.stands[box] for box, kind in page.kinds.items() if kind == "hidden"}
                button = {"do": [one for one in page.offers.get("do", []) if one in ("check", "do")][:1]}
                found, body = tried(client, "post", url, hidden | typed | button)
                if found != 200 or "There is a problem" not in body:
                    continue
                again = Fields(body).page
                for box, text in typed.items():
                    seen += 1
                    shown = "".join(again.stands.get(box, [])).lstrip("\n")
                    if shown.split() != text.split():
                        wrong.append(f"{name}: {box} shows {shown[:60]!r}")
    assert seen > 30, seen
    assert not wrong, "\n".join(wrong)

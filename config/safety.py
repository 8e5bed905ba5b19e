"""Settings that the product refuses to start with, each with its reason. No Django here: it has no settings yet."""

import math
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote, urlsplit, urlunsplit

DEVELOPMENT_KEY = "for-development-only-" + "0" * 40
KNOWN_KEY = re.compile(r"for-development-only|django-insecure|change.?me|example|your.?secret|dummy|placeholder", re.I)
SHORTEST_KEY = 50
FEWEST_BITS = 128
LOCAL = re.compile(r"(localhost|.*\.localhost|127(\.\d{1,3}){3}|\[?::1\]?)", re.I)
MAKE_A_KEY = "python3 -c 'import secrets; print(secrets.token_urlsafe(64), end=\"\")' makes a good one"


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the environment says that can be unsafe, one thing alone or two beside each other."""

    debug: bool = False
    demo: bool = False
    secret_key: str = ""
    fallbacks: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    base_url: str = ""
    proxied: bool = False
    proxies: int = 0
    redis_url: str = ""
    mail_url: str = ""
    security_contact: str = ""
    s3_endpoint: str = ""

    @property
    def local(self) -> bool:
        """Whether nobody but this machine is meant to reach it: each name that it answers to is the machine's own."""
        named = [
            *self.hosts,
            urlsplit(self.base_url).hostname or "",
            *(urlsplit(one).hostname or "" for one in self.origins),
        ]
        return all(LOCAL.fullmatch(name) for name in named)


def with_password(address: str, password: str) -> str:
    """An address with a password kept in a file of its own, so that the address can stand where all may read it.

    >>> with_password("redis://valkey:6379/0", "a/b")
    'redis://:a%2Fb@valkey:6379/0'
    """
    parts = urlsplit(address)
    if not password:
        return address
    where = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, f":{quote(password, safe='')}@{where}", parts.path, parts.query, parts.fragment))


def reasons(facts: Facts) -> list[str]:
    """Everything for which the product does not start, in words for whoever sets it up; empty where all is well."""
    return [
        *_development(facts),
        *_keys(facts),
        *_names(facts),
        *_travel(facts),
        *_queue(facts),
        *_contact(facts),
        *_bucket(facts),
    ]


def _development(facts: Facts) -> Iterator[str]:
    for on, name, danger in (
        (facts.debug, "EVENHAND_DEBUG", "its error pages show source, settings and what people typed"),
        (facts.demo, "EVENHAND_DEMO", "its people sign in with a password that everybody knows"),
    ):
        if on and facts.proxied:
            yield f"{name} is set beside EVENHAND_PROXIED: {danger}. Unset one of them."
        elif on and not facts.local:
            yield f"{name} is set, but the product answers to names beyond this machine: {danger}. Unset it."


def _keys(facts: Facts) -> Iterator[str]:
    if not facts.secret_key:
        yield (
            "EVENHAND_SECRET_KEY is not set. Evenhand does not start without one, because sessions and letters would "
            "not be safe. Set EVENHAND_SECRET_KEY (or EVENHAND_SECRET_KEY_FILE), or EVENHAND_DEBUG=1 for development."
        )
    elif not (facts.debug and facts.secret_key == DEVELOPMENT_KEY) and (why := weak(facts.secret_key)):
        yield f"EVENHAND_SECRET_KEY {why}: whoever guesses it signs in as anybody. {MAKE_A_KEY}."
    for number, key in enumerate(facts.fallbacks, start=1):
        if why := weak(key):
            yield f"EVENHAND_SECRET_KEY_FALLBACKS: key {number} {why}. Old keys are accepted like the new one."


def weak(key: str) -> str:
    """Why a key can be guessed, as the end of a sentence; empty where it cannot.

    >>> weak("k" * 50)
    'repeats itself'
    >>> weak("short")
    'is shorter than 50 characters'
    """
    if KNOWN_KEY.search(key):
        return "is one that stands in documentation or examples"
    if len(key) < SHORTEST_KEY:
        return f"is shorter than {SHORTEST_KEY} characters"
    return "repeats itself" if _bits(key) < FEWEST_BITS else ""


def _bits(key: str) -> float:
    """How much there is to guess: what its letters carry, and what is left once repetition is taken out."""
    counted = Counter(key)
    each = -sum(n / len(key) * math.log2(n / len(key)) for n in counted.values())
    packed = len(zlib.compress(key.encode(), 9)) - len(zlib.compress(b"", 9))
    return min(each * len(key), packed * 8)


def _names(facts: Facts) -> Iterator[str]:
    for host in facts.hosts:
        if host.startswith((".", "*")):
            yield f"EVENHAND_HOSTS holds “{host}”: links in mail would take any name a stranger sends. Name each host."
    for origin in facts.origins:
        if "*" in origin:
            yield f"EVENHAND_ORIGINS holds “{origin}”: forms of any such site would be accepted. Name each origin."
        elif not origin.startswith("https://") and not facts.local:
            yield f"EVENHAND_ORIGINS holds “{origin}”, which is not https: whoever is on the way could send forms."


def _travel(facts: Facts) -> Iterator[str]:
    if facts.proxied and facts.proxies < 1:
        yield "EVENHAND_PROXIES must be 1 or more where EVENHAND_PROXIED is set: whose word counts?"
    mail = urlsplit(facts.mail_url)
    if mail.scheme == "smtp" and mail.password and not LOCAL.fullmatch(mail.hostname or ""):
        yield "EVENHAND_EMAIL_URL gives a password without TLS: whoever is on the way reads it. Use smtp+tls:// or smtp+ssl://."
    if facts.local:
        return
    if not facts.proxied and not facts.debug:
        yield (
            "EVENHAND_HOSTS, EVENHAND_ORIGINS or EVENHAND_BASE_URL names more than this machine, but "
            "EVENHAND_PROXIED is not set: cookies and passwords would travel in the open. Put a proxy with "
            "TLS in front and set it."
        )
    if urlsplit(facts.base_url).scheme != "https":
        yield "EVENHAND_BASE_URL is not https: letters and mail would lead people to a page that others can read."


def _bucket(facts: Facts) -> Iterator[str]:
    store = urlsplit(facts.s3_endpoint)
    if store.scheme == "http" and not LOCAL.fullmatch(store.hostname or ""):
        yield "EVENHAND_S3_ENDPOINT is not https: files of evidence would travel in the open."


def _contact(facts: Facts) -> Iterator[str]:
    if facts.security_contact and not re.fullmatch(r"(mailto:|https://)[\x21-\x7e]+", facts.security_contact):
        yield "EVENHAND_SECURITY_CONTACT must start with mailto: or https://, for whoever found a hole."


def _queue(facts: Facts) -> Iterator[str]:
    queue = urlsplit(facts.redis_url)
    if queue.hostname and not LOCAL.fullmatch(queue.hostname) and not queue.password:
        yield (
            "REDIS_URL names another machine and no password is set: whoever reaches it gives our workers orders. Set "
            "REDIS_PASSWORD (or REDIS_PASSWORD_FILE)."
        )

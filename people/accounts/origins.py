"""From where somebody comes: the network, the device and the browser of a request."""

import hashlib
import ipaddress
import re
import secrets
from dataclasses import dataclass

from allauth.core.internal.httpkit import get_client_ip
from django.conf import settings
from django.http import HttpRequest, HttpResponse

DEVICE = "evenhand_device"
DEVICE_DAYS = 90
TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
# The first that fits: Edge and Opera say that they are Chrome, and Chrome says that it is Safari.
BROWSERS = (
    ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"), ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
SYSTEMS = (
    ("iPhone", "an iPhone"), ("iPad", "an iPad"), ("Android", "Android"), ("Windows", "Windows"),
    ("Mac OS X", "a Mac"), ("CrOS", "a Chromebook"), ("Linux", "Linux"),
)  # fmt: skip


@dataclass(frozen=True)
class Place:
    """Where a request came from. `network` is an address, of IPv6 the part that one household or office has."""

    network: str
    device: str
    browser: str

    @property
    def marks(self) -> dict[str, str]:
        """What the place is known by, as hashes: the device first, because it says more than the network."""
        found = {"device": self.device, "network": self.network}
        return {kind: mark(kind, value) for kind, value in found.items() if value}


def of(request: HttpRequest) -> Place:
    """The place of a request."""
    token = request.COOKIES.get(device_cookie(), "")
    agent = request.META.get("HTTP_USER_AGENT", "")
    return Place(_network(request), token if TOKEN.fullmatch(token) else "", browser_of(agent))


def mark(*parts: str) -> str:
    """A hash by which something is counted or known again.

    >>> mark("network", "192.0.2.1") == mark("network", "192.0.2.1") != mark("networ", "k192.0.2.1")
    True
    """
    return hashlib.sha256("\0".join((*parts, settings.SECRET_KEY)).encode()).hexdigest()


def device_cookie() -> str:
    """The name of the cookie by which a device is known again; behind TLS no other host can set one of that name."""
    return f"__Host-{DEVICE}" if settings.SESSION_COOKIE_SECURE else DEVICE


def remember(response: HttpResponse, device: str) -> None:
    """Let the device be known again for ninety days. It says which device it is and lets nobody in."""
    response.set_cookie(
        device_cookie(),
        device,
        max_age=DEVICE_DAYS * 24 * 60 * 60,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def new_device() -> str:
    """A name for a device that has none yet."""
    return secrets.token_urlsafe(32)


def browser_of(agent: str) -> str:
    """The browser and the system, as far as they say so themselves.

    >>> browser_of("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0")
    'Firefox on Windows'
    >>> browser_of("curl/8")
    'An unknown browser'
    """
    browser = next((name for sign, name in BROWSERS if sign in agent), "")
    system = next((name for sign, name in SYSTEMS if sign in agent), "")
    return " on ".join(filter(None, (browser or ("A browser" if system else ""), system))) or "An unknown browser"


def _network(request: HttpRequest) -> str:
    """The address of the client as the trusted proxies say it; of IPv6 the first 64 bits."""
    found = get_client_ip(request)
    if not found:
        return ""
    address = ipaddress.ip_address(found)
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.IPv6Network((address, 64), strict=False).network_address)
    return str(address)

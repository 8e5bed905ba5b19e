"""How django-allauth behaves here: accounts are made by the office, tries are counted, links have our address."""

from typing import Any, NoReturn

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from django.contrib.auth import authenticate
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from people.accounts import again, origins, sign_on
from people.models import User
from people.services import sign_ins, wrong_tries

WORDS = {
    "too_many_login_attempts": "Too many wrong codes. Wait five minutes, then try again",
    "rate_limited": "Too many wrong codes. Wait five minutes, then try again",
    "incorrect_password": "Enter your password. This is not it",
    "enter_current_password": "Enter your current password. This is not it",
}


PASSWORD = "reauthenticate"


class Adapter(DefaultAccountAdapter):
    """Closes sign-up, keeps leavers out as if they had typed a wrong password, and counts wrong tries."""

    error_messages = DefaultAccountAdapter.error_messages | WORDS

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up: the provider's office makes accounts."""
        return False

    def is_ajax(self, request: HttpRequest) -> bool:
        """Every answer is a page."""
        return False

    def is_safe_url(self, url: str) -> bool:
        """After signing in one is led to a page of this site, named by its path alone."""
        return url.startswith("/") and url_has_allowed_host_and_scheme(url, allowed_hosts=None)

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """Whose address and password these are; a closed account is answered as a wrong password is.

        Raises `TooMany` where this place has to wait, before the password is looked at.
        """
        at, place = timezone.now(), origins.of(request)
        address = str(credentials.get("email", "")).lower()
        counted = wrong_tries.counters(address, place)
        wrong_tries.begin(counted, at=at)
        found = authenticate(request, **credentials)
        AuthenticationBackend.unstash_authenticated_user()
        if not isinstance(found, User) or sign_on.only(found):
            sign_ins.failed(address, place=place, at=at, why="password")
            return None
        wrong_tries.succeeded(counted)
        return found

    def is_reauthentication_required(self, *, app: str, **more: Any) -> bool:
        """Whoever signed in a moment ago is not asked for the same password again, nor who has nothing to show here."""
        request = context.request
        return not again.lately(request, at=timezone.now()) and bool(self.get_reauthentication_methods(request.user))

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """How somebody shows again that it is they: not by a password that does not let them in either."""
        found: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        return [one for one in found if one["id"] != PASSWORD or not sign_on.only(user)]

    def login(self, request: HttpRequest, user: Any) -> None:
        """Begin the session, unless the account was closed between the password and the second factor."""
        if not User.objects.filter(pk=user.pk, is_active=True).exists():
            raise ImmediateHttpResponse(redirect("account_login"))
        super().login(request, user)

    def post_login(self, request: HttpRequest, user: Any, **about: Any) -> HttpResponse:
        """Record that somebody is in, and know the place from now on."""
        response: HttpResponse = super().post_login(request, user, **about)
        place = origins.of(request)
        device = place.device or origins.new_device()
        known = origins.Place(place.network, device, place.browser)
        sign_ins.signed_in(user, place=known, how=_methods(request, user), at=timezone.now())
        origins.remember(response, device)
        return response

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> NoReturn:
        """Nothing is sent from a request: mail on accounts waits in the outbox (`people.services.passwords`)."""
        raise AssertionError(f"{template_prefix} is not sent from a request")


def _methods(request: HttpRequest, user: User) -> list[str]:
    """By what somebody showed who they are: a password, a code of an app, a passkey, a recovery code."""
    records = get_authentication_records(request, user)
    return [str(one.get("type") or one["method"]) for one in records]

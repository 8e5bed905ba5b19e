"""Single sign-on through the organisation's own directory by OpenID Connect (Entra ID, Google, any).

An account is found by the subject that it was linked to, and the first time by an address that the directory has
verified: absent or false is refused. Nobody is given an account by signing on.
"""

from collections.abc import Mapping
from typing import Any, NoReturn

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialLogin
from allauth.socialaccount.providers.base import AuthProcess
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from requests import RequestException

from people.accounts import origins
from people.models import User
from people.services import sign_ins

DIRECTORY = "sso"
NOT_DONE = "Your organisation did not sign you in, or you stopped on the way. Try again, or sign in with your password."
NO_ACCOUNT = (
    "No account here has an address that your organisation says is yours. An administrator makes accounts, with the "
    "address that your organisation has for you."
)
DOWN = "Your organisation’s sign-on could not be reached. Try again in a few minutes."


class Directory(OpenIDConnectOAuth2Adapter):
    """The directory, as the settings have it; it leads back to our own address, whatever a request says."""

    def get_callback_url(self, request: HttpRequest, app: Any) -> str:
        """Where the directory leads back to; it has to be entered there."""
        return settings.BASE_URL.rstrip("/") + reverse("openid_connect_callback")

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **more: Any) -> SocialLogin:
        """Who it is, with what the directory says of them; of that nothing is kept."""
        login = super().complete_login(request, app, token, **more)
        login.said, login.account.extra_data = login.account.extra_data, {}
        return login


class Adapter(DefaultSocialAccountAdapter):
    """Lets in whoever has an account, and nobody else."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Nobody is given an account by signing on."""
        return False

    def get_provider(self, request: HttpRequest, provider: str, client_id: str | None = None) -> Any:
        """The directory, which leads back to our own address on the way out too."""
        found = super().get_provider(request, provider, client_id)
        found.oauth2_adapter_class = Directory
        return found

    def on_authentication_error(self, request: HttpRequest, provider: Any, **more: Any) -> NoReturn:
        """The directory refused, or what it said could not be read."""
        raise ImmediateHttpResponse(_refused(request, NOT_DONE, 401))

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Find the account: by its subject, or the first time by its verified address, to which it is linked then."""
        if sociallogin.state.get("process", AuthProcess.LOGIN) != AuthProcess.LOGIN:
            raise ImmediateHttpResponse(_refused(request, NOT_DONE, 401))
        if not sociallogin.is_existing:
            self._link(request, sociallogin)
        elif not sociallogin.user.is_active:
            self._nobody(request, sociallogin.user.email)

    def _link(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        address = verified_address(sociallogin.said)
        user = User.objects.filter(email=address, is_active=True).first() if address else None
        if user is None or SocialAccount.objects.filter(user=user, provider=sociallogin.account.provider).exists():
            # An address that goes to somebody new in the directory does not bring its account with it.
            self._nobody(request, address)
        place, at = origins.of(request), timezone.now()
        sociallogin.connect(request, user)
        sign_ins.record("user.sign_on_linked", user, place=place, at=at)

    def _nobody(self, request: HttpRequest, address: str) -> NoReturn:
        sign_ins.failed(address, place=origins.of(request), at=timezone.now(), why="sign-on")
        raise ImmediateHttpResponse(_refused(request, NO_ACCOUNT, 403))


def verified_address(said: Mapping[str, Any]) -> str:
    """The address that a directory says is verified; "" where it does not say so in so many words.

    Entra ID says nothing by `email_verified`; its optional claim `xms_edov` says that the domain is the organisation's.

    >>> verified_address({"userinfo": {"email": "Olive@dover.example", "email_verified": True}})
    'olive@dover.example'
    >>> verified_address({"userinfo": {"email": "olive@dover.example", "email_verified": "false"}})
    ''
    >>> verified_address({"id_token": {"email": "olive@dover.example", "xms_edov": "1"}})
    'olive@dover.example'
    """
    for part in ("userinfo", "id_token"):
        claims = said.get(part) or {}
        owned = str(claims.get("xms_edov", "")).lower() in ("1", "true")
        if isinstance(claims.get("email"), str) and (claims.get("email_verified") is True or owned):
            return claims["email"].strip().lower()
    return ""


@login_not_required
def begin(request: HttpRequest) -> HttpResponse:
    """To the directory, by the button of the sign-in page; asked for otherwise, that page."""
    if not settings.SIGN_ON:
        return redirect("account_login")
    if request.method != "POST":
        return render(request, "account/sign_on.html", {"sign_on": settings.SIGN_ON_NAME})
    try:
        answer: HttpResponse = OAuth2LoginView.adapter_view(Directory(request, DIRECTORY))(request)
    except RequestException:
        return _refused(request, DOWN, 503)
    return answer


@login_not_required
def back(request: HttpRequest) -> HttpResponse:
    """From the directory, with a code that is redeemed for who it is."""
    if not settings.SIGN_ON:
        return redirect("account_login")
    try:
        answer: HttpResponse = OAuth2CallbackView.adapter_view(Directory(request, DIRECTORY))(request)
    except RequestException:
        return _refused(request, DOWN, 503)
    return answer


def only(user: User) -> bool:
    """Whether somebody gets in by single sign-on alone, as their provider has settled, where there is any."""
    return bool(settings.SIGN_ON and user.provider.sign_on_only)


def _refused(request: HttpRequest, why: str, status: int) -> HttpResponse:
    return render(request, "account/sign_on_refused.html", {"why": why}, status=status)

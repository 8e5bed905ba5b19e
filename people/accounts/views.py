"""Pages of accounts: the library's views, each in one transaction, and *Your account* with its sessions."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.account import views as account_views
from allauth.mfa.base import views as factor_views
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes import views as code_views
from allauth.mfa.totp import views as app_views
from allauth.mfa.webauthn import views as passkey_views
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from design import dates
from people.access import SignedInRequest
from people.accounts import factors, origins, sessions
from people.models import Session
from people.services import sign_ins, wrong_tries

# Sessions that the page shows; each can be ended, and all others at once.
SHOWN = 25


class Whole:
    """What a form does is done and recorded in one transaction."""

    def form_valid(self, form: Any) -> HttpResponse:
        """As the library does it, wholly or not at all."""
        with transaction.atomic():
            response: HttpResponse = super().form_valid(form)  # type: ignore[misc]
        return response


class Patient:
    """Tells whoever has tried too often how long to wait (429), in words and for programs."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Judge what was typed, unless this place has to wait."""
        try:
            response: HttpResponse = super().post(request, *args, **kwargs)  # type: ignore[misc]
        except wrong_tries.TooMany as refusal:
            return _wait(request, refusal)
        return response


def _wait(request: HttpRequest, refusal: wrong_tries.TooMany) -> HttpResponse:
    seconds = max(1, int((refusal.until - timezone.now()).total_seconds()) + 1)
    minutes = -(-seconds // 60)
    context = {"wait": "a minute" if minutes == 1 else f"{minutes} minutes", "signing_in": True}
    answer = render(request, "errors/429.html", context, status=429)
    answer["Retry-After"] = str(seconds)
    return answer


class SignIn(Patient, Whole, account_views.LoginView):
    """Single sign-on, where there is any; address and password."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the words of the button that leads to the directory."""
        sign_on = f"Sign in with {settings.SIGN_ON_NAME}" if settings.SIGN_ON else ""
        return {**super().get_context_data(**kwargs), "sign_on": sign_on}


class SignOut(account_views.LogoutView):
    """Ends the session, and has the browser forget what it kept of the pages that were seen (ASVS 14.3.1)."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Sign out; the cookies are ended by the session itself."""
        response: HttpResponse = super().post(request, *args, **kwargs)
        response["Clear-Site-Data"] = '"cache", "storage"'
        return response


class ShowItIsYou(Patient, Whole, account_views.ReauthenticateView):
    """The password again, before what protects an account is changed."""


class ChangePassword(Whole, account_views.PasswordChangeView):
    """A new password, by whoever knows the old one; every other session ends."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Whoever signs in through their organisation has no password here to change."""
        if request.user.is_authenticated and not request.user.has_usable_password():
            messages.info(request, "You have no password here. You sign in through your organisation.")
            return redirect("your_account")
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return response

    def get_default_success_url(self) -> str:
        """Back to *Your account*."""
        return reverse("your_account")


class ForgottenPassword(account_views.PasswordResetView):
    """Asks for a link to an address; the answer is the same for every address."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Ask for it; where the queue is down, say so, whoever asks."""
        try:
            response: HttpResponse = super().form_valid(form)
        except ValidationError as refusal:
            form.add_error(None, refusal)
            return self.form_invalid(form)
        return response


class LinkAskedFor(account_views.PasswordResetDoneView):
    """What happens next, for every address alike."""


class NewPassword(Whole, account_views.PasswordResetFromKeyView):
    """A new password by a link; every session ends, and the place is known from now on."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Set it, and let nobody's wrong tries from elsewhere keep its owner out here."""
        response: HttpResponse = super().form_valid(form)
        wrong_tries.know(self.reset_user, origins.of(self.request), at=timezone.now())
        return response


class PasswordSet(account_views.PasswordResetFromKeyDoneView):
    """That it is set, and where to sign in."""


class Code(Whole, factor_views.AuthenticateView):
    """The second step of signing in."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With whether there is a passkey to use at all."""
        has = Authenticator.objects.filter(user=self.stage.login.user, type=Authenticator.Type.WEBAUTHN).exists()
        return {**super().get_context_data(**kwargs), "has_passkey": has}


class CodeAgain(Whole, factor_views.ReauthenticateView):
    """A code of the app again, instead of the password."""


class AddApp(Whole, app_views.ActivateTOTPView):
    """Adds an authenticator app."""

    def get_success_url(self) -> str:
        """To the recovery codes, where some were made; they are shown once."""
        return reverse("mfa_view_recovery_codes" if self.did_generate_recovery_codes else "your_account")


class RemoveApp(Whole, app_views.DeactivateTOTPView):
    """Removes the authenticator app."""

    success_url = reverse_lazy("your_account")


class AddPasskey(Whole, passkey_views.AddWebAuthnView):
    """Adds a passkey."""

    def get_success_url(self) -> str:
        """To the recovery codes, where some were made; they are shown once."""
        return reverse("mfa_view_recovery_codes" if self.did_generate_recovery_codes else "your_account")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With what is wrong, which the library leaves out."""
        found: dict[str, Any] = super().get_context_data(**kwargs)
        return {**found, **kwargs}


class RemovePasskey(Whole, passkey_views.RemoveWebAuthnView):
    """Removes a passkey of one's own; of others there is none."""

    success_url = reverse_lazy("your_account")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Whose it is comes before everything else."""
        get_object_or_404(self.get_queryset(), pk=kwargs["pk"])
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return response


class PasskeyAgain(Whole, passkey_views.ReauthenticateWebAuthnView):
    """A passkey again, instead of the password."""

    def form_invalid(self, form: Any) -> HttpResponse:
        """The page again, with what is wrong."""
        response: HttpResponse = self.render_to_response(self.get_context_data(form=form))
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the form, which the library leaves out."""
        found: dict[str, Any] = super().get_context_data(**kwargs)
        return {**found, **kwargs}


class RecoveryCodes(code_views.ViewRecoveryCodesView):
    """The recovery codes, once; afterwards only how many are left."""


class NewRecoveryCodes(Whole, code_views.GenerateRecoveryCodesView):
    """Makes new recovery codes; the old ones are void."""


@dataclass(frozen=True)
class Passkey:
    """A passkey in the list: what it is called, when it was used, where it is removed."""

    words: str
    remove: str
    hidden: str


@dataclass(frozen=True)
class SignedIn:
    """A session in the list; `handle` names it, and `here` is the one that the page is read in."""

    browser: str
    network: str
    signed_in_at: datetime | None
    seen_at: datetime | None
    handle: str
    here: bool
    hidden: str


@require_safe
def account(request: SignedInRequest) -> HttpResponse:
    """Your account: password, second factors, and where you are signed in."""
    kept = list(Authenticator.objects.filter(user=request.user).order_by("pk"))
    app = next((one for one in kept if one.type == Authenticator.Type.TOTP), None)
    codes = next((one for one in kept if one.type == Authenticator.Type.RECOVERY_CODES), None)
    found = Session.objects.filter(user=request.user, expire_date__gt=timezone.now()).order_by("-seen_at")
    listed = [_signed_in(one, here=one.session_key == request.session.session_key) for one in found]
    left = len(codes.wrap().get_unused_codes()) if codes else 0
    context = {
        "app": app,
        "app_words": f"Added {dates.day(app.created_at)}{_used(app)}" if app else "",
        "passkeys": [_passkey(one) for one in kept if one.type == Authenticator.Type.WEBAUTHN],
        "codes_words": f"{left} left" if codes else "None",
        "sessions": listed[:SHOWN],
        "others": len([one for one in listed if not one.here]),
        "idle": f"{settings.SESSION_COOKIE_AGE // 60 - 2} minutes",
        "longest": f"{settings.SESSION_HOURS} hours",
    }
    return render(request, "account/index.html", context)


def _passkey(one: Authenticator) -> Passkey:
    name = str(one.wrap().name)
    remove = reverse("mfa_remove_webauthn", args=[one.pk])
    return Passkey(f"{name}. Added {dates.day(one.created_at)}{_used(one)}", remove, f"the passkey {name}")


def _used(one: Authenticator) -> str:
    return f", last used {dates.day(one.last_used_at)}" if one.last_used_at else ", not used yet"


def _signed_in(one: Session, *, here: bool) -> SignedIn:
    hidden = f"the session of {one.browser} from {dates.moment(one.signed_in_at) if one.signed_in_at else ''}"
    return SignedIn(one.browser, one.network, one.signed_in_at, one.seen_at, sessions.handle(one), here, hidden)


@require_safe
def factor_first(request: SignedInRequest) -> HttpResponse:
    """Where somebody is led who may do nothing before they have a second factor; others have nothing to do here."""
    if not factors.owed(request):
        return redirect("your_account")
    return render(request, "account/factor_first.html")


@require_POST
def end_sessions(request: SignedInRequest) -> HttpResponse:
    """End one session of one's own, or all others. This one is ended by signing out."""
    only = request.POST.get("session") or None
    here = request.session.session_key or ""
    ended = sign_ins.end_sessions(request.user, place=origins.of(request), keep=here, only=only, at=timezone.now())
    messages.success(request, "It is signed out there." if ended == 1 else f"Signed out in {ended} other places.")
    return redirect("your_account")

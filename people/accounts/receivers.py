"""What django-allauth tells of: changes of passwords and second factors, each recorded, and told to whose they are.

The house does not speak by signals; these are the library's, and this is the one place that listens (docs/adr/0160).
"""

from collections.abc import Callable
from typing import Any

from allauth.account import signals as account
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from django.contrib.auth import signals as auth
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from people.accounts import factors, origins, sessions
from people.models import User
from people.services import passwords, sign_ins


def listen() -> None:
    """Be told of everything that concerns somebody's way in."""
    for signal, verb in (
        (account.password_changed, "user.password_changed"),
        (account.password_reset, "user.password_reset"),
        (mfa.authenticator_added, "user.factor_added"),
        (mfa.authenticator_removed, "user.factor_removed"),
        (mfa.authenticator_reset, "user.recovery_codes_made"),
    ):
        signal.connect(_changes(verb), weak=False, dispatch_uid=verb)
    mfa.authenticator_used.connect(_used, dispatch_uid="user.recovery_code_used")
    mfa.authentication_failed.connect(_wrong_code, dispatch_uid="user.factor_failed")
    auth.user_logged_in.connect(_begun, dispatch_uid="session.begun")
    auth.user_logged_out.connect(_signed_out, dispatch_uid="user.signed_out")


def _changes(verb: str) -> Callable[..., None]:
    """Records one kind of change and ends what other sessions there are; whoever did it stays signed in."""

    def changed(
        sender: Any, request: HttpRequest, user: User, authenticator: Authenticator | None = None, **_: Any
    ) -> None:
        keep = request.session.session_key if request.user.is_authenticated else None
        facts = {"factor": authenticator.type} if authenticator else {}
        request.session.pop(factors.HAS, None)
        at = timezone.now()
        with transaction.atomic():
            sign_ins.changed(verb, user, place=origins.of(request), keep=keep, at=at, facts=facts)
            passwords.tell(user, user.email, what=sign_ins.ENDS_OTHERS[verb], at=at)

    return changed


def _used(sender: Any, request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    """A recovery code works once; that one is gone is on the trail."""
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        sign_ins.record("user.recovery_code_used", user, place=origins.of(request), at=timezone.now())


def _wrong_code(sender: Any, request: HttpRequest, user: User, **_: Any) -> None:
    """The password was right and the second factor wrong: that somebody has the password is worth knowing."""
    sign_ins.failed(user.email, place=origins.of(request), at=timezone.now(), why="second factor")


def _begun(sender: Any, request: HttpRequest, user: User, **_: Any) -> None:
    """Every session knows when and where it was begun."""
    sessions.begin(request, at=timezone.now())


def _signed_out(sender: Any, request: HttpRequest, user: User | None, **_: Any) -> None:
    """Somebody signed out themselves."""
    if user is not None:
        sign_ins.record("user.signed_out", user, place=origins.of(request), at=timezone.now())

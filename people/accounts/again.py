"""Showing again that it is you: what protects accounts and everybody's work opens to nobody at a screen left open."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.http import HttpRequest

from people.accounts import sessions

View = TypeVar("View", bound=Callable[..., Any])


def asked(view: View) -> View:
    """Mark a view that opens only to whoever has shown lately who they are: administration and exports."""
    view.asks_again = True  # type: ignore[attr-defined]
    return view


def is_asked(view: Callable[..., Any]) -> bool:
    """Whether a view is marked so."""
    return getattr(view, "asks_again", False)


def lately(request: HttpRequest, *, at: datetime) -> bool:
    """Whether somebody signed in, or showed again that it is they, in the last quarter of an hour."""
    shown = [datetime.fromisoformat(request.session[sessions.BEGUN])]
    shown += [datetime.fromtimestamp(one["at"], UTC) for one in get_authentication_records(request, request.user)]
    return at - max(shown) < timedelta(seconds=settings.ACCOUNT_REAUTHENTICATION_TIMEOUT)

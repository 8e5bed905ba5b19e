"""A form is pressed once, however often its button is: the second press leads to what the first did.

Each form that a signed-in person gets carries a token of its own, signed for that person (`FIELD`). The act and the
token's row are written in one transaction (`once`), so a second press at the same instant waits for the first and finds
what it led to; a press whose act was refused uses nothing up. A token with other typing in the form is no second press
of the same thing: `Spent` says so, and the page shows what was typed with a fresh token, so that nothing typed is lost.
"""

import hashlib
import json
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.core import signing
from django.db import transaction
from django.http import HttpRequest

from design import drafts
from design.models import Press

FIELD = drafts.PRESS
SALT = "press"
# A form that is older is shown again; rows are kept for longer, so that no token outlives the row that it wrote.
LONGEST = timedelta(days=1)
KEPT = timedelta(days=7)


class Unpressable(Exception):
    """The form cannot be pressed: its token is missing, forged, somebody else's or older than a day."""


class Spent(Unpressable):
    """The form was pressed before, with other things typed in it. `led_to` is where that led."""

    def __init__(self, led_to: str) -> None:
        super().__init__(led_to)
        self.led_to = led_to


class Pressed(NamedTuple):
    """A press as it came: which token, and a hash of everything that was typed and pressed with it."""

    token: uuid.UUID
    typed: str


def token(user: Any) -> str:
    """A fresh token for one form of one person."""
    return signing.dumps([uuid.uuid4().hex, user.pk], salt=SALT)


def read(request: HttpRequest) -> Pressed | None:
    """The press that a request is; None where its token is not one that this person was given lately."""
    try:
        known, owner = signing.loads(request.POST.get(FIELD, ""), salt=SALT, max_age=LONGEST)
        found = uuid.UUID(known)
    except (signing.BadSignature, ValueError, TypeError, AttributeError):
        return None
    return Pressed(found, _typed(request, known)) if owner == request.user.pk else None


def led_to(request: HttpRequest) -> str:
    """Where the very same press led before; "" where it was not made yet."""
    pressed = read(request)
    if pressed is None:
        return ""
    return Press.objects.filter(token=pressed.token, typed=pressed.typed).values_list("led_to", flat=True).first() or ""


def once(request: HttpRequest, act: Callable[[], str], *, at: datetime) -> str:
    """Do what was pressed, once, and answer with the address that it leads to.

    `act` does it and gives that address; what it raises undoes the press too. Raises `Unpressable` where there is no
    token to use up, and `Spent` where it was used up for something else.
    """
    pressed = read(request)
    if pressed is None:
        raise Unpressable
    by: Any = request.user
    with transaction.atomic():
        row, fresh = Press.objects.get_or_create(
            token=pressed.token, defaults={"by_ref": by.reference, "typed": pressed.typed, "at": at}
        )
        if not fresh and row.typed != pressed.typed:
            raise Spent(row.led_to)
        if fresh:
            row.led_to = act()
            row.save(update_fields=["led_to"])
    return row.led_to


def forget(*, at: datetime) -> int:
    """Clear what nobody can press again any more."""
    gone, _ = Press.objects.before(at - KEPT).delete()
    return gone


def _typed(request: HttpRequest, salt: str) -> str:
    """A hash of the address, the button and everything typed; salted, because what was typed is about people."""
    typed = {name: values for name, values in request.POST.lists() if name not in drafts.PROOFS}
    files = [[name, each.name, each.size] for name, all_of in request.FILES.lists() for each in all_of]
    words = json.dumps([salt, request.path, typed, files], sort_keys=True)
    return hashlib.sha256(words.encode()).hexdigest()

"""Rendering and sending, once each, whatever dies in between. The truth about what is to go lives in PostgreSQL.

How once is kept:

- A letter is rendered under a lock on its row, and the PDF and the event are written in one transaction: a worker
that is
  killed leaves nothing.
- A sending is *claimed* first, in a transaction of its own. Then its row is locked for as long as the sending takes.
A row
  that is claimed and not locked has therefore lost its worker: PostgreSQL lets go of a dead worker's locks at once.
- Paper: whether the file stands finished in the print folder tells what happened. E-mail: nothing tells, so it is
marked
  uncertain, and a person looks.
"""

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import structlog
from celery import current_app
from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError

from audit import services as audit
from deadlines import kinds
from deadlines import services as deadlines
from design import seals
from design.dates import day_of
from letters import permissions
from letters.models import MOST_ATTEMPTS, Dispatch, Letter, Rendering
from letters.services import mail, within
from people import invitations
from people.models import User
from people.services import passwords
from policies.rules import Rule, need

log = structlog.get_logger(__name__)

# Between the claim and the lock a worker needs an instant. A claim older than this and not locked has lost its worker.
GRACE = timedelta(seconds=10)
MOST_AT_ONCE = 500
NOTICES_ARE_TRIED_FOR = timedelta(days=3)
WORRIES = {kinds.LETTER_FAILED: Dispatch.State.FAILED, kinds.LETTER_UNCERTAIN: Dispatch.State.UNCERTAIN}
PERSON_LOOKS = Rule("evenhand", text="Nothing uncertain is sent again blindly: a person finds out first.")

Render = Callable[[Letter], tuple[bytes, int]]


# telling a worker


def ask_to_render(letter_id: int) -> None:
    """Tell a worker to render, once the transaction holds. If the queue is down, the sweep finds the letter."""
    transaction.on_commit(partial(_enqueue, "letters.tasks.render", letter_id, expires=600))


def ask_to_send(dispatch_id: int) -> None:
    """Tell a worker to send, once the transaction holds. If the queue is down, the sweep finds the row."""
    transaction.on_commit(partial(_enqueue, "letters.tasks.dispatch", dispatch_id, expires=600))


def _enqueue(task: str, row_id: int, *, expires: int) -> None:
    try:
        current_app.send_task(task, args=[row_id], retry=False, expires=expires)
    except OperationalError as problem:
        log.warning("queue down, left to the sweep", task=task, row=row_id, problem=str(problem))


# rendering


@transaction.atomic
def render(letter_id: int, *, at: datetime, using: Render) -> Rendering | None:
    """Make the PDF of an issued letter, once. None where it is made already, or another worker is at it.

    The lock is held while rendering; a `no key` lock, so that others may still write rows that point to the letter.
    """
    rows = Letter.objects.select_for_update(of=("self",), skip_locked=True, no_key=True)
    letter = rows.select_related("provider", "resident").filter(pk=letter_id).unrendered().first()
    if letter is None:
        return None
    pdf, pages = using(letter)
    digest = hashlib.sha256(pdf).hexdigest()
    rendering = Rendering.objects.create(letter=letter, pdf=pdf, sha256=digest, pages=pages, rendered_at=at)
    audit.record("letter.rendered", subject=letter, by=None, at=at, facts={"sha256": digest, "pages": pages})
    for dispatch in Dispatch.objects.filter(letter=letter, state=Dispatch.State.WAITING):
        ask_to_send(dispatch.pk)
    return rendering


# sending


def send(dispatch_id: int, *, now: Callable[[], datetime]) -> None:
    """Send one waiting row by its channel. Does nothing where it is not waiting, not rendered, or not yet due again.

    `now` is the edge's clock: the sending takes time, and its end is a moment of its own.
    """
    claimed = _claim(dispatch_id, at=now())
    if claimed is None:
        return
    with transaction.atomic():
        dispatch = _locked(dispatch_id)
        if dispatch.state != Dispatch.State.SENDING or dispatch.attempts != claimed.attempts:
            return  # somebody took this worker for dead before it came to the lock
        if dispatch.letter and not dispatch.letter.rendering.stands:
            _failed(dispatch, at=now(), problem="The PDF is not the one that was made: its content has changed")
        elif dispatch.channel == Dispatch.Channel.PRINT:
            _print(dispatch, now)
        else:
            _mail(dispatch, now)


@transaction.atomic
def _claim(dispatch_id: int, *, at: datetime) -> Dispatch | None:
    rows = Dispatch.objects.select_for_update(of=("self",), skip_locked=True)
    if rows.filter(channel__in=_open_channels()).ready(at).filter(pk=dispatch_id).first() is None:
        return None
    dispatch = _locked(dispatch_id)
    dispatch.claim(at=at)
    dispatch.save()
    _record("dispatch_begun", dispatch, at=at)
    return dispatch


def _open_channels() -> list[str]:
    """By which ways anything can leave. What waits for another is not tried, and its page says why."""
    shut = Dispatch.Channel.EMAIL if mail.why_none_leaves() else None
    return [channel for channel in Dispatch.Channel.values if channel != shut]


def _locked(dispatch_id: int) -> Dispatch:
    rows = Dispatch.objects.select_for_update(of=("self",)).select_related(
        "letter__provider", "letter__resident", "letter__rendering", "letter__drafted_by", "notice__to__provider"
    )
    return rows.get(pk=dispatch_id)


def _print(dispatch: Dispatch, now: Callable[[], datetime]) -> None:
    try:
        dispatch.file_name = put_to_print(dispatch)
    except OSError as problem:
        _failed(dispatch, at=now(), problem=f"The print folder cannot be written: {problem.strerror or problem}")
        return
    _sent(dispatch, at=now())


def print_name(dispatch: Dispatch) -> str:
    """The file's name in the print folder: the letter's reference and the number of the sending, and nobody's name."""
    assert dispatch.letter is not None
    return f"{dispatch.letter.reference}-{dispatch.pk}.pdf"


def put_to_print(dispatch: Dispatch) -> str:
    """Write the PDF into the print folder under its own name, whole or not at all, and never over another file.

    A finished file of that name with the same bytes is this letter, put there by a worker that died before it could
    say so. Raises `FileExistsError` where another file bears the name.
    """
    assert dispatch.letter is not None
    folder, name = Path(settings.PRINT_DIR), print_name(dispatch)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, written = tempfile.mkstemp(prefix=f".{name}.", suffix=".part", dir=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(dispatch.letter.rendering.pdf)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(written, folder / name)
    finally:
        os.unlink(written)
    if not _stands_printed(dispatch):
        raise FileExistsError(17, "another file has the name of this one", name)
    _sync(folder)
    return name


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _stands_printed(dispatch: Dispatch) -> bool:
    """Whether the finished file of this letter stands in the print folder."""
    assert dispatch.letter is not None
    try:
        found = (Path(settings.PRINT_DIR) / print_name(dispatch)).read_bytes()
    except FileNotFoundError:
        return False
    return hashlib.sha256(found).hexdigest() == dispatch.letter.rendering.sha256


def _mail(dispatch: Dispatch, now: Callable[[], datetime]) -> None:
    try:
        mail.send(dispatch)
    except mail.NotNow as problem:
        if dispatch.attempts < MOST_ATTEMPTS or _is_tried_longer(dispatch, now()):
            _put_off(dispatch, at=now(), problem=str(problem))
        else:
            _failed(dispatch, at=now(), problem=str(problem))
    except mail.Refused as problem:
        _failed(dispatch, at=now(), problem=str(problem))
    except mail.Uncertain as problem:
        _uncertain(dispatch, at=now(), problem=str(problem))
    else:
        _sent(dispatch, at=now())


def _is_tried_longer(dispatch: Dispatch, at: datetime) -> bool:
    """A notice waits for days for a mail server that is down: nobody's worklist says that it did not go.

    Of a letter its author is told within a quarter of an hour, who may reach the resident in another way.
    """
    return dispatch.notice is not None and at - dispatch.made_at < NOTICES_ARE_TRIED_FOR


def _record(verb: str, dispatch: Dispatch, *, at: datetime, by: User | None = None, **more: Any) -> None:
    """On the trail of the letter. Of a notice to staff the row is record enough, but for what a person decided."""
    known = {"channel": dispatch.channel, "dispatch": dispatch.pk, "attempt": dispatch.attempts} | more
    words = {"reasons": known.pop("reasons", "")}
    if dispatch.letter:
        audit.record(f"letter.{verb}", subject=dispatch.letter, by=by, at=at, facts=known, words=words)
    elif by and dispatch.notice:
        audit.record(f"notice.{verb}", subject=dispatch.notice.to, by=by, at=at, facts=known, words=words)


def _sent(dispatch: Dispatch, *, at: datetime) -> None:
    dispatch.sent(at=at)
    dispatch.save()
    _record("dispatched", dispatch, at=at, file=dispatch.file_name)
    if dispatch.notice and dispatch.notice.kind in invitations.WITH_LINK:
        known = {"notice": dispatch.notice.kind, "until": passwords.until(at)}
        audit.record("user.password_link_sent", subject=dispatch.notice.to, by=None, at=at, facts=known)
    _settle_worry(dispatch, at=at)


def _put_off(dispatch: Dispatch, *, at: datetime, problem: str, rest: bool = True) -> None:
    dispatch.put_back(problem=problem, rest=rest)
    dispatch.save()
    _record("dispatch_put_off", dispatch, at=at, problem=dispatch.problem)


def _failed(dispatch: Dispatch, *, at: datetime, problem: str) -> None:
    dispatch.fail(at=at, problem=problem)
    dispatch.save()
    log.warning("dispatch failed", dispatch=dispatch.pk, channel=dispatch.channel)
    _record("dispatch_failed", dispatch, at=at, problem=dispatch.problem)
    _worry(dispatch, kinds.LETTER_FAILED, at=at)


def _uncertain(dispatch: Dispatch, *, at: datetime, problem: str) -> None:
    dispatch.lose_sight(problem=problem)
    dispatch.save()
    log.warning("dispatch uncertain", dispatch=dispatch.pk, channel=dispatch.channel)
    _record("dispatch_uncertain", dispatch, at=at, problem=dispatch.problem)
    _worry(dispatch, kinds.LETTER_UNCERTAIN, at=at)


def _worry(dispatch: Dispatch, kind: str, *, at: datetime) -> None:
    """Put a letter that did not go, or may not have, on its author's worklist, from today."""
    letter = dispatch.letter
    if letter is None:
        return
    author, way = deadlines.Whose(letter.drafted_by), dispatch.get_channel_display().lower()
    deadlines.set(kind, letter, due=day_of(at), whose=author, words=way, at=at)


def _settle_worry(dispatch: Dispatch, *, at: datetime) -> None:
    """Take from the worklist what no longer needs a person: a kind of worry that no channel of the letter has left."""
    letter = dispatch.letter
    if letter is None:
        return
    for kind, state in WORRIES.items():
        if not letter.dispatches.filter(state=state).exists():
            deadlines.meet(kind, letter, at=at, how="Looked into on the outbox")
    within.meet(letter, at=at)


# what a person decides


@transaction.atomic
def try_again(dispatch_id: int, *, by: User, at: datetime, reasons: str, seen: str | None = None) -> Dispatch:
    """Send again what failed, or what is uncertain and, as somebody found out, did not arrive. Reasons are recorded.

    Raises `ChangedSince` where it was tried again since its page was shown: a failed one may be uncertain by now.
    """
    dispatch = _locked(dispatch_id)
    permissions.check_can_send(by, dispatch)
    was, was_shown = dispatch.state, dispatch.shown
    dispatch.try_again()
    seals.check(seen, was_shown)
    if was == Dispatch.State.UNCERTAIN:
        need(reasons, "Enter how you know that it did not arrive", "reasons", PERSON_LOOKS)
    dispatch.save()
    _record("sending_tried_again", dispatch, by=by, at=at, was=was, reasons=reasons)
    _settle_worry(dispatch, at=at)
    ask_to_send(dispatch.pk)
    return dispatch


@transaction.atomic
def confirm_sent(dispatch_id: int, *, by: User, at: datetime, reasons: str, seen: str | None = None) -> Dispatch:
    """Say that what was uncertain did arrive, and how that is known. Raises `RuleBroken` without saying how.

    Raises `ChangedSince` where it was tried again since its page was shown.
    """
    dispatch = _locked(dispatch_id)
    permissions.check_can_send(by, dispatch)
    was_shown = dispatch.shown
    dispatch.confirm_sent(at=at)
    seals.check(seen, was_shown)
    need(reasons, "Enter how you know that it arrived", "reasons", PERSON_LOOKS)
    dispatch.save()
    _record("dispatch_confirmed", dispatch, by=by, at=at, reasons=reasons)
    _settle_worry(dispatch, at=at)
    return dispatch


# the sweep


def settle(*, at: datetime) -> None:
    """Find out about sendings that lost their worker: paper by its file, e-mail is uncertain. Safe to run twice."""
    stuck = Dispatch.objects.filter(state=Dispatch.State.SENDING, claimed_at__lte=at - GRACE)
    for dispatch_id in list(stuck.values_list("pk", flat=True)):
        _settle_one(dispatch_id, at=at)


@transaction.atomic
def _settle_one(dispatch_id: int, *, at: datetime) -> None:
    rows = Dispatch.objects.select_for_update(of=("self",), skip_locked=True)
    if rows.filter(pk=dispatch_id, state=Dispatch.State.SENDING, claimed_at__lte=at - GRACE).first() is None:
        return  # its worker is alive and holds it, or it has been settled
    dispatch = _locked(dispatch_id)
    if dispatch.channel == Dispatch.Channel.EMAIL:
        _uncertain(dispatch, at=at, problem="The worker stopped while it was sending: it may have left, or not.")
    elif _stands_printed(dispatch):
        dispatch.file_name = print_name(dispatch)
        _sent(dispatch, at=at)
    else:
        _put_off(dispatch, at=at, problem="The worker stopped before the file was finished.", rest=False)


def sweep(*, at: datetime) -> None:
    """Settle what is stuck, then tell workers of every letter that is not rendered and every row that waits.

    Runs every few seconds; safe to run twice, late, and beside another. What is told twice is done once.
    """
    settle(at=at)
    clear_leftovers(at=at)
    _enqueue_all("letters.tasks.render", Letter.objects.unrendered().order_by("pk").values_list("pk", flat=True))
    waiting = Dispatch.objects.filter(channel__in=_open_channels()).ready(at)
    _enqueue_all("letters.tasks.dispatch", waiting.order_by("pk").values_list("pk", flat=True))


def _enqueue_all(task: str, ids: Iterable[int]) -> None:
    for row_id in list(ids[:MOST_AT_ONCE]):  # type: ignore[index]
        _enqueue(task, row_id, expires=20)


def clear_leftovers(*, at: datetime) -> None:
    """Remove unfinished files, older than an hour, that killed workers left in the print folder."""
    folder = Path(settings.PRINT_DIR)
    for part in folder.glob(".*.part") if folder.is_dir() else ():
        with suppress(FileNotFoundError):
            if part.stat().st_mtime < (at - timedelta(hours=1)).timestamp():
                part.unlink()

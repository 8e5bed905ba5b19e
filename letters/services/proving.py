"""What is handed out is what was kept: bytes that are gone or other are served to nobody, and somebody is told."""

from datetime import datetime, timedelta
from typing import NoReturn

from django.db import connection, transaction

from audit import services as audit
from audit.breaks import Break
from letters import permissions, services
from letters.models import Letter, Notice, Rendering
from people import access
from people.models import Provider, User

OTHER = "is not the one that was made: its content has changed"


class Altered(Exception):
    """What was kept is gone, or not what was kept. Says what, for a page; it was recorded and told before."""


def open_pdf(letter_id: int, *, by: User, at: datetime) -> Rendering:
    """The PDF as sent, for somebody to read; who looked goes on the trail.

    Raises `Rendering.DoesNotExist` as long as it is not made, and `Altered` where it is not the one that was made.
    """
    letter = Letter.objects.select_related("provider", "resident").get(pk=letter_id)
    permissions.check_can_read(by, letter)
    rendering = Rendering.objects.get(letter=letter)
    if not rendering.stands:
        refuse(letter, f"the PDF of letter {letter.reference}", provider=letter.provider, problem=OTHER, by=by, at=at)
    audit.record("letter.opened", subject=letter, by=by, at=at, facts={"sha256": rendering.sha256})
    return rendering


def refuse(
    subject: audit.Subject, what: str, *, provider: Provider, problem: str, by: User | None, at: datetime
) -> NoReturn:
    """Record that something kept is not as it was kept, tell the administrators, and raise `Altered`.

    Call outside of a transaction: what was recorded stands, although nothing is served.
    """
    with transaction.atomic():
        audit.record("file.not_served", subject=subject, by=by, at=at, facts={"what": what, "problem": problem})
        tell(
            provider,
            kind="file.not_served",
            about=subject.trail.about,
            subject=f"Evenhand: {what} is not as it was kept",
            body=f"Somebody opened {what} ({subject.trail.ref}). It {problem}, so it was shown to nobody.\n\n"
            "Ask whoever looks after the server to restore it from a backup. The trail has who opened it and when.\n",
            at=at,
        )
    raise Altered(f"{what[:1].upper()}{what[1:]} {problem}.")


def tell(provider: Provider, *, kind: str, about: str, subject: str, body: str, at: datetime) -> None:
    """Tell each administrator of a provider by e-mail, once a day about the same thing."""
    for user in access.holders(provider, access.keys_with(provider, Provider.Capability.ADMINISTER)):
        if not Notice.objects.filter(to=user, kind=kind, about=about, made_at__gt=at - timedelta(days=1)).exists():
            services.notify(user, kind=kind, about=about, subject=subject, body=body, at=at)


def altered(since: datetime | None) -> list[Break]:
    """Each PDF that is not the one that was made; those made since an instant, or all."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT l.reference, encode(sha256(r.pdf), 'hex') FROM letters_rendering r"
            " JOIN letters_letter l ON l.id = r.letter_id"
            " WHERE encode(sha256(r.pdf), 'hex') <> r.sha256"
            " AND (%(since)s::timestamptz IS NULL OR r.rendered_at >= %(since)s) ORDER BY l.reference",
            {"since": since},
        )
        rows = cursor.fetchall()
    return [Break.marked(f"the PDF of letter {ref} is not the one that was made", "pdf", ref, now) for ref, now in rows]

"""One mail through Django's e-mail backend, and what a failure means: refused, not now, or nobody knows."""

import smtplib
from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from letters.models import Dispatch, Notice
from people import invitations
from people.services import passwords

NO_SERVER = "No mail server is set up, so no e-mail leaves. Letters and notices wait until one is."
BODY = """Dear {name},

{provider} has written to you. The letter is attached to this e-mail as a PDF file{and_paper}.

If you cannot open it, or need it in another way (large print, Easy Read, braille, as a recording or in another
language), tell us: {contact}.

Please do not send this e-mail on to other people: it is about you.

{provider}
"""


class Refused(Exception):
    """The mail certainly did not leave, and trying again by itself would not help."""


class NotNow(Exception):
    """The mail certainly did not leave, for a reason that may pass."""


class Uncertain(Exception):
    """The connection broke after the words had been handed over: it may have left, or not."""


def message(dispatch: Dispatch) -> EmailMessage:
    """The mail of a dispatch. Its message-id is the same at each attempt, so that a mail server can tell a double."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    headers = {"Message-ID": f"<dispatch-{dispatch.pk}@{domain}>", "Auto-Submitted": "auto-generated"}
    if dispatch.notice:
        notice = dispatch.notice
        body = _body(notice, dispatch.address)
        return EmailMessage(notice.subject, body, to=[dispatch.address], headers=headers)
    letter = dispatch.letter
    assert letter is not None
    frame = letter.facts["frame"]
    contact = " or ".join(filter(None, (frame["phone"] and f"phone {frame['phone']}", f"e-mail {frame['email']}")))
    with_address = letter.facts["to"]["address"]
    mail = EmailMessage(
        f"A letter from {frame['provider']} ({letter.reference})",
        BODY.format(
            name=letter.facts["to"]["name"],
            provider=frame["provider"],
            and_paper=", and is on its way to you by post as well" if with_address else "",
            contact=contact,
        ),
        to=[dispatch.address],
        reply_to=[frame["email"]] if frame["email"] else None,
        headers=headers,
    )
    mail.attach(f"{letter.reference}.pdf", bytes(letter.rendering.pdf), "application/pdf")
    return mail


def _body(notice: Notice, address: str) -> str:
    """The words of a notice; where it brings a link, with that, which stands nowhere but in the mail."""
    if notice.kind not in invitations.WITH_LINK:
        return notice.body
    if why := invitations.why_not_sent(notice.kind, notice.to, address):
        raise Refused(f"{why}, so no link was sent.")
    return notice.body.replace(invitations.PLACE, passwords.link(notice.to))


def why_none_leaves() -> str:
    """Why no e-mail leaves from here, for whoever waits for one; empty where a mail server is set up."""
    return "" if settings.MAIL_LEAVES else NO_SERVER


def by_email() -> str:
    """How whoever is to be told by e-mail is told: at once, or not before one leaves from here."""
    return "by e-mail" if settings.MAIL_LEAVES else "by e-mail once a mail server is set up"


def send(dispatch: Dispatch) -> None:
    """Send it. Raises `Refused`, `NotNow` or `Uncertain`, with words for the outbox."""
    mail = message(dispatch)
    connection = get_connection()
    _open(connection)
    try:
        left = connection.send_messages([mail])
    except smtplib.SMTPRecipientsRefused as problem:
        code, said = next(iter(problem.recipients.values()), (550, b""))
        raise _by_code(code, said, "The address was refused") from problem
    except smtplib.SMTPResponseException as problem:
        raise _by_code(problem.smtp_code, problem.smtp_error, "The mail server refused it") from problem
    except (smtplib.SMTPException, OSError) as problem:
        raise Uncertain(f"The connection broke while sending: {problem}") from problem
    finally:
        _close(connection)
    if not left:
        raise NotNow("The mail server took nothing.")


def _open(connection: BaseEmailBackend) -> None:
    """Reach the mail server. Nothing has been handed over yet, so every failure here is certain."""
    try:
        connection.open()
    except smtplib.SMTPAuthenticationError as problem:
        raise Refused("The mail server refused our sign-in.") from problem
    except (smtplib.SMTPException, OSError) as problem:
        raise NotNow(f"The mail server could not be reached: {problem}") from problem


def _close(connection: BaseEmailBackend) -> None:
    """Say goodbye. The mail is with the server or it is not: a broken goodbye changes neither."""
    try:
        connection.close()
    except (smtplib.SMTPException, OSError):
        return


def _by_code(code: int, said: bytes | str, what: str) -> Exception:
    """A refusal in the 400s may pass; any other stays."""
    words = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    problem = f"{what}: {code} {words}"[:300]
    return NotNow(problem) if 400 <= code < 500 else Refused(problem)

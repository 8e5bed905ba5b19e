"""What administrators found out about a break of the trail: one says what it is, another agrees (docs/adr/0196)."""

from datetime import datetime

from django.db import connection, transaction
from django_fsm import TransitionNotAllowed

from audit import breaks
from audit import services as audit
from audit.breaks import Answer, Break, Whole
from design import dates
from letters import services as letters
from office import permissions
from people import access
from people.models import Provider, User
from policies.rules import need

Can = Provider.Capability
KIND = "trail.answered"
SUBJECT = "Evenhand: what was found out about a break of the trail"
EXPLAINED = """{to},

{by} has looked into a break of the trail ({mark}) and says what it is. Another administrator reads it under Office,
Proof of the trail, and agrees or says what it is instead.
"""
ACCEPTED = """{to},

{by} agrees with {first} about a break of the trail ({mark}), which is known from now on. It goes on standing under
Office, Proof of the trail, with both names and the reason.
"""


@transaction.atomic
def explain(broken: Break, *, reason: str, by: User, at: datetime) -> None:
    """Say what a break of the trail is; another administrator has to agree before it is known. Both are told.

    Saying it anew replaces what was said, by whomever. Raises TransitionNotAllowed for a break that is known already,
    RuleBroken without a reason, NotPermitted.
    """
    permissions.check_can_open(by, by.provider)
    need(reason, "Enter what you found out", "reason", permissions.ANSWERED_BY_TWO)
    _alone(broken.mark)
    answer = breaks.answers().get(broken.mark)
    if answer and answer.known:
        raise TransitionNotAllowed(f"{answer.accepted_by} has agreed already.")
    facts = {"mark": broken.mark, "what": broken.words}
    audit.record(breaks.EXPLAINED, subject=Whole(), by=by, at=at, facts=facts, words={"reasons": reason})
    _tell(EXPLAINED, broken.mark, by=by, at=at)


@transaction.atomic
def accept(mark: str, *, explained: int, by: User, at: datetime) -> None:
    """Agree with what another administrator said of a break: it is known from then on, and stays listed.

    Raises TransitionNotAllowed where it is known already or was explained otherwise since, NotPermitted for whoever
    explained it.
    """
    _alone(mark)
    answer = breaks.answers().get(mark)
    if answer is None or answer.known or answer.event != explained:
        raise TransitionNotAllowed("Somebody has answered for this meanwhile.")
    permissions.check_can_accept(by, by.provider, answer)
    facts = {"mark": mark, "what": answer.broken.words, "explained": explained}
    audit.record(breaks.ACCEPTED, subject=Whole(), by=by, at=at, facts=facts)
    _tell(ACCEPTED, mark, by=by, first=answer.by_name, at=at)


def told(answer: Answer) -> str:
    """A known break in a line: since when, by whom, and because of what."""
    assert answer.accepted_at is not None
    since = dates.moment(answer.accepted_at)
    return (
        f"since {since}, by {answer.by_name} and {answer.accepted_by}: {answer.broken.words} "
        f"[{answer.broken.mark}], because: {answer.reason}"
    )


def _alone(mark: str) -> None:
    """Who answers for the same break at the same instant waits here."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"break {mark}"])


def _tell(body: str, mark: str, *, by: User, at: datetime, **names: str) -> None:
    """Tell the other administrators and the data protection officers of every provider: the trail is everybody's."""
    for provider in Provider.objects.order_by("pk"):
        keys = {*access.keys_with(provider, Can.ADMINISTER), *access.keys_with(provider, Can.VIEW_TRAIL)}
        for user in access.holders(provider, sorted(keys)):
            if user.pk != by.pk:
                said = body.format(to=user.name, by=by.name, mark=mark, **names)
                letters.notify(user, kind=KIND, about=Whole.trail.about, subject=SUBJECT, body=said, at=at)

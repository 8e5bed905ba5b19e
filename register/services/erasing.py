"""Blanking a removed entry when the policy's time to keep its words is over."""

from datetime import datetime

from django.db import transaction

from audit import services as audit
from audit.models import Event
from deadlines import kinds
from deadlines import services as deadlines
from deadlines.models import Deadline
from decisions import services as decisions
from design.dates import day_of
from policies import law
from policies.rules import Rule
from register.models import ERASED, Consideration, Entry, Share
from register.services import retention


@transaction.atomic
def erase(entry_id: int, *, at: datetime) -> bool:
    """Blank a removed entry when the policy's time to keep it is over; False where that has to wait. For the sweep.

    What stays is that there was an entry, in which register, from when to when, and who decided; not about whom, and
    none of its words, here, in what its deciders said, or in the trail (UK GDPR Art 5(1)(e)). It waits while an appeal
    of the resident is decided. Safe to run twice, or late.
    """
    entry = Entry.objects.locked().get(pk=entry_id)
    today = day_of(at)
    if entry.erased_on is not None or entry.words_until is None or entry.words_until >= today:
        return False
    if Deadline.objects.open().filter(resident=entry.resident, kind=kinds.APPEAL_DECIDE).exists() and entry.resident:
        return False
    found = retention.words_of(entry, deadlines.calendar_for(entry.provider))
    rule = (entry.policy_version.policy.value(found.path).rule if found else None) or law.NO_LONGER_THAN_NEEDED
    why = found.explain() if found else "The policy's time to keep it is over"
    question = Consideration.objects.filter(entry=entry).first()
    things: list[Entry | Consideration] = [entry, *([question] if question else [])]
    said = [row for thing in things for row in decisions.forget(thing)]
    for thing in things:
        _erase_trail(thing, why=why, rule=rule, at=at)
    facts = {"words_until": entry.words_until, "clause": rule.clause, "strength": rule.strength}
    erasure = audit.record("register.erased", subject=entry, by=None, at=at, facts=facts)
    if question:
        question.resident, question.place, question.place_postcode = None, "", ""
        question.because, question.incidents, question.case_ref = "", [], ""
        question.proposed, question.reasons = {}, ""
        question.save()
    shares = list(Share.objects.filter(entry=entry).order_by("pk"))
    for share in shares:
        share.reasons, share.recall_reason = "", ERASED
        share.save()
    _blank(entry)
    entry.erased_on = today
    entry.save()
    audit.blank_history([*things, *said, *shares], erasure=erasure)
    return True


def _erase_trail(thing: Entry | Consideration, *, why: str, rule: Rule, at: datetime) -> None:
    spoken = Event.objects.about(thing.trail).filter(provider_ref=thing.provider.slug, words__body__isnull=False)
    for event in spoken.values_list("pk", flat=True):
        audit.erase_words(event, by=None, at=at, why=why, rule=rule)


def _blank(entry: Entry) -> None:
    entry.resident, entry.place, entry.place_postcode, entry.search = None, "", "", ""
    entry.source, entry.case_ref, entry.not_told_reason, entry.removal_reason = "", "", "", ERASED
    entry.risks, entry.instructions, entry.arrangement = [], [], []
    entry.ring, entry.ring_name = "", ""
    entry.cover_name, entry.cover_ring, entry.cover_from, entry.cover_until = "", "", None, None
    entry.look_again_on = None

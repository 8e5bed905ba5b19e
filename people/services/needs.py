"""What a resident needs and who speaks for them: recorded, and ended with a reason."""

from datetime import datetime

from django.db import transaction
from django.db.models import F
from django_fsm import TransitionNotAllowed

from audit import services as audit
from audit.models import Event
from design import dates
from design.dates import day_of
from people import permissions
from people.models import (
    Need,
    Representative,
    Resident,
    User,
)
from policies import rules


@transaction.atomic
def record_need(resident_id: int, *, kind: str, words: str, about_health: bool, by: User, at: datetime) -> Need:
    """Record a need that was disclosed or an adjustment agreed (Equality Act 2010 s20; Housing Ombudsman Code 5.10).

    Raises the version of the resident's needs, so that an assessment that weighed an earlier version is open again.
    """
    found = Resident.objects.select_for_update(of=("self",), no_key=True).select_related("provider")
    resident = found.get(pk=resident_id)
    permissions.check_can_change(by, resident)
    need = Need.objects.create(
        resident=resident, kind=kind, words=words, about_health=about_health, recorded_by=by, recorded_at=at
    )
    resident.needs_version += 1
    resident.save(update_fields=["needs_version"])
    audit.record("need.recorded", subject=resident, by=by, at=at, facts={"kind": kind}, words={"need": words})
    return need


@transaction.atomic
def end_need(need_id: int, *, by: User, at: datetime, reasons: str) -> Need:
    """End a need or adjustment that no longer holds. The row stays, with when it ended.

    Raises `TransitionNotAllowed`, naming who did it, where somebody has ended it already.
    """
    need = Need.objects.select_for_update(of=("self",)).select_related("resident__provider").get(pk=need_id)
    permissions.check_can_change(by, need.resident)
    if need.ended_at is not None:
        raise TransitionNotAllowed(_ended(need.resident, "need.ended", {"need": need.pk}))
    rules.need(reasons, "Enter why this no longer holds", "reasons")
    need.ended_at = at
    need.save(update_fields=["ended_at"])
    Resident.objects.filter(pk=need.resident_id).update(needs_version=F("needs_version") + 1)
    words = {"need": need.words, "reasons": reasons}
    audit.record("need.ended", subject=need.resident, by=by, at=at, facts={"need": need.pk}, words=words)
    return need


@transaction.atomic
def name_representative(
    resident_id: int, *, name: str, relation: str, authority: str, phone: str, email: str, by: User, at: datetime
) -> Representative:
    """Record who speaks for the resident, and on what authority (RSH standard: supported to use a representative)."""
    resident = Resident.objects.select_related("provider").get(pk=resident_id)
    permissions.check_can_change(by, resident)
    representative = Representative.objects.create(
        resident=resident, name=name, relation=relation, authority=authority, phone=phone, email=email
    )
    audit.record("representative.named", subject=resident, by=by, at=at, words={"name": name, "authority": authority})
    return representative


@transaction.atomic
def end_representative(representative_id: int, *, by: User, at: datetime, reasons: str) -> Representative:
    """Record that somebody no longer speaks for the resident, and why (RSH standard: refusing one needs a reason).

    Raises `TransitionNotAllowed`, naming who did it, where somebody has recorded that already.
    """
    found = Representative.objects.select_for_update(of=("self",)).select_related("resident__provider")
    representative = found.get(pk=representative_id)
    permissions.check_can_change(by, representative.resident)
    facts = {"representative": representative.pk}
    if representative.ended_on is not None:
        raise TransitionNotAllowed(_ended(representative.resident, "representative.ended", facts))
    rules.need(reasons, "Enter why they no longer speak for the resident", "reasons")
    representative.ended_on = day_of(at)
    representative.save(update_fields=["ended_on"])
    words = {"name": representative.name, "reasons": reasons}
    audit.record("representative.ended", subject=representative.resident, by=by, at=at, facts=facts, words=words)
    return representative


def _ended(resident: Resident, verb: str, facts: dict[str, int]) -> str:
    """Who has ended it already, and when, as far as the trail tells."""
    last = Event.objects.done_to(resident.trail).filter(verb=verb, facts__contains=facts).order_by("-pk").first()
    return f"{last.by_name} ended it on {dates.moment(last.at)}." if last else "It has ended already."

"""Logging what happened, once."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, time
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from audit import services as audit
from cases import permissions
from cases.models import Affected, Case, Incident, Involvement, Warning
from cases.services import drafting, evidence, places, support
from deadlines.services import appeal_windows
from design import dates
from design.dates import day_of
from people.models import Organisation, Provider, Resident, User
from people.references import next_reference
from policies.rules import Rule, RuleBroken, need

FIRST_DAY = date(2000, 1, 1)
NO_FUTURE = Rule("evenhand", text="An incident is logged once it has happened.")
Part = Involvement.Part


@dataclass(frozen=True)
class Happened:
    """What happened, as the reporter tells it. `facts` and `words_used` are kept exactly as they were typed."""

    facts: str
    happened_on: date
    channel: str
    happened_at: time | None = None
    place: str = ""
    words_used: str = ""
    categories: Sequence[str] = ()
    knowledge: str = Incident.Knowledge.FIRST_HAND
    warnings_given: int = 0
    continued_after_warnings: bool = False
    contact_ended: bool = False
    police_called: bool = False
    police_reference: str = ""
    danger: bool = False
    hurt: bool = False
    hazard: bool = False
    hazard_words: str = ""


@dataclass(frozen=True)
class AffectedPerson:
    """Somebody at work whom it hit, or who saw it: a colleague with an account, or anybody by name."""

    user: User | None = None
    name: str = ""
    organisation: Organisation | None = None
    part: str = Affected.Part.AFFECTED
    hurt: bool = False


@transaction.atomic
def log(
    token: uuid.UUID | None = None,
    *,
    provider: Provider,
    parts: Sequence[tuple[Resident, str]],
    happened: Happened,
    by: User,
    at: datetime,
    affected: Sequence[AffectedPerson] = (),
    files: Sequence[UploadedFile] = (),
) -> Incident:
    """Log an incident (Dover 6.24; rule H3), once for each draft: saving the same draft again gives the same incident.

    Each resident whose behaviour it was gets a case, or has it added to the open one: joint tenants each their own
    (Dover 6.16). Each warning given is a row. The line manager of everybody affected is told at once. Raises
    `RuleBroken` for a day to come, or before 2000, and for behaviour that went on after no warning.
    """
    permissions.check_can_log(by, provider)
    draft = drafting.lock(token, by, at) if token else None
    if draft and draft.became_id:
        return Incident.objects.get(pk=draft.became_id)
    check(provider, happened, at)
    check_parts(provider, parts)
    incident = Incident.objects.create(
        provider=provider,
        reference=next_reference("incident"),
        reported_by=by,
        reported_at=at,
        **{one.name: getattr(happened, one.name) for one in fields(happened) if one.name != "categories"},
        categories=list(happened.categories),
    )
    opened = involve(incident, parts, by=by, at=at)
    if not opened:
        audit.record("incident.logged", subject=places.Placed(incident, None), by=by, at=at, facts=_as_facts(incident))
    add_affected(incident, affected, by=by, at=at)
    evidence.add_evidence(incident.pk, files=files, by=by, at=at)
    if draft:
        draft.became, draft.data, draft.updated_at = incident, {}, at
        draft.save()
    return incident


def check(provider: Provider, happened: Happened, at: datetime) -> None:
    """Refuse what lacks its facts, or a time or a place that cannot be; raises RuleBroken at the field."""
    today = day_of(at)
    need(happened.facts, "Enter what happened", "facts")
    if happened.happened_on > today:
        raise RuleBroken("When it happened must be today or in the past", NO_FUTURE, "happened_on")
    if happened.happened_on < FIRST_DAY:
        raise RuleBroken("When it happened must be on or after 1 January 2000", None, "happened_on")
    now = at.astimezone(dates.LONDON).time()
    if happened.happened_on == today and happened.happened_at and happened.happened_at > now:
        raise RuleBroken("The time must not be later than now", NO_FUTURE, "happened_at")
    if happened.continued_after_warnings and not happened.warnings_given:
        raise RuleBroken(
            "Enter how many warnings were given, or say that none was followed by more", None, "warnings_given"
        )
    if happened.hazard:
        need(happened.hazard_words, "Enter what they reported", "hazard_words")
    known = {behaviour.key for behaviour in provider.policy_version_on(today).policy.behaviours}
    if set(happened.categories) - known:
        raise RuleBroken("Select kinds of behaviour that the policy names", None, "categories")


def check_parts(provider: Provider, parts: Sequence[tuple[Resident, str]]) -> None:
    """Refuse a person named twice or one of another provider; raises RuleBroken."""
    if len({resident.pk for resident, _ in parts}) != len(parts):
        raise RuleBroken("Each person can be named once", None, "found")
    if any(resident.provider_id != provider.pk for resident, _ in parts):
        raise RuleBroken("Select people of this provider", None, "found")


def involve(incident: Incident, parts: Iterable[tuple[Resident, str]], *, by: User, at: datetime) -> list[Case]:
    """Write who was involved, and put the incident on the case of each whose behaviour it was."""
    cases = []
    for resident, part in sorted(parts, key=lambda pair: pair[0].pk):
        Involvement.objects.create(incident=incident, resident=resident, part=part)
        if part == Part.BEHAVED:
            cases.append(_onto_case(incident, resident, by=by, at=at))
    return cases


def _onto_case(incident: Incident, resident: Resident, *, by: User, at: datetime) -> Case:
    """Put an incident on the resident's open case, or open one. The resident's row is locked meanwhile.

    That lock, taken in the order of keys, is why two incidents at once give one case and no deadlock.
    """
    resident = (
        Resident.objects.select_for_update(of=("self",), no_key=True).select_related("provider").get(pk=resident.pk)
    )
    open_case = Case.objects.open().select_for_update(of=("self",), no_key=True).filter(resident=resident)
    case = open_case.select_related("provider", "resident", "policy_version").first()
    if case is None:
        case = _open(resident, by=by, at=at)
    case.incidents.add(incident)
    given = [
        Warning.objects.create(
            case=case,
            kind=Warning.Kind.INITIAL,
            incident=incident,
            given_on=incident.happened_on,
            given_by=incident.reported_by,
        )
        for _ in range(incident.warnings_given)
    ]
    words = {"account": incident.facts, "words used": incident.words_used, "hazard": incident.hazard_words}
    event = audit.record(
        "incident.logged", subject=places.Placed(incident, case), by=by, at=at, facts=_as_facts(incident), words=words
    )
    if given:
        appeal_windows.open_window(
            given[0],
            case.policy,
            appeal_windows.against_warning(case.policy, "initial warning"),
            words="against the first warnings",
            on=incident.happened_on,
            event=event.pk,
            at=at,
        )
    return case


def _open(resident: Resident, *, by: User, at: datetime) -> Case:
    """Open a case under the policy version that holds on the day."""
    case = Case.objects.create(
        provider=resident.provider,
        resident=resident,
        policy_version=resident.provider.policy_version_on(day_of(at)),
        reference=next_reference("case"),
        owner=by,
        opened_by=by,
        opened_at=at,
        begun_at=at,
        moved_at=at,
    )
    facts = {"policy": case.policy_version.digest, "policy_from": case.policy_version.effective_on}
    audit.record("case.opened", subject=case, by=by, at=at, facts=facts)
    return case


def _as_facts(incident: Incident) -> dict[str, Any]:
    return {
        "happened_on": incident.happened_on,
        "channel": incident.channel,
        "categories": incident.categories,
        "warnings_given": incident.warnings_given,
        "continued": incident.continued_after_warnings,
        "danger": incident.danger,
        "police_called": incident.police_called,
        "hazard": incident.hazard,
    }


def add_affected(incident: Incident, people: Sequence[AffectedPerson], *, by: User, at: datetime) -> list[Affected]:
    """Write who was affected and tell their line managers. Raises `RuleBroken` for people of another provider."""
    named = [each for one in people for each in (one.user, one.organisation) if each]
    if any(each.provider_id != incident.provider_id for each in named):
        raise RuleBroken("Select people of this provider", None, "affected")
    rows = [
        Affected.objects.create(
            incident=incident,
            user=one.user,
            name=one.name or (one.user.name if one.user else ""),
            organisation=one.organisation,
            part=one.part,
            hurt=one.hurt,
        )
        for one in people
    ]
    _record_affected(incident, rows, by=by, at=at)
    new = {row.user.line_manager for row in rows if row.user and row.part == Affected.Part.AFFECTED}
    for manager in sorted(filter(None, new), key=lambda manager: manager.pk):
        support.tell(
            incident, manager, [row.user.name for row in support.hit_under(incident, manager) if row.user], at=at
        )
    return rows


def _record_affected(incident: Incident, rows: Sequence[Affected], *, by: User, at: datetime) -> None:
    """Tell the trail which colleagues were affected: rooms below read there whom a policy keeps from deciding."""
    hit = sorted(row.user.reference for row in rows if row.user and row.part == Affected.Part.AFFECTED)
    for case in places.places(incident) if hit else ():
        audit.record("incident.affected", subject=places.Placed(incident, case), by=by, at=at, facts={"people": hit})


def same_day(parts: Sequence[tuple[Resident, str]], *, on: date, reader: User) -> list[Incident]:
    """Incidents of the same residents' behaviour on the same day: perhaps this very one, told by somebody else.

    None in which somebody had a part whose file is closed to the reader: they would be named by it.
    """
    residents = [resident.pk for resident, part in parts if part == Part.BEHAVED]
    found = Incident.objects.not_closed_to(reader).filter(
        involvements__resident__in=residents, involvements__part=Part.BEHAVED, happened_on=on
    )
    return list(found.select_related("reported_by").distinct().order_by("happened_at", "pk"))

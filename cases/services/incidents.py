"""Logging what happened, once; adding what comes later beside it; telling the line manager at once."""

import hashlib
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, time
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.urls import reverse

from audit import services as audit
from audit.models import Trail
from cases import permissions
from cases.models import Affected, Case, Draft, Evidence, Incident, Involvement, Warning
from cases.services import rights
from deadlines import services as deadlines
from design import dates
from design.dates import day_of
from letters import services as letters
from people.models import Organisation, Provider, Resident, User
from people.references import next_reference
from policies.rules import Rule, RuleBroken

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


class Placed:
    """An incident as the subject of an event in one resident's case."""

    def __init__(self, incident: Incident, case: Case | None) -> None:
        resident = case.resident.reference if case else ""
        ref = case.reference if case else ""
        self.trail = Trail("incident", incident.reference, incident.provider.slug, resident, ref)


# Drafts


@transaction.atomic
def save_draft(token: uuid.UUID, *, data: Mapping[str, Sequence[str]], by: User, at: datetime) -> Draft:
    """Keep what has been typed so far. What became an incident is left alone, so a late autosave changes nothing."""
    draft = _lock_draft(token, by, at)
    if draft.became_id is None:
        draft.data, draft.updated_at = dict(data), at
        draft.save()
    return draft


@transaction.atomic
def discard_draft(token: uuid.UUID, *, by: User) -> None:
    """Throw away a draft of one's own that became nothing."""
    draft = Draft.objects.select_for_update(of=("self",)).filter(token=token, became__isnull=True).first()
    if draft is None:
        return
    permissions.check_can_use_draft(by, draft)
    draft.delete()


def _lock_draft(token: uuid.UUID, by: User, at: datetime) -> Draft:
    """The draft's row, made where there is none, and locked: two savings of one form wait for each other here."""
    Draft.objects.get_or_create(token=token, defaults={"user": by, "updated_at": at})
    draft = Draft.objects.select_for_update(of=("self",)).get(token=token)
    permissions.check_can_use_draft(by, draft)
    return draft


# Logging


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
    draft = _lock_draft(token, by, at) if token else None
    if draft and draft.became_id:
        return Incident.objects.get(pk=draft.became_id)
    _check(provider, happened, at)
    _check_parts(provider, parts)
    incident = Incident.objects.create(
        provider=provider,
        reference=next_reference("incident"),
        reported_by=by,
        reported_at=at,
        **{one.name: getattr(happened, one.name) for one in fields(happened) if one.name != "categories"},
        categories=list(happened.categories),
    )
    opened = _involve(incident, parts, by=by, at=at)
    if not opened:
        audit.record("incident.logged", subject=Placed(incident, None), by=by, at=at, facts=_as_facts(incident))
    _add_affected(incident, affected, by=by, at=at)
    add_evidence(incident.pk, files=files, by=by, at=at)
    if draft:
        draft.became, draft.data, draft.updated_at = incident, {}, at
        draft.save()
    return incident


def _check(provider: Provider, happened: Happened, at: datetime) -> None:
    today = day_of(at)
    if not happened.facts.strip():
        raise RuleBroken("Enter what happened", None, "facts")
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
    if happened.hazard and not happened.hazard_words.strip():
        raise RuleBroken("Enter what they reported", None, "hazard_words")
    known = {behaviour.key for behaviour in provider.policy_version_on(today).policy.behaviours}
    if set(happened.categories) - known:
        raise RuleBroken("Select kinds of behaviour that the policy names", None, "categories")


def _check_parts(provider: Provider, parts: Sequence[tuple[Resident, str]]) -> None:
    if len({resident.pk for resident, _ in parts}) != len(parts):
        raise RuleBroken("Each person can be named once", None, "found")
    if any(resident.provider_id != provider.pk for resident, _ in parts):
        raise RuleBroken("Select people of this provider", None, "found")


def _involve(incident: Incident, parts: Iterable[tuple[Resident, str]], *, by: User, at: datetime) -> list[Case]:
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
    for _ in range(incident.warnings_given):
        Warning.objects.create(
            case=case,
            kind=Warning.Kind.INITIAL,
            incident=incident,
            given_on=incident.happened_on,
            given_by=incident.reported_by,
        )
    words = {"account": incident.facts, "words used": incident.words_used, "hazard": incident.hazard_words}
    event = audit.record(
        "incident.logged", subject=Placed(incident, case), by=by, at=at, facts=_as_facts(incident), words=words
    )
    if incident.warnings_given:
        about, given_on = rights.about_first(case, incident), incident.happened_on
        rights.open_window(
            case, "initial warning", "the first warnings", about=about, on=given_on, event=event.pk, at=at, told=False
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


# Who was affected


def _add_affected(incident: Incident, people: Sequence[AffectedPerson], *, by: User, at: datetime) -> list[Affected]:
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
    new = {row.user.line_manager for row in rows if row.user and row.part == Affected.Part.AFFECTED}
    for manager in sorted(filter(None, new), key=lambda manager: manager.pk):
        _tell(incident, manager, [row.user.name for row in hit_under(incident, manager) if row.user], at=at)
    return rows


def hit_under(incident: Incident, manager: User) -> list[Affected]:
    """Those whom an incident affected and whom this person manages."""
    hit = incident.affected.filter(part=Affected.Part.AFFECTED, user__line_manager=manager)
    return list(hit.select_related("user").order_by("pk"))


def _tell(incident: Incident, manager: User, names: list[str], *, at: datetime) -> None:
    """Tell a line manager, by mail and as something to do; the mail names no resident (rule H3)."""
    about = support_about(incident, manager)
    case = incident.cases.select_related("resident").first()
    link = settings.BASE_URL.rstrip("/") + reverse("cases:support", args=[about.partition(":")[2]])
    who = " and ".join(names)
    letters.notify(
        manager,
        kind="incident_support",
        subject=f"An incident affected {who}",
        body=(
            f"{who} was named as affected in incident {incident.reference}. Speak with them today, offer a de-brief, "
            f"and record that you have seen this:\n\n{link}\n"
        ),
        about=f"incident:{incident.reference}",
        at=at,
    )
    deadlines.set_deadline(
        provider=incident.provider,
        resident=case.resident if case else None,
        kind="incident.support",
        about=about,
        case_ref=case.reference if case else "",
        title=f"Support {who} after incident {incident.reference}",
        url_name="cases:support",
        due_on=day_of(at),
        owner=manager,
        at=at,
    )


def support_about(incident: Incident, manager: User) -> str:
    """What the deadline for a manager's support is about: one an incident and manager."""
    return f"support:{incident.reference}.{manager.reference}"


@transaction.atomic
def confirm_support(incident_id: int, *, words: str, by: User, at: datetime) -> Incident:
    """A line manager has seen what happened to somebody, and says what was offered (rule H3). Twice is once."""
    incident = Incident.objects.select_for_update(of=("self",)).select_related("provider").get(pk=incident_id)
    affected = list(incident.affected.select_related("user"))
    permissions.check_can_support(by, incident, affected)
    if deadlines.meet(support_about(incident, by), "incident.support", at=at, how=f"Seen by {by.name}"):
        for case in _places(incident):
            subject = Placed(incident, case)
            audit.record("incident.support_seen", subject=subject, by=by, at=at, words={"offered": words})
    return incident


def _places(incident: Incident) -> list[Case | None]:
    """The cases whose trail an event of the incident belongs to; one place without a case where there is none."""
    cases: list[Case | None] = list(incident.cases.select_related("resident", "provider").order_by("pk"))
    return cases or [None]


# Adding later


def _lock(incident_id: int) -> Incident:
    return Incident.objects.select_for_update(of=("self",)).select_related("provider").get(pk=incident_id)


@transaction.atomic
def add_account(incident_id: int, *, words: str, words_used: str = "", by: User, at: datetime) -> Incident:
    """Add somebody's own account beside the first; neither is changed (Dover 6.24: an accurate record)."""
    incident = _lock(incident_id)
    permissions.check_can_add_to(by, incident)
    if not words.strip():
        raise RuleBroken("Enter what happened", None, "facts")
    kept = {"account": words, "words used": words_used}
    for case in _places(incident):
        audit.record("incident.account_added", subject=Placed(incident, case), by=by, at=at, words=kept)
    return incident


@transaction.atomic
def add_account_from_draft(
    token: uuid.UUID,
    incident_id: int,
    *,
    words: str,
    words_used: str = "",
    affected: Sequence[AffectedPerson] = (),
    files: Sequence[UploadedFile] = (),
    by: User,
    at: datetime,
) -> Incident:
    """What somebody typed was about an incident already logged: add it there, once for each draft."""
    draft = _lock_draft(token, by, at)
    if not draft.data:
        return _lock(incident_id)
    incident = add_account(incident_id, words=words, words_used=words_used, by=by, at=at)
    known = set(incident.affected.filter(user__isnull=False).values_list("user_id", flat=True))
    _add_affected(incident, [one for one in affected if not one.user or one.user.pk not in known], by=by, at=at)
    add_evidence(incident_id, files=files, by=by, at=at)
    draft.data, draft.updated_at = {}, at
    draft.save()
    return incident


@transaction.atomic
def add_evidence(incident_id: int, *, files: Sequence[UploadedFile], by: User, at: datetime) -> list[Evidence]:
    """Add files to an incident. A file that is there already, by its hash, is not added twice."""
    if not files:
        return []
    incident = _lock(incident_id)
    permissions.check_can_add_to(by, incident)
    added = []
    for upload in files:
        digest = hashlib.sha256()
        for chunk in upload.chunks():
            digest.update(chunk)
        if incident.evidence.filter(sha256=digest.hexdigest()).exists():
            continue
        evidence = Evidence.objects.create(
            incident=incident,
            name=upload.name or "file",
            file=upload,
            content_type=upload.content_type or "application/octet-stream",
            size=upload.size or 0,
            sha256=digest.hexdigest(),
            added_by=by,
            added_at=at,
        )
        added.append(evidence)
        for case in _places(incident):
            facts = {"sha256": evidence.sha256, "size": evidence.size, "type": evidence.content_type}
            subject = Placed(incident, case)
            audit.record(
                "incident.evidence_added", subject=subject, by=by, at=at, facts=facts, words={"file": evidence.name}
            )
    return added


CHANGEABLE = (
    "categories",
    "danger",
    "hurt",
    "contact_ended",
    "police_called",
    "police_reference",
    "hazard",
    "hazard_words",
)


@transaction.atomic
def add_details(
    incident_id: int,
    *,
    by: User,
    at: datetime,
    parts: Sequence[tuple[Resident, str]] = (),
    affected: Sequence[AffectedPerson] = (),
    **details: Any,
) -> Incident:
    """Add what was not known, or not written, when the incident was logged. The account itself never changes.

    `details` are any of `CHANGEABLE`; what stood before is in the event (UK GDPR Art 16: never overwritten without
    trace). `parts` names residents who were not named yet; whoever's behaviour it was gets the incident on a case.
    """
    incident = _lock(incident_id)
    permissions.check_can_add_to(by, incident)
    unknown = set(details) - set(CHANGEABLE)
    if unknown:
        raise TypeError(f"not details of an incident: {sorted(unknown)}")
    _check_parts(incident.provider, parts)
    named = set(incident.involvements.values_list("resident_id", flat=True))
    if any(resident.pk in named for resident, _ in parts):
        raise RuleBroken("Each person can be named once", None, "found")
    changed = {key: value for key, value in details.items() if getattr(incident, key) != value}
    was = {key: getattr(incident, key) for key in changed}
    for key, value in changed.items():
        setattr(incident, key, value)
    _check(incident.provider, _as_told(incident), at)
    incident.save()
    _involve(incident, parts, by=by, at=at)
    _add_affected(incident, affected, by=by, at=at)
    if changed:
        facts = {"was": {k: v for k, v in was.items() if k != "hazard_words"}, "changed": sorted(changed)}
        words = {key: changed[key] for key in ("hazard_words", "police_reference") if changed.get(key)}
        for case in _places(incident):
            audit.record(
                "incident.details_added", subject=Placed(incident, case), by=by, at=at, facts=facts, words=words
            )
    return incident


def _as_told(incident: Incident) -> Happened:
    return Happened(**{one.name: getattr(incident, one.name) for one in fields(Happened)})


# Reading


def same_day(parts: Sequence[tuple[Resident, str]], *, on: date) -> list[Incident]:
    """Incidents of the same residents' behaviour on the same day: perhaps this very one, told by somebody else."""
    residents = [resident.pk for resident, part in parts if part == Part.BEHAVED]
    found = Incident.objects.filter(
        involvements__resident__in=residents, involvements__part=Part.BEHAVED, happened_on=on
    )
    return list(found.select_related("reported_by").distinct().order_by("happened_at", "pk"))

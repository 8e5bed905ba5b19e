"""What was reported by somebody who was there: an incident is begun from it, or it is said why not."""

import uuid
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django_fsm import TransitionNotAllowed

from audit import services as audit
from cases import permissions
from cases.models import Incident
from cases.services import drafting
from deadlines import kinds
from deadlines import services as deadlines
from design import dates
from people.models import User
from policies.rules import need
from register.models import Report


@transaction.atomic
def begin(report_id: int, *, by: User, at: datetime) -> uuid.UUID:
    """Begin to log what was reported: a draft of one's own, in the words of whoever was there. The draft's token.

    Raises `NotPermitted` for whoever may not log incidents, TransitionNotAllowed, with who did what when, where
    somebody has answered it.
    """
    report = _waiting(report_id, by)
    token = uuid.uuid4()
    drafting.save_draft(token, data=_typed(report), by=by, at=at)
    report.draft = token
    _answered(report, "report.taken", by=by, at=at)
    return token


@transaction.atomic
def decline(report_id: int, *, reason: str, by: User, at: datetime) -> Report:
    """Decide that no incident is logged from it, with the reason. Raises as `begin`; RuleBroken without a reason."""
    report = _waiting(report_id, by)
    need(reason, "Enter why it is not logged", "reason")
    report.not_logged_reason = reason.strip()
    _answered(report, "report.not_logged", reason=reason, by=by, at=at)
    return report


def who_answered(report: Report) -> str:
    """Who answered it, how and when: for whoever comes second."""
    assert report.answered_by is not None and report.answered_at is not None
    how = "began to log it" if report.draft else "decided not to log it"
    return f"{report.answered_by.name} {how} on {dates.day(report.answered_at)}."


def _waiting(report_id: int, by: User) -> Report:
    rows = Report.objects.select_for_update(of=("self",)).select_related("provider", "by", "answered_by")
    report = rows.get(pk=report_id)
    permissions.check_can_log(by, report.provider)
    if report.answered_at is not None:
        raise TransitionNotAllowed(who_answered(report))
    return report


def _answered(report: Report, verb: str, *, by: User, at: datetime, reason: str = "") -> None:
    report.answered_by, report.answered_at = by, at
    report.save()
    audit.record(verb, subject=report, by=by, at=at, words={"reasons": reason})
    deadlines.meet(kinds.INCIDENT_REPORT, report, at=at, how="Not logged" if reason else "Begun to log")


def _typed(report: Report) -> Mapping[str, list[str]]:
    """What was reported, as the page on which an incident is logged keeps it."""
    day, firm = report.happened_on, report.organisation_id
    typed = {
        "facts": report.words,
        "place": report.about,
        "when": "another",
        "happened_on_day": str(day.day),
        "happened_on_month": str(day.month),
        "happened_on_year": str(day.year),
        "danger": "yes" if report.danger else "no",
        "knowledge": Incident.Knowledge.COLLEAGUE,
    }
    typed |= {"contractors": report.by.name, "organisation": str(firm)} if firm and report.danger else {}
    return {name: [value] for name, value in typed.items()}

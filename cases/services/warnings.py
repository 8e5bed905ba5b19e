"""The warning letter: drafted from first-hand incidents, sent for approval or issued, returned, withdrawn."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django_fsm import TransitionNotAllowed

from audit import services as audit
from cases import ladder, permissions
from cases.models import Case, Incident, Warning
from cases.services import deciding
from cases.services.deciding import Meeting
from cases.services.rows import lock, need
from deadlines import services as deadlines
from design.dates import day_of
from letters import services as letters
from letters.models import Letter
from people import access
from people.models import Provider, User
from policies.policy import Policy
from policies.rules import RuleBroken

Can = Provider.Capability
HEARSAY = Incident.Knowledge.HEARSAY
WAITING = (Letter.State.DRAFT, Letter.State.FOR_APPROVAL)


@transaction.atomic
def draft_warning(
    case_id: int,
    *,
    incidents: Sequence[Incident],
    expected: str,
    by: User,
    at: datetime,
    told: Mapping[str, str] | None = None,
    support: str = "",
) -> Warning:
    """Draft a warning letter from chosen incidents (Dover 6.12), once what must come first has come (6.9, 6.11).

    `expected` is what must change; `told` is what the letter says of each incident, by reference, where that is not the
    account itself. Raises `RuleBroken` before the threshold, for hearsay, for an incident of another case, and without
    words; `TransitionNotAllowed` past the first stage or while another draft is open.
    """
    case = lock(case_id)
    permissions.check_can_warn(by, case)
    standing = _ready(case)
    if standing.draft is not None:
        raise TransitionNotAllowed(
            "A warning letter is being drafted already.", object=case, method=Case.warn_in_writing
        )
    chosen = _chosen(standing, incidents)
    need(expected, "Enter what must change", "expected")
    letter = letters.draft(
        "warning",
        to=case.resident,
        about=f"case:{case.reference}",
        case_ref=case.reference,
        facts=facts_of(case.policy, chosen, expected=expected, told=told or {}, support=support),
        by=by,
        at=at,
        policy_version=case.policy_version,
    )
    warning = Warning.objects.create(case=case, kind=Warning.Kind.WRITTEN, letter=letter)
    warning.incidents.set(chosen)
    facts = {"letter": letter.reference, "incidents": [incident.reference for incident in chosen]}
    audit.record("warning.drafted", subject=case, by=by, at=at, facts=facts)
    return warning


@transaction.atomic
def change_warning(
    warning_id: int,
    *,
    incidents: Sequence[Incident],
    expected: str,
    by: User,
    at: datetime,
    told: Mapping[str, str] | None = None,
    support: str = "",
) -> Warning:
    """Write a draft anew, before it is sent for approval or after it was returned."""
    case, warning, letter = _lock(warning_id)
    permissions.check_can_warn(by, case)
    if letter.state != Letter.State.DRAFT:
        raise _too_late(letter, "changed")
    standing = _ready(case)
    chosen = _chosen(standing, incidents)
    need(expected, "Enter what must change", "expected")
    facts = facts_of(case.policy, chosen, expected=expected, told=told or {}, support=support)
    letters.redraft(letter.pk, facts=facts, by=by, at=at)
    warning.incidents.set(chosen)
    return Warning.objects.select_related("letter").get(pk=warning.pk)


def facts_of(
    policy: Policy, incidents: Sequence[Incident], *, expected: str, told: Mapping[str, str], support: str = ""
) -> dict[str, Any]:
    """The facts of a warning letter: what happened, what must change, and what may follow under which clause."""
    next_stage = policy.stage_for_state("contact restriction")
    rule = next_stage.after.rule if next_stage and next_stage.after else None
    stage = policy.stage_for_state("written warning")
    appeal = policy.appeal_of(stage.key) if stage else None
    facts: dict[str, Any] = {
        "incidents": [
            {
                "reference": incident.reference,
                "on": incident.happened_on.isoformat(),
                "channel": incident.get_channel_display(),
                "what": (told.get(incident.reference) or incident.facts).strip(),
            }
            for incident in sorted(incidents, key=lambda incident: (incident.happened_on, incident.pk))
        ],
        "expected": expected.strip(),
        "consequence": "If behaviour like this happens again, we may limit how you can contact us.",
        "clause_consequence": rule.cite() if rule else "",
        "appeal_possible": appeal is not None,
        "support": support.strip(),
    }
    if appeal is not None:
        how = appeal.how.words or "Tell us in writing."
        facts["appeal"] = {
            "until": None,
            "how": how,
            "decided_by_role": appeal.by.names(),
            "explained": appeal.window.words,
        }
    return facts


@transaction.atomic
def submit_warning(warning_id: int, *, by: User, at: datetime) -> Warning:
    """Send a draft to those who may issue it. It waits on their lists until one of them issues or returns it."""
    case, warning, letter = _lock(warning_id)
    permissions.check_can_warn(by, case)
    if letter.state == Letter.State.FOR_APPROVAL:
        return warning
    _ready(case)
    letters.submit(letter.pk, by=by, at=at)
    deadlines.cancel(_about(letter), "warning.revise", at=at, reason="Sent for approval again")
    deadlines.set_deadline(
        provider=case.provider,
        resident=case.resident,
        kind="warning.issue",
        about=_about(letter),
        case_ref=case.reference,
        title=f"Read and issue warning letter {letter.reference}",
        url_name="cases:warning",
        for_roles=_issuers(case),
        at=at,
    )
    audit.record("warning.sent_for_approval", subject=case, by=by, at=at, facts={"letter": letter.reference})
    return warning


def _issuers(case: Case) -> list[str]:
    who = ladder.who_issues(case.policy)
    return access.keys_with(case.provider, Can.DECIDE) if who.unsaid else sorted(who.keys())


@transaction.atomic
def send_back_warning(warning_id: int, *, reasons: str, by: User, at: datetime) -> Warning:
    """Return a letter to its author with reasons, which is a decision as well."""
    case, warning, letter = _lock(warning_id)
    permissions.check_can_issue_warning(by, case)
    if letter.state != Letter.State.FOR_APPROVAL:
        raise _too_late(letter, "returned")
    need(reasons, "Enter why it is returned", "reasons")
    letters.send_back(letter.pk, by=by, at=at, reasons=reasons)
    deadlines.meet(_about(letter), "warning.issue", at=at, how="Returned")
    deadlines.set_deadline(
        provider=case.provider,
        resident=case.resident,
        kind="warning.revise",
        about=_about(letter),
        case_ref=case.reference,
        title=f"Change warning letter {letter.reference}, which was returned",
        url_name="cases:warning",
        owner=letter.drafted_by,
        at=at,
    )
    rule = ladder.who_issues(case.policy).rule
    facts = {"letter": letter.reference}
    audit.decide(
        "warning.returned", subject=case, by=by, at=at, reasons=reasons, rule=rule, outcome="returned", facts=facts
    )
    return warning


@transaction.atomic
def issue_warning(
    warning_id: int,
    *,
    by: User,
    at: datetime,
    reasons: str = "",
    considered: str = "",
    not_done: str = "",
    meeting: Meeting | None = None,
) -> Warning:
    """Issue the letter, which moves the case to the written warning in the same transaction (Dover 6.11, 6.12).

    Whoever the policy names may; where it is silent, as Dover's is, somebody who decides, and the decision is
    recorded as made in its silence. What was considered and what was not done are kept with it (6.24). Issued by the
    same person a second time (a double click), it is left as it is. Where the policy has several issue it, `meeting`
    says who else decided, when, and what was said; whom it keeps from this decision is refused.
    """
    case, warning, letter = _lock(warning_id)
    permissions.check_can_issue_warning(by, case)
    if letter.state == Letter.State.ISSUED and letter.issued_by_id == by.pk:
        return warning
    if letter.state not in WAITING:
        raise _too_late(letter, "issued")
    permissions.check_not_barred_from_warning(by, case, warning)
    standing = _ready(case)
    _chosen(standing, list(warning.incidents.all()))
    deciding.decide_at_once(
        case, body=ladder.body_that_issues(case.policy), about=_about(letter), subject=case, by=by, at=at,
        reasons=reasons or ladder.written_reached(standing).sentence, considered=considered, not_done=not_done,
        meeting=meeting, barred=permissions.barred_from_warning(case, warning),
    )  # fmt: skip
    letters.issue(letter.pk, by=by, at=at)
    case.warn_in_writing(at=at)
    case.save()
    warning.given_on, warning.given_by = day_of(at), by
    warning.save()
    deadlines.meet(_about(letter), "warning.issue", at=at, how=f"Issued by {by.name}")
    deadlines.cancel(_about(letter), at=at, reason="The letter was issued")
    audit.decide(
        "warning.issued",
        subject=case,
        by=by,
        at=at,
        reasons=reasons or ladder.written_reached(standing).sentence,
        rule=ladder.who_issues(case.policy).rule,
        outcome="issued",
        considered=considered,
        not_done=not_done,
        facts={"letter": letter.reference},
    )
    return warning


@transaction.atomic
def withdraw_warning(warning_id: int, *, reasons: str, by: User, at: datetime) -> Warning:
    """Drop a letter that was never issued; that it was not sent is on the file, with why (Dover 6.24)."""
    case, warning, letter = _lock(warning_id)
    permissions.check_can_warn(by, case)
    if letter.state not in WAITING:
        raise _too_late(letter, "withdrawn")
    need(reasons, "Enter why it is withdrawn", "reasons")
    _withdraw(warning, letter, by=by, at=at)
    rule = case.policy.rule("evidence.log")
    audit.decide(
        "warning.withdrawn",
        subject=case,
        by=by,
        at=at,
        reasons=reasons,
        rule=rule,
        outcome="withdrawn",
        not_done=f"Warning letter {letter.reference} was not issued",
        facts={"letter": letter.reference},
    )
    return warning


def drop_drafts(case: Case, *, by: User, at: datetime) -> None:
    """Withdraw warning letters that were never issued, because the case has moved past them."""
    open_drafts = case.warnings.select_related("letter").filter(letter__state__in=WAITING, withdrawn_at__isnull=True)
    for warning in open_drafts:
        assert warning.letter is not None
        _withdraw(warning, warning.letter, by=by, at=at)


def _withdraw(warning: Warning, letter: Letter, *, by: User, at: datetime) -> None:
    letters.withdraw(letter.pk, by=by, at=at)
    warning.withdrawn_at = at
    warning.save()
    deadlines.cancel(_about(letter), at=at, reason="The draft was withdrawn")


def _lock(warning_id: int) -> tuple[Case, Warning, Letter]:
    """The case first, then the warning and its letter: every verb takes them in this order."""
    case = lock(Warning.objects.values_list("case_id", flat=True).get(pk=warning_id))
    found = Warning.objects.select_for_update(of=("self",), no_key=True).select_related("letter", "letter__drafted_by")
    warning = found.get(pk=warning_id)
    if warning.letter is None:
        raise Warning.DoesNotExist("An initial warning has no letter.")
    warning.case = case
    return case, warning, warning.letter


def _ready(case: Case) -> ladder.Standing:
    """The standing of a case that may go on to a written warning; raises where it may not."""
    if case.stage != Case.Stage.INITIAL_WARNING:
        raise TransitionNotAllowed("The case is past its first stage.", object=case, method=Case.warn_in_writing)
    standing = ladder.read(case)
    reached = ladder.written_reached(standing)
    if not reached.met:
        raise RuleBroken(reached.sentence.rstrip("."), reached.rule)
    for gate in ladder.gates_for_warning(standing):
        if gate.asked_by_policy and gate.blocks:
            raise RuleBroken(f"Before a warning letter: {gate.text}", gate.rule)
    return standing


def _chosen(standing: ladder.Standing, incidents: Sequence[Incident]) -> list[Incident]:
    """The incidents for a letter: at least one, of this case, since it began, and seen or heard by somebody."""
    known = {incident.pk: incident for incident in standing.counting}
    if not incidents:
        raise RuleBroken("Select what happened", None, "incidents")
    for incident in incidents:
        if incident.pk not in known:
            raise RuleBroken(f"{incident.reference} does not belong to this case", None, "incidents")
        if incident.knowledge == HEARSAY:
            message = f"{incident.reference} is hearsay, so no letter can rest on it"
            raise RuleBroken(message, ladder.FIRST_HAND, "incidents")
    return [known[incident.pk] for incident in incidents]


def _about(letter: Letter) -> str:
    return f"warning:{letter.reference}"


def _too_late(letter: Letter, verb: str) -> TransitionNotAllowed:
    state = letter.get_state_display().lower()
    who = f" by {letter.issued_by.name}" if letter.issued_by else ""
    return TransitionNotAllowed(f"The letter {letter.reference} is {state}{who}, so it can no longer be {verb}.")

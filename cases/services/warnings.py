"""The warning letter: drafted from first-hand incidents, sent for approval or issued, returned, withdrawn.

A first letter, where a policy puts its first stage in writing (Northampton 4.1), goes the same way; it moves the case
nowhere, and counts as an initial warning.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django_fsm import TransitionNotAllowed

from audit import services as audit
from cases import ladder, permissions
from cases.ladder import papers
from cases.ladder.papers import Paper
from cases.models import Case, Incident, Warning
from cases.services import deciding, police
from cases.services.deciding import Meeting
from cases.services.rows import lock
from deadlines import kinds
from deadlines import services as deadlines
from deadlines.services import appeal_windows
from design import words
from design.dates import day_of
from letters import services as letters
from letters.models import Letter
from people import access
from people.models import Provider, User
from policies.parts import Stage
from policies.policy import Policy
from policies.rules import Rule, RuleBroken, need

Can = Provider.Capability
TAKEN_BACK = Rule("evenhand", text="A first letter that was taken back on appeal is not written again.")
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
    review_on: date | None = None,
    agreed: str = "",
    same_again: str = "",
    paper: Paper = papers.WRITTEN,
) -> Warning:
    """Draft a warning letter from chosen incidents (Dover 6.12), once what must come first has come (6.9, 6.11).

    `expected` is what must change; `told` is what the letter says of each incident, by reference, where that is not the
    account itself. `review_on` is when it is looked at again and `agreed` what came of the conversation, where the
    policy wants these told (Northampton 4.1). `same_again` says why a warning letter follows a first letter on what
    that one was about already (docs/adr/0029). Raises `RuleBroken` before the threshold, for hearsay, for an incident
    of another case, and without words; `TransitionNotAllowed` past the first stage or while another draft is open.
    """
    case = lock(case_id)
    permissions.check_can_warn(by, case)
    standing = _ready(case, paper)
    if standing.draft is not None:
        name = papers.PAPERS[standing.draft.kind].name
        raise TransitionNotAllowed(f"A {name} is being drafted already.", object=case, method=Case.warn_in_writing)
    chosen = _chosen(standing, incidents, paper)
    need(expected, "Enter what must change", "expected")
    why = _why_again(standing, paper, chosen, same_again)
    more = _told_besides(case.policy, paper, review_on=review_on, agreed=agreed, on=day_of(at))
    letter = letters.draft(
        paper.letter,
        case,
        facts_of(case.policy, chosen, expected=expected, told=told or {}, support=support, paper=paper) | more,
        by=by,
        at=at,
    )
    warning = Warning.objects.create(case=case, kind=paper.kind, letter=letter, same_again=why)
    warning.incidents.set(chosen)
    facts = _named(warning) | {"incidents": [incident.reference for incident in chosen]}
    audit.record("warning.drafted", subject=case, by=by, at=at, facts=facts, words={"same_again": why} if why else {})
    return warning


def _why_again(standing: ladder.Standing, paper: Paper, chosen: Sequence[Incident], same_again: str) -> str:
    """Why a warning letter follows the first letter though nothing came after it; "" where something did.

    Whether the behaviour “continues” within the conversation that the first letter put in writing can be read both ways
    (Northampton 4.1), so whoever writes the letter says why, and whoever issues it reads that. Raises `RuleBroken`.
    """
    if paper.first or standing.went_on_after_first_letter(chosen):
        return ""
    reached = ladder.written_reached(standing)
    words = "Enter why a warning letter follows, though nothing you selected came after the first letter"
    need(same_again, words, "same_again", reached.rule)
    return same_again.strip()


def _named(warning: Warning) -> dict[str, Any]:
    """How an event speaks of a letter of the ladder."""
    return {"letter": warning.paper.reference} | ({"first": True} if warning.kind == papers.FIRST.kind else {})


def _told_besides(policy: Policy, paper: Paper, *, review_on: date | None, agreed: str, on: date) -> dict[str, Any]:
    """What only its author knows and the policy wants told: when it is looked at again, what was agreed.

    Raises `RuleBroken` where it is missing, and for a day that is not to come. Where the policy does not want it told,
    it is told all the same if it was entered.
    """
    again = paper.asks(policy, "review")
    if again and review_on is None:
        raise RuleBroken("Enter when you will look at how things have gone", again, "review_on")
    if review_on and review_on <= on:
        raise RuleBroken("The day on which you look at it again must be to come", again, "review_on")
    outcome = paper.asks(policy, "outcome") if paper.first else None
    if outcome:
        need(agreed, "Enter what came of the conversation", "agreed", outcome)
    more: dict[str, Any] = {"review_on": review_on.isoformat()} if review_on else {}
    return more | ({"agreed": agreed.strip()} if paper.first else {})


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
    review_on: date | None = None,
    agreed: str = "",
    same_again: str = "",
) -> Warning:
    """Write a draft anew, before it is sent for approval or after it was returned."""
    case, warning, letter = _lock(warning_id)
    permissions.check_can_warn(by, case)
    if letter.state != Letter.State.DRAFT:
        raise _too_late(letter, "changed")
    paper = papers.PAPERS[warning.kind]
    standing = _ready(case, paper)
    chosen = _chosen(standing, incidents, paper)
    need(expected, "Enter what must change", "expected")
    why = _why_again(standing, paper, chosen, same_again)
    more = _told_besides(case.policy, paper, review_on=review_on, agreed=agreed, on=day_of(at))
    facts = facts_of(case.policy, chosen, expected=expected, told=told or {}, support=support, paper=paper)
    letters.redraft(letter.pk, facts=facts | more, by=by, at=at)
    warning.incidents.set(chosen)
    if why != warning.same_again:
        Warning.objects.filter(pk=warning.pk).update(same_again=why)
        audit.record("warning.changed", subject=case, by=by, at=at, facts=_named(warning), words={"same_again": why})
    return Warning.objects.select_related("letter").get(pk=warning.pk)


def facts_of(
    policy: Policy,
    incidents: Sequence[Incident],
    *,
    expected: str,
    told: Mapping[str, str],
    support: str = "",
    paper: Paper = papers.WRITTEN,
) -> dict[str, Any]:
    """The facts of a warning letter: what happened, what must change, and what may follow under which clause."""
    next_stage = paper.next_stage(policy)
    rule = next_stage.after.rule if next_stage and next_stage.after else None
    appeal = appeal_windows.against_warning(policy, paper.state)
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
        "consequence": _consequence(paper, next_stage),
        "clause_consequence": rule.cite() if rule else "",
        "appeal_possible": appeal is not None,
        "support": support.strip(),
    }
    if appeal is not None:
        facts["appeal"] = {
            "until": None,
            "how": appeal_windows.how_words(appeal),
            "decided_by_role": "" if appeal.by.unsaid else appeal.by.names(),
            "explained": appeal.window.words,
            "set_at_issue": appeal.window.said,
        }
    return facts


def _consequence(paper: Paper, next_stage: Stage | None) -> str:
    if paper.first and next_stage and next_stage.state == papers.WRITTEN.state:
        return "If behaviour like this happens again, we may send you a written warning."
    return "If behaviour like this happens again, we may limit how you can contact us."


@transaction.atomic
def submit_warning(warning_id: int, *, by: User, at: datetime) -> Warning:
    """Send a draft to those who may issue it. It waits on their lists until one of them issues or returns it."""
    case, warning, letter = _lock(warning_id)
    permissions.check_can_warn(by, case)
    if letter.state == Letter.State.FOR_APPROVAL:
        return warning
    paper = papers.PAPERS[warning.kind]
    _ready(case, paper)
    _put_before_issuers(warning, letter, paper, by=by, at=at)
    audit.record("warning.sent_for_approval", subject=case, by=by, at=at, facts=_named(warning))
    return warning


def _put_before_issuers(warning: Warning, letter: Letter, paper: Paper, *, by: User, at: datetime) -> None:
    """A draft waits on the lists of those who may issue it; from here it is changed only once it was returned."""
    letters.submit(letter.pk, by=by, at=at)
    deadlines.cancel(kinds.WARNING_REVISE, warning, at=at, reason="Sent for approval again")
    issuers = deadlines.Whose(roles=_issuers(warning.case, paper))
    deadlines.set(kinds.WARNING_ISSUE, warning, whose=issuers, words=paper.name, at=at)


def _issuers(case: Case, paper: Paper) -> list[str]:
    who = ladder.who_issues(case.policy, paper)
    return access.keys_with(case.provider, Can.DECIDE) if who.unsaid else sorted(who.keys())


@transaction.atomic
def send_back_warning(warning_id: int, *, reasons: str, by: User, at: datetime) -> Warning:
    """Return a letter to its author with reasons, which is a decision as well."""
    case, warning, letter = _lock(warning_id)
    paper = papers.PAPERS[warning.kind]
    permissions.check_can_issue_warning(by, case, paper)
    if letter.state != Letter.State.FOR_APPROVAL:
        raise _too_late(letter, "returned")
    need(reasons, "Enter why it is returned", "reasons")
    act = paper.act
    about = warning.trail.about
    deciding.check_same(about, act, by, {})
    reasons = deciding.go_back(case, about=about, act=act, by=by, at=at, reasons=reasons)
    letters.send_back(letter.pk, by=by, at=at, reasons=reasons)
    deadlines.meet(kinds.WARNING_ISSUE, warning, at=at, how="Returned")
    author = deadlines.Whose(letter.drafted_by)
    deadlines.set(kinds.WARNING_REVISE, warning, whose=author, words=paper.name, at=at)
    rule, facts = ladder.who_issues(case.policy, paper).rule, _named(warning)
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
    said: police.Said = police.NOTHING,
) -> Warning:
    """Issue the letter, which moves the case to the written warning in the same transaction (Dover 6.11, 6.12).

    Whoever the policy names may; where it is silent, as Dover's is, somebody who decides, and the decision is
    recorded as made in its silence. What was considered and what was not done are kept with it (6.24); where the policy
    asks questions before it, what was considered must be said (Northampton 2.3). Issued by the
    same person a second time (a double click), it is left as it is. A first letter moves nothing, and stands with the
    last incident that is known by now: only what comes after it is a further one. Where the policy has several issue
    it, this is one person's voice, and it is issued with the last that is needed; where a meeting decides, `meeting`
    says who took part. Whom the policy keeps from this decision is refused. Where it has somebody asked first and that
    binds, nothing is issued before what they said is written down. Where it rests on violence or threats of which the
    policy has the police told, `said` tells whether they were (Northampton 4.1).
    """
    case, warning, letter = _lock(warning_id)
    paper = papers.PAPERS[warning.kind]
    permissions.check_can_issue_warning(by, case, paper)
    if letter.state == Letter.State.ISSUED and letter.issued_by_id == by.pk:
        return warning
    if letter.state not in WAITING:
        raise _too_late(letter, "issued")
    permissions.check_not_barred_from_warning(by, case, warning)
    standing = _ready(case, paper)
    chosen = _chosen(standing, list(warning.incidents.all()), paper)
    _why_again(standing, paper, chosen, warning.same_again)
    asked = ladder.police(case.policy, case, chosen)
    police.check(asked, said)
    police.check_decider(case, asked, said, by)
    body, about = ladder.body_that_issues(case.policy, paper), warning.trail.about
    deciding.check_weighed(considered, ladder.questions_before_warning(case.policy, paper))
    deciding.check_consulted(body, about, case, field="considered")
    deed = deciding.Deed(
        body, about, case, by, at, reasons or _why(standing, paper), considered, not_done, meeting,
        barred=permissions.barred_from_warning(case, warning),
    )  # fmt: skip
    if not deciding.speak(case, deed):
        if letter.state == Letter.State.DRAFT:
            _put_before_issuers(warning, letter, paper, by=by, at=at)
        deadlines.excuse(kinds.WARNING_ISSUE, warning, user=by)
        return warning
    writer = deciding.writer(case, body=body, about=about, by=by)
    known = appeal_windows.of_warning(case.provider, case.policy, paper.state, day_of(at))
    letters.issue(letter.pk, by=writer, at=at, known=known)
    if paper.first:
        warning.incident = standing.counting[-1]
    else:
        case.warn_in_writing(at=at)
        case.save()
    warning.given_on, warning.given_by = day_of(at), by
    warning.save()
    deadlines.meet(kinds.WARNING_ISSUE, warning, at=at, how=f"Issued by {by.name}")
    deadlines.cancel_all(warning, at=at, reason="The letter was issued")
    decision = audit.decide(
        "warning.issued",
        subject=case,
        by=by,
        at=at,
        reasons=reasons or _why(standing, paper),
        rule=ladder.who_issues(case.policy, paper).rule,
        outcome="issued",
        considered=considered,
        not_done=not_done,
        facts=_named(warning),
    )
    police.record(case, asked, said, chosen, subject=case, by=by, at=at)
    rules = appeal_windows.against_warning(case.policy, paper.state)
    appeal_windows.open_window(
        warning, case.policy, rules, words=f"against the {paper.name}", on=day_of(at), event=decision.pk, at=at,
        told=True,
    )  # fmt: skip
    return warning


@transaction.atomic
def consult_on_warning(
    warning_id: int, *, by: User, at: datetime, person_id: int | None, on: date | None, words: str
) -> Warning:
    """Write down what somebody said whom the policy has asked before a letter of the ladder is issued.

    Raises `TransitionNotAllowed` for a letter that is issued or withdrawn, `RuleBroken` for somebody whom the policy
    does not name.
    """
    case, warning, letter = _lock(warning_id)
    if letter.state not in WAITING:
        raise _too_late(letter, "consulted on")
    deciding.record_consultation(
        case, body=ladder.body_that_issues(case.policy, papers.PAPERS[warning.kind]), about=warning.trail.about,
        subject=case, person_id=person_id, on=on, words=words, by=by, at=at,
    )  # fmt: skip
    return warning


def _why(standing: ladder.Standing, paper: Paper) -> str:
    if paper.first:
        return "The policy puts its first stage in writing."
    return ladder.written_reached(standing).sentence


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
        not_done=f"{words.upper_first(papers.PAPERS[warning.kind].name)} {letter.reference} was not issued",
        facts=_named(warning),
    )
    return warning


def unissued(case: Case) -> QuerySet[Warning]:
    """The warnings of a case whose letter was never issued and is not withdrawn."""
    return case.warnings.select_related("letter").filter(letter__state__in=WAITING, withdrawn_at__isnull=True)


def drop_drafts(case: Case, *, by: User, at: datetime) -> None:
    """Withdraw warning letters that were never issued, because the case has moved past them."""
    for warning in unissued(case):
        assert warning.letter is not None
        _withdraw(warning, warning.letter, by=by, at=at)


def _withdraw(warning: Warning, letter: Letter, *, by: User, at: datetime) -> None:
    letters.withdraw(letter.pk, by=by, at=at)
    warning.withdrawn_at = at
    warning.save()
    deciding.drop(warning.trail.about, papers.PAPERS[warning.kind].act, at=at)
    deadlines.cancel_all(warning, at=at, reason="The draft was withdrawn")


def _lock(warning_id: int) -> tuple[Case, Warning, Letter]:
    """The case first, then the warning and its letter: every verb takes them in this order."""
    case = lock(Warning.objects.values_list("case_id", flat=True).get(pk=warning_id))
    found = Warning.objects.select_for_update(of=("self",), no_key=True).select_related("letter", "letter__drafted_by")
    warning = found.get(pk=warning_id)
    if warning.letter is None:
        raise Warning.DoesNotExist("An initial warning has no letter.")
    warning.case = case
    return case, warning, warning.letter


def _ready(case: Case, paper: Paper = papers.WRITTEN) -> ladder.Standing:
    """The standing of a case that may go on to a letter of the ladder; raises where it may not.

    A written warning waits for what the policy asks first. A first letter waits for a policy that has one, and covers
    the person.
    """
    if case.stage != Case.Stage.INITIAL_WARNING:
        raise TransitionNotAllowed("The case is past its first stage.", object=case, method=Case.warn_in_writing)
    standing = ladder.read(case)
    if paper.first and paper.rule(case.policy) is None:
        raise RuleBroken("The policy does not put its first stage in writing", None)
    if paper.first and not standing.first_time:
        raise RuleBroken(TAKEN_BACK.text, TAKEN_BACK)
    reached = ladder.written_reached(standing)
    if not paper.first and not reached.met:
        raise RuleBroken(reached.sentence.rstrip("."), reached.rule)
    for gate in ladder.gates_for_first_letter(standing) if paper.first else ladder.gates_for_warning(standing):
        if gate.asked_by_policy and gate.blocks:
            raise RuleBroken(f"Before a {paper.name}: {gate.text}", gate.rule)
    return standing


def _chosen(standing: ladder.Standing, incidents: Sequence[Incident], paper: Paper) -> list[Incident]:
    """The incidents for a letter: at least one, of this case, since it began, and seen or heard by somebody.

    None about which a first letter was taken back on appeal, for another first letter.
    """
    known = {incident.pk: incident for incident in standing.counting}
    if not incidents:
        raise RuleBroken("Select what happened", None, "incidents")
    for incident in incidents:
        if incident.pk not in known:
            raise RuleBroken(f"{incident.reference} does not belong to this case", None, "incidents")
        if incident.knowledge == HEARSAY:
            message = f"{incident.reference} is hearsay, so no letter can rest on it"
            raise RuleBroken(message, ladder.FIRST_HAND, "incidents")
        if paper.first and incident not in standing.first_time:
            message = f"The first letter about {incident.reference} was taken back on appeal"
            raise RuleBroken(message, TAKEN_BACK, "incidents")
    return [known[incident.pk] for incident in incidents]


def _too_late(letter: Letter, verb: str) -> TransitionNotAllowed:
    state = letter.get_state_display().lower()
    who = f" by {letter.issued_by.name}" if letter.issued_by else ""
    return TransitionNotAllowed(f"The letter {letter.reference} is {state}{who}, so it can no longer be {verb}.")

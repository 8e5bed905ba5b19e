"""A warning letter before it is issued: drafted from first-hand incidents, changed, sent for approval, withdrawn.

A first letter, where a policy puts its first stage in writing (Northampton 4.1), goes the same way; it moves the case
nowhere, and counts as an initial warning.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django_fsm import TransitionNotAllowed

import decisions.services
from audit import services as audit
from cases import ladder, permissions
from cases.ladder import papers
from cases.ladder.papers import Paper
from cases.models import Case, Incident, Warning
from cases.services import letter_facts
from cases.services.rows import lock
from deadlines import services as deadlines
from design import seals, words
from design.dates import day_of
from letters import services as letters
from letters.models import Letter
from people.models import User
from policies.rules import Rule, RuleBroken, need

TAKEN_BACK = Rule("evenhand", text="A first letter that was taken back on appeal is not written again.")
HEARSAY = Incident.Knowledge.HEARSAY
WAITING = (Letter.State.DRAFT, Letter.State.FOR_APPROVAL)


@dataclass(frozen=True)
class Content:
    """What the author of a warning letter writes: which incidents it rests on, what must change, and what else it says.

    `told` is what the letter says of each incident, by reference, where that is not the account itself. `review_on` is
    when it is looked at again and `agreed` what came of the conversation, where the policy wants these told
    (Northampton 4.1). `same_again` says why a warning letter follows a first letter on what that one was about already
    (docs/adr/0029); it goes on the record and not into the letter.
    """

    incidents: Sequence[Incident]
    expected: str
    told: Mapping[str, str] = field(default_factory=dict)
    support: str = ""
    review_on: date | None = None
    agreed: str = ""
    same_again: str = ""


def content_of(warning: Warning) -> Content:
    """What a letter says as it is kept, for its author to change."""
    facts, again = warning.paper.facts, warning.paper.facts.get("review_on")
    return Content(
        list(warning.incidents.all()),
        facts.get("expected", ""),
        {one["reference"]: one["what"] for one in facts["incidents"]},
        facts.get("support", ""),
        date.fromisoformat(again) if again else None,
        facts.get("agreed", ""),
        warning.same_again,
    )


def known(warning: Warning) -> dict[str, Any]:
    """What a draft says, by the names of the form in which it is changed: the version that a page begins from."""
    kept = content_of(warning)
    written = {name: getattr(kept, name) for name in ("expected", "support", "review_on", "agreed", "same_again")}
    told = {f"told_{reference}": what for reference, what in kept.told.items()}
    return {"incidents": sorted(one.reference for one in kept.incidents)} | written | told


@transaction.atomic
def draft_warning(case_id: int, content: Content, *, by: User, at: datetime, paper: Paper = papers.WRITTEN) -> Warning:
    """Draft a warning letter from chosen incidents (Dover 6.12), once what must come first has come (6.9, 6.11).

    Raises `RuleBroken` before the threshold, for hearsay, for an incident of another case, and without words;
    `TransitionNotAllowed` past the first stage or while another draft is open.
    """
    case = lock(case_id)
    permissions.check_can_warn(by, case)
    standing = ready(case, paper)
    if standing.draft is not None:
        name = papers.of(standing.draft).name
        raise TransitionNotAllowed(f"A {name} is being drafted already.", object=case, method=Case.warn_in_writing)
    facts, why = _facts(standing, content, paper, on=day_of(at))
    letter = letters.draft(
        paper.letter,
        case,
        facts,
        by=by,
        at=at,
    )
    warning = Warning.objects.create(case=case, kind=paper.kind, letter=letter, same_again=why)
    warning.incidents.set(content.incidents)
    named = letter_facts.named(warning) | {"incidents": [incident.reference for incident in content.incidents]}
    audit.record("warning.drafted", subject=case, by=by, at=at, facts=named, words={"same_again": why})
    return warning


@transaction.atomic
def change_warning(warning_id: int, content: Content, *, by: User, at: datetime, seen: str | None = None) -> Warning:
    """Write a draft anew, before it is sent for approval or after it was returned.

    Raises `seals.ChangedSince` where it says something else than its author saw (`seen`), and as `draft_warning`.
    """
    warning = locked(warning_id)
    case, letter = warning.case, warning.paper
    permissions.check_can_warn(by, case)
    if letter.state != Letter.State.DRAFT:
        raise too_late(letter, "changed")
    seals.check(seen, known(warning), since=audit.since(letter))
    paper = papers.of(warning)
    facts, why = _facts(ready(case, paper), content, paper, on=day_of(at))
    letters.redraft(letter.pk, facts=facts, by=by, at=at)
    warning.incidents.set(content.incidents)
    if why != warning.same_again:
        Warning.objects.filter(pk=warning.pk).update(same_again=why)
        named = letter_facts.named(warning)
        audit.record("warning.changed", subject=case, by=by, at=at, facts=named, words={"same_again": why})
    return Warning.objects.select_related("letter").get(pk=warning.pk)


def _facts(standing: ladder.Standing, content: Content, paper: Paper, *, on: date) -> tuple[dict[str, Any], str]:
    """What the letter says, and why it follows a first letter ("" where it need not say). Raises `RuleBroken`."""
    check_incidents(standing, content.incidents, paper)
    need(content.expected, "Enter what must change", "expected")
    why = check_why_again(standing, paper, content.incidents, content.same_again)
    policy = standing.policy
    besides = letter_facts.besides(policy, paper, review_on=content.review_on, agreed=content.agreed, on=on)
    said = letter_facts.facts_of(
        policy, content.incidents, expected=content.expected, told=content.told, support=content.support, paper=paper
    )
    return said | besides, why


@transaction.atomic
def withdraw_warning(warning_id: int, *, reasons: str, by: User, at: datetime, seen: str | None = None) -> Warning:
    """Drop a letter that was never issued; that it was not sent is on the file, with why (Dover 6.24).

    Raises `seals.ChangedSince` where it says something else than was shown (`seen`).
    """
    warning = locked(warning_id)
    case, letter = warning.case, warning.paper
    permissions.check_can_warn(by, case)
    if letter.state not in WAITING:
        raise too_late(letter, "withdrawn")
    seals.check(seen, shown(warning), since=audit.since(letter))
    need(reasons, "Enter why it is withdrawn", "reasons")
    _withdraw(warning, by=by, at=at)
    audit.decide(
        "warning.withdrawn",
        subject=case,
        by=by,
        at=at,
        reasons=reasons,
        rule=case.policy.rule("evidence.log"),
        outcome="withdrawn",
        not_done=f"{words.upper_first(papers.of(warning).name)} {letter.reference} was not issued",
        facts=letter_facts.named(warning),
    )
    return warning


def unissued(case: Case) -> QuerySet[Warning]:
    """The warnings of a case whose letter was never issued and is not withdrawn."""
    return case.warnings.select_related("letter").filter(letter__state__in=WAITING, withdrawn_at__isnull=True)


def drop_drafts(case: Case, *, by: User, at: datetime) -> None:
    """Withdraw warning letters that were never issued, because the case has moved past them."""
    for warning in unissued(case):
        _withdraw(warning, by=by, at=at)


def _withdraw(warning: Warning, *, by: User, at: datetime) -> None:
    letters.withdraw(warning.paper.pk, by=by, at=at)
    warning.withdrawn_at = at
    warning.save()
    decisions.services.drop(warning.trail.about, papers.of(warning).act, at=at)
    deadlines.cancel_all(warning, at=at, reason="The draft was withdrawn")


# What drafting and issuing share


def locked(warning_id: int) -> Warning:
    """A letter of the ladder under a lock: the case first, then the warning and its letter, in this order everywhere.

    Raises `Warning.DoesNotExist` for an initial warning, which has no letter.
    """
    case = lock(Warning.objects.values_list("case_id", flat=True).get(pk=warning_id))
    found = Warning.objects.select_for_update(of=("self",), no_key=True).filter(letter__isnull=False)
    warning = found.select_related("letter", "letter__drafted_by").get(pk=warning_id)
    warning.case = case
    return warning


def shown(warning: Warning) -> dict[str, Any]:
    """What somebody reads of a letter who is to return or to withdraw it."""
    letter = warning.paper
    return {"the words of the letter": letter_facts.words_of(letter), "where it stands": str(letter.state)}


def ready(case: Case, paper: Paper = papers.WRITTEN) -> ladder.Standing:
    """The standing of a case that may go on to a letter of the ladder; raises where it may not.

    A written warning waits for what the policy asks first. A first letter waits for a policy that has one, and covers
    the person.
    """
    check_stage(case)
    standing = ladder.read(case)
    check_ready(standing, paper)
    return standing


def check_stage(case: Case) -> None:
    """Raise TransitionNotAllowed once the case is past its first stage."""
    if case.stage != Case.Stage.INITIAL_WARNING:
        raise TransitionNotAllowed("The case is past its first stage.", object=case, method=Case.warn_in_writing)


def check_ready(standing: ladder.Standing, paper: Paper) -> None:
    """Raise `RuleBroken` while what the policy asks before a letter of the ladder is missing."""
    if paper.first and paper.rule(standing.policy) is None:
        raise RuleBroken("The policy does not put its first stage in writing", None)
    if paper.first and not standing.first_time:
        raise RuleBroken(TAKEN_BACK.text, TAKEN_BACK)
    reached = ladder.written_reached(standing)
    if not paper.first and not reached.met:
        raise RuleBroken(reached.sentence.rstrip("."), reached.rule)
    for gate in ladder.gates_for_first_letter(standing) if paper.first else ladder.gates_for_warning(standing):
        if gate.asked_by_policy and gate.blocks:
            raise RuleBroken(f"Before a {paper.name}: {gate.text}", gate.rule)


def check_incidents(standing: ladder.Standing, incidents: Sequence[Incident], paper: Paper) -> None:
    """Refuse a letter but on incidents of this case, since it began, and seen or heard by somebody; at least one.

    None about which a first letter was taken back on appeal, for another first letter.
    """
    known = {incident.pk for incident in standing.counting}
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


def check_why_again(standing: ladder.Standing, paper: Paper, incidents: Sequence[Incident], same_again: str) -> str:
    """Why a warning letter follows the first letter though nothing came after it; "" where something did.

    Whether the behaviour “continues” within the conversation that the first letter put in writing can be read both ways
    (Northampton 4.1), so whoever writes the letter says why, and whoever issues it reads that. Raises `RuleBroken`.
    """
    if paper.first or standing.went_on_after_first_letter(incidents):
        return ""
    rule = ladder.written_reached(standing).rule
    need(same_again, "Enter why a warning letter follows, though nothing you selected came after the first letter",
         "same_again", rule)  # fmt: skip
    return same_again.strip()


def too_late(letter: Letter, verb: str) -> TransitionNotAllowed:
    """What somebody is told who comes after a letter was issued or withdrawn."""
    state = letter.get_state_display().lower()
    who = f" by {letter.issued_by.name}" if letter.issued_by else ""
    return TransitionNotAllowed(f"The letter {letter.reference} is {state}{who}, so it can no longer be {verb}.")

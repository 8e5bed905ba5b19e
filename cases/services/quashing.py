"""What an appeal does to a warning: it goes, or a letter with other words takes its place. Called by `appeals`."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django_fsm import TransitionNotAllowed

from audit import services as audit
from cases import permissions
from cases.ladder import papers
from cases.models import Case, Incident, Warning
from cases.services import letter_facts
from cases.services.rows import lock
from deadlines import kinds
from deadlines import services as deadlines
from deadlines.services import appeal_windows
from design.dates import day_of
from letters import services as letters
from people.models import User
from policies.rules import Rule, RuleBroken, need

Stage, Kind = Case.Stage, Warning.Kind


def given_with(warning: Warning) -> list[Warning]:
    """The warnings that are one decision: a letter is one; those given in one conversation stand and fall together."""
    if warning.kind != Kind.INITIAL:
        return [warning]
    same = Warning.objects.filter(case=warning.case_id, kind=Kind.INITIAL, incident=warning.incident_id)
    return list(same.order_by("pk"))


@transaction.atomic
def quash_warning(warning_id: int, *, by: User, at: datetime, reason: str, rule: Rule | None) -> Warning:
    """Take a warning back because the appeal against it was upheld: it counts towards no further step.

    Of the warnings given in one conversation all go. Where it was the letter that the case stood on, the case goes
    back to its first stage, now or, under a restriction that stays, once that ends. The letter itself was sent and is
    kept. Raises TransitionNotAllowed where it was never given or is gone already.
    """
    case, warning = _lock(warning_id)
    permissions.check_may_move(by, case)
    _withdraw(warning, at=at, reason=reason)
    if warning.kind == Kind.WRITTEN:
        _step_back(case, by=by, at=at)
    _decided("warning.quashed", case, warning, by=by, at=at, reason=reason, rule=rule, outcome="quashed on appeal")
    return warning


@transaction.atomic
def suspend_warning(warning_id: int, *, by: User, at: datetime, reason: str) -> Warning:
    """Let a warning count towards nothing while an appeal against it is decided, where the policy says so.

    It is the policy's own effect and nobody's decision. Twice is once.
    """
    return _hold(warning_id, "warning.suspended", since=at, by=by, at=at, reason=reason)


@transaction.atomic
def resume_warning(warning_id: int, *, by: User, at: datetime, reason: str) -> Warning:
    """Let a warning that was suspended count again, because the appeal did not succeed. Twice is once."""
    return _hold(warning_id, "warning.resumed", since=None, by=by, at=at, reason=reason)


def _hold(warning_id: int, verb: str, *, since: datetime | None, by: User, at: datetime, reason: str) -> Warning:
    case, warning = _lock(warning_id)
    permissions.check_may_move(by, case)
    if (warning.suspended_at is None) is (since is None):
        return warning
    Warning.objects.filter(pk__in=[each.pk for each in given_with(warning)]).update(suspended_at=since)
    warning.suspended_at = since
    audit.record(verb, subject=case, by=by, at=at, facts=_named(warning), words={"why": reason})
    return warning


@transaction.atomic
def correct_warning(
    warning_id: int,
    *,
    expected: str,
    told: Mapping[str, str],
    by: User,
    at: datetime,
    reason: str,
    rule: Rule | None,
    appealable: bool,
) -> Warning:
    """Put another letter in the place of one, in other words, because the appeal against it succeeded in part.

    The new one rests on the same incidents and counts from its own day: nobody is held to words that were wrong. It is
    issued at once by whoever decided the appeal. `appealable` is False where the outcome of an appeal is final. Raises
    RuleBroken without words; TransitionNotAllowed as `quash_warning`.
    """
    case, old = _lock(warning_id)
    permissions.check_may_move(by, case)
    incidents = list(old.incidents.order_by("happened_on", "pk"))
    facts = corrected_facts(case, old, incidents, expected=expected, told=told, on=day_of(at), appealable=appealable)
    _withdraw(old, at=at, reason=reason)
    paper = papers.PAPERS[old.kind]
    letter = letters.request(paper.letter, case, facts, by=by, at=at)
    new = Warning.objects.create(
        case=case, kind=old.kind, letter=letter, incident=old.incident, given_on=day_of(at), given_by=by
    )
    new.incidents.set(incidents)
    decision = _decided(
        "warning.corrected", case, new, by=by, at=at, reason=reason, rule=rule, outcome="corrected on appeal"
    )
    if appealable:
        rules = appeal_windows.against_warning(case.policy, paper.state)
        appeal_windows.open_window(
            new, case.policy, rules, words=f"against the {paper.name}", on=day_of(at), event=decision, at=at, told=True
        )
    return new


def corrected_facts(
    case: Case,
    old: Warning,
    incidents: Sequence[Incident],
    *,
    expected: str,
    told: Mapping[str, str],
    on: date,
    appealable: bool,
) -> dict:
    """What the corrected letter says. Raises RuleBroken without words, or where nothing would be other than it was."""
    need(expected, "Enter what must change", "expected")
    before = old.paper.facts
    paper, support = papers.PAPERS[old.kind], before.get("support", "")
    facts = letter_facts.facts_of(case.policy, incidents, expected=expected, told=told, support=support, paper=paper)
    facts |= {name: before[name] for name in ("agreed", "review_on") if name in before}
    if all(facts[key] == before.get(key) for key in ("expected", "incidents")):
        raise RuleBroken("Change the words: as they are, nothing would change", None, "outcome")
    facts.pop("appeal", None)
    if not appealable:
        return facts | {"appeal_possible": False}
    return facts | appeal_windows.of_warning(case.provider, case.policy, paper.state, on)


def _lock(warning_id: int) -> tuple[Case, Warning]:
    """The case first, then the warning, as every verb of a warning locks them; read after the wait."""
    case = lock(Warning.objects.values_list("case_id", flat=True).get(pk=warning_id))
    Warning.objects.select_for_update(of=("self",), no_key=True).only("pk").get(pk=warning_id)
    warning = Warning.objects.select_related("letter", "incident").get(pk=warning_id)
    warning.case = case
    return case, warning


def _withdraw(warning: Warning, *, at: datetime, reason: str) -> None:
    if warning.given_on is None or warning.withdrawn_at is not None:
        raise TransitionNotAllowed("The warning does not stand, so there is nothing to take back.", object=warning)
    Warning.objects.filter(pk__in=[each.pk for each in given_with(warning)]).update(withdrawn_at=at)
    warning.withdrawn_at = at
    deadlines.cancel(kinds.APPEAL_WINDOW, warning, at=at, reason=reason[:200])


def _step_back(case: Case, *, by: User, at: datetime) -> None:
    """Where no other letter since the case began stands, the case stands where it stood before the letter."""
    others = case.warnings.filter(kind=Kind.WRITTEN, given_on__isnull=False, withdrawn_at__isnull=True)
    if others.filter(letter__issued_at__gte=case.begun_at).exists():
        return
    if case.stage == Stage.WRITTEN_WARNING:
        case.take_back_warning(at=at)
    elif case.stage_before == Stage.WRITTEN_WARNING:
        case.stage_before = Stage.INITIAL_WARNING
    else:
        return
    case.save()
    facts = {"stage": case.stage, "before_restriction": case.stage_before}
    audit.record("case.warning_taken_back", subject=case, by=by, at=at, facts=facts)


def _decided(
    verb: str, case: Case, warning: Warning, *, by: User, at: datetime, reason: str, rule: Rule | None, outcome: str
) -> int:
    facts = _named(warning)
    decision = audit.decide(verb, subject=case, by=by, at=at, reasons=reason, rule=rule, outcome=outcome, facts=facts)
    return decision.pk


def _named(warning: Warning) -> dict[str, Any]:
    named = {
        "letter": warning.letter.reference if warning.letter else None,
        "incident": warning.incident.reference if warning.incident else None,
    }
    return named | ({"first": True} if warning.kind == Kind.FIRST else {})

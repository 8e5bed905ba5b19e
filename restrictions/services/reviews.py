"""Reviewing a restriction: begin, hear the resident, and lift, extend, vary or keep it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.safestring import SafeString
from django_fsm import TransitionNotAllowed

from audit import services as audit
from cases.models import Incident, Involvement
from cases.permissions import people_affected
from cases.services import deciding, stages
from cases.services.deciding import Meeting
from deadlines import services as deadlines
from deadlines.models import Deadline
from design.dates import day_of
from letters import services as letters
from people.models import User
from people.references import next_reference
from policies.reckoning import Reckoning
from policies.rules import Rule, RuleBroken
from restrictions import permissions
from restrictions.models import Restriction, Review
from restrictions.services import asked, decisions, telling
from restrictions.services import terms as limits
from restrictions.services.rows import about, consulted_about, locked
from restrictions.services.terms import NewTerm

State, Outcome = Restriction.State, Review.Outcome
NOTHING = {"terms": None, "starts_on": None, "ends_on": None, "next_review_on": None, "appeal": None}
KINDS = ("review.interval", "review.at_end")
RECONSIDER = "reconsideration.decide"
NOT_LONGER = Rule("evenhand", text="A request to reconsider never makes a restriction longer.")
WHEN_DUE = Rule("law", "F7", text="A review is held when it is due; where it is late, the resident is told why.")


@dataclass(frozen=True)
class Due:
    """The review that a restriction waits for: which kind, by when, how that was worked out."""

    kind: str
    due_on: date | None
    reckoning: Reckoning | None

    @property
    def counted_on(self) -> date | None:
        """The day that the clock counted to, before a day off moved it: the next round is counted from there."""
        return self.reckoning.counted_on or self.due_on if self.reckoning else self.due_on

    @property
    def at_end(self) -> bool:
        """Whether it is the one at the end of the period."""
        return self.kind == "review.at_end"


def due(restriction: Restriction) -> Due | None:
    """The review that comes first of those still open; None where none is set."""
    found = (
        Deadline.objects.open().filter(about=about(restriction), kind__in=KINDS).worst_first().first()
    )  # fmt: skip
    if found is None:
        return None
    stored = Reckoning.from_json(found.reckoning) if found.reckoning else None
    return Due(found.kind, found.due_on, stored)


def incidents_since(restriction: Restriction) -> list[Incident]:
    """What happened since it was imposed, of this resident's own behaviour: contacts against the terms, breaches."""
    if restriction.starts_on is None:
        return []
    return list(
        restriction.case.incidents.filter(
            happened_on__gte=restriction.starts_on,
            involvements__resident=restriction.case.resident_id,
            involvements__part=Involvement.Part.BEHAVED,
        )
        .exclude(pk__in=restriction.incidents.values("pk"))
        .distinct()
        .order_by("-happened_on", "-pk")
    )


def possible_outcomes(restriction: Restriction, waits: Due | None, on: date, *, by_request: bool = False) -> list[str]:
    """What a review may come to, *lift* first. Keeping it as it is ends with its last day: no answer at the end.

    Who asks for less never gets more: a request to reconsider does not lead to an extension.
    """
    if by_request:
        last_day = restriction.ends_on is not None and restriction.ends_on <= on
        return [Outcome.LIFT, Outcome.KEEP] if last_day else [Outcome.LIFT, Outcome.VARY, Outcome.KEEP]
    outcomes: list[str] = [Outcome.LIFT, Outcome.EXTEND, Outcome.VARY]
    if restriction.is_in_force(on) and not (waits and waits.at_end):
        outcomes.append(Outcome.KEEP)
    return outcomes


@transaction.atomic
def begin_review(restriction_id: int, *, by: User, at: datetime) -> Review:
    """Begin to review a restriction (Dover 6.18): the case moves to its stage of review. At any time; late ones too.

    Raises TransitionNotAllowed where a review is under way, or where the restriction is neither in force nor lapsed.
    """
    restriction = locked(restriction_id)
    permissions.check_can_begin_review(by, restriction)
    under_way = restriction.reviews.filter(state=Review.State.BEGUN).select_related("begun_by").first()
    if under_way:
        raise TransitionNotAllowed(f"{under_way.begun_by.name} has already begun review {under_way.reference}.")
    waits = due(restriction)
    if restriction.state != State.IN_FORCE and not (restriction.state == State.LAPSED and waits):
        raise TransitionNotAllowed(object=restriction)
    review = Review.objects.create(
        restriction=restriction,
        reference=next_reference("review"),
        due_on=waits.due_on if waits else None,
        begun_by=by,
        begun_at=at,
    )
    audit.record(
        "review.begun", subject=review, by=by, at=at,
        facts={"restriction": restriction.reference, "due_on": review.due_on},
    )  # fmt: skip
    stages.mark_review_begun(restriction.case_id, by=by, at=at)
    return review


def _locked(review_id: int) -> tuple[Review, Restriction]:
    """The review and its restriction, the restriction's row first, as every other service locks it."""
    restriction = locked(Review.objects.values_list("restriction_id", flat=True).get(pk=review_id))
    review = Review.objects.select_for_update(of=("self",)).get(pk=review_id)
    review.restriction = restriction
    return review, restriction


@transaction.atomic
def record_account(review_id: int, *, by: User, at: datetime, words: str) -> Review:
    """Write down what the resident, or somebody for them, says about the restriction, before it is decided on."""
    review, _ = _locked(review_id)
    permissions.check_can_record_account(by, review)
    if review.state != Review.State.BEGUN:
        raise TransitionNotAllowed(object=review)
    if not words.strip():
        raise RuleBroken("Enter what the resident said", None, "words")
    review.residents_account = words.strip()
    review.save()
    audit.record("review.account_recorded", subject=review, by=by, at=at, words={"account": words})
    return review


@transaction.atomic
def decide_review(
    review_id: int,
    *,
    by: User,
    at: datetime,
    outcome: str,
    reasons: str,
    evidence: str = "",
    months: int | None = None,
    terms: Sequence[NewTerm] | None = None,
    instructions: Sequence[str] | None = None,
    late_reason: str = "",
    considered: str = "",
    not_done: str = "",
    meeting: Meeting | None = None,
) -> Review:
    """Decide what becomes of a restriction: lift, extend, vary, or keep it until its last day (Dover 6.18, 6.19).

    Restriction, register, deadlines, stage and letter change together. Continuing rests on evidence that the terms were
    not kept or that the behaviour went on (6.18). What continues starts today, never backwards: between its last day
    and a late review the restriction was over. A review held late says why, and the resident is told (6.21, F7).
    Where the policy asks questions, what was weighed is said (Dover 6.18). Raises TransitionNotAllowed where it is
    decided already, RuleBroken for what the policy or Evenhand refuses.
    """
    review, restriction = _locked(review_id)
    permissions.check_can_decide_review(by, review)
    if review.state != Review.State.BEGUN:
        raise TransitionNotAllowed(object=review)
    today = day_of(at)
    _check(review, restriction, today, outcome, reasons, evidence, months)
    deciding.check_weighed(considered, asked.review_questions(restriction.case.policy))
    _check_consulted(review, outcome)
    deciding.decide_at_once(
        restriction.case, body=permissions.review_body(review, outcome), about=f"review:{review.reference}",
        subject=review, by=by, at=at, reasons=reasons, considered=considered, not_done=not_done, meeting=meeting,
        barred=permissions.barred_from_reviewing(restriction),
    )  # fmt: skip
    review.late_reason = check_late(review, restriction, today, late_reason)
    review.evidence = evidence.strip()
    review.decide(by=by, at=at, outcome=outcome, reasons=reasons.strip())
    review.save()
    decision = audit.decide(
        "review.decided",
        subject=review,
        by=by,
        at=at,
        reasons=reasons,
        rule=_rule(review),
        outcome=outcome,
        considered=considered,
        not_done=not_done,
        facts={"restriction": restriction.reference, "late_reason": review.late_reason, "months": months},
    )
    by_request = review.is_by_request(today)
    deadlines.meet(about(restriction), RECONSIDER, at=at, how=f"Answered: {review.get_outcome_display()}")
    waits = None if by_request else due(restriction)
    if waits:
        deadlines.meet(about(restriction), waits.kind, at=at, how=f"Reviewed: {review.get_outcome_display()}")
    facts: dict[str, Any] = dict(NOTHING)
    if outcome == Outcome.LIFT:
        _lift(review, restriction, by=by, at=at)
    elif outcome == Outcome.KEEP and by_request:
        facts |= _leave(restriction, by=by, at=at)
    elif outcome == Outcome.KEEP:
        facts |= _keep(restriction, waits, by=by, at=at, event=decision.pk)
        facts |= _let_appeal(review, restriction, at=at, event=decision.pk)
    else:
        facts |= _continue(
            review, restriction, outcome, by=by, at=at, reasons=reasons, months=months, terms=terms,
            instructions=instructions, considered=considered, not_done=not_done,
        )  # fmt: skip
    _tell(review, restriction, facts, by_request=by_request, by=by, at=at)
    return review


def _rule(review: Review) -> Rule | None:
    """The rule under which it is decided: who decides, else, of a request, that there is such a thing at all."""
    named = permissions.review_deciders(review).rule
    policy = review.restriction.case.policy
    return named or (policy.rule("reconsideration") if review.requested_on else None)


def _check(
    review: Review,
    restriction: Restriction,
    on: date,
    outcome: str,
    reasons: str,
    evidence: str,
    months: int | None,
) -> None:
    by_request = review.is_by_request(on)
    if outcome not in possible_outcomes(restriction, due(restriction), on, by_request=by_request):
        raise RuleBroken("Select what becomes of the restriction", None, "outcome")
    if not reasons.strip():
        raise RuleBroken("Enter your reasons", asked.EVIDENCED, "reasons")
    if by_request and months is not None:
        raise RuleBroken("A request to reconsider does not make a restriction longer", NOT_LONGER, "outcome")
    if outcome != Outcome.LIFT and not by_request and not evidence.strip():
        rule = restriction.case.policy.value("restriction.extension.if").rule or asked.EVIDENCED
        raise RuleBroken("Enter how the terms were not kept, or how the behaviour continued", rule, "evidence")


def _check_consulted(review: Review, outcome: str) -> None:
    """Refuse a review, or what it would come to, before those were asked whom the policy has asked first."""
    restriction = review.restriction
    for body in permissions.asked_before_review(review, outcome):
        place = consulted_about(restriction, body.act)
        deciding.check_consulted(body, place, restriction.case, field="outcome")


def check_late(review: Review, restriction: Restriction, on: date, reason: str) -> str:
    """Why a review is held late, or "" where it is not. A day off explains itself; all else needs a reason (F7)."""
    if review.due_on and on > review.due_on:
        if not reason.strip():
            raise RuleBroken("Enter why the review is late", WHEN_DUE, "late_reason")
        return reason.strip()
    if restriction.ends_on and on > restriction.ends_on:
        calendar = deadlines.calendar_for(restriction.case.provider)
        why = calendar.why_off(restriction.ends_on)
        return reason.strip() or f"The last day in force was a day off ({why})"
    return ""


@dataclass(frozen=True)
class Preview:
    """What a review would come to: the days, the limits, and the letter as it would be issued."""

    starts_on: date | None
    ends_on: date | None
    next_review: Reckoning | None
    appeal: Reckoning | None
    arrangement: list[str]
    late_reason: str
    letter: SafeString


def preview_review(
    review: Review,
    *,
    on: date,
    by: User,
    outcome: str,
    reasons: str,
    evidence: str = "",
    months: int | None = None,
    terms: Sequence[NewTerm] | None = None,
    instructions: Sequence[str] | None = None,
    late_reason: str = "",
    considered: str = "",
    not_done: str = "",
    meeting: Meeting | None = None,
    at: datetime | None = None,
) -> Preview:
    """What `decide_review` would do, refused for the same reasons, and nothing done: for the page of the check."""
    restriction, by_request = review.restriction, review.is_by_request(on)
    _check(review, restriction, on, outcome, reasons, evidence, months)
    deciding.check_weighed(considered, asked.review_questions(restriction.case.policy))
    _check_consulted(review, outcome)
    if at is not None:
        body, barred = permissions.review_body(review, outcome), permissions.barred_from_reviewing(restriction)
        deciding.check_at_once(restriction.case, body, meeting, by=by, at=at, barred=barred)
    late = check_late(review, restriction, on, late_reason)
    facts: dict[str, Any] = dict(NOTHING)
    found: telling.Dates | None = None
    rows = [] if outcome == Outcome.LIFT else limits.of(restriction)
    if outcome in (Outcome.EXTEND, Outcome.VARY):
        made = _planned(review, outcome, on, reasons, months, terms, instructions)
        found, rows = made.dates, made.terms
        facts |= _facts_of(made) | {"appeal": telling.appeal_facts(restriction, found.appeal, made.terms)}
    elif outcome == Outcome.KEEP and by_request:
        facts |= _left_facts(restriction)
    elif outcome == Outcome.KEEP:
        found = _kept(restriction, due(restriction), on)
        facts |= _kept_facts(restriction, found)
        right = telling.against_keeping(restriction, on)
        facts |= {"appeal": right[1] if right else None}
    letter = letters.preview(
        _letter_kind(by_request),
        to=restriction.case.resident,
        facts=_letter_facts(review, restriction, facts, outcome, reasons, late, by_request),
        on=on,
        by=by,
        policy_version=restriction.case.policy_version,
    )
    arrangement = limits.arrangement(rows)
    if found is None:
        return Preview(None, None, None, None, arrangement, late, letter)
    appeal = found.appeal if outcome != Outcome.KEEP else None
    return Preview(found.starts_on, found.ends_on, found.next_review, appeal, arrangement, late, letter)


def _planned(
    review: Review,
    outcome: str,
    on: date,
    reasons: str,
    months: int | None,
    terms: Sequence[NewTerm] | None,
    instructions: Sequence[str] | None,
) -> telling.Plan:
    restriction = review.restriction
    policy = restriction.case.policy
    varied = outcome == Outcome.VARY
    if varied:
        _check_varied(restriction, terms)
        limits.check_terms(policy, terms or [])
        limits.check_person(restriction, terms or [], people_affected(restriction.case))
        register = asked.orders_wanted(asked.registers_for(restriction))
        if register and instructions is not None and not any(line.strip() for line in instructions):
            raise RuleBroken("Enter what staff must do, one order a line", register.rule, "instructions")
    return telling.plan(
        restriction,
        on=on,
        reasons=reasons,
        months=months,
        terms=terms if varied else None,
        instructions=instructions if varied else None,
        ends_on=new_last_day(restriction, outcome, months, on),
        appealable=_appealable(review, on),
    )


def _appealable(review: Review, on: date) -> bool:
    """Whether what continues the restriction can be appealed: not where the answer to a request is final."""
    final = review.restriction.case.policy.value("reconsideration.final").raw is True
    return not (final and review.is_by_request(on))


def _check_varied(restriction: Restriction, terms: Sequence[NewTerm] | None) -> None:
    if terms is None or not limits.changed([NewTerm.of(term) for term in limits.of(restriction)], terms):
        raise RuleBroken("Change the terms, or extend in the same terms", None, "outcome")


def _lift(review: Review, restriction: Restriction, *, by: User, at: datetime) -> None:
    """End it; one whose last day has gone was over by itself, and its review only closes the matter."""
    if restriction.is_in_force(day_of(at)):
        decisions.end(restriction, by=by, at=at, reason=review.reasons, review=review)
        audit.record(
            "restriction.lifted", subject=restriction, by=by, at=at,
            facts={"review": review.reference}, words={"reasons": review.reasons},
        )  # fmt: skip
        return
    if restriction.state == State.IN_FORCE:
        decisions.lapse(restriction.pk, at=at)
    deadlines.cancel(about(restriction), at=at, reason="Reviewed after its last day: not continued")
    if decisions.case_is_restricted(restriction):
        stages.mark_unrestricted(restriction.case_id, by=by, at=at, why=review.reasons)


def _keep(restriction: Restriction, waits: Due | None, *, by: User, at: datetime, event: int) -> dict[str, Any]:
    """Nothing changes until the last day; the clock of the interval goes on from this review."""
    case = restriction.case
    stages.mark_restriction_continued(case.pk, by=by, at=at)
    found = _kept(restriction, waits, day_of(at))
    if found.interval:
        barred = list(User.objects.filter(pk__in=permissions.barred_from_reviewing(restriction)))
        keys = permissions.keys_of(permissions.reviewers(case.policy), case.provider)
        telling.add_review(restriction, found.interval, "review.interval", barred, keys, at=at, event=event)
    audit.record("restriction.kept", subject=restriction, by=by, at=at, facts={"until": restriction.ends_on})
    return _kept_facts(restriction, found)


def _let_appeal(review: Review, restriction: Restriction, *, at: datetime, event: int) -> dict[str, Any]:
    """Show until when the decision to keep it can be appealed, and tell the resident; nothing where it cannot be."""
    right = telling.against_keeping(restriction, day_of(at))
    if right is None:
        return {}
    case = restriction.case
    deadlines.set_deadline(
        provider=case.provider,
        resident=case.resident,
        kind="appeal.window",
        about=f"review:{review.reference}",
        case_ref=case.reference,
        title="Last day to appeal against the review",
        url_name="restrictions:reviewed",
        reckoning=right[0],
        told=True,
        runs_from_event=event,
        at=at,
    )
    return {"appeal": right[1]}


def _leave(restriction: Restriction, *, by: User, at: datetime) -> dict[str, Any]:
    """A request is answered with no: nothing changes, and every review that was due stays due on its day."""
    stages.mark_restriction_continued(restriction.case_id, by=by, at=at)
    audit.record("restriction.kept", subject=restriction, by=by, at=at, facts={"until": restriction.ends_on})
    return _left_facts(restriction)


def _left_facts(restriction: Restriction) -> dict[str, Any]:
    waits = due(restriction)
    assert restriction.starts_on and restriction.ends_on
    return {
        "terms": limits.as_facts(limits.of(restriction)),
        "starts_on": restriction.starts_on.isoformat(),
        "ends_on": restriction.ends_on.isoformat(),
        "next_review_on": waits.due_on.isoformat() if waits and waits.due_on else None,
    }


def _kept(restriction: Restriction, waits: Due | None, on: date) -> telling.Dates:
    """The dates of a restriction that goes on as it is after a review on a day."""
    case = restriction.case
    assert restriction.decided_on and restriction.starts_on and restriction.ends_on
    held_for = waits.counted_on or on if waits and not waits.at_end else on
    return telling.dates(
        case.policy,
        deadlines.calendar_for(case.provider),
        decided_on=restriction.decided_on,
        starts_on=restriction.starts_on,
        ends_on=restriction.ends_on,
        months=restriction.months,
        last_review=max(on, held_for),
        **telling.review_of(restriction),
    )


def _kept_facts(restriction: Restriction, found: telling.Dates) -> dict[str, Any]:
    following = found.next_review
    return {
        "terms": limits.as_facts(limits.of(restriction)),
        "starts_on": found.starts_on.isoformat(),
        "ends_on": found.ends_on.isoformat(),
        "next_review_on": following.due.isoformat() if following and following.due else None,
    }


def _facts_of(made: telling.Plan) -> dict[str, Any]:
    following = made.dates.next_review
    return {
        "terms": limits.as_facts(made.terms),
        "starts_on": made.dates.starts_on.isoformat(),
        "ends_on": made.dates.ends_on.isoformat(),
        "next_review_on": following.due.isoformat() if following and following.due else None,
    }


def new_last_day(restriction: Restriction, outcome: str, months: int | None, on: date) -> date:
    """The last day of what continues a restriction decided on a day.

    An extension counts from the old last day while that has not gone, else from the day of the decision: never
    backwards. New terms keep the old last day unless a length is given.
    """
    assert restriction.ends_on is not None
    over = restriction.ends_on < on
    if months is None:
        if outcome == Outcome.EXTEND or restriction.ends_on <= on:
            raise RuleBroken("Enter by how many months", None, "months")
        return restriction.ends_on
    if not 1 <= months <= 1_200:
        raise RuleBroken("Length must be a whole number of months", None, "months")
    start = on if over else restriction.ends_on
    last = telling.last_day(start, months)
    policy, calendar = restriction.case.policy, deadlines.calendar_for(restriction.case.provider)
    policy.check_extension(start, last, calendar=calendar, field="months")
    return last


def _continue(
    review: Review,
    restriction: Restriction,
    outcome: str,
    *,
    by: User,
    at: datetime,
    reasons: str,
    months: int | None,
    terms: Sequence[NewTerm] | None,
    instructions: Sequence[str] | None,
    considered: str,
    not_done: str,
) -> dict[str, Any]:
    if outcome == Outcome.VARY:
        _check_varied(restriction, terms)
    today = day_of(at)
    appealable = _appealable(review, today)
    last = new_last_day(restriction, outcome, months, today)
    if restriction.state == State.IN_FORCE and not restriction.is_in_force(today):
        restriction = decisions.lapse(restriction.pk, at=at)
    stages.mark_restriction_continued(restriction.case_id, by=by, at=at)
    new, made = decisions.succeed(
        restriction,
        how=State.EXTENDED if outcome == Outcome.EXTEND else State.VARIED,
        by=by,
        at=at,
        reason=reasons,
        terms=terms if outcome == Outcome.VARY else None,
        ends_on=last,
        months=months,
        instructions=instructions if outcome == Outcome.VARY else None,
        rule=_rule(review),
        appealable=appealable,
        considered=considered,
        not_done=not_done,
    )
    return _facts_of(made) | {"appeal": telling.appeal_facts(new, made.dates.appeal, made.terms)}


def _tell(
    review: Review, restriction: Restriction, facts: dict[str, Any], *, by_request: bool, by: User, at: datetime
) -> None:
    """Tell the resident in writing what was decided (Dover 6.19)."""
    case = restriction.case
    review.letter = letters.request(
        _letter_kind(by_request),
        to=case.resident,
        about=f"review:{review.reference}",
        case_ref=case.reference,
        policy_version=case.policy_version,
        facts=_letter_facts(review, restriction, facts, review.outcome, review.reasons, review.late_reason, by_request),
        by=by,
        at=at,
    )
    review.save()
    successor = Restriction.objects.filter(follows=restriction).first()
    if successor and successor.letter_id is None:
        successor.letter = review.letter
        successor.save()


def _letter_kind(by_request: bool) -> str:
    return "reconsideration_outcome" if by_request else "review_outcome"


def _letter_facts(
    review: Review,
    restriction: Restriction,
    facts: dict[str, Any],
    outcome: str,
    reasons: str,
    late_reason: str,
    by_request: bool,
) -> dict[str, Any]:
    asked_for: dict[str, Any] = {}
    if by_request:
        final = restriction.case.policy.value("reconsideration.final").raw is True
        received = review.requested_on.isoformat() if review.requested_on else None
        asked_for = {"received_on": received, "final": True if final else None}
    return (
        facts
        | asked_for
        | {
            "review_reference": review.reference,
            "restriction_reference": restriction.reference,
            "outcome": str(outcome),
            "reasons": reasons.strip(),
            "late": bool(late_reason),
            "late_reason": late_reason,
        }
    )

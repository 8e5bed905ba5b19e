"""Breaches of a restriction's terms, and what follows: the policy's ladder, one recorded step at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django_fsm import TransitionNotAllowed

import cases.deciders
from audit import services as audit
from cases import ladder
from cases.deciders import Deciders
from cases.models import Incident
from cases.services import deciding, police
from cases.services.deciding import Meeting
from deadlines import services as deadlines
from design.dates import day_of
from letters import services as letters
from people.models import User
from policies import law
from policies.rules import Rule, RuleBroken, need
from policies.values import Item
from restrictions import permissions
from restrictions.models import Breach, BreachStep, Restriction, Review
from restrictions.services import asked, namings, reviews
from restrictions.services import terms as limits
from restrictions.services.rows import about, locked

State = Restriction.State
ANSWER = "breach.answer"
LETTERS = {"breach warning": "breach_warning", "legal warning": "legal_warning"}
"""The steps that are letters to the resident."""
NOT_FORMAL = ("breach warning", "police")
"""The steps before which a policy's gates on legal action are not asked."""
IN_ORDER = Rule("evenhand", text="Whoever leaves out an earlier step of the policy's ladder says why.")
FROM_AN_INCIDENT = Rule("evenhand", text="A breach rests on an incident that somebody saw or heard.")


@dataclass(frozen=True)
class Step:
    """A step of the ladder: the policy's word, its sense, its rule, and whether it has been taken."""

    word: str
    words: str
    rule: Rule | None
    taken: bool
    next: bool

    @property
    def name(self) -> str:
        """The step as a heading."""
        return self.word.capitalize()

    @property
    def formal(self) -> bool:
        """Whether it is legal or tenancy action, before which the policy's gates on that stand."""
        return self.word not in NOT_FORMAL


def ladder_of(restriction: Restriction) -> list[Step]:
    """The policy's ladder in its order, with what has been taken in this restriction and those that it continues.

    Empty where the policy is silent or knows none: then a named person decides, and there is no step to take.
    """
    chain = namings.chain(restriction)
    taken = set(BreachStep.objects.filter(restriction__in=chain).values_list("step", flat=True))
    kept: list[Item] = restriction.case.policy.value("breach.ladder").kept
    following = next((item.word for item in kept if item.word not in taken), "")
    return [Step(item.word, item.words, item.rule, item.word in taken, item.word == following) for item in kept]


def left_out_before(restriction: Restriction, word: str) -> list[str]:
    """The earlier steps of the ladder that have not been taken."""
    steps = ladder_of(restriction)
    at = next((number for number, step in enumerate(steps) if step.word == word), 0)
    return [step.word for step in steps[:at] if not step.taken]


def possible_incidents(restriction: Restriction) -> list[Incident]:
    """Incidents of this resident's own behaviour while it was in force that are no breach of it yet, newest first."""
    assert restriction.ends_on is not None
    logged = restriction.breaches.values("incident")
    last = min(restriction.ends_on, day_of(restriction.ended_at)) if restriction.ended_at else restriction.ends_on
    return [
        each
        for each in reviews.incidents_since(restriction)
        if each.happened_on <= last and asked.counts_as_evidence(each, restriction.case)
        and each.pk not in {row["incident"] for row in logged}
    ]  # fmt: skip


def open_breaches(restriction: Restriction) -> list[Breach]:
    """The breaches on which nothing has been decided, the oldest first."""
    return list(restriction.breaches.select_related("incident", "logged_by").filter(answer__isnull=True))


@transaction.atomic
def log_breach(restriction_id: int, *, by: User, at: datetime, incident_id: int, words: str) -> Breach:
    """Log that the terms were not kept in an incident; whoever decides on breaches is asked what follows.

    Also on the day after its last: a breach of the last day is weighed in the review. Raises TransitionNotAllowed for
    a restriction that is neither in force nor lapsed, RuleBroken for an incident that does not count.
    """
    restriction = locked(restriction_id)
    permissions.check_can_log_breach(by, restriction)
    if restriction.state not in (State.IN_FORCE, State.LAPSED):
        raise TransitionNotAllowed(f"{restriction.reference} is “{restriction.get_state_display()}”.")
    incident = next((each for each in possible_incidents(restriction) if each.pk == incident_id), None)
    if incident is None:
        words_ = "Select an incident while the restriction was in force, that somebody saw or heard"
        raise RuleBroken(words_, FROM_AN_INCIDENT, "incident")
    need(words, "Enter which term was not kept, and how", "words", FROM_AN_INCIDENT)
    breach = Breach.objects.create(
        restriction=restriction, incident=incident, words=words.strip(), logged_by=by, logged_at=at
    )
    event = audit.record(
        "breach.logged", subject=restriction, by=by, at=at,
        facts={"incident": incident.reference, "happened_on": incident.happened_on}, words={"words": words},
    )  # fmt: skip
    if restriction.is_in_force(day_of(at)):
        _ask(restriction, at=at, event=event.pk)
    return breach


def _ask(restriction: Restriction, *, at: datetime, event: int | None) -> None:
    case = restriction.case
    deadlines.set_deadline(
        provider=case.provider,
        resident=case.resident,
        kind=ANSWER,
        about=about(restriction),
        case_ref=case.reference,
        title="Decide what follows a breach of a restriction",
        url_name="restrictions:breaches",
        for_roles=permissions.answerers(case.policy).keys(case.provider),
        not_for=User.objects.filter(pk__in=permissions.barred_from_breaches(restriction)),
        runs_from_event=event,
        at=at,
    )


@dataclass(frozen=True)
class Answer:
    """What is decided on breaches: a word of the ladder, a review, or no step; why; what the letter says may follow."""

    step: str
    reasons: str
    left_out_reason: str = ""
    consequence: str = ""
    considered: str = ""
    not_done: str = ""
    said: police.Said = police.NOTHING


def check_answer(restriction: Restriction, answer: Answer) -> None:
    """Refuse what `answer_breaches` would refuse, before anything is done: for the page on which it is checked."""
    policy = restriction.case.policy
    steps = {step.word: step for step in ladder_of(restriction)}
    if answer.step not in (BreachStep.NONE, BreachStep.REVIEW) and answer.step not in steps:
        raise RuleBroken("Select what follows", policy.value("breach.ladder").rule, "step")
    need(answer.reasons, "Enter your reasons", "reasons", law.EVIDENCED)
    police.check(_asked_police(restriction), answer.said)
    step = steps.get(answer.step)
    if step is None:
        return
    if step.formal:
        for gate in ladder.gates_before(restriction.case, "legal_action"):
            if gate.blocks:
                raise RuleBroken(f"Before legal action: {gate.text}", gate.rule, "step")
    if left_out_before(restriction, step.word):
        need(answer.left_out_reason, "Enter why earlier steps are left out", "left_out_reason", IN_ORDER)
    if step.word in LETTERS:
        need(answer.consequence, "Enter what may follow", "consequence", step.rule)


def _asked_police(restriction: Restriction) -> ladder.Police | None:
    """What the policy asks about the police on the breaches that are open."""
    case = restriction.case
    return ladder.police(case.policy, case, [each.incident for each in open_breaches(restriction)])


def check_together(
    restriction: Restriction, answer: Answer, *, meeting: Meeting | None, by: User, at: datetime
) -> None:
    """Refuse a step that a meeting decides, unless it did, or another than the first has decided: for the check."""
    body = permissions.answerers(restriction.case.policy, answer.step)
    barred = permissions.barred_from_breaches(restriction)
    deciding.check_met(restriction.case, body, meeting, by=by, at=at, barred=barred)
    deciding.check_same(about_open(open_breaches(restriction)), body.act, by, as_put(answer))


def takes_others(restriction: Restriction, steps: Sequence[str], by: User) -> list[Deciders]:
    """Those who decide on some of these steps with others, where somebody cannot decide alone."""
    bodies = [permissions.answerers(restriction.case.policy, step) for step in steps]
    return [body for body in dict.fromkeys(bodies) if deciding.needs_others(body, by, restriction.case)]


@transaction.atomic
def answer_breaches(
    restriction_id: int, *, by: User, at: datetime, answer: Answer, meeting: Meeting | None = None
) -> BreachStep | None:
    """Decide what follows the breaches that are open: the next step of the ladder, another, a review, or none.

    Each step is a recorded decision under its clause; the first of the Tenancy Enforcement Procedure's ladder (8) is a
    letter, and so is its second. Legal action waits for what the policy asks before it. What is not done is recorded,
    too (Dover 6.24). A review is begun by the one service that begins reviews. Where the policy names others for a step
    they alone decide it; where it has several, this is one person's voice and nothing (None) follows before the last
    that is needed; where a meeting decides, `meeting` says who took part. Raises
    TransitionNotAllowed where somebody has decided already or the restriction is over, RuleBroken as `check_answer`.
    """
    restriction = locked(restriction_id)
    permissions.check_can_answer_breaches(by, restriction, answer.step)
    if not restriction.is_in_force(day_of(at)):
        raise TransitionNotAllowed(f"{restriction.reference} is not in force: its review weighs the breaches.")
    breaches = open_breaches(restriction)
    if not breaches:
        raise TransitionNotAllowed(f"There is no breach of {restriction.reference} to decide on.")
    check_answer(restriction, answer)
    asked_police = _asked_police(restriction)
    police.check_decider(restriction.case, asked_police, answer.said, by)
    body = permissions.answerers(restriction.case.policy, answer.step)
    deed = deciding.Deed(
        body, about_open(breaches), restriction, by, at, answer.reasons, answer.considered, answer.not_done, meeting,
        barred=permissions.barred_from_breaches(restriction), what=as_put(answer),
    )  # fmt: skip
    if not deciding.speak(restriction.case, deed):
        deadlines.excuse(about(restriction), ANSWER, user=by)
        return None
    writer = deciding.writer(restriction.case, body=body, about=about_open(breaches), by=by)
    left_out = left_out_before(restriction, answer.step) if answer.step not in ("", BreachStep.REVIEW) else []
    step = BreachStep.objects.create(
        restriction=restriction,
        step=answer.step,
        reasons=answer.reasons.strip(),
        left_out=left_out,
        left_out_reason=answer.left_out_reason.strip() if left_out else "",
        decided_by=by,
        decided_at=at,
    )
    Breach.objects.filter(pk__in=[each.pk for each in breaches]).update(answer=step)
    rule = next((each.rule for each in ladder_of(restriction) if each.word == answer.step), None)
    audit.decide(
        "breach.answered",
        subject=restriction,
        by=by,
        at=at,
        reasons=answer.reasons,
        rule=rule,
        outcome=step.words.lower(),
        considered=answer.considered,
        not_done=answer.not_done,
        facts={
            "step": answer.step,
            "incidents": [each.incident.reference for each in breaches],
            "left_out": left_out,
            "left_out_reason": step.left_out_reason,
        },
    )
    met = [each.incident for each in breaches]
    police.record(restriction.case, asked_police, answer.said, met, subject=restriction, by=by, at=at)
    deadlines.meet(about(restriction), ANSWER, at=at, how=step.words)
    if answer.step in LETTERS:
        _write(restriction, step, breaches, answer, by=writer, at=at)
    under_way = restriction.reviews.filter(state=Review.State.BEGUN).exists()
    if answer.step == BreachStep.REVIEW and not under_way:
        reviews.begin_review(restriction.pk, by=writer, at=at)
    return step


def about_open(breaches: Sequence[Breach]) -> str:
    """How those who decide together point at the breaches that are open: by the oldest of them."""
    return f"breach:{breaches[0].pk}"


def what_is_put(breaches: Sequence[Breach]) -> dict[str, Any]:
    """What the first of several has decided to follow, as an `Answer` takes it; empty where nobody has."""
    return cases.deciders.put(about_open(breaches), "breach")


def as_put(answer: Answer) -> dict[str, Any]:
    """What is to follow, as plain values, for the others who decide it to agree to."""
    return {
        "step": answer.step,
        "left_out_reason": answer.left_out_reason.strip(),
        "consequence": answer.consequence.strip(),
    }


@transaction.atomic
def disagree_on_breaches(restriction_id: int, *, by: User, at: datetime, reasons: str) -> Restriction:
    """Not agree to what is to follow breaches, where several decide: it is decided anew."""
    restriction = locked(restriction_id)
    breaches = open_breaches(restriction)
    if not breaches:
        raise TransitionNotAllowed(f"There is no breach of {restriction.reference} to decide on.")
    put = what_is_put(breaches)
    permissions.check_can_answer_breaches(by, restriction, put.get("step"))
    body = permissions.answerers(restriction.case.policy, put.get("step"))
    deciding.disagree(
        restriction.case, body=body, about=about_open(breaches), subject=restriction, by=by, at=at, reasons=reasons
    )
    deadlines.cancel(about(restriction), ANSWER, at=at, reason="Not agreed: it is decided anew")
    _ask(restriction, at=at, event=None)
    return restriction


def letter_facts(restriction: Restriction, breaches: Sequence[Breach], consequence: str) -> dict[str, Any]:
    """What a warning says, as plain values: what was not kept, the limits, what may follow."""
    assert restriction.ends_on is not None
    return {
        "restriction_reference": restriction.reference,
        "incidents": [
            {
                "reference": each.incident.reference,
                "on": each.incident.happened_on.isoformat(),
                "channel": each.incident.get_channel_display(),
                "what": each.words,
            }
            for each in breaches
        ],
        "terms": limits.as_facts(limits.of(restriction)),
        "consequence": consequence.strip(),
        "ends_on": restriction.ends_on.isoformat(),
    }


def _write(
    restriction: Restriction, step: BreachStep, breaches: Sequence[Breach], answer: Answer, *, by: User, at: datetime
) -> None:
    case = restriction.case
    step.letter = letters.request(
        LETTERS[step.step],
        to=case.resident,
        about=about(restriction),
        case_ref=case.reference,
        policy_version=case.policy_version,
        facts=letter_facts(restriction, breaches, answer.consequence),
        by=by,
        at=at,
    )
    step.save()

"""Breaches of a restriction's terms, and what follows: the policy's ladder, one recorded step at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django_fsm import TransitionNotAllowed

from audit import services as audit
from cases import ladder
from cases.models import Incident
from cases.services import police
from deadlines import kinds
from deadlines import services as deadlines
from decisions import services as decisions
from decisions.acts import Act
from decisions.services import Said
from design import seals
from design.dates import day_of
from letters import services as letters
from people.models import User
from policies import law
from policies.rules import Rule, RuleBroken, need
from policies.values import Item
from restrictions import acts, facts, permissions, rules, shown
from restrictions.models import Breach, BreachStep, Restriction, Review
from restrictions.services import reviews

State = Restriction.State
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
    chain = restriction.chain()
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
    logged = set(restriction.breaches.values_list("incident", flat=True))
    last = min(restriction.ends_on, day_of(restriction.ended_at)) if restriction.ended_at else restriction.ends_on
    return [
        each
        for each in reviews.incidents_since(restriction)
        if each.happened_on <= last and rules.counts_as_evidence(each, restriction.case) and each.pk not in logged
    ]


@transaction.atomic
def log_breach(restriction_id: int, *, by: User, at: datetime, incident_id: int, words: str) -> Breach:
    """Log that the terms were not kept in an incident; whoever decides on breaches is asked what follows.

    Also on the day after its last: a breach of the last day is weighed in the review. What was put before others on the
    breaches before it is decided anew, because nobody agrees to what they did not see. Raises TransitionNotAllowed for
    a restriction that is neither in force nor lapsed, RuleBroken for an incident that does not count.
    """
    restriction = Restriction.objects.locked(restriction_id)
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
        "breach.logged",
        subject=restriction,
        by=by,
        at=at,
        facts={"incident": incident.reference, "happened_on": incident.happened_on},
        words={"words": words},
    )
    waits = acts.answer_breaches(restriction)
    decisions.drop(waits.about, waits.name, at=at)
    if restriction.is_in_force(day_of(at)):
        _ask(restriction, at=at, event=event.pk)
    return breach


def _ask(restriction: Restriction, *, at: datetime, event: int | None) -> None:
    deciders = acts.answer_breaches(restriction).whose
    deadlines.set(kinds.BREACH_ANSWER, restriction, whose=deciders, event=event, at=at)


@dataclass(frozen=True)
class Answer:
    """What is decided on breaches: a word of the ladder, a review, or no step; what the letter says may follow.

    `said` tells whether the police were told, where the policy asks that.
    """

    step: str
    left_out_reason: str = ""
    consequence: str = ""
    said: police.Told = police.NOTHING

    def as_put(self) -> dict[str, Any]:
        """What the others who decide it agree to, as plain values."""
        return {
            "step": self.step,
            "left_out_reason": self.left_out_reason.strip(),
            "consequence": self.consequence.strip(),
            "police_told": self.said.told,
        }

    @classmethod
    def of_put(cls, put: Mapping[str, Any], said: police.Told) -> "Answer":
        """What the first of several has decided, with what each says of the police."""
        return cls(put["step"], put["left_out_reason"], put["consequence"], said)


@dataclass(frozen=True)
class AnswerPlan:
    """What would follow the breaches that are open: the step, what it leaves out, and what its letter says."""

    restriction: Restriction
    answer: Answer
    breaches: Sequence[Breach]
    left_out: Sequence[str]
    rule: Rule | None
    police: ladder.Police | None
    letter: dict[str, Any] | None

    @property
    def words(self) -> str:
        """What would be decided, in a few words."""
        return BreachStep(step=self.answer.step).words

    def shown(self) -> shown.Parts:
        """What its check page shows, for the seal."""
        told = [(each.pk, each.words) for each in self.breaches]
        return shown.standing(self.restriction) | {
            "the breaches": told,
            "what has followed before": list(self.left_out),
            "the words of the letter": self.letter,
        }


def plan(restriction: Restriction, act: Act, said: Said, answer: Answer, *, by: User, at: datetime) -> AnswerPlan:
    """What would follow if it were decided now: what the check page shows and `answer_breaches` carries out.

    Changes nothing. Raises as `answer_breaches`.
    """
    policy = restriction.case.policy
    steps = {step.word: step for step in ladder_of(restriction)}
    if answer.step not in (BreachStep.NONE, BreachStep.REVIEW) and answer.step not in steps:
        raise RuleBroken("Select what follows", policy.value("breach.ladder").rule, "step")
    need(said.reasons, "Enter your reasons", "reasons", law.EVIDENCED)
    breaches = list(restriction.open_breaches())
    asked = ladder.police(policy, restriction.case, [each.incident for each in breaches])
    police.check(asked, answer.said)
    police.check_decider(restriction.case, asked, answer.said, by)
    step = steps.get(answer.step)
    left_out = left_out_before(restriction, answer.step) if step else []
    if step:
        _check_step(restriction, step, answer, left_out)
    decisions.check(act, _with(said, answer), by=by, at=at)
    letter = facts.breached(restriction, breaches, answer.consequence) if answer.step in LETTERS else None
    return AnswerPlan(restriction, answer, breaches, left_out, step.rule if step else None, asked, letter)


def _check_step(restriction: Restriction, step: Step, answer: Answer, left_out: Sequence[str]) -> None:
    for gate in ladder.gates_before(restriction.case, "legal_action") if step.formal else []:
        if gate.blocks:
            raise RuleBroken(f"Before legal action: {gate.text}", gate.rule, "step")
    if left_out:
        need(answer.left_out_reason, "Enter why earlier steps are left out", "left_out_reason", IN_ORDER)
    if step.word in LETTERS:
        need(answer.consequence, "Enter what may follow", "consequence", step.rule)


def _with(said: Said, answer: Answer) -> Said:
    return Said(said.reasons, said.considered, said.not_done, said.meeting, answer.as_put())


@transaction.atomic
def answer_breaches(
    restriction_id: int, said: Said, answer: Answer, *, by: User, at: datetime, seen: str | None = None
) -> BreachStep | None:
    """Decide what follows the breaches that are open: the next step of the ladder, another, a review, or none.

    Each step is a recorded decision under its clause; the first of the Tenancy Enforcement Procedure's ladder (8) is a
    letter, and so is its second. Legal action waits for what the policy asks before it. What is not done is recorded,
    too (Dover 6.24). A review is begun by the one service that begins reviews. Where the policy names others for a step
    they alone decide it; where it has several, this is one person's voice and nothing (None) follows before the last
    that is needed; where a meeting decides, what is said tells who took part. `seen` is the seal of what the decider
    was shown. Raises TransitionNotAllowed where somebody has decided already, the restriction is over or something
    changed since it was shown; RuleBroken for what the policy refuses.
    """
    restriction = Restriction.objects.locked(restriction_id)
    act = acts.answer_breaches(restriction, answer.step, untold=answer.said.told is False)
    act.check(by)
    if not restriction.is_in_force(day_of(at)):
        raise TransitionNotAllowed(f"{restriction.reference} is not in force: its review weighs the breaches.")
    if not restriction.open_breaches().exists():
        raise TransitionNotAllowed(f"There is no breach of {restriction.reference} to decide on.")
    made = plan(restriction, act, said, answer, by=by, at=at)
    seals.check(seen, made.shown(), since=shown.since(restriction))
    writer = decisions.take(act, _with(said, answer), by=by, at=at)
    if writer is None:
        return None
    step = _record(made, said, by=by, at=at)
    met = [each.incident for each in made.breaches]
    police.record(restriction.case, made.police, answer.said, met, subject=restriction, by=by, at=at)
    deadlines.meet(kinds.BREACH_ANSWER, restriction, at=at, how=step.words)
    if made.letter is not None:
        step.letter = letters.request(LETTERS[step.step], restriction, made.letter, by=writer, at=at)
        step.save()
    under_way = restriction.reviews.filter(state=Review.State.BEGUN).exists()
    if answer.step == BreachStep.REVIEW and not under_way:
        reviews.begin_review(restriction.pk, by=writer, at=at)
    return step


def _record(made: AnswerPlan, said: Said, *, by: User, at: datetime) -> BreachStep:
    """Write the step down, with the breaches that it answers."""
    step = BreachStep.objects.create(
        restriction=made.restriction,
        step=made.answer.step,
        reasons=said.reasons.strip(),
        left_out=list(made.left_out),
        left_out_reason=made.answer.left_out_reason.strip() if made.left_out else "",
        decided_by=by,
        decided_at=at,
    )
    Breach.objects.filter(pk__in=[each.pk for each in made.breaches]).update(answer=step)
    audit.decide(
        "breach.answered",
        subject=made.restriction,
        by=by,
        at=at,
        reasons=said.reasons,
        rule=made.rule,
        outcome=step.words.lower(),
        considered=said.considered,
        not_done=said.not_done,
        facts={
            "step": step.step,
            "incidents": [each.incident.reference for each in made.breaches],
            "left_out": list(made.left_out),
            "left_out_reason": step.left_out_reason,
        },
    )
    return step


@transaction.atomic
def disagree_on_breaches(restriction_id: int, *, by: User, at: datetime, reasons: str) -> Restriction:
    """Not agree to what is to follow breaches, where several decide: it is decided anew."""
    restriction = Restriction.objects.locked(restriction_id)
    if not restriction.open_breaches().exists():
        raise TransitionNotAllowed(f"There is no breach of {restriction.reference} to decide on.")
    put = acts.answer_breaches(restriction).put
    untold = put.get("police_told") is False
    act = acts.answer_breaches(restriction, put.get("step"), untold=untold)
    decisions.disagree(act, by=by, at=at, reasons=reasons)
    _ask(restriction, at=at, event=None)
    return restriction

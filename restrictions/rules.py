"""What the policy of a case says of restrictions: its stage, gates, questions and register; and what is evidence."""

from collections.abc import Iterable, Sequence
from datetime import date

import policies.periods
from cases.models import Case, Incident, Involvement
from policies.parts import RestrictionKind
from policies.periods import Period
from policies.policy import Gate, Policy, RegisterRule
from policies.rules import Rule, RuleBroken
from policies.values import Item
from restrictions.models import NAMED_PERSON, Restriction, Term


def stage_key(policy: Policy) -> str:
    """The policy's own key of the stage at which contact is restricted; "restrict", the act, where it has no stages."""
    stage = policy.stage_for_state("contact restriction")
    return stage.key if stage else "restrict"


def steps(policy: Policy) -> tuple[str, ...]:
    """The names under which gates, letters and registers may speak of a restriction: its stage, or the act."""
    return policy.steps_into("contact restriction")


def appealed_as(policy: Policy, terms: Iterable[Term]) -> tuple[str, ...]:
    """The names under which the policy's appeals may speak of a restriction: its stage, the act, its kinds.

    Of the kinds only a single point of contact can be told from the terms; Northampton (4.2) has a decider of its own
    for appeals against one.
    """
    kinds = [kind.key for kind in policy.restriction_kinds.listed if kind.does == "named person"]
    if kinds and any(term.channel == Term.Channel.SPOC for term in terms):
        return (*steps(policy), *kinds)
    return steps(policy)


def kind_words(kind: RestrictionKind) -> str:
    """A kind of restriction: what it does, in the policy's own sense, or with the ways of contact that it speaks of."""
    if kind.words == kind.does:
        return f"{kind.does}: {', '.join(kind.channels)}" if kind.channels else kind.does
    return kind.words if kind.does in ("", "other") else f"{kind.does}: {kind.words}"


def kind_steps(restriction: Restriction) -> tuple[str, ...]:
    """The names under which gates may speak of the kinds that a restriction consists of.

    A single point of contact is an act of its own as well, whatever the policy calls its kind (Northampton section 5).
    """
    kinds = restriction.of_kinds()
    single = ("spoc",) if any(kind.does == NAMED_PERSON for kind in kinds) else ()
    return tuple(dict.fromkeys((*(kind.key for kind in kinds), *single)))


BY_ITSELF = "with restriction"


def registers_for(restriction: Restriction, terms: Sequence[Term] | None = None) -> list[RegisterRule]:
    """The registers on which the resident stands for as long as a restriction does; a policy may keep several.

    Those into which the policy enters a restriction such as this: of its stage (Dover 6.30) or of its kind (Northampton
    section 5: a single point of contact). Where an entry is "by decision", the decision to restrict is that decision,
    unless the policy only says that an entry may follow it. `terms` are those to come, where they are not its own yet.
    """
    named = _named(restriction, terms)
    return [each for each in restriction.case.policy.registers if _enters(each, named)]


def _enters(register: RegisterRule, named: set[str]) -> bool:
    by_itself = BY_ITSELF in register.enter
    if not register.on:
        return by_itself
    return bool(named & set(register.on)) and (by_itself or not register.on_may)


def registers_to_consider(restriction: Restriction, terms: Sequence[Term] | None = None) -> list[RegisterRule]:
    """The registers on which somebody has still to decide, because of what was done: an entry may follow it.

    The path that was taken leads to them (Northampton 4.1: violence), or the policy says of the step that an entry may.
    """
    policy = restriction.case.policy
    path = next((each for each in policy.paths if each.key == restriction.path), None)
    named = _named(restriction, terms) | ({path.key} if path else set())
    led = set(path.registers) if path else set()
    standing = {each.key for each in registers_for(restriction, terms)}
    return [
        each
        for each in policy.registers
        if each.key not in standing and (each.key in led or named & set(each.on)) and BY_ITSELF not in each.enter
    ]


def _named(restriction: Restriction, terms: Sequence[Term] | None) -> set[str]:
    """The names under which a register may speak of a restriction: its stage, the act, its kinds."""
    policy = restriction.case.policy
    named = {*steps(policy), *kind_steps(restriction)}
    if terms is None:
        return named
    single = {"spoc", *(kind.key for kind in policy.restriction_kinds.listed if kind.does == NAMED_PERSON)}
    stays = single & set(restriction.kinds)
    return (named - single) | stays | (single if any(term.channel == Term.Channel.SPOC for term in terms) else set())


def risks_asked(registers: Iterable[RegisterRule]) -> list[str]:
    """The risks to choose from: of every register that lists several. One that lists a single one leaves no choice."""
    return list(dict.fromkeys(risk for each in registers if len(each.risks) > 1 for risk in each.risks))


def orders_wanted(registers: Iterable[RegisterRule]) -> RegisterRule | None:
    """The first register that lists risks, so that its entry has to say what staff must do.

    One of restrictions alone says it by the arrangement (Northampton section 5: the terms and the review dates).
    """
    return next((each for each in registers if not each.restrictions_alone), None)


def gates(policy: Policy) -> list[Gate]:
    """What must or may be done before a restriction."""
    return policy.gates_before(*steps(policy))


def questions(policy: Policy) -> list[Item]:
    """What the policy asks to be weighed before a restriction, each with its clause; a person answers them."""
    return [item for step in steps(policy) for item in policy.questions_for(step)]


def review_set_for_the_case(policy: Policy) -> bool:
    """Whether the time of a review is set for each case: the policy says so, or says nothing of how often.

    A policy that reviews all in fixed months, or at the end, has said when.
    """
    interval = policy.review.interval
    if isinstance(interval.raw, Period):
        return interval.raw.set_for_each_case
    return interval.unsaid


def review_can_be_waived(policy: Policy) -> bool:
    """Whether the policy lets a person decide that there is no review (Homes for Life 1.8)."""
    return bool(policy.review.none_if.kept)


def review_left_to_the_case(policy: Policy) -> bool:
    """Whether a proposal has anything to say about its review."""
    return review_set_for_the_case(policy) or review_can_be_waived(policy)


def check_review_can_be_waived(policy: Policy) -> None:
    """Refuse a restriction without review where the policy knows none; raises RuleBroken with the form's field."""
    if not review_can_be_waived(policy):
        rule = policy.review.interval.rule or policy.review.at_end.rule
        raise RuleBroken("The policy does not let a review be left out", rule, "no_review_reason")


def check_review_months(policy: Policy, months: int) -> None:
    """Refuse a time of review outside of the policy's bounds (Northampton 4.2: 3 to 12 months from the start).

    Raises RuleBroken, too, where the policy itself says when: its own clock is not set aside for one case.
    """
    if not review_set_for_the_case(policy):
        raise RuleBroken("The policy says when it is reviewed", policy.review.interval.rule, "review_months")
    if not 1 <= months <= 120:
        raise RuleBroken("The time to the review must be a whole number of months", None, "review_months")
    start = date(2027, 1, 1)
    chosen = policies.periods.add(Period(months, "months"), start)
    for path, word, wrong in (("minimum", "least", -1), ("maximum", "most", 1)):
        bound = policy.period(f"review.{path}")
        if bound is None or not bound.countable:
            continue
        limit = policies.periods.add(bound, start)
        if (chosen > limit) if wrong > 0 else (chosen < limit):
            words = f"The review must be after at {word} {bound.length()}"
            raise RuleBroken(words, policy.value(f"review.{path}").rule, "review_months")


def agreement(policy: Policy) -> Rule | None:
    """The rule by which a time of review is agreed (`review.agreement`); None where the policy asks for no agreement.

    Where it says that the time is agreed and not with whom (Northampton 4.2), that is asked as well.
    """
    said = policy.value("review.agreement")
    return (said.rule or Rule("policy")) if said.raw is True or said.unsaid else None


def check_agreed(policy: Policy, months: int | None, agreed: str) -> None:
    """Refuse a time that is set for the case where the policy has it agreed, and nobody says with whom.

    Without agreement the policy's own time holds. Raises RuleBroken with the form's field.
    """
    rule = agreement(policy)
    if months is None or rule is None or agreed.strip():
        return
    with_resident = policy.value("review.agreement").raw is True
    words = "Enter how the resident agreed" if with_resident else "Enter with whom the time was agreed"
    raise RuleBroken(words, rule, "review_agreed")


def review_questions(policy: Policy) -> list[Item]:
    """What the policy asks to be weighed in a review, and before what may come of one; each question once."""
    named = (*policy.steps_into("review"), "extend", "vary", "lift")
    return list(dict.fromkeys(item for step in named for item in policy.questions_for(step)))


def lift_questions(policy: Policy) -> list[Item]:
    """What the policy asks to be weighed before a restriction is lifted early: what a review asks that may lift it.

    Nothing else: neither what is asked before a restriction is imposed nor an assessment keeps somebody restricted
    (docs/adr/0028).
    """
    named = (*policy.steps_into("review"), "lift")
    return list(dict.fromkeys(item for step in named for item in policy.questions_for(step)))


def waiving_questions(policy: Policy) -> list[Item]:
    """What the policy asks to be weighed before a review is left out: it stands on without another look (ADR 0028).

    So what was weighed before it was imposed is weighed again (Homes for Life 1.6), and what the review would ask.
    """
    named = (*steps(policy), *policy.steps_into("review"))
    return list(dict.fromkeys(item for step in named for item in policy.questions_for(step)))


def questions_lost(policy: Policy, *steps: str) -> bool:
    """Whether part of what the policy asks to be weighed is lost from its text."""
    return any(policy.questions_lost(step) for step in steps)


def possible_evidence(case: Case) -> list[Incident]:
    """The incidents of the case, newest first; hearsay among them is shown, never selectable."""
    return list(case.incidents.prefetch_related("involvements").order_by("-happened_on", "-pk"))


def counts_as_evidence(incident: Incident, case: Case) -> bool:
    """Seen or heard by somebody who says so, and this resident's own behaviour (Dover 6.16: each for their own)."""
    own = any(
        each.resident_id == case.resident_id and each.part == Involvement.Part.BEHAVED
        for each in incident.involvements.all()
    )
    return own and incident.knowledge != Incident.Knowledge.HEARSAY

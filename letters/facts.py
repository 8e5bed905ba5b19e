"""What a letter of each kind must be told: the contract between the app that asks for it and the words that we print.

A kind names its facts with their shapes, its title, and the steps of a policy whose letter it is. Facts are checked
when the letter is drafted, all at once, so that nothing is found missing by the worker at night.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from letters.shapes import Shape, day, each, one_of, or_null, record, text, whole, words_if_any, yes
from policies.policy import LetterRule, Policy


class FactsWrong(ValueError):
    """The facts of a letter do not fit its kind: the fault of the code that asked for it. Names every problem."""

    def __init__(self, kind: str, problems: list[str]) -> None:
        self.problems = problems
        super().__init__(f"The facts of a “{kind}” letter are wrong: {'; '.join(problems)}.")


INCIDENTS = each(record(reference=text, on=day, what=text), some=True)
TERMS = each(record(words=text), some=True)
APPEAL = or_null(record(until=or_null(day), how=text, decided_by_role=words_if_any))
SPOC = or_null(record(name=text, phone=words_if_any, email=words_if_any))
REGISTER = or_null(record(name=text, told=yes, who_sees=words_if_any, until=or_null(day)))

_RESTRICTION: dict[str, Shape] = {
    "reference": text,
    "decided_on": day,
    "reasons": text,
    "incidents": INCIDENTS,
    "terms": TERMS,
    "arrangement": each(text),
    "always_accepted": each(record(words=text), some=True),
    "starts_on": day,
    "ends_on": day,
    "months": or_null(whole),
    "review_on": or_null(day),
    "review_explained": words_if_any,
    "appeal": APPEAL,
    "register": REGISTER,
    "spoc": SPOC,
    "adjustments": words_if_any,
    "follows": words_if_any,
    "extreme": yes,
}
_REVIEWED: dict[str, Shape] = {
    "review_reference": text,
    "restriction_reference": text,
    "outcome": one_of("lift", "extend", "vary", "keep"),
    "reasons": text,
    "terms": or_null(TERMS),
    "starts_on": or_null(day),
    "ends_on": or_null(day),
    "next_review_on": or_null(day),
    "appeal": APPEAL,
    "late": yes,
    "late_reason": words_if_any,
}
_BREACH: dict[str, Shape] = {
    "restriction_reference": text,
    "incidents": INCIDENTS,
    "terms": TERMS,
    "consequence": text,
    "ends_on": day,
}
_CONTINUED = _RESTRICTION | {"previous_reference": text, "what_changes": text}


@dataclass(frozen=True)
class Kind:
    """A kind of letter.

    `steps` are the stages (by the state of a case they stand for) and actions of a policy, of which the first that
    sends a letter governs how this one is sent. `optional` facts may be left out. `prints` is what its template tells
    in any case, whatever the facts, of what a policy may want told (`letter.NAME.says`); what else a policy wants told
    and no fact tells is added to it. An acknowledgement decides nothing: the letter with the outcome tells that and
    why. A letter on a restriction that runs, where the policy has none of its own for that step, tells what the
    restriction's own letter told by naming that letter.
    """

    key: str
    name: str
    title: str
    steps: tuple[str, ...]
    required: Mapping[str, Shape]
    optional: Mapping[str, Shape]
    prints: frozenset[str] = frozenset()

    @property
    def template(self) -> str:
        """The template with its words."""
        return f"letters/{self.key}.html"

    def check(self, facts: Mapping[str, Any]) -> None:
        """Raise `FactsWrong`, naming everything that is missing, unknown or out of shape."""
        shapes = {**self.required, **self.optional}
        wrong = [f"{key} is missing" for key in self.required if key not in facts]
        wrong += [f"{key} is not a fact of this kind" for key in facts if key not in shapes]
        wrong += [f"{key}: {said}" for key, shape in shapes.items() if key in facts and (said := shape(facts[key]))]
        if wrong:
            raise FactsWrong(self.key, wrong)


ALWAYS_PRINTED = frozenset({"dates", "contacts", "ombudsman"})
_PRINTED = {
    "warning": "review, appeal",
    "restriction": "review, appeal, always accepted, register",
    "lifted": "outcome, arrangement, length",
    "acknowledgement": "appeal, outcome, reason",
    "outcome": "arrangement, length, appeal",
    "review": "arrangement, length, review, appeal, late, always accepted",
    "late": "late, review, reason",
    "breach": "expected, reason, arrangement, length, review, spoc, always accepted",
    "contact": "reason, arrangement, length, review, spoc",
    "moved": "arrangement, length, reason, review, spoc",
    "no review": "reason, arrangement, length, review, spoc, outcome",
}


def _kind(
    key: str,
    name: str,
    title: str,
    steps: tuple[str, ...],
    required: dict,
    optional: dict | None = None,
    prints: str = "",
) -> Kind:
    told = frozenset(_PRINTED[prints].split(", ")) if prints else frozenset()
    return Kind(key, name, title, steps, required, optional or {}, told | ALWAYS_PRINTED)


_WARNING: dict[str, Shape] = {
    "incidents": INCIDENTS,
    "expected": text,
    "consequence": text,
    "clause_consequence": words_if_any,
    "appeal_possible": yes,
}
_WARNING_MORE: dict[str, Shape] = {"support": words_if_any, "appeal": APPEAL, "review_on": or_null(day)}


KINDS: dict[str, Kind] = {
    kind.key: kind
    for kind in (
        _kind(
            "first_stage",
            "First letter",
            "What we have spoken about",
            ("initial warning", "end_contact"),
            _WARNING,
            _WARNING_MORE | {"agreed": words_if_any},
            prints="warning",
        ),
        _kind(
            "warning",
            "Warning letter",
            "A warning about your contact with us",
            ("written warning", "warn"),
            _WARNING,
            _WARNING_MORE,
            prints="warning",
        ),
        _kind(
            "restriction",
            "Restriction letter",
            "We are limiting how you contact us",
            ("contact restriction", "restrict"),
            _RESTRICTION,
            {"no_review": words_if_any},
            prints="restriction",
        ),
        _kind(
            "restriction_varied",
            "Changed restriction letter",
            "We have changed the limits on how you contact us",
            ("vary", "review", "contact restriction"),
            _CONTINUED,
            prints="restriction",
        ),
        _kind(
            "restriction_extended",
            "Extended restriction letter",
            "We have extended the limits on how you contact us",
            ("extend", "review", "contact restriction"),
            _CONTINUED,
            prints="restriction",
        ),
        _kind(
            "restriction_lifted",
            "Lifted restriction letter",
            "The limits on how you contact us have ended",
            ("lift", "review", "contact restriction"),
            {"reference": text, "ended_on": day, "reasons": text, "register_removed": yes},
            prints="lifted",
        ),
        _kind(
            "appeal_acknowledgement",
            "Appeal acknowledgement",
            "We have received your appeal",
            ("appeal_received", "appeal"),
            {
                "appeal_reference": text,
                "restriction_reference": words_if_any,
                "received_on": day,
                "in_time": or_null(yes),
                "answer_by": or_null(day),
                "answer_explained": words_if_any,
                "decided_by_role": words_if_any,
                "meanwhile": words_if_any,
            },
            {"against": text},
            prints="acknowledgement",
        ),
        _kind(
            "appeal_outcome",
            "Appeal outcome letter",
            "The outcome of your appeal",
            ("appeal",),
            {
                "appeal_reference": text,
                "restriction_reference": words_if_any,
                "outcome": one_of("upheld", "varied", "dismissed", "out_of_time"),
                "reasons": text,
                "considered": words_if_any,
                "effect": text,
                "terms": or_null(TERMS),
                "starts_on": or_null(day),
                "ends_on": or_null(day),
                "final": or_null(yes),
                "next": or_null(record(name=text, words=words_if_any)),
            },
            {"against": text, "no_last_day": yes},
            prints="outcome",
        ),
        _kind(
            "review_outcome",
            "Review outcome letter",
            "We have reviewed the limits on how you contact us",
            ("review",),
            _REVIEWED,
            prints="review",
        ),
        _kind(
            "reconsideration_outcome",
            "Answer to a request to reconsider",
            "We have looked again at the limits on how you contact us",
            ("reconsider", "review"),
            _REVIEWED | {"received_on": day, "final": or_null(yes)},
            prints="review",
        ),
        _kind(
            "breach_warning",
            "Warning about a breach",
            "You have not kept to the limits on how you contact us",
            ("breach", "contact restriction", "restrict"),
            _BREACH,
            prints="breach",
        ),
        _kind(
            "legal_warning",
            "Warning before legal action",
            "We may take legal action",
            ("legal_action", "breach", "contact restriction", "restrict"),
            _BREACH,
            prints="breach",
        ),
        _kind(
            "spoc_changed",
            "Notice of a change of contact",
            "The person for you to contact",
            ("change_spoc", "contact restriction", "restrict"),
            {
                "restriction_reference": text,
                "person": record(name=text, phone=words_if_any, email=words_if_any),
                "from_on": day,
                "until_on": or_null(day),
                "afterwards": SPOC,
                "how": words_if_any,
            },
            prints="contact",
        ),
        _kind(
            "review_waived",
            "Notice that there is no review",
            "We will not review the limits before they end",
            ("review",),
            {"restriction_reference": text, "reasons": text, "ends_on": day},
            prints="no review",
        ),
        _kind(
            "policy_moved",
            "Notice of a newer policy",
            "What changes for you with our newer policy",
            ("move_case",),
            {
                "effective_on": day,
                "decided_on": day,
                "restriction_reference": words_if_any,
                "reviews": each(record(at_end=yes, was_on=or_null(day), now_on=day, explained=words_if_any)),
                "appeals": each(
                    record(
                        against=text,
                        was_until=or_null(day),
                        until=or_null(day),
                        how=text,
                        decided_by_role=words_if_any,
                        new=yes,
                    )
                ),
                "always_accepted": each(record(words=text)),
                "register": REGISTER,
                "ombudsman_changed": yes,
            },
            prints="moved",
        ),
        _kind(
            "late_review_notice",
            "Notice of a late review",
            "When we will review the limits on how you contact us",
            ("late_review",),
            {"restriction_reference": text, "due_on": day, "falls_on_why": text, "review_on": day},
            prints="late",
        ),
    )
}


def kind_of(key: str) -> Kind:
    """The kind by its key. Raises `FactsWrong` where there is none."""
    if key not in KINDS:
        raise FactsWrong(key, [f"there is no such kind of letter, only {', '.join(KINDS)}"])
    return KINDS[key]


def governing(policy: Policy, kind: Kind) -> LetterRule | None:
    """The policy's rule on letters of a kind: of the first step that sends one. None where the policy has none."""
    for step in kind.steps:
        stage = policy.stage_for_state(step)
        found = policy.letter_on(stage.key if stage else step)
        if found:
            return found
    return None

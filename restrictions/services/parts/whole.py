"""The parts of a proposal in their order, and everything that they still lack."""

from restrictions.models import Restriction
from restrictions.services.parts import evidence, length, needs, terms
from restrictions.services.parts.part import Missing, Part

PARTS = {
    part.key: part
    for part in (
        Part("evidence", "Evidence", evidence.known_evidence, evidence.refuses_evidence),
        Part("risk", "Risk", needs.known_risk, needs.refuses_risk),
        Part("needs", "Needs and adjustments", needs.known_needs, needs.refuses_what_is_asked),
        Part("terms", "Terms", terms.known_terms, terms.refuses_terms),
        Part("length", "Length", length.known_length, length.refuses_length),
        Part("review", "Review", length.known_review, length.refuses_review),
        Part("less", "Why not less", length.known_less, length.refuses_less),
    )
}


def missing(restriction: Restriction) -> list[Missing]:
    """Everything that a proposal lacks before it can be put to a decider, each with its rule; empty when ready."""
    return [one for part in PARTS.values() for one in part.missing(restriction)]

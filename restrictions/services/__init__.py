"""The verbs of restrictions: prepare, propose, return, impose, lift, lapse, review; and what an appeal does to one."""

from restrictions.services.decisions import Changes, impose, lapse, lift, quash, replace_terms
from restrictions.services.proposals import (
    Missing,
    NotReady,
    missing,
    propose,
    save_evidence,
    save_instructions,
    save_length,
    save_less,
    save_needs,
    save_risk,
    save_terms,
    send_back,
    start,
    withdraw,
)
from restrictions.services.reviews import begin_review, decide_review, record_account
from restrictions.services.terms import NewTerm

__all__ = [
    "Changes",
    "Missing",
    "NewTerm",
    "NotReady",
    "begin_review",
    "decide_review",
    "impose",
    "lapse",
    "lift",
    "missing",
    "propose",
    "quash",
    "record_account",
    "replace_terms",
    "save_evidence",
    "save_instructions",
    "save_length",
    "save_less",
    "save_needs",
    "save_risk",
    "save_terms",
    "send_back",
    "start",
    "withdraw",
]

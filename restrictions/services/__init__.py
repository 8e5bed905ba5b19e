"""The verbs of restrictions: prepare, propose, return, impose, lift, lapse, review; and what an appeal does to one."""

from restrictions.services.decisions import (
    Changes,
    check_changes,
    check_decision,
    check_lift,
    impose,
    lapse,
    last_act,
    lift,
    lifted_facts,
    quash,
    replace_terms,
)
from restrictions.services.parts import (
    save_evidence,
    save_instructions,
    save_kinds,
    save_length,
    save_less,
    save_needs,
    save_risk,
    save_terms,
)
from restrictions.services.proposals import consult, propose, send_back, start, withdraw
from restrictions.services.readiness import Missing, NotReady, missing
from restrictions.services.reviews import begin_review, decide_review, preview_review, record_account
from restrictions.services.terms import NewTerm

__all__ = [
    "Changes",
    "Missing",
    "NewTerm",
    "NotReady",
    "begin_review",
    "check_changes",
    "check_decision",
    "check_lift",
    "consult",
    "decide_review",
    "impose",
    "lapse",
    "last_act",
    "lift",
    "lifted_facts",
    "missing",
    "preview_review",
    "propose",
    "quash",
    "record_account",
    "replace_terms",
    "save_evidence",
    "save_instructions",
    "save_kinds",
    "save_length",
    "save_less",
    "save_needs",
    "save_risk",
    "save_terms",
    "send_back",
    "start",
    "withdraw",
]

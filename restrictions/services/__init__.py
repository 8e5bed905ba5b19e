"""The verbs of restrictions: prepare, propose, return, impose, lift, lapse, review; and what an appeal does to one."""

from restrictions.services.breaches import Answer, answer_breaches, disagree_on_breaches, log_breach
from restrictions.services.checking import follow_up, record_check
from restrictions.services.continuing import replace_terms
from restrictions.services.decisions import Changes, check_changes, check_decision, impose, last_act
from restrictions.services.ending import check_lift, disagree_to_lift, lapse, lift, lifted_facts, quash
from restrictions.services.parts import (
    save_evidence,
    save_instructions,
    save_kinds,
    save_length,
    save_less,
    save_needs,
    save_review,
    save_risk,
    save_terms,
)
from restrictions.services.proposals import consult, propose, send_back, start, withdraw
from restrictions.services.readiness import Missing, NotReady, missing
from restrictions.services.reconsidering import record_request
from restrictions.services.review_decisions import decide_review, disagree_on_review, preview_review
from restrictions.services.reviews import begin_review, record_account
from restrictions.services.spoc import change_spoc, cover_spoc, end_cover
from restrictions.services.terms import NewTerm
from restrictions.services.waiving import waive_review

__all__ = [
    "Answer",
    "Changes",
    "Missing",
    "NewTerm",
    "NotReady",
    "answer_breaches",
    "begin_review",
    "change_spoc",
    "check_changes",
    "check_decision",
    "check_lift",
    "consult",
    "cover_spoc",
    "decide_review",
    "disagree_on_breaches",
    "disagree_on_review",
    "disagree_to_lift",
    "end_cover",
    "follow_up",
    "impose",
    "lapse",
    "last_act",
    "lift",
    "lifted_facts",
    "log_breach",
    "missing",
    "preview_review",
    "propose",
    "quash",
    "record_account",
    "record_check",
    "record_request",
    "replace_terms",
    "save_evidence",
    "save_instructions",
    "save_kinds",
    "save_length",
    "save_less",
    "save_needs",
    "save_review",
    "save_risk",
    "save_terms",
    "send_back",
    "start",
    "waive_review",
    "withdraw",
]

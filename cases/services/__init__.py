"""The verbs of cases: logging incidents, warning, assessing, closing; and what higher apps tell a case."""

from cases.services import adding, drafting, evidence, incidents, issuing, stages, support, warnings
from cases.services.assessments import answer_gate, assess
from cases.services.issuing import consult_on_warning, issue_warning, send_back_warning, submit_warning
from cases.services.quashing import correct_warning, quash_warning, resume_warning, suspend_warning
from cases.services.scope import judge_scope, refer_on
from cases.services.stages import (
    close,
    decide_not_to_act,
    mark_restricted,
    mark_restriction_continued,
    mark_review_begun,
    mark_unrestricted,
    reopen,
    settle_restriction,
    settle_threshold,
)
from cases.services.versions import move_to_version
from cases.services.warnings import (
    change_warning,
    draft_warning,
    withdraw_warning,
)

__all__ = [
    "adding",
    "drafting",
    "evidence",
    "support",
    "answer_gate",
    "assess",
    "change_warning",
    "close",
    "consult_on_warning",
    "correct_warning",
    "decide_not_to_act",
    "draft_warning",
    "incidents",
    "issuing",
    "issue_warning",
    "judge_scope",
    "mark_restricted",
    "mark_restriction_continued",
    "mark_review_begun",
    "mark_unrestricted",
    "refer_on",
    "move_to_version",
    "quash_warning",
    "reopen",
    "resume_warning",
    "send_back_warning",
    "settle_restriction",
    "settle_threshold",
    "stages",
    "submit_warning",
    "suspend_warning",
    "warnings",
    "withdraw_warning",
]

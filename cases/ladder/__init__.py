"""Where a case stands on its policy's ladder: what is reached, what is missing, who may do what next. Only reads.

`read` fetches what is needed in three queries, whatever the size of the case; everything else is worked out from that.
No number stands here: each comes from the policy version that the case keeps.
"""

from cases.ladder import papers
from cases.ladder.counted import Line, lines
from cases.ladder.gates import (
    FIRST_HAND,
    Gate,
    State,
    gates_before,
    gates_for_first_letter,
    gates_for_restriction,
    gates_for_warning,
    question,
    questions_before_warning,
)
from cases.ladder.paths import Police, opens, police, ways_out
from cases.ladder.scope import SCOPE, Scope, scope
from cases.ladder.standing import Standing, is_dangerous, read
from cases.ladder.thresholds import Reached, persisted, restriction_reached, written_reached

__all__ = [
    "FIRST_HAND",
    "SCOPE",
    "Gate",
    "Line",
    "Police",
    "Reached",
    "Scope",
    "Standing",
    "State",
    "gates_before",
    "gates_for_first_letter",
    "gates_for_restriction",
    "gates_for_warning",
    "is_dangerous",
    "lines",
    "papers",
    "persisted",
    "opens",
    "police",
    "question",
    "questions_before_warning",
    "read",
    "restriction_reached",
    "scope",
    "ways_out",
    "written_reached",
]

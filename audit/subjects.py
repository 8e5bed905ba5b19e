"""The kinds of things that the trail knows, and how a row points at one: "restriction:X-000004".

Events, deadlines, letters, voices, entries of the register and appeals point upwards by reference only, as paper does.
Their rows keep these words, so a kind never changes its name. Only here is a pointer put together and taken apart.
"""

ADOPTION = "adoption"
AFTER = "after"
"""A restriction that has ended, for whose sake an entry stays on a register by itself."""
APPEAL = "appeal"
BREACH = "breach"
CASE = "case"
CONSIDERATION = "consideration"
DECISION = "decision"
ENTRY = "entry"
EVENT = "event"
EVIDENCE = "evidence"
"""A file of an incident, by its key."""
INCIDENT = "incident"
INITIAL = "initial"
"""The first warnings given in one conversation, which stand and fall together; by their incident and case."""
LETTER = "letter"
PROVIDER = "provider"
RESIDENT = "resident"
RESTRICTION = "restriction"
REVIEW = "review"
SUPPORT = "support"
"""What a line manager does for those whom an incident affected; by the incident and the manager."""
SWEEP = "sweep"
TRAIL = "trail"
"""Who looked, as somebody asked for it; by the resident or the reader, else by the last day."""
USER = "user"
WARNING = "warning"
"""A warning in writing, by its letter."""


def prefix(kind: str) -> str:
    """With what each pointer at things of a kind begins, for queries.

    >>> prefix(RESTRICTION)
    'restriction:'
    """
    return f"{kind}:"


def about(kind: str, ref: str) -> str:
    """How a row points at a thing of a kind.

    >>> about(RESTRICTION, "X-000004")
    'restriction:X-000004'
    """
    return prefix(kind) + ref


def kind_of(pointer: str) -> str:
    """Of which kind the thing is that a row points at; "" where it points at nothing.

    >>> kind_of("restriction:X-000004"), kind_of("")
    ('restriction', '')
    """
    return pointer.partition(":")[0]


def ref_of(pointer: str) -> str:
    """The reference of what a row points at; "" where it points at nothing.

    >>> ref_of("restriction:X-000004"), ref_of("")
    ('X-000004', '')
    """
    return pointer.partition(":")[2]

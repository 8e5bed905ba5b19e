"""The verbs of appeals: lodge, hear a late one, uphold, vary, correct, dismiss, refuse as late, withdraw."""

from appeals.services.deciding import Answer, accept_late, correct, dismiss, refuse_as_late, uphold, vary
from appeals.services.lodging import close_window, lodge, withdraw

__all__ = [
    "Answer",
    "accept_late",
    "close_window",
    "correct",
    "dismiss",
    "lodge",
    "refuse_as_late",
    "uphold",
    "vary",
    "withdraw",
]

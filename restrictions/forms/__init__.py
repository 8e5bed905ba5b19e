"""The shape of what is typed about restrictions. Rules are the services'."""

from restrictions.forms.deciding import Decide, Reason
from restrictions.forms.evidence import Evidence
from restrictions.forms.proposing import CHANNELS, Channels, Instructions, Length, Less, Limits, Needs, Risk
from restrictions.forms.reviewing import Account, DecideReview

__all__ = [
    "CHANNELS",
    "Account",
    "Channels",
    "Decide",
    "DecideReview",
    "Evidence",
    "Instructions",
    "Length",
    "Less",
    "Limits",
    "Needs",
    "Reason",
    "Risk",
]

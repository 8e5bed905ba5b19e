"""The shape of what is typed about restrictions. Rules are the services'."""

from restrictions.forms.deciding import Agree, Decide, Reason, does_not_agree
from restrictions.forms.evidence import Evidence
from restrictions.forms.proposing import CHANNELS, Channels, Instructions, Length, Less, Limits, Needs, Risk
from restrictions.forms.reviewing import Account, DecideReview

__all__ = [
    "CHANNELS",
    "Account",
    "Agree",
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
    "does_not_agree",
]

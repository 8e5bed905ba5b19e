"""Restrictions and what hangs on them, a module a noun, gathered here as Django needs it."""

from restrictions.models.breach import Breach, BreachStep
from restrictions.models.contact import Naming, SpocCheck
from restrictions.models.restriction import NAMED_PERSON, Restriction
from restrictions.models.review import Review
from restrictions.models.term import Term

__all__ = [
    "NAMED_PERSON",
    "Breach",
    "BreachStep",
    "Naming",
    "Restriction",
    "Review",
    "SpocCheck",
    "Term",
]

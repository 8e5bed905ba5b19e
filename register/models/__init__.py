"""The register: entries, the questions that lead to them, looks at them, and what contractors are shown of them."""

from register.models.consideration import Consideration
from register.models.entry import ERASED, STANDS_WITH, Contact, Entry
from register.models.lookup import Handle, Lookup, Receipt
from register.models.report import Report
from register.models.share import Share

__all__ = [
    "ERASED",
    "STANDS_WITH",
    "Consideration",
    "Contact",
    "Entry",
    "Handle",
    "Lookup",
    "Receipt",
    "Report",
    "Share",
]

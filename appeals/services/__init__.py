"""The verbs of appeals: lodge, hear a late one, uphold, vary, dismiss, refuse as late, withdraw."""

from appeals.services.deciding import Answer, accept_late, dismiss, refuse_as_late, uphold, vary
from appeals.services.lodging import lodge, withdraw

__all__ = ["Answer", "accept_late", "dismiss", "lodge", "refuse_as_late", "uphold", "vary", "withdraw"]

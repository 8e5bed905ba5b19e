"""Who may write down what others said before a decision, and who may appoint somebody to decide."""

from people import access
from people.access import Can
from people.models import Provider, User


def check_can_consult(user: User, provider: Provider) -> None:
    """Those who work cases write down what somebody said who is asked before a decision."""
    access.require(user, Can.WORK_CASES, provider, "Your role does not let you record a consultation.")


def check_can_appoint(user: User, provider: Provider) -> None:
    """An administrator appoints who decides where nobody whom the policy names is free to (F12)."""
    access.require(user, Can.ADMINISTER, provider, "An administrator appoints who decides. Your role does not.")

"""Who may write down what others said before a decision, who may appoint somebody to decide; who can, as a sentence."""

from decisions import who_can
from design import words
from people import access
from people.access import Can
from people.models import Provider, User


def require(user: User, right: str, provider: Provider, why: str) -> None:
    """Raise `NotPermitted`, saying why and which roles can, unless one of somebody's roles carries the right."""
    if not access.can(user, right, provider.pk):
        raise access.NotPermitted(f"{why} {roles_that_can(provider, right)}")


def roles_that_can(provider: Provider, right: str) -> str:
    """A sentence that names the roles with a right: "A Team Leader or the Head of Housing can." """
    return f"{words.upper_first(who_can.any_with(provider, right))} can."


def check_can_consult(user: User, provider: Provider) -> None:
    """Those who work cases write down what somebody said who is asked before a decision."""
    require(user, Can.WORK_CASES, provider, "Your role does not let you record a consultation.")


def check_can_appoint(user: User, provider: Provider) -> None:
    """An administrator appoints who decides where nobody whom the policy names is free to (F12)."""
    access.require(user, Can.ADMINISTER, provider, "An administrator appoints who decides. Your role does not.")

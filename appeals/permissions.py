"""Who may lodge and withdraw an appeal. Who decides one, or says that a late one is heard: `appeals.acts`."""

from appeals.models import Appeal
from cases.models import Case
from people import access
from people.access import Can
from people.models import User


def check_can_lodge(user: User, case: Case) -> None:
    """Whoever works cases records an appeal that came; it is the resident's, and nobody may keep it back (X2)."""
    access.require(user, Can.WORK_CASES, case.provider_id)


def check_can_withdraw(user: User, appeal: Appeal) -> None:
    """Whoever works cases records that the resident no longer wants it."""
    access.require(user, Can.WORK_CASES, appeal.case.provider_id)

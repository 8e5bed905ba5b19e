"""Who may see residents and keep their details."""

from people import access
from people.models import Provider, Resident, User

Can = Provider.Capability


def check_can_find(user: User) -> None:
    """Whoever may see residents anywhere may look for them."""
    if not access.providers_where(user, Can.VIEW_CASES, Can.LOG_INCIDENTS):
        raise access.NotPermitted("Your role does not let you look for residents. You may check the register.")


def check_can_add(user: User, provider: Provider) -> None:
    """Whoever works with residents may add one."""
    access.require(user, Can.EDIT_RESIDENTS, provider)


def check_can_change(user: User, resident: Resident) -> None:
    """Whoever may add residents may keep their details, needs, representatives and tenancies."""
    access.require(user, Can.EDIT_RESIDENTS, resident.provider_id)

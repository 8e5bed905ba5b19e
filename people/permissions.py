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


def check_can_hand_over(user: User, person: User) -> None:
    """Whoever decides at the provider hands work over, such as a team leader; so do its office and the person."""
    if user.pk == person.pk and access.can(user, Can.WORK_CASES, person.provider_id):
        return
    if not access.can(user, Can.ADMINISTER, person.provider_id):
        why = f"Those who decide on cases, an administrator, or {person.name} hand over this work."
        access.require(user, Can.DECIDE, person.provider_id, why)

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


def check_can_show_health(user: User, resident: Resident) -> None:
    """Whoever reads case files may ask for what is known of somebody's health (UK GDPR Art 9; rule D8)."""
    access.require(user, Can.VIEW_CASES, resident.provider_id, "What is about health is for those who read case files.")


def says_why(user: User, resident: Resident) -> bool:
    """Whoever reads case files without working them says why they need to see what is about health."""
    return not access.can(user, Can.WORK_CASES, resident.provider_id)


def check_can_set_access(user: User, resident: Resident) -> None:
    """Whoever decides on cases closes a file and opens it again, unless it is closed to them."""
    access.require(
        user,
        Can.DECIDE,
        resident.provider_id,
        "Who may read a file is for those who decide on cases. Ask your team leader.",
    )
    if Resident.objects.closed_to(user).filter(pk=resident.pk).exists():
        raise access.NotPermitted("This file is closed to you, so a colleague decides who may read it.")


def check_can_change(user: User, resident: Resident) -> None:
    """Whoever may add residents may keep their details, needs, representatives and tenancies."""
    access.require(user, Can.EDIT_RESIDENTS, resident.provider_id)

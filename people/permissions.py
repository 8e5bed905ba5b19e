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
    """Whoever decides on cases closes a file and opens it again, unless it is closed to them.

    An urgent look opens it to be read, and to nothing else: it would be its own way out of being kept out.
    """
    access.require(
        user,
        Can.DECIDE,
        resident.provider_id,
        "Who may read a file is for those who decide on cases. Ask your team leader.",
    )
    if resident.reference in user.kept_out_of or Resident.objects.closed_to(user).filter(pk=resident.pk).exists():
        raise access.NotPermitted("This file is closed to you, so a colleague decides who may read it.")


def check_can_change(user: User, resident: Resident) -> None:
    """Whoever may add residents may keep their details, needs, representatives and tenancies."""
    access.require(user, Can.EDIT_RESIDENTS, resident.provider_id)


def check_can_settle_signing_in(user: User, provider: Provider) -> None:
    """The provider's own administrators settle how its people get in."""
    access.require(user, Can.ADMINISTER, provider, "An administrator of the provider settles how its people sign in.")


def check_can_remove_factors(user: User, of: User) -> None:
    """An administrator removes the lost factor of somebody else, never their own: a session alone weakens nothing."""
    access.require(user, Can.ADMINISTER, of.provider_id, "An administrator removes the second factor of somebody.")
    if user.pk == of.pk:
        raise access.NotPermitted("Another administrator removes your second factor where you have lost it.")


def check_can_sign_out(user: User, of: User) -> None:
    """An administrator ends the sessions of somebody; everybody ends their own under *Your account*."""
    access.require(user, Can.ADMINISTER, of.provider_id, "An administrator signs somebody out everywhere.")


def check_can_change_address(user: User, of: User) -> None:
    """An administrator gives somebody else another address to sign in with; nobody gives one to themselves.

    Nor to somebody who runs the office, or is to: a link for a password goes to the address, so one administrator alone
    could act as the second, and confirm what they proposed.
    """
    access.require(user, Can.ADMINISTER, of.provider_id, "An administrator changes the address of somebody.")
    if user.pk == of.pk:
        raise access.NotPermitted("Another administrator changes the address with which you sign in.")
    if any(one.role.administers for one in of.holdings.standing().select_related("role")):
        raise access.NotPermitted(
            f"{of.name} runs the office. By their address one administrator could act as two, so the role is taken "
            f"away first, and given anew by two ({access.TWO_ADMINISTRATORS.in_brackets()})."
        )


def check_can_hand_over(user: User, person: User) -> None:
    """Whoever decides at the provider hands work over, such as a team leader; so do its office and the person."""
    if user.pk == person.pk and access.can(user, Can.WORK_CASES, person.provider_id):
        return
    if not access.can(user, Can.ADMINISTER, person.provider_id):
        why = f"Those who decide on cases, an administrator, or {person.name} hand over this work."
        access.require(user, Can.DECIDE, person.provider_id, why)

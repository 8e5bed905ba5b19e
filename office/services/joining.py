"""Somebody joins: an account, roles, and the link by which they set their own password. And roles, from then on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from audit import services as audit
from design import dates
from letters import services as letters
from office import permissions
from people import access, invitations
from people import services as people
from people.models import Cover, Holding, Organisation, Provider, Role, User
from people.services import StaffDetails, ways_in
from policies.rules import RuleBroken, need

INVITED = """{name},

{by} has made an account in Evenhand for you, at {provider}. Set your password here. The link works once, and for three
days from when this e-mail was sent:

{link}

Nobody else should use it: whoever opens it first sets the password. If it has run out, ask {by} for another.
"""
CONTRACTOR = "contractor"
LONGER = (
    "The last day of somebody who runs the office can be made earlier, and not later. Take the role away and propose "
    "it anew: another administrator then confirms it"
)


@dataclass(frozen=True)
class RoleGiven:
    """Which role somebody is given, from and until when, and why (kept where a second person confirms it)."""

    role_id: int
    from_on: date | None = None
    until_on: date | None = None
    reason: str = ""


@transaction.atomic
def add_person(
    provider: Provider,
    *,
    email: str,
    details: StaffDetails,
    roles: Sequence[RoleGiven],
    organisation_id: int | None = None,
    by: User,
    at: datetime,
) -> User:
    """Make an account for somebody, give them roles, and invite them by e-mail to set their own password.

    Raises RuleBroken for an address that is none or has an account, NotPermitted.
    """
    permissions.check_can_keep_people(by, provider)
    need(details.name, "Enter their name", "name")
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError:
        raise RuleBroken("Enter an e-mail address, like name@example.org", None, "email") from None
    if User.objects.filter(email__iexact=address).exists():
        raise RuleBroken("An account has this e-mail address already", None, "email")
    organisation = _organisation(provider, organisation_id)
    user = people.make_user(
        provider=provider, email=address, name=details.name, at=at, by=by, organisation=organisation
    )
    people.change_account(user.pk, details, by=by, at=at)
    user = User.objects.get(pk=user.pk)
    for given in roles:
        give_role(user.pk, given, by=by, at=at)
    invite(user.pk, by=by, at=at)
    return user


def _organisation(provider: Provider, organisation_id: int | None) -> Organisation | None:
    if organisation_id is None:
        return None
    rows = Organisation.objects.select_for_update(of=("self",), no_key=True)  # nobody joins it while it is closed
    found = rows.filter(pk=organisation_id, provider=provider, closed_at=None).first()
    if found is None:
        raise RuleBroken("Select a contractor that works here", None, "organisation")
    return found


@transaction.atomic
def invite(user_id: int, *, by: User, at: datetime) -> None:
    """Send somebody a link by which they set their own first password. It is made when the mail goes, and kept nowhere.

    May be sent again as long as no password is set. Raises RuleBroken where one is, or the account is closed.
    """
    user = User.objects.select_for_update(of=("self",), no_key=True).select_related("provider").get(pk=user_id)
    permissions.check_can_keep_people(by, user.provider)
    if why := invitations.why_not(user):
        raise RuleBroken(why, None, "")
    body = INVITED.format(name=user.name, by=by.name, provider=user.provider.name, link=invitations.PLACE)
    letters.notify(user, kind=invitations.NOTICE, subject="Evenhand: set your password", body=body, at=at)
    audit.record("user.invited", subject=user, by=by, at=at)


@transaction.atomic
def change_address(user_id: int, *, email: str, by: User, at: datetime, seen: str | None = None) -> User:
    """Give somebody another address to sign in with; whoever has set no password yet is invited there anew.

    Raises as `people.services.ways_in.change_address`.
    """
    user = ways_in.change_address(user_id, email=email, by=by, at=at, seen=seen)
    if not invitations.why_not(user):
        invite(user.pk, by=by, at=at)
    return user


@transaction.atomic
def give_role(user_id: int, given: RoleGiven, *, by: User, at: datetime) -> Holding:
    """Give somebody a role of their provider; one that runs the office is proposed, and a second person confirms it.

    Nobody gives a role to themselves. Contractors' people hold a contractor's role, and nobody else does. Raises
    RuleBroken, NotPermitted.
    """
    user = User.objects.select_related("provider").get(pk=user_id)
    permissions.check_can_give_roles(by, user)
    role = Role.objects.filter(pk=given.role_id, provider=user.provider_id).first()
    if role is None:
        raise RuleBroken("Select a role", None, "role")
    if not user.is_active:
        raise RuleBroken(f"The account of {user.name} is closed", None, "role")
    if user.organisation_id and role.works_as != CONTRACTOR:
        raise RuleBroken(f"{user.name} works for a contractor, and cannot be {role.name}", None, "role")
    if role.works_as == CONTRACTOR and not user.organisation_id:
        raise RuleBroken(f"{user.name} works for no contractor, and cannot be {role.name}", None, "role")
    if Holding.objects.standing().filter(user=user, role=role).exclude(until_on__lt=access.today()).exists():
        raise RuleBroken(f"{user.name} is {role.name} already, or it is proposed", None, "role")
    days = {"from_on": given.from_on, "until_on": given.until_on}
    if not role.administers:
        return access.grant(role, user, by=by, at=at, **days)
    need(given.reason, "Enter why they run the office", "reason", access.TWO_ADMINISTRATORS)
    others = [one for one in permissions.administrators(user.provider) if one.pk not in (by.pk, user.pk)]
    if not others:
        raise RuleBroken(permissions.BY_COMMAND, access.TWO_ADMINISTRATORS, "role")
    made = access.propose(role, user, by=by, at=at, reason=given.reason, **days)
    for other in others:
        letters.notify(
            other,
            kind="administrator_proposed",
            subject="Evenhand: confirm an administrator",
            body=f"{other.name},\n\n{by.name} proposes that {user.name} runs the office. Another administrator "
            f"confirms or refuses it: Office, People.\n",
            at=at,
        )
    return made


@transaction.atomic
def confirm_role(holding_id: int, *, by: User, at: datetime) -> Holding:
    """Confirm that somebody runs the office, as another administrator proposed. Raises NotPermitted for that one."""
    made = Holding.objects.select_related("user__provider").get(pk=holding_id)
    permissions.check_can_keep_people(by, made.user.provider)
    return access.confirm(holding_id, by=by, at=at)


@transaction.atomic
def set_last_day(holding_id: int, until_on: date | None, *, by: User, at: datetime) -> Holding:
    """Set or lift the last day of a role. Raises RuleBroken for a day that has gone, or that nobody would run it.

    One that runs the office is made shorter by one administrator, and never longer: that takes two, as giving it does.
    """
    made = Holding.objects.select_related("user__provider", "role").get(pk=holding_id)
    permissions.check_can_give_roles(by, made.user)
    if until_on is not None and until_on < access.today():
        raise RuleBroken("The last day must be today or later. To end it at once, take the role away", None, "until_on")
    longer = made.until_on is not None and (until_on is None or until_on > made.until_on)
    if longer and made.role.administers:
        raise RuleBroken(LONGER, access.TWO_ADMINISTRATORS, "until_on")
    if until_on is not None and made.role.administers:
        permissions.check_somebody_is_left(made.user)
    return access.set_last_day(holding_id, until_on, by=by, at=at)


@transaction.atomic
def take_role(holding_id: int, *, by: User, at: datetime) -> None:
    """Take a role away at once, or drop that it is proposed. Raises RuleBroken where nobody would run the office."""
    made = Holding.objects.select_related("user__provider", "role").get(pk=holding_id)
    permissions.check_can_keep_people(by, made.user.provider)
    if made.role.administers and not made.waits:
        permissions.check_somebody_is_left(made.user)
    access.revoke(made.role, made.user, by=by, at=at)


@transaction.atomic
def open_again(user_id: int, *, by: User, at: datetime) -> User:
    """Open a closed account again, and invite its owner anew: the old password and roles are gone."""
    user = User.objects.select_related("provider").get(pk=user_id)
    permissions.check_can_close(by, user)
    if user.organisation_id is not None:
        firm = Organisation.objects.select_for_update(of=("self",), no_key=True).get(pk=user.organisation_id)
        if firm.closed_at is not None:
            raise RuleBroken(f"{firm.name} works here no longer", None, "")
    people.open_account(user_id, by=by, at=at)
    invite(user_id, by=by, at=at)
    return user


@transaction.atomic
def arrange_absence(
    user_id: int, *, colleague_id: int | None, from_on: date, until_on: date, by: User, at: datetime
) -> Cover:
    """Write down that somebody is away, and who covers; the colleague and the line manager are told."""
    user = User.objects.select_related("provider", "line_manager").get(pk=user_id)
    permissions.check_can_keep_people(by, user.provider)
    made = people.arrange_cover(
        user_id, colleague_id=colleague_id, from_on=from_on, until_on=until_on, away=True, by=by, at=at
    )
    who = f"{made.colleague.name} covers" if made.colleague else "Nobody covers"
    when = f"from {dates.day(from_on)} to {dates.day(until_on)}"
    for one in {one.pk: one for one in (made.colleague, user.line_manager) if one and one.is_active}.values():
        body = f"{one.name},\n\n{user.name} is away {when}. {who}.\n\nYour work: {settings.BASE_URL}/\n"
        letters.notify(one, kind="cover_arranged", subject=f"Evenhand: {user.name} is away", body=body, at=at)
    return made


@transaction.atomic
def end_absence(cover_id: int, *, by: User, at: datetime) -> Cover:
    """End an absence, or a cover, before its last day. Raises TransitionNotAllowed where it is over."""
    cover = Cover.objects.select_related("person__provider").get(pk=cover_id)
    permissions.check_can_keep_people(by, cover.person.provider)
    return people.end_cover(cover_id, by=by, at=at)

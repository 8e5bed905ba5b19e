"""How people of a provider may get in: who needs a second factor, whose is removed, and under which address."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django_fsm import TransitionNotAllowed

from audit import services as audit
from design import seals
from people import access, permissions
from people.accounts import factors as accounts
from people.accounts import sessions
from people.models import Provider, User
from people.services import passwords
from policies.rules import RuleBroken, need

KINDS = {Authenticator.Type.TOTP: "an authenticator app", Authenticator.Type.WEBAUTHN: "a passkey"}
ON_FACTORS = {
    "user.factor_added": "added one",
    "user.factor_removed": "removed one",
    "user.factors_removed": "removed them",
    "user.recovery_codes_made": "made new recovery codes",
}
ON_ADDRESS = {"user.address_changed": "changed it"}


def known(provider: Provider) -> dict[str, Any]:
    """What a provider has settled on signing in, by the fields of its page."""
    return {"factor_roles": sorted(provider.factor_roles), "sign_on_only": provider.sign_on_only}


def saved(provider: Provider) -> seals.Since:
    """Who settled it, from an instant on."""
    return audit.since(provider, did={"provider.signing_in_changed": "saved it"})


@dataclass(frozen=True)
class Person:
    """Somebody in the list of who has a second factor."""

    name: str
    reference: str
    roles: str
    has: str
    demanded: bool


def people(provider: Provider) -> list[Person]:
    """Everybody with an open account, what they have and whether it is asked of them; by name, in four queries."""
    users = list(User.objects.filter(provider=provider, is_active=True).select_related("provider").order_by("name"))
    access.read_rights(users)
    held: dict[int, list[str]] = {}
    for user_id, kind in Authenticator.objects.filter(user__in=users).values_list("user_id", "type"):
        held.setdefault(user_id, []).append(kind)
    return [
        Person(
            user.name,
            user.reference,
            ", ".join(role.name for role in user.roles),
            in_words(held.get(user.pk, [])),
            accounts.demanded_of(user),
        )
        for user in users
    ]


def in_words(kinds: Collection[str]) -> str:
    """What somebody has, in words; "" for nothing. Recovery codes go with the others and are not named."""
    named = [words for kind, words in KINDS.items() if kind in kinds]
    more = len([kind for kind in kinds if kind == Authenticator.Type.WEBAUTHN])
    return " and ".join(named) + (f" ({more} passkeys)" if more > 1 else "")


@transaction.atomic
def settle(
    provider_id: int,
    *,
    factor_roles: Collection[str],
    sign_on_only: bool,
    by: User,
    at: datetime,
    seen: str | None = None,
) -> Provider:
    """Settle which roles sign in with a second factor, and whether a password lets anybody in.

    Whoever needs a factor and has none sets one up before anything else; whoever is in stays in. Raises NotPermitted,
    and `ChangedSince` where somebody saved it since.
    """
    provider = Provider.objects.select_for_update(no_key=True).get(pk=provider_id)
    permissions.check_can_settle_signing_in(by, provider)
    seals.check(seen, known(provider), since=saved(provider))
    before = known(provider)
    keys = set(provider.roles.values_list("key", flat=True))
    provider.factor_roles = sorted(set(factor_roles) & keys)
    provider.sign_on_only = sign_on_only
    provider.save(update_fields=["factor_roles", "sign_on_only"])
    facts = {"was": before, "now": known(provider)}
    audit.record("provider.signing_in_changed", subject=provider, by=by, at=at, facts=facts)
    return provider


def factors(user: User) -> list[str]:
    """The kinds of second factor that somebody has, for a page that removes them."""
    return sorted(Authenticator.objects.filter(user=user).values_list("type", flat=True))


@transaction.atomic
def remove_factors(user_id: int, *, reason: str, by: User, at: datetime, seen: str | None = None) -> User:
    """Remove the second factor of somebody who has lost it; every session of theirs ends, and they are told.

    They then sign in with their password alone, and where their role asks for a second factor set one up at once.
    Raises NotPermitted, `ChangedSince` where the factors are no longer those that were shown, and RuleBroken without a
    reason or where there is none.
    """
    user = User.objects.select_for_update(of=("self",), no_key=True).select_related("provider").get(pk=user_id)
    permissions.check_can_remove_factors(by, user)
    had = factors(user)
    seals.check(seen, {"the second factors": had}, since=audit.since(user, did=ON_FACTORS))
    need(reason, "Enter why it is removed", "reason")
    if not had:
        raise RuleBroken(f"{user.name} has no second factor", None, "reason")
    Authenticator.objects.filter(user=user).delete()
    ended = sessions.end(user)
    facts = {"factors": had, "sessions_ended": ended}
    audit.record("user.factors_removed", subject=user, by=by, at=at, facts=facts, words={"reason": reason})
    told = "An administrator removed the second factor of your account"
    passwords.tell(user, user.email, what=told, at=at)
    return user


@transaction.atomic
def sign_out(user_id: int, *, reason: str, by: User, at: datetime) -> int:
    """End every session of somebody, whose device is lost or in other hands; they are told, and sign in anew.

    Returns how many ended. Raises NotPermitted, and RuleBroken without a reason.
    """
    user = User.objects.select_for_update(of=("self",), no_key=True).select_related("provider").get(pk=user_id)
    permissions.check_can_sign_out(by, user)
    need(reason, "Enter why they are signed out", "reason")
    ended = sessions.end(user)
    facts = {"sessions_ended": ended}
    audit.record("user.signed_out_everywhere", subject=user, by=by, at=at, facts=facts, words={"reason": reason})
    passwords.tell(user, user.email, what="An administrator signed you out everywhere", at=at)
    return ended


@transaction.atomic
def change_address(user_id: int, *, email: str, by: User, at: datetime, seen: str | None = None) -> User:
    """Give somebody another address to sign in with. Told to the old one, so that nobody is taken over in silence.

    Every session of theirs ends, and no link for a password that went to the old address opens anything: its token is
    bound to the address. Raises NotPermitted; TransitionNotAllowed for a closed account; RuleBroken for what is no
    address, theirs already or somebody else's; `ChangedSince` where it is another than was shown.
    """
    user = User.objects.select_for_update(of=("self",), no_key=True).select_related("provider").get(pk=user_id)
    permissions.check_can_change_address(by, user)
    if not user.is_active:
        raise TransitionNotAllowed(f"The account of {user.name} is closed.")
    seals.check(seen, {"the e-mail address": user.email}, since=audit.since(user, did=ON_ADDRESS))
    address = User.objects.normalize_email(email.strip()).lower()
    try:
        validate_email(address)
    except ValidationError:
        raise RuleBroken("Enter an e-mail address, like name@example.org", None, "email") from None
    before = user.email
    if address == before.lower():
        raise RuleBroken(f"{user.name} has this address already", None, "email")
    if User.objects.filter(email__iexact=address).exists():
        raise RuleBroken("Enter an address that no other account has", None, "email")
    user.email = address
    user.save(update_fields=["email"])
    ended = sessions.end(user)
    words = {"was": before, "now": address}
    audit.record("user.address_changed", subject=user, by=by, at=at, facts={"sessions_ended": ended}, words=words)
    told = "An administrator changed the address with which you sign in"
    passwords.tell(user, before, what=told, at=at)
    return user

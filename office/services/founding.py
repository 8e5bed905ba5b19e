"""A new provider: its row, its days off, and the people who run its office. They propose and adopt its policy."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from audit import services as audit
from deadlines import services as deadlines
from design.dates import day_of
from people import access
from people import services as people
from people.models import Provider, User
from people.services import passwords
from policies.rules import Rule, RuleBroken, need

ONCE = Rule("evenhand", text="A link that is printed is for an administrator's first password alone.")
FOUR_EYES = Rule("evenhand", text="One administrator proposes a policy and another adopts it.")
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LONGEST = {"name": 200, "short_name": 60, "phone": 30, "website": 200, "email": 254, "slug": 50}


@dataclass(frozen=True)
class Administrator:
    """Somebody who will run the office, by name and e-mail."""

    name: str
    email: str


@transaction.atomic
def found(
    *,
    slug: str,
    name: str,
    short_name: str,
    nation: str,
    kind: str,
    address: str,
    email: str,
    phone: str,
    website: str = "",
    administrators: Sequence[Administrator],
    at: datetime,
) -> Provider:
    """Set up a provider with its bank holidays and at least two administrators, who then propose and adopt its policy.

    Their accounts have no password: each sets one by the link that “forgotten password” sends, or by one that is
    printed (`first_password_link`) where no mail goes. Raises RuleBroken.
    """
    given = {"slug": slug, "name": name, "short_name": short_name, "email": email, "phone": phone, "website": website}
    for key, value in {**given, "address": address}.items():
        if key != "website":
            need(value, f"A new provider needs its {key.replace('_', ' ')}", key)
        if len(value) > LONGEST.get(key, 1_000) or "\0" in value:
            raise RuleBroken(f"The {key.replace('_', ' ')} is too long", None, key)
    if not SLUG.fullmatch(slug):
        raise RuleBroken("A provider's short word is small letters, digits and hyphens: west-kent", None, "slug")
    if nation not in Provider.Nation.values:
        raise RuleBroken(f"The nation is one of: {', '.join(Provider.Nation.values)}", None, "nation")
    if kind not in Provider.Kind.values:
        raise RuleBroken(f"The kind is one of: {', '.join(Provider.Kind.values)}", None, "kind")
    _check_people([Administrator("The provider", email), *administrators], administrators)
    provider = people.found_provider(**given, nation=nation, kind=kind, address=address, at=at)
    deadlines.seed_holidays(provider, today=day_of(at))
    role = provider.roles.get()
    for one in administrators:
        user = people.make_user(provider=provider, email=one.email, name=one.name, job_title=role.name, at=at)
        access.grant(role, user, by=None, at=at)
    return provider


@transaction.atomic
def name_administrator(provider: Provider, *, email: str, name: str, at: datetime) -> User:
    """Let somebody run the office where fewer than two do: nobody could confirm it there. For a command alone.

    Makes their account where they have none. Raises RuleBroken where two could do it by themselves.
    """
    Provider.objects.select_for_update(no_key=True).get(pk=provider.pk)
    keys = access.keys_with(provider, access.Can.ADMINISTER)
    running = access.holders(provider, keys)
    if len(running) > 1:
        raise RuleBroken(
            f"{running[0].name} and {running[1].name} run the office: one proposes another administrator, the other "
            "confirms",
            access.TWO_ADMINISTRATORS,
            "administrators",
        )
    user = User.objects.filter(email__iexact=email, provider=provider, organisation=None, is_active=True).first()
    if user is None:
        _check_people([Administrator(name, email)], None)
        user = people.make_user(provider=provider, email=email, name=name, at=at)
    access.grant(provider.roles.get(key=keys[0]), user, by=None, at=at)
    return user


@dataclass(frozen=True)
class Link:
    """An address at which somebody sets their first password, once, until an instant."""

    email: str
    url: str
    until: datetime


@transaction.atomic
def first_password_link(user_id: int, *, at: datetime) -> Link:
    """A link by which an administrator sets a first password where no mail goes: for once, and only for a time.

    It is the one that “forgotten password” would send: it says nothing once a password is set, or once its time is
    over. That one was made is on the trail; the link itself is nowhere kept. Raises RuleBroken for an account that has
    a password, which mail or another administrator is to help: nobody is to be locked out, or looked over, by a print.
    """
    user = User.objects.select_for_update(of=("self",), no_key=True).get(pk=user_id)
    if user.has_usable_password():
        raise RuleBroken(f"{user.email} has set a password already", ONCE, "administrators")
    if not user.is_active or not access.can(user, access.Can.ADMINISTER, user.provider_id):
        raise RuleBroken(f"{user.email} does not run the office of {user.provider.short_name}", ONCE, "administrators")
    until = passwords.until(at)
    audit.record("user.password_link_made", subject=user, by=None, at=at, facts={"until": until})
    return Link(user.email, passwords.link(user), until)


def _check_people(addressed: Sequence[Administrator], administrators: Sequence[Administrator] | None) -> None:
    if administrators is not None and len({one.email.lower() for one in administrators}) < 2:
        raise RuleBroken("A new provider needs two administrators or more", FOUR_EYES, "administrators")
    for one in addressed:
        try:
            validate_email(one.email)
        except ValidationError:
            raise RuleBroken(f"“{one.email}” is no e-mail address", None, "administrators") from None
        if not one.name.strip() or len(one.name) > 200:
            raise RuleBroken(f"Give the name of {one.email} too", None, "administrators")
        if User.objects.filter(email__iexact=one.email).exists():
            raise RuleBroken(f"{one.email} has an account already", None, "administrators")

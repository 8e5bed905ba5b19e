"""The one writer of roles and the one place that says who may.

What somebody may do follows from the roles that they hold today (`people.models.role`), and is stored nowhere else: a
copy of it would be as old as the release that wrote it.
"""

from collections.abc import Callable, Iterable
from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q
from django.http import HttpRequest
from django_fsm import TransitionNotAllowed

from audit import services as audit
from people.models import FileAccess, Holding, Provider, Role, User
from people.models.file_access import KEPT_OUT, KEPT_TO, OPENED, URGENT
from people.models.role import CAPABILITIES, held_on, rights_of, today
from policies.policy import Policy
from policies.rules import Rule, RuleBroken

Can = Provider.Capability

TWO_ADMINISTRATORS = Rule("evenhand", text="One administrator proposes who runs the office, another confirms it.")


SET_UP_ROLES = {
    "officer": "Housing Officer",
    "front line": "Front-line staff",
    "contractor": "Contractor",
    "data protection officer": "Data Protection Officer",
    "administrator": "Administrator",
}


class SignedInRequest(HttpRequest):
    """A request as it comes to a view: nothing behind the sign-in is reached without one (`config.middleware`)."""

    user: User


class NotPermitted(PermissionDenied):
    """Somebody may not do this; the message says why, and where possible who can."""


def can(user: User, capability: str, provider_id: int) -> bool:
    """Whether one of the user's roles at the provider carries the capability."""
    return user.is_authenticated and user.is_active and capability in user.capabilities.get(provider_id, frozenset())


def require(user: User, capability: str, provider: Provider | int, why: str = "") -> None:
    """Raise `NotPermitted`, saying why, unless one of the user's roles at the provider carries the capability."""
    provider_id = provider if isinstance(provider, int) else provider.pk
    if not can(user, capability, provider_id):
        label = Can(capability).label.lower()
        raise NotPermitted(why or f"Your role does not let you do this: it needs the right to “{label}”.")


def why_not(check: Callable[..., None], user: User, *things: object) -> str:
    """Why a permission check refuses, for templates to show instead of a button; empty where it allows."""
    try:
        check(user, *things)
    except NotPermitted as refusal:
        return str(refusal)
    return ""


def providers_where(user: User, *capabilities: str) -> list[int]:
    """The providers at which the user holds any of the capabilities; for `visible_to`."""
    if not user.is_authenticated:
        return []
    return [pk for pk, held in user.capabilities.items() if held & set(capabilities)]


def role_keys(user: User, provider_id: int) -> set[str]:
    """The keys, as in the policy, of the roles the user holds at a provider."""
    return {role.key for role in user.roles if role.provider_id == provider_id}


def holding(provider: Provider, keys: Iterable[str] | None = None) -> Exists:
    """Whether a person holds one of these roles at a provider today, or any at all, for a query of people."""
    held = Holding.objects.in_force(today()).filter(user=OuterRef("pk"), role__provider=provider)
    return Exists(held if keys is None else held.filter(role__key__in=list(keys)))


def count_of_holders() -> Count:
    """How many active people hold a role today, for a query of roles."""
    held = held_on(today(), "holdings__") & Q(holdings__user__is_active=True)
    return Count("holdings__user", filter=held, distinct=True)


def holders(provider: Provider, keys: Iterable[str]) -> list[User]:
    """Active people who hold one of the roles at the provider today, by name."""
    return list(User.objects.filter(holding(provider, keys), is_active=True).order_by("name"))


def read_rights(users: Iterable[User]) -> None:
    """Read the roles and rights of many people in two queries, so that asking each of them costs no more."""
    known = {user.pk: user for user in users}
    for user in known.values():
        user.__dict__["roles"] = []
    held = Holding.objects.in_force(today()).filter(user__in=known).select_related("role__provider")
    for one in held.order_by("-role__rank", "role"):
        known[one.user_id].roles.append(one.role)
    for user in known.values():
        user.__dict__["capabilities"] = rights_of(user.roles)
    read_kept_out(known.values())


def read_kept_out(users: Iterable[User]) -> None:
    """Read in one query in whose files many people decide nothing."""
    known: dict[int, list[User]] = {}
    for user in users:
        user.__dict__["kept_out_of"] = frozenset()
        known.setdefault(user.pk, []).append(user)
    rows = FileAccess.objects.standing().of_kind(KEPT_OUT, URGENT).filter(user__in=known)
    for holder, reference in rows.values_list("user", "content_object__reference"):
        for user in known[holder]:
            user.__dict__["kept_out_of"] |= {reference}


def may_know_of(resident_id: int, users: Iterable[User]) -> list[User]:
    """Those of some people to whom a resident's file is not closed: whom a mail about it may reach.

    The rule is `people.models.file_access.not_closed`, asked of one resident for many people in one query.
    """
    held: dict[int, set[str]] = {}
    rows = FileAccess.objects.standing().filter(content_object=resident_id)
    for holder, kind in rows.values_list("user", "permission__codename"):
        held.setdefault(holder, set()).add(kind)
    kept_to_some = any(KEPT_TO in kinds for kinds in held.values())
    return [user for user in users if _lets_in(held.get(user.pk, set()), kept_to_some=kept_to_some)]


def _lets_in(kinds: set[str], *, kept_to_some: bool) -> bool:
    return URGENT in kinds or (KEPT_OUT not in kinds and (not kept_to_some or bool(kinds & {KEPT_TO, OPENED})))


def keys_with(provider: Provider, capability: str) -> list[str]:
    """The keys of the provider's roles that carry a capability: whom to ask where a policy names nobody."""
    return [role.key for role in provider.roles.order_by("rank", "pk") if capability in role.capabilities]


def work_that_may(capability: str) -> list[str]:
    """The kinds of work whose roles carry a capability, wherever they are held: for a query over many providers."""
    return [works_as for works_as, carried in CAPABILITIES.items() if capability in carried]


@transaction.atomic
def define_roles(provider: Provider, policy: Policy, *, at: datetime, by: User | None = None) -> list[Role]:
    """Make the provider's roles as its policy names them, each with the work it does.

    Work that every provider has but a policy need not name (the front line, contractors, the data protection officer,
    the office) gets a role of the set-up, unless the policy names one for it.
    """
    wanted = {key: (defined.name, defined.works_as, defined.rank or 0) for key, defined in policy.roles.items()}
    named = {works_as for _, works_as, _ in wanted.values()}
    wanted |= {
        works_as.replace(" ", "_"): (name, works_as, 0)
        for works_as, name in SET_UP_ROLES.items()
        if works_as not in named
    }
    made = [_role(provider, key, *how) for key, how in wanted.items()]
    audit.record("provider.roles_defined", subject=provider, by=by, at=at, facts={"roles": [r.key for r in made]})
    _follow_renamed(provider, policy, by=by, at=at)
    return made


@transaction.atomic
def define_office(provider: Provider, *, at: datetime) -> Role:
    """Make the administrator's role of the set-up, before there is a policy: somebody has to adopt the first one."""
    role = _role(provider, "administrator", SET_UP_ROLES["administrator"], "administrator", 0)
    audit.record("provider.roles_defined", subject=provider, by=None, at=at, facts={"roles": [role.key]})
    return role


def _role(provider: Provider, key: str, name: str, works_as: str, rank: int) -> Role:
    role = Role.objects.filter(provider=provider, key=key).first()
    if role is None:
        role = Role(provider=provider, key=key)
    role.name, role.works_as, role.rank = name, works_as, rank
    role.save()
    return role


def _follow_renamed(provider: Provider, policy: Policy, *, by: User | None, at: datetime) -> None:
    """Give a role that the policy names anew to everybody who holds it under its old key.

    They keep the old one, because cases that run under an earlier version still name it as their decider.
    """
    for key, defined in policy.roles.items():
        if not defined.was or defined.was == key:
            continue
        new = Role.objects.get(provider=provider, key=key)
        old = Holding.objects.filter(held_on(today()), role__provider=provider, role__key=defined.was)
        have = Holding.objects.standing().filter(role=new).values("user")
        for one in old.exclude(user__in=have).select_related("user").order_by("pk"):
            grant(new, one.user, by=by, at=at, from_on=one.from_on, until_on=one.until_on)


@transaction.atomic
def grant(
    role: Role, to: User, *, by: User | None, at: datetime, from_on: date | None = None, until_on: date | None = None
) -> Holding:
    """Give somebody a role at the role's provider: at once or from a day, until a last day or until it is taken away.

    Who may is asked by whoever calls; `by` is nobody at a command. Raises RuleBroken for days that cannot be.
    """
    if stands := _standing(role, to, at=at):
        if not stands.waits:
            return stands
        _end(stands, "user.role_proposal_dropped", by=by, at=at)
    _check_days(from_on, until_on)
    made = Holding.objects.create(user=to, role=role, from_on=from_on, until_on=until_on, granted_by=by, granted_at=at)
    _forget(to)
    audit.record("user.role_granted", subject=to, by=by, at=at, facts=_days(made))
    return made


@transaction.atomic
def propose(
    role: Role,
    to: User,
    *,
    by: User,
    at: datetime,
    reason: str,
    from_on: date | None = None,
    until_on: date | None = None,
) -> Holding:
    """Propose that somebody holds a role which takes a second person's word: they may do nothing until then.

    Raises RuleBroken where they hold it, or it is proposed already, or the days cannot be.
    """
    if _standing(role, to, at=at):
        raise RuleBroken(f"{to.name} is {role.name} already, or it is proposed", None, "role")
    _check_days(from_on, until_on)
    made = Holding.objects.create(
        user=to, role=role, from_on=from_on, until_on=until_on, proposed_by=by, proposed_at=at, reason=reason
    )
    audit.record("user.role_proposed", subject=to, by=by, at=at, facts=_days(made), words={"reason": reason})
    return made


@transaction.atomic
def confirm(holding_id: int, *, by: User, at: datetime) -> Holding:
    """Grant what another has proposed. Raises NotPermitted for whoever proposed it, or would be given it by that."""
    made = (
        Holding.objects.select_for_update(of=("self",)).select_related("role", "user", "proposed_by").get(pk=holding_id)
    )
    assert made.proposed_by is not None
    if by.pk in (made.proposed_by_id, made.user_id):
        did = "proposed this" if by.pk == made.proposed_by_id else "would be given this"
        raise NotPermitted(f"You {did}, so another administrator confirms it ({TWO_ADMINISTRATORS.in_brackets()}).")
    if not made.waits:
        raise TransitionNotAllowed(f"That {made.user.name} is {made.role.name} waits for nobody any more.")
    made.granted_by, made.granted_at = by, at
    made.save(update_fields=["granted_by", "granted_at"])
    _forget(made.user)
    audit.record("user.role_granted", subject=made.user, by=by, at=at, facts=_days(made))
    return made


@transaction.atomic
def revoke(role: Role, from_: User, *, by: User | None, at: datetime) -> None:
    """Take a role away at once, or drop that it is proposed."""
    for one in Holding.objects.select_for_update(of=("self",)).standing().filter(role=role, user=from_):
        _end(one, "user.role_proposal_dropped" if one.waits else "user.role_revoked", by=by, at=at)
    _forget(from_)


@transaction.atomic
def set_last_day(holding_id: int, until_on: date | None, *, by: User, at: datetime) -> Holding:
    """Set, move or lift the last day on which somebody holds a role. Raises RuleBroken for one before its first."""
    made = Holding.objects.select_for_update(of=("self",)).standing().select_related("role", "user").get(pk=holding_id)
    _check_days(made.from_on, until_on)
    was, made.until_on = made.until_on, until_on
    made.save(update_fields=["until_on"])
    _forget(made.user)
    audit.record("user.role_days_changed", subject=made.user, by=by, at=at, facts=_days(made) | {"until_was": was})
    return made


@transaction.atomic
def tidy(holding_id: int, *, at: datetime) -> None:
    """Write down that a role is over by its days; by its dates it let nobody do anything any more. Safe twice."""
    one = Holding.objects.select_for_update(of=("self",)).past_their_last_day(today()).filter(pk=holding_id).first()
    if one is not None:
        _end(one, "user.role_ended", by=None, at=at)


def _standing(role: Role, to: User, *, at: datetime) -> Holding | None:
    """What stands of the role for somebody, under the person's lock; what is over by its days is tidied on the way."""
    User.objects.select_for_update(of=("self",), no_key=True).only("pk").get(pk=to.pk)
    one = Holding.objects.standing().filter(role=role, user=to).first()
    if one is not None and one.until_on is not None and one.until_on < today():
        _end(one, "user.role_ended", by=None, at=at)
        return None
    return one


def _end(one: Holding, verb: str, *, by: User | None, at: datetime) -> None:
    one.ended_at = at
    one.save(update_fields=["ended_at"])
    audit.record(verb, subject=one.user, by=by, at=at, facts=_days(one))


def _days(one: Holding) -> dict[str, object]:
    return {"role": one.role.key, "from_on": one.from_on, "until_on": one.until_on}


def _check_days(from_on: date | None, until_on: date | None) -> None:
    if from_on and until_on and until_on < from_on:
        raise RuleBroken("The last day must be on or after the first", None, "until_on")


def _forget(user: User) -> None:
    """Drop what was read about the user's rights, so that the next question is answered afresh."""
    user.__dict__.pop("roles", None)
    user.__dict__.pop("capabilities", None)

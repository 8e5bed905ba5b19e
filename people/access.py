"""The one writer of roles and the one place that says who may: roles granted on a provider, through django-guardian."""

from collections.abc import Callable, Iterable
from datetime import datetime

from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest
from guardian.models import GroupObjectPermission

from audit import services as audit
from people.models import FileAccess, Provider, Role, User
from people.models.file_access import KEPT_OUT
from policies.policy import Policy

Can = Provider.Capability

CAPABILITIES: dict[str, frozenset[str]] = {
    "contractor": frozenset({Can.VIEW_SHARED_REGISTER}),
    "front line": frozenset({Can.VIEW_REGISTER}),
    "officer": frozenset({Can.VIEW_REGISTER, Can.LOG_INCIDENTS, Can.VIEW_CASES, Can.WORK_CASES, Can.EDIT_RESIDENTS}),
    "data protection officer": frozenset({Can.VIEW_CASES, Can.VIEW_TRAIL}),
    "administrator": frozenset({Can.ADMINISTER}),
}
CAPABILITIES["team leader"] = CAPABILITIES["officer"] | {Can.DECIDE}
CAPABILITIES["manager"] = CAPABILITIES["team leader"] | {Can.DECIDE_APPEALS}


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


def holders(provider: Provider, keys: Iterable[str]) -> list[User]:
    """Active people who hold one of the roles at the provider, by name."""
    return list(
        User.objects.filter(is_active=True, groups__role__provider=provider, groups__role__key__in=list(keys))
        .distinct()
        .order_by("name")
    )


def read_rights(users: Iterable[User]) -> None:
    """Read the roles and rights of many people in four queries, so that asking each of them costs no more."""
    known = {user.pk: user for user in users}
    for user in known.values():
        user.__dict__["roles"], user.__dict__["capabilities"] = [], {}
    through = User.groups.through.objects.filter(user__in=known).values_list("group", "user")
    groups: dict[int, list[int]] = {}
    for group, holder in through:
        groups.setdefault(group, []).append(holder)
    for role in Role.objects.filter(group__in=groups).select_related("provider").order_by("-rank"):
        for holder in groups[role.group_id]:
            known[holder].roles.append(role)
    read_kept_out(known.values())
    held = GroupObjectPermission.objects.filter(
        group__in=groups, content_type__app_label="people", content_type__model="provider"
    )
    for group, provider_pk, codename in held.values_list("group", "object_pk", "permission__codename"):
        for holder in groups[group]:
            rights = known[holder].capabilities
            rights[int(provider_pk)] = rights.get(int(provider_pk), frozenset()) | {codename}


def read_kept_out(users: Iterable[User]) -> None:
    """Read in one query whose files are closed by name to many people."""
    known: dict[int, list[User]] = {}
    for user in users:
        user.__dict__["kept_out_of"] = frozenset()
        known.setdefault(user.pk, []).append(user)
    rows = FileAccess.objects.standing().of_kind(KEPT_OUT).filter(user__in=known)
    for holder, reference in rows.values_list("user", "content_object__reference"):
        for user in known[holder]:
            user.__dict__["kept_out_of"] |= {reference}


def keys_with(provider: Provider, capability: str) -> list[str]:
    """The keys of the provider's roles that carry a capability: whom to ask where a policy names nobody."""
    return [role.key for role in provider.roles.order_by("rank", "pk") if capability in CAPABILITIES[role.works_as]]


def work_that_may(capability: str) -> list[str]:
    """The kinds of work whose roles carry a capability, wherever they are held: for a query over many providers."""
    return [works_as for works_as, carried in CAPABILITIES.items() if capability in carried]


@transaction.atomic
def define_roles(provider: Provider, policy: Policy, *, at: datetime, by: User | None = None) -> list[Role]:
    """Make the provider's roles as its policy names them, each with the capabilities of the work it does.

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
    _carry(provider, made)
    audit.record("provider.roles_defined", subject=provider, by=by, at=at, facts={"roles": [r.key for r in made]})
    _follow_renamed(provider, policy, by=by, at=at)
    return made


@transaction.atomic
def define_office(provider: Provider, *, at: datetime) -> Role:
    """Make the administrator's role of the set-up, before there is a policy: somebody has to adopt the first one."""
    role = _role(provider, "administrator", SET_UP_ROLES["administrator"], "administrator", 0)
    _carry(provider, [role])
    audit.record("provider.roles_defined", subject=provider, by=None, at=at, facts={"roles": [role.key]})
    return role


def _role(provider: Provider, key: str, name: str, works_as: str, rank: int) -> Role:
    role = Role.objects.filter(provider=provider, key=key).first()
    if role is None:
        role = Role(provider=provider, key=key, group=Group.objects.create(name=f"{provider.slug}:{key}"))
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
        holding = User.objects.filter(groups__role__provider=provider, groups__role__key=defined.was)
        for user in holding.exclude(groups__role=new).order_by("pk"):
            grant(new, user, by=by, at=at)


def _carry(provider: Provider, roles: Iterable[Role]) -> None:
    """Let each role carry the capabilities of its work at the provider, and no others; however many roles, at once."""
    roles = list(roles)
    kind = ContentType.objects.get_for_model(Provider)
    rights = dict(Permission.objects.filter(content_type=kind).values_list("codename", "pk"))
    too_much = Q()
    for role in roles:
        kept = [rights[right] for right in CAPABILITIES[role.works_as]]
        too_much |= Q(group_id=role.group_id) & ~Q(permission_id__in=kept)
    held = GroupObjectPermission.objects.filter(content_type=kind, object_pk=str(provider.pk))
    held.filter(too_much).delete()
    GroupObjectPermission.objects.bulk_create(
        [
            GroupObjectPermission(
                group_id=role.group_id, permission_id=rights[right], content_type=kind, object_pk=str(provider.pk)
            )
            for role in roles
            for right in CAPABILITIES[role.works_as]
        ],
        ignore_conflicts=True,
    )


@transaction.atomic
def grant(role: Role, to: User, *, by: User | None, at: datetime) -> None:
    """Give somebody a role at the role's provider."""
    to.groups.add(role.group)
    _forget(to)
    audit.record("user.role_granted", subject=to, by=by, at=at, facts={"role": role.key})


@transaction.atomic
def revoke(role: Role, from_: User, *, by: User | None, at: datetime) -> None:
    """Take a role away."""
    from_.groups.remove(role.group)
    _forget(from_)
    audit.record("user.role_revoked", subject=from_, by=by, at=at, facts={"role": role.key})


def _forget(user: User) -> None:
    """Drop what was read about the user's rights, so that the next question is answered afresh."""
    user.__dict__.pop("roles", None)
    user.__dict__.pop("capabilities", None)

"""Who may look at the register, and who may change it."""

from people import access
from people.models import Provider, User
from policies.policy import RegisterRule
from register.models import Entry

Can = Provider.Capability


def check_can_look_up(user: User, provider: Provider) -> None:
    """Staff whose duties require it see the register (Dover 6.30), contractors what is shared with them (6.31)."""
    if not access.can(user, Can.VIEW_SHARED_REGISTER, provider.pk):
        access.require(user, Can.VIEW_REGISTER, provider)


def check_can_enter(user: User, provider: Provider, register: RegisterRule | None = None) -> None:
    """A named senior person decides on every entry (rule D1); never the system, and never whoever saw it alone.

    Where the policy says who decides on entries of a register, one of them. What stands with a restriction was decided
    with it.
    """
    _require_decider(user, provider)
    if not may_decide_on(user, provider, register):
        assert register is not None
        named, rule = register.by.names(), register.by.rule
        raise access.NotPermitted(
            f"Entries of the {register.name} are decided on by: {named}{f' ({rule.cite()})' if rule else ''}."
        )


def may_decide_on(user: User, provider: Provider, register: RegisterRule | None) -> bool:
    """Whether the policy lets somebody who decides at the provider decide on entries of a register; so where it is
    silent."""
    if register is None or register.by.unsaid:
        return True
    return register.by.allows({role.key for role in user.roles if role.provider_id == provider.pk})


def check_can_change(user: User, entry: Entry) -> None:
    """Whoever may enter may change; what stands with a restriction follows it, in the hands of who works the case."""
    if entry.stands_with and access.can(user, Can.WORK_CASES, entry.provider_id):
        return
    _require_decider(user, entry.provider)


def check_can_remove(user: User, entry: Entry) -> None:
    """Whoever may enter may remove, keep, or decide again whether the resident is told."""
    registers = {each.key: each for each in entry.policy_version.policy.registers}
    check_can_enter(user, entry.provider, None if entry.stands_with else registers.get(entry.register_key))


def _require_decider(user: User, provider: Provider) -> None:
    """Refuse with who can; their names are read only when somebody is refused."""
    if access.can(user, Can.DECIDE, provider.pk):
        return
    keys = access.keys_with(provider, Can.DECIDE)
    named = list(provider.roles.filter(key__in=keys).order_by("rank", "name").values_list("name", flat=True))
    raise access.NotPermitted(f"Your role does not decide on entries of the register. These do: {', '.join(named)}.")

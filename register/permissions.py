"""Who may look at the register, and who may change it."""

from people import access
from people.models import Provider, User
from register.models import Entry

Can = Provider.Capability
STANDS_WITH = "restriction:"


def check_can_look_up(user: User, provider: Provider) -> None:
    """Staff whose duties require it see the register (Dover 6.30), contractors what is shared with them (6.31)."""
    if not access.can(user, Can.VIEW_SHARED_REGISTER, provider.pk):
        access.require(user, Can.VIEW_REGISTER, provider)


def check_can_enter(user: User, provider: Provider) -> None:
    """A named senior person decides on every entry (rule D1); never the system, and never whoever saw it alone."""
    _require_decider(user, provider)


def check_can_change(user: User, entry: Entry) -> None:
    """Whoever may enter may change; what stands with a restriction follows it, in the hands of who works the case."""
    if entry.source.startswith(STANDS_WITH) and access.can(user, Can.WORK_CASES, entry.provider_id):
        return
    _require_decider(user, entry.provider)


def check_can_remove(user: User, entry: Entry) -> None:
    """Whoever may enter may remove, keep, or decide again whether the resident is told."""
    _require_decider(user, entry.provider)


def _require_decider(user: User, provider: Provider) -> None:
    """Refuse with who can; their names are read only when somebody is refused."""
    if access.can(user, Can.DECIDE, provider.pk):
        return
    keys = access.keys_with(provider, Can.DECIDE)
    named = list(provider.roles.filter(key__in=keys).order_by("rank", "name").values_list("name", flat=True))
    raise access.NotPermitted(f"Your role does not decide on entries of the register. These do: {', '.join(named)}.")

"""Who may look at the register, and who reads all that stands behind an entry."""

from collections.abc import Iterable

from decisions.acts import Act
from people import access
from people.access import Can
from people.models import Provider, Resident, User


def check_can_look_up(user: User, provider: Provider) -> None:
    """Staff whose duties require it see the register (Dover 6.30), contractors what is shared with them (6.31)."""
    if not access.can(user, Can.VIEW_SHARED_REGISTER, provider.pk):
        access.require(user, Can.VIEW_REGISTER, provider)


def check_not_kept_out(user: User, resident: Resident) -> None:
    """Whoever is kept out of a resident's file is told so before a visit: no card is not a card without orders."""
    if resident.reference in user.kept_out_of:
        raise access.NotPermitted(
            "You are kept out of this resident’s file. Do not visit or ring before you have asked your team leader."
        )


def check_can_read(user: User, decided_by: Iterable[Act]) -> None:
    """Those read what stands behind an entry who may decide something of it, whatever part they had in it.

    Raises `NotPermitted`, with who can, as the first of the acts does.
    """
    acts = list(decided_by)
    if not any(act.allows(user) for act in acts):
        acts[0].check(user)

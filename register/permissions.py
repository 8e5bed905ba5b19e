"""Who may look at the register, and who reads all that stands behind an entry."""

from collections.abc import Iterable
from datetime import date

from decisions.acts import Act
from people import access
from people.access import Can
from people.models import Organisation, Provider, Resident, User
from people.models.file_access import not_kept_out
from register import acts
from register.models import Entry
from register.models.entry import EntryQuerySet


def check_can_look_up(user: User, provider: Provider) -> None:
    """Staff whose duties require it see the register (Dover 6.30), contractors what is shared with them (6.31)."""
    if not access.can(user, Can.VIEW_SHARED_REGISTER, provider.pk):
        access.require(user, Can.VIEW_REGISTER, provider)


def check_not_kept_out(user: User, resident: Resident) -> None:
    """Whoever is kept out of a resident's file is told so before a visit: no card is not a card without orders.

    Not whoever has opened it urgently, for as long as that lasts.
    """
    if resident.reference not in user.kept_out_of:
        return
    if not Resident.objects.filter(not_kept_out(user, "pk"), pk=resident.pk).exists():
        raise access.NotPermitted(
            "You are kept out of this resident’s file. Do not visit or ring before you have asked your team leader."
        )


def check_not_kept_out_of_the_home(user: User, entries: EntryQuerySet) -> None:
    """The same of those in whose home one calls: what stands of them is told, or it is said that something is not."""
    if user.kept_out_of and entries.exclude(not_kept_out(user, "resident_id")).exists():
        raise access.NotPermitted(
            "You are kept out of the file of somebody who lives here. Do not visit before you have asked your team "
            "leader."
        )


def check_can_read_disclosures(user: User, on: date) -> list[int]:
    """Managers, who decide on entries, and the data protection officer read what was shared with whom (D4, D9).

    Gives the providers at which they may. Whoever the policy lets enter on a register keeps that register, and reads
    it too. Raises `NotPermitted` for everybody else.
    """
    found = set(access.providers_where(user, Can.DECIDE, Can.VIEW_TRAIL))
    if user.provider_id not in found and (keeps_a_register(user, on) or registers_of(user, user.provider, on)):
        found.add(user.provider_id)
    if not found:
        raise access.NotPermitted("Your role does not let you read what is shared with contractors.")
    return sorted(found)


def keeps_a_register(user: User, on: date) -> bool:
    """Whether the policy lets somebody enter on a register of their own provider: they keep it, and read no case."""
    provider: Provider = user.provider
    return access.can(user, Can.VIEW_REGISTER, provider.pk) and bool(acts.open_registers(user, provider, on))


def check_can_read(user: User, entry: Entry, decided_by: Iterable[Act], on: date) -> None:
    """Those read what stands behind an entry who may decide something of it, whatever part they had in it; and whoever
    the policy has keep its register.

    Raises `NotPermitted`, with who can, as the first of the acts does.
    """
    acts_on = list(decided_by)
    if any(act.allows(user) for act in acts_on) or entry.register_key in registers_of(user, entry.provider, on):
        return
    acts_on[0].check(user)


def registers_of(user: User, provider: Provider, on: date) -> list[str]:
    """The keys of the registers that somebody keeps at their own provider: it is theirs to see, whatever else is."""
    return acts.owned(user, provider, on) if user.provider_id == provider.pk else []


def where_entries_are_seen(user: User, on: date) -> list[int]:
    """The providers of whose entries somebody may know at all: staff who check the register, and who keeps one."""
    found = access.providers_where(user, Can.VIEW_REGISTER)
    return (
        found if user.provider_id in found or not registers_of(user, user.provider, on) else [*found, user.provider_id]
    )


def entries_read_by(user: User, on: date) -> tuple[list[int], list[str]]:
    """Of which providers somebody reads every entry, and which registers of their own provider besides.

    Every entry for whoever decides, or enters, on entries; those of a register for whoever keeps it.
    """
    whole = access.providers_where(user, Can.DECIDE)
    if keeps_a_register(user, on):
        whole = [*whole, user.provider_id]
    return whole, registers_of(user, user.provider, on)


def may_read(user: User, entry: Entry, on: date) -> bool:
    """Whether somebody reads all that stands behind an entry: for a link to it."""
    if entry.provider_id not in where_entries_are_seen(user, on):
        return False
    return not access.why_not(check_can_read, user, entry, acts.open_on(entry), on)


def check_can_receive(user: User) -> Organisation:
    """Whoever works for a contractor receives what is shared with that contractor, and with no other."""
    if user.organisation is None or not access.can(user, Can.VIEW_SHARED_REGISTER, user.organisation.provider_id):
        raise access.NotPermitted("Only a contractor's people receive what is shared with their firm.")
    return user.organisation


def check_can_report(user: User) -> Provider:
    """Whoever may check the register may report what happened at a door, to the provider that they work for.

    Front-line staff and contractors, who log no incidents (Northampton 1.6: contractors must report them).
    """
    provider: Provider = user.provider
    check_can_look_up(user, provider)
    return provider

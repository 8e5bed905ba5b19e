"""What waits for somebody to decide who is about to be free for it no more, and who else could."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from deadlines.models import Deadline
from people import access
from people.models import Holding, User


@dataclass(frozen=True)
class Waiting:
    """Something that waits for whom a policy names, somebody among them, and who else could decide it."""

    deadline: Deadline
    others: tuple[str, ...]


def waiting(
    rows: Sequence[Deadline], provider_id: int, *, but: Collection[int], neither: Collection[int] = ()
) -> list[Waiting]:
    """Those of the rows that wait for any of these people, with who is left; in a fixed number of queries.

    Who holds one of the roles today, or was appointed, and is not barred from it by a rule; and is not one of those who
    cannot either.
    """
    held = Holding.objects.in_force(access.today()).filter(user__is_active=True, role__provider=provider_id)
    holders: dict[str, dict[int, str]] = {}
    for key, pk, name in held.values_list("role__key", "user", "user__name"):
        holders.setdefault(key, {})[pk] = name
    appointed = {pk for row in rows for pk in row.also_for}
    names = dict(User.objects.filter(pk__in=appointed, is_active=True).values_list("pk", "name"))
    found = []
    for row in rows:
        can = {pk: name for key in row.for_roles for pk, name in holders.get(key, {}).items()}
        can |= {pk: names[pk] for pk in row.also_for if pk in names}
        can = {pk: name for pk, name in can.items() if pk not in row.not_for}
        if can.keys() & set(but):
            left = [name for pk, name in can.items() if pk not in but and pk not in neither]
            found.append(Waiting(row, tuple(sorted(left))))
    return found

"""Who can, as a sentence names them: people by name, roles with the right article."""

from collections.abc import Iterable, Sequence

from django.db.models import QuerySet

from design import words
from people import access
from people.models import Provider, Role, User


def who_can(people: Sequence[User], *, most: int = 5) -> str:
    """A sentence that names who can do something; at most five of many, and how many more."""
    names = [user.name for user in people]
    if len(names) > most:
        names = [*names[: most - 1], f"{len(names) - most + 1} others"]
    return f"{words.either(names)} can." if names else ""


def roles_with_article(provider: Provider, keys: Iterable[str]) -> list[str]:
    """Roles as a sentence names whoever holds them: "a Team Leader", "an Assistant Director", "the Chief Executive".

    With "the" where one person alone holds the role; by rank, the lowest first, and as the policy names them.
    """
    return _with_article(provider.roles.filter(key__in=list(keys)))


def _with_article(roles: QuerySet[Role]) -> list[str]:
    rows = roles.annotate(held=access.count_of_holders()).order_by("rank", "pk")
    return [f"the {role.name}" if role.held == 1 else words.with_article(role.name) for role in rows]


def any_of(provider: Provider, keys: Iterable[str]) -> str:
    """The roles as a sentence gives a choice of them: "a Team Leader or the Head of Housing"."""
    return words.either(roles_with_article(provider, keys), "nobody yet")


def any_with(provider: Provider, right: str) -> str:
    """The same for every role with a right."""
    roles = provider.roles.filter(works_as__in=access.work_that_may(right))
    return words.either(_with_article(roles), "nobody yet")

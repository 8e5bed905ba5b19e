"""What many tests begin with: built through the services once a worker, then laid down again as rows.

Building a council takes some hundred queries and a case as many again, and a thousand tests begin with one. The rows
that the services wrote are kept, and copied back by later tests that ask for the same; what is handed out is as if read
from the database just now. Only in tests that are rolled back: one that commits builds for itself, because the workers
are told of what was committed.
"""

import copy
import functools
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, ParamSpec, TypeVar, cast

from django.contrib.contenttypes.models import ContentType
from django.db import connection, models

from audit.models import Event

P = ParamSpec("P")
R = TypeVar("R")
Rows = dict[str, set[bytes]]
WRITTEN_BY_THE_DATABASE = {"audit_history", "audit_seal"}
"""What triggers write: they write it again for the rows that are copied back."""


@dataclass(frozen=True)
class Scene:
    """The rows that were added, and what was handed out."""

    rows: Rows
    made: Any


def remembered(build: Callable[P, R]) -> Callable[P, R]:
    """Build the first time; copy the rows back where a later test asks for the same, with the same arguments."""
    kept: dict[Hashable, Scene] = {}

    @functools.wraps(build)
    def lay_down(*args: P.args, **kwargs: P.kwargs) -> R:
        if not connection.in_atomic_block:
            return build(*args, **kwargs)
        key = (_since_emptied(), *map(_named, args), *((name, _named(value)) for name, value in sorted(kwargs.items())))
        if scene := kept.get(key):
            if _stands(scene):
                return build(*args, **kwargs)
            _write(scene.rows)
            return cast("R", _anew(scene.made, [*_instances(args), *_instances(tuple(kwargs.values()))]))
        before = _all_rows()
        made = build(*args, **kwargs)
        kept[key] = Scene(_added(before, _all_rows()), _anew(made, [], read=True))
        return made

    return lay_down


def _since_emptied() -> Hashable:
    """What is new each time that a test which commits has emptied every table: the keys that roles' rights point to."""
    return tuple(ContentType.objects.order_by("pk").values_list("pk", flat=True)[:1])


def _named(value: Any) -> Hashable:
    """An argument as part of a key."""
    return (value._meta.label, value.pk) if isinstance(value, models.Model) else repr(value)


def _instances(made: Any) -> Iterator[models.Model]:
    """Every row of the database in what was handed out."""
    if isinstance(made, models.Model):
        yield made
    elif isinstance(made, tuple):
        for each in made:
            yield from _instances(each)
    elif is_dataclass(made):
        for each in fields(made):
            yield from _instances(getattr(made, each.name))


def _stands(scene: Scene) -> bool:
    """Whether this very test has it already: then the services say what is wrong with a second."""
    first = next(_instances(scene.made))
    return type(first)._base_manager.filter(pk=first.pk).exists()


def _all_rows() -> Rows:
    """Every row of every table, as PostgreSQL copies it."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.django_table_names(only_existing=True):
            if table in WRITTEN_BY_THE_DATABASE:
                continue
            with cursor.copy(f"COPY {_copied_columns(table)} TO STDOUT") as rows:
                found[table] = {line for line in b"".join(rows).split(b"\n") if line}
    return found


def _copied_columns(table: str) -> str:
    """A table, with its columns where one of them is the database's to write."""
    if table != Event._meta.db_table:
        return f'"{table}"'
    return f'"{table}" ({", ".join(key.column for key in Event._meta.concrete_fields if key.name != "recorded_at")})'


def _added(before: Rows, after: Rows) -> Rows:
    """The rows that are new. What stood there already must still stand, unchanged."""
    changed = [table for table in before if before[table] - after[table]]
    assert not changed, f"only what is added can be remembered; this changed {changed}"
    return {table: new for table in after if (new := after[table] - before.get(table, set()))}


def _write(rows: Rows) -> None:
    """Copy rows back. Foreign keys are checked when the test ends, so their order does not matter."""
    with connection.cursor() as cursor:
        for table, lines in rows.items():
            with cursor.copy(f"COPY {_copied_columns(table)} FROM STDIN") as into:
                into.write(b"".join(line + b"\n" for line in lines))


def _anew(made: Any, known: list[models.Model], *, read: bool = False) -> Any:
    """The same with rows of its own, which know each other and what is known, and nothing else."""
    fresh: dict[tuple[type[models.Model], Any], models.Model] = {(type(one), one.pk): one for one in known}
    copied = _copied(made, fresh, read=read)
    for one in _instances(copied):
        for key in one._meta.concrete_fields:
            related = fresh.get((key.related_model, getattr(one, key.attname))) if key.is_relation else None
            if related is not None:
                cast("models.ForeignKey", key).set_cached_value(one, related)
    return copied


def _copied(made: Any, fresh: dict[tuple[type[models.Model], Any], models.Model], *, read: bool) -> Any:
    if isinstance(made, models.Model):
        if (type(made), made.pk) not in fresh:
            row = type(made)._base_manager.get(pk=made.pk) if read else made
            names = [key.attname for key in row._meta.concrete_fields]
            values = [copy.deepcopy(getattr(row, name)) for name in names]
            fresh[type(made), made.pk] = type(made).from_db(connection.alias, names, values)
        return fresh[type(made), made.pk]
    if is_dataclass(made) and not isinstance(made, type):
        inner = {each.name: _copied(getattr(made, each.name), fresh, read=read) for each in fields(made)}
        return replace(made, **inner)
    return made

"""`docs/states.md`, drawn from the code: every state machine with its states and transitions."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.db.models import Model
from django_fsm import FSMField

HEADING = """# States

Generated from the code by `./run manage states`; a test fails when it is out of date. Each line is a transition: from
which states, to which, and what it means. Nothing else changes a state.
"""


@dataclass(frozen=True)
class Step:
    """One transition of a state machine."""

    name: str
    sources: tuple[str, ...]
    target: str
    meaning: str


def machines() -> Iterator[tuple[type[Model], FSMField]]:
    """Every model with a protected state, in the order of the rooms."""
    for model in apps.get_models():
        for field in model._meta.get_fields():
            if isinstance(field, FSMField):
                yield model, field


def labels(field: FSMField) -> dict[str, str]:
    """The states of a machine, each with its name on the screen."""
    return {str(value): str(label) for value, label in field.flatchoices}


def steps(model: type[Model], field: FSMField) -> list[Step]:
    """The transitions of a machine, by name; transitions from several states are one step."""
    found: dict[str, list] = {}
    for transition in field.get_all_transitions(model):
        found.setdefault(transition.name, []).append(transition)
    order = list(labels(field))
    made = []
    for name, transitions in found.items():
        sources = sorted({t.source for t in transitions}, key=order.index)
        meaning = " ".join((transitions[0].method.__doc__ or "").split())
        made.append(Step(name, tuple(sources), transitions[0].target, meaning))
    return sorted(made, key=lambda step: (order.index(step.sources[0]), order.index(step.target), step.name))


def document() -> str:
    """The whole of `docs/states.md`."""
    parts = [HEADING]
    for model, field in machines():
        names = labels(field)
        parts.append(f"## {str(model._meta.verbose_name).capitalize()} (`{model._meta.label}.{field.name}`)\n")
        parts.append("\n".join(" ".join((model.__doc__ or "").split()).splitlines()) + "\n")
        parts.append("States: " + ", ".join(names.values()) + f". Begins as {names[field.default]}.\n")
        rows = ["| Transition | From | To | Meaning |", "|---|---|---|---|"]
        for step in steps(model, field):
            sources = ", ".join(names[source] for source in step.sources)
            rows.append(f"| `{step.name}` | {sources} | {names[step.target]} | {step.meaning} |")
        parts.append("\n".join(rows) + "\n")
    return "\n".join(parts)

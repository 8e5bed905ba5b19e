"""What somebody has decided or put forward, in words, for whoever agrees to it or does not."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from audit import subjects
from decisions.acts import Act
from design import dates
from register import acts, forms
from register.models import Entry
from register.services import entering

Rows = list[tuple[str, str]]
BY_THE_POLICY = "When the policy says"
OWN_NUMBER = "The provider's own number"


def on_entry(entry: Entry, act: Act) -> Rows:
    """What another has decided on an entry that stands; nothing where nobody has."""
    if not act.voices:
        return []
    what = act.put
    if act.name == acts.CHANGE:
        return _changes(entry, what)
    if act.name == acts.REMOVE:
        return [("The resident is told of the removal", _yes(what["told"]))] if "told" in what else []
    if act.name == acts.WITHHOLD:
        return [("Looked at again on", _day(what["look_again_on"]))]
    return [("Looked at again on", _day(what.get("review_on")))]


def _changes(entry: Entry, what: Mapping[str, Any]) -> Rows:
    """Each thing that would be other than it is: as it would be, and as it is."""
    now = {
        "instructions": entry.instructions, "ring": entry.ring, "review_on": entry.review_on and str(entry.review_on),
        "shared_with_contractors": entry.shared_with_contractors,
    }  # fmt: skip
    rows: Rows = []
    for name in (name for name in now if name in what and what[name] != now[name]):
        label, words = _LABELS[name], _words(name, now[name])
        rows += [(label, _words(name, what[name])), (f"{label}, until now", words)]
    return rows


def new_entry(what: Mapping[str, Any]) -> Rows:
    """What an entry would say; nothing where none would be made."""
    if not what or what.get("outcome") == entering.NOT:
        return []
    rows = [(_LABELS[name], _words(name, what[name])) for name in _LABELS if what.get(name) not in ("", [], None)]
    if what["told"]:
        return [*rows, ("The resident", "Is told")]
    return [
        *rows, ("The resident", "Is not told"), ("Why not", what["not_told_reason"]),
        ("That is looked at again on", _day(what["look_again_on"])),
    ]  # fmt: skip


_LABELS = {
    "risks": "Risks",
    "instructions": "What staff must do",
    "ring": "Number to ring",
    "shared_with_contractors": "Shared with contractors",
    "review_on": "Looked at again on",
    "source": "Rests on",
}


def _words(name: str, value: Any) -> str:
    if name == "risks":
        return ", ".join(forms.risk_words(risk) for risk in value)
    if name == "instructions":
        return "\n".join(value)
    if name == "source":
        return f"Incident {subjects.ref_of(value)}"
    if name == "shared_with_contractors":
        return _yes(value)
    return _day(value) if name == "review_on" else value or OWN_NUMBER


def _yes(value: bool) -> str:
    return "Yes" if value else "No"


def _day(value: str | None) -> str:
    return dates.day(date.fromisoformat(value)) if value else BY_THE_POLICY

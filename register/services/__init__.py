"""Verbs of the register: enter, change, keep and remove an entry; look somebody or some place up."""

from register.services.entries import change, change_entry, enter, keep, remove, remove_entry
from register.services.grounds import twin_of
from register.services.lookups import (
    Match,
    confirm_checked,
    entries_at,
    entries_for,
    find,
    look_up,
    look_up_place,
    same_place,
    shown_by,
)
from register.services.rows import about, rule_of, who_removed
from register.services.telling import go_on_not_telling, recipients, tell_resident

__all__ = [
    "Match",
    "about",
    "change",
    "change_entry",
    "confirm_checked",
    "enter",
    "entries_at",
    "entries_for",
    "find",
    "go_on_not_telling",
    "keep",
    "look_up",
    "look_up_place",
    "recipients",
    "remove",
    "remove_entry",
    "rule_of",
    "same_place",
    "shown_by",
    "tell_resident",
    "twin_of",
    "who_removed",
]

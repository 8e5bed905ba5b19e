"""Verbs of the register: enter, change, keep and remove an entry; look somebody or some place up."""

from register.services import retention
from register.services.considering import ask_to_consider, enter_after, leave_out, who_answered
from register.services.ending import erase, remove, remove_entry
from register.services.entries import Cover, change, change_entry, enter, highlight
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
from register.services.reviewing import keep
from register.services.rows import open_by_decision, registers_on, rule_of, standing_in, who_removed
from register.services.telling import go_on_not_telling, recipients, tell_resident

__all__ = [
    "Cover",
    "Match",
    "about",
    "ask_to_consider",
    "change",
    "change_entry",
    "confirm_checked",
    "enter",
    "enter_after",
    "erase",
    "entries_at",
    "entries_for",
    "find",
    "go_on_not_telling",
    "highlight",
    "keep",
    "leave_out",
    "look_up",
    "look_up_place",
    "open_by_decision",
    "recipients",
    "registers_on",
    "remove",
    "remove_entry",
    "rule_of",
    "retention",
    "same_place",
    "shown_by",
    "standing_in",
    "tell_resident",
    "twin_of",
    "who_answered",
    "who_removed",
]

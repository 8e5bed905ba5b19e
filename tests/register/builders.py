"""Entries of a register and what is decided of them, through the services."""

from datetime import date

from audit.models import Trail
from decisions.services import Said
from register.services import changing, entering, keeping, removing, with_restriction, withholding
from register.services.new_entries import NewEntry
from tests.factories import NOON


class Incident:
    """An incident as the casework above the register records it: the resident is whoever's behaviour it was."""

    def __init__(self, reference, provider, resident=None, case=""):
        self.trail = Trail("incident", reference, provider.slug, resident.reference if resident else "", case)


def new_entry(provider, resident=None, **extra):
    """What an entry says as the imposing of a restriction makes it, or another with `extra`."""
    details = {
        "provider": provider,
        "resident": resident,
        "register_key": "staff_risk",
        "risks": ["threats"],
        "instructions": ["Visit in pairs.", "Ring the team before you go."],
        "arrangement": ["One call a week, on Tuesdays."],
        "ring": "01304 872000",
        "source": "restriction:X-000004",
        "case_ref": "C-000001",
        "ends_on": date(2027, 6, 18),
    }
    return NewEntry(**details | extra)


def enter(provider, by, resident=None, *, reason="", at=NOON, **extra):
    """An entry that stands with a restriction; by itself, and then by a decision, with another source."""
    new = new_entry(provider, resident, **extra)
    if new.with_restriction:
        return with_restriction.enter(new, by=by, at=at)
    return entering.enter(new, Said(reason), by=by, at=at).entry


def said(reason, **what):
    """What somebody decides, with its days in plain form."""
    return Said(
        reason, what={name: each.isoformat() if isinstance(each, date) else each for name, each in what.items()}
    )


def keep(entry, by, reason, *, at=NOON, **what):
    """Keep an entry."""
    return keeping.keep(entry.pk, said(reason, **what), by=by, at=at)


def remove(entry, by, reason, *, at=NOON, **what):
    """Remove an entry."""
    return removing.remove(entry.pk, said(reason, **what), by=by, at=at)


def change(entry, by, reason, *, at=NOON, **what):
    """Change what an entry says."""
    return changing.change(entry.pk, said(reason, **what), by=by, at=at)


def withhold(entry, by, reason, *, at=NOON, **what):
    """Decide again that the resident is not told."""
    return withholding.go_on_not_telling(entry.pk, said(reason, **what), by=by, at=at)

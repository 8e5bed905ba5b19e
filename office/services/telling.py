"""What moving a case changes of what the resident was told: a date, a right, a way, who decides; and the letter on it.

Written down once, for the page on which it is decided and for the deed, so that the two cannot differ.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from appeals.against.appealable import Appealable
from audit import subjects
from cases.models import Case
from deadlines import kinds
from deadlines.models import Deadline
from deadlines.services import appeal_windows
from design import dates
from letters import services as letters
from office.services import touched
from office.services.recounting import Move
from office.services.touched import Touched
from people.models import PolicyVersion
from policies.reckoning import Reckoning
from restrictions import facts
from restrictions.models import Restriction
from restrictions.rules import registers_for

KIND = "policy_moved"
WHO_NEEDS = "staff whose work needs it"
NOTHING_CHANGES = "No letter: nothing changes that the resident was told"
NOTHING_TOLD = "No letter: the resident has not been told anything in this case that could change"


@dataclass(frozen=True)
class Telling:
    """What changes of what the resident was told, for whoever decides; the facts of the letter, or why none goes."""

    changes: tuple[str, ...] = ()
    facts: dict[str, Any] | None = None
    why_none: str = NOTHING_CHANGES


def read(found: Touched, version: PolicyVersion, *, on: date) -> Telling:
    """What of it the resident was told, and the facts of the letter that tells it anew; or why no letter goes."""
    case, held = found.case, found.held
    told = held.decided(case)
    restriction = touched.standing(case, held)
    if not told and restriction is None:
        return Telling(why_none=NOTHING_TOLD)
    changes: list[str] = []
    reviews = [_review(move, changes) for move in found.moves if kinds.of(move.kind).told]
    appeals = [*_appeals(found, told, held.open_windows(case), version, changes)]
    always = _always(restriction, case, version, changes) if restriction else []
    register = _register(restriction, case, version, changes) if restriction else None
    ombudsman = _ombudsman(case, version, changes)
    if not changes:
        return Telling()
    facts = {
        "effective_on": version.effective_on.isoformat(),
        "decided_on": on.isoformat(),
        "restriction_reference": restriction.reference if restriction else "",
        "reviews": reviews,
        "appeals": appeals,
        "always_accepted": always,
        "register": register,
        "ombudsman_changed": ombudsman,
    }
    return Telling(tuple(changes), facts, "")


def _review(move: Move, changes: list[str]) -> dict[str, Any]:
    assert move.reckoning and move.now
    was = f"on {dates.day(move.was)}" if move.was else "not told of"
    changes.append(f"{kinds.of(move.kind).told.capitalize()}: {was}, now on {dates.day(move.now)}")
    return {
        "at_end": move.kind == kinds.REVIEW_AT_END,
        "was_on": move.was.isoformat() if move.was else None,
        "now_on": move.now.isoformat(),
        "explained": move.reckoning.explain(),
    }


def _appeals(
    found: Touched, told: dict[str, Appealable], rows: dict[str, Deadline], version: PolicyVersion, changes: list[str]
) -> Iterable[dict[str, Any]]:
    """The decisions whose appeal changes: until when, how, or who decides; or that can be appealed only now."""
    moved = {move.decided.trail.about: move for move in found.moves if move.decided}
    for about_, one in told.items():
        move, row, rules = moved.get(about_), rows.get(about_), one.rules_under(version.policy)
        if rules is None or (move is None and row is None):
            continue
        stands = move.reckoning if move else Reckoning.from_json(row.reckoning) if row and row.reckoning else None
        if stands is None:
            continue
        now = appeal_windows.in_letter(found.case.provider, rules, stands)
        before = one.rules_under(found.case.policy)
        was = appeal_windows.in_letter(found.case.provider, before, stands) if before else None
        said = [*_differs(was, now, move)]
        if said:
            changes += [f"Appeal against {subjects.ref_of(about_)}: {words}" for words in said]
            until = move.was.isoformat() if move and move.was else None
            yield now | {"against": one.to_resident, "was_until": until, "new": was is None}


def _differs(was: dict[str, Any] | None, now: dict[str, Any], move: Move | None) -> Iterable[str]:
    if was is None:
        yield "can be made only now"
        return
    if move and move.now:
        yield f"until {dates.day(move.was) if move.was else 'a day left open'}, now until {dates.day(move.now)}"
    if was["how"] != now["how"]:
        yield f"{was['how']}, now {now['how']}"
    if was["decided_by_role"] != now["decided_by_role"]:
        yield f"decided by {was['decided_by_role'] or 'nobody named'}, now {now['decided_by_role'] or 'nobody named'}"


def _always(restriction: Restriction, case: Case, version: PolicyVersion, changes: list[str]) -> list[dict[str, str]]:
    """What is always accepted, where the newer version adds to it. What a letter told stays accepted beside it."""
    before, now = (facts.always_accepted(policy) for policy in (case.policy, version.policy))
    known = {one["words"] for one in before}
    added = [one for one in now if one["words"] not in known]
    if not added:
        return []
    changes.append(f"Always accepted as well: {', '.join(one['words'] for one in added)}")
    return [*before, *added]


def _register(
    restriction: Restriction, case: Case, version: PolicyVersion, changes: list[str]
) -> dict[str, Any] | None:
    """Who sees the entry of which the resident was told, where that changes."""
    if not restriction.tell_resident_of_entry:
        return None
    newer = {each.key: each for each in version.policy.registers}
    pairs = [(was, newer[was.key]) for was in registers_for(restriction) if was.key in newer]
    changed = [(was, now) for was, now in pairs if (was.name, was.access.words) != (now.name, now.access.words)]
    if not changed:
        return None
    changes += [
        f"The register: {was.name}, now {now.name}; who sees it: {now.access.words or WHO_NEEDS}"
        for was, now in changed
    ]
    sees = "; ".join(dict.fromkeys(now.access.words or WHO_NEEDS for _, now in pairs))
    shared = ", and our contractors" if restriction.share_with_contractors else ""
    name = " and ".join(now.name for _, now in pairs)
    return {"name": name, "told": True, "who_sees": sees + shared, "until": _iso(restriction.ends_on)}


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _ombudsman(case: Case, version: PolicyVersion, changes: list[str]) -> bool:
    """Whether another ombudsman is where the resident can go after us."""
    was, now = (
        letters.frame_facts(case.provider, policy, case.resident)["ombudsman"]
        for policy in (case.policy, version.policy)
    )
    if was == now:
        return False
    changes.append(f"Where to go after us: {was['name'] if was else 'nobody named'}, now {now['name'] if now else '-'}")
    return True

"""What the outcome of an appeal changes: of a restriction, of a warning and what rests on it, of another decision."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

import cases.permissions
import cases.services
from appeals.against import Against
from appeals.models import Appeal
from appeals.services.timing import rules_for
from cases.ladder import papers
from cases.models import Warning
from design import dates, words
from design.dates import day_of
from people.models import User
from policies.rules import Rule, RuleBroken, need
from register.models import Entry
from register.services import removing
from restrictions import limits
from restrictions.limits import NewTerm
from restrictions.models import Restriction
from restrictions.services import ending
from restrictions.services.continuing import check_not_longer

State, Rests = Appeal.State, Appeal.Rests
NOT_BY_ITSELF = Rule("evenhand", text="What rests on a warning that is taken back is decided on by name.")
POWERS = {State.UPHELD: {"uphold", "quash"}, State.VARIED: {"vary"}, State.DISMISSED: {"dismiss"}}


@dataclass(frozen=True)
class Resting:
    """What was built on a warning since: letters that followed it, and the restriction in force."""

    letters: list[Warning]
    restriction: Restriction | None

    def __bool__(self) -> bool:
        return bool(self.letters or self.restriction)

    @property
    def named(self) -> str:
        """All of it by its references."""
        names = [f"{papers.PAPERS[each.kind].name} {each.paper.reference}" for each in self.letters]
        names += [f"restriction {self.restriction.reference}"] if self.restriction else []
        return " and ".join(names)


def resting(found: Against, *, on: date) -> Resting:
    """What rests on a warning: nothing where it is no warning.

    On the warnings of a conversation also the first letter that puts that conversation in writing. A restriction
    that the policy's path of danger put in force without a warning rests on none (Dover 6.7).
    """
    if found.warning is None:
        return Resting([], None)
    case = found.case
    letters: list[Warning] = []
    if found.warning.kind != Warning.Kind.WRITTEN:
        followed = Q(kind=Warning.Kind.WRITTEN)
        if found.warning.kind == Warning.Kind.INITIAL:
            followed |= Q(kind=Warning.Kind.FIRST, incidents=found.warning.incident)
        since = case.warnings.filter(followed, given_on__gte=found.decided_on).distinct()
        since = since.filter(withdrawn_at__isnull=True, letter__issued_at__gte=case.begun_at)
        letters = list(since.select_related("letter").order_by("pk"))
    later = Restriction.objects.in_force(on).filter(case=case, extreme=False, decided_on__gte=found.decided_on)
    return Resting(letters, later.first())


def powers(found: Against) -> set[str]:
    """The outcomes that the policy lets a decider choose; all where it is silent on them."""
    said = rules_for(found).powers
    if not said.said:
        return {str(one) for one in POWERS}
    return {str(outcome) for outcome, named in POWERS.items() if named & {item.word for item in said.kept}}


def check_power(found: Against, outcome: str) -> None:
    """Refuse an outcome that the policy does not let a decider choose."""
    if outcome != State.OUT_OF_TIME and outcome not in powers(found):
        label = State(outcome).label.lower()
        raise RuleBroken(f"The outcome cannot be “{label}”", rules_for(found).powers.rule, "outcome")


def choices(appeal: Appeal, found: Against, *, on: date) -> dict[str, str]:
    """The outcomes that are possible, each with what it changes; none is offered that cannot be."""
    hints = _of_restriction(found.limits, on=on) if found.limits else _of_another(found)
    allowed = powers(found)
    offered: dict[str, str] = {outcome: hint for outcome, hint in hints.items() if outcome in allowed}
    if appeal.awaits_hearing:
        why = "in your judgement it came too late" if appeal.doubt else "it came late"
        offered[State.OUT_OF_TIME] = f"The appeal is not heard, because {why}. The resident is told why."
    return offered


def _of_restriction(decided: Restriction, *, on: date) -> dict[str, str]:
    standing = what_stands(decided)
    in_force = standing.is_in_force(on)
    ref, last = standing.reference, dates.day(standing.ends_on) if standing.ends_on else ""
    entered = is_entered(standing)
    goes = " and its register entry goes" if entered else ""
    ends = f"{ref} ends today{goes}." if in_force else "The decision to restrict is set aside."
    found: dict[str, str] = {State.UPHELD: f"{ends} The resident is told in writing."}
    if in_force:
        says_so = " The register says so at once." if entered else ""
        found[State.VARIED] = f"{ref} goes on in other terms, or to an earlier last day.{says_so}"
    stays = f"{ref} stays as it is, with {last} as its last day in force." if in_force else "Nothing changes."
    found[State.DISMISSED] = f"{stays} The resident is told why."
    return found


def is_entered(restriction: Restriction) -> bool:
    """Whether it stands on a register: not every policy has one, nor an entry for each restriction."""
    standing = Entry.objects.on_a_register().filter(source=restriction.trail.about, removed_on__isnull=True)
    return standing.exists()


def _of_another(found: Against) -> dict[str, str]:
    goes = {
        "warning": f"{found.title}: taken back. No further step can rest on it.",
        "entry": f"{found.title}: removed. Whoever looked at it is told.",
        "decision": f"{found.title}: set aside. Say in your reasons what is decided anew, and by whom.",
    }[found.noun]
    hints: dict[str, str] = {State.UPHELD: f"{goes} The resident is told in writing."}
    if can_be_corrected(found):
        hints[State.VARIED] = "Another letter, in other words, takes its place today and counts from today."
    hints[State.DISMISSED] = f"{found.title}: stays as it is. The resident is told why."
    return hints


def can_be_corrected(found: Against) -> bool:
    """Whether other words can take its place: those of a letter can, what was said in a conversation cannot."""
    return found.warning is not None and found.warning.kind != Warning.Kind.INITIAL and not found.standing


def check_resting(found: Against, what: str, because: str, *, on: date) -> None:
    """Where a warning that goes has been built on, ask what becomes of that, and why: it never just follows."""
    named = resting(found, on=on).named
    if not named:
        return
    if what not in Rests.values:
        raise RuleBroken(f"Select what becomes of {named}", NOT_BY_ITSELF, "what_rests")
    need(
        because, f"Enter why {named} {'stays' if what == Rests.STAYS else 'ends'}", "what_rests_because", NOT_BY_ITSELF
    )


def undo(appeal: Appeal, found: Against, *, ends_too: bool, by: User, at: datetime) -> None:
    """Take back what an upheld appeal was against: a restriction ends, a warning goes, an entry is removed.

    What rests on a warning ends with it only where the decider said so. Higher things go first, so that the case steps
    back one stage at a time.
    """
    reason = f"Appeal {appeal.reference} was upheld"
    rule = rules_for(found).by.rule
    if found.limits:
        _quash(what_stands(found.limits), by=by, at=at, reason=reason)
    elif found.warning:
        rests = resting(found, on=day_of(at))
        if ends_too and rests.restriction:
            _quash(rests.restriction, by=by, at=at, reason=reason)
        for each in reversed(rests.letters) if ends_too else ():
            cases.services.quash_warning(each.pk, by=by, at=at, reason=reason, rule=rule)
        if not found.standing:
            cases.services.quash_warning(found.warning.pk, by=by, at=at, reason=reason, rule=rule)
    elif found.entry and not found.standing:
        removing.set_aside(found.entry.pk, reason=reason, by=by, at=at)


def suspend(appeal: Appeal, found: Against, *, by: User, at: datetime) -> None:
    """Suspend what an appeal is against, where the policy says so and the appeal is heard; its clocks run on."""
    if "suspended" not in rules_for(found).meanwhile or appeal.awaits_hearing:
        return
    reason = f"Appeal {appeal.reference} is to be decided"
    if found.limits:
        ending.suspend(what_stands(found.limits).pk, by=by, at=at, reason=reason)
    elif found.warning:
        cases.services.suspend_warning(found.warning.pk, by=by, at=at, reason=reason)


def resume(appeal: Appeal, found: Against, *, by: User, at: datetime) -> None:
    """Let what was suspended hold again: the appeal did not succeed, or is withdrawn."""
    reason = f"Appeal {appeal.reference}: {appeal.get_state_display().lower()}"
    if found.limits:
        ending.resume(what_stands(found.limits).pk, by=by, at=at, reason=reason)
    elif found.warning:
        cases.services.resume_warning(found.warning.pk, by=by, at=at, reason=reason)


def _quash(standing: Restriction, *, by: User, at: datetime, reason: str) -> None:
    if standing.state in (Restriction.State.IN_FORCE, Restriction.State.LAPSED):
        ending.quash(standing.pk, by=by, at=at, reason=reason)


def check_change(standing: Restriction, terms: Sequence[NewTerm], ends_on: date | None, *, on: date) -> None:
    """Refuse to vary what is no longer in force, to lengthen it, or to change nothing the resident lives by."""
    if not standing.is_in_force(on):
        raise RuleBroken("The restriction is no longer in force, so there is nothing to vary", field="outcome")
    before = [NewTerm.of(term) for term in limits.of(standing)]
    same_end = ends_on is None or ends_on == standing.ends_on
    if not limits.changed(before, terms) and same_end:
        raise RuleBroken("Change a term or the last day: as it is, nothing would change", field="outcome")
    limits.check_terms(standing.case.policy, terms)
    limits.check_person(standing, terms, cases.permissions.people_affected(standing.case))
    if ends_on:
        check_not_longer(standing, ends_on, on=on)


def what_stands(restriction: Restriction) -> Restriction:
    """The restriction itself, or what a review or an earlier appeal has made of it since."""
    while successor := Restriction.objects.filter(follows=restriction).first():
        successor.case = restriction.case
        restriction = successor
    return restriction


def effect(found: Against, outcome: str, *, on: date, ends_on: date | None = None, what_rests: str = "") -> str:
    """What the outcome changes for the resident, in a sentence."""
    if found.limits:
        return _on_limits(what_stands(found.limits), outcome, on=on, ends_on=ends_on)
    if outcome == State.VARIED:
        name = papers.PAPERS[found.warning.kind].name if found.warning else "letter"
        return (
            f"Another {name}, in other words, takes the place of the one that you appealed against. We send it to you "
            "with this letter."
        )
    if outcome != State.UPHELD:
        return f"Nothing changes: the {found.noun} stays as it was."
    if found.entry:
        return "We have removed the entry from our register."
    if found.warning:
        back = "We take the warning back, and it does not count against you."
        return f"{back} {_on_resting(found, on, what_rests)}".strip()
    return "That decision no longer stands. Our reasons below say what we do instead."


def _on_resting(found: Against, on: date, what_rests: str) -> str:
    rests = resting(found, on=on)
    if not rests:
        return ""
    named = words.upper_first(rests.named)
    if what_rests == Rests.ENDS:
        limited = " There are no limits any more on how you contact us." if rests.restriction else ""
        return f"{named}, which came after it, end{'' if ' and ' in named else 's'} today too.{limited}"
    return f"{named}, which came after it, stay{'' if ' and ' in named else 's'}: our reasons below say why."


def _on_limits(restriction: Restriction, outcome: str, *, on: date, ends_on: date | None) -> str:
    until = ends_on or restriction.ends_on
    last = dates.day(until) if until else "its last day"
    if outcome == State.UPHELD:
        return f"The limits on how you contact us end on {dates.day(on)}."
    if outcome == State.VARIED:
        return f"The limits on how you contact us change today. Their last day in force is {last}."
    if not restriction.is_in_force(on):
        return "Nothing changes: the limits on how you contact us are over."
    return f"The limits on how you contact us stay as they are. Their last day in force is {last}."

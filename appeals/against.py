"""What an appeal can be against: the decisions of a case, and by which names the policy's appeals speak of each."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

import cases.permissions
import restrictions.acts
from appeals.models import Appeal
from audit.models import Decision, Trail
from cases.ladder import papers
from cases.models import Case, Warning
from cases.services import quashing
from deadlines.services import appeal_windows
from design import dates, words
from design.dates import day_of
from letters.models import Letter
from register.models import Entry
from restrictions.models import Restriction, Review
from restrictions.rules import appealed_as

STANDING = (Restriction.State.IN_FORCE, Restriction.State.LAPSED)
REVIEWED, ENTERED, NOT_ACTED = "review.decided", "register.entered", "case.not_acted"


class NoDecision(LookupError):
    """The case has no decision of that reference that anybody could appeal against."""


@dataclass(frozen=True)
class Against:
    """One decision: what it is called, when it was made and told, and what it is a decision on.

    `names` are the stage, the act and the kinds by which a policy may say that it covers this decision; `of` are those
    of what it was about, which only choose among several rules (Northampton 4.2: a single point of contact has a
    decider of its own). `trail` is how its time to appeal points at it. `standing` is "" while it holds something, or
    says why it holds nothing any more.
    """

    case: Case
    key: str
    called: str
    names: tuple[str, ...]
    decided_on: date
    told_on: date
    decided_by: str
    trail: Trail
    standing: str = ""
    of: tuple[str, ...] = ()
    restriction: Restriction | None = None
    warning: Warning | None = None
    decision: Decision | None = None
    review: Review | None = None
    entry: Entry | None = None

    @property
    def title(self) -> str:
        """What it is called, at the beginning of a line."""
        return words.upper_first(self.called)

    @property
    def noun(self) -> str:
        """What it is a decision on, as sentences name it."""
        if self.limits is not None:
            return "restriction"
        return "warning" if self.warning else "entry" if self.entry else "decision"

    @property
    def limits(self) -> Restriction | None:
        """The restriction that it is about: the one imposed, or the one that a review kept."""
        return self.review.restriction if self.review else self.restriction

    @property
    def letter(self) -> Letter | None:
        """The letter that tells the decision, if one does."""
        told = self.review or self.restriction or self.warning
        return told.letter if told else None

    @property
    def target(self) -> dict[str, Restriction | Warning | Decision]:
        """The one of an appeal's three foreign keys that points at it."""
        if self.restriction:
            return {"restriction": self.restriction}
        if self.warning:
            return {"warning": self.warning}
        assert self.decision is not None
        return {"decision": self.decision}


# Finding them


def known(case: Case) -> list[Against]:
    """Every decision of the case that might be appealed against, newest first, in as many queries however many."""
    found = [*_restrictions(case), *_warnings(case), *_others(case)]
    return sorted(found, key=lambda one: (one.decided_on, one.key), reverse=True)


def find(case: Case, key: str) -> Against:
    """The decision of that reference. Raises NoDecision."""
    for one in known(case):
        if one.key == key:
            return one
    raise NoDecision(key)


def of(appeal: Appeal) -> Against:
    """What an appeal is against."""
    if appeal.restriction:
        appeal.restriction.case = appeal.case
        return of_restriction(appeal.restriction)
    if appeal.warning:
        appeal.warning.case = appeal.case
        return of_warning(appeal.warning)
    assert appeal.decision is not None
    return next(iter(_told_of(appeal.case, [appeal.decision])))


def named(appeal: Appeal, decisions: Iterable[Against]) -> Against:
    """What an appeal is against, found among the decisions of its case where it stands there."""
    for one in decisions:
        ((name, target),) = one.target.items()
        if getattr(appeal, f"{name}_id") == target.pk:
            return one
    return of(appeal)


def _restrictions(case: Case) -> Iterable[Against]:
    imposed = Restriction.objects.filter(case=case, decided_on__isnull=False).exclude(state__in=Restriction.PREPARING)
    for one in imposed.select_related("letter", "decided_by", "proposed_by", "follows").prefetch_related("terms"):
        one.case = case
        yield of_restriction(one)


def of_restriction(restriction: Restriction) -> Against:
    """Imposing it; or extending or varying another, of which it is the successor (Dover 6.18)."""
    assert restriction.decided_on is not None and restriction.decided_by is not None
    state, letter = restriction.state, restriction.letter
    gone = "" if state in STANDING else f"{restriction.reference} is “{restriction.get_state_display()}”"
    return Against(
        restriction.case,
        restriction.reference,
        f"restriction {restriction.reference}",
        (*appealed_as(restriction.case.policy, restriction.terms.all()), *carried_on(restriction)),
        restriction.decided_on,
        letter.dated if letter and letter.dated else restriction.decided_on,
        restriction.decided_by.name,
        restriction.trail,
        f"{gone}: it holds nothing to appeal against." if gone else "",
        restriction=restriction,
    )


def carried_on(restriction: Restriction) -> tuple[str, ...]:
    """The act by which it continues another, as a policy's appeals may name it."""
    if restriction.follows is None:
        return ()
    return ("extend",) if restriction.follows.state == Restriction.State.EXTENDED else ("vary",)


def _warnings(case: Case) -> Iterable[Against]:
    given = case.warnings.filter(given_on__isnull=False).order_by("pk")
    conversations: set[int | None] = set()
    for one in given.select_related("letter__drafted_by", "letter__issued_by", "incident", "given_by"):
        one.case = case
        if one.kind == Warning.Kind.INITIAL:
            if one.incident_id in conversations:
                continue
            conversations.add(one.incident_id)
        yield of_warning(one)


def of_warning(warning: Warning) -> Against:
    """A warning letter; or the warnings given in one conversation, which stand and fall together."""
    assert warning.given_on is not None and warning.given_by is not None
    case, letter = warning.case, warning.letter
    if letter is not None:
        paper = papers.PAPERS[warning.kind]
        state, key, called = paper.state, letter.reference, f"{paper.name} {letter.reference}"
    else:
        assert warning.incident is not None
        state, key = "initial warning", warning.incident.reference
        called = f"the first warnings, given in {warning.incident.reference}"
    return Against(
        case,
        key,
        called,
        appeal_windows.warned_as(case.policy, state),
        warning.given_on,
        letter.dated if letter and letter.dated else warning.given_on,
        warning.given_by.name,
        warning.trail,
        f"{words.upper_first(called)}: taken back or replaced already, so there is nothing to appeal against."
        if warning.withdrawn_at
        else "",
        warning=warning,
    )


def _others(case: Case) -> list[Against]:
    """Decisions that the trail keeps and that are neither: a review that kept it, an entry, a decision not to act.

    An entry that the resident was not told of is nobody's to appeal.
    """
    on_file = Q(event__case_ref=case.reference)
    entered = Q(what=ENTERED) & (on_file | Q(event__case_ref="", event__resident_ref=case.resident.reference))
    kept = Q(what=REVIEWED, outcome=Review.Outcome.KEEP) | Q(what=NOT_ACTED)
    found = Decision.objects.filter((kept & on_file) | entered).select_related("event").order_by("pk")
    return [one for one in _told_of(case, list(found)) if one.entry is None or one.entry.resident_told]


def _told_of(case: Case, decisions: list[Decision]) -> Iterable[Against]:
    """The decisions with what they are about."""
    refs = {kind: [one.event.subject_ref for one in decisions if one.what == kind] for kind in (REVIEWED, ENTERED)}
    reviews = _reviews(case, refs[REVIEWED]) if refs[REVIEWED] else {}
    entries = _entries(case, refs[ENTERED]) if refs[ENTERED] else {}
    for one in decisions:
        ref = one.event.subject_ref
        if one.what == REVIEWED and ref in reviews:
            yield _of_review(case, one, reviews[ref])
        elif one.what == ENTERED and ref in entries:
            yield _of_entry(case, one, entries[ref])
        elif one.what == NOT_ACTED:
            yield _plain(case, one, key=f"D-{one.pk}", called=f"the decision not to act of {_day(one)}")


def _day(decision: Decision) -> str:
    return dates.day(day_of(decision.event.at))


def _reviews(case: Case, refs: list[str]) -> dict[str, Review]:
    found = Review.objects.filter(restriction__case=case, reference__in=refs)
    related = ("letter", "restriction__letter", "restriction__decided_by", "restriction__proposed_by")
    reviews = found.select_related(*related).prefetch_related("restriction__terms")
    return {one.reference: one for one in reviews}


def _of_review(case: Case, decision: Decision, review: Review) -> Against:
    restriction, policy = review.restriction, case.policy
    restriction.case = case
    gone = restriction.state not in STANDING
    return _plain(
        case,
        decision,
        key=review.reference,
        called=f"the decision in review {review.reference} to keep {restriction.reference}",
        names=policy.steps_into("review"),
        of=appealed_as(policy, restriction.terms.all()),
        trail=review.trail,
        told_on=review.letter.dated if review.letter else None,
        standing=f"{restriction.reference} is “{restriction.get_state_display()}”: nothing is kept." if gone else "",
        review=review,
    )


def _entries(case: Case, refs: list[str]) -> dict[str, Entry]:
    """By their references; one that stands with a restriction falls with it, and has no appeal of its own."""
    found = Entry.objects.filter(reference__in=refs, resident=case.resident_id)
    return {one.reference: one for one in found if not one.stands_with}


def _of_entry(case: Case, decision: Decision, entry: Entry) -> Against:
    gone = f"{entry.reference} was removed: there is nothing to appeal against." if entry.removed_on else ""
    called = f"register entry {entry.reference}"
    return _plain(
        case, decision, key=entry.reference, called=called, names=appeal_windows.ENTERED_AS, standing=gone, entry=entry
    )


def _plain(
    case: Case,
    decision: Decision,
    *,
    key: str,
    called: str,
    names: tuple[str, ...] = (),
    of: tuple[str, ...] = (),
    trail: Trail | None = None,
    told_on: date | None = None,
    standing: str = "",
    review: Review | None = None,
    entry: Entry | None = None,
) -> Against:
    event = decision.event
    decided_on = day_of(event.at)
    return Against(
        case, key, called, names, decided_on, told_on or decided_on, event.by_name, trail or decision.trail,
        standing, of, decision=decision, review=review, entry=entry,
    )  # fmt: skip


def to_resident(found: Against) -> str:
    """What it is called in a letter to the resident."""
    on = dates.day(found.decided_on)
    if found.review:
        return f"our decision of {on} that the limits stay as they are (review {found.review.reference})"
    if found.entry:
        return f"our register entry {found.entry.reference} of {on} about you"
    if found.warning and found.warning.letter:
        return f"our {papers.PAPERS[found.warning.kind].name} {found.key} of {on}"
    if found.warning:
        return f"the warnings that we gave you on {on} ({found.key})"
    return f"our decision of {on} ({found.key})" if found.decision else found.called


# Who had a part in it


def parts(found: Against) -> dict[int, str]:
    """Whom rule F12 keeps from deciding, and what each did: who proposed it, who decided it, who was affected."""
    case = found.case
    did = dict.fromkeys(cases.permissions.people_affected(case), "were affected by what happened in this case")
    if found.limits is not None:
        barred = restrictions.acts.barred_by_f12(found.limits).keys() - did.keys()
        did |= dict.fromkeys(barred, f"had a part in {found.limits.reference}")
        if found.limits.decided_by_id:
            did[found.limits.decided_by_id] = f"imposed {found.limits.reference}"
        did[found.limits.proposed_by_id] = f"proposed {found.limits.reference}"
    if found.review and found.review.decided_by_id:
        did[found.review.decided_by_id] = f"decided review {found.review.reference}"
    if found.entry and found.entry.entered_by_id:
        did[found.entry.entered_by_id] = f"made {found.entry.reference}"
    if found.decision and not (found.review or found.entry):
        did |= _by(found)
    if found.warning:
        did |= _warned(found.warning)
    return did


def _by(found: Against) -> dict[int, str]:
    assert found.decision is not None
    decider = found.case.provider.staff.filter(reference=found.decision.event.by_ref)
    return dict.fromkeys(decider.values_list("pk", flat=True), f"made {found.called}")


def _warned(warning: Warning) -> dict[int, str]:
    did: dict[int, str] = {}
    for each in quashing.given_with(warning):
        if each.given_by_id:
            did[each.given_by_id] = "gave the warning"
    if warning.letter is not None:
        if warning.letter.issued_by_id:
            did[warning.letter.issued_by_id] = f"issued {warning.letter.reference}"
        did[warning.letter.drafted_by_id] = f"drafted {warning.letter.reference}"
    return did

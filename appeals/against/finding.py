"""Finding the decisions of a case that can be appealed against, and what an appeal is against."""

from collections.abc import Iterable

from django.db.models import Q

from appeals.against import entry as entries
from appeals.against import inaction, review
from appeals.against.appealable import Appealable
from appeals.against.conversation import FirstWarnings
from appeals.against.entry import EntryMade
from appeals.against.inaction import NotActed
from appeals.against.letter import WarningLetter
from appeals.against.restriction import ImposedRestriction
from appeals.against.review import KeptRestriction
from appeals.models import Appeal
from audit.models import Decision
from cases.models import Case, Warning
from register.models import Entry
from restrictions.models import Restriction, Review

AGAINST = (
    "restriction__letter", "restriction__decided_by", "restriction__proposed_by", "restriction__follows",
    "warning__letter__drafted_by", "warning__letter__issued_by", "warning__incident", "warning__given_by",
    "decision__event",
)  # fmt: skip
"""What `of_appeal` reads of an appeal."""


class NoDecision(LookupError):
    """The case has no decision of that reference that anybody could appeal against."""


def in_case(case: Case) -> list[Appealable]:
    """Every decision of the case that might be appealed against, newest first, in as many queries however many."""
    found = [*_restrictions(case), *_warnings(case), *_others(case)]
    return sorted(found, key=lambda one: (one.decided_on, one.key), reverse=True)


def by_key(case: Case, key: str) -> Appealable:
    """The decision of that reference. Raises NoDecision."""
    for one in in_case(case):
        if one.key == key:
            return one
    raise NoDecision(key)


def of_appeal(appeal: Appeal) -> Appealable:
    """What an appeal is against."""
    if appeal.restriction:
        appeal.restriction.case = appeal.case
        return of_restriction(appeal.restriction)
    if appeal.warning:
        appeal.warning.case = appeal.case
        return of_warning(appeal.warning)
    assert appeal.decision is not None
    return next(iter(_with_subjects(appeal.case, [appeal.decision])))


def of_appeals(appeals: Iterable[Appeal], decisions: Iterable[Appealable]) -> list[tuple[Appeal, Appealable]]:
    """Appeals of one case with what each is against, found among the decisions of the case where it stands there."""
    known = {(name, row.pk): one for one in decisions for name, row in one.points.items()}

    def of(appeal: Appeal) -> Appealable:
        where = [(name, getattr(appeal, f"{name}_id")) for name in ("restriction", "warning", "decision")]
        return next((known[each] for each in where if each in known), None) or of_appeal(appeal)

    return [(appeal, of(appeal)) for appeal in appeals]


def of_restriction(restriction: Restriction) -> ImposedRestriction:
    """Imposing it; or extending or varying another, of which it is the successor (Dover 6.18)."""
    return ImposedRestriction(restriction.case, restriction)


def of_warning(warning: Warning) -> WarningLetter | FirstWarnings:
    """A warning letter; or the warnings given in one conversation, which stand and fall together."""
    return (WarningLetter if warning.letter is not None else FirstWarnings)(warning.case, warning)


def _restrictions(case: Case) -> Iterable[Appealable]:
    imposed = Restriction.objects.filter(case=case, decided_on__isnull=False).exclude(state__in=Restriction.PREPARING)
    for one in imposed.select_related("letter", "decided_by", "proposed_by", "follows").prefetch_related("terms"):
        one.case = case
        yield of_restriction(one)


def _warnings(case: Case) -> Iterable[Appealable]:
    given = case.warnings.filter(given_on__isnull=False).order_by("pk")
    conversations: set[int | None] = set()
    for one in given.select_related("letter__drafted_by", "letter__issued_by", "incident", "given_by"):
        if one.kind == Warning.Kind.INITIAL:
            if one.incident_id in conversations:
                continue
            conversations.add(one.incident_id)
        one.case = case
        yield of_warning(one)


def _others(case: Case) -> list[Appealable]:
    """Decisions that the trail keeps and that are neither: a review that kept it, an entry, a decision not to act.

    An entry that the resident was not told of is nobody's to appeal.
    """
    on_file = Q(event__case_ref=case.reference)
    entered = Q(what=entries.WHAT) & (on_file | Q(event__case_ref="", event__resident_ref=case.resident.reference))
    kept = Q(what=review.WHAT, outcome=Review.Outcome.KEEP) | Q(what=inaction.WHAT)
    found = Decision.objects.filter((kept & on_file) | entered).select_related("event").order_by("pk")
    return [one for one in _with_subjects(case, list(found)) if not one.hidden]


def _with_subjects(case: Case, decisions: list[Decision]) -> Iterable[Appealable]:
    """The decisions with what they are about."""
    refs = {kind: [one.event.subject_ref for one in decisions if one.what == kind]
            for kind in (review.WHAT, entries.WHAT)}  # fmt: skip
    reviews = _reviews(case, refs[review.WHAT]) if refs[review.WHAT] else {}
    made = _entries(case, refs[entries.WHAT]) if refs[entries.WHAT] else {}
    for one in decisions:
        ref = one.event.subject_ref
        if one.what == review.WHAT and ref in reviews:
            yield KeptRestriction(case, reviews[ref], one)
        elif one.what == entries.WHAT and ref in made:
            yield EntryMade(case, one, made[ref])
        elif one.what == inaction.WHAT:
            yield NotActed(case, one)


def _reviews(case: Case, refs: list[str]) -> dict[str, Review]:
    found = Review.objects.filter(restriction__case=case, reference__in=refs)
    related = ("letter", "restriction__letter", "restriction__decided_by", "restriction__proposed_by")
    reviews = {one.reference: one for one in found.select_related(*related).prefetch_related("restriction__terms")}
    for one in reviews.values():
        one.restriction.case = case
    return reviews


def _entries(case: Case, refs: list[str]) -> dict[str, Entry]:
    """By their references; one that stands with a restriction falls with it, and has no appeal of its own."""
    found = Entry.objects.filter(reference__in=refs, resident=case.resident_id)
    return {one.reference: one for one in found if not one.source.startswith("restriction:")}

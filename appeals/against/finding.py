"""Finding the decisions of a case that can be appealed against, and what an appeal is against."""

from collections.abc import Iterable, Sequence

from django.db.models import Q

from appeals.against import entry, inaction, review
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
    return in_cases([case])[case.pk]


def in_cases(some: Sequence[Case]) -> dict[int, list[Appealable]]:
    """The same for some cases, by their keys, in as many queries however many cases."""
    found: dict[int, list[Appealable]] = {case.pk: [] for case in some}
    for one in (*_restrictions(some), *_warnings(some), *_others(some)):
        found[one.case.pk].append(one)
    for decisions in found.values():
        decisions.sort(key=lambda one: (one.decided_on, one.key), reverse=True)
    return found


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
    return next(iter(_with_subjects([(appeal.case, appeal.decision)])))


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


def _restrictions(some: Sequence[Case]) -> Iterable[Appealable]:
    of_case = {case.pk: case for case in some}
    imposed = Restriction.objects.filter(case__in=some, decided_on__isnull=False)
    imposed = imposed.exclude(state__in=Restriction.PREPARING).order_by("pk")
    for one in imposed.select_related("letter", "decided_by", "proposed_by", "follows").prefetch_related("terms"):
        one.case = of_case[one.case_id]
        yield of_restriction(one)


def _warnings(some: Sequence[Case]) -> Iterable[Appealable]:
    of_case = {case.pk: case for case in some}
    given = Warning.objects.filter(case__in=some, given_on__isnull=False).order_by("pk")
    conversations: set[tuple[int, int | None]] = set()
    for one in given.select_related("letter__drafted_by", "letter__issued_by", "incident", "given_by"):
        one.case = of_case[one.case_id]
        conversation = (one.case_id, one.incident_id)
        if one.kind == Warning.Kind.INITIAL:
            if conversation in conversations:
                continue
            conversations.add(conversation)
        yield of_warning(one)


def _others(some: Sequence[Case]) -> list[Appealable]:
    """Decisions that the trail keeps and that are neither: a review that kept it, an entry, a decision not to act.

    An entry that the resident was not told of is nobody's to appeal.
    """
    files, residents = ({case.reference: case for case in some}, {case.resident.reference: case for case in some})
    on_file = Q(event__case_ref__in=files)
    entered = Q(what=entry.WHAT) & (on_file | Q(event__case_ref="", event__resident_ref__in=residents))
    kept = Q(what=review.WHAT, outcome=Review.Outcome.KEEP) | Q(what=inaction.WHAT)
    found = Decision.objects.filter((kept & on_file) | entered).select_related("event").order_by("pk")
    of_case = [(files.get(one.event.case_ref) or residents[one.event.resident_ref], one) for one in found]
    return [one for one in _with_subjects(of_case) if not one.hidden]


def _with_subjects(decisions: Sequence[tuple[Case, Decision]]) -> Iterable[Appealable]:
    """The decisions with what they are about."""
    refs = {
        what: [one.event.subject_ref for _, one in decisions if one.what == what] for what in (review.WHAT, entry.WHAT)
    }
    reviews = _reviews(refs[review.WHAT]) if refs[review.WHAT] else {}
    entries = _entries(refs[entry.WHAT]) if refs[entry.WHAT] else {}
    for case, one in decisions:
        key = (one.event.subject_ref, case.resident_id)
        if one.what == review.WHAT and key in reviews:
            reviews[key].restriction.case = case
            yield KeptRestriction(case, one, reviews[key])
        elif one.what == entry.WHAT and key in entries:
            yield EntryMade(case, one, entries[key])
        elif one.what == inaction.WHAT:
            yield NotActed(case, one)


def _reviews(refs: list[str]) -> dict[tuple[str, int], Review]:
    """By their references and whose they are."""
    parts = ("case", "letter", "decided_by", "proposed_by")
    found = Review.objects.filter(reference__in=refs).select_related(
        "letter", *(f"restriction__{one}" for one in parts)
    )
    found = found.prefetch_related("restriction__terms")
    return {(one.reference, one.restriction.case.resident_id): one for one in found}


def _entries(refs: list[str]) -> dict[tuple[str, int | None], Entry]:
    """By their references and whose they are; one that stands with a restriction falls with it, and is not appealed."""
    found = Entry.objects.filter(reference__in=refs)
    return {(one.reference, one.resident_id): one for one in found if not one.stands_with}

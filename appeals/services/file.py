"""The file that whoever decides an appeal reads: as it was on the day of the decision, and what has come since."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from appeals.against.appealable import Appealable, Succession
from appeals.against.effects import Row
from appeals.models import Appeal
from audit.models import Event
from cases.models import Incident
from decisions.acts import Act
from design import seals
from people.models import Need

DID: Mapping[str, str] = {
    "appeal.heard_late": "decided that the appeal is heard",
    "case.not_acted": "decided not to act",
    "decision.agreed": "decided on the appeal",
    "decision.consulted": "wrote down what somebody said",
    "decision.met": "wrote a meeting down",
    "decision.not_agreed": "did not agree",
    "incident.details_added": "added to an incident",
    "incident.logged": "logged an incident",
    "need.ended": "ended a need",
    "need.recorded": "recorded a need",
    "register.changed": "changed the register entry",
    "register.removed": "removed the register entry",
    "restriction.extended": "extended the restriction",
    "restriction.lapsed": "found the restriction past its last day",
    "restriction.lifted": "lifted the restriction",
    "restriction.varied": "varied the restriction",
    "review.decided": "decided a review",
    "warning.corrected": "put another letter in place of one",
    "warning.quashed": "took a warning back",
}
"""What changes the file of an appeal, as it follows a name."""


@dataclass(frozen=True)
class File:
    """What stands there for whoever decides: what was written and on what it rested, and what has come since."""

    rows: Sequence[Row]
    evidence: Sequence[Incident]
    terms: Sequence[str]
    goes_on: Succession | None
    since: Sequence[Incident]
    needs_since: Sequence[Need]

    @property
    def anything_since(self) -> bool:
        """Whether anything has come since."""
        return bool(self.goes_on or self.since or self.needs_since)

    def shown(self) -> dict[str, Any]:
        """The parts of it, by the names that people read where one has changed."""
        return {
            "the file": [(row.label, row.words, row.typed) for row in self.rows],
            "the evidence": [(one.reference, one.facts) for one in self.evidence],
            "the terms": list(self.goes_on.terms if self.goes_on else self.terms),
            "what became of the restriction": self.goes_on.sentence if self.goes_on else "",
            "what has happened since": [(one.reference, one.facts) for one in self.since],
            "what is known of the resident's needs": [one.words for one in self.needs_since],
        }


def read(against: Appealable) -> File:
    """The file as the first decider had it, and what has come since."""
    case, then, at = against.case, against.evidence(), against.decided_at
    since = case.incidents.filter(reported_at__gt=at).exclude(pk__in=[one.pk for one in then])
    needs = Need.objects.standing().filter(resident=case.resident, recorded_at__gt=at)
    return File(
        against.file(),
        then,
        against.terms(),
        against.goes_on_as(),
        list(since.order_by("happened_on", "pk")),
        list(needs),
    )


def shown(appeal: Appeal, against: Appealable, act: Act, file: File) -> dict[str, Any]:
    """What the page on which an appeal is decided shows, part by part."""
    return file.shown() | {
        "whether what the appeal is against still stands": against.gone,
        "whether the appeal is heard": appeal.late_accepted_at,
        "what is put before you": act.put,
        "what those said who are asked first": [said.words for asked in act.first for said in asked.said],
    }


def since(appeal: Appeal) -> seals.Since:
    """Who did what to the file of an appeal from an instant on, for a page that tells why it has changed."""
    case = appeal.case

    def found(at: datetime) -> Iterable[seals.Doing]:
        whose = Q(case_ref=case.reference) | Q(case_ref="", resident_ref=case.resident.reference)
        events = Event.objects.filter(whose, verb__in=DID, at__gte=at).order_by("at", "pk")
        return [seals.Doing(one.by_name, one.at, DID[one.verb]) for one in events]

    return found

"""What a case holds that decides its next step, fetched in three queries, whatever its size."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from cases.models import Assessment, Case, Incident, Warning
from letters.models import Letter
from policies.policy import Policy


def is_dangerous(policy: Policy, incident: Incident) -> bool:
    """Whether an incident opens the path out of the stages (Dover 6.7, 6.17, 6.22): marked danger, or of its kind."""
    path = policy.path_danger
    return path is not None and (incident.danger or bool(set(path.when) & set(incident.categories)))


@dataclass
class Standing:
    """What a case holds that decides its next step."""

    case: Case
    incidents: list[Incident]
    warnings: list[Warning]
    assessments: list[Assessment]

    @property
    def policy(self) -> Policy:
        return self.case.policy

    @cached_property
    def counting(self) -> list[Incident]:
        """The incidents since the case was opened, or reopened: what was closed before is over."""
        return [incident for incident in self.incidents if incident.reported_at >= self.case.begun_at]

    @cached_property
    def initial(self) -> Counter[int]:
        """How many initial warnings stand in each counting incident, by its key.

        A first letter that was issued counts as one, unless one was given in the conversation already. Whatever an
        appeal suspends counts for nothing meanwhile.
        """
        counted = {incident.pk for incident in self.counting}
        found = Counter(
            warning.incident_id
            for warning in self.warnings
            if warning.kind == Warning.Kind.INITIAL
            and warning.incident_id in counted
            and not (warning.withdrawn_at or warning.suspended_at)
        )
        for warning in self.first_letters:
            if warning.incident_id in counted and not found[warning.incident_id] and not warning.suspended_at:
                found[warning.incident_id] = 1
        return found

    @cached_property
    def first_letters(self) -> list[Warning]:
        """The letters by which the first stage was put in writing since the case was opened or reopened.

        One that an appeal suspends stands among them: another is not due while that appeal is decided.
        """
        return self._issued(Warning.Kind.FIRST)

    @cached_property
    def first_time(self) -> list[Incident]:
        """The counting incidents about which a first letter can still be written.

        One that an appeal took back is not written again about the same incident: that it was taken back is decided.
        """
        told = {
            told["reference"]
            for warning in self.warnings
            if warning.kind == Warning.Kind.FIRST and warning.withdrawn_at and warning.given_on and warning.letter
            for told in warning.letter.facts["incidents"]
        }
        return [incident for incident in self.counting if incident.reference not in told]

    def went_on_after_first_letter(self, chosen: Iterable[Incident]) -> bool:
        """Whether something is among the chosen that happened after the first letter that stands; also without one."""
        known = [incident.pk for incident in self.counting]
        last = next((warning.incident_id for warning in reversed(self.first_letters)), None)
        after = known[known.index(last) + 1 :] if last in known else known
        return any(incident.pk in after for incident in chosen)

    @cached_property
    def letter(self) -> Warning | None:
        """The warning letter that was issued last since the case was opened or reopened, suspended or not."""
        return max(
            self._issued(Warning.Kind.WRITTEN),
            key=lambda warning: (warning.paper.issued_at or self.case.begun_at, warning.pk),
            default=None,
        )

    def _issued(self, kind: str) -> list[Warning]:
        return [
            warning
            for warning in self.warnings
            if warning.kind == kind
            and warning.letter is not None
            and warning.letter.issued_at is not None
            and warning.letter.issued_at >= self.case.begun_at
            and not warning.withdrawn_at
        ]

    @cached_property
    def draft(self) -> Warning | None:
        """The warning letter, or the first letter, that is being written or waits for approval: one at a time."""
        waiting = (Letter.State.DRAFT, Letter.State.FOR_APPROVAL)
        return next(
            (w for w in self.warnings if w.letter is not None and w.letter.state in waiting and not w.withdrawn_at),
            None,
        )

    @cached_property
    def dangerous(self) -> list[Incident]:
        """The counting incidents that open the policy's path out of the stages (Dover 6.7, 6.22)."""
        return [incident for incident in self.counting if is_dangerous(self.policy, incident)]

    def assessment(self, kind: str, gate: str = "") -> Assessment | None:
        """The latest assessment of a kind, or answer to a question, since the case was opened or reopened."""
        found = (one for one in self.assessments if (one.kind, one.gate) == (kind, gate))
        return next((one for one in found if one.made_at >= self.case.begun_at), None)


def read(case: Case) -> Standing:
    """Fetch what decides the next step: incidents, warnings with their letters, assessments; three queries."""
    incidents = case.incidents.select_related("reported_by").order_by("happened_on", "happened_at", "pk")
    warnings = case.warnings.select_related("letter", "letter__drafted_by", "given_by").order_by("pk")
    assessments = case.assessments.select_related("made_by").order_by("-made_at", "-pk")
    return Standing(case, list(incidents), list(warnings), list(assessments))

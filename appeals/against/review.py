"""An appeal against a review that kept a restriction: the refusal to lift it."""

from dataclasses import dataclass

from appeals.against.effects import Row
from appeals.against.limits import STANDING, Limits
from appeals.against.trail import OnTrail, reasons_of
from audit.models import Trail
from design import dates
from letters.models import Letter
from policies.policy import Policy
from restrictions.models import Restriction, Review

WHAT = "review.decided"


@dataclass(frozen=True)
class KeptRestriction(OnTrail, Limits):
    """That a review let a restriction stay as it was, which the trail keeps as a decision of its own."""

    review: Review

    @property
    def restriction(self) -> Restriction:
        """The restriction that was kept."""
        return self.review.restriction

    @property
    def key(self) -> str:
        """The reference of the review."""
        return self.review.reference

    @property
    def trail(self) -> Trail:
        """The review's own."""
        return self.review.trail

    @property
    def called(self) -> str:
        """By the review and the restriction."""
        return f"the decision in review {self.key} to keep {self.restriction.reference}"

    @property
    def window_words(self) -> str:
        """Against the review."""
        return "against the review"

    @property
    def to_resident(self) -> str:
        """By its day, and what it left as it was."""
        return f"our decision of {dates.day(self.decided_on)} that the limits stay as they are (review {self.key})"

    @property
    def letter(self) -> Letter | None:
        """The letter on the review."""
        return self.review.letter

    @property
    def gone(self) -> str:
        """Where the restriction was lifted since, or goes on as another."""
        kept = self.restriction
        return "" if kept.state in STANDING else f"{kept.reference} is “{kept.get_state_display()}”: nothing is kept."

    def covered_as(self, policy: Policy) -> tuple[str, ...]:
        """As a review. Under Dover's policy (6.34: contact restrictions) that is not covered."""
        return policy.steps_into("review")

    def ruled_as(self, policy: Policy) -> tuple[str, ...]:
        """By the kinds of the restriction that was kept (Northampton 4.2)."""
        return self.ruled_by_terms(policy)

    def took_part(self) -> dict[int, str]:
        """Also whoever decided the review."""
        decider = self.review.decided_by_id
        return super().took_part() | ({decider: f"decided review {self.key}"} if decider else {})

    def file(self) -> list[Row]:
        """Why it was kept, then what was written when it was imposed."""
        return [Row("Reasons to keep it", reasons_of(self.decision)), *super().file()]

"""What belongs to one case: whose it is, by which version of the policy, and where its events belong."""

from typing import ClassVar

from audit.models import Trail
from cases.models.case import Case
from people.models import PolicyVersion, Provider, Resident


class OfCase:
    """A thing of one case, of a kind of `audit.subjects`, with a reference of its own."""

    KIND: ClassVar[str]
    case: Case
    reference: str

    @property
    def trail(self) -> Trail:
        """Where its events belong."""
        case = self.case
        return Trail(self.KIND, self.reference, case.provider.slug, case.resident.reference, case.reference)

    @property
    def provider(self) -> Provider:
        """Whose it is."""
        return self.case.provider

    @property
    def resident(self) -> Resident:
        """Whom it is about."""
        return self.case.resident

    @property
    def policy_version(self) -> PolicyVersion:
        """The version of the policy by which it is decided: that of its case."""
        return self.case.policy_version

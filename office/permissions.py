"""Who may run the office, and the reason why somebody may not."""

from people import access
from people.models import Provider, User

Can = Provider.Capability


def check_can_open(user: User, provider: Provider) -> None:
    """The provider's own administrators run its office."""
    why = "The office is for administrators, because what is changed there changes everybody's work."
    access.require(user, Can.ADMINISTER, provider, why)

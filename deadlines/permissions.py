"""Who may correct the days off from which dates are worked out."""

from people import access
from people.models import Provider, User


def check_can_correct_days_off(user: User, provider: Provider) -> None:
    """The provider's administrators keep its table of days off (bank holidays are data)."""
    why = "An administrator corrects the days off, because every open deadline is worked out from them."
    access.require(user, Provider.Capability.ADMINISTER, provider, why)

"""Lets the trail hear of what happens to accounts."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Providers, staff and residents."""

    name = "people"

    def ready(self) -> None:
        """Listen to the library of accounts, once everything is loaded."""
        from people.accounts import receivers

        receivers.listen()

"""Accounts are made by the office, never by signing up."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class Adapter(DefaultAccountAdapter):
    """Closes sign-up and keeps leavers out."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up: the provider's office makes accounts."""
        return False

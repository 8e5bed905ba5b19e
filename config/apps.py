"""Tells the forms which exception is a broken rule, because the design room may not import policies."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """The product as a whole."""

    name = "config"

    def ready(self) -> None:
        """Register the refusals that a form shows beside its fields."""
        from design import forms
        from policies.rules import RuleBroken

        forms.RULE_BROKEN = (RuleBroken,)

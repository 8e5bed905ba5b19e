"""Providers, the policies they adopted, and the contractors who work for them."""

from datetime import date
from functools import cached_property, lru_cache

from django.contrib.postgres.fields import ArrayField
from django.db import models

import policies.grammar
import policies.loader
import policies.wording
from audit import subjects
from audit.models import Trail
from policies.policy import Policy
from policies.wording import Wording


@lru_cache(maxsize=64)
def _read_policy(text: str, local: str, written_in: int) -> Policy:
    return policies.loader.read(text, local=local, written_in=written_in)


class Provider(models.Model):
    """A council's housing service or a housing association."""

    class Nation(models.TextChoices):
        """Decides the bank holidays and the ombudsman."""

        ENGLAND = "england", "England"
        WALES = "wales", "Wales"
        SCOTLAND = "scotland", "Scotland"
        NORTHERN_IRELAND = "northern_ireland", "Northern Ireland"

    class Kind(models.TextChoices):
        """Decides duties and the ombudsman."""

        COUNCIL = "council", "Council"
        ASSOCIATION = "association", "Housing association"

    class Capability(models.TextChoices):
        """What a role lets somebody do at a provider (`people.models.role`)."""

        VIEW_REGISTER = "view_register", "Check the register"
        VIEW_SHARED_REGISTER = "view_shared_register", "Check what the register shares with contractors"
        LOG_INCIDENTS = "log_incidents", "Log incidents"
        VIEW_CASES = "view_cases", "Read case files"
        WORK_CASES = "work_cases", "Warn, propose restrictions, record appeals"
        EDIT_RESIDENTS = "edit_residents", "Add residents and keep their details"
        DECIDE = "decide", "Decide on warnings, restrictions and reviews"
        DECIDE_APPEALS = "decide_appeals", "Decide appeals"
        VIEW_TRAIL = "view_trail", "Read the whole trail"
        ADMINISTER = "administer", "Run the office"

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=200)
    short_name = models.CharField(max_length=60)
    nation = models.CharField(max_length=20, choices=Nation)
    kind = models.CharField(max_length=20, choices=Kind)
    address = models.TextField(help_text="One line of the address a line.")
    email = models.EmailField()
    phone = models.CharField(max_length=30)
    website = models.CharField(max_length=200, blank=True)
    # Whether its people get in by single sign-on alone, where there is any.
    sign_on_only = models.BooleanField(default=False)
    # The keys of the roles that sign in with a second factor; administrators do anyway (FACTOR_FOR_ADMINISTRATORS).
    factor_roles = ArrayField(models.SlugField(max_length=60), default=list, blank=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.name

    @property
    def trail(self) -> Trail:
        """Where events about the provider itself belong."""
        return Trail(subjects.PROVIDER, self.slug, provider=self.slug)

    def policy_version_on(self, on: date) -> "PolicyVersion":
        """The version in effect on a day, the latest effective by then. Raises `DoesNotExist` before the first."""
        version = self.policy_versions.filter(effective_on__lte=on).order_by("-effective_on", "-pk").first()
        if version is None:
            raise PolicyVersion.DoesNotExist(f"{self.name} had no adopted policy on {on}")
        return version


class PolicyVersion(models.Model):
    """A policy as adopted, with the provider's local rules and the words of its letters as they stood.

    A case keeps the version it opened under. `wording` is the text of each file that words a letter, by its name.
    A row never changes once it is adopted: a correction is another version, and letters long sent rest on the old one.
    `written_in` is the grammar of policy files that held then, so that its text goes on saying the same.
    """

    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="policy_versions")
    text = models.TextField()
    local_text = models.TextField(blank=True)
    wording = models.JSONField(default=dict, blank=True)
    written_in = models.PositiveSmallIntegerField(default=policies.grammar.NEWEST)
    digest = models.CharField(max_length=64)
    effective_on = models.DateField()
    adopted_at = models.DateTimeField()
    adopted_by_name = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "effective_on", "digest"], name="policy_version_adopted_once")
        ]

    def __str__(self) -> str:
        return f"{self.provider_id}: policy effective {self.effective_on}"

    @cached_property
    def policy(self) -> Policy:
        """The policy read, with its local rules laid over what it leaves unsaid."""
        return _read_policy(self.text, self.local_text, self.written_in)

    @cached_property
    def own_words(self) -> Wording:
        """The provider's own words for its letters, read; the common wording holds where it has none."""
        return policies.wording.read(self.wording, self.policy)


class Organisation(models.Model):
    """A contractor whose people visit residents for the provider."""

    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="organisations")
    name = models.CharField(max_length=200)
    phone = models.CharField(max_length=30, blank=True)
    closed_at = models.DateTimeField(null=True, help_text="Since when it works for the provider no longer.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider", "name"], name="organisation_named_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def trail(self) -> Trail:
        """Where events about the contractor belong."""
        return Trail(subjects.ORGANISATION, str(self.pk), provider=self.provider.slug)

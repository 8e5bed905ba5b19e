"""Residents, where they live, how to reach them, and who speaks for them."""

from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from audit import subjects
from audit.models import Trail
from people.models.file_access import KINDS, not_closed, readable
from people.models.provider import Provider
from people.models.user import User
from people.search import search_filter


class ResidentQuerySet(models.QuerySet["Resident"]):
    """Reads of residents."""

    def visible_to(self, user: User) -> "ResidentQuerySet":
        """Residents of providers where the user may read case files or log incidents, whose file is not closed to them;
        and whose file is opened to them."""
        wanted = {Provider.Capability.VIEW_CASES, Provider.Capability.LOG_INCIDENTS}
        held = models.Q(provider__in=[pk for pk, held in user.capabilities.items() if held & wanted])
        return self.filter(readable(user, "pk", held))

    def closed_to(self, user: User) -> "ResidentQuerySet":
        """Residents whose file is closed to a person, whatever their role."""
        return self.exclude(not_closed(user, "pk"))

    def not_closed_to(self, user: User) -> "ResidentQuerySet":
        """All but those."""
        return self.filter(not_closed(user, "pk"))

    def matching(self, typed: str) -> "ResidentQuerySet":
        """Residents whose name, known-as name, address, postcode, phone or reference contains every word typed."""
        return self.filter(search_filter(typed)).order_by("name", "pk")


class Resident(models.Model):
    """A person the provider deals with: a tenant, an applicant, a visitor, a councillor. One row a person."""

    class Relation(models.TextChoices):
        """How the person stands to the provider; policies differ in whom they cover."""

        TENANT = "tenant", "Tenant"
        SHELTERED = "sheltered", "Sheltered or independent living tenant"
        INTERIM = "interim", "Tenant in interim housing"
        PROSPECTIVE = "prospective", "Prospective tenant"
        SHARED_OWNER = "shared_owner", "Shared owner"
        LEASEHOLDER = "leaseholder", "Leaseholder"
        HOMELESS_APPLICANT = "homeless_applicant", "Homelessness applicant"
        HOUSEHOLD = "household", "Member of a tenant's household"
        VISITOR = "visitor", "Visitor"
        REPRESENTATIVE = "representative", "Representative or advocate"
        ELECTED = "elected", "Elected member"
        OTHER = "other", "Someone else"

    class Format(models.TextChoices):
        """The format that letters must take (accessible formats)."""

        STANDARD = "standard", "Standard print"
        LARGE = "large", "Large print"
        EASY_READ = "easy_read", "Easy Read"
        BRAILLE = "braille", "Braille"
        AUDIO = "audio", "Audio"
        EMAIL = "email", "E-mail that a screen reader reads"

    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="residents")
    reference = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=200)
    known_as = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    date_of_birth = models.DateField(null=True, blank=True)
    relation = models.CharField(max_length=20, choices=Relation)
    preferred_format = models.CharField(max_length=20, choices=Format, default=Format.STANDARD)
    preferred_language = models.CharField(max_length=60, default="English")
    safe_contact = models.TextField(blank=True, help_text="How to reach the person safely, and how not to.")
    search = models.TextField(blank=True, editable=False)
    needs_version = models.PositiveIntegerField(default=0, editable=False)

    objects = ResidentQuerySet.as_manager()

    class Meta:
        permissions = [(kind, f"Whoever holds it {words}") for kind, words in KINDS.items()]
        indexes = [GinIndex(fields=["search"], opclasses=["gin_trgm_ops"], name="resident_search")]

    def __str__(self) -> str:
        return self.name

    @property
    def trail(self) -> Trail:
        """Where events about the resident belong."""
        return Trail(subjects.RESIDENT, self.reference, provider=self.provider.slug, resident=self.reference)

    @property
    def address(self) -> "Address | None":
        """Where the person lives now, or the last address known (uses prefetched addresses where there are any)."""
        addresses = sorted(self.addresses.all(), key=lambda a: (a.until is None, a.since or date.min), reverse=True)
        return addresses[0] if addresses else None


class Address(models.Model):
    """Where a resident lives or lived."""

    resident = models.ForeignKey(Resident, on_delete=models.CASCADE, related_name="addresses")
    lines = models.TextField(help_text="One line of the address a line, without the postcode.")
    postcode = models.CharField(max_length=10, blank=True)
    uprn = models.CharField(max_length=12, blank=True)
    since = models.DateField(null=True, blank=True)
    until = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "addresses"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(until__isnull=True)
                | models.Q(since__isnull=True)
                | models.Q(until__gte=models.F("since")),
                name="address_ends_after_it_starts",
            )
        ]

    def __str__(self) -> str:
        return ", ".join([*self.lines.splitlines(), self.postcode]).strip(", ")


class ContactPoint(models.Model):
    """A phone number or e-mail address of a resident."""

    class Kind(models.TextChoices):
        """What it is."""

        PHONE = "phone", "Phone"
        EMAIL = "email", "E-mail"

    resident = models.ForeignKey(Resident, on_delete=models.CASCADE, related_name="contact_points")
    kind = models.CharField(max_length=10, choices=Kind)
    value = models.CharField(max_length=254)
    safe = models.BooleanField(default=True, help_text="Safe to use for letters and calls.")
    note = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return self.value


class Representative(models.Model):
    """Somebody who speaks for the resident, with the resident's authority."""

    resident = models.ForeignKey(Resident, on_delete=models.CASCADE, related_name="representatives")
    name = models.CharField(max_length=200)
    relation = models.CharField(max_length=100)
    phone = models.CharField(max_length=30, blank=True)
    email = models.EmailField(blank=True)
    authority = models.CharField(max_length=200, help_text="What the authority rests on, and from when.")
    ended_on = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.relation})"

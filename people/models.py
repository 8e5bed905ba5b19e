"""Who there is: providers and their policies, staff and contractors, residents and how to reach them."""

from datetime import date
from functools import cached_property, lru_cache
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import Group, PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Lower

import policies.grammar
import policies.loader
import policies.wording
from audit import subjects
from audit.models import Trail, append_only
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
        """What a role lets somebody do at a provider; granted as object permissions on the provider."""

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

    class Meta:
        default_permissions = ()
        permissions: ClassVar = [
            ("view_register", "Check the register"),
            ("view_shared_register", "Check what the register shares with contractors"),
            ("log_incidents", "Log incidents"),
            ("view_cases", "Read case files"),
            ("work_cases", "Warn, propose restrictions, record appeals"),
            ("edit_residents", "Add residents and keep their details"),
            ("decide", "Decide on warnings, restrictions and reviews"),
            ("decide_appeals", "Decide appeals"),
            ("view_trail", "Read the whole trail"),
            ("administer", "Run the office"),
        ]

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
        triggers = append_only("policy_version")

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

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider", "name"], name="organisation_named_once")]

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    """Makes users; e-mail is the sign-in name."""

    def create_user(self, email: str, password: str | None = None, **extra: Any) -> "User":
        """Make an account. An unusable password where none is given (single sign-on)."""
        user = self.model(email=self.normalize_email(email).lower(), **extra)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser, PermissionsMixin):
    """A member of staff of a provider, or of one of its contractors."""

    reference = models.CharField(max_length=20, unique=True)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=200)
    job_title = models.CharField(max_length=200, blank=True)
    phone = models.CharField(max_length=30, blank=True)
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="staff")
    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="people"
    )
    line_manager = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="reports")
    is_active = models.BooleanField(default=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_once_whatever_the_case"),
            models.CheckConstraint(condition=~models.Q(line_manager=models.F("id")), name="user_not_own_manager"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def trail(self) -> Trail:
        """Where events about the account belong."""
        return Trail(subjects.USER, self.reference, provider=self.provider.slug)

    @cached_property
    def roles(self) -> list["Role"]:
        """The roles held, each on its provider; read once a request."""
        return list(Role.objects.filter(group__user=self).select_related("provider").order_by("-rank"))

    @cached_property
    def capabilities(self) -> dict[int, frozenset[str]]:
        """What the user may do at which provider, through guardian's object permissions; read once a request."""
        from guardian.models import GroupObjectPermission

        held: dict[int, set[str]] = {}
        rows = GroupObjectPermission.objects.filter(
            group__user=self, content_type__app_label="people", content_type__model="provider"
        ).values_list("object_pk", "permission__codename")
        for provider_pk, codename in rows:
            held.setdefault(int(provider_pk), set()).add(codename)
        return {pk: frozenset(codenames) for pk, codenames in held.items()}


class Role(models.Model):
    """A role as the provider's policy names it. Its group carries the object permissions (django-guardian)."""

    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="roles")
    key = models.SlugField(max_length=60)
    name = models.CharField(max_length=100)
    works_as = models.CharField(max_length=40)
    rank = models.PositiveSmallIntegerField(default=0)
    group = models.OneToOneField(Group, on_delete=models.PROTECT, related_name="role")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider", "key"], name="role_once_a_provider")]

    def __str__(self) -> str:
        return self.name


class ResidentQuerySet(models.QuerySet["Resident"]):
    """Reads of residents."""

    def visible_to(self, user: User) -> "ResidentQuerySet":
        """Residents of providers where the user may read case files or log incidents."""
        wanted = {Provider.Capability.VIEW_CASES, Provider.Capability.LOG_INCIDENTS}
        return self.filter(provider__in=[pk for pk, held in user.capabilities.items() if held & wanted])

    def matching(self, typed: str) -> "ResidentQuerySet":
        """Residents whose name, known-as name, address, postcode, phone or reference contains every word typed."""
        return self.filter(search_filter(typed)).order_by("name", "pk")


def plain(text: str) -> str:
    """Text as it is searched: lower case, no accents, letters and digits only, digits of any script as 0 to 9."""
    import unicodedata

    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    kept = "".join(
        (str(unicodedata.decimal(c)) if c.isdecimal() else c) if c.isalnum() else " "
        for c in folded
        if not unicodedata.combining(c)
    )
    return " ".join(kept.split())


def search_terms(typed: str) -> list[str]:
    """The words typed, as they are searched."""
    return plain(typed).split()


def run_together(typed: str) -> str:
    """What was typed as one term, where it is a phone number or a postcode; else empty.

    A phone number may be typed with spaces, a country code or a leading nought, a postcode with or without its space;
    both are stored without.
    """
    words = plain(typed).split()
    together = "".join(words)
    if together.isdigit() and len(together) >= 4:
        return together[-10:] if len(together) > 10 else together.lstrip("0") or together
    if len(words) == 2 and len(words[1]) == 3 and words[1][0].isdigit() and words[1][1:].isalpha():
        return together
    return ""


def search_filter(typed: str) -> models.Q:
    """Finds rows whose `search` text holds every word typed, or the phone number or postcode that they spell.

    Nothing typed asks for everything: callers that must not show everything look first whether anything was.
    """
    words = models.Q()
    for term in search_terms(typed):
        words &= models.Q(search__contains=term)
    together = run_together(typed)
    return words | models.Q(search__contains=together) if together else words


def same_home(lines: str, postcode: str, other_lines: str, other_postcode: str) -> bool:
    """Whether two addresses name one home, however each is spelt: the same numbers, and the words of one in the other.

    Two flats of one house differ in a number, so they are different homes. Postcodes that differ are different homes;
    one that is missing decides nothing.
    """
    here, there = set(plain(lines).split()), set(plain(other_lines).split())
    codes = {plain(code).replace(" ", "") for code in (postcode, other_postcode)} - {""}
    numbers = [{word for word in words if any(c.isdigit() for c in word)} for words in (here, there)]
    return bool(here and there) and len(codes) < 2 and numbers[0] == numbers[1] and (here <= there or there <= here)


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


class Tenancy(models.Model):
    """A tenancy, lease or licence. A visitor, an applicant or an elected member has none."""

    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="tenancies")
    reference = models.CharField(max_length=40)
    kind = models.CharField(max_length=60)
    started_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "tenancies"
        constraints = [models.UniqueConstraint(fields=["provider", "reference"], name="tenancy_reference_once")]

    def __str__(self) -> str:
        return f"{self.reference} ({self.kind})"


class Occupancy(models.Model):
    """Who holds or shares a tenancy."""

    class Part(models.TextChoices):
        """Joint tenants are each answerable only for what each did (Dover 6.16)."""

        TENANT = "tenant", "Tenant"
        JOINT_TENANT = "joint_tenant", "Joint tenant"
        HOUSEHOLD = "household", "Member of the household"

    tenancy = models.ForeignKey(Tenancy, on_delete=models.CASCADE, related_name="occupancies")
    resident = models.ForeignKey(Resident, on_delete=models.CASCADE, related_name="occupancies")
    part = models.CharField(max_length=20, choices=Part)

    class Meta:
        verbose_name_plural = "occupancies"
        constraints = [models.UniqueConstraint(fields=["tenancy", "resident"], name="occupancy_once")]

    def __str__(self) -> str:
        return f"{self.resident_id} in {self.tenancy_id}"


class NeedQuerySet(models.QuerySet["Need"]):
    """Reads of needs and adjustments."""

    def visible_to(self, user: User) -> "NeedQuerySet":
        """What a person may read: about health only where they may read case files (UK GDPR Art 9; rule D8)."""
        files = [pk for pk, held in user.capabilities.items() if Provider.Capability.VIEW_CASES in held]
        return self.filter(models.Q(about_health=False) | models.Q(resident__provider__in=files))

    def standing(self) -> "NeedQuerySet":
        """What holds now."""
        return self.filter(ended_at__isnull=True)


class Need(models.Model):
    """A need that was disclosed, or an adjustment that was agreed (Equality Act 2010 s20). Never overwritten: ended."""

    class Kind(models.TextChoices):
        """A need is what the person told us; an adjustment is what we do about it."""

        NEED = "need", "Need or vulnerability"
        ADJUSTMENT = "adjustment", "Agreed adjustment"

    resident = models.ForeignKey(Resident, on_delete=models.CASCADE, related_name="needs")
    kind = models.CharField(max_length=20, choices=Kind)
    words = models.TextField()
    about_health = models.BooleanField(default=False)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = NeedQuerySet.as_manager()

    def __str__(self) -> str:
        return self.words[:60]


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

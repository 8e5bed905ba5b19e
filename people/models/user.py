"""Who signs in: staff of a provider or of one of its contractors, and the roles that they hold."""

from functools import cached_property
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower

from audit import subjects
from audit.models import Trail
from people.models.cover import Cover
from people.models.provider import Organisation, Provider
from people.models.role import Role, held_on, rights_of, today

KEPT_OUT, URGENT = "kept_out_of_file", "file_opened_urgently"
"""Permissions on a resident (`people.models.file_access`): by the first somebody reads nothing of their file, by the
second they look into one that is closed to them. With either they decide nothing in it."""


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
    team = models.CharField(max_length=100, blank=True)
    letter_name = models.CharField(max_length=200, blank=True, help_text="As letters name them, where that differs.")
    letter_phone = models.CharField(max_length=30, blank=True)
    letter_email = models.EmailField(blank=True)
    line_manager = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="reports")
    successor = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Who took over the work when the account was closed: what would still come to it goes there.",
    )
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

    @property
    def who_acts(self) -> "User | None":
        """Who does what falls to the person: they themselves, or who took it over from them; nobody where they left."""
        found, seen = self, set()
        while not found.is_active and found.successor is not None and found.pk not in seen:
            seen.add(found.pk)
            found = found.successor
        return found if found.is_active else None

    @property
    def as_contact(self) -> dict[str, str]:
        """How a resident reaches them: what the office keeps for letters, or else what colleagues use."""
        return {
            "name": self.letter_name or self.name,
            "phone": self.letter_phone or self.phone,
            "email": self.letter_email or self.email,
        }

    @cached_property
    def covering(self) -> list[Cover]:
        """Whose work the person does today beside their own; read once a request."""
        return list(Cover.objects.in_force(today()).filter(colleague=self))

    @cached_property
    def roles(self) -> list[Role]:
        """The roles held today, each on its provider; read once a request."""
        held = Role.objects.filter(held_on(today(), "holdings__"), holdings__user=self)
        return list(held.select_related("provider").order_by("-rank", "pk"))

    @cached_property
    def kept_out_of(self) -> frozenset[str]:
        """The references of the residents in whose file the user decides nothing; read once a request.

        It is closed to them by name, or they only look into it urgently (docs/adr/0174).
        """
        rows = self.fileaccess_set.standing().of_kind(KEPT_OUT, URGENT)
        return frozenset(rows.values_list("content_object__reference", flat=True))

    @cached_property
    def capabilities(self) -> dict[int, frozenset[str]]:
        """What the user may do at which provider: what the roles held today let them do, and nothing that is stored."""
        return rights_of(self.roles)

"""Who signs in: staff of a provider or of one of its contractors, and the roles that they hold."""

from functools import cached_property
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import Group, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower

from audit import subjects
from audit.models import Trail
from people.models.provider import Organisation, Provider


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
    def kept_out_of(self) -> frozenset[str]:
        """The references of the residents whose file is closed to the user by name; read once a request."""
        from people.models.file_access import KEPT_OUT, FileAccess

        rows = FileAccess.objects.standing().of_kind(KEPT_OUT).filter(user=self)
        return frozenset(rows.values_list("content_object__reference", flat=True))

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

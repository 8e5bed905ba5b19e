"""To whom the file of one resident is closed, and to whom it is opened: object permissions with a reason and an end.

What follows from a role is computed from the role; what varies by person and resident stands here, through
django-guardian, and hangs on the resident, so that cases, letters, the register and deadlines obey it without knowing
each other. Whether it holds is decided by its end, in the database's own clock, and by nothing that has to be tidied.
"""

from django.contrib.auth.models import Permission
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now
from guardian.models import UserObjectPermissionBase

from people.models.user import KEPT_OUT, URGENT, User

KEPT_TO = "file_kept_to"
OPENED = "file_opened_to"
KINDS = {
    KEPT_OUT: "is kept out of the file",
    KEPT_TO: "reads the file, which is kept to named people",
    OPENED: "has the file opened to them",
    URGENT: "opened the file urgently",
}


class FileAccessQuerySet(models.QuerySet["FileAccess"]):
    """Reads of who is kept out, kept to and let in."""

    def standing(self) -> "FileAccessQuerySet":
        """What holds at this instant."""
        return self.filter(ends_at__gt=Now())

    def of_kind(self, *kinds: str) -> "FileAccessQuerySet":
        """Those of some kinds."""
        return self.filter(permission__codename__in=kinds)


class FileAccess(UserObjectPermissionBase):
    """One person and one resident's file: kept out, kept to, opened to, opened urgently; why, by whom, until when."""

    class Ground(models.TextChoices):
        """Why a file is closed or opened."""

        CONFLICT = "conflict", "A conflict of interest"
        NEIGHBOUR = "neighbour", "A member of staff is a neighbour or a relative"
        NAMED_ONLINE = "named_online", "Staff were named or threatened online"
        HELPS = "helps", "They help with this case"
        URGENT = "urgent", "Somebody may come to harm"
        OTHER = "other", "Something else"

    content_object = models.ForeignKey("people.Resident", on_delete=models.PROTECT, related_name="file_access")
    ground = models.CharField(max_length=20, choices=Ground)
    reason = models.TextField()
    set_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    objects = FileAccessQuerySet.as_manager()  # type: ignore[misc, assignment]

    class Meta(UserObjectPermissionBase.Meta):
        verbose_name_plural = "file access"
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=models.F("set_at")), name="file_access_ends_after_it_begins")
        ]
        indexes = [models.Index(fields=["content_object", "permission"], name="file_access_by_resident")]

    def __str__(self) -> str:
        return f"{self.user} {KINDS[self.permission.codename]}"

    @property
    def kind(self) -> str:
        """Which of `KINDS`."""
        return self.permission.codename


def permission(kind: str) -> Permission:
    """The permission on a resident that carries one of `KINDS`."""
    return Permission.objects.get(codename=kind, content_type__app_label="people", content_type__model="resident")


def not_kept_out(user: User, path: str) -> Q:
    """That a person is not kept out by name of the file of the resident at `path`, or has opened it urgently."""
    mine = FileAccess.objects.standing().filter(user=user, content_object=OuterRef(path))
    return Q(Exists(mine.of_kind(URGENT))) | ~Q(Exists(mine.of_kind(KEPT_OUT)))


def not_closed(user: User | OuterRef, path: str) -> Q:
    """That the file of the resident at `path` is not closed to a person: neither are they kept out of it by name, nor
    is it kept to others. Where there is no resident, nothing is closed. The person may be a column of the query."""
    standing = FileAccess.objects.standing().filter(content_object=OuterRef(path))
    mine = standing.filter(Q(user=user))
    let_in = Q(Exists(mine.of_kind(KEPT_TO, OPENED))) | ~Q(Exists(standing.of_kind(KEPT_TO)))
    return Q(Exists(mine.of_kind(URGENT))) | ~Q(Exists(mine.of_kind(KEPT_OUT))) & let_in


def opened(user: User, path: str) -> Q:
    """That the file of the resident at `path` is opened to a person whose role would not open it."""
    mine = FileAccess.objects.standing().filter(user=user, content_object=OuterRef(path))
    return Q(Exists(mine.of_kind(URGENT))) | Q(Exists(mine.of_kind(OPENED))) & ~Q(Exists(mine.of_kind(KEPT_OUT)))


def readable(user: User, path: str, rights: Q) -> Q:
    """What a person may read: what their `rights` give them and is not closed to them, and what is opened to them."""
    return rights & not_closed(user, path) | opened(user, path)

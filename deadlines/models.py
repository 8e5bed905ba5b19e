"""What somebody must do, by when, under which clause, and how the date was worked out."""

from datetime import date
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from audit import subjects
from audit.models import Trail
from audit.services import Subject
from deadlines import kinds
from people.access import providers_where
from people.models import Provider, Resident, User
from people.models.file_access import not_closed, readable


class Holiday(models.Model):
    """A day off at a provider: its nation's bank holidays, and what the office added or took away."""

    provider = models.ForeignKey(Provider, on_delete=models.CASCADE, related_name="holidays")
    on = models.DateField()
    name = models.CharField(max_length=100)
    own = models.BooleanField(default=False, help_text="The office added it; else the nation's calendar did.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider", "on"], name="holiday_once")]
        ordering: ClassVar = ["on"]

    def __str__(self) -> str:
        return f"{self.on}: {self.name}"


def _owned(user: User) -> models.Q:
    """What is a person's by name, and what is that of those for whom they cover today."""
    owned = models.Q(owner=user)
    for cover in user.covering:
        of_it = {"case_ref": cover.case_ref} if cover.case_ref else {}
        owned |= models.Q(owner=cover.person_id, **of_it) & ~models.Q(kind__in=kinds.THEIRS_ALONE)
    return owned


class DeadlineQuerySet(models.QuerySet["Deadline"]):
    """Reads of what is due."""

    def open(self) -> "DeadlineQuerySet":
        """What still waits for somebody."""
        return self.filter(state=Deadline.State.OPEN)

    def about(self, *subjects: Subject) -> "DeadlineQuerySet":
        """What is, or was, due about each of these things."""
        return self.filter(about__in=[subject.trail.about for subject in subjects])

    def visible_to(self, user: User) -> "DeadlineQuerySet":
        """What a person may look up: all of the providers whose case files they read, and what is theirs to do; unless
        the file is closed to them. And what is about somebody whose file is opened to them."""
        theirs = models.Q(provider__in=providers_where(user, Provider.Capability.VIEW_CASES)) | _owned(user)
        for role in user.roles:
            theirs |= models.Q(provider=role.provider_id, for_roles__contains=[role.key])
        return self.filter(readable(user, "resident_id", theirs | models.Q(also_for__contains=[user.pk])))

    def not_closed_to(self, user: User) -> "DeadlineQuerySet":
        """Not about somebody whose file is closed to a person."""
        return self.filter(not_closed(user, "resident_id"))

    def waiting_for(self, user: User) -> "DeadlineQuerySet":
        """What waits for a person: theirs by name or because they cover, by a role, or as they were appointed for it.

        Not what a rule bars them from.
        """
        mine = _owned(user) | models.Q(also_for__contains=[user.pk])
        for role in user.roles:
            mine |= models.Q(owner__isnull=True, provider=role.provider_id, for_roles__contains=[role.key])
        return self.open().filter(mine).exclude(not_for__contains=[user.pk]).not_closed_to(user)

    def for_team_of(self, user: User) -> "DeadlineQuerySet":
        """What waits for the people whom a person manages, and what waits for a role with nobody's name on it."""
        nobodys = models.Q(owner__isnull=True, provider__in=providers_where(user, Provider.Capability.DECIDE))
        theirs = models.Q(owner__line_manager=user) | nobodys & ~models.Q(for_roles=[])
        return self.open().filter(theirs).not_closed_to(user)

    def in_a_batch(self) -> "DeadlineQuerySet":
        """Reviews that fall due together, in the months in which a policy has all of its restrictions reviewed."""
        return self.filter(kind__in=kinds.REVIEWS, reckoning__path="review.batch")

    def worst_first(self) -> "DeadlineQuerySet":
        """Longest overdue first; what has no date last."""
        return self.order_by(models.F("due_on").asc(nulls_last=True), "pk")

    def due_by(self, on: date) -> "DeadlineQuerySet":
        """Open, and due on or before a day."""
        return self.open().filter(due_on__lte=on)


class Deadline(models.Model):
    """One thing to do. `about` points upwards by reference only, as paper does (`restriction:X-000004`).

    `due_on` is empty where there is no date (a proposal waits) or where the policy leaves part of the clock unsaid;
    `reckoning` then says why. It is its owner's, or else that of all who hold one of `for_roles` but for those in
    `not_for`; and of those in `also_for`, whom an administrator appointed for it.
    """

    class State(models.TextChoices):
        """Whether it still waits."""

        OPEN = "open", "Open"
        MET = "met", "Met"
        CANCELLED = "cancelled", "Cancelled"

    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="deadlines")
    resident = models.ForeignKey(Resident, null=True, on_delete=models.PROTECT, related_name="deadlines")
    kind = models.CharField(max_length=40)
    about = models.CharField(max_length=60)
    case_ref = models.CharField(max_length=30, blank=True)
    title = models.CharField(max_length=200)
    due_on = models.DateField(null=True)
    reckoning = models.JSONField(null=True)
    owner = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="deadlines")
    for_roles = ArrayField(models.CharField(max_length=60), default=list)
    not_for = ArrayField(models.BigIntegerField(), default=list)
    also_for = ArrayField(models.BigIntegerField(), default=list)
    runs_from_event = models.BigIntegerField(null=True)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    set_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=200, blank=True)

    objects = DeadlineQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["about", "kind"], condition=models.Q(state="open"), name="deadline_open_once"
            ),
            models.CheckConstraint(
                condition=models.Q(state="open", ended_at__isnull=True)
                | (~models.Q(state="open") & models.Q(ended_at__isnull=False)),
                name="deadline_ended_has_its_instant",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "due_on"], name="deadline_by_date"),
            models.Index(fields=["case_ref", "state"], name="deadline_by_case"),
            models.Index(fields=["owner", "state"], name="deadline_by_owner"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.about}"

    @property
    def trail(self) -> Trail:
        """Where events about the deadline belong: with the thing that it is about."""
        resident = self.resident.reference if self.resident else ""
        return Trail(self.about_kind, self.about_ref, self.provider.slug, resident, self.case_ref)

    @property
    def page(self) -> str:
        """The name of the page on which it is done, which takes the reference in `about`; "" where it only informs."""
        return kinds.of(self.kind).page

    def waits_for(self, user: User) -> bool:
        """Whether it is a person's to do, by name or by a role, as `waiting_for` asks the database of many."""
        if self.state != Deadline.State.OPEN or user.pk in self.not_for:
            return False
        if user.pk in self.also_for:
            return True
        if self.owner_id:
            return self.is_owned_by(user)
        held = {role.key for role in user.roles if role.provider_id == self.provider_id}
        return bool(held & set(self.for_roles))

    def is_owned_by(self, user: User) -> bool:
        """Whether it is a person's by name, done or not: their own, or that of somebody for whom they cover today."""
        if self.owner_id == user.pk or self.kind in kinds.THEIRS_ALONE:
            return self.owner_id == user.pk
        return any(one.person_id == self.owner_id and one.takes(self.case_ref) for one in user.covering)

    @property
    def about_kind(self) -> str:
        """The kind of thing it is about: the part of `about` before the colon."""
        return subjects.kind_of(self.about)

    @property
    def about_ref(self) -> str:
        """The reference of the thing it is about."""
        return subjects.ref_of(self.about)

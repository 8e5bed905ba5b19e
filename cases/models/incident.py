"""What happened, whom it named and hit, the files of it; and what is typed of it and not yet saved."""

from typing import Any

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models

from audit import subjects
from audit.models import Trail
from people.access import providers_where
from people.models import Organisation, Provider, Resident, User
from people.models.file_access import opened


class IncidentQuerySet(models.QuerySet["Incident"]):
    """Reads of incidents."""

    def visible_to(self, user: User) -> "IncidentQuerySet":
        """Incidents of providers where the user may read case files, and what the user reported.

        One in which somebody had a part whose file is closed to the user is closed as well.
        """
        held = models.Q(provider__in=providers_where(user, Provider.Capability.VIEW_CASES)) | models.Q(reported_by=user)
        here = Resident.objects.filter(involvements__incident=models.OuterRef("pk"))
        let_in = models.Exists(here.filter(opened(user, "pk")))
        return self.filter(held | let_in).not_closed_to(user)

    def marked_for(self, user: User) -> "IncidentQuerySet":
        """Each with whether it `is_closed` to a person: somebody had a part in it whose file is."""
        here = Resident.objects.filter(involvements__incident=models.OuterRef("pk"))
        return self.annotate(is_closed=models.Exists(here.closed_to(user)))

    def not_closed_to(self, user: User) -> "IncidentQuerySet":
        """Those in which nobody had a part whose file is closed to a person."""
        here = Resident.objects.filter(involvements__incident=models.OuterRef("pk"))
        return self.exclude(models.Exists(here.closed_to(user)))


class Incident(models.Model):
    """What happened, as seen and heard. Never changed once saved; what comes later is added beside it."""

    class Channel(models.TextChoices):
        """Where it happened."""

        PHONE = "phone", "On the phone"
        OFFICE = "office", "At the office"
        VISIT = "visit", "On a visit"
        EMAIL = "email", "By e-mail"
        LETTER = "letter", "By letter"
        ONLINE = "online", "Online or on social media"
        ELSEWHERE = "elsewhere", "Somewhere else"

    class Knowledge(models.TextChoices):
        """How the reporter knows. Hearsay is listed, never counted as evidence."""

        FIRST_HAND = "first_hand", "I saw or heard it"
        COLLEAGUE = "colleague", "A colleague or contractor who was there told me"
        HEARSAY = "hearsay", "Somebody who was not there told me"

    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="incidents")
    reference = models.CharField(max_length=20, unique=True)
    happened_on = models.DateField()
    happened_at = models.TimeField(null=True)
    place = models.CharField(max_length=200, blank=True)
    channel = models.CharField(max_length=12, choices=Channel)
    facts = models.TextField()
    words_used = models.TextField(blank=True)
    categories = ArrayField(models.CharField(max_length=60), default=list)
    knowledge = models.CharField(max_length=12, choices=Knowledge, default=Knowledge.FIRST_HAND)
    warnings_given = models.PositiveSmallIntegerField(default=0)
    continued_after_warnings = models.BooleanField(default=False)
    contact_ended = models.BooleanField(default=False)
    police_called = models.BooleanField(default=False)
    police_reference = models.CharField(max_length=60, blank=True)
    danger = models.BooleanField(default=False, help_text="Somebody was assaulted, threatened or intimidated.")
    hurt = models.BooleanField(default=False, help_text="Somebody was physically hurt.")
    hazard = models.BooleanField(
        default=False, help_text="The resident reported something that needs repair or makes the home unsafe."
    )
    hazard_words = models.TextField(blank=True)
    reported_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="incidents_reported")
    reported_at = models.DateTimeField()

    objects = IncidentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~models.Q(facts=""), name="incident_says_what_happened"),
            models.CheckConstraint(
                condition=models.Q(continued_after_warnings=False) | models.Q(warnings_given__gt=0),
                name="incident_continued_after_a_warning",
            ),
            models.CheckConstraint(
                condition=models.Q(hazard=False) | ~models.Q(hazard_words=""), name="incident_hazard_says_what"
            ),
        ]
        indexes = [models.Index(fields=["provider", "-happened_on"], name="incident_by_day")]
        triggers = [pgtrigger.Protect(name="incident_kept", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.reference

    @property
    def trail(self) -> Trail:
        """Where events about the incident belong (the case is named by the caller where there is one)."""
        return Trail(subjects.INCIDENT, self.reference, self.provider.slug)


class Involvement(models.Model):
    """A resident in an incident, and in which part."""

    class Part(models.TextChoices):
        """Only the first answers for the behaviour (Dover 6.16: each joint tenant for his or her own)."""

        BEHAVED = "behaved", "Whose behaviour it was"
        PRESENT = "present", "Was present"
        TARGET = "target", "Was on the receiving end"

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="involvements")
    resident = models.ForeignKey(Resident, on_delete=models.PROTECT, related_name="involvements")
    part = models.CharField(max_length=10, choices=Part)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["incident", "resident"], name="involvement_once")]

    def __str__(self) -> str:
        return f"{self.resident_id} in {self.incident_id}"


class Affected(models.Model):
    """Somebody at work whom the incident hit or who saw it: a colleague with an account, or a contractor by name."""

    class Part(models.TextChoices):
        """Affected people are told about through their line manager; witnesses can be asked."""

        AFFECTED = "affected", "Affected"
        WITNESS = "witness", "Witness"

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="affected")
    user = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="affected_in")
    name = models.CharField(max_length=200, blank=True)
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    part = models.CharField(max_length=10, choices=Part, default=Part.AFFECTED)
    hurt = models.BooleanField(default=False)

    class Meta:
        verbose_name_plural = "affected"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(user__isnull=False) | ~models.Q(name=""), name="affected_is_somebody"
            )
        ]

    def __str__(self) -> str:
        return self.name or str(self.user_id)


class Evidence(models.Model):
    """A file of an incident, kept by its hash."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="evidence")
    name = models.CharField(max_length=200)
    file = models.FileField(upload_to="evidence/%Y/%m/")
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "evidence"
        constraints = [models.UniqueConstraint(fields=["incident", "sha256"], name="evidence_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def trail(self) -> Trail:
        """Where a look at the file belongs."""
        return Trail(subjects.EVIDENCE, str(self.pk), self.incident.provider.slug)


class Draft(models.Model):
    """What an officer has typed and not yet saved as an incident. Saving twice gives one incident."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="drafts")
    token = models.UUIDField(unique=True)
    data = models.JSONField(default=dict)
    updated_at = models.DateTimeField()
    became = models.OneToOneField(Incident, null=True, on_delete=models.PROTECT, related_name="draft")

    def __str__(self) -> str:
        return str(self.token)

    @property
    def shown(self) -> dict[str, Any]:
        """What a page on which it is decided about rests on, by name: another tab may have gone on typing."""
        return {"what you had typed": self.data}

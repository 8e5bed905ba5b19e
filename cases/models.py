"""Incidents, the staged case, warnings, assessments and evidence."""

from datetime import date
from functools import lru_cache
from typing import Any, ClassVar

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django_fsm import FSMField, transition

from audit import subjects
from audit.models import Trail, never_emptied
from letters.models import Letter
from people.access import providers_where
from people.models import Organisation, PolicyVersion, Provider, Resident, User


class IncidentQuerySet(models.QuerySet["Incident"]):
    """Reads of incidents."""

    def visible_to(self, user: User) -> "IncidentQuerySet":
        """Incidents of providers where the user may read case files, and what the user reported."""
        return self.filter(
            models.Q(provider__in=providers_where(user, Provider.Capability.VIEW_CASES)) | models.Q(reported_by=user)
        )


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
        triggers = [
            pgtrigger.Protect(name="evidence_as_added", operation=pgtrigger.Update | pgtrigger.Delete),
            never_emptied("evidence"),
        ]

    def __str__(self) -> str:
        return self.name


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


@lru_cache(maxsize=256)
def stage_names(policy_version_id: int) -> dict[str, str]:
    """The policy's names of the stages by our state; read once a process, because an adopted version never changes."""
    policy = PolicyVersion.objects.get(pk=policy_version_id).policy
    named = {stage.state.replace(" ", "_"): stage.name for stage in reversed(policy.stages) if stage.state}
    return {state: named[state] for state in Case.Stage.values if state in named}


class CaseQuerySet(models.QuerySet["Case"]):
    """Reads of cases."""

    def visible_to(self, user: User) -> "CaseQuerySet":
        """Cases of providers where the user may read case files."""
        return self.filter(provider__in=providers_where(user, Provider.Capability.VIEW_CASES))

    def open(self) -> "CaseQuerySet":
        """Cases that are not closed."""
        return self.exclude(stage=Case.Stage.CLOSED)


def came_from_written_warning(case: Any) -> bool:
    """Whether the case stood at the written warning when the restriction was imposed."""
    return bool(case.stage_before == Case.Stage.WRITTEN_WARNING)


def came_from_initial_warning(case: Any) -> bool:
    """Whether an extreme incident had taken the case straight from the first stage to a restriction."""
    return bool(case.stage_before == Case.Stage.INITIAL_WARNING)


class Case(models.Model):
    """One resident's way through the stages of the policy version that held when the case was opened."""

    class Stage(models.TextChoices):
        """The four states; the policy gives each its own name."""

        INITIAL_WARNING = "initial_warning", "Initial warning"
        WRITTEN_WARNING = "written_warning", "Written warning"
        CONTACT_RESTRICTION = "contact_restriction", "Contact restriction"
        REVIEW = "review", "Review"
        CLOSED = "closed", "Closed"

    OPEN_STAGES: ClassVar = [Stage.INITIAL_WARNING, Stage.WRITTEN_WARNING, Stage.CONTACT_RESTRICTION, Stage.REVIEW]

    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="cases")
    resident = models.ForeignKey(Resident, on_delete=models.PROTECT, related_name="cases")
    policy_version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="cases")
    reference = models.CharField(max_length=20, unique=True)
    stage = FSMField(max_length=20, choices=Stage, default=Stage.INITIAL_WARNING, protected=True)
    stage_before = models.CharField(max_length=20, choices=Stage, blank=True)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="cases_owned")
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    moved_at = models.DateTimeField()
    closed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True)
    close_reason = models.TextField(blank=True)
    begun_at = models.DateTimeField(help_text="Since when warnings count: when the case was opened, or last reopened.")
    threshold_settled_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    threshold_settled_at = models.DateTimeField(null=True)
    restriction_settled_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    restriction_settled_at = models.DateTimeField(null=True)
    incidents = models.ManyToManyField(Incident, related_name="cases")

    objects = CaseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["resident"], condition=~models.Q(stage="closed"), name="case_one_open_a_resident"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    models.Q(stage="closed", closed_by__isnull=False, closed_at__isnull=False)
                    & ~models.Q(close_reason="")
                )
                | (~models.Q(stage="closed") & models.Q(closed_by__isnull=True, closed_at__isnull=True)),
                name="case_closed_has_who_when_why",
            ),
            models.CheckConstraint(
                condition=models.Q(threshold_settled_by__isnull=True, threshold_settled_at__isnull=True)
                | models.Q(threshold_settled_by__isnull=False, threshold_settled_at__isnull=False),
                name="case_threshold_settled_has_who_and_when",
            ),
            models.CheckConstraint(
                condition=models.Q(restriction_settled_by__isnull=True, restriction_settled_at__isnull=True)
                | models.Q(restriction_settled_by__isnull=False, restriction_settled_at__isnull=False),
                name="case_restriction_settled_has_who_and_when",
            ),
        ]
        indexes = [
            models.Index(fields=["provider", "stage", "-moved_at"], name="case_by_stage"),
            models.Index(fields=["provider", "-moved_at"], name="case_by_move"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def trail(self) -> Trail:
        """Where events about the case belong."""
        return Trail(subjects.CASE, self.reference, self.provider.slug, self.resident.reference, self.reference)

    @property
    def policy(self):
        """The policy version under which the case was opened."""
        return self.policy_version.policy

    def newer_version(self, on: date) -> PolicyVersion | None:
        """The version to which an open case could be moved: that of cases opened on a day, where it is a newer one."""
        held, newest = self.policy_version, self.provider.policy_version_on(on)
        newer = (newest.effective_on, newest.pk) > (held.effective_on, held.pk)
        return newest if newer and self.stage != self.Stage.CLOSED else None

    @property
    def stage_name(self) -> str:
        """The stage in the policy's own words; ours where the policy has no stage of that kind.

        A policy without stages warns nobody by opening a case: until contact is restricted it is just open.
        """
        names = stage_names(self.policy_version_id)
        if self.stage == self.Stage.INITIAL_WARNING and not names:
            return "Open"
        return names.get(self.stage) or self.get_stage_display()

    @transition(field=stage, source=Stage.INITIAL_WARNING, target=Stage.WRITTEN_WARNING)
    def warn_in_writing(self, *, at) -> None:
        """A warning letter has been issued (Dover 6.12)."""
        self.moved_at = at

    @transition(
        field=stage,
        source=[Stage.INITIAL_WARNING, Stage.WRITTEN_WARNING],
        target=Stage.CONTACT_RESTRICTION,
    )
    def restrict(self, *, at) -> None:
        """A restriction has been imposed (Dover 6.13; straight from the first stage in an extreme case, 6.7, 6.17)."""
        self.stage_before, self.moved_at = self.stage, at

    @transition(field=stage, source=Stage.CONTACT_RESTRICTION, target=Stage.REVIEW)
    def begin_review(self, *, at) -> None:
        """Somebody has begun to review the restriction (Dover 6.18)."""
        self.moved_at = at

    @transition(field=stage, source=Stage.REVIEW, target=Stage.CONTACT_RESTRICTION)
    def continue_restriction(self, *, at) -> None:
        """The review extended or varied the restriction."""
        self.moved_at = at

    @transition(
        field=stage,
        source=[Stage.CONTACT_RESTRICTION, Stage.REVIEW],
        target=Stage.WRITTEN_WARNING,
        conditions=[came_from_written_warning],
    )
    def return_to_written_warning(self, *, at) -> None:
        """The restriction ended otherwise than by closing the case: back where the case stood before."""
        self.stage_before, self.moved_at = "", at

    @transition(
        field=stage,
        source=[Stage.CONTACT_RESTRICTION, Stage.REVIEW],
        target=Stage.INITIAL_WARNING,
        conditions=[came_from_initial_warning],
    )
    def return_to_initial_warning(self, *, at) -> None:
        """As above, for a case that an extreme incident had taken straight to a restriction."""
        self.stage_before, self.moved_at = "", at

    @transition(field=stage, source=Stage.WRITTEN_WARNING, target=Stage.INITIAL_WARNING)
    def take_back_warning(self, *, at) -> None:
        """The appeal against the warning letter was upheld: back to where the case stood, to be settled anew."""
        self.moved_at = at
        self.threshold_settled_by = self.threshold_settled_at = None

    @transition(field=stage, source=OPEN_STAGES, target=Stage.CLOSED)
    def close(self, *, by: User, at, reason: str) -> None:
        """Nothing more is to be done, for a stated reason."""
        self.closed_by, self.closed_at, self.close_reason = by, at, reason
        self.stage_before, self.moved_at = "", at

    @transition(field=stage, source=Stage.CLOSED, target=Stage.INITIAL_WARNING)
    def reopen(self, *, at) -> None:
        """Begin again at the first stage: what was restricted before is over and has to be reasoned anew."""
        self.closed_by = self.closed_at = None
        self.close_reason, self.moved_at, self.begun_at = "", at, at
        self.threshold_settled_by = self.threshold_settled_at = None
        self.restriction_settled_by = self.restriction_settled_at = None


class Warning(models.Model):
    """A warning given: in the conversation (initial) or by letter (written).

    A first letter puts the first stage in writing where the policy has it so (Northampton 4.1). Once issued it counts
    as an initial warning, given when the last incident known by then had happened.
    """

    class Kind(models.TextChoices):
        """Which warning."""

        INITIAL = "initial", "Initial warning"
        WRITTEN = "written", "Warning letter"
        FIRST = "first", "First letter"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="warnings")
    kind = models.CharField(max_length=10, choices=Kind)
    incident = models.ForeignKey(Incident, null=True, on_delete=models.PROTECT, related_name="warnings")
    letter = models.OneToOneField(Letter, null=True, on_delete=models.PROTECT, related_name="warning")
    incidents = models.ManyToManyField(Incident, related_name="warned_about")
    given_on = models.DateField(null=True)
    given_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    suspended_at = models.DateTimeField(null=True, help_text="It does not count while an appeal against it is decided.")
    same_again = models.TextField(
        blank=True, help_text="Why a warning letter follows the first letter on what that one was about already."
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="initial", incident__isnull=False)
                | models.Q(kind__in=["written", "first"], letter__isnull=False),
                name="warning_has_its_incident_or_letter",
            ),
            models.CheckConstraint(
                condition=models.Q(given_on__isnull=True, given_by__isnull=True)
                | models.Q(given_on__isnull=False, given_by__isnull=False),
                name="warning_given_has_who_and_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} warning"

    @property
    def trail(self) -> Trail:
        """How deadlines, voices and appeals point at it; what happens to it is recorded on its case.

        One in writing by its letter. First warnings by the incident in which they were given and the case: they stand
        and fall together, and joint tenants have a time to appeal each (Dover 6.16).
        """
        case = self.case
        if self.letter is not None:
            kind, ref = subjects.WARNING, self.letter.reference
        else:
            assert self.incident is not None
            kind, ref = subjects.INITIAL, f"{self.incident.reference}.{case.reference}"
        return Trail(kind, ref, case.provider.slug, case.resident.reference, case.reference)

    @property
    def provider(self) -> Provider:
        """Whose it is."""
        return self.case.provider

    @property
    def resident(self) -> Resident:
        """Whom it warns."""
        return self.case.resident

    @property
    def paper(self) -> Letter:
        """The letter of a warning in writing. Raises `Letter.DoesNotExist` for an initial one, which has none."""
        if self.letter is None:
            raise Letter.DoesNotExist("An initial warning has no letter.")
        return self.letter


class Assessment(models.Model):
    """What is weighed before a step: the risk (Dover 6.26), equality (6.40), or a question of the policy's own.

    New ones stand beside old. `gate` is the policy's key of the question.
    """

    class Kind(models.TextChoices):
        """Which assessment."""

        RISK = "risk", "Risk assessment"
        EQUALITY = "equality", "Equality impact assessment"
        QUESTION = "question", "Answer to a question of the policy"

    class Level(models.TextChoices):
        """How serious, in the assessor's own judgement; Evenhand computes no score."""

        LOW = "low", "Low"
        MEDIUM = "medium", "Medium"
        HIGH = "high", "High"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="assessments")
    kind = models.CharField(max_length=10, choices=Kind)
    gate = models.CharField(max_length=60, blank=True)
    severity = models.CharField(max_length=10, choices=Level, blank=True)
    future_risk = models.CharField(max_length=10, choices=Level, blank=True)
    words = models.TextField()
    who_is_at_risk = models.TextField(blank=True)
    controls = models.TextField(blank=True)
    needs_version = models.PositiveIntegerField(default=0)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="question") & ~models.Q(gate="")
                | ~models.Q(kind="question") & models.Q(gate=""),
                name="assessment_names_its_question",
            )
        ]
        indexes = [models.Index(fields=["case", "kind", "-made_at"], name="assessment_latest")]
        triggers = [
            pgtrigger.Protect(name="assessment_kept", operation=pgtrigger.Update | pgtrigger.Delete),
            never_emptied("assessment"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} assessment of {self.case_id}"

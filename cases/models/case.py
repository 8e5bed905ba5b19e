"""One resident's way through the stages of a policy."""

from datetime import date
from functools import lru_cache
from typing import Any, ClassVar

from django.db import models
from django_fsm import FSMField, transition

from audit import subjects
from audit.models import Trail
from cases.models.incident import Incident
from people.access import providers_where
from people.models import PolicyVersion, Provider, Resident, User
from people.models.file_access import readable


@lru_cache(maxsize=256)
def stage_names(policy_version_id: int) -> dict[str, str]:
    """The policy's names of the stages by our state; read once a process, because an adopted version never changes."""
    policy = PolicyVersion.objects.get(pk=policy_version_id).policy
    named = {stage.state.replace(" ", "_"): stage.name for stage in reversed(policy.stages) if stage.state}
    return {state: named[state] for state in Case.Stage.values if state in named}


class CaseQuerySet(models.QuerySet["Case"]):
    """Reads of cases."""

    def visible_to(self, user: User) -> "CaseQuerySet":
        """Cases of providers where the user may read case files, but those closed to them; and those opened to them."""
        held = models.Q(provider__in=providers_where(user, Provider.Capability.VIEW_CASES))
        return self.filter(readable(user, "resident_id", held))

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

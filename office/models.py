"""A policy on its way to being adopted: what was proposed, who approved it, and which second person confirmed it."""

import pgtrigger
from django.db import models
from django_fsm import FSMField, transition

from audit import subjects
from audit.models import Trail
from people.models import PolicyVersion, Provider, User


class AdoptionQuerySet(models.QuerySet["Adoption"]):
    """Reads of adoptions."""

    def visible_to(self, user: User) -> "AdoptionQuerySet":
        """Those of the providers whose office the user runs."""
        held = user.capabilities.items()
        return self.filter(provider__in=[pk for pk, rights in held if Provider.Capability.ADMINISTER in rights])

    def waiting(self) -> "AdoptionQuerySet":
        """Proposed, and neither adopted nor ended."""
        return self.filter(state=Adoption.State.PROPOSED)


class Adoption(models.Model):
    """A policy that an administrator proposes to adopt, and that another one adopts or returns.

    `wording` is the text of each file that words a letter, by its name; None carries over those that hold.
    """

    class State(models.TextChoices):
        """How far it is, or how it ended."""

        PROPOSED = "proposed", "Proposed"
        ADOPTED = "adopted", "Adopted"
        RETURNED = "returned", "Returned"
        WITHDRAWN = "withdrawn", "Withdrawn"

    class Size(models.TextChoices):
        """How large a change it is: who may approve it depends on that (Dover 7.2)."""

        MINOR = "minor", "Minor"
        SIGNIFICANT = "significant", "Significant"

    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="adoptions")
    state = FSMField(max_length=10, choices=State, default=State.PROPOSED, protected=True)
    text = models.TextField()
    local_text = models.TextField(blank=True)
    wording = models.JSONField(null=True, blank=True)
    digest = models.CharField(max_length=64)
    effective_on = models.DateField()
    size = models.CharField(max_length=12, choices=Size)
    approved_by_name = models.CharField(max_length=200)
    why = models.TextField()
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="adoptions_proposed")
    proposed_at = models.DateTimeField()
    ended_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="adoptions_ended")
    ended_at = models.DateTimeField(null=True)
    end_reason = models.TextField(blank=True)
    version = models.OneToOneField(PolicyVersion, null=True, on_delete=models.PROTECT, related_name="adoption")

    objects = AdoptionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["provider"], condition=models.Q(state="proposed"), name="adoption_one_proposed_a_provider"
            ),
            models.CheckConstraint(
                condition=models.Q(state="proposed", ended_by__isnull=True, ended_at__isnull=True)
                | (~models.Q(state="proposed") & models.Q(ended_by__isnull=False, ended_at__isnull=False)),
                name="adoption_ended_has_who_and_when",
            ),
            models.CheckConstraint(
                condition=models.Q(state="adopted", version__isnull=False)
                | (~models.Q(state="adopted") & models.Q(version__isnull=True)),
                name="adoption_adopted_has_its_version",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["adopted", "returned"]) | ~models.Q(ended_by=models.F("proposed_by")),
                name="adoption_takes_a_second_person",
            ),
            models.CheckConstraint(
                condition=~models.Q(approved_by_name="") & ~models.Q(why=""), name="adoption_says_who_approved_and_why"
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="adoption_as_ended", operation=pgtrigger.Update, condition=~pgtrigger.Q(old__state="proposed")
            ),
            pgtrigger.Protect(name="adoption_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"policy of provider {self.provider_id}, effective {self.effective_on}: {self.state}"

    @property
    def trail(self) -> Trail:
        """Where events about the adoption belong."""
        return Trail(subjects.ADOPTION, str(self.pk), provider=self.provider.slug)

    @transition(field=state, source=State.PROPOSED, target=State.ADOPTED)
    def adopt(self, *, by: User, at, version: PolicyVersion) -> None:
        """A second person has confirmed it: cases opened from its effective date run under it."""
        self.ended_by, self.ended_at, self.version = by, at, version

    @transition(field=state, source=State.PROPOSED, target=State.RETURNED)
    def send_back(self, *, by: User, at, reasons: str) -> None:
        """A second person hands it back to whoever proposed it, saying why."""
        self.ended_by, self.ended_at, self.end_reason = by, at, reasons

    @transition(field=state, source=State.PROPOSED, target=State.WITHDRAWN)
    def withdraw(self, *, by: User, at, reasons: str) -> None:
        """Whoever proposed it drops it."""
        self.ended_by, self.ended_at, self.end_reason = by, at, reasons

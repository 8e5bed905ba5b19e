"""Restrictions: proposed, decided, in force between two days, ended."""

from datetime import date
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django_fsm import FSMField, transition

from audit import subjects
from cases.models import Assessment, Case, Incident
from cases.models.of_case import OfCase
from letters.models import Letter
from people.access import providers_where
from people.models import Provider, Resident, User
from people.models.file_access import readable
from policies.provisions import RestrictionKind
from restrictions.models.breach import Breach
from restrictions.models.contact import Naming
from restrictions.models.term import Term

NAMED_PERSON = "named person"
"""The word of the schema for a kind of restriction that is a single point of contact."""


class RestrictionQuerySet(models.QuerySet["Restriction"]):
    """Reads of restrictions."""

    def visible_to(self, user: User) -> "RestrictionQuerySet":
        """Restrictions in cases that the user may read."""
        held = models.Q(case__provider__in=providers_where(user, Provider.Capability.VIEW_CASES))
        return self.filter(readable(user, "case__resident_id", held))

    def in_force(self, on: date) -> "RestrictionQuerySet":
        """In force on a day, by its dates: `ends_on` is the last day."""
        return self.filter(state=Restriction.State.IN_FORCE, starts_on__lte=on, ends_on__gte=on)

    def locked(self, restriction_id: int) -> "Restriction":
        """The restriction with its row locked, then read with its case: two requests at once come one after the other.

        The resident's row comes first, as it does where an incident is logged: whoever imposes goes on to lock the case
        and the register's resident, and would wait for ever for whoever logs. So a need that is being recorded is
        waited for as well. Read after the wait, because what is joined to a locked row is as old as the wait
        (docs/adr/0051).
        """
        resident_id = self.values_list("case__resident_id", flat=True).get(pk=restriction_id)
        Resident.objects.select_for_update(of=("self",), no_key=True).only("pk").get(pk=resident_id)
        self.select_for_update(of=("self",), no_key=True).only("pk").get(pk=restriction_id)
        return self.select_related(
            "case__provider",
            "case__resident__provider",
            "case__policy_version",
            "case__owner",
            "proposed_by",
            "decided_by",
            "letter",
            "risk_assessment",
        ).get(pk=restriction_id)

    def past_their_last_day(self, on: date) -> "RestrictionQuerySet":
        """Still marked in force though the last day has gone: for the sweep to tidy."""
        return self.filter(state=Restriction.State.IN_FORCE, ends_on__lt=on)


class Restriction(OfCase, models.Model):
    """Limits on how a resident may contact the provider: proposed, decided, in force between two days, ended."""

    KIND = subjects.RESTRICTION

    class State(models.TextChoices):
        """How far it is, or how it ended."""

        DRAFT = "draft", "Draft"
        PROPOSED = "proposed", "Proposed"
        RETURNED = "returned", "Returned"
        WITHDRAWN = "withdrawn", "Withdrawn"
        IN_FORCE = "in_force", "In force"
        EXTENDED = "extended", "Extended"
        VARIED = "varied", "Varied"
        LIFTED = "lifted", "Lifted"
        LAPSED = "lapsed", "Lapsed"

    PREPARING: ClassVar = [State.DRAFT, State.PROPOSED, State.RETURNED]
    IMPOSED: ClassVar = [State.IN_FORCE, State.EXTENDED, State.VARIED, State.LIFTED, State.LAPSED]

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="restrictions")
    reference = models.CharField(max_length=20, unique=True)
    state = FSMField(max_length=12, choices=State, default=State.DRAFT, protected=True)
    follows = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="followed_by")
    incidents = models.ManyToManyField(Incident, related_name="restrictions")
    kinds = ArrayField(models.CharField(max_length=60), default=list, help_text="The policy's kinds, by their keys.")
    risk_assessment = models.ForeignKey(Assessment, null=True, on_delete=models.PROTECT, related_name="+")
    months = models.PositiveSmallIntegerField(null=True)
    reasons = models.TextField(blank=True)
    less_considered = models.TextField(blank=True)
    needs_considered = models.TextField(blank=True)
    needs_version = models.PositiveIntegerField(null=True, help_text="The version of the needs that was weighed.")
    adjustment_touched = models.BooleanField(null=True, help_text="None until somebody has answered.")
    adjustment_reason = models.TextField(blank=True)
    other_way = models.TextField(blank=True)
    evidence_summary = models.TextField(blank=True)
    extreme = models.BooleanField(default=False)
    extreme_reason = models.TextField(blank=True)
    extreme_answers = models.JSONField(default=dict)
    path = models.CharField(max_length=60, blank=True, help_text="By which path of the policy stages are left out.")
    police_told = models.BooleanField(null=True, help_text="None until somebody has answered, or nothing is asked.")
    police_words = models.TextField(blank=True, help_text="When they were told and their reference, or why not.")
    risks = ArrayField(models.CharField(max_length=60), default=list)
    instructions = ArrayField(models.TextField(), default=list)
    share_with_contractors = models.BooleanField(default=False)
    tell_resident_of_entry = models.BooleanField(default=True)
    not_told_reason = models.TextField(blank=True)
    look_again_on = models.DateField(null=True)
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="restrictions_proposed")
    proposed_at = models.DateTimeField(null=True)
    shaped_by = ArrayField(
        models.BigIntegerField(), default=list, help_text="Who prepared it before another took it over (F12)."
    )
    returned_reason = models.TextField(blank=True)
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="restrictions_decided")
    decided_at = models.DateTimeField(null=True)
    decided_on = models.DateField(null=True)
    decision_reasons = models.TextField(blank=True)
    letter = models.ForeignKey(Letter, null=True, on_delete=models.PROTECT, related_name="+")
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    review_months = models.PositiveSmallIntegerField(
        null=True, help_text="After how many months it is reviewed, where that is set for this case."
    )
    review_agreed = models.TextField(blank=True, help_text="With whom the time set for the case was agreed, and how.")
    no_review_reason = models.TextField(blank=True, help_text="Why there is no review before its last day.")
    no_review_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    no_review_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    end_reason = models.TextField(blank=True)
    suspended_at = models.DateTimeField(
        null=True, help_text="It holds nobody to its limits while an appeal against it is decided."
    )
    made_at = models.DateTimeField()
    saved_at = models.DateTimeField(null=True, help_text="When a part of the proposal was last saved.")

    objects = RestrictionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=models.Q(state__in=["draft", "proposed", "returned"]),
                name="restriction_one_in_preparation_a_case",
            ),
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(state="in_force"), name="restriction_one_in_force_a_case"
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["in_force", "extended", "varied", "lifted", "lapsed"])
                | models.Q(
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                    decided_on__isnull=False,
                    starts_on__isnull=False,
                    ends_on__isnull=False,
                ),
                name="restriction_imposed_has_who_when_and_dates",
            ),
            models.CheckConstraint(
                condition=models.Q(ends_on__isnull=True) | models.Q(ends_on__gt=models.F("starts_on")),
                name="restriction_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=models.Q(decided_by__isnull=True) | ~models.Q(decided_by=models.F("proposed_by")),
                name="restriction_not_decided_by_its_proposer",
            ),
            models.CheckConstraint(
                condition=models.Q(extreme=False)
                | ~models.Q(state__in=["proposed", "in_force"])
                | ~models.Q(extreme_reason=""),
                name="restriction_extreme_has_its_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(path="") | models.Q(extreme=True), name="restriction_path_leaves_out_stages"
            ),
            models.CheckConstraint(
                condition=~models.Q(adjustment_touched=True)
                | (~models.Q(adjustment_reason="") & ~models.Q(other_way="")),
                name="restriction_on_an_adjustment_says_why_and_how_else",
            ),
            models.CheckConstraint(
                condition=models.Q(no_review_by__isnull=True, no_review_at__isnull=True)
                | (models.Q(no_review_by__isnull=False, no_review_at__isnull=False) & ~models.Q(no_review_reason="")),
                name="restriction_without_review_has_who_when_and_why",
            ),
            models.CheckConstraint(
                condition=models.Q(no_review_reason="") | models.Q(review_months__isnull=True),
                name="restriction_reviewed_at_a_time_or_not",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["extended", "varied", "lifted", "lapsed"], ended_at__isnull=False)
                | (~models.Q(state__in=["extended", "varied", "lifted", "lapsed"]) & models.Q(ended_at__isnull=True)),
                name="restriction_ended_has_its_instant",
            ),
        ]
        indexes = [models.Index(fields=["state", "ends_on"], name="restriction_by_end")]

    def __str__(self) -> str:
        return self.reference

    def of_kinds(self) -> list[RestrictionKind]:
        """The policy's kinds of restriction that it consists of: those named, and what its terms tell by themselves.

        A single point of contact is known by its term; of other kinds a proposer says which the limits amount to.
        """
        listed = self.case.policy.restriction_kinds.listed
        named = [kind for kind in listed if kind.key in self.kinds]
        single = [kind for kind in listed if kind.does == NAMED_PERSON]
        if any(kind in named for kind in single) or not single or not self.limits_to_one_person():
            return named
        return named + single

    def limits_to_one_person(self) -> bool:
        """Whether one of its terms is a single point of contact."""
        return any(term.channel == Term.Channel.SPOC for term in self.terms.all())

    def is_in_force(self, on: date) -> bool:
        """Whether it binds on a day; decided by its dates, so that a late sweep never makes a lie."""
        return (
            self.state == self.State.IN_FORCE
            and self.starts_on is not None
            and self.ends_on is not None
            and self.starts_on <= on <= self.ends_on
        )

    def open_breaches(self) -> models.QuerySet[Breach]:
        """The breaches of it on which nothing has been decided, the oldest first."""
        return self.breaches.select_related("incident", "logged_by").filter(answer__isnull=True).order_by("pk")

    def chain(self) -> list[int]:
        """It and what it continues, back to the first."""
        found, at = [self.pk], self.follows
        while at:
            found.append(at.pk)
            at = at.follows
        return found

    def contact_term(self) -> Term | None:
        """The term that names a single point of contact, with its person; None where there is none."""
        return self.terms.select_related("person").filter(channel=Term.Channel.SPOC, person__isnull=False).first()

    def standing_namings(self) -> list[Naming]:
        """Who is the single point of contact, and whoever covers or is going to, each with their person."""
        return list(self.namings.select_related("person", "named_by").filter(ended_on__isnull=True))

    def contact_on(self, on: date) -> User | None:
        """Whom the resident turns to on a day: whoever covers then, else the holder; None where nobody is named."""
        cover = next((each for each in self.standing_namings() if each.covers(on)), None)
        term = self.contact_term()
        return cover.person if cover else term.person if term else None

    def words_that_name(self, person: User) -> list[str]:
        """What the terms say of a person by name: words that no longer fit once another is the contact."""
        return [term.words for term in self.terms.all() if person.name.casefold() in term.words.casefold()]

    @transition(field=state, source=[State.DRAFT, State.RETURNED], target=State.PROPOSED)
    def propose(self, *, at) -> None:
        """Put it before somebody who may decide."""
        self.proposed_at, self.returned_reason = at, ""

    @transition(field=state, source=State.PROPOSED, target=State.RETURNED)
    def send_back(self, *, reasons: str) -> None:
        """Return it to its proposer, saying why."""
        self.returned_reason = reasons

    @transition(field=state, source=PREPARING, target=State.WITHDRAWN)
    def withdraw(self) -> None:
        """The proposer drops it."""

    @transition(field=state, source=[State.PROPOSED, State.DRAFT], target=State.IN_FORCE)
    def impose(self, *, by: User, at, on: date, starts_on: date, ends_on: date, reasons: str) -> None:
        """Put it in force between two days. From draft only where a review or an appeal makes its successor."""
        self.decided_by, self.decided_at, self.decided_on = by, at, on
        self.starts_on, self.ends_on, self.decision_reasons = starts_on, ends_on, reasons

    @transition(field=state, source=[State.IN_FORCE, State.LAPSED], target=State.EXTENDED)
    def extend(self, *, at, reason: str) -> None:
        """Its successor carries it on in the same terms (Dover 6.18)."""
        self.ended_at, self.end_reason = at, reason

    @transition(field=state, source=[State.IN_FORCE, State.LAPSED], target=State.VARIED)
    def vary(self, *, at, reason: str) -> None:
        """Its successor carries it on in other terms (Dover 6.18)."""
        self.ended_at, self.end_reason = at, reason

    @transition(field=state, source=[State.IN_FORCE, State.LAPSED], target=State.LIFTED)
    def lift(self, *, at, reason: str) -> None:
        """End it: the reason for it has gone, or it should not have been."""
        self.ended_at, self.end_reason = at, reason

    @transition(field=state, source=State.IN_FORCE, target=State.LAPSED)
    def lapse(self, *, at) -> None:
        """Its last day has gone and nobody continued it."""
        self.ended_at, self.end_reason = at, "Its last day passed"

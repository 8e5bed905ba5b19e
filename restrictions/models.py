"""Restrictions with their terms, and the reviews that end or continue them."""

from datetime import date
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django_fsm import FSMField, transition

from audit import subjects
from audit.models import Trail
from cases.models import Assessment, Case, Incident
from design import dates
from letters.models import Letter
from people.access import providers_where
from people.models import PolicyVersion, Provider, Resident, User
from policies.parts import RestrictionKind

NAMED_PERSON = "named person"


class RestrictionQuerySet(models.QuerySet["Restriction"]):
    """Reads of restrictions."""

    def visible_to(self, user: User) -> "RestrictionQuerySet":
        """Restrictions in cases that the user may read."""
        return self.filter(case__provider__in=providers_where(user, Provider.Capability.VIEW_CASES))

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


class Restriction(models.Model):
    """Limits on how a resident may contact the provider: proposed, decided, in force between two days, ended."""

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

    @property
    def trail(self) -> Trail:
        """Where events about the restriction belong."""
        case = self.case
        return Trail(subjects.RESTRICTION, self.reference, case.provider.slug, case.resident.reference, case.reference)

    @property
    def provider(self) -> Provider:
        """Whose it is."""
        return self.case.provider

    @property
    def resident(self) -> Resident:
        """Whose contact it limits."""
        return self.case.resident

    @property
    def policy_version(self) -> PolicyVersion:
        """The version of the policy by which it is decided: that of its case."""
        return self.case.policy_version

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

    def open_breaches(self) -> "models.QuerySet[Breach]":
        """The breaches of it on which nothing has been decided, the oldest first."""
        return self.breaches.select_related("incident", "logged_by").filter(answer__isnull=True).order_by("pk")

    def chain(self) -> list[int]:
        """It and what it continues, back to the first."""
        found, at = [self.pk], self.follows
        while at:
            found.append(at.pk)
            at = at.follows
        return found

    def contact_term(self) -> "Term | None":
        """The term that names a single point of contact, with its person; None where there is none."""
        return self.terms.select_related("person").filter(channel=Term.Channel.SPOC, person__isnull=False).first()

    def standing_namings(self) -> "list[Naming]":
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


class Term(models.Model):
    """One limit of a restriction: what may or may not be done on one channel, in words both sides can follow."""

    class Channel(models.TextChoices):
        """What it limits."""

        PHONE = "phone", "Telephone"
        EMAIL = "email", "E-mail"
        LETTER = "letter", "Letters"
        OFFICE = "office", "Visits to our offices"
        VISIT = "visit", "Our visits to the home"
        ONLINE = "online", "Social media and online"
        SPOC = "spoc", "Single point of contact"
        OTHER = "other", "Something else"

    class Limit(models.TextChoices):
        """How far it is limited."""

        OPEN = "open", "No limit"
        LIMITED = "limited", "Limited"
        CLOSED = "closed", "Not used"

    restriction = models.ForeignKey(Restriction, on_delete=models.CASCADE, related_name="terms")
    channel = models.CharField(max_length=10, choices=Channel)
    limit = models.CharField(max_length=10, choices=Limit)
    words = models.TextField(blank=True)
    person = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="spoc_in")

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["restriction", "channel"], condition=~models.Q(channel="other"), name="term_once_a_channel"
            ),
            models.CheckConstraint(
                condition=~models.Q(limit="limited") | ~models.Q(words=""), name="term_limited_says_how"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()}: {self.get_limit_display()}"


class ReviewQuerySet(models.QuerySet["Review"]):
    """Reads of reviews."""

    def visible_to(self, user: User) -> "ReviewQuerySet":
        """Reviews in cases that the user may read."""
        return self.filter(restriction__case__provider__in=providers_where(user, Provider.Capability.VIEW_CASES))

    def locked(self, review_id: int) -> "Review":
        """The review and its restriction, the restriction's row locked first, as every other service locks it."""
        restriction = Restriction.objects.locked(self.values_list("restriction_id", flat=True).get(pk=review_id))
        review = self.select_for_update(of=("self",)).get(pk=review_id)
        review.restriction = restriction
        return review


class Review(models.Model):
    """A look at a restriction by somebody who did not propose, suffer or decide it: lift, extend, or vary."""

    class State(models.TextChoices):
        """How far it is."""

        BEGUN = "begun", "Begun"
        DECIDED = "decided", "Decided"

    class Outcome(models.TextChoices):
        """What it came to."""

        LIFT = "lift", "Lift"
        EXTEND = "extend", "Extend"
        VARY = "vary", "Vary"
        KEEP = "keep", "Keep as it is until its last day"

    restriction = models.ForeignKey(Restriction, on_delete=models.PROTECT, related_name="reviews")
    reference = models.CharField(max_length=20, unique=True)
    state = FSMField(max_length=10, choices=State, default=State.BEGUN, protected=True)
    due_on = models.DateField(null=True)
    begun_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    begun_at = models.DateTimeField()
    requested_on = models.DateField(null=True, help_text="When the resident's request to reconsider was received.")
    requested_how = models.CharField(max_length=20, blank=True)
    request = models.TextField(blank=True, help_text="What the resident asks for, in their words.")
    residents_account = models.TextField(blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    reasons = models.TextField(blank=True)
    evidence = models.TextField(blank=True)
    late_reason = models.TextField(blank=True)
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="reviews_decided")
    decided_at = models.DateTimeField(null=True)
    letter = models.ForeignKey(Letter, null=True, on_delete=models.PROTECT, related_name="+")

    objects = ReviewQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["restriction"], condition=models.Q(state="begun"), name="review_one_open_a_restriction"
            ),
            models.CheckConstraint(
                condition=models.Q(state="begun", decided_by__isnull=True, outcome="")
                | (
                    models.Q(state="decided", decided_by__isnull=False, decided_at__isnull=False)
                    & ~models.Q(outcome="")
                ),
                name="review_decided_has_who_when_what",
            ),
            models.CheckConstraint(
                condition=models.Q(requested_on__isnull=True, request="", requested_how="")
                | (models.Q(requested_on__isnull=False) & ~models.Q(request="") & ~models.Q(requested_how="")),
                name="review_requested_has_when_how_and_what",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    def is_by_request(self, on: date) -> bool:
        """Whether it answers a resident's request to reconsider a restriction that binds on that day.

        Once the last day has gone there is nothing to reconsider: then it is the review at the end.
        """
        return self.requested_on is not None and self.restriction.is_in_force(on)

    @property
    def trail(self) -> Trail:
        """Where events about the review belong."""
        case = self.restriction.case
        return Trail(subjects.REVIEW, self.reference, case.provider.slug, case.resident.reference, case.reference)

    @property
    def provider(self) -> Provider:
        """Whose it is to hold."""
        return self.restriction.provider

    @property
    def resident(self) -> Resident:
        """Whose restriction it looks at."""
        return self.restriction.resident

    @property
    def policy_version(self) -> PolicyVersion:
        """The version of the policy by which it is decided: that of its case."""
        return self.restriction.policy_version

    @transition(field=state, source=State.BEGUN, target=State.DECIDED)
    def decide(self, *, by: User, at, outcome: str, reasons: str) -> None:
        """Somebody decided what becomes of the restriction."""
        self.decided_by, self.decided_at, self.outcome, self.reasons = by, at, outcome, reasons


class Naming(models.Model):
    """Somebody was named as a restriction's single point of contact: until another is, or as cover between two days.

    `named_on` is the day from which the checks of their letters and decisions are counted; it goes with them into a
    restriction that continues this one.
    """

    restriction = models.ForeignKey(Restriction, on_delete=models.PROTECT, related_name="namings")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="namings")
    named_on = models.DateField()
    named_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    named_at = models.DateTimeField()
    from_on = models.DateField()
    until_on = models.DateField(null=True, help_text="The last day of a cover; empty for whoever holds it.")
    ended_on = models.DateField(null=True, help_text="The day on which it ceased.")
    reason = models.TextField(blank=True, help_text="For colleagues; the resident does not read it.")
    letter = models.ForeignKey(Letter, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["restriction"],
                condition=models.Q(until_on__isnull=True, ended_on__isnull=True),
                name="naming_one_holder_a_restriction",
            ),
            models.UniqueConstraint(
                fields=["restriction"],
                condition=models.Q(until_on__isnull=False, ended_on__isnull=True),
                name="naming_one_cover_at_a_time",
            ),
            models.CheckConstraint(
                condition=models.Q(until_on__isnull=True) | models.Q(until_on__gte=models.F("from_on")),
                name="naming_cover_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} for {self.restriction}"

    @property
    def line(self) -> str:
        """A cover in one line that stays true: it says its days, so nothing has to be changed when they have gone."""
        assert self.until_on is not None
        days = f"from {dates.day(self.from_on)} to {dates.day(self.until_on)}"
        return ", ".join(
            part for part in (f"{self.person.name} instead, {days}", self.person.phone, self.person.email) if part
        )

    def covers(self, on: date) -> bool:
        """Whether it is a cover that holds on a day; decided by its days."""
        return self.until_on is not None and self.ended_on is None and self.from_on <= on <= self.until_on


class SpocCheck(models.Model):
    """A colleague's look at the letters and decisions of a single point of contact, and what it leaves to be done."""

    restriction = models.ForeignKey(Restriction, on_delete=models.PROTECT, related_name="spoc_checks")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", help_text="Whose work it looks at.")
    due_on = models.DateField(null=True)
    looked_at = models.TextField()
    answered_in_time = models.BooleanField()
    findings = models.TextField()
    to_change = models.TextField(blank=True)
    checked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    checked_at = models.DateTimeField()
    checked_on = models.DateField()
    followed_up = models.TextField(blank=True)
    followed_up_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    followed_up_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(checked_by=models.F("person")), name="spoc_check_is_a_colleagues"
            ),
            models.CheckConstraint(
                condition=models.Q(followed_up="", followed_up_by__isnull=True, followed_up_at__isnull=True)
                | (
                    ~models.Q(followed_up="")
                    & ~models.Q(to_change="")
                    & models.Q(followed_up_by__isnull=False, followed_up_at__isnull=False)
                ),
                name="spoc_check_followed_up_has_who_when_and_what",
            ),
        ]

    def __str__(self) -> str:
        return f"check of {self.person} on {self.checked_on}"


class BreachStep(models.Model):
    """What was decided on breaches of a restriction: a step of the policy's ladder, a review of it, or no step."""

    NONE, REVIEW = "", "review"

    restriction = models.ForeignKey(Restriction, on_delete=models.PROTECT, related_name="breach_steps")
    step = models.CharField(max_length=40, blank=True, help_text="The policy's word; empty where nothing follows.")
    reasons = models.TextField()
    left_out = ArrayField(models.CharField(max_length=40), default=list)
    left_out_reason = models.TextField(blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()
    letter = models.ForeignKey(Letter, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(left_out=[]) | ~models.Q(left_out_reason=""),
                name="breach_step_that_leaves_out_others_says_why",
            ),
        ]

    def __str__(self) -> str:
        return self.words

    @property
    def words(self) -> str:
        """What was decided, in a few words."""
        return {self.NONE: "No step", self.REVIEW: "The restriction is reviewed"}.get(self.step, self.step.capitalize())


class Breach(models.Model):
    """An incident in which the terms of a restriction were not kept, and what was decided on it."""

    restriction = models.ForeignKey(Restriction, on_delete=models.PROTECT, related_name="breaches")
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="breaches")
    words = models.TextField(help_text="Which term was not kept, and how.")
    logged_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    logged_at = models.DateTimeField()
    answer = models.ForeignKey(BreachStep, null=True, on_delete=models.PROTECT, related_name="breaches")

    class Meta:
        ordering: ClassVar = ["pk"]
        verbose_name_plural = "breaches"
        constraints = [
            models.UniqueConstraint(fields=["restriction", "incident"], name="breach_once_an_incident"),
        ]

    def __str__(self) -> str:
        return f"breach of {self.restriction} in {self.incident}"

    @property
    def trail(self) -> Trail:
        """How those who decide on open breaches point at them: by the oldest. What follows is the restriction's."""
        trail = self.restriction.trail
        return Trail(subjects.BREACH, str(self.pk), trail.provider, trail.resident, trail.case)

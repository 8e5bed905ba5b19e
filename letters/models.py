"""Letters to residents, notices to staff, and the outbox (`Dispatch`), one row a channel."""

import hashlib
from datetime import datetime, timedelta
from typing import Any, ClassVar

import pgtrigger
from django.db import models
from django_fsm import FSMField, transition

from audit import subjects
from audit.models import Trail
from people.access import providers_where
from people.models import Provider, Resident, User
from people.models.file_access import not_closed, readable


class LetterQuerySet(models.QuerySet["Letter"]):
    """Reads of letters."""

    def visible_to(self, user: User) -> "LetterQuerySet":
        """Letters of providers where the user may read case files, unless the resident's file is closed to them."""
        held = models.Q(provider__in=providers_where(user, Provider.Capability.VIEW_CASES))
        return self.filter(readable(user, "resident_id", held))

    def unrendered(self) -> "LetterQuerySet":
        """Issued, but not yet a PDF."""
        return self.filter(state=Letter.State.ISSUED, rendering__isnull=True)


class Letter(models.Model):
    """A letter to a resident. Its facts are a frozen snapshot made by the app that asked for it."""

    class State(models.TextChoices):
        """How far it is."""

        DRAFT = "draft", "Draft"
        FOR_APPROVAL = "for_approval", "Sent for approval"
        ISSUED = "issued", "Issued"
        WITHDRAWN = "withdrawn", "Withdrawn"

    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="letters")
    resident = models.ForeignKey(Resident, on_delete=models.PROTECT, related_name="letters")
    reference = models.CharField(max_length=20, unique=True)
    kind = models.CharField(max_length=40)
    about = models.CharField(max_length=60)
    case_ref = models.CharField(max_length=30, blank=True)
    facts = models.JSONField()
    address = models.TextField(blank=True)
    email = models.EmailField(blank=True)
    state = FSMField(max_length=20, choices=State, default=State.DRAFT, protected=True)
    drafted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField()
    issued_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    issued_at = models.DateTimeField(null=True)
    dated = models.DateField(null=True)

    objects = LetterQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    state="issued", issued_by__isnull=False, issued_at__isnull=False, dated__isnull=False
                )
                | (~models.Q(state="issued") & models.Q(issued_at__isnull=True)),
                name="letter_issued_has_who_and_when",
            )
        ]
        indexes = [models.Index(fields=["case_ref", "-drafted_at"], name="letter_by_case")]
        triggers = [
            pgtrigger.Protect(
                name="letter_as_sent",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__state="issued"),
            ),
            pgtrigger.Protect(name="letter_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def trail(self) -> Trail:
        """Where events about the letter belong."""
        return Trail(subjects.LETTER, self.reference, self.provider.slug, self.resident.reference, self.case_ref)

    @property
    def about_ref(self) -> str:
        """The reference of what it is about."""
        return subjects.ref_of(self.about)

    @transition(field=state, source=State.DRAFT, target=State.DRAFT)
    def redraft(self) -> None:
        """Write it anew, as long as nobody reads it for approval."""

    @transition(field=state, source=State.DRAFT, target=State.FOR_APPROVAL)
    def submit(self) -> None:
        """Ask somebody who may issue it to read and issue it."""

    @transition(field=state, source=State.FOR_APPROVAL, target=State.DRAFT)
    def send_back(self) -> None:
        """Hand it back to its author with reasons."""

    @transition(field=state, source=[State.DRAFT, State.FOR_APPROVAL], target=State.ISSUED)
    def issue(self, *, by: User, at, on) -> None:
        """Sign it off: from here its words never change."""
        self.issued_by, self.issued_at, self.dated = by, at, on

    @transition(field=state, source=[State.DRAFT, State.FOR_APPROVAL], target=State.WITHDRAWN)
    def withdraw(self) -> None:
        """Drop a draft that is no longer wanted."""


class Rendering(models.Model):
    """The PDF as sent, with its hash. Made once by the worker; never changed."""

    letter = models.OneToOneField(Letter, primary_key=True, on_delete=models.PROTECT, related_name="rendering")
    pdf = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    pages = models.PositiveSmallIntegerField()
    rendered_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"PDF of letter {self.letter_id}"

    @property
    def stands(self) -> bool:
        """Whether the PDF is, byte for byte, the one that was made."""
        return hashlib.sha256(self.pdf).hexdigest() == self.sha256


class Notice(models.Model):
    """A mail to a member of staff: an alert, a digest. Says what waits and where, never why about a resident."""

    to = models.ForeignKey(User, on_delete=models.PROTECT, related_name="notices")
    kind = models.CharField(max_length=40)
    about = models.CharField(max_length=60, blank=True)
    subject = models.CharField(max_length=200)
    body = models.TextField()
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.subject


class DispatchQuerySet(models.QuerySet["Dispatch"]):
    """Reads of the outbox."""

    def visible_to(self, user: User) -> "DispatchQuerySet":
        """Letters, and notices to staff, of providers where the user may read case files."""
        held = providers_where(user, Provider.Capability.VIEW_CASES)
        theirs = models.Q(letter__provider__in=held) | models.Q(notice__to__provider__in=held)
        return self.filter(theirs, not_closed(user, "letter__resident_id"))

    def ready(self, at: datetime) -> "DispatchQuerySet":
        """Waiting, with the PDF made where it is a letter, and rested since the last attempt that did not leave."""
        rested = models.Q(claimed_at__isnull=True)
        for attempts in range(1, MOST_ATTEMPTS):
            rested |= models.Q(attempts=attempts, claimed_at__lte=at - pause_after(attempts))
        rested |= models.Q(attempts__gte=MOST_ATTEMPTS, claimed_at__lte=at - pause_after(MOST_ATTEMPTS))
        made = models.Q(notice__isnull=False) | models.Q(letter__rendering__isnull=False)
        return self.filter(rested & made, state=Dispatch.State.WAITING)

    def waiting_for_mail(self, provider_id: int) -> "DispatchQuerySet":
        """E-mails of a provider that have not been tried to the end: letters, and notices to its staff."""
        whose = models.Q(letter__provider=provider_id) | models.Q(notice__to__provider=provider_id)
        return self.filter(whose, channel=Dispatch.Channel.EMAIL, state=Dispatch.State.WAITING)

    def not_through(self) -> "DispatchQuerySet":
        """Everything that has not left yet, or of which nobody knows."""
        return self.exclude(state=Dispatch.State.SENT)

    def worst_first(self) -> "DispatchQuerySet":
        """Uncertain, failed, then what waits or is being sent; oldest first."""
        worst = models.Case(
            models.When(state=Dispatch.State.UNCERTAIN, then=0),
            models.When(state=Dispatch.State.FAILED, then=1),
            default=2,
        )
        return self.order_by(worst, "made_at", "pk")


MOST_ATTEMPTS = 6
FIRST_PAUSE = timedelta(seconds=30)


def pause_after(attempts: int) -> timedelta:
    """How long a sending rests after attempts that certainly did not leave: 30 seconds, each time twice as long."""
    pause: timedelta = FIRST_PAUSE * 2 ** (attempts - 1)
    return pause


class Dispatch(models.Model):
    """One letter or notice by one channel. Sent once: what was in flight as a worker died is uncertain."""

    class Channel(models.TextChoices):
        """By which way it goes."""

        PRINT = "print", "Post"
        EMAIL = "email", "E-mail"

    class State(models.TextChoices):
        """How far it is."""

        WAITING = "waiting", "Waiting"
        SENDING = "sending", "Sending"
        SENT = "sent", "Sent"
        FAILED = "failed", "Failed"
        UNCERTAIN = "uncertain", "Uncertain"

    letter = models.ForeignKey(Letter, null=True, on_delete=models.PROTECT, related_name="dispatches")
    notice = models.ForeignKey(Notice, null=True, on_delete=models.PROTECT, related_name="dispatches")
    channel = models.CharField(max_length=10, choices=Channel)
    address = models.TextField()
    state = FSMField(max_length=12, choices=State, default=State.WAITING, protected=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    made_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=300, blank=True)
    file_name = models.CharField(max_length=120, blank=True)

    objects = DispatchQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "dispatches"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(letter__isnull=False, notice__isnull=True)
                | models.Q(letter__isnull=True, notice__isnull=False),
                name="dispatch_of_one_thing",
            ),
            models.UniqueConstraint(
                fields=["letter", "channel"], condition=models.Q(letter__isnull=False), name="dispatch_once_a_channel"
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["sent", "failed"]) | models.Q(ended_at__isnull=False),
                name="dispatch_ended_has_its_instant",
            ),
        ]
        indexes = [models.Index(fields=["state", "made_at"], name="dispatch_outbox")]
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"{self.channel} of {self.letter or self.notice}"

    @property
    def provider_id(self) -> int:
        """Whose it is."""
        if self.letter:
            return self.letter.provider_id
        assert self.notice is not None
        return self.notice.to.provider_id

    @property
    def shown(self) -> dict[str, Any]:
        """What the page on which somebody decides about it shows, by name."""
        return {"what is known of the sending": [self.state, self.attempts, self.problem]}

    @transition(field=state, source=State.WAITING, target=State.SENDING)
    def claim(self, *, at) -> None:
        """A worker takes it; written down before anything leaves the house."""
        self.claimed_at, self.attempts, self.problem = at, self.attempts + 1, ""

    @transition(field=state, source=State.SENDING, target=State.SENT)
    def sent(self, *, at) -> None:
        """It left."""
        self.ended_at = at

    @transition(field=state, source=State.SENDING, target=State.FAILED)
    def fail(self, *, at, problem: str) -> None:
        """It was refused, and certainly did not leave."""
        self.ended_at, self.problem = at, problem[:300]

    @transition(field=state, source=State.SENDING, target=State.UNCERTAIN)
    def lose_sight(self, *, problem: str) -> None:
        """The worker died in between: it may have left or not, and a person must look."""
        self.problem = problem[:300]

    @transition(field=state, source=State.SENDING, target=State.WAITING)
    def put_back(self, *, problem: str, rest: bool = True) -> None:
        """It certainly did not leave: a mail server out of reach, a print whose file was never finished."""
        self.problem = problem[:300]
        if not rest:
            self.claimed_at = None

    @transition(field=state, source=[State.FAILED, State.UNCERTAIN], target=State.WAITING)
    def try_again(self) -> None:
        """A person decided that it should be sent (again)."""
        self.ended_at = self.claimed_at = None

    @transition(field=state, source=State.UNCERTAIN, target=State.SENT)
    def confirm_sent(self, *, at) -> None:
        """A person found that it had left."""
        self.ended_at = at


class Arrival(models.Model):
    """On which day a letter reached the resident, as somebody recorded it; what was recorded before is on the trail."""

    letter = models.OneToOneField(Letter, on_delete=models.PROTECT, related_name="arrival")
    on = models.DateField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        triggers: ClassVar = [pgtrigger.Protect(name="arrival_kept", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.letter} on {self.on}"

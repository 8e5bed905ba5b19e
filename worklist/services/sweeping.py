"""The nightly sweep: what falls due becomes reminders and one e-mail a person; what has run out is tidied.

A sweep may run twice, late, or be killed: every unit is a transaction of its own, and what was said stands in rows. It
never decides anything about a resident (a named person decides), and never makes anything true: dates do.
"""

import collections
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet

from appeals.services import arrivals, windows
from audit import subjects
from deadlines import kinds
from deadlines.kinds import LONGEST_LEAD, Lead
from deadlines.models import Deadline
from deadlines.services import calendar_for, days_off
from design import dates
from design.dates import day_of
from letters import services as letters
from letters.models import Notice
from people import access
from people.access import Can, holders, keys_with, may_know_of
from people.models import Cover, FileAccess, Holding, Provider, User
from policies.calendars import Calendar
from register.models import Entry
from register.services import erasing, removing
from restrictions.models import Restriction
from restrictions.services import ending, registering
from restrictions.services.contacts import leaving
from worklist.models import Digest, Reminder, Sweep
from worklist.services import appointing

logger = logging.getLogger(__name__)
Kind = Reminder.Kind
SEVERITY = {Kind.DUE_SOON: 0, Kind.DUE_TODAY: 1, Kind.OVERDUE: 2, Kind.ESCALATED: 3}
TROUBLE = "sweep_trouble"
# Overdue for so many working days, a deadline is brought before the line manager: a day of illness is not a failing.
ESCALATE_AFTER = 3


@dataclass
class Found:
    """What one run of the sweep found and did, for its row, its print-out and its log."""

    on: date
    done: collections.Counter[str] = field(default_factory=collections.Counter)
    nobody: list[dict[str, str]] = field(default_factory=list)
    failed: list[dict[str, Any]] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """As kept in the row of the run."""
        return {"done": dict(sorted(self.done.items())), "nobody": self.nobody, "failed": self.failed}

    def lines(self) -> list[str]:
        """As printed by the command, one fact a line."""
        said = [(self.done[kind], f"reminders: {kind.label.lower()}") for kind in Kind]
        said += [(self.done["digests"], "e-mails, one a person")]
        said += [(self.done["lapsed"], "restrictions past their last day, now lapsed")]
        contacts = "restrictions whose single point of contact, or cover, has left: another is asked for"
        said += [(self.done["contacts"], contacts)]
        said += [(self.done["shown"], "restrictions in force that nothing showed, now highlighted")]
        said += [(self.done["left"], "restrictions whose last day has not come yet: left as they are until then")]
        said += [(self.done["windows"], "appeal windows that have closed")]
        said += [(self.done["receipts"], "letters of which it is asked when they were received")]
        said += [(self.done["moved"], "dates worked out anew, because days off had changed")]
        said += [(self.done["appoint"], "decisions that nobody is free to make: an administrator is asked to appoint")]
        said += [(self.done["tidied"], "register entries past their last day, now removed")]
        said += [(self.done["roles"], "roles past their last day, now ended")]
        said += [(self.done["erased"], "removed register entries past the time to keep them, now erased")]
        lines = [f"Sweep for {dates.day(self.on)}"] + [f"{count:>6}  {words}" for count, words in said]
        lines += [f"        nobody who may do it: {one['what']}" for one in self.nobody]
        return lines + [f"FAILED  {one['what']}: {one['problem']}" for one in self.failed]


def sweep(on: date, *, at: datetime) -> Found:
    """Look at everything as it stands for a day, and say to each person once what that person has to know.

    For a past day, or after nights without a sweep, the worst that is true is said once (overdue, not "due soon" a
    fortnight late). For a day to come reminders go out early, but nothing ends before its time: a restriction lapses
    only when its last day is over by the clock as well. One bad row does not stop the night: it is logged, counted, and
    told to the administrators. Raises only where the database itself is gone.
    """
    found = Found(on)
    run = _Run(found, at)
    run.each("days off", Provider.objects.filter(holidays__isnull=False).distinct().order_by("pk"), run.work_out_anew)
    over = min(on, day_of(at))
    ended = Restriction.objects.past_their_last_day(over)
    found.done["left"] = Restriction.objects.past_their_last_day(on).count() - ended.count()
    run.each("restriction", ended.order_by("pk"), run.lapse)
    run.each("contact", leaving.without_their_contact(over).order_by("pk"), run.ask_for_contact)
    run.each("contact", leaving.asked_in_vain(over).order_by("pk"), run.settle_contact)
    closing = Deadline.objects.due_by(over - timedelta(days=1)).filter(kind=kinds.APPEAL_WINDOW)
    run.each("unseen", registering.unseen(over).order_by("pk"), run.show)
    run.each("window", closing.order_by("pk"), run.close_window)
    run.each("receipt", arrivals.awaiting().order_by("pk"), run.ask_for_receipt)
    run.each("entry", Entry.objects.past_their_last_day(over).order_by("pk"), run.tidy)
    run.each("removed entry", Entry.objects.kept_too_long(over).order_by("pk"), run.erase)
    run.each("role", Holding.objects.past_their_last_day(over).order_by("pk"), run.end_role)
    run.each("waits", Deadline.objects.open().filter(kind__in=appointing.WAITING).order_by("pk"), run.ask_to_appoint)
    run.each("asked", Deadline.objects.open().filter(kind=kinds.DECISION_APPOINT).order_by("pk"), run.settle_asked)
    run.each("deadline", Deadline.objects.due_by(on + timedelta(days=LONGEST_LEAD)).order_by("pk"), run.remind)
    owed = Reminder.objects.filter(digest__isnull=True, on__lte=on, deadline__state=Deadline.State.OPEN)
    people = User.objects.filter(is_active=True, pk__in=owed.values("user")).order_by("pk")
    run.each("digest", people, run.mail)
    run.tell_of_trouble()
    Sweep.objects.create(on=on, ran_at=at, found=found.to_json())
    return found


class _Run:
    """One run: what it has found so far, and what it has read once and needs again."""

    def __init__(self, found: Found, at: datetime) -> None:
        self.found, self.on, self.at = found, found.on, at
        self.calendars: dict[int, Calendar] = {}
        self.by_roles: dict[tuple[int, tuple[str, ...]], list[User]] = {}
        self.covers: dict[int, list[Cover]] | None = None
        self.closed: set[int] | None = None
        self.troubled: set[int] = set()

    def each(self, what: str, rows: QuerySet[Any], do: Callable[[int], None]) -> None:
        """Do it for every row, each in a transaction of its own; a row that fails is logged and counted."""
        for pk in list(rows.values_list("pk", flat=True)):
            try:
                with transaction.atomic():
                    do(pk)
            except Exception as problem:  # whatever is wrong with one row must not keep the others from their people
                if not connection.in_atomic_block and not connection.is_usable():
                    raise
                logger.exception("sweep: %s %s failed", what, pk)
                self.found.failed.append({"what": f"{what} {pk}", "problem": type(problem).__name__})
                self.troubled.add(pk if what == "deadline" else 0)

    # what was counted by days off that have changed since

    def work_out_anew(self, pk: int) -> None:
        """Move what was set in the very moment in which somebody corrected the days off (docs/adr/0035)."""
        because = "Counted by days off that had just been corrected"
        moved = days_off.recompute(Provider.objects.get(pk=pk), by=None, at=self.at, because=because).moved
        self.found.done["moved"] += len(moved)

    # what has run out

    def lapse(self, pk: int) -> None:
        """Hand a restriction past its last day to those who know what follows from it."""
        ending.lapse(pk, at=self.at)
        self.found.done["lapsed"] += 1

    def ask_for_contact(self, pk: int) -> None:
        """Ask for another single point of contact, or another cover, where whoever was named has left."""
        leaving.ask_for_another(pk, at=self.at)
        self.found.done["contacts"] += 1

    def settle_contact(self, pk: int) -> None:
        """Ask no longer, because the days of the cover who left are over, or whoever had left is back."""
        leaving.ask_no_longer(pk, at=self.at)

    def show(self, pk: int) -> None:
        """Highlight a restriction in force that nothing shows before a visit or a call."""
        self.found.done["shown"] += registering.show(pk, at=self.at)

    def close_window(self, pk: int) -> None:
        """Say on the trail that the time to appeal is over; a late appeal may still be lodged, and a person decides."""
        self.found.done["windows"] += windows.close(pk, at=self.at)

    def ask_for_receipt(self, pk: int) -> None:
        """Ask when a letter was received from whose receipt a time to appeal runs."""
        self.found.done["receipts"] += arrivals.ask(pk, at=self.at)

    def tidy(self, pk: int) -> None:
        """Take an entry past its last day off the list; by its dates it had already ceased to count."""
        removing.lapse(pk, at=self.at)
        self.found.done["tidied"] += 1

    def end_role(self, pk: int) -> None:
        """Write down that a role is over by its days; by its dates it had already ceased to let anybody do anything."""
        access.tidy(pk, at=self.at)
        self.found.done["roles"] += 1

    def erase(self, pk: int) -> None:
        """Blank a removed entry of which the policy's time to keep it is over."""
        self.found.done["erased"] += erasing.erase(pk, at=self.at)

    # what nobody is free to decide

    def ask_to_appoint(self, pk: int) -> None:
        """Ask the administrators to appoint somebody where nobody is free to decide what waits (F12)."""
        self.found.done["appoint"] += appointing.ask(pk, at=self.at)

    def settle_asked(self, pk: int) -> None:
        """Ask no longer where somebody is free to decide again."""
        appointing.settle(pk, at=self.at)

    # what falls due

    def remind(self, pk: int) -> None:
        """Write down what is to be said about one deadline, to whom; under its lock, so that two runs agree."""
        deadline = (
            Deadline.objects.select_for_update(of=("self",), no_key=True)
            .select_related("provider", "owner__line_manager")
            .get(pk=pk)
        )
        if deadline.state != Deadline.State.OPEN or deadline.due_on is None:
            return
        kind = self.kind(deadline.due_on, kinds.of(deadline.kind).lead, deadline.provider)
        if kind is None or not (deadline.owner or deadline.for_roles):
            return
        people = self.told(deadline)
        if not people:
            what = f"{kinds.of(deadline.kind).plain}, {deadline.about_ref}"
            self.found.nobody.append({"provider": deadline.provider.slug, "what": what})
        self.write(deadline, kind, people)
        if kind == Kind.OVERDUE and self.long_overdue(deadline):
            above = {boss for person in people if (boss := self.above(person, deadline.not_for))}
            self.write(deadline, Kind.ESCALATED, self.may_know(deadline, above - set(people)))

    def kind(self, due_on: date, lead: Lead, provider: Provider) -> str | None:
        """What is true of a date on the day of the sweep; nothing where it is still far off."""
        if due_on < self.on:
            return Kind.OVERDUE
        if due_on == self.on:
            return Kind.DUE_TODAY
        return Kind.DUE_SOON if lead.reached(due_on, self.on, lambda: self.calendar(provider)) else None

    def long_overdue(self, deadline: Deadline) -> bool:
        """Whether the line manager hears of it."""
        assert deadline.due_on is not None
        return self.calendar(deadline.provider).working_days_between(deadline.due_on, self.on) >= ESCALATE_AFTER

    def told(self, deadline: Deadline) -> list[User]:
        """Those of the recipients to whom the file is not closed; else the nearest line manager of the owner who may
        know of it: what nobody is told of would be done by nobody."""
        known = self.may_know(deadline, self.recipients(deadline))
        barred = list(deadline.not_for)
        while not known and deadline.owner and (boss := self.above(deadline.owner, barred)):
            known = self.may_know(deadline, [boss])
            barred.append(boss.pk)
        return known

    def may_know(self, deadline: Deadline, people: Iterable[User]) -> list[User]:
        """Those to whom its file is not closed. Which files are closed at all is read once a run."""
        if self.closed is None:
            self.closed = set(FileAccess.objects.standing().values_list("content_object", flat=True))
        if deadline.resident_id is None or deadline.resident_id not in self.closed:
            return list(people)
        return may_know_of(deadline.resident_id, people)

    def recipients(self, deadline: Deadline) -> list[User]:
        """The owner, or who stands in for one who has left; else all who hold its roles and are not barred (F12).

        With them whoever was appointed for it.
        """
        if deadline.owner:
            person = deadline.owner if deadline.owner.is_active else self.above(deadline.owner, deadline.not_for)
            instead = self.covering(deadline)
            return instead or ([person] if person else [])
        key = (deadline.provider_id, tuple(sorted(deadline.for_roles)))
        if key not in self.by_roles:
            self.by_roles[key] = holders(deadline.provider, deadline.for_roles)
        found = {user.pk: user for user in self.by_roles[key] if user.pk not in deadline.not_for}
        also = User.objects.filter(pk__in=deadline.also_for, is_active=True) if deadline.also_for else []
        return list(found.values()) + [user for user in also if user.pk not in found]

    def covering(self, deadline: Deadline) -> list[User]:
        """Who does an owner's work on that day: who covers for them, and is not barred from the matter (F12)."""
        if self.covers is None:
            self.covers = collections.defaultdict(list)
            for one in Cover.objects.in_force(self.on).filter(colleague__is_active=True).select_related("colleague"):
                self.covers[one.person_id].append(one)
        if deadline.kind in kinds.THEIRS_ALONE:
            return []
        found = [one for one in self.covers.get(deadline.owner_id or 0, ()) if one.takes(deadline.case_ref)]
        return [one.colleague for one in found if one.colleague and one.colleague_id not in deadline.not_for]

    def above(self, person: User, not_for: Iterable[int]) -> User | None:
        """The nearest line manager who still works here and is not barred from the matter (F12)."""
        seen = {person.pk}
        boss = person.line_manager
        while boss and boss.pk not in seen and (not boss.is_active or boss.pk in not_for):
            seen.add(boss.pk)
            boss = boss.line_manager
        return boss if boss and boss.pk not in seen else None

    def write(self, deadline: Deadline, kind: str, people: Iterable[User]) -> None:
        """Remind each person once a kind and due date; never of something milder than was said before."""
        assert deadline.due_on is not None
        said: dict[int, int] = collections.defaultdict(lambda: -1)
        for user_pk, earlier in deadline.reminders.filter(due_on=deadline.due_on).values_list("user", "kind"):
            said[user_pk] = max(said[user_pk], SEVERITY[Kind(earlier)])
        new = [
            Reminder(deadline=deadline, user=user, kind=kind, due_on=deadline.due_on, on=self.on)
            for user in people
            if said[user.pk] < SEVERITY[Kind(kind)]
        ]
        Reminder.objects.bulk_create(new)
        self.found.done[kind] += len(new)

    def calendar(self, provider: Provider) -> Calendar:
        """The provider's calendar, read once a run."""
        if provider.pk not in self.calendars:
            self.calendars[provider.pk] = calendar_for(provider)
        return self.calendars[provider.pk]

    # what is mailed

    def mail(self, pk: int) -> None:
        """Put all that is new for one person into that day's one e-mail; under the person's lock, so that it stays one.

        What is found later the same day stands on the worklist at once and in the next day's e-mail.
        """
        user = User.objects.select_for_update(no_key=True).get(pk=pk)
        if Digest.objects.filter(user=user, on=self.on).exists():
            return
        new = (
            Reminder.objects.filter(
                user=user,
                digest__isnull=True,
                on__lte=self.on,
                deadline__in=Deadline.objects.open().not_closed_to(user),
            )
            .select_related("deadline")
            .order_by("due_on", "pk")
        )
        reminders = [one for one in new if one.due_on == one.deadline.due_on]
        if not reminders:
            return
        worst = collections.Counter(Kind(one.kind).label.lower() for one in reminders)
        subject = "Evenhand: " + ", ".join(f"{count} {words}" for words, count in worst.items())
        body = _digest_body(user, reminders)
        notice = letters.notify(user, kind="digest", subject=subject, body=body, at=self.at)
        digest = Digest.objects.create(user=user, on=self.on, notice=notice)
        for one in reminders:
            one.digest = digest
        Reminder.objects.bulk_update(reminders, ["digest"], batch_size=100)
        self.found.done["digests"] += 1

    def tell_of_trouble(self) -> None:
        """Tell the administrators, once a day, what failed and what has nobody to do it."""
        if not self.found.failed and not self.found.nobody:
            return
        for provider in Provider.objects.order_by("pk"):
            lines = self._trouble_of(provider)
            for user in holders(provider, keys_with(provider, Can.ADMINISTER)) if lines else []:
                with transaction.atomic():
                    User.objects.select_for_update(no_key=True).get(pk=user.pk)
                    about = subjects.about(subjects.SWEEP, self.on.isoformat())
                    if not Notice.objects.filter(to=user, kind=TROUBLE, about=about).exists():
                        subject = f"Evenhand: {len(lines)} things the nightly sweep could not settle"
                        body = "\n".join([*lines, "", "The log says more. The sweep tries again every night."])
                        letters.notify(user, kind=TROUBLE, subject=subject, body=body, about=about, at=self.at)

    def _trouble_of(self, provider: Provider) -> list[str]:
        """What concerns a provider: its own rows, and those that belong to no provider in particular."""
        troubled = Deadline.objects.only("provider").in_bulk(self.troubled)
        theirs = {f"deadline {pk}" for pk, deadline in troubled.items() if deadline.provider_id == provider.pk}
        failed = [
            f"{one['what']} could not be looked at ({one['problem']})"
            for one in self.found.failed
            if one["what"] in theirs or not one["what"].startswith("deadline ")
        ]
        nobody = [one["what"] for one in self.found.nobody if one["provider"] == provider.slug]
        return failed + [f"Nobody may do this: {what}" for what in nobody]


def _digest_body(user: User, reminders: list[Reminder]) -> str:
    """The text of the e-mail: what and by when, by reference alone, because mail may be read by others."""
    lines = [f"{user.name},", ""]
    for kind in sorted(Kind, key=lambda kind: -SEVERITY[kind]):
        of_kind = [one for one in reminders if one.kind == kind]
        if of_kind:
            lines += [kind.label, *(_line(one) for one in of_kind), ""]
    return "\n".join([*lines, f"Your work: {settings.BASE_URL}/"])


def _line(one: Reminder) -> str:
    case = f", case {one.deadline.case_ref}" if one.deadline.case_ref else ""
    due = dates.day_weekday(one.due_on)
    return f"- {due}: {kinds.of(one.deadline.kind).plain}, {one.deadline.about_ref}{case}"

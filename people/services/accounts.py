"""Accounts of staff: made, changed, closed and opened again. Who may is asked by the rooms above (`office`)."""

from dataclasses import asdict, dataclass, replace
from datetime import date, datetime

from django.db import transaction
from django_fsm import TransitionNotAllowed

from audit import services as audit
from design import dates, seals
from design.dates import day_of
from people import access
from people.accounts import sessions
from people.models import Cover, Holding, Organisation, Provider, User
from people.references import next_reference
from policies.rules import RuleBroken, need


@transaction.atomic
def make_user(
    *,
    provider: Provider,
    email: str,
    name: str,
    at: datetime,
    by: User | None = None,
    password: str | None = None,
    job_title: str = "",
    phone: str = "",
    line_manager: User | None = None,
    organisation: Organisation | None = None,
) -> User:
    """Make an account for a member of staff or of a contractor. Roles are granted apart (`access.grant`)."""
    user = User.objects.create_user(
        email,
        password,
        reference=next_reference("user"),
        name=name,
        provider=provider,
        job_title=job_title,
        phone=phone,
        line_manager=line_manager,
        organisation=organisation,
    )
    audit.record("user.made", subject=user, by=by, at=at)
    return user


@dataclass(frozen=True)
class StaffDetails:
    """What is kept of a member of staff, as it is typed. What letters show is only kept where it differs."""

    name: str
    job_title: str = ""
    phone: str = ""
    team: str = ""
    line_manager: int | None = None
    letter_name: str = ""
    letter_phone: str = ""
    letter_email: str = ""


def staff_details(user: User) -> StaffDetails:
    """What is kept of a member of staff now."""
    kept = {name: getattr(user, name) for name in asdict(StaffDetails("")) if name != "line_manager"}
    return StaffDetails(**kept, line_manager=user.line_manager_id)


def with_manager(details: StaffDetails, manager_id: int | None) -> StaffDetails:
    """The same with another line manager, or none."""
    return replace(details, line_manager=manager_id)


def staff_saved(user: User) -> seals.Since:
    """Who saved what is kept of a member of staff, from an instant on."""
    return audit.since(user, did={"user.changed": "saved it"})


@transaction.atomic
def change_account(user_id: int, new: StaffDetails, *, by: User, at: datetime, seen: str | None = None) -> User:
    """Change what is kept of a member of staff. Raises RuleBroken; ChangedSince where somebody saved meanwhile."""
    user = User.objects.select_for_update(of=("self",), no_key=True).get(pk=user_id)
    was = staff_details(user)
    seals.check(seen, asdict(was), since=staff_saved(user))
    need(new.name, "Enter their name", "name")
    check_manager(user, new.line_manager)
    changed = [name for name, value in asdict(new).items() if value != getattr(was, name)]
    if not changed:
        return user
    for name in changed:
        setattr(user, "line_manager_id" if name == "line_manager" else name, getattr(new, name))
    user.save(update_fields=changed)
    words = {f"was {name}": getattr(was, name) for name in changed} | {f"now {n}": getattr(new, n) for n in changed}
    audit.record("user.changed", subject=user, by=by, at=at, facts={"changed": changed}, words=words)
    return user


def check_manager(user: User, manager_id: int | None) -> None:
    """A line manager works at the same provider, has an open account, and does not report to the person in turn."""
    if manager_id is None:
        return
    boss = User.objects.filter(pk=manager_id, provider=user.provider_id, is_active=True).first()
    if boss is None:
        raise RuleBroken("Select a line manager who works here", None, "line_manager")
    seen: set[int] = set()
    while boss is not None and boss.pk not in seen:
        if boss.pk == user.pk:
            raise RuleBroken(f"Select a line manager who does not report to {user.name}", None, "line_manager")
        seen.add(boss.pk)
        boss = boss.line_manager


@transaction.atomic
def close_account(user_id: int, *, by: User, at: datetime, why: str = "", successor: User | None = None) -> User:
    """Close an account at once: no sign-in, every session ends, every role too, and no link or password works again.

    What would still come to them goes to their `successor`; what waits already is handed on by whoever calls. Raises
    TransitionNotAllowed where it is closed.
    """
    user = User.objects.select_for_update(of=("self",)).get(pk=user_id)
    if not user.is_active:
        raise TransitionNotAllowed(f"The account of {user.name} is closed already.")
    user.is_active = False
    user.set_unusable_password()
    user.successor = successor
    user.save(update_fields=["is_active", "password", "successor"])
    sessions.end(user)
    for one in Holding.objects.standing().filter(user=user).select_related("role"):
        access.revoke(one.role, user, by=by, at=at)
    facts = {"successor": successor.reference if successor else ""}
    audit.record("user.closed", subject=user, by=by, at=at, facts=facts, words={"why": why})
    return user


@transaction.atomic
def open_account(user_id: int, *, by: User, at: datetime) -> User:
    """Open a closed account again: without a password and without roles, which are given anew.

    Raises TransitionNotAllowed where it is open.
    """
    user = User.objects.select_for_update(of=("self",)).get(pk=user_id)
    if user.is_active:
        raise TransitionNotAllowed(f"The account of {user.name} is open.")
    user.is_active, user.successor = True, None
    user.save(update_fields=["is_active", "successor"])
    audit.record("user.opened", subject=user, by=by, at=at)
    return user


# Absence and cover


@transaction.atomic
def arrange_cover(
    user_id: int,
    *,
    colleague_id: int | None,
    from_on: date,
    until_on: date,
    by: User,
    at: datetime,
    away: bool = False,
    case_ref: str = "",
) -> Cover:
    """Let a colleague do somebody's work between two days: all of it (`away`: they are not there), or that of a case.

    By its days it begins and ends; nobody has to think of it. Raises RuleBroken.
    """
    user = User.objects.select_for_update(of=("self",), no_key=True).get(pk=user_id)
    colleague = _colleague(user, colleague_id)
    if colleague is None and not away:
        raise RuleBroken("Select who does the work", None, "colleague")
    if from_on < day_of(at):
        raise RuleBroken("The first day must be today or later", None, "from_on")
    if until_on < from_on:
        raise RuleBroken("The last day must be on or after the first", None, "until_on")
    there = user.covers.standing(from_on).filter(from_on__lte=until_on, case_ref=case_ref).first()
    if there is not None:
        words = f"from {dates.day(there.from_on)} to {dates.day(there.until_on)}"
        raise RuleBroken(f"This is arranged already {words}: end that first, or choose other days", None, "from_on")
    made = Cover.objects.create(
        person=user,
        colleague=colleague,
        from_on=from_on,
        until_on=until_on,
        away=away,
        case_ref=case_ref,
        arranged_by=by,
        arranged_at=at,
    )
    audit.record("user.cover_arranged", subject=user, by=by, at=at, facts=_cover_facts(made))
    return made


@transaction.atomic
def end_cover(cover_id: int, *, by: User, at: datetime) -> Cover:
    """End a cover before its last day: the work is the person's alone again. Raises TransitionNotAllowed where over."""
    cover = Cover.objects.select_for_update(of=("self",)).select_related("person", "colleague").get(pk=cover_id)
    if cover.ended_at is not None or cover.until_on < day_of(at):
        raise TransitionNotAllowed("This cover is over already.")
    cover.ended_at = at
    cover.save(update_fields=["ended_at"])
    audit.record("user.cover_ended", subject=cover.person, by=by, at=at, facts=_cover_facts(cover))
    return cover


def _colleague(user: User, colleague_id: int | None) -> User | None:
    if colleague_id is None:
        return None
    colleague = User.objects.filter(pk=colleague_id, provider=user.provider_id, is_active=True).first()
    if colleague is None or colleague.pk == user.pk:
        raise RuleBroken("Select a colleague who works here", None, "colleague")
    return colleague


def _cover_facts(cover: Cover) -> dict[str, object]:
    return {
        "colleague": cover.colleague.reference if cover.colleague else "",
        "from_on": cover.from_on,
        "until_on": cover.until_on,
        "away": cover.away,
        "case": cover.case_ref,
    }

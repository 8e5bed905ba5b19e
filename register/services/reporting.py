"""Reporting what happened at a door: by whoever was there, in a form of its own, to those who log incidents."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from audit import services as audit
from deadlines import kinds
from deadlines import services as deadlines
from design.dates import day_of
from letters import services as letters
from people import access
from people.access import Can
from people.models import User
from policies.rules import Rule, RuleBroken, need
from register import permissions
from register.models import Report

TOLD_BY_WHO_WAS_THERE = Rule("evenhand", text="What happened is told in the words of somebody who was there.")


@dataclass(frozen=True)
class NewReport:
    """What is reported: about whom or where, on which day, in which words, and whether anybody was in danger."""

    about: str
    happened_on: date
    words: str
    danger: bool


@transaction.atomic
def report(new: NewReport, *, by: User, at: datetime) -> Report:
    """Report what happened, for whoever logs incidents to look at today; where somebody was in danger they are mailed.

    Raises `NotPermitted` for whoever checks no register, and `RuleBroken`, beside its field, for what is missing.
    """
    provider = permissions.check_can_report(by)
    need(new.about, "Enter who or where it was", "about", TOLD_BY_WHO_WAS_THERE)
    need(new.words, "Enter what happened", "words", TOLD_BY_WHO_WAS_THERE)
    if new.happened_on > day_of(at):
        raise RuleBroken("The day on which it happened must be today or earlier", field="happened_on")
    made = Report.objects.create(
        provider=provider,
        by=by,
        organisation=by.organisation,
        at=at,
        happened_on=new.happened_on,
        about=new.about.strip(),
        words=new.words.strip(),
        danger=new.danger,
    )
    facts = {"danger": new.danger, "happened_on": new.happened_on, "organisation": str(by.organisation or "")}
    audit.record("report.made", subject=made, by=by, at=at, facts=facts, words={"about": new.about, "facts": new.words})
    whose = access.keys_with(provider, Can.LOG_INCIDENTS)
    deadlines.set(kinds.INCIDENT_REPORT, made, due=day_of(at), whose=deadlines.Whose(roles=whose), at=at)
    if new.danger:
        _tell(made, whose, at=at)
    return made


def _tell(made: Report, roles: list[str], *, at: datetime) -> None:
    """Mail whoever logs incidents that somebody was in danger; never who, and in no words of the report."""
    for user in access.holders(made.provider, roles):
        letters.notify(
            user,
            kind="report.danger",
            subject="Somebody was threatened or hurt at a visit",
            body="A report of it waits on your list in Evenhand. Open “My work”, read it, and log it today.",
            about=made.trail.about,
            at=at,
        )

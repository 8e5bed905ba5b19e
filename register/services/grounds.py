"""What an entry must rest on and say, so that no marker rests on opinion (D1) or stands for ever (D3)."""

from collections.abc import Iterable
from datetime import date

from django_fsm import TransitionNotAllowed

from audit import subjects
from audit.models import Event
from people.models import Provider, Resident
from policies import law
from policies.policy import RegisterRule
from policies.rules import Rule, RuleBroken, need
from register.models import Entry

FROM_AN_INCIDENT = Rule("evenhand", text="An entry about a person rests on an incident on record, never on opinion.")


def lines(given: Iterable[str]) -> list[str]:
    """What was given, line by line, without the empty ones."""
    return [line.strip() for line in given if line.strip()]


def check_grounds(provider: Provider, resident: Resident | None, place: str, source: str, reason: str) -> None:
    """Refuse an entry of nobody, of another provider's resident, or about a person without an incident on record."""
    if resident is None and not place:
        raise RuleBroken("Enter the place, or choose the resident", field="place")
    if resident is not None and resident.provider_id != provider.pk:
        raise RuleBroken("Choose a resident of this provider", field="resident")
    kind, reference = subjects.kind_of(source), subjects.ref_of(source)
    if resident is not None and kind not in (subjects.RESTRICTION, subjects.INCIDENT):
        raise RuleBroken("Enter the reference of the incident", FROM_AN_INCIDENT, "incident")
    if kind == subjects.INCIDENT:
        _check_on_record(provider, resident, reference)
    if kind != subjects.RESTRICTION:
        need(reason, "Enter the reasons for the entry", "reason", FROM_AN_INCIDENT)


def _check_on_record(provider: Provider, resident: Resident | None, reference: str) -> None:
    """Refuse an incident that is not on record, or in which the behaviour was not this resident's (D1, accuracy).

    The register stands below the casework, so it asks the trail, where an incident has an event for each resident whose
    behaviour it was.
    """
    known = Event.objects.filter(subject_kind=subjects.INCIDENT, subject_ref=reference, provider_ref=provider.slug)
    if not known.exists():
        raise RuleBroken(f"No incident {reference} is on record", FROM_AN_INCIDENT, "incident")
    if resident is not None and not known.filter(resident_ref=resident.reference).exists():
        raise RuleBroken(
            f"Incident {reference} does not record behaviour of this resident", FROM_AN_INCIDENT, "incident"
        )


def check_says_something(orders: list[str], arrangement: list[str]) -> None:
    """Refuse an entry that tells staff nothing: neither orders nor, with a restriction, what holds."""
    if not orders and not arrangement:
        raise RuleBroken("Enter what staff must do", field="instructions")


def check_risks(rule: RegisterRule, risks: list[str]) -> None:
    """Refuse a risk that the register does not list: another register may be the one for it."""
    if not set(risks) <= set(rule.risks):
        listed = ", ".join(rule.risks)
        raise RuleBroken(f"Select risks that the {rule.name} lists: {listed}", rule.rule, "risks")


def check_dates(today: date, ends_on: date | None, review_on: date | None) -> None:
    """Refuse an entry without an end or a review, or with one that has gone (D3)."""
    if ends_on is None and review_on is None:
        raise RuleBroken("Enter when the entry will be looked at again", law.NO_LONGER_THAN_NEEDED, "review_on")
    check_end(today, ends_on)
    check_review(today, review_on)


def check_end(today: date, ends_on: date | None) -> None:
    """Refuse a last day that has gone."""
    if ends_on is not None and ends_on < today:
        raise RuleBroken("The last day of the entry must be today or later", law.NO_LONGER_THAN_NEEDED, "ends_on")


def check_review(today: date, review_on: date | None) -> None:
    """Refuse a review that is not in the future."""
    if review_on is not None and review_on <= today:
        raise RuleBroken(
            "The date to look at the entry again must be in the future", law.NO_LONGER_THAN_NEEDED, "review_on"
        )


def check_stands(entry: Entry) -> None:
    """Refuse, naming who removed it when, what no longer stands."""
    if entry.removed_on is not None:
        raise TransitionNotAllowed(entry.who_removed)


def check_stands_by_itself(entry: Entry) -> None:
    """Refuse to change or end by itself what stands with a restriction, and what no longer stands."""
    check_stands(entry)
    if entry.stands_with:
        rule = entry.rule
        raise RuleBroken(
            f"This entry stands with restriction {entry.stands_with} and changes or ends only with it",
            rule.enter.rule if rule else None,
        )

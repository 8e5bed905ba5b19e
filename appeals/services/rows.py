"""The row of an appeal under its lock, and who was there before."""

from django_fsm import TransitionNotAllowed

from appeals.against import finding
from appeals.models import Appeal
from design import dates
from design.dates import day_of


def locked(appeal_id: int) -> Appeal:
    """The appeal with its row locked, and what it is against and its case beside it.

    All of it is read after the wait: a join is not read again when a lock is had at last (docs/adr/0051), so it would
    show a restriction in force that has been lifted meanwhile, and nobody who decided.
    """
    Appeal.objects.select_for_update(of=("self",), no_key=True).only("pk").get(pk=appeal_id)
    return Appeal.objects.select_related(
        "case__provider", "case__resident__provider", "case__policy_version", *finding.AGAINST
    ).get(pk=appeal_id)


def already(appeal: Appeal) -> str:
    """Who did what when, for whoever comes second."""
    if appeal.decided_by and appeal.decided_at:
        day, outcome = day_of(appeal.decided_at), appeal.get_state_display()
        return f"{appeal.decided_by.name} decided {appeal.reference} on {dates.day(day)}: {outcome}."
    return f"{appeal.reference} is “{appeal.get_state_display()}”."


def check_open(appeal: Appeal) -> None:
    """Refuse whatever comes after an appeal was decided or withdrawn. Raises TransitionNotAllowed with who did it."""
    if not appeal.is_open:
        raise TransitionNotAllowed(already(appeal), object=appeal)

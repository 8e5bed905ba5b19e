"""On whose lists an appeal waits: for its answer, and for those who agree to what the first of several has decided."""

from datetime import datetime

from appeals import acts
from appeals.models import Appeal
from deadlines import services as deadlines
from deadlines.models import Deadline
from decisions import services as decisions
from decisions.acts import Act
from people.models import User
from policies.reckoning import Reckoning

ANSWER, HEARING = "appeal.decide", "appeal.hear"


def for_answer(appeal: Appeal, act: Act, *, event: int, at: datetime) -> None:
    """An appeal waits for its answer, by the day that was worked out when it came."""
    _set(appeal, act, ANSWER, "Decide an appeal", "appeals:decide", appeal.response, told=True, event=event, at=at)


def for_others(appeal: Appeal, act: Act, *, by: User, at: datetime) -> None:
    """The first of several has decided: it waits for the others, and no longer for whoever has.

    The answer waits on their lists already; that a late one is heard is put there.
    """
    if act.waits == ANSWER:
        deadlines.excuse(act.waits_about, ANSWER, user=by)
        return
    _set(appeal, act, HEARING, "Agree that a late appeal is heard, or not", "appeals:hear", None, at=at)


def anew(appeal: Appeal, act: Act, *, at: datetime) -> None:
    """Somebody did not agree: the answer waits for all of them again, by the same day."""
    if act.waits != ANSWER:
        deadlines.meet(act.waits_about, act.waits, at=at, how="Not agreed")
        return
    for row in Deadline.objects.open().select_for_update().filter(about=act.waits_about, kind=ANSWER):
        row.not_for = sorted(act.barred.keys() - act.appointed.keys())
        row.save(update_fields=["not_for"])


def heard(appeal: Appeal, *, at: datetime) -> None:
    """That a late appeal is heard waits for nobody any more."""
    deadlines.meet(appeal.trail.about, HEARING, at=at, how="Heard")


def answered(appeal: Appeal, *, at: datetime) -> None:
    """The appeal has its answer."""
    deadlines.meet(appeal.trail.about, ANSWER, at=at, how=appeal.get_state_display())


def withdrawn(appeal: Appeal, *, at: datetime) -> None:
    """The appeal was withdrawn: nothing waits any more, and what some of several had decided counts no more."""
    deadlines.cancel(appeal.trail.about, at=at, reason="The appeal was withdrawn")
    for act in (acts.APPEAL, acts.HEAR):
        decisions.drop(appeal.trail.about, act, at=at)


def _set(
    appeal: Appeal,
    act: Act,
    kind: str,
    title: str,
    url_name: str,
    reckoning: Reckoning | None,
    *,
    at: datetime,
    told: bool = False,
    event: int | None = None,
) -> None:
    case = appeal.case
    out = {pk for pk in act.barred if pk not in act.appointed} | {one.pk for one in act.agreed}
    deadlines.set_deadline(
        provider=case.provider, resident=case.resident, kind=kind, about=appeal.trail.about, case_ref=case.reference,
        title=title, url_name=url_name, reckoning=reckoning, told=told, for_roles=act.keys(),
        not_for=User.objects.filter(pk__in=out), runs_from_event=event, at=at,
    )  # fmt: skip

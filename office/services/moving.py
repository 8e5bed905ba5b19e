"""Moving a case to a newer version of the policy: the decision, and what follows it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

import cases.acts
import policies.recounting
from audit import services as audit
from cases.models import Case
from cases.services import versions
from cases.services.versions import NOT_HALFWAY
from deadlines import kinds
from deadlines import services as deadlines
from decisions.services import Said
from design import dates, seals
from design.dates import day_of
from letters import services as letters
from office.services import adopting, telling, touched
from office.services.recounting import Move
from office.services.telling import Telling
from office.services.touched import Decider, Touched
from people.models import PolicyVersion, Resident, User
from policies.reckoning import Reckoning
from policies.rules import RuleBroken
from register.models import Entry
from register.services import with_restriction
from restrictions.services import scheduling
from restrictions.services.contacts import checking


@dataclass(frozen=True)
class Plan:
    """What moving a case would do: to which version, what it touches, and what the resident is told of it."""

    version: PolicyVersion
    touched: Touched
    told: Telling

    @property
    def shown(self) -> dict[str, Any]:
        """All that the page shows of it, by name."""
        moves = [(one.name, one.decided and one.decided.trail.about, one.was, one.now) for one in self.touched.moves]
        return {
            "the policy that the case would run under": self.version.pk,
            "what would change for the case": [str(change) for change in self.touched.rules],
            "the dates that would move": [moves, self.touched.stays],
            "who would decide": [(one.name, one.was, one.now) for one in self.touched.deciders],
            "what the resident is told": [self.told.facts, self.told.why_none],
        }


def plan(case: Case, version: PolicyVersion, *, on: date) -> Plan:
    """What moving the case to that version would do: the page shows it, and the deed does it."""
    found = touched.one(case, version, on=on)
    return Plan(version, found, telling.read(found, version, on=on))


@transaction.atomic
def move_case(case_id: int, said: Said, *, to: int, by: User, at: datetime, seen: str | None = None) -> Case:
    """Decide that a case goes on under a newer version of the policy, and let what is not decided yet follow it.

    What was decided stays: a restriction keeps its terms and its last day, and the resident at least the time to appeal
    that the letter gave. Every clock that runs is counted by the new version, and what a letter told never becomes
    worse; who decides what waits is whom it names. Where something changes that the resident was told, a letter tells
    them; where nothing does, the decision says why there is none. The resident's row comes first, as in every act on
    a restriction, so that nothing is begun meanwhile.

    Where the policy has several decide, this is one person's voice, and it takes effect with the last that is needed.
    `seen` is the seal of the plan that was shown. Raises NotPermitted, TransitionNotAllowed where the case is closed or
    runs under that version already, ChangedSince where the plan is another by now, RuleBroken without reasons or while
    something stands half decided.
    """
    resident_id = Case.objects.values_list("resident_id", flat=True).get(pk=case_id)
    Resident.objects.select_for_update(of=("self",), no_key=True).only("pk").get(pk=resident_id)
    Case.objects.select_for_update(of=("self",), no_key=True).only("pk").get(pk=case_id)
    case = Case.objects.select_related("provider", "resident", "policy_version").get(pk=case_id)
    case.resident.provider = case.provider
    cases.acts.move(case).check(by)
    version = PolicyVersion.objects.get(pk=to)
    planned = plan(case, version, on=day_of(at)) if version.pk != case.policy_version_id else None
    if planned and case.stage != Case.Stage.CLOSED:
        seals.check(seen, planned.shown, since=acted(case))
        if planned.touched.why_not:
            raise RuleBroken(planned.touched.why_not, NOT_HALFWAY)
    told = planned.told if planned else Telling()
    moved = versions.move_to_version(case.pk, version, said, told=told.changes, not_told=told.why_none, by=by, at=at)
    if moved is None:
        return case
    decision, writer = moved
    case = Case.objects.select_related("provider", "resident__provider", "policy_version").get(pk=case_id)
    if planned:
        because = f"{case.reference} follows the policy of {dates.day(version.effective_on)}"
        _follow(case, planned.touched.moves, planned.touched.deciders, because, by=by, at=at, event=decision.pk)
    if told.facts is not None:
        letters.request(telling.KIND, case, told.facts, by=writer, at=at)
    return case


def acted(case: Case) -> seals.Since:
    """Who acted on the case, or adopted a policy, from an instant on."""
    on_case, on_policies = audit.since(case), adopting.acted(case.provider)
    return lambda at: [*on_case(at), *on_policies(at)]


def _follow(
    case: Case, moves: Iterable[Move], deciders: Iterable[Decider], because: str, *, by: User, at: datetime, event: int
) -> None:
    keys = {each.deadline.pk: each.keys for each in deciders}
    for move in moves:
        if move.deadline is not None:
            roles = keys.pop(move.deadline.pk, None)
            deadlines.follow_policy(
                move.deadline.pk, reckoning=_as_told(move), for_roles=roles, dropped=move.reckoning is None,
                by=by, at=at, because=because,
            )  # fmt: skip
        else:
            _set_anew(case, move, at=at, event=event)
        if move.kind in kinds.REVIEWS:
            _on_register(move, by=by, at=at)
    for pk, roles in keys.items():
        deadlines.follow_policy(pk, for_roles=roles, by=by, at=at, because=because)


def _as_told(move: Move) -> Reckoning | None:
    """The reckoning of what moves; its day is told where a letter tells it to the resident (docs/adr/0035)."""
    told = move.reckoning is not None and move.kind in (*kinds.REVIEWS, kinds.APPEAL_WINDOW)
    return policies.recounting.told(move.reckoning) if told and move.reckoning else move.reckoning


def _set_anew(case: Case, move: Move, *, at: datetime, event: int) -> None:
    """What the newer version brings: a review, a check, a right to appeal."""
    assert move.reckoning is not None
    if move.decided is not None:
        against, words = move.decided, move.decided.window_words
        deadlines.set(move.kind, against, due=move.reckoning, told=True, event=event, words=words, at=at)
        return
    assert move.restriction is not None
    move.restriction.case = case
    if move.kind == kinds.SPOC_QUALITY_REVIEW:
        checking.put(move.restriction, move.reckoning, at=at, event=event)
    else:
        scheduling.set_review(move.restriction, move.reckoning, move.kind, at=at, event=event)


def _on_register(move: Move, *, by: User, at: datetime) -> None:
    """What stands for the restriction before a visit or a call says when that is looked at next."""
    assert move.restriction is not None
    due, source = move.now, move.restriction.trail.about
    standing = Entry.objects.filter(source=source, removed_on__isnull=True)
    if due and due > day_of(at):
        for entry in standing.filter(Q(review_on__isnull=True) | Q(review_on__gt=due)).order_by("pk"):
            with_restriction.change(source, register_key=entry.register_key, by=by, at=at, review_on=due)

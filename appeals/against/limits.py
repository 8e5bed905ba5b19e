"""What imposing a restriction and keeping one have in common: an appeal against either is about the same limits."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from typing import ClassVar

import cases.permissions
from appeals.against.appealable import Appealable, Succession
from appeals.against.effects import Answered, Effect, NewTerms, Rests, Row, Sets
from appeals.models import Appeal
from cases.models import Incident
from design import dates
from design.dates import day_of
from people.models import User
from policies.policy import Policy
from policies.rules import RuleBroken
from register.models import Entry
from restrictions import dates as days_of
from restrictions import limits, parts_taken
from restrictions.dates import Changes
from restrictions.limits import NewTerm
from restrictions.models import Restriction
from restrictions.rules import appealed_as
from restrictions.services import continuing, ending

State = Appeal.State
STANDING = (Restriction.State.IN_FORCE, Restriction.State.LAPSED)


@dataclass(frozen=True)
class Limits(Appealable):
    """A decision on the limits of one restriction. What a review has made of it since falls or changes with it."""

    noun: ClassVar[str] = "restriction"
    stays: ClassVar[str] = "The limits stay as they are unless we end them."
    can_be_suspended: ClassVar[bool] = True

    @property
    def link(self) -> tuple[str, str, str] | None:
        """The restriction."""
        return f"See the restriction {self._first.reference}", "restrictions:view", self._first.reference

    @property
    def _first(self) -> Restriction:
        """The restriction that was imposed or kept."""
        assert self.restriction is not None
        return self.restriction

    @cached_property
    def restriction_now(self) -> Restriction:
        """The restriction itself, or what a review or an earlier appeal has made of it since."""
        found = self._first
        while successor := Restriction.objects.filter(follows=found).first():
            successor.case = self.case
            found = successor
        return found

    def is_entered(self) -> bool:
        """Whether it stands on a register: not every policy has one, nor an entry for each restriction."""
        source = self.restriction_now.trail.about
        return Entry.objects.on_a_register().filter(source=source, removed_on__isnull=True).exists()

    # Who had a part in it

    def took_part(self) -> dict[int, str]:
        """Also its proposer and everybody who imposed it."""
        ref = self._first.reference
        did = super().took_part()
        did |= dict.fromkeys(parts_taken.barred_by_f12(self._first).keys() - did.keys(), f"had a part in {ref}")
        did |= dict.fromkeys(parts_taken.first_deciders(self._first), f"imposed {ref}")
        return did | {self._first.proposed_by_id: f"proposed {ref}"}

    def kept_out_by(self, words_of_policy: Iterable[str]) -> dict[int, str]:
        """Whom these words keep out of a decision about this restriction."""
        return parts_taken.excluded(self._first, words_of_policy)

    def ruled_by_terms(self, policy: Policy) -> tuple[str, ...]:
        """The names under which a policy's appeals speak of a restriction such as this."""
        return appealed_as(policy, self._first.terms.all())

    # The file

    def evidence(self) -> list[Incident]:
        """The incidents on which the restriction rests."""
        return list(self._first.incidents.order_by("happened_on", "pk"))

    def file(self) -> list[Row]:
        """What its proposer and its deciders wrote."""
        made = self._first
        days = [
            Row(label, dates.day(day) if day else "", False)
            for label, day in (("First day", made.starts_on), ("Last day in force", made.ends_on))
        ]
        return [
            Row("Proposed by", made.proposed_by.name, False),
            Row("Reasons", made.decision_reasons),
            Row("Why it was proposed", made.reasons),
            Row("What less was considered", made.less_considered),
            Row("Needs and adjustments", made.needs_considered, about_health=True),
            *days,
            *self._risk(),
        ]

    def _risk(self) -> list[Row]:
        """The assessment of the risk that was there when it was decided."""
        found = self.case.assessments.filter(kind="risk", made_at__lte=self.decided_at).order_by("-made_at").first()
        return [Row(f"Risk assessment of {dates.day(day_of(found.made_at))}", found.words)] if found else []

    def terms(self) -> list[str]:
        """The limits as they were imposed or kept."""
        return limits.arrangement(limits.of(self._first))

    def goes_on_as(self) -> Succession | None:
        """The successor that a review or an earlier appeal has made of it."""
        now = self.restriction_now
        if now.pk == self._first.pk:
            return None
        words = f"{self._first.reference} was replaced by {now.reference}, with {self._last()} as its last day in force"
        return Succession(words, limits.arrangement(limits.of(now)))

    # While an appeal is decided

    def suspend(self, *, by: User, at: datetime, reason: str) -> None:
        """Let it hold nobody to its limits; its dates run on."""
        ending.suspend(self.restriction_now.pk, by=by, at=at, reason=reason)

    def resume(self, *, by: User, at: datetime, reason: str) -> None:
        """Let its limits hold again."""
        ending.resume(self.restriction_now.pk, by=by, at=at, reason=reason)

    # What an outcome does

    def outcomes(self, on: date) -> dict[str, str]:
        """To vary it only while it is in force."""
        now = self.restriction_now
        if not now.is_in_force(on):
            return {
                State.UPHELD: "The decision to restrict is set aside. The resident is told in writing.",
                State.DISMISSED: "Nothing changes. The resident is told why.",
            }
        ref, entered = now.reference, self.is_entered()
        goes = " and its register entry goes" if entered else ""
        says_so = " The register says so at once." if entered else ""
        return {
            State.UPHELD: f"{ref} ends today{goes}. The resident is told in writing.",
            State.VARIED: f"{ref} goes on in other terms, or to an earlier last day.{says_so}",
            State.DISMISSED: f"{ref} stays as it is, with {self._last()} as its last day in force. "
            "The resident is told why.",
        }

    def stands(self) -> NewTerms:
        """Its terms, its last day and the orders to staff."""
        now = self.restriction_now
        return NewTerms([NewTerm.of(term) for term in limits.of(now)], now.ends_on, now.instructions)

    def _last(self, ends_on: date | None = None) -> str:
        until = ends_on or self.restriction_now.ends_on
        return dates.day(until) if until else "its last day"

    def upheld(self, rests: Rests, *, on: date) -> Effect:
        """What stands of it ends today, with its entry and its reviews."""
        now = self.restriction_now
        if now.is_in_force(on):
            entry = "Its register entry and its reviews go." if self.is_entered() else "Its reviews go."
            step = f"{now.reference} ends today. {entry}"
        else:
            step = "The decision to restrict is set aside."

        def quash(answered: Answered) -> None:
            end_on_appeal(now, answered)

        return Effect((step,), f"The limits on how you contact us end on {dates.day(on)}.", quash)

    def varied(self, sets: Sets | None, *, on: date) -> Effect:
        """It goes on in other terms, or to an earlier last day; never longer.

        Raises RuleBroken for what is no longer in force, and for a change of nothing that the resident lives by.
        """
        now = self.restriction_now
        if not isinstance(sets, NewTerms):
            return super().varied(sets, on=on)
        terms = [replace(term, words=term.words.strip()) for term in sets.terms]
        self._check_change(terms, sets.ends_on, on=on)
        says_so = " The register says so at once." if self.is_entered() else ""

        def go_on(answered: Answered) -> None:
            answered.appeal.replaced_by = continuing.replace_terms(
                now.pk,
                Changes(terms=terms, instructions=sets.instructions),
                ends_on=sets.ends_on,
                reason=answered.in_part,
                rule=answered.rule,
                appealable=self.rules.final.raw is not True,
                by=answered.by,
                at=answered.at,
            )

        return Effect(
            (f"{now.reference} is replaced today by a restriction on these terms.{says_so}",),
            f"The limits on how you contact us change today. Their last day in force is {self._last(sets.ends_on)}.",
            go_on,
            terms=days_of.make_terms(now, terms),
            ends_on=sets.ends_on or now.ends_on,
        )

    def _check_change(self, terms: list[NewTerm], ends_on: date | None, *, on: date) -> None:
        now = self.restriction_now
        if not now.is_in_force(on):
            raise RuleBroken("The restriction is no longer in force, so there is nothing to vary", field="outcome")
        before = [NewTerm.of(term) for term in limits.of(now)]
        if not limits.changed(before, terms) and ends_on in (None, now.ends_on):
            raise RuleBroken("Change a term or the last day: as it is, nothing would change", field="outcome")
        limits.check_terms(self.case.policy, terms)
        limits.check_no_contact_added(now, terms)
        limits.check_person(now, terms, cases.permissions.people_affected(self.case))
        if ends_on:
            continuing.check_not_longer(now, ends_on, on=on)

    def unchanged(self, *, on: date) -> Effect:
        """It stays as it is, or is over as it was."""
        now, stays = self.restriction_now, self._stays()
        if not now.is_in_force(on):
            over = f"Nothing changes: {now.reference} is over."
            return replace(stays, steps=(over,), tells="Nothing changes: the limits on how you contact us are over.")
        return replace(
            stays,
            steps=(f"{now.reference} stays as it is, with {self._last()} as its last day in force.",),
            tells=f"The limits on how you contact us stay as they are. Their last day in force is {self._last()}.",
        )


def end_on_appeal(restriction: Restriction, answered: Answered) -> None:
    """End a restriction because an appeal was upheld; one that is over already has nothing to end."""
    if restriction.state in STANDING:
        ending.quash(restriction.pk, by=answered.by, at=answered.at, reason=answered.upheld, rule=answered.rule)

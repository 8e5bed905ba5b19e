"""Random walks over every verb of a case: what must hold, holds after each step whatever came before."""

from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest
from django_fsm import TransitionNotAllowed
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from audit.models import Decision, Event
from cases import ladder
from cases.models import Case, Warning
from cases.services import incidents, issuing, quashing, stages
from cases.services.warnings import Content, draft_warning, withdraw_warning
from decisions.services import Said
from letters.models import Letter
from policies.rules import RuleBroken
from tests import factories, quick
from tests.cases.conftest import HAPPENED
from tests.factories import NOON

Stage = Case.Stage
WALKS = count(1)
MOVES = {
    (Stage.INITIAL_WARNING, Stage.WRITTEN_WARNING): {"warning.issued"},
    (Stage.INITIAL_WARNING, Stage.CONTACT_RESTRICTION): {"case.restricted"},
    (Stage.WRITTEN_WARNING, Stage.INITIAL_WARNING): {"case.warning_taken_back"},
    (Stage.WRITTEN_WARNING, Stage.CONTACT_RESTRICTION): {"case.restricted"},
    (Stage.CONTACT_RESTRICTION, Stage.REVIEW): {"case.review_begun"},
    (Stage.REVIEW, Stage.CONTACT_RESTRICTION): {"case.restriction_continued"},
    (Stage.CONTACT_RESTRICTION, Stage.WRITTEN_WARNING): {"case.unrestricted"},
    (Stage.CONTACT_RESTRICTION, Stage.INITIAL_WARNING): {"case.unrestricted"},
    (Stage.REVIEW, Stage.WRITTEN_WARNING): {"case.unrestricted"},
    (Stage.REVIEW, Stage.INITIAL_WARNING): {"case.unrestricted"},
    (Stage.INITIAL_WARNING, Stage.CLOSED): {"case.closed"},
    (Stage.WRITTEN_WARNING, Stage.CLOSED): {"case.closed"},
    (Stage.CONTACT_RESTRICTION, Stage.CLOSED): {"case.closed"},
    (Stage.REVIEW, Stage.CLOSED): {"case.closed"},
    (Stage.CLOSED, Stage.INITIAL_WARNING): {"case.reopened"},
}


class CaseMachine(RuleBasedStateMachine):
    """Officers, deciders and the clock do anything at any time; what is refused changes nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.provider = factories.dover(f"walk-{next(WALKS)}")
        self.staff = factories.staff(self.provider)
        self.resident = factories.resident(self.provider, self.staff.officer)
        self.cases = Case.objects.filter(provider=self.provider)
        self.letters = Warning.objects.filter(kind="written", case__provider=self.provider)
        self.at, self.seen, self.known = NOON, {}, Event.objects.latest("pk").pk

    def attempt(self, verb, *args, **named):
        """Do it a little later; a refusal is a refusal of one of the known kinds."""
        self.at += timedelta(hours=1)
        try:
            return verb(*args, at=self.at, **named)
        except (TransitionNotAllowed, RuleBroken):
            return None

    def case(self, pick: int) -> Case | None:
        cases = list(self.cases.order_by("pk"))
        return cases[pick % len(cases)] if cases else None

    @rule(
        warnings=st.integers(0, 3),
        went_on=st.booleans(),
        danger=st.booleans(),
        known=st.sampled_from(["first_hand", "hearsay"]),
    )
    def log(self, warnings, went_on, danger, known):
        told = replace(
            HAPPENED, warnings_given=warnings, continued_after_warnings=went_on and warnings > 0, danger=danger,
            knowledge=known, happened_on=(self.at + timedelta(hours=1)).date(),
        )  # fmt: skip
        self.attempt(
            incidents.log, provider=self.provider, parts=[(self.resident, "behaved")], happened=told,
            by=self.staff.officer,
        )  # fmt: skip

    @rule(pick=st.integers(0, 9))
    def draft(self, pick):
        if case := self.case(pick):
            chosen = [one for one in ladder.read(case).counting if one.knowledge != "hearsay"]
            self.attempt(draft_warning, case.pk, Content(chosen, "Calm"), by=self.staff.officer)

    @rule(pick=st.integers(0, 9), verb=st.sampled_from(["submit", "return", "issue", "withdraw"]))
    def letter(self, pick, verb):
        drafts = list(self.letters.order_by("pk"))
        if not drafts:
            return
        pk, lead = drafts[pick % len(drafts)].pk, self.staff.team_leader
        if verb == "submit":
            self.attempt(issuing.submit_warning, pk, by=self.staff.officer)
        elif verb == "return":
            self.attempt(issuing.send_back_warning, pk, reasons="Again", by=lead)
        elif verb == "issue":
            self.attempt(issuing.issue_warning, pk, Said(""), by=lead)
        else:
            self.attempt(withdraw_warning, pk, reasons="Not needed", by=self.staff.officer)

    @rule(pick=st.integers(0, 9), verb=st.sampled_from(["quash", "correct", "suspend", "resume"]))
    def appealed(self, pick, verb):
        given = list(Warning.objects.filter(case__provider=self.provider, given_on__isnull=False).order_by("pk"))
        if not given:
            return
        warning, why = given[pick % len(given)], {"by": self.staff.manager, "reason": "On appeal"}
        if verb == "quash":
            self.attempt(quashing.quash_warning, warning.pk, rule=None, **why)
        elif verb == "correct" and warning.letter:
            self.attempt(
                quashing.correct_warning, warning.pk, expected=f"Calm, {self.at}", told={}, rule=None, appealable=True,
                **why,
            )  # fmt: skip
        elif verb in ("suspend", "resume"):
            held = quashing.suspend_warning if verb == "suspend" else quashing.resume_warning
            self.attempt(held, warning.pk, **why)

    @rule(pick=st.integers(0, 9), reasons=st.sampled_from(["", "Twice in a week"]))
    def settle(self, pick, reasons):
        if case := self.case(pick):
            self.attempt(stages.settle_threshold, case.pk, reasons=reasons, by=self.staff.team_leader)

    @rule(pick=st.integers(0, 9), extreme=st.booleans())
    def restrict(self, pick, extreme):
        if case := self.case(pick):
            self.attempt(stages.mark_restricted, case.pk, by=self.staff.team_leader, extreme=extreme)

    @rule(pick=st.integers(0, 9))
    def review(self, pick):
        if case := self.case(pick):
            self.attempt(stages.mark_review_begun, case.pk, by=self.staff.team_leader)

    @rule(pick=st.integers(0, 9))
    def go_on(self, pick):
        if case := self.case(pick):
            self.attempt(stages.mark_restriction_continued, case.pk, by=self.staff.team_leader)

    @rule(pick=st.integers(0, 9), close=st.booleans())
    def lift(self, pick, close):
        if case := self.case(pick):
            self.attempt(stages.mark_unrestricted, case.pk, by=self.staff.team_leader, why="Kept to it", close=close)

    @rule(pick=st.integers(0, 9), reason=st.sampled_from(["", "Moved away"]))
    def close(self, pick, reason):
        if case := self.case(pick):
            self.attempt(stages.close, case.pk, reason=reason, by=self.staff.officer)

    @rule(pick=st.integers(0, 9), reason=st.sampled_from(["", "Wrongly closed"]))
    def reopen(self, pick, reason):
        if case := self.case(pick):
            self.attempt(stages.reopen, case.pk, reason=reason, by=self.staff.officer)

    @precondition(lambda self: self.cases.exists())
    @invariant()
    def one_open_case(self):
        assert Case.objects.open().filter(resident=self.resident).count() <= 1

    @invariant()
    def closed_has_its_reason(self):
        assert not self.cases.filter(stage=Stage.CLOSED, close_reason="").exists()

    @invariant()
    def no_move_without_its_event(self):
        events = list(Event.objects.filter(pk__gt=self.known).order_by("pk"))
        self.known = events[-1].pk if events else self.known
        for case in self.cases.all():
            before = self.seen.get(case.pk, Stage.INITIAL_WARNING)
            verbs = {event.verb for event in events if event.case_ref == case.reference}
            if before != case.stage and (before, case.stage) not in MOVES:
                raise AssertionError(f"{before} to {case.stage} is no move")
            if before != case.stage:
                assert verbs & MOVES[before, case.stage], f"{before} to {case.stage} left no trace: {verbs}"
            self.seen[case.pk] = case.stage

    @invariant()
    def past_the_first_stage_somebody_issued_a_letter(self):
        for case in self.cases.filter(stage=Stage.WRITTEN_WARNING):
            assert case.warnings.filter(letter__state=Letter.State.ISSUED, withdrawn_at=None).exists()
            assert Decision.objects.filter(what="warning.issued", event__case_ref=case.reference).exists()

    @invariant()
    def no_draft_outlives_its_stage(self):
        late = self.letters.filter(letter__state__in=["draft", "for_approval"]).exclude(
            case__stage=Stage.INITIAL_WARNING
        )
        assert not late.exists()


@pytest.mark.proof
@pytest.mark.django_db
def test_random_walks():
    """Each walk in a house of its own."""
    run_state_machine_as_test(
        CaseMachine, settings=settings(max_examples=quick.examples(10, 100), stateful_step_count=30, deadline=None)
    )

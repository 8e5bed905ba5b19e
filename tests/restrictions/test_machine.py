"""Any order of acts, tried by hypothesis: the restriction and the case never disagree."""

from datetime import timedelta

import pytest
from django.db import transaction
from django_fsm import TransitionNotAllowed
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from audit.models import Decision, Event
from cases.models import Case
from deadlines.models import Deadline
from decisions.services import Said
from design.dates import day_of
from people.access import NotPermitted
from policies.rules import RuleBroken
from register.models import Entry
from restrictions.dates import Changes
from restrictions.models import Restriction, Review
from restrictions.services import (
    breaches,
    continuing,
    deciding_reviews,
    ending,
    imposing,
    planning_reviews,
    proposing,
    reviews,
)
from restrictions.services.breaches import Answer
from tests import factories, quick
from tests.restrictions import builders

State = Restriction.State
REFUSED = (TransitionNotAllowed, RuleBroken, NotPermitted)
TRACES = {
    State.PROPOSED: "restriction.proposed",
    State.RETURNED: "restriction.returned",
    State.WITHDRAWN: "restriction.withdrawn",
    State.IN_FORCE: "restriction.imposed",
    State.EXTENDED: "restriction.extended",
    State.VARIED: "restriction.varied",
    State.LIFTED: "restriction.lifted",
    State.LAPSED: "restriction.lapsed",
}
DECIDED = {"restriction.returned", "restriction.extended", "restriction.varied"}


class Acts(RuleBasedStateMachine):
    """Officers, deciders, reviewers and the clock, in any order."""

    @initialize()
    def begin(self):
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()
        self.w = builders.world()
        self.now = self.w.at
        self.third = factories.working_as(self.w.provider, "team leader", name="Tess Third")
        self.reviewer = builders.reviewer(self.w)

    def teardown(self):
        if hasattr(self, "savepoint"):
            transaction.set_rollback(True)
            self.savepoint.__exit__(None, None, None)

    def latest(self, *states):
        return Restriction.objects.filter(case=self.w.case, state__in=states or State.values).order_by("-pk").first()

    def attempt(self, act, *arguments, **more):
        try:
            with transaction.atomic():
                return act(*arguments, **more)
        except REFUSED:
            return None

    @rule()
    def prepare(self):
        started = self.attempt(proposing.start, self.w.case.pk, by=self.w.staff.officer, at=self.now)
        if started:
            builders.fill(started, months=6, by=self.w.staff.officer, at=self.now)

    @rule()
    def propose(self):
        if found := self.latest():
            self.attempt(proposing.propose, found.pk, by=self.w.staff.officer, at=self.now)

    @rule()
    def send_back(self):
        if found := self.latest():
            self.attempt(proposing.send_back, found.pk, Said("Say more."), by=self.w.staff.team_leader, at=self.now)

    @rule()
    def withdraw(self):
        if found := self.latest():
            self.attempt(proposing.withdraw, found.pk, by=self.w.staff.officer, at=self.now)

    @rule()
    def impose(self):
        if found := self.latest():
            self.attempt(
                imposing.impose, found.pk, Said("Needed.", considered="Fair."), by=self.w.staff.team_leader, at=self.now
            )

    @rule()
    def lift(self):
        if found := self.latest():
            self.attempt(ending.lift, found.pk, Said("No longer needed."), by=self.third, at=self.now)

    @rule()
    def quash(self):
        if found := self.latest():
            self.attempt(ending.quash, found.pk, by=self.w.staff.manager, at=self.now, reason="Appeal.", rule=None)

    @rule()
    def replace_terms(self):
        if found := self.latest():
            self.attempt(
                continuing.replace_terms, found.pk, Changes(terms=builders.OTHER_TERMS), by=self.w.staff.manager,
                at=self.now, ends_on=None, reason="Appeal.", rule=None, appealable=False,
            )  # fmt: skip

    @rule()
    def begin_review(self):
        if found := self.latest():
            self.attempt(reviews.begin_review, found.pk, by=self.w.staff.officer, at=self.now)

    @rule(outcome=st.sampled_from(Review.Outcome.values))
    def decide_review(self, outcome):
        review = Review.objects.filter(restriction__case=self.w.case).order_by("-pk").first()
        if review:
            months = 3 if outcome != "vary" else None
            found = planning_reviews.Conclusion(
                outcome, evidence="Rang again.", months=months, terms=builders.OTHER_TERMS, late_reason="Illness."
            )
            self.attempt(deciding_reviews.decide_review, review.pk, Said("So."), found, by=self.reviewer, at=self.now)

    @rule(days=st.sampled_from([1, 20, 100, 200]))
    def time_passes(self, days):
        self.now += timedelta(days=days)

    @rule()
    def sweep(self):
        for pk in Restriction.objects.past_their_last_day(day_of(self.now)).values_list("pk", flat=True):
            ending.lapse(pk, at=self.now)

    @rule()
    def something_happens(self):
        builders.log(self.w.provider, self.w.staff, self.w.resident, at=self.now)

    @rule()
    def breach(self):
        if found := self.latest(*Restriction.IMPOSED):
            incident = builders.log(self.w.provider, self.w.staff, self.w.resident, at=self.now)
            self.attempt(
                breaches.log_breach,
                found.pk,
                by=self.w.staff.officer,
                at=self.now,
                incident_id=incident.pk,
                words="So.",
            )

    @rule(step=st.sampled_from(["", "review", "legal action"]))
    def answer(self, step):
        if found := self.latest(*Restriction.IMPOSED):
            self.attempt(breaches.answer_breaches, found.pk, Said("So."), Answer(step), by=self.third, at=self.now)

    @invariant()
    def only_an_open_breach_in_force_waits(self):
        """Whoever decides is asked as long as there is something to decide, and no longer."""
        if not hasattr(self, "w"):
            return
        asked = {row.about_ref for row in Deadline.objects.open().filter(kind="breach.answer")}
        open_ones = Restriction.objects.filter(state=State.IN_FORCE, breaches__isnull=False, breaches__answer=None)
        assert asked <= {each.reference for each in open_ones}

    @invariant()
    def never_two_in_force(self):
        if hasattr(self, "w"):
            assert Restriction.objects.filter(case=self.w.case).in_force(day_of(self.now)).count() <= 1

    @invariant()
    def the_register_agrees(self):
        """An entry is in force if and only if its restriction is, today and on every day of the restriction to come."""
        if not hasattr(self, "w"):
            return
        for on in (day_of(self.now), day_of(self.now) + timedelta(days=90)):
            bound = Restriction.objects.filter(case=self.w.case).in_force(on)
            assert {e.source for e in Entry.objects.in_force(on)} == {f"restriction:{r.reference}" for r in bound}

    @invariant()
    def the_case_agrees(self):
        if not hasattr(self, "w"):
            return
        stage = Case.objects.get(pk=self.w.case.pk).stage
        restricted = stage in (Case.Stage.CONTACT_RESTRICTION, Case.Stage.REVIEW)
        in_force = Restriction.objects.filter(case=self.w.case, state=State.IN_FORCE).exists()
        waits = Deadline.objects.open().filter(kind="review.at_end").exists()
        open_review = Review.objects.filter(restriction__case=self.w.case, state=Review.State.BEGUN).exists()
        assert restricted == (in_force or waits)
        assert (stage == Case.Stage.REVIEW) == open_review

    @invariant()
    def every_state_left_its_trace(self):
        if not hasattr(self, "w"):
            return
        for restriction in Restriction.objects.filter(case=self.w.case).exclude(state=State.DRAFT):
            verb = TRACES[restriction.state]
            events = Event.objects.filter(subject_kind="restriction", subject_ref=restriction.reference, verb=verb)
            assert events.exists(), (restriction.state, verb)
            if verb in DECIDED:
                assert Decision.objects.filter(event__in=events).exists()

    @invariant()
    def only_what_is_in_force_is_due(self):
        """Nothing is due about a restriction that is over, but its review at the end and the window of its appeal."""
        if not hasattr(self, "w"):
            return
        for row in Deadline.objects.open().filter(about__startswith="restriction:"):
            state = Restriction.objects.get(reference=row.about_ref).state
            allowed = {
                "restriction.prepare": {State.DRAFT},
                "restriction.decide": {State.PROPOSED},
                "restriction.revise": {State.RETURNED},
                "review.at_end": {State.IN_FORCE, State.LAPSED},
                "appeal.window": {State.IN_FORCE, State.LAPSED},
            }.get(row.kind, {State.IN_FORCE})
            assert state in allowed, (row.kind, state)


@pytest.mark.slow
@pytest.mark.proof
@pytest.mark.django_db
def test_any_order_of_acts_keeps_everything_in_step():
    from hypothesis.stateful import run_state_machine_as_test

    run_state_machine_as_test(
        Acts,
        settings=settings(
            max_examples=quick.examples(15, 200),
            stateful_step_count=14,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )

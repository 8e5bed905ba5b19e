"""Appeals against any decision that the policy covers: warnings, reviews that keep, entries, decisions not to act."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django_fsm import TransitionNotAllowed

import appeals.acts
from appeals.against import finding
from appeals.models import Appeal
from appeals.services import deciding
from audit.models import Decision, Event
from cases import ladder
from cases.models import Case, Warning
from cases.services import quashing, stages
from deadlines import kinds
from deadlines import services as deadlines
from deadlines.models import Deadline
from decisions.services import Said
from design.dates import day_of
from letters.models import Letter
from people import access
from people import services as people
from people.access import NotPermitted
from people.models import Role
from policies.rules import RuleBroken
from register.models import Entry
from restrictions import acts
from restrictions.limits import NewTerm
from restrictions.models import Restriction, Review
from restrictions.services import deciding_reviews, ending, imposing
from restrictions.services.planning_reviews import Conclusion
from tests import factories, five
from tests.appeals import builders as acting
from tests.appeals.builders import WEEK, answer, director, letter_of, lodge_against, now, offered, restricted_on, warned
from tests.factories import NOON
from tests.register.builders import enter
from tests.restrictions import builders

State, Stage = Appeal.State, Case.Stage


# What is covered


@pytest.mark.django_db
class TestWhatIsCovered:
    """The policy says which decisions; what is offered is what the service accepts."""

    def test_any_decision_at_any_stage(self):
        """Northampton 2.3, 4.2."""
        w = warned()
        first, letter = w.case.incidents.get(), letter_of(w).paper
        assert offered(w) == [letter.reference, first.reference]
        assert lodge_against(w, letter.reference).warning == letter_of(w)

    @pytest.mark.parametrize(
        ("policy", "clause"),
        [(five.DOVER, "clause 6.34"), (five.WEST_KENT, "clause 6.3"), (five.TENANCY, "section 11")],
    )
    def test_a_warning_that_the_policy_does_not_cover_is_not_offered_and_refused_by_its_clause(self, policy, clause):
        w = warned(policy)
        assert offered(w) == []
        with pytest.raises(RuleBroken, match=rf"lets nobody appeal against warning letter .* \({clause}\)"):
            lodge_against(w, letter_of(w).paper.reference)
        assert not Deadline.objects.filter(kind="appeal.window").exists()
        assert letter_of(w).paper.facts["appeal_possible"] is False

    @pytest.mark.parametrize("policy", five.FIVE)
    def test_what_is_offered_is_what_the_service_accepts(self, policy):
        """Over every kind of decision that a case holds, under each of the five policies."""
        w, restriction = restricted_on(policy)
        review = review_before_the_end(w, restriction)
        decider = factories.working_as(w.provider, "manager", name="Rita Reviewer")
        keys = restrictions_reviewers(restriction)
        reviewer = factories.person(w.provider, keys[0], name="Rolf Reviewer") if keys else decider
        deciding_reviews.decide_review(
            review.pk,
            Said("He rang twice.", considered="Weighed."),
            Conclusion("keep", evidence="Two calls on 19 December."),
            by=reviewer,
            at=NOON + timedelta(days=2),
        )
        stages.decide_not_to_act(
            w.case.pk, considered="An injunction.", reasons="Too much.", by=w.staff.officer, at=NOON + timedelta(days=3)
        )
        known = [one.key for one in finding.in_case(now(w))]
        if now(w).policy.stage_for_state("written warning"):
            assert len(known) == 5
        expected = offered(w)
        accepted = []
        for key in known:
            try:
                with transaction.atomic():
                    lodge_against(w, key)
                    accepted.append(key)
                    transaction.set_rollback(True)
            except (RuleBroken, TransitionNotAllowed):
                continue
        assert accepted == expected
        assert restriction.reference in expected
        assert (len(expected) == len(known)) is (policy == five.NORTHAMPTON)

    def test_a_decision_of_another_case_is_none_of_this_one(self):
        w = warned()
        with pytest.raises(finding.NoDecision):
            lodge_against(w, "L-999999")

    def test_one_open_appeal_a_decision_of_any_kind(self):
        w = warned()
        key = letter_of(w).paper.reference
        first = lodge_against(w, key)
        assert key not in offered(w)
        with pytest.raises(TransitionNotAllowed, match=f"has lodged {first.reference} against this decision"):
            lodge_against(w, key)
        copy = {
            "case": w.case, "reference": "A-999999", "made_by_name": "Twice", "how": "post",
            "received_on": day_of(WEEK), "words": "Again", "window_reckoning": {}, "lodged_by": w.staff.officer,
            "lodged_at": WEEK,
        }  # fmt: skip
        with pytest.raises(IntegrityError, match="appeal_one_open_a_warning"), transaction.atomic():
            Appeal.objects.create(warning=letter_of(w), **copy)
        with pytest.raises(IntegrityError, match="appeal_is_against_one_decision"), transaction.atomic():
            Appeal.objects.create(**copy)

    def test_the_staff_of_another_provider_see_and_lodge_nothing(self):
        w = warned()
        appeal = lodge_against(w, letter_of(w).paper.reference)
        other = factories.staff(factories.dover("other-council"))
        assert not Appeal.objects.visible_to(other.manager).exists()
        with pytest.raises(NotPermitted):
            lodge_against(w, w.case.incidents.get().reference, by=other.officer)
        with pytest.raises(NotPermitted):
            acting.dismiss(appeal, by=other.manager, at=WEEK, answer=answer())


def review_before_the_end(w: builders.World, restriction: Restriction) -> Review:
    """A review that is due while the restriction runs, so that keeping it is an answer."""
    deadlines.set("review.interval", restriction, due=day_of(NOON + timedelta(days=3)), at=NOON)
    return builders.under_review(w, restriction, at=NOON + timedelta(days=2))


def restrictions_reviewers(restriction: Restriction) -> list[str]:
    return acts.deciders(kinds.REVIEW_AT_END, restriction.case.policy, restriction.case.provider).keys()


# Until when, and who decides


@pytest.mark.django_db
class TestWindowAndDecider:
    """Counted from the decision appealed against; decided by whom the policy names for its kind (Northampton 4.2)."""

    def test_the_letter_and_a_deadline_tell_of_the_right_to_appeal(self):
        w = warned()
        letter = letter_of(w).paper
        told = letter.facts["appeal"]
        assert told["decided_by_role"] == "Assistant Director of the service area"
        assert told["how"] == "contact the responsible officer" and told["to_email"]
        window = Deadline.objects.open().get(kind="appeal.window", about=f"warning:{letter.reference}")
        assert window.due_on is None and window.reckoning["readings"], "28 days: which days, the policy does not say"
        assert told["until"] is None and "28 November 2026" in told["explained"], "counted from the day of the letter"
        initial = Deadline.objects.open().get(kind="appeal.window", about__startswith="initial:")
        assert initial.reckoning["from"] == "2026-11-18", "counted from the day of the conversation"

    def test_an_appeal_in_time_meets_its_own_window_and_no_other(self):
        w = warned()
        at = NOON - timedelta(days=18)
        appeal = lodge_against(w, letter_of(w).paper.reference, at=at)
        assert appeal.in_time is True
        open_ones = Deadline.objects.open().filter(kind="appeal.window")
        assert [one.about.partition(":")[0] for one in open_ones] == ["initial"]
        answer_by = Deadline.objects.open().get(kind="appeal.decide")
        assert (answer_by.due_on, answer_by.for_roles) == (day_of(at) + timedelta(days=7), ["assistant_director"])

    def test_the_decider_follows_the_kind_of_decision(self):
        w, restriction = restricted_on()
        names = {one.key: appeals.acts.names(appeals.acts.to_come(one)) for one in finding.in_case(w.case)}
        assert names[letter_of(w).paper.reference] == "Assistant Director of the service area"
        everybody = names[restriction.reference]
        assert "Manager" in everybody and "Corporate" in everybody, "for other formal action the policy names nobody"
        assert finding.of_restriction(restriction).rules.by.unsaid

    def test_only_whom_the_policy_names_decides(self):
        w = warned()
        appeal = lodge_against(w, letter_of(w).paper.reference)
        with pytest.raises(NotPermitted, match=r"lets an Assistant Director of the service area decide an appeal"):
            acting.dismiss(appeal, by=w.staff.manager, at=WEEK, answer=answer())
        with pytest.raises(NotPermitted, match="Assistant Director of the service area"):
            acting.dismiss(appeal, by=director(w, "assistant_director_corporate"), at=WEEK, answer=answer())
        assert acting.dismiss(appeal, by=director(w), at=WEEK, answer=answer()).state == State.DISMISSED

    @pytest.mark.parametrize(("part", "did"), [("drafted_by", "drafted"), ("issued_by", "issued")])
    def test_whoever_drafted_or_issued_the_letter_does_not_decide(self, part, did):
        """F12, also where they hold the role that decides."""
        w = warned()
        appeal = lodge_against(w, letter_of(w).paper.reference)
        who = getattr(letter_of(w).paper, part)
        access.grant(Role.objects.get(provider=w.provider, key="assistant_director"), who, by=None, at=NOON)
        with pytest.raises(NotPermitted, match=f"You {did} L-.*so somebody else decides"):
            acting.uphold(appeal, by=type(who).objects.get(pk=who.pk), at=WEEK, answer=answer())

    def test_whoever_gave_the_first_warning_does_not_decide_on_it(self):
        w = warned()
        appeal = lodge_against(w, w.case.incidents.get().reference)
        assert finding.of_appeal(appeal).took_part()[w.staff.officer.pk] == "gave the warning"


# What an outcome does to a warning


@pytest.mark.django_db
class TestWarningLetter:
    """Upheld: it is taken back. In part: another takes its place. What rests on it never just follows."""

    def test_upheld_takes_the_letter_back_and_the_case_with_it(self):
        w = warned()
        warning = letter_of(w)
        appeal = lodge_against(w, warning.paper.reference)
        acting.uphold(appeal, by=director(w), at=WEEK, answer=answer())
        case = now(w)
        assert case.stage == Stage.INITIAL_WARNING and case.threshold_settled_at is None
        assert Warning.objects.get(pk=warning.pk).withdrawn_at == WEEK
        assert ladder.read(case).letter is None
        (line,) = [one for one in ladder.lines(ladder.read(case)) if one.letter]
        assert (line.counts, line.why) == (False, "Taken back or replaced on appeal")
        verbs = set(Event.objects.filter(at=WEEK, case_ref=case.reference).values_list("verb", flat=True))
        assert {"appeal.upheld", "warning.quashed", "case.warning_taken_back"} <= verbs
        letter = Letter.objects.get(kind="appeal_outcome")
        assert "does not count against you" in letter.facts["effect"]
        assert letter.facts["against"].startswith(f"our warning letter {warning.paper.reference} of 28 November 2026")
        assert not Deadline.objects.open().filter(about__startswith="appeal:").exists()
        with pytest.raises(RuleBroken):
            stages.mark_restricted(case.pk, by=w.staff.team_leader, at=WEEK)

    def test_a_proposal_that_rests_on_a_letter_taken_back_cannot_be_imposed(self):
        """Dover 6.12, 6.13: no restriction without a warning letter."""
        w = builders.world()
        restriction = builders.proposed(w)
        warning = letter_of(w)
        quashing.quash_warning(warning.pk, by=w.staff.manager, at=NOON, reason="It was not him.", rule=None)
        with pytest.raises(RuleBroken, match="No warning letter has been issued"):
            imposing.impose(restriction.pk, Said("It is needed.", considered="Fair."), by=w.staff.team_leader, at=NOON)

    def test_a_letter_is_taken_back_once(self):
        w = warned()
        warning = letter_of(w)
        quashing.quash_warning(warning.pk, by=w.staff.manager, at=WEEK, reason="Not him.", rule=None)
        with pytest.raises(TransitionNotAllowed, match="does not stand"):
            quashing.quash_warning(warning.pk, by=w.staff.manager, at=WEEK, reason="Not him.", rule=None)
        with pytest.raises(TransitionNotAllowed, match="nothing to appeal against"):
            lodge_against(w, warning.paper.reference)

    @pytest.mark.parametrize(
        ("what", "because", "words"),
        [("", "", "Select what becomes of restriction X-"), ("stays", " ", "Enter why restriction X-.* stays")],
    )
    def test_a_restriction_that_rests_on_it_is_asked_about(self, what, because, words):
        w, restriction = restricted_on()
        appeal = lodge_against(w, letter_of(w).paper.reference)
        with pytest.raises(RuleBroken, match=words):
            acting.uphold(appeal, by=director(w), at=WEEK, answer=answer(what_rests=what, what_rests_because=because))
        assert letter_of(w) and Restriction.objects.get(pk=restriction.pk).state == Restriction.State.IN_FORCE

    def test_the_restriction_stays_where_the_decider_says_so_and_the_case_goes_back_further_once_it_ends(self):
        w, restriction = restricted_on()
        appeal = lodge_against(w, letter_of(w).paper.reference)
        kept = answer(what_rests="stays", what_rests_because="The threats at the desk are enough.")
        acting.uphold(appeal, by=director(w), at=WEEK, answer=kept)
        assert now(w).stage == Stage.CONTACT_RESTRICTION and now(w).stage_before == Stage.INITIAL_WARNING
        assert Restriction.objects.get(pk=restriction.pk).state == Restriction.State.IN_FORCE
        letter = Letter.objects.get(kind="appeal_outcome")
        assert "The threats at the desk are enough." in letter.facts["reasons"]
        assert f"Restriction {restriction.reference}, which came after it, stays" in letter.facts["effect"]
        ending.lift(
            restriction.pk,
            Said("He has kept to it.", considered="Fair."),
            by=w.staff.manager,
            at=WEEK + timedelta(days=1),
        )
        assert now(w).stage == Stage.INITIAL_WARNING

    def test_the_restriction_ends_too_where_the_decider_says_so(self):
        w, restriction = restricted_on()
        appeal = lodge_against(w, letter_of(w).paper.reference)
        both = answer(what_rests="ends", what_rests_because="It rested on the letter alone.")
        found = acting.uphold(appeal, by=director(w), at=WEEK, answer=both)
        assert Restriction.objects.get(pk=restriction.pk).state == Restriction.State.LIFTED
        assert now(w).stage == Stage.INITIAL_WARNING and now(w).stage_before == ""
        assert (found.what_rests, found.what_rests_reason) == ("ends", "It rested on the letter alone.")
        assert not Deadline.objects.open().filter(kind="review.at_end").exists()

    def test_an_extreme_restriction_rests_on_no_warning(self):
        w, restriction = restricted_on()
        Restriction.objects.filter(pk=restriction.pk).update(extreme=True, extreme_reason="A knife.")
        appeal = lodge_against(w, letter_of(w).paper.reference)
        assert not finding.of_appeal(appeal).rests_on_it(day_of(WEEK))

    def test_in_part_another_letter_takes_its_place(self):
        w = warned()
        old = letter_of(w)
        (incident,) = old.paper.facts["incidents"]
        appeal = lodge_against(w, old.paper.reference)
        found = acting.correct(
            appeal,
            by=director(w),
            at=WEEK,
            answer=answer(),
            expected="Speak calmly, and ring once a day.",
            told={incident["reference"]: "You raised your voice."},
        )
        new = letter_of(w)
        assert found.state == State.VARIED and found.corrected_by == new and new != old
        assert new.paper.facts["expected"] == "Speak calmly, and ring once a day."
        assert new.paper.facts["incidents"][0]["what"] == "You raised your voice."
        assert list(new.incidents.all()) == list(old.incidents.all())
        case = now(w)
        assert case.stage == Stage.WRITTEN_WARNING and ladder.read(case).letter == new
        assert Deadline.objects.open().filter(kind="appeal.window", about=f"warning:{new.paper.reference}").exists()
        assert not Deadline.objects.open().filter(about=f"warning:{old.paper.reference}").exists()
        assert new.paper.reference in offered(w) and old.paper.reference not in offered(w)
        (event,) = Event.objects.filter(verb="appeal.varied")
        assert event.facts["corrected_by"] == new.paper.reference

    def test_words_that_change_nothing_are_refused(self):
        w = warned()
        old = letter_of(w)
        appeal = lodge_against(w, old.paper.reference)
        (incident,) = old.paper.facts["incidents"]
        same = {"expected": old.paper.facts["expected"], "told": {incident["reference"]: incident["what"]}}
        with pytest.raises(RuleBroken, match="nothing would change"):
            acting.correct(appeal, by=director(w), at=WEEK, answer=answer(), **same)
        with pytest.raises(RuleBroken, match="Enter what must change"):
            acting.correct(appeal, by=director(w), at=WEEK, answer=answer(), **same | {"expected": " "})
        with pytest.raises(RuleBroken, match="Only a restriction has terms"):
            acting.vary(appeal, by=director(w), at=WEEK, answer=answer(), terms=[], ends_on=None)
        assert letter_of(w) == old and Appeal.objects.get(pk=appeal.pk).is_open

    def test_dismissed_changes_nothing(self):
        w = warned()
        appeal = lodge_against(w, letter_of(w).paper.reference)
        acting.dismiss(appeal, by=director(w), at=WEEK, answer=answer())
        assert now(w).stage == Stage.WRITTEN_WARNING and letter_of(w)
        letter = Letter.objects.get(kind="appeal_outcome")
        assert letter.facts["effect"] == "Nothing changes: the warning stays as it was."
        assert letter.facts["final"] is None and letter.facts["next"]["name"] == "Housing Ombudsman Service"
        assert letter_of(w).paper.reference in offered(w), "the policy does not call an outcome final"

    def test_an_acknowledgement_says_what_it_is_about_and_what_holds_meanwhile(self):
        w = warned()
        appeal = lodge_against(w, letter_of(w).paper.reference)
        facts = appeal.acknowledgement.facts
        assert facts["against"] == f"our warning letter {letter_of(w).paper.reference} of 28 November 2026"
        assert facts["meanwhile"].endswith("The warning stays as it is unless we take it back.")


@pytest.mark.django_db
class TestFirstWarnings:
    """Those given in one conversation are one decision."""

    def test_upheld_all_of_the_conversation_go(self):
        w = five.house(five.NORTHAMPTON)
        key = w.case.incidents.get().reference
        assert w.case.warnings.count() == 2 and offered(w) == [key]
        acting.uphold(lodge_against(w, key), by=director(w), at=WEEK, answer=answer())
        assert not w.case.warnings.filter(withdrawn_at=None).exists()
        assert not ladder.read(now(w)).initial and now(w).stage == Stage.INITIAL_WARNING
        assert not Deadline.objects.open().filter(kind="appeal.window").exists()
        assert offered(w) == []

    def test_a_letter_that_followed_is_asked_about_and_may_go_too(self):
        w = warned()
        key = w.case.incidents.get().reference
        appeal = lodge_against(w, key)
        with pytest.raises(RuleBroken, match="Select what becomes of warning letter L-"):
            acting.uphold(appeal, by=director(w), at=WEEK, answer=answer())
        acting.uphold(appeal, by=director(w), at=WEEK,
            answer=answer(what_rests="ends", what_rests_because="There was nothing to warn of."),
        )  # fmt: skip
        assert not w.case.warnings.filter(withdrawn_at=None).exists() and now(w).stage == Stage.INITIAL_WARNING

    def test_what_was_said_in_a_conversation_cannot_be_put_in_other_words(self):
        w = five.house(five.NORTHAMPTON)
        appeal = lodge_against(w, w.case.incidents.get().reference)
        assert State.VARIED not in deciding.outcomes(appeal, finding.of_appeal(appeal), on=day_of(WEEK))
        with pytest.raises(RuleBroken, match="Only a restriction has terms, and a letter words"):
            acting.correct(appeal, by=director(w), at=WEEK, answer=answer(), expected="Other.", told={})


@pytest.mark.django_db
class TestOtherDecisions:
    """A review that keeps a restriction, an entry of the register, a decision not to act."""

    def kept(self, policy: str = five.NORTHAMPTON):
        w, restriction = restricted_on(policy)
        review = review_before_the_end(w, restriction)
        reviewer = factories.person(w.provider, restrictions_reviewers(restriction)[0], name="Rolf Reviewer")
        review = deciding_reviews.decide_review(
            review.pk,
            Said("He rang twice.", considered="Weighed."),
            Conclusion("keep", evidence="Two calls on 19 December.", late_reason=""),
            by=reviewer,
            at=NOON + timedelta(days=2),
        )
        return w, restriction, review, reviewer

    def test_the_refusal_to_lift_at_a_review_is_told_with_its_own_window(self):
        w, _, review, _ = self.kept()
        assert review.letter.facts["appeal"]["how"].startswith("contact the responsible officer")
        window = Deadline.objects.open().get(kind="appeal.window", about=f"review:{review.reference}")
        assert window.reckoning["from"] == "2026-12-20"
        appeal = lodge_against(w, review.reference)
        assert appeal.decision.what == "review.decided" and appeal.case == w.case

    def test_under_a_policy_that_covers_restrictions_only_it_is_told_without(self):
        w, _, review, _ = self.kept(five.DOVER)
        assert review.letter.facts["appeal"] is None and review.reference not in offered(w)
        assert not Deadline.objects.filter(about=f"review:{review.reference}").exists()

    def test_upheld_the_restriction_ends_and_whoever_reviewed_does_not_decide(self):
        w, restriction, review, reviewer = self.kept()
        appeal = lodge_against(w, review.reference)
        with pytest.raises(NotPermitted, match=f"You decided review {review.reference}"):
            acting.uphold(appeal, by=reviewer_with_right(w, reviewer), at=WEEK, answer=answer())
        acting.uphold(appeal, by=director(w), at=WEEK, answer=answer())
        assert Restriction.objects.get(pk=restriction.pk).state == Restriction.State.LIFTED

    def test_in_part_the_restriction_goes_on_in_other_terms(self):
        w, restriction, review, _ = self.kept()
        appeal = lodge_against(w, review.reference)
        softer = [NewTerm("phone", "limited", "Calls on Tuesdays."), NewTerm("letter", "open")]
        found = acting.vary(appeal, by=director(w), at=WEEK, answer=answer(), terms=softer, ends_on=None)
        assert found.replaced_by.follows_id == restriction.pk

    def entered(self, w: builders.World, **how) -> Entry:
        rule = w.case.policy.registers[0]
        return enter(
            w.provider, w.staff.team_leader, w.resident, register_key=rule.key, risks=[rule.risks[0]],
            reason="Threats at the door.", source=f"incident:{w.case.incidents.get().reference}",
            case_ref=w.case.reference, ends_on=None, review_on=day_of(NOON + timedelta(days=90)), **how,
        )  # fmt: skip

    def test_an_entry_that_the_resident_was_told_of_is_removed_when_the_appeal_is_upheld(self):
        w = warned()
        entry = self.entered(w)
        assert entry.reference in offered(w)
        appeal = lodge_against(w, entry.reference)
        with pytest.raises(NotPermitted, match=f"You made {entry.reference}|needs the right"):
            acting.uphold(appeal, by=w.staff.team_leader, at=WEEK, answer=answer())
        acting.uphold(appeal, by=director(w), at=WEEK, answer=answer())
        assert Entry.objects.get(pk=entry.pk).removed_at == WEEK
        assert (
            Letter.objects.get(kind="appeal_outcome").facts["effect"] == "We have removed the entry from our register."
        )

    def test_an_entry_that_the_resident_was_not_told_of_is_offered_to_nobody(self):
        w = warned()
        hidden = {"told": False, "not_told_reason": "It would bring violence.", "look_again_on": day_of(WEEK)}
        assert self.entered(w, **hidden).reference not in offered(w)

    def test_a_decision_not_to_act_is_set_aside(self):
        w = warned()
        stages.decide_not_to_act(
            w.case.pk, considered="Mediation.", reasons="He was rude.", by=w.staff.officer, at=NOON
        )
        decision = Decision.objects.get(what="case.not_acted")
        appeal = lodge_against(w, f"D-{decision.pk}")
        assert finding.of_appeal(appeal).took_part() == {w.staff.officer.pk: f"made {finding.of_appeal(appeal).called}"}
        acting.uphold(appeal, by=director(w), at=WEEK, answer=answer())
        assert "no longer stands" in Letter.objects.get(kind="appeal_outcome").facts["effect"]
        assert now(w).stage == Stage.WRITTEN_WARNING


def reviewer_with_right(w: builders.World, reviewer):
    """The reviewer, who is given a role that decides appeals as well."""
    access.grant(Role.objects.get(provider=w.provider, key="manager"), reviewer, by=None, at=NOON)
    return type(reviewer).objects.get(pk=reviewer.pk)


@pytest.mark.django_db
class TestOtherPolicies:
    """Deciders, powers, grounds and what is final, as each policy says."""

    def test_the_chief_executive_decides_and_nothing_else_can_be_appealed(self):
        """Homes for Life 1.8."""
        w, restriction = restricted_on(five.HOMES)
        assert offered(w) == [restriction.reference]
        appeal = lodge_against(w, restriction.reference)
        with pytest.raises(NotPermitted, match="Chief Executive"):
            acting.dismiss(appeal, by=w.staff.team_leader, at=WEEK, answer=answer())
        chief = director(w, "chief_executive")
        assert acting.uphold(appeal, by=chief, at=WEEK, answer=answer()).state == State.UPHELD

    @pytest.mark.parametrize(
        ("outcome", "what"), [(State.UPHELD, "restriction.lifted"), (State.VARIED, "restriction.varied")]
    )
    def test_what_becomes_of_a_restriction_cites_the_rule_that_had_its_appeal_decided(self, outcome, what):
        """Not the general one, where the policy names somebody else for appeals of this kind."""
        w, restriction = restricted_on(five.DOVER)
        held = w.case.policy_version
        special = '\n[appeal.for.limits]\ncovers = "restriction [6.34]"\nby = "manager [6.99]"\n'
        version = people.adopt_policy(
            w.provider, text=held.text + special, local=held.local_text, by_name="Board", at=WEEK
        )
        Case.objects.filter(pk=w.case.pk).update(policy_version=version)
        appeal = lodge_against(w, restriction.reference)
        acting.decide(appeal, outcome, by=factories.person(w.provider, "manager"), at=WEEK, answer=answer())
        assert Decision.objects.get(what=what).clause == "6.99"

    def test_a_head_of_service_decides_on_formal_action(self):
        """West Kent 6.3."""
        w, restriction = restricted_on(five.WEST_KENT)
        appeal = lodge_against(w, restriction.reference, grounds="I was in hospital that day.")
        assert appeal.grounds == "I was in hospital that day." and appeal.in_time is None
        head = director(w, "head_of_service")
        assert acting.dismiss(appeal, by=head, at=WEEK, answer=answer()).state == State.DISMISSED

    def test_what_an_appeal_made_is_final_where_the_policy_says_so(self):
        """Dover 6.35: the outcome is final, so the terms that it set are not appealed again."""
        w, restriction = restricted_on(five.DOVER)
        appeal = lodge_against(w, restriction.reference)
        softer = [NewTerm("phone", "limited", "Calls on Tuesdays."), NewTerm("letter", "open")]
        found = acting.vary(appeal, by=w.staff.manager, at=WEEK, answer=answer(), terms=softer, ends_on=None)
        assert offered(w) == []
        with pytest.raises(RuleBroken, match=r"final \(clause 6.35\)"):
            lodge_against(w, found.replaced_by.reference)

    def test_what_a_special_rule_leaves_open_to_appeal_has_its_window_anew(self):
        """The general rule calls outcomes final (Dover 6.35), the rule on these appeals does not: that one holds."""
        w, restriction = restricted_on(five.DOVER)
        held = w.case.policy_version
        special = '\n[appeal.for.limits]\ncovers = "restriction [6.34]"\nby = "manager [6.99]"\nfinal = "no [6.99]"\n'
        version = people.adopt_policy(
            w.provider, text=held.text + special, local=held.local_text, by_name="Board", at=WEEK
        )
        Case.objects.filter(pk=w.case.pk).update(policy_version=version)
        appeal = lodge_against(w, restriction.reference)
        softer = [NewTerm("phone", "limited", "Calls on Tuesdays."), NewTerm("letter", "open")]
        decider = factories.person(w.provider, "manager")
        found = acting.vary(appeal, by=decider, at=WEEK, answer=answer(), terms=softer, ends_on=None)
        assert offered(w) == [found.replaced_by.reference]
        window = Deadline.objects.open().get(kind="appeal.window", about=found.replaced_by.trail.about)
        assert window.due_on is not None

    def test_outcomes_that_the_policy_does_not_grant_are_neither_offered_nor_accepted(self):
        w = acting.dover_with('powers = "uphold, dismiss [6.35]"')
        restriction = builders.imposed(w)
        appeal = lodge_against(w, restriction.reference)
        found = finding.of_appeal(appeal)
        assert list(deciding.outcomes(appeal, found, on=day_of(WEEK))) == [State.UPHELD, State.DISMISSED]
        with pytest.raises(RuleBroken, match=r"cannot be “varied” \(clause 6.35\)"):
            acting.decide(appeal, State.VARIED, by=w.staff.manager, at=WEEK)
        assert Restriction.objects.get().state == Restriction.State.IN_FORCE


@pytest.mark.parametrize(
    ("policy", "how"),
    [(five.DOVER, "by e-mail or by post"), (five.WEST_KENT, "in writing"), (five.TENANCY, "in writing")],
)
def test_a_letter_tells_how_to_appeal_in_words_that_follow_how(db, policy, how):
    _, restriction = restricted_on(policy)
    assert restriction.letter.facts["appeal"]["how"] == how

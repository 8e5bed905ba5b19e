"""Whom a policy keeps from a decision is kept from it, whatever words it uses for whichever decision."""

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import appeals.acts
from appeals.against import finding
from cases.models import Case
from people import access
from people.access import NotPermitted
from people.models import Role
from policies import vocabulary
from restrictions import acts
from restrictions.limits import NewTerm
from restrictions.models import Restriction
from restrictions.services import proposing
from restrictions.services.parts.terms import save_kinds, save_terms
from tests import factories, invented, quick
from tests.factories import NOON
from tests.restrictions import builders

PARTS = ("proposer", "affected", "first decider", "spoc", "reviewer", "nobody")
F12 = {
    "restrict": {"proposer", "affected"},
    "lift": {"affected"},
    "review": {"proposer", "affected", "first decider"},
    "appeal": {"proposer", "affected", "first decider"},
}
WORDS = st.sets(st.sampled_from(sorted(vocabulary.NOT_BY)))


def text_with(words: dict[str, set[str]]) -> str:
    """Harbour's policy, one person deciding each act, and each act keeping these people from it."""
    text = invented.TEXTS["harbour"]

    def not_by(act: str) -> str:
        return f'"{", ".join(sorted(words[act]))}"'

    alone = '"warden"'
    text = text.replace(
        'restrict = { by = "2 of warden, keeper, director", not_by = "proposer, affected", consult = "records"',
        f"restrict = {{ by = {alone}" + (f", not_by = {not_by('restrict')}" if words["restrict"] else ""),
    )
    text = text.replace(
        'lift = { by = "director"',
        f"lift = {{ by = {alone}" + (f", not_by = {not_by('lift')}" if words["lift"] else ""),
    )
    text = text.replace('by = "director [8]"\nnot_by = "first decider [8]"', review := 'by = "warden [8]"')
    text = text.replace(review, review + (f'\nnot_by = {not_by("review")[:-1]} [8]"' if words["review"] else ""))
    text = text.replace('by = "director [9]"\nnot_by = "first decider, involved [9]"', appeal := 'by = "warden [9]"')
    return text.replace(appeal, appeal + (f'\nnot_by = {not_by("appeal")[:-1]} [9]"' if words["appeal"] else ""))


def world(words: dict[str, set[str]]):
    """A restriction in force, once reviewed, and somebody for each part in it; every one of them a warden."""
    provider = invented.running_on_text(text_with(words), slug="harbour")
    staff = factories.staff(provider)
    people = {part: factories.person(provider, "warden", name=f"{part.title()} Person") for part in PARTS}
    access.grant(Role.objects.get(provider=provider, key="caller"), people["proposer"], by=None, at=NOON)
    resident = factories.resident(provider, staff.officer)
    builders.log(provider, staff, resident, at=NOON - timedelta(days=5), affected=(people["affected"],))
    case = Case.objects.get(resident=resident)
    builders.assess(case, staff.officer, at=NOON - timedelta(days=1))
    restriction = proposing.start(case.pk, by=people["proposer"], at=NOON)
    builders.fill(restriction, months=3, by=people["proposer"], at=NOON)
    terms = [*builders.TERMS, NewTerm("spoc", "limited", "On Mondays.", people["spoc"].pk)]
    save_terms(restriction.pk, by=people["proposer"], at=NOON, terms=terms)
    save_kinds(restriction.pk, by=people["proposer"], at=NOON, kinds=["post_only"])
    return people, proposing.propose(restriction.pk, by=people["proposer"], at=NOON)


def refused(check, *things) -> bool:
    try:
        check(*things)
    except NotPermitted as refusal:
        assert "so somebody else decides" in str(refusal)
        return True
    return False


def meant(words: set[str], f12: set[str], *, reviewed: bool) -> set[str]:
    """The parts that these words bar, F12 always among them; involved is everybody who had a part by then."""
    out = {"proposer", "affected", "first decider", "spoc", "reviewer"} if "involved" in words else words | f12
    return (out | f12) - (set() if reviewed else {"first decider", "reviewer"})


@pytest.mark.django_db
@given(words=st.fixed_dictionaries(dict.fromkeys(F12, WORDS)))
@example(words={"restrict": {"spoc"}, "lift": {"first decider"}, "review": {"spoc"}, "appeal": {"involved"}})
@settings(max_examples=quick.examples(6, 60), deadline=None, suppress_health_check=list(HealthCheck))
def test_whoever_a_policy_bars_is_refused_and_nobody_else(words):
    with transaction.atomic():
        people, restriction = world(words)
        for part, person in people.items():
            barred = part in meant(words["restrict"], F12["restrict"], reviewed=False)
            assert refused(acts.impose(restriction).check, person) is barred, (part, "restrict")
        # First decider and reviewer take their parts past any bar of this policy: what is tried is what follows.
        Restriction.objects.filter(pk=restriction.pk).update(
            state="in_force", decided_by=people["first decider"], decided_at=NOON, decided_on=NOON.date(),
            starts_on=NOON.date(), ends_on=NOON.date() + timedelta(days=90),
        )  # fmt: skip
        restriction = Restriction.objects.get(pk=restriction.pk)
        restriction.reviews.create(
            reference="RV-1", state="decided", begun_by=people["proposer"], begun_at=NOON, outcome="keep",
            decided_by=people["reviewer"], decided_at=NOON,
        )  # fmt: skip
        out, kept = (
            appeals.acts.to_come(finding.of_restriction(restriction)).barred,
            meant(words["appeal"], F12["appeal"], reviewed=True),
        )
        for part, person in people.items():
            for act, worked_out in (("review", acts.review_to_come), ("lift", acts.lift)):
                barred = part in meant(words[act], F12[act], reviewed=True)
                assert refused(worked_out(restriction).check, person) is barred, (part, act)
            assert (person.pk in out) is (part in kept), (part, "appeal")
        transaction.set_rollback(True)

"""Who may prepare, hear about and look after a restriction; who decides on it stands in `restrictions.acts`."""

from datetime import date

from cases.models import Case
from people import access
from people.access import NotPermitted
from people.models import Provider, User
from policies import law
from policies.provisions import SPOC_QUALITY_REVIEW
from restrictions import acts
from restrictions.models import Restriction, Review

Can = Provider.Capability


def check_can_start(user: User, case: Case) -> None:
    """Whoever works cases at the provider may propose a restriction."""
    access.require(user, Can.WORK_CASES, case.provider_id)


def check_can_prepare(user: User, restriction: Restriction) -> None:
    """Only its proposer writes a proposal: who shapes it has proposed it, and is barred from deciding it (F12)."""
    access.require(user, Can.WORK_CASES, restriction.case.provider_id)
    if user.pk != restriction.proposed_by_id:
        raise NotPermitted(
            f"{restriction.proposed_by.name} is preparing this, and only whoever proposes it may change it "
            f"({law.OTHER_PERSON.in_brackets()})."
        )


def check_can_withdraw(user: User, restriction: Restriction) -> None:
    """The proposer drops it; or somebody with the right to decide does, so that the case is not stuck."""
    if user.pk == restriction.proposed_by_id:
        access.require(user, Can.WORK_CASES, restriction.case.provider_id)
    else:
        access.require(user, Can.DECIDE, restriction.case.provider_id)


def check_can_begin_review(user: User, restriction: Restriction) -> None:
    """Whoever works cases may gather what a review needs; deciding it is another's."""
    access.require(user, Can.WORK_CASES, restriction.case.provider_id)


def check_can_record_request(user: User, restriction: Restriction) -> None:
    """Whoever works cases may record that a resident asks for a restriction to be looked at again."""
    access.require(user, Can.WORK_CASES, restriction.case.provider_id)


def check_can_record_account(user: User, review: Review) -> None:
    """Whoever works cases may write down what the resident says."""
    access.require(user, Can.WORK_CASES, review.restriction.case.provider_id)


def is_contact(user: User, restriction: Restriction) -> bool:
    """Whether somebody who works cases is the single point of contact, or covers or is going to."""
    return user.pk in _contacts(restriction) and access.can(user, Can.WORK_CASES, restriction.case.provider_id)


def hands_over(user: User, restriction: Restriction, on: date, *, for_good: bool) -> bool:
    """Whether somebody is the single point of contact, or covers on that day, and hands over by themselves.

    To a cover, so that nobody is without a contact while they are away. For good where the policy knows that a
    colleague takes over (Tenancy, 6), or names nobody who decides on a contact; elsewhere another is named by whom it
    names: a meeting (Northampton, section 5).
    """
    begun = restriction.namings.filter(ended_on__isnull=True, from_on__lte=on, person=user).exists()
    if not begun or not is_contact(user, restriction):
        return False
    return not for_good or restriction.case.policy.value("spoc.cover").said or acts.change_contact(restriction).unsaid


def check_can_check_spoc(user: User, restriction: Restriction) -> None:
    """A colleague who works cases, and never the contact or whoever covers: nobody looks through their own letters."""
    access.require(user, Can.WORK_CASES, restriction.case.provider_id)
    if user.pk in _contacts(restriction):
        rule = restriction.case.policy.value(SPOC_QUALITY_REVIEW).rule
        cited = f" ({rule.in_brackets()})" if rule else ""
        raise NotPermitted(f"You are the single point of contact here, so a colleague looks through your work{cited}.")


def check_can_follow_up(user: User, restriction: Restriction) -> None:
    """Whoever works cases may write down that what a check left has been done."""
    access.require(user, Can.WORK_CASES, restriction.case.provider_id)


def _contacts(restriction: Restriction) -> set[int]:
    """Who is the single point of contact, and who covers or is going to."""
    return set(restriction.namings.filter(ended_on__isnull=True).values_list("person", flat=True))


def check_can_log_breach(user: User, restriction: Restriction) -> None:
    """Whoever works cases may log that the terms were not kept; what follows is another's."""
    access.require(user, Can.WORK_CASES, restriction.case.provider_id)


def check_can_change_on_appeal(user: User, restriction: Restriction) -> None:
    """An appeal's decider ends or replaces it; `appeals` has checked that this is the right one for this appeal."""
    provider = restriction.case.provider_id
    if not access.can(user, Can.DECIDE_APPEALS, provider):
        access.require(user, Can.DECIDE, provider)


def check_can_suspend(user: User, restriction: Restriction) -> None:
    """Whoever works cases records an appeal, and with it what the policy says holds until it is decided."""
    access.require(user, Can.WORK_CASES, restriction.case.provider_id)

"""Who may propose, decide, lift and review a restriction, and the reason why somebody may not."""

from collections.abc import Iterable

import cases.permissions
from cases.models import Case
from people import access
from people.access import NotPermitted
from people.models import Provider, User
from policies.policy import Policy
from policies.rules import Rule
from policies.values import Who
from restrictions.models import Restriction, Review

Can = Provider.Capability
F12 = Rule("evenhand", "F12", text="Proposer, person affected and first decider never decide.")


def deciders(policy: Policy) -> Who:
    """Whom the policy lets decide on a restriction (Dover 6.14); unsaid where it names nobody."""
    return policy.decides("restrict")


def reviewers(policy: Policy) -> Who:
    """Whom the policy lets decide a review; unsaid where it names nobody, as Dover's does."""
    return policy.decides("review")


def reconsiderers(policy: Policy) -> Who:
    """Whom the policy lets reconsider a restriction outside of an appeal; unsaid where it names nobody."""
    return policy.decides("reconsider")


def review_deciders(review: Review) -> Who:
    """Whom the policy lets decide this review: its reviewers, or whoever reconsiders where the resident asked."""
    policy = review.restriction.case.policy
    return reviewers(policy) if review.requested_on is None else reconsiderers(policy)


def keys_of(who: Who, provider: Provider) -> list[str]:
    """The roles that are meant; where the policy is silent, every role with the right to decide."""
    return sorted(who.keys()) if not who.unsaid else access.keys_with(provider, Can.DECIDE)


def check_can_start(user: User, case: Case) -> None:
    """Whoever works cases at the provider may propose a restriction."""
    access.require(user, Can.WORK_CASES, case.provider_id)


def check_can_prepare(user: User, restriction: Restriction) -> None:
    """Only its proposer writes a proposal: who shapes it has proposed it, and is barred from deciding it (F12)."""
    access.require(user, Can.WORK_CASES, restriction.case.provider_id)
    if user.pk != restriction.proposed_by_id:
        raise NotPermitted(
            f"{restriction.proposed_by.name} is preparing this, and only whoever proposes it may change it "
            f"({F12.in_brackets()})."
        )


def check_can_withdraw(user: User, restriction: Restriction) -> None:
    """The proposer drops it; or somebody with the right to decide does, so that the case is not stuck."""
    if user.pk == restriction.proposed_by_id:
        access.require(user, Can.WORK_CASES, restriction.case.provider_id)
    else:
        access.require(user, Can.DECIDE, restriction.case.provider_id)


def check_can_decide(user: User, restriction: Restriction) -> None:
    """Somebody whom the policy names (Dover 6.14) and who neither proposed it nor was affected (F12)."""
    case = restriction.case
    who = deciders(case.policy)
    _check_named(user, case, who, "decide on a restriction", barred_from_deciding(restriction))
    _check_uninvolved(user, case, who, _parts(restriction, first_decider=False))


def check_can_send_back(user: User, restriction: Restriction) -> None:
    """Returning a proposal is a decision on it like any other."""
    check_can_decide(user, restriction)


def check_can_lift(user: User, restriction: Restriction) -> None:
    """A decision-maker may end a restriction early; nobody affected by the behaviour may (F12).

    Ending one early only ever favours the resident, so its proposer and its decider may think better of it.
    """
    case = restriction.case
    who = case.policy.decides("lift")
    _check_named(user, case, who, "lift a restriction", cases.permissions.people_affected(case))
    _check_uninvolved(user, case, who, dict.fromkeys(cases.permissions.people_affected(case), "were affected by"))


def check_can_begin_review(user: User, restriction: Restriction) -> None:
    """Whoever works cases may gather what a review needs; deciding it is another's."""
    access.require(user, Can.WORK_CASES, restriction.case.provider_id)


def check_can_record_request(user: User, restriction: Restriction) -> None:
    """Whoever works cases may record that a resident asks for a restriction to be looked at again."""
    access.require(user, Can.WORK_CASES, restriction.case.provider_id)


def check_can_record_account(user: User, review: Review) -> None:
    """Whoever works cases may write down what the resident says."""
    access.require(user, Can.WORK_CASES, review.restriction.case.provider_id)


def check_can_decide_review(user: User, review: Review) -> None:
    """Somebody with the right to review who neither proposed, nor imposed it, nor was affected (F12).

    Where the policy is silent on who reviews (as Dover's is), anybody with the right to decide. A request to reconsider
    is decided by whom the policy names for that (the Tenancy Enforcement Procedure's 11: a senior officer).
    """
    if review.requested_on is None:
        check_can_review(user, review.restriction)
        return
    case = review.restriction.case
    who = reconsiderers(case.policy)
    _check_named(user, case, who, "reconsider a restriction", barred_from_reviewing(review.restriction))
    _check_uninvolved(user, case, who, _parts(review.restriction, first_decider=True))


def check_can_review(user: User, restriction: Restriction) -> None:
    """As `check_can_decide_review`, for a restriction whose review has not begun."""
    case = restriction.case
    who = reviewers(case.policy)
    _check_named(user, case, who, "decide a review", barred_from_reviewing(restriction))
    _check_uninvolved(user, case, who, _parts(restriction, first_decider=True))


def spoc_deciders(policy: Policy) -> Who:
    """Whom the policy lets name another single point of contact: its own rule on that, else who names one at all."""
    change = policy.decides("change_spoc")
    return policy.decides("spoc") if change.unsaid else change


def check_can_change_spoc(user: User, restriction: Restriction) -> None:
    """Whoever is the contact, or covers, may hand over; else whom the policy lets name one (Tenancy procedure, 6)."""
    case = restriction.case
    access.require(user, Can.WORK_CASES, case.provider_id)
    if user.pk not in _contacts(restriction):
        _check_named(user, case, spoc_deciders(case.policy), "change the single point of contact", ())


def check_can_check_spoc(user: User, restriction: Restriction) -> None:
    """A colleague who works cases, and never the contact or whoever covers: nobody looks through their own letters."""
    access.require(user, Can.WORK_CASES, restriction.case.provider_id)
    if user.pk in _contacts(restriction):
        rule = restriction.case.policy.value("spoc.quality_review").rule
        cited = f" ({rule.in_brackets()})" if rule else ""
        raise NotPermitted(f"You are the single point of contact here, so a colleague looks through your work{cited}.")


def check_can_follow_up(user: User, restriction: Restriction) -> None:
    """Whoever works cases may write down that what a check left has been done."""
    access.require(user, Can.WORK_CASES, restriction.case.provider_id)


def _contacts(restriction: Restriction) -> set[int]:
    """Who is the single point of contact, and who covers or is going to."""
    return set(restriction.namings.filter(ended_on__isnull=True).values_list("person", flat=True))


def breach_deciders(policy: Policy) -> Who:
    """Whom the policy lets decide what follows a breach; unsaid where it names nobody."""
    return policy.decides("breach")


def barred_from_breaches(restriction: Restriction) -> set[int]:
    """Whom rule F12 keeps from deciding what follows a breach: the people affected."""
    return cases.permissions.people_affected(restriction.case)


def check_can_log_breach(user: User, restriction: Restriction) -> None:
    """Whoever works cases may log that the terms were not kept; what follows is another's."""
    access.require(user, Can.WORK_CASES, restriction.case.provider_id)


def check_can_answer_breaches(user: User, restriction: Restriction) -> None:
    """Somebody whom the policy names, or else with the right to decide, who was not affected by what happened."""
    case, who, barred = restriction.case, breach_deciders(restriction.case.policy), barred_from_breaches(restriction)
    _check_named(user, case, who, "decide what follows a breach", barred)
    _check_uninvolved(user, case, who, dict.fromkeys(barred, "were affected by what happened in"))


def check_can_change_on_appeal(user: User, restriction: Restriction) -> None:
    """An appeal's decider ends or replaces it; `appeals` has checked that this is the right one for this appeal."""
    provider = restriction.case.provider_id
    if not access.can(user, Can.DECIDE_APPEALS, provider):
        access.require(user, Can.DECIDE, provider)


def check_can_suspend(user: User, restriction: Restriction) -> None:
    """Whoever works cases records an appeal, and with it what the policy says holds until it is decided."""
    access.require(user, Can.WORK_CASES, restriction.case.provider_id)


def barred_from_deciding(restriction: Restriction) -> set[int]:
    """Whom rule F12 keeps from deciding a proposal: its proposer and the people affected."""
    return set(_parts(restriction, first_decider=False))


def barred_from_reviewing(restriction: Restriction) -> set[int]:
    """Whom rule F12 keeps from deciding a review: also whoever imposed the restriction."""
    return set(_parts(restriction, first_decider=True))


def _parts(restriction: Restriction, *, first_decider: bool) -> dict[int, str]:
    """What each barred person did, for the sentence that says why."""
    parts = dict.fromkeys(cases.permissions.people_affected(restriction.case), "were affected by what happened in")
    if first_decider and restriction.decided_by_id:
        parts[restriction.decided_by_id] = "imposed"
    parts[restriction.proposed_by_id] = "proposed"
    return parts


def _check_named(user: User, case: Case, who: Who, act: str, barred: Iterable[int]) -> None:
    if who.unsaid:
        access.require(
            user,
            Can.DECIDE,
            case.provider_id,
            f"To {act} needs the right to “{Can.DECIDE.label.lower()}”.{_who_can(case, who, barred)}",
        )
        return
    if not who.allows(access.role_keys(user, case.provider_id)):
        cited = who.rule.cite() if who.rule else "The policy"
        raise NotPermitted(
            f"{cited} lets {who.names()} {act}; you hold none of these roles.{_who_can(case, who, barred)}"
        )


def _check_uninvolved(user: User, case: Case, who: Who, parts: dict[int, str]) -> None:
    if user.pk not in parts:
        return
    what = "this case" if parts[user.pk].startswith("were") else "this"
    raise NotPermitted(
        f"You {parts[user.pk]} {what}, so somebody else decides ({F12.in_brackets()}).{_who_can(case, who, parts)}"
    )


def _who_can(case: Case, who: Who, barred: Iterable[int]) -> str:
    """A last sentence that names who can; it says so where nobody is left."""
    names = [user.name for user in access.holders(case.provider, keys_of(who, case.provider)) if user.pk not in barred]
    if not names:
        return f" Nobody at {case.provider.short_name} can at present: an administrator has to give somebody the role."
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1][:5])} or {names[-1]}"
    return f" {listed} can."

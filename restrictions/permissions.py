"""Who may propose, decide, lift and review a restriction, and the reason why somebody may not."""

from collections.abc import Iterable

import cases.deciders
import cases.permissions
from cases import ladder
from cases.deciders import Deciders, of_act
from cases.models import Case, Incident
from people import access
from people.access import NotPermitted
from people.models import Provider, User
from policies.law import F12
from policies.policy import Policy
from policies.rules import Rule
from policies.values import Who
from restrictions.models import Restriction, Review, Term

Can = Provider.Capability
AFFECTED = "were affected by what happened in"
RECEIVED = "received the threat in"


def deciders(policy: Policy) -> Who:
    """Whom the policy lets decide on a restriction (Dover 6.14); unsaid where it names nobody."""
    return policy.decides("restrict")


def body(restriction: Restriction) -> Deciders:
    """Who decides on a proposal: whom the policy names for each kind that it consists of, else for any (Dover 6.14).

    A kind with deciders of its own (Northampton section 5: a meeting on a single point of contact) is theirs. What else
    is limited beside it, or has no decider of its own, needs whoever decides on restrictions as well. So does leaving
    stages out need whoever takes that path, and not telling the police whoever decides that (Homes for Life 1.9.4).
    """
    kinds = restriction.of_kinds()
    own = [kind.by for kind in kinds if kind.by]
    beside = not restriction.kinds and any(
        term.limit != Term.Limit.OPEN and term.channel != Term.Channel.SPOC for term in restriction.terms.all()
    )
    whole = bool(kinds) and len(own) == len(kinds) and not beside
    policy = restriction.case.policy
    besides = [who for who in (takes_path(restriction), leaves_police_out(restriction)) if who is not None]
    return of_act(policy, "restrict", [*(own if whole else [deciders(policy), *own]), *besides])


def takes_path(restriction: Restriction) -> Who | None:
    """Whom the policy lets leave stages out by the path that a proposal takes; None where it names nobody."""
    taken = next((path for path in restriction.case.policy.paths if path.key == restriction.path), None)
    if not restriction.extreme or taken is None or taken.by.unsaid:
        return None
    return taken.by


def police_left_out(restriction: Restriction) -> bool:
    """Whether to impose a proposal decides that the police are not told of what it rests on, though it is asked."""
    if restriction.police_told is not False:
        return False
    case = restriction.case
    return ladder.police(case.policy, case, restriction.incidents.all(), restriction.path) is not None


def leaves_police_out(restriction: Restriction) -> Who | None:
    """Whom the policy lets decide that the police are not told; None where they are told, or it names nobody."""
    who = restriction.case.policy.decides("no_police")
    return None if who.unsaid or not police_left_out(restriction) else who


def lifters(restriction: Restriction) -> Deciders:
    """Who lifts a restriction early: whom the policy names for it, else whoever decides its review."""
    return of_act(restriction.case.policy, "lift")


def review_body(review: Review, outcome: str) -> Deciders:
    """Who decides a review with an outcome: whoever reviews, and to extend also whom the policy names for that."""
    policy = review.restriction.case.policy
    extends = policy.decides("extend") if outcome == Review.Outcome.EXTEND else Who()
    return of_act(policy, "review", [review_deciders(review), *([] if extends.unsaid else [extends])])


def asked_before_review(review: Review, outcome: str = "") -> list[Deciders]:
    """Each act of a review before which the policy has somebody asked: the review, and what it comes to.

    Without an outcome, whatever it may come to.
    """
    policy = review.restriction.case.policy
    comes_to: dict[str, str] = {
        Review.Outcome.LIFT: "lift",
        Review.Outcome.EXTEND: "extend",
        Review.Outcome.VARY: "vary",
    }
    later = [comes_to[outcome]] if outcome in comes_to else [] if outcome else list(comes_to.values())
    acts = ("review" if review.requested_on is None else "reconsider", *later)
    return [body for act in acts if (body := of_act(policy, act)).consult is not None]


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
    _check_may(user, restriction.case, body(restriction), "decide on a restriction", _barred_from_imposing(restriction))


def check_can_send_back(user: User, restriction: Restriction) -> None:
    """Returning a proposal is a decision on it like any other."""
    check_can_decide(user, restriction)


def check_can_lift(user: User, restriction: Restriction) -> None:
    """A decision-maker may end a restriction early; nobody affected by the behaviour may (F12).

    Ending one early only ever favours the resident, so its proposer and its decider may think better of it.
    """
    case = restriction.case
    affected = dict.fromkeys(cases.permissions.people_affected(case), AFFECTED)
    _check_may(user, case, lifters(restriction), "lift a restriction", _barred(restriction, "lift", affected))


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
    is decided by whom the policy names for that (the Tenancy Enforcement Procedure's 11: a senior officer). Once one of
    several has decided, whoever else that outcome takes may agree, such as those who extend.
    """
    case = review.restriction.case
    put = cases.deciders.put(f"review:{review.reference}", "review")
    if review.requested_on is None and put:
        barred = _barred(review.restriction, "review", _parts(review.restriction, first_decider=True))
        _check_may(user, case, review_body(review, put["outcome"]), "decide a review", barred)
        return
    if review.requested_on is None:
        check_can_review(user, review.restriction)
        return
    body = of_act(case.policy, "reconsider", [reconsiderers(case.policy)])
    barred = _barred(review.restriction, "reconsider", _parts(review.restriction, first_decider=True))
    _check_may(user, case, body, "reconsider a restriction", barred)


def check_can_review(user: User, restriction: Restriction) -> None:
    """As `check_can_decide_review`, for a restriction whose review has not begun."""
    barred = _barred(restriction, "review", _parts(restriction, first_decider=True))
    who = of_act(restriction.case.policy, "review")
    _check_may(user, restriction.case, who, "decide a review", barred)


def spoc_deciders(policy: Policy) -> Who:
    """Whom the policy lets name another single point of contact: its own rule on that, else who names one at all."""
    change = policy.decides("change_spoc")
    return policy.decides("spoc") if change.unsaid else change


def check_can_change_spoc(user: User, restriction: Restriction) -> None:
    """Whoever is the contact, or covers, may hand over; else whom the policy lets name one (Tenancy procedure, 6)."""
    case = restriction.case
    access.require(user, Can.WORK_CASES, case.provider_id)
    if user.pk not in _contacts(restriction):
        body = of_act(case.policy, "change_spoc", [spoc_deciders(case.policy)])
        _check_may(user, case, body, "change the single point of contact", {})


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


def answerers(policy: Policy, step: str | None = None) -> Deciders:
    """Who decides that a step follows a breach: whom the policy names for it, else for what follows breaches at all.

    Without a step everybody who may decide on some of the ladder, a review or no step, all of them together.
    """
    words = [item.word for item in policy.value("breach.ladder").kept] if step is None else [step]
    general = [policy.decides("breach")] if step is None else []
    return of_act(policy, "breach", [*general, *(policy.answers_breach(word) for word in words)])


def barred_from_breaches(restriction: Restriction) -> set[int]:
    """Who is kept from deciding what follows a breach: the people affected (F12), and whom the policy adds."""
    return set(_barred_from_breaches(restriction))


def _barred_from_breaches(restriction: Restriction) -> dict[int, tuple[str, Rule]]:
    affected = dict.fromkeys(cases.permissions.people_affected(restriction.case), AFFECTED)
    return _barred(restriction, "breach", affected)


def check_can_log_breach(user: User, restriction: Restriction) -> None:
    """Whoever works cases may log that the terms were not kept; what follows is another's."""
    access.require(user, Can.WORK_CASES, restriction.case.provider_id)


def check_can_answer_breaches(user: User, restriction: Restriction, step: str | None = None) -> None:
    """Somebody whom the policy names, or else with the right to decide, who was not affected by what happened.

    A policy may name others for one step than for the rest. Without a step: whether there is any that they may decide.
    """
    case = restriction.case
    what = f"decide on “{step}” after a breach" if step else "decide what follows a breach"
    _check_may(user, case, answerers(case.policy, step), what, _barred_from_breaches(restriction))


def check_can_change_on_appeal(user: User, restriction: Restriction) -> None:
    """An appeal's decider ends or replaces it; `appeals` has checked that this is the right one for this appeal."""
    provider = restriction.case.provider_id
    if not access.can(user, Can.DECIDE_APPEALS, provider):
        access.require(user, Can.DECIDE, provider)


def check_can_suspend(user: User, restriction: Restriction) -> None:
    """Whoever works cases records an appeal, and with it what the policy says holds until it is decided."""
    access.require(user, Can.WORK_CASES, restriction.case.provider_id)


def barred_from_deciding(restriction: Restriction) -> set[int]:
    """Who is kept from deciding a proposal: its proposer, people affected (F12), and whom the policy adds."""
    return set(_barred_from_imposing(restriction))


def barred_from_reviewing(restriction: Restriction) -> set[int]:
    """Who is kept from deciding a review: also whoever imposed the restriction, and whom the policy adds."""
    return set(_barred(restriction, "review", _parts(restriction, first_decider=True)))


def barred_by_f12(restriction: Restriction) -> set[int]:
    """Whom rule F12 alone keeps from deciding again: proposer, first deciders, people affected."""
    return set(_parts(restriction, first_decider=True))


def barred_from_lifting(restriction: Restriction) -> set[int]:
    """Who is kept from lifting: people affected (F12), and whom the policy adds."""
    affected = dict.fromkeys(cases.permissions.people_affected(restriction.case), AFFECTED)
    return set(_barred(restriction, "lift", affected))


def first_deciders(restriction: Restriction) -> set[int]:
    """Everybody who imposed a restriction: whoever decided it, and with whom, in a meeting or each by themselves."""
    agreed = cases.deciders.who_agreed(f"restriction:{restriction.reference}", "restrict")
    if restriction.follows_id:
        made_it = Review.objects.filter(restriction_id=restriction.follows_id, state=Review.State.DECIDED)
        for reference in made_it.values_list("reference", flat=True):
            agreed |= cases.deciders.who_agreed(f"review:{reference}", "review")
    return agreed | ({restriction.decided_by_id} if restriction.decided_by_id else set())


def excluded(restriction: Restriction, words: Iterable[str]) -> dict[int, str]:
    """Whom words of a policy keep from a decision about a restriction ("first decider", "spoc"), with what each did."""
    out: dict[int, str] = {}
    for word in words:
        out |= _did(restriction, word)
    return out


def _did(restriction: Restriction, word: str) -> dict[int, str]:
    case = restriction.case
    if word == "proposer":
        return {restriction.proposed_by_id: "proposed"}
    if word == "affected":
        return dict.fromkeys(cases.permissions.people_affected(case), AFFECTED)
    if word == "first decider":
        return dict.fromkeys(first_deciders(restriction), "imposed")
    if word == "spoc":
        named = (term.person_id for term in restriction.terms.all() if term.person_id)
        return dict.fromkeys(named, "are the single point of contact in")
    if word != "involved":
        raise ValueError(f"a policy bars “{word}”, which nobody can be")
    warned = case.warnings.filter(given_by__isnull=False).values_list("given_by_id", flat=True)
    reviewed = Review.objects.filter(restriction__case=case, decided_by__isnull=False)
    return {
        **dict.fromkeys(warned, "gave a warning in"),
        **dict.fromkeys(reviewed.values_list("decided_by_id", flat=True), "decided a review in"),
        **excluded(restriction, ("spoc", "affected", "first decider", "proposer")),
    }


def _parts(restriction: Restriction, *, first_decider: bool) -> dict[int, str]:
    """What each person barred by rule F12 did, for the sentence that says why."""
    words = ("affected", "first decider", "proposer") if first_decider else ("affected", "proposer")
    return excluded(restriction, words)


def _barred(restriction: Restriction, act: str, f12: dict[int, str]) -> dict[int, tuple[str, Rule]]:
    """Everybody who may not decide an act: by rule F12, or because the policy says so; what they did, which rule."""
    said = restriction.case.policy.not_by(act)
    policys = excluded(restriction, said.raw or ())
    rule = said.rule or F12
    return {pk: (did, rule) for pk, did in policys.items()} | {pk: (did, F12) for pk, did in f12.items()}


def _barred_from_imposing(restriction: Restriction) -> dict[int, tuple[str, Rule]]:
    """Everybody who may not decide a proposal; where it leaves the police out, whom the policy keeps from that as well.

    Where those affected do not decide that, whoever received the threat does not alone: only with others (Homes for
    Life 1.9.4).
    """
    barred = _barred(restriction, "restrict", _parts(restriction, first_decider=False))
    if not police_left_out(restriction):
        return barred
    said = restriction.case.policy.not_by("no_police")
    words, rule = said.raw or (), said.rule or F12
    out = excluded(restriction, words)
    who = body(restriction)
    if "affected" in words and not (who.together or who.meets):
        out |= dict.fromkeys(_received(restriction), RECEIVED)
    return {pk: (did, rule) for pk, did in out.items()} | barred


def _received(restriction: Restriction) -> set[int]:
    """Who met with what the police might be told of: whoever reported, from their own knowledge, what opens a path."""
    policy = restriction.case.policy
    return {
        incident.reported_by_id
        for incident in restriction.incidents.exclude(knowledge=Incident.Knowledge.HEARSAY)
        if any(path.police.raw not in (None, "none") and ladder.opens(policy, path, incident) for path in policy.paths)
    }


def _check_may(user: User, case: Case, body: Deciders, act: str, barred: dict[int, tuple[str, Rule]]) -> None:
    """Refuse somebody whom the policy does not name for an act, or who has had a part that bars them."""
    if not body.allows(user, case.provider_id):
        if body.unsaid:
            needed = f"To {act} needs the right to “{Can.DECIDE.label.lower()}”."
            raise NotPermitted(f"{needed}{_who_can(case, body, barred)}")
        cited = body.rule.cite() if body.rule else "The policy"
        held = f"{cited} lets {body.names()} {act}; you hold none of these roles."
        raise NotPermitted(f"{held}{_who_can(case, body, barred)}")
    if why := body.why_not_carry_out(user, case.provider_id):
        cited = body.rule.cite() if body.rule else "The policy"
        raise NotPermitted(f"{cited} lets {body.names()} {act}. {why}{_who_can(case, body, barred)}")
    if user.pk in barred:
        did, rule = barred[user.pk]
        what = "this" if did in ("proposed", "imposed") else "this case"
        raise NotPermitted(
            f"You {did} {what}, so somebody else decides ({rule.in_brackets()}).{_who_can(case, body, barred)}"
        )


def _who_can(case: Case, body: Deciders, barred: Iterable[int]) -> str:
    """A last sentence that names who can; it says so where nobody is left."""
    holders = access.holders(case.provider, body.keys(case.provider))
    names = [
        user.name for user in holders
        if user.pk not in barred and not body.why_not_carry_out(user, case.provider_id)
    ]  # fmt: skip
    if not names and holders:
        return (
            f" Nobody at {case.provider.short_name} can at present: an administrator gives the role to somebody who "
            "works on cases as well, or adopts a policy in which it does."
        )
    if not names:
        return f" Nobody at {case.provider.short_name} can at present: an administrator has to give somebody the role."
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1][:5])} or {names[-1]}"
    return f" {listed} can."

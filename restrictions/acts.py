"""The acts on a restriction: who decides each, who is barred from it and why, who is asked first, what is weighed.

Each is worked out from the policy of the case once a request and handed along: pages show it, services take it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

import cases.acts
import cases.permissions
from cases import ladder
from cases.models import Incident
from deadlines import kinds
from deadlines import services as deadlines
from decisions.acts import Act, Bar, Deciders
from decisions.asked_first import AskedFirst, asked_first, occasion
from decisions.models import Voice
from people.models import Provider
from policies import law
from policies.policy import Policy
from policies.rules import Rule
from policies.values import Item, Value, Who
from restrictions import parts_taken, rules
from restrictions.models import Breach, Restriction, Review, Term

RECEIVED = "received the threat in this case"
CASE = ("restriction__case__provider", "restriction__case__resident")
REVIEW_COMES_TO: Mapping[str, str] = {
    Review.Outcome.LIFT: "lift",
    Review.Outcome.EXTEND: "extend",
    Review.Outcome.VARY: "vary",
}
"""The acts of a policy to which a review may come."""


def impose(restriction: Restriction) -> Act:
    """Decide a proposal, or return it: whom the policy names for each of its kinds, else for any (Dover 6.14).

    A kind with deciders of its own (Northampton section 5: a meeting on a single point of contact) is theirs. What else
    is limited beside it, or has no decider of its own, needs whoever decides on restrictions as well. So does leaving
    stages out need whoever takes that path, not telling the police whoever decides that (Homes for Life 1.9.4), and not
    telling the resident of a register entry whoever decides that (Dover 6.33). Barred are its proposer, people affected
    (F12), and whom the policy adds; its proposer cannot even be appointed.
    """
    named = restriction.of_kinds()
    own = [kind.by for kind in named if kind.by]
    beside = not restriction.kinds and any(
        term.limit != Term.Limit.OPEN and term.channel != Term.Channel.SPOC for term in restriction.terms.all()
    )
    whole = bool(named) and len(own) == len(named) and not beside
    policy = restriction.case.policy
    also = (takes_path(restriction), leaves_police_out(restriction), leaves_untold_of_entry(restriction))
    besides = [who for body in also if body for who in body.whos]
    act = _act(
        restriction,
        "restrict",
        "decide on a restriction",
        whos=[*(own if whole else [policy.decides("restrict"), *own]), *besides],
        asks=rules.questions(policy),
        waits=kinds.RESTRICTION_DECIDE,
        first=_asked_before_imposing(restriction),
    )
    never = frozenset({restriction.proposed_by_id})
    return replace(act, barred=_barred_from_imposing(restriction, act), never=never)


def lift(restriction: Restriction) -> Act:
    """End a restriction early: whom the policy names for it, else whoever decides its review.

    Ending one early only ever favours the resident, so its proposer and its decider may think better of it; people
    affected may not (F12).
    """
    return _act(
        restriction,
        "lift",
        "lift a restriction",
        f12=("affected",),
        not_by="lift",
        asks=rules.lift_questions(restriction.case.policy),
        waits=kinds.RESTRICTION_LIFT,
        first=asked_first(restriction.case.policy, "lift", _review_or(restriction)),
    )


def review(review: Review, outcome: str | None = None, *, longer: bool = False, untold: bool = False) -> Act:
    """Decide a review that has begun: whoever reviews, and to extend or to vary also whom the policy names for that.

    Other terms that come with another length (`longer`) are an extension as well; where the police are not told
    (`untold`), whoever decides that takes part.

    Where the policy is silent on who reviews (as Dover's is), anybody with the right to decide who neither proposed,
    nor imposed it, nor was affected (F12). A request to reconsider is decided by whom the policy names for that (the
    Tenancy Enforcement Procedure's 11: a senior officer). Those who only extend decide once it is put before them.
    Without an outcome, the one that the first of several has put before the others; where there is none (""), whom the
    policy has asked before any that it may come to.
    """
    if outcome is None:
        first = Voice.objects.on(review.trail.about, "review").first()
        what = first.what if first else {"outcome": "", "months": None}
        outcome, longer = str(what["outcome"]), what["months"] is not None
        untold = what.get("police_told") is False
    restriction, policy = review.restriction, review.restriction.case.policy
    by_request = review.requested_on is not None
    name, doing = ("reconsider", "reconsider a restriction") if by_request else ("review", "decide a review")
    who, also = policy.decides(name), []
    if outcome == Review.Outcome.EXTEND or (outcome == Review.Outcome.VARY and longer):
        also.append(policy.decides("extend"))
    if outcome == Review.Outcome.VARY:
        also.append(policy.decides("vary"))
    also = [] if by_request else [one for one in also if not one.unsaid]
    later = [REVIEW_COMES_TO[outcome]] if outcome in REVIEW_COMES_TO else [] if outcome else REVIEW_COMES_TO.values()
    asked = [one for act in (name, *later) for one in asked_first(policy, act, review)]
    decided = _act(
        restriction,
        "review",
        doing,
        whos=[who, *also],
        opened_by=(who,),
        f12=("affected", "first decider", "proposer"),
        not_by=name,
        asks=rules.review_questions(policy),
        subject=review,
        thing=review,
        waits=kinds.REVIEW_AGREE,
        first={one.who: one for one in reversed(asked)}.values(),
    )
    return cases.acts.leaving_police_out(decided, restriction.case) if untold else decided


def rule_of_review(review: Review, act: Act) -> Rule | None:
    """The rule under which it is decided: who decides, else, of a request, that there is such a thing at all."""
    policy = review.restriction.case.policy
    return act.whos[0].rule or (policy.rule("reconsideration") if review.requested_on else None)


def review_to_come(restriction: Restriction) -> Act:
    """Decide the review of a restriction in which none has begun yet: for its deadline, and for who will."""
    act = _act(
        restriction,
        "review",
        "decide a review",
        f12=("affected", "first decider", "proposer"),
        asks=rules.review_questions(restriction.case.policy),
    )
    return replace(act, appointed_once=" once it has begun")


def reconsider(restriction: Restriction) -> Act:
    """Answer a request to look at a restriction again, before its review has begun: for its deadline."""
    return _act(restriction, "reconsider", "reconsider a restriction", f12=("affected", "first decider", "proposer"))


def waive(restriction: Restriction) -> Act:
    """Decide that a restriction is not reviewed before its last day (Homes for Life 1.8): whoever decides the review.

    Nobody else is named for it, so whom the policy bars from a review or has asked before one holds here too.
    """
    policy = restriction.case.policy
    return _act(
        restriction,
        "waive",
        "leave a review out",
        whos=[policy.decides("review")],
        not_by="review",
        f12=("affected", "first decider", "proposer"),
        asks=rules.waiving_questions(policy),
        waits=kinds.REVIEW_WAIVE,
        first=asked_first(policy, "review", _review_or(restriction)),
    )


def answer_breaches(restriction: Restriction, step: str | None = None, *, untold: bool = False) -> Act:
    """Decide what follows the breaches that are open: whom the policy names for the step, else for breaches at all.

    Without a step, everybody who may decide on some of the ladder, a review or no step, all of them together. Barred
    are people affected (F12) and whom the policy adds, for that step or for breaches; so with those who are asked
    first, anew for each breach. Where the police are not told (`untold`), whoever decides that takes part.
    """
    policy = restriction.case.policy
    steps = [item.word for item in policy.value("breach.ladder").kept]
    whos = [policy.decides("breach"), *_answers(policy)] if step is None else [policy.answers_breach(step)]
    oldest = restriction.open_breaches().first()
    asked = [policy.consulted_after_breach(each) for each in (["", *steps] if step is None else [step])]
    on = deadlines.About((oldest or restriction).trail, restriction.provider, restriction.resident)
    act = _act(
        restriction,
        "breach",
        f"decide on “{step}” after a breach" if step else "decide what follows a breach",
        whos=whos,
        first=[AskedFirst(named, who, on) for named, who in dict.fromkeys(filter(None, asked))],
        thing=oldest,
        waits=kinds.BREACH_ANSWER,
    )
    barred = _barred(restriction, policy.not_by_after_breach(step or ""), ("affected",))
    act = replace(act, barred=barred, part="" if step is None else step or "no step")
    return cases.acts.leaving_police_out(act, restriction.case) if untold else act


def change_contact(restriction: Restriction) -> Act:
    """Name another single point of contact, or a cover: whom the policy names for that, else who names one at all.

    Whoever is the contact, or covers, hands over without it (Tenancy procedure, 6). Who is asked first is asked anew
    for each change.
    """
    policy = restriction.case.policy
    now = restriction.namings.order_by("-pk").values_list("pk", flat=True).first()
    return _act(
        restriction,
        "change_spoc",
        "change the single point of contact",
        whos=[_names_a_contact(policy)],
        first=asked_first(policy, "change_spoc", occasion(restriction, now)),
        waits=kinds.SPOC_CHANGE,
    )


def open_on(restriction: Restriction) -> list[Act]:
    """Each act that can be decided on a restriction now."""
    if restriction.state in Restriction.PREPARING:
        return [impose(restriction)]
    found = []
    begun = restriction.reviews.filter(state=Review.State.BEGUN).first()
    if begun:
        begun.restriction = restriction
        found.append(review(begun))
    if restriction.state == Restriction.State.IN_FORCE:
        found.append(lift(restriction))
        if not begun and rules.review_can_be_waived(restriction.case.policy):
            found.append(waive(restriction))
        if restriction.open_breaches().exists():
            found.append(answer_breaches(restriction))
        if restriction.contact_term() is not None:
            found.append(change_contact(restriction))
    return found


def deciders(kind: str, policy: Policy, provider: Provider) -> Deciders:
    """Whom a policy lets decide what a kind of deadline waits for, whatever the restriction: to compare versions."""
    general = {
        kinds.RESTRICTION_DECIDE: (policy.decides("restrict"),),
        kinds.BREACH_ANSWER: (policy.decides("breach"), *_answers(policy)),
        kinds.SPOC_REPLACE: (_names_a_contact(policy),),
    }
    whos = general.get(kind, (policy.decides("review"),))
    return Deciders(whos=tuple(dict.fromkeys(whos)), provider=provider)


def _answers(policy: Policy) -> list[Who]:
    return [policy.answers_breach(item.word) for item in policy.value("breach.ladder").kept]


def _names_a_contact(policy: Policy) -> Who:
    change = policy.decides("change_spoc")
    return policy.decides("spoc") if change.unsaid else change


def _act(
    restriction: Restriction,
    name: str,
    doing: str,
    *,
    whos: Iterable[Who] = (),
    opened_by: tuple[Who, ...] = (),
    f12: Iterable[str] = (),
    not_by: str = "",
    first: Iterable[AskedFirst] | None = None,
    asks: Iterable[Item] = (),
    subject: Review | None = None,
    thing: Breach | Review | None = None,
    waits: str = "",
) -> Act:
    """An act on a restriction: `f12` are the parts that bar by Evenhand's rule, `not_by` the act whose bars count."""
    policy = restriction.case.policy
    if first is None:
        first = asked_first(policy, name, subject or restriction)
    return Act(
        name=name,
        doing=doing,
        subject=subject or restriction,
        thing=thing or restriction,
        provider=restriction.provider,
        whos=tuple(dict.fromkeys(whos)) or (policy.decides(name),),
        first=tuple(first),
        barred=_barred(restriction, policy.not_by(not_by or name), f12),
        asks=tuple(asks),
        opened_by=opened_by,
        waits=waits,
        waits_on=restriction,
    )


def _asked_before_imposing(restriction: Restriction) -> tuple[AskedFirst, ...]:
    """Whom the policy has asked before a proposal is decided, about the proposal as it was changed last."""
    asked = asked_first(restriction.case.policy, "restrict", restriction)
    return tuple(replace(one, since=parts_taken.sent_back_at(restriction)) for one in asked)


def _review_or(restriction: Restriction) -> Restriction | Review:
    """What a consultation before an act in force is about: the review that is under way, else the restriction itself.

    So what somebody said before one review does not serve for the next.
    """
    begun = restriction.reviews.filter(state=Review.State.BEGUN).first()
    return begun or restriction


def takes_path(restriction: Restriction) -> Deciders | None:
    """Whom the policy lets leave stages out by the path that a proposal takes; None where it names nobody."""
    taken = next((path for path in restriction.case.policy.paths if path.key == restriction.path), None)
    if not restriction.extreme or taken is None or taken.by.unsaid:
        return None
    return Deciders(whos=(taken.by,), provider=restriction.provider)


def police_left_out(restriction: Restriction) -> bool:
    """Whether to impose a proposal decides that the police are not told of what it rests on, though it is asked."""
    if restriction.police_told is not False:
        return False
    case = restriction.case
    return ladder.police(case.policy, case, restriction.incidents.all(), restriction.path) is not None


def leaves_untold_of_entry(restriction: Restriction) -> Deciders | None:
    """Whom the policy lets decide that the resident is not told of an entry; None where they are, or nobody is."""
    who = restriction.case.policy.decides("withhold_entry")
    if who.unsaid or restriction.tell_resident_of_entry or not rules.registers_for(restriction):
        return None
    return Deciders(whos=(who,), provider=restriction.provider)


def leaves_police_out(restriction: Restriction) -> Deciders | None:
    """Whom the policy lets decide that the police are not told; None where they are told, or it names nobody."""
    who = restriction.case.policy.decides("no_police")
    if who.unsaid or not police_left_out(restriction):
        return None
    return Deciders(whos=(who,), provider=restriction.provider)


def not_alone_without_police(policy: Policy) -> bool:
    """Whether the policy keeps whoever received a threat from deciding alone that the police are not told."""
    return "affected" in (policy.not_by("no_police").raw or ())


# Who is barred


def _barred(restriction: Restriction, said: Value, f12: Iterable[str]) -> dict[int, Bar]:
    """Everybody who may not decide an act: because the policy says so, or by rule F12; what they did, which rule."""
    policys = parts_taken.excluded(restriction, said.raw or ())
    own = parts_taken.excluded(restriction, f12)
    return _bars(policys, said.rule or law.OTHER_PERSON) | _bars(own, law.OTHER_PERSON)


def _bars(did: Mapping[int, str], rule: Rule) -> dict[int, Bar]:
    return {pk: Bar(words, rule) for pk, words in did.items()}


def _barred_from_imposing(restriction: Restriction, act: Act) -> dict[int, Bar]:
    """Everybody who may not decide a proposal; where it leaves the police out, whom the policy keeps from that as well.

    Where those affected do not decide that, whoever received the threat does not alone: only with others (Homes for
    Life 1.9.4).
    """
    policy = restriction.case.policy
    barred = _barred(restriction, policy.not_by("restrict"), ("affected", "proposer"))
    if not police_left_out(restriction):
        return barred
    said = policy.not_by("no_police")
    words, rule = said.raw or (), said.rule or law.OTHER_PERSON
    out = parts_taken.excluded(restriction, words)
    if "affected" in words and not (act.together or act.meets):
        out |= dict.fromkeys(_received(restriction), RECEIVED)
    return _bars(out, rule) | barred


def _received(restriction: Restriction) -> set[int]:
    """Who met with what the police might be told of: whoever reported, from their own knowledge, what opens a path."""
    policy: Policy = restriction.case.policy
    return {
        incident.reported_by_id
        for incident in restriction.incidents.exclude(knowledge=Incident.Knowledge.HEARSAY)
        if any(path.police.raw not in (None, "none") and ladder.opens(policy, path, incident) for path in policy.paths)
    }

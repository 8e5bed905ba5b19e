"""Who may lodge, hear, decide and withdraw an appeal, and the reason why somebody may not."""

import restrictions.permissions
from appeals.models import Appeal
from people import access
from people.access import Can, NotPermitted
from people.models import User
from policies.policy import Appeals
from restrictions.models import Restriction
from restrictions.permissions import F12
from restrictions.services.asked import appealed_as


def rules_of(restriction: Restriction) -> Appeals | None:
    """How the policy of the case lets this decision be appealed; None where it lets nobody."""
    decided = [*appealed_as(restriction.case.policy, restriction.terms.all())]
    if restriction.follows_id:
        decided += ["extend", "vary"]
    return restriction.case.policy.appeal_of(*decided)


def decider_keys(restriction: Restriction) -> list[str]:
    """The roles that decide an appeal (Dover 6.35: a Manager); where the policy is silent, all with the right to."""
    rules = rules_of(restriction)
    if rules is None or rules.by.unsaid:
        return access.keys_with(restriction.case.provider, Can.DECIDE_APPEALS)
    return sorted(rules.by.keys())


def decider_names(restriction: Restriction) -> str:
    """The same in the policy's own names, for letters and screens."""
    rules = rules_of(restriction)
    if rules is not None and not rules.by.unsaid:
        return rules.by.names()
    keys = decider_keys(restriction)
    return " or ".join(role.name for role in restriction.case.provider.roles.filter(key__in=keys).order_by("name"))


def barred(restriction: Restriction) -> set[int]:
    """Who may not decide an appeal: who proposed it, imposed it, was affected (F12), and whom the policy adds."""
    rules = rules_of(restriction)
    barred_by_policy = restrictions.permissions.excluded(restriction, rules.not_by if rules else ())
    return restrictions.permissions.barred_by_f12(restriction) | set(barred_by_policy)


def who_can(restriction: Restriction) -> str:
    """A sentence that names who may decide; it says so where nobody is left."""
    provider, out = restriction.case.provider, barred(restriction)
    names = [user.name for user in access.holders(provider, decider_keys(restriction)) if user.pk not in out]
    if not names:
        return f"Nobody at {provider.short_name} can at present: an administrator has to give somebody the role."
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1][:5])} or {names[-1]}"
    return f"{listed} can."


def check_can_lodge(user: User, restriction: Restriction) -> None:
    """Whoever works cases records an appeal that came; it is the resident's, and nobody may keep it back (X2)."""
    access.require(user, Can.WORK_CASES, restriction.case.provider_id)


def check_can_withdraw(user: User, appeal: Appeal) -> None:
    """Whoever works cases records that the resident no longer wants it."""
    access.require(user, Can.WORK_CASES, appeal.restriction.case.provider_id)


def check_can_decide(user: User, appeal: Appeal) -> None:
    """Somebody whom the policy names (Dover 6.35) who neither proposed nor imposed it, nor was affected (F12)."""
    restriction = appeal.restriction
    case, rules = restriction.case, rules_of(restriction)
    if rules is None or rules.by.unsaid:
        words = f"To decide an appeal needs the right to “{Can.DECIDE_APPEALS.label.lower()}”. {who_can(restriction)}"
        access.require(user, Can.DECIDE_APPEALS, case.provider_id, words)
    elif not (user.is_active and rules.by.allows(access.role_keys(user, case.provider_id))):
        cited = rules.by.rule.cite() if rules.by.rule else "The policy"
        held = f"{cited} lets {rules.by.names()} decide an appeal; you hold none of these roles."
        raise NotPermitted(f"{held} {who_can(restriction)}")
    if user.pk in barred(restriction):
        did = _part(user, restriction)
        raise NotPermitted(f"You {did}, so somebody else decides ({F12.in_brackets()}). {who_can(restriction)}")


def _part(user: User, restriction: Restriction) -> str:
    if user.pk in restrictions.permissions.first_deciders(restriction):
        return f"imposed {restriction.reference}"
    if user.pk == restriction.proposed_by_id:
        return f"proposed {restriction.reference}"
    rules = rules_of(restriction)
    others = restrictions.permissions.excluded(restriction, rules.not_by if rules else ())
    return f"{others.get(user.pk, 'were affected by what happened in')} this case"

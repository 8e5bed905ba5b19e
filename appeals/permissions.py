"""Who may lodge, hear, decide and withdraw an appeal, and the reason why somebody may not."""

import restrictions.acts
from appeals import against
from appeals.against import Against
from appeals.models import Appeal
from cases.models import Case
from deadlines.services import appeal_windows
from people import access
from people.access import Can, NotPermitted
from people.models import User
from policies import law
from policies.policy import Appeals

ABLE = (Can.DECIDE, Can.DECIDE_APPEALS)
"""Either right carries out what an appeal comes to: it ends or changes a restriction, or takes a warning back."""


def why_not_carry_out(user: User, provider_id: int) -> str:
    """Why somebody whom the policy names could not carry out what they decide on an appeal; "" where they could."""
    if any(access.can(user, can, provider_id) for can in ABLE):
        return ""
    return "Your role does not decide on cases in Evenhand, so what you decide could not be carried out."


def rules_of(found: Against) -> Appeals | None:
    """How the policy of the case lets this decision be appealed; None where it lets nobody."""
    return appeal_windows.rules_for(found.case.policy, found.names, found.of)


def decider_keys(found: Against) -> list[str]:
    """The roles that decide an appeal (Dover 6.35: a Manager); where the policy is silent, all with the right to."""
    rules = rules_of(found)
    if rules is None or rules.by.unsaid:
        return access.keys_with(found.case.provider, Can.DECIDE_APPEALS)
    named = set(rules.by.keys())
    able = named & {key for can in ABLE for key in access.keys_with(found.case.provider, can)}
    return sorted(able or named)


def decider_names(found: Against) -> str:
    """The same in the policy's own names, for letters and screens."""
    rules = rules_of(found)
    if rules is not None and not rules.by.unsaid:
        return rules.by.names()
    keys = decider_keys(found)
    return " or ".join(role.name for role in found.case.provider.roles.filter(key__in=keys).order_by("name"))


def kept_out(found: Against) -> dict[int, str]:
    """Who may not decide an appeal, and what each did: they had a part (F12), or the policy bars them as well."""
    rules, limits = rules_of(found), found.limits
    added = restrictions.acts.excluded(limits, rules.not_by if rules else ()) if limits else {}
    return {pk: f"{did} {limits.reference}" for pk, did in added.items() if limits} | against.parts(found)


def barred(found: Against) -> set[int]:
    """Who may not decide an appeal, as `kept_out`."""
    return set(kept_out(found))


def who_can(found: Against) -> str:
    """A sentence that names who may decide; it says so where nobody is left."""
    provider, out = found.case.provider, barred(found)
    holders = [user for user in access.holders(provider, decider_keys(found)) if user.pk not in out]
    names = [user.name for user in holders if not why_not_carry_out(user, provider.pk)]
    if holders and not names:
        return (
            f"Nobody at {provider.short_name} can at present: an administrator gives the role to somebody who decides "
            "on cases as well, or adopts a policy in which it does."
        )
    if not names:
        return f"Nobody at {provider.short_name} can at present: an administrator has to give somebody the role."
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1][:5])} or {names[-1]}"
    return f"{listed} can."


def check_can_lodge(user: User, case: Case) -> None:
    """Whoever works cases records an appeal that came; it is the resident's, and nobody may keep it back (X2)."""
    access.require(user, Can.WORK_CASES, case.provider_id)


def check_can_withdraw(user: User, appeal: Appeal) -> None:
    """Whoever works cases records that the resident no longer wants it."""
    access.require(user, Can.WORK_CASES, appeal.case.provider_id)


def check_can_decide(user: User, appeal: Appeal) -> None:
    """Somebody whom the policy names (Dover 6.35) who neither proposed nor decided it, nor was affected (F12)."""
    found = against.of(appeal)
    case, rules = appeal.case, rules_of(found)
    if rules is None or rules.by.unsaid:
        words = f"To decide an appeal needs the right to “{Can.DECIDE_APPEALS.label.lower()}”. {who_can(found)}"
        access.require(user, Can.DECIDE_APPEALS, case.provider_id, words)
    elif not (user.is_active and rules.by.allows(access.role_keys(user, case.provider_id))):
        cited = rules.by.rule.cite() if rules.by.rule else "The policy"
        held = f"{cited} lets {rules.by.names()} decide an appeal; you hold none of these roles."
        raise NotPermitted(f"{held} {who_can(found)}")
    elif why := why_not_carry_out(user, case.provider_id):
        cited = rules.by.rule.cite() if rules.by.rule else "The policy"
        raise NotPermitted(f"{cited} lets {rules.by.names()} decide an appeal. {why} {who_can(found)}")
    did = kept_out(found).get(user.pk)
    if did:
        raise NotPermitted(f"You {did}, so somebody else decides ({law.OTHER_PERSON.in_brackets()}). {who_can(found)}")

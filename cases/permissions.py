"""Who may do what with incidents and cases, and the reason why not."""

from collections.abc import Callable

from cases import ladder
from cases.models import Affected, Case, Draft, Incident, Warning
from people import access
from people.models import Provider, User

Can = Provider.Capability
AFFECTED = "were affected by what happened in this case"


def _who_can(case: Case, capability: str) -> str:
    return f"A {ladder.names_with(case.policy, capability)} can."


def check_can_log(user: User, provider: Provider) -> None:
    """Staff whose role carries it log incidents (Dover 6.24)."""
    access.require(
        user, Can.LOG_INCIDENTS, provider, "Your role does not let you log incidents. Tell your line manager."
    )


def check_can_use_draft(user: User, draft: Draft) -> None:
    """A draft belongs to the person who typed it."""
    if draft.user_id != user.pk:
        raise access.NotPermitted("This draft is somebody else's.")


def check_can_add_to(user: User, incident: Incident) -> None:
    """Whoever reported an incident, and anybody who may log one, may add what else is known about it."""
    if incident.reported_by_id == user.pk and user.is_active:
        return
    access.require(user, Can.LOG_INCIDENTS, incident.provider_id, "Your role does not let you add to incidents.")


def check_can_support(user: User, incident: Incident, affected: list[Affected]) -> None:
    """The line manager of somebody whom the incident affected says that it was seen (rule H3)."""
    if not any(one.user and one.user.line_manager_id == user.pk for one in affected):
        raise access.NotPermitted("Only the line manager of somebody affected can do this.")


def check_can_list(user: User) -> None:
    """The list of cases is for those who may read case files somewhere."""
    if not access.providers_where(user, Can.VIEW_CASES):
        raise access.NotPermitted("Your role does not let you read case files.")


def check_can_read(user: User, case: Case) -> None:
    """Case files are read by those whose role carries it."""
    access.require(user, Can.VIEW_CASES, case.provider_id)


def check_can_warn(user: User, case: Case) -> None:
    """Warning letters are drafted by those who work cases."""
    why = f"Your role does not let you draft letters. {_who_can(case, Can.WORK_CASES)}"
    access.require(user, Can.WORK_CASES, case.provider_id, why)


def check_can_issue_warning(user: User, case: Case, paper: ladder.papers.Paper = ladder.papers.WRITTEN) -> None:
    """A letter of the ladder is issued by whom its stage names; where the policy is silent, by somebody who decides."""
    who = ladder.who_issues(case.policy, paper)
    if who.unsaid:
        why = f"The policy does not say who issues this letter. {_who_can(case, Can.DECIDE)}"
        access.require(user, Can.DECIDE, case.provider_id, why)
    elif not who.allows(access.role_keys(user, case.provider_id)):
        cited = f" ({who.rule.in_brackets()})" if who.rule else ""
        raise access.NotPermitted(f"This letter is issued by: {who.names()}{cited}.")
    elif why := ladder.body_that_issues(case.policy, paper).why_not_carry_out(user, case.provider_id):
        raise access.NotPermitted(f"{why} {_who_can(case, Can.WORK_CASES)}")


def barred_from_warning(case: Case, warning: Warning) -> set[int]:
    """Whom the policy keeps from issuing a letter of the ladder: who drafted it, was affected, or had any part in it.

    A first letter goes by what is said of its own stage, and never by what is said of warning letters.
    """
    words = set(case.policy.not_by(_act(warning)).raw or ())
    out: set[int] = set()
    if words & {"proposer", "involved"} and warning.letter is not None:
        out.add(warning.letter.drafted_by_id)
    if words & {"affected", "involved"}:
        out |= people_affected(case)
    return out


def check_not_barred_from_warning(user: User, case: Case, warning: Warning) -> None:
    """Where the policy keeps somebody from this decision, somebody else issues the letter."""
    rule = case.policy.not_by(_act(warning)).rule
    if user.pk in barred_from_warning(case, warning):
        cited = f" ({rule.in_brackets()})" if rule else ""
        raise access.NotPermitted(f"You drafted this letter or were affected, so somebody else issues it{cited}.")


def _act(warning: Warning) -> str:
    return ladder.papers.PAPERS[warning.kind].act


def check_can_settle_threshold(user: User, case: Case) -> None:
    """What the policy leaves open is settled by somebody who decides, by name (rule D10)."""
    why = f"The policy is silent here. {_who_can(case, Can.DECIDE)}"
    access.require(user, Can.DECIDE, case.provider_id, why)


def check_can_assess(user: User, case: Case) -> None:
    """Risk and equality are assessed by those who work cases."""
    why = f"Your role does not let you record assessments. {_who_can(case, Can.WORK_CASES)}"
    access.require(user, Can.WORK_CASES, case.provider_id, why)


def check_can_consult(user: User, case: Case) -> None:
    """Those who work cases write down what somebody said who is asked before a decision."""
    why = f"Your role does not let you record a consultation. {_who_can(case, Can.WORK_CASES)}"
    access.require(user, Can.WORK_CASES, case.provider_id, why)


def check_can_decide_not_to_act(user: User, case: Case) -> None:
    """Those who work cases record what they decided not to do (Dover 6.24)."""
    why = f"Your role does not let you record decisions. {_who_can(case, Can.WORK_CASES)}"
    access.require(user, Can.WORK_CASES, case.provider_id, why)


def check_can_close(user: User, case: Case) -> None:
    """Those who work cases close them, with a reason."""
    why = f"Your role does not let you close cases. {_who_can(case, Can.WORK_CASES)}"
    access.require(user, Can.WORK_CASES, case.provider_id, why)


def check_can_reopen(user: User, case: Case) -> None:
    """Those who work cases reopen them, with a reason."""
    why = f"Your role does not let you reopen cases. {_who_can(case, Can.WORK_CASES)}"
    access.require(user, Can.WORK_CASES, case.provider_id, why)


def check_can_move_version(user: User, case: Case) -> None:
    """Under which version a case runs is decided by somebody who decides, and whom its incidents did not hit (F12)."""
    why = f"Somebody who decides moves a case to a newer policy. {_who_can(case, Can.DECIDE)}"
    access.require(user, Can.DECIDE, case.provider_id, why)
    if user.pk in people_affected(case):
        raise access.NotPermitted("You were affected by what happened in this case, so somebody else decides.")


def check_may_move(user: User, case: Case) -> None:
    """What a restriction, a review or an appeal does to a case was checked there; here, that it is the same house."""
    if not access.providers_where(user, Can.WORK_CASES, Can.DECIDE, Can.DECIDE_APPEALS):
        raise access.NotPermitted("Your role does not let you do this.")
    if case.provider_id not in user.capabilities:
        raise access.NotPermitted("This case belongs to another provider.")


def people_affected(case: Case) -> set[int]:
    """The accounts of everybody whom the case's incidents hit: they do not decide on it (rule F12)."""
    hit = Affected.objects.filter(incident__cases=case, part=Affected.Part.AFFECTED, user__isnull=False)
    return set(hit.values_list("user_id", flat=True))


def reader(user: User, case: Case) -> Callable[[str], str]:
    """A function that tells, by verb, why this reader may not do something with the case; "" where they may."""
    checks: dict[str, Callable[[User, Case], None]] = {
        "read": check_can_read,
        "warn": check_can_warn,
        "issue_warning": check_can_issue_warning,
        "issue_first_letter": lambda user, case: check_can_issue_warning(user, case, ladder.papers.FIRST),
        "settle_threshold": check_can_settle_threshold,
        "assess": check_can_assess,
        "decide_not_to_act": check_can_decide_not_to_act,
        "close": check_can_close,
        "reopen": check_can_reopen,
        "move_version": check_can_move_version,
        "log": lambda user, case: check_can_log(user, case.provider),
    }
    return lambda verb: access.why_not(checks[verb], user, case)

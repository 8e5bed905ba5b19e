"""Who may do what with incidents and cases, and why not; who decides what on a case stands in `cases.acts`."""

import decisions.permissions
import people.permissions
from cases.models import Affected, Case, Draft, Incident
from people import access
from people.access import Can
from people.models import Provider, User

AFFECTED = "were affected by what happened in this case"


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
    """The line manager of somebody whom the incident affected, or who covers for them, says that it was seen (H3)."""
    managing = {user.pk, *(one.person_id for one in user.covering if not one.case_ref)}
    if not any(one.user and one.user.line_manager_id in managing for one in affected):
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
    decisions.permissions.require(user, Can.WORK_CASES, case.provider, "Your role does not let you draft letters.")


def check_can_assess(user: User, case: Case) -> None:
    """Risk and equality are assessed by those who work cases."""
    decisions.permissions.require(user, Can.WORK_CASES, case.provider, "Your role does not let you record assessments.")


def check_may_move(user: User, case: Case) -> None:
    """What a restriction, a review or an appeal does to a case was checked there; here, that it is the same house."""
    if not access.providers_where(user, Can.WORK_CASES, Can.DECIDE, Can.DECIDE_APPEALS):
        raise access.NotPermitted("Your role does not let you do this.")
    if case.provider_id not in user.capabilities:
        raise access.NotPermitted("This case belongs to another provider.")


def check_can_hand_over(user: User, case: Case) -> None:
    """Whoever may hand over the work of the person who holds the case."""
    people.permissions.check_can_hand_over(user, case.owner)


def people_affected(case: Case) -> set[int]:
    """The accounts of everybody whom the case's incidents hit: they do not decide on it (rule F12)."""
    hit = Affected.objects.filter(incident__cases=case, part=Affected.Part.AFFECTED, user__isnull=False)
    return set(hit.values_list("user_id", flat=True))

"""What every verb of a case begins with: its row under a lock."""

from cases.models import Case


def lock(case_id: int) -> Case:
    """The case under a row lock, with what every service needs of it. Raises `Case.DoesNotExist`.

    Read after the wait: the resident joined to a locked row would be as old as the wait (docs/adr/0051), and an
    assessment would keep a version of the needs that no longer holds.
    """
    Case.objects.select_for_update(of=("self",), no_key=True).only("pk").get(pk=case_id)
    return Case.objects.select_related("provider", "resident__provider", "policy_version").get(pk=case_id)

"""Who may draft, send and read letters. Whether a letter may be issued at all is for the app that asks for it."""

from letters.models import Dispatch, Letter
from people import access
from people.models import Provider, User

Can = Provider.Capability


def check_can_draft(user: User, provider: Provider) -> None:
    """Whoever works on the provider's cases drafts letters to its residents."""
    access.require(
        user, Can.WORK_CASES, provider, "Letters are written by people who work on cases at the resident's provider."
    )


def check_can_change(user: User, letter: Letter) -> None:
    """Whoever works on the provider's cases changes a draft, sends it for approval or withdraws it."""
    check_can_draft(user, letter.provider)


def check_can_issue(user: User, letter: Letter) -> None:
    """Whoever works on the provider's cases; who may decide on what the letter says is checked where it is decided."""
    check_can_draft(user, letter.provider)


def check_can_record_arrival(user: User, letter: Letter) -> None:
    """Whoever works on the provider's cases records when a letter was received: they speak with the resident."""
    access.require(
        user, Can.WORK_CASES, letter.provider, "When a letter was received is recorded by people who work on cases."
    )


def check_can_read(user: User, letter: Letter) -> None:
    """Whoever may read the resident's file reads its letters: by their role, or because it is opened to them.

    Raises `NotPermitted` for everybody else, whatever their role where the file is closed to them.
    """
    if not Letter.objects.visible_to(user).filter(pk=letter.pk).exists():
        access.require(user, Can.VIEW_CASES, letter.provider)
        raise access.NotPermitted("The file of this resident is closed to you.")


def check_can_send(user: User, dispatch: Dispatch) -> None:
    """Whoever works on the provider's cases may try a sending again, or say that it did arrive."""
    access.require(
        user,
        Can.WORK_CASES,
        dispatch.provider_id,
        "People who work on cases look after the outbox: ask one of them to try again or to confirm it.",
    )

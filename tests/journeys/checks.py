"""What every journey holds at its end against the outside: the paper, the card at the door, the trail."""

from collections.abc import Callable
from pathlib import Path

from django.conf import settings

from audit.models import Decision, Event
from letters.models import Dispatch, Letter
from people.models import User
from tests.journeys import steps
from tests.journeys.conftest import Desk, wait_for, words_of

# What a letter says of a time to appeal of which the policy leaves open which days it counts.
EITHER_WAY = "in time whichever way it is read"


def paper(kind: str, case: str, *, nth: int = 0) -> str:
    """The words of a letter of the case as the worker printed them: on paper once, and by e-mail where that is safe."""

    def printed() -> Dispatch | None:
        letters = Letter.objects.filter(kind=kind, case_ref=case, state=Letter.State.ISSUED).order_by("pk")
        sent = Dispatch.objects.select_related("letter__rendering").filter(channel=Dispatch.Channel.PRINT)
        found = letters[nth : nth + 1].first()
        return sent.filter(letter=found, state=Dispatch.State.SENT).first() if found else None

    dispatch = wait_for(printed, f"the {kind} letter of {case} to be printed")
    assert isinstance(dispatch, Dispatch)
    assert dispatch.letter is not None
    files = list(Path(settings.PRINT_DIR).rglob(f"*{dispatch.letter.reference}*"))
    assert [file.name for file in files] == [dispatch.file_name], "printed once"
    pdf = files[0].read_bytes()
    assert pdf == bytes(dispatch.letter.rendering.pdf), "what was printed is what is kept"
    return words_of(pdf)


def mailed(kind: str, case: str) -> None:
    """The letter also went by e-mail, once."""
    sent = Dispatch.objects.filter(
        letter__kind=kind, letter__case_ref=case, channel=Dispatch.Channel.EMAIL, state=Dispatch.State.SENT
    )
    wait_for(sent.exists, f"the {kind} letter of {case} to be mailed")


def holds(text: str, *expected: str) -> None:
    """A text holds all of these words."""
    for words in expected:
        assert " ".join(words.split()) in text, f"“{words}” is not in: {text}"


def lacks(text: str, *unwanted: str) -> None:
    """A text holds none of these words."""
    for words in unwanted:
        assert words not in text, f"“{words}” is in: {text}"


def card(sit: Callable[..., Desk], user: User, typed: str, purpose: str = "I am visiting") -> Desk:
    """The register's card as somebody sees it on a phone."""
    at = sit(user, phone=True)
    steps.find_card(at, typed, purpose)
    at.says("The look is recorded.").does_not_say(steps.REASONS)
    return at


NOT_LISTED = "Nothing is recorded here. Not listed does not mean safe."


def verbs(case: str) -> list[str]:
    """What happened in a case, in order; what letters and sendings did by themselves is left out."""
    found = Event.objects.filter(case_ref=case).order_by("pk").values_list("verb", flat=True)
    return [verb for verb in found if not verb.startswith(("letter.", "dispatch.", "lookup.", "register."))]


def in_order(found: list[str], *expected: str) -> None:
    """These verbs stand in the trail, in this order."""
    rest = iter(found)
    for verb in expected:
        assert verb in rest, f"{verb} does not follow in {found}"


def decision(verb: str, case: str, *, by: User, clause: str = "") -> dict[str, str]:
    """The words of the newest decision with this verb: reasons, what else was considered, what was not done."""
    found = Decision.objects.select_related("event__words").filter(what=verb, event__case_ref=case).latest("pk")
    assert found.event.by_ref == by.reference
    if clause:
        assert found.clause == clause
    body: dict[str, str] = found.event.words.body
    return body


def timeline(at: Desk, case: str, *sentences: str) -> Desk:
    """The timeline says all of this, and each page of it passes axe."""
    at.go(f"/cases/{case}/timeline/")
    pages = at.text()
    while at.page.get_by_role("link", name="Next").count():
        at.follow("Next")
        pages += " " + at.text()
    holds(pages, *(sentence.rstrip(".") for sentence in sentences))
    return at

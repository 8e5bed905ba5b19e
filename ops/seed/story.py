"""What a story of the demo is: what happened, and each step that was taken, so many days before its day."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Happening:
    """An incident of a story."""

    days_ago: int
    facts: str
    channel: str = "phone"
    warnings: int = 0
    words: str = ""
    categories: tuple[str, ...] = ("aggression",)
    danger: bool = False
    reporter: str = "olive"
    affected: tuple[str, ...] = ()
    knowledge: str = "first_hand"
    place: str = ""
    police: bool = False


@dataclass(frozen=True)
class Story:
    """How far one case has come. Each later field stands for a step that was taken, so many days ago."""

    resident: int
    incidents: tuple[Happening, ...]
    first_letter: int | None = None
    agreed: str = ""
    warned: int | None = None
    same_again: str = ""
    warning: str = "issued"  # or: draft, sent for approval, returned
    expected: str = "Speak to our staff without shouting or insults, and let them answer before you ask again."
    proposed: int | None = None
    proposal: str = "imposed"  # or: draft, waiting, returned
    imposed: int | None = None
    months: int = 6
    terms: tuple[tuple[str, str, str], ...] = (
        (
            "phone",
            "limited",
            "You may ring us on Tuesdays between 10am and midday. We will not take calls at other times.",
        ),
        ("email", "open", ""),
        ("letter", "open", ""),
        ("office", "closed", ""),
    )
    orders: tuple[str, ...] = ("Do not take calls outside Tuesday 10am to midday.", "Offer e-mail or a letter instead.")
    risks: tuple[str, ...] = ("abuse",)
    reasons: str = "The behaviour went on after the warning letter, and two officers now dread the telephone."
    less: str = "A second warning letter, and calls with a colleague listening. Neither would spare the officers."
    extreme: str = ""
    share: bool = False
    spoc: str = ""
    appealed: int | None = None
    appeal: str = ""
    outcome: str = ""  # upheld, varied, dismissed, out of time, or "" while it waits
    decided: int | None = None
    reviewed: int | None = None
    review: str = ""  # lift, extend, vary, keep, or begun
    closed: int | None = None
    close_reason: str = ""
    needs: tuple[tuple[str, str], ...] = field(default_factory=tuple)


SHOUTED = "Rang about the leaking kitchen tap. Shouted over the officer for ten minutes and would not let her answer."
AGAIN = "Rang again about the same repair. Called the officer “useless” and worse, and hung up when asked to stop."

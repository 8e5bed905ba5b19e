"""What happened to whom: each story takes one resident's case so far, in days before (or after) the day of the demo."""

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
    warned: int | None = None
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

STORIES = (
    Story(0, (Happening(2, SHOUTED, warnings=1, reporter="olive", affected=("olive",)),)),
    Story(
        1,
        (
            Happening(
                1,
                "Stood at the reception desk and swore at the front of a full waiting room.",
                channel="office",
                warnings=1,
                reporter="jo",
                affected=("jo",),
                place="Council Offices, reception",
            ),
        ),
    ),
    Story(
        2,
        (
            Happening(
                9,
                "Eleven calls in one morning about the same bidding position.",
                warnings=1,
                categories=("contact",),
                reporter="jo",
            ),
            Happening(
                3,
                "Fourteen e-mails in a day, each asking for an answer within the hour.",
                channel="email",
                warnings=1,
                categories=("contact", "demands"),
                reporter="jo",
            ),
        ),
    ),
    Story(
        3,
        (
            Happening(
                0,
                "Would not give access for the gas check, and then complained that it was not done.",
                channel="visit",
                categories=("refusal",),
                reporter="piotr",
                knowledge="colleague",
            ),
        ),
    ),
    Story(4, (Happening(4, SHOUTED, warnings=2, reporter="amara", affected=("amara",), words="You stupid cow."),)),
    Story(
        5,
        (Happening(6, AGAIN, warnings=2, reporter="piotr", affected=("piotr",)),),
        warned=5,
        warning="sent for approval",
    ),
    Story(6, (Happening(8, SHOUTED, warnings=2, reporter="olive", affected=("olive",)),), warned=6, warning="returned"),
    Story(
        7,
        (Happening(40, SHOUTED, warnings=2, reporter="amara", affected=("amara",)),),
        warned=37,
        needs=(
            ("need", "Hard of hearing in the left ear; speaks loudly without meaning to."),
            ("adjustment", "Speak slowly and offer e-mail; say so at the start of each call."),
        ),
    ),
    Story(
        8,
        (
            Happening(
                75,
                "Told the income officer on the phone that she was a parasite.",
                warnings=2,
                reporter="amara",
                affected=("amara",),
            ),
        ),
        warned=70,
    ),
    Story(
        9,
        (
            Happening(33, AGAIN, warnings=2, reporter="olive", affected=("olive",)),
            Happening(
                7,
                "Waited for the officer in the car park and followed her to her car, shouting.",
                channel="elsewhere",
                reporter="olive",
                affected=("olive",),
                categories=("harassment",),
                place="Car park, Council Offices",
            ),
        ),
        warned=30,
        proposed=4,
        proposal="waiting",
        orders=("Do not meet alone.", "Ring the duty team leader before any visit."),
        risks=("threats", "abuse"),
        share=True,
    ),
    Story(
        10,
        (
            Happening(50, SHOUTED, warnings=2, reporter="piotr", affected=("piotr",)),
            Happening(12, AGAIN, reporter="piotr", affected=("piotr",)),
        ),
        warned=46,
        proposed=9,
        proposal="waiting",
    ),
    Story(
        11,
        (
            Happening(44, AGAIN, warnings=2, reporter="amara", affected=("amara",)),
            Happening(
                15,
                "Sent the officer's home address to her in an e-mail “so that you know I know”.",
                channel="email",
                reporter="amara",
                affected=("amara",),
                categories=("harassment",),
            ),
        ),
        warned=40,
        proposed=10,
        proposal="returned",
        reasons="She is frightened, and the e-mail was meant to frighten her.",
    ),
    Story(
        12,
        (
            Happening(38, SHOUTED, warnings=2, reporter="olive", affected=("olive",)),
            Happening(6, AGAIN, reporter="olive", affected=("olive",)),
        ),
        warned=35,
        proposed=3,
        proposal="draft",
    ),
    Story(
        13,
        (
            Happening(90, AGAIN, warnings=2, reporter="piotr", affected=("piotr",)),
            Happening(
                48,
                "Shouted through the letter box at the inspector and kicked the van.",
                channel="visit",
                reporter="piotr",
                affected=("ravi",),
                knowledge="colleague",
            ),
        ),
        warned=84,
        proposed=44,
        imposed=40,
        orders=(
            "Visit in pairs.",
            "Park where you can leave.",
            "Leave at once if shouted at, and ring your team leader.",
        ),
        risks=("threats", "aggression"),
        share=True,
    ),
    Story(
        14,
        (
            Happening(70, SHOUTED, warnings=2, reporter="olive", affected=("olive",)),
            Happening(30, AGAIN, reporter="olive", affected=("olive",)),
        ),
        warned=65,
        proposed=24,
        imposed=20,
        appealed=6,
        appeal="I only ring because nobody ever answers my letters. The tap has leaked since March.",
    ),
    Story(
        15,
        (
            Happening(80, AGAIN, warnings=2, reporter="amara", affected=("amara",)),
            Happening(40, SHOUTED, reporter="amara", affected=("amara",)),
        ),
        warned=74,
        proposed=36,
        imposed=33,
        appealed=22,
        appeal="It was not me who rang, it was my brother, and you never asked me.",
    ),
    Story(
        16,
        (
            Happening(140, AGAIN, warnings=2, reporter="olive", affected=("olive",)),
            Happening(100, SHOUTED, reporter="olive", affected=("olive",)),
        ),
        warned=132,
        proposed=96,
        imposed=92,
        appealed=80,
        appeal="You never looked at the log of my calls.",
        outcome="upheld",
        decided=72,
    ),
    Story(
        17,
        (
            Happening(150, AGAIN, warnings=2, reporter="piotr", affected=("piotr",)),
            Happening(110, SHOUTED, reporter="piotr", affected=("piotr",)),
        ),
        warned=145,
        proposed=105,
        imposed=101,
        appealed=90,
        appeal="I have a right to speak to who I like.",
        outcome="dismissed",
        decided=82,
        months=9,
    ),
    Story(
        18,
        (
            Happening(160, AGAIN, warnings=2, reporter="amara", affected=("amara",)),
            Happening(120, "Rang thirty times in a week.", reporter="amara", categories=("contact",)),
        ),
        warned=152,
        proposed=116,
        imposed=112,
        appealed=100,
        appeal="E-mail is no use to me. Let me ring.",
        outcome="varied",
        decided=93,
        months=8,
    ),
    Story(
        19,
        (
            Happening(230, AGAIN, warnings=2, reporter="olive", affected=("olive",)),
            Happening(186, SHOUTED, reporter="olive", affected=("olive",)),
        ),
        warned=222,
        proposed=180,
        imposed=177,
    ),
    Story(
        20,
        (
            Happening(250, AGAIN, warnings=2, reporter="piotr", affected=("piotr",)),
            Happening(205, SHOUTED, reporter="piotr", affected=("piotr",)),
        ),
        warned=244,
        proposed=199,
        imposed=195,
        months=9,
    ),
    Story(
        21,
        (
            Happening(260, AGAIN, warnings=2, reporter="amara", affected=("amara",)),
            Happening(215, SHOUTED, reporter="amara", affected=("amara",)),
        ),
        warned=252,
        proposed=196,
        imposed=192,
        reviewed=2,
        review="begun",
    ),
    Story(
        22,
        (
            Happening(270, AGAIN, warnings=2, reporter="olive", affected=("olive",)),
            Happening(220, SHOUTED, reporter="olive", affected=("olive",)),
            Happening(
                60,
                "Came to the office in spite of the restriction and would not leave.",
                channel="office",
                reporter="jo",
                place="Council Offices, reception",
            ),
        ),
        warned=262,
        proposed=212,
        imposed=208,
        months=6,
        reviewed=28,
        review="extend",
    ),
    Story(
        23,
        (
            Happening(240, AGAIN, warnings=2, reporter="piotr", affected=("piotr",)),
            Happening(200, SHOUTED, reporter="piotr", affected=("piotr",)),
        ),
        warned=232,
        proposed=194,
        imposed=190,
        reviewed=10,
        review="lift",
    ),
    Story(
        24,
        (
            Happening(
                16,
                "Threw a kettle at the repairs inspector, which missed, and said he would burn his van.",
                channel="visit",
                danger=True,
                reporter="piotr",
                affected=("ravi",),
                knowledge="colleague",
                police=True,
                categories=("extreme",),
            ),
        ),
        proposed=15,
        imposed=14,
        months=12,
        extreme="The inspector was attacked in the home. A warning would leave the next visitor in the same danger.",
        orders=("Do not visit.", "Any unavoidable visit: two people, with the police told beforehand."),
        risks=("violence", "weapon"),
        share=True,
        terms=(
            ("phone", "open", ""),
            ("email", "open", ""),
            ("letter", "open", ""),
            (
                "visit",
                "limited",
                "We will only come in pairs, and only after we have agreed a time with you in writing.",
            ),
        ),
        reasons="A serious attack on a colleague in the resident's home.",
        less="Visits in pairs without a restriction. It would not have told the resident, nor bound us.",
    ),
    Story(
        25,
        (
            Happening(
                20,
                "A neighbour says that he “hates the council and will get somebody one day”.",
                channel="elsewhere",
                knowledge="hearsay",
                reporter="olive",
            ),
        ),
    ),
    Story(
        26,
        (Happening(120, SHOUTED, warnings=2, reporter="jo", affected=("jo",)),),
        warned=112,
        closed=20,
        close_reason="Nothing since the warning letter; the repair is done and the resident has written to say sorry.",
    ),
    Story(
        27,
        (
            Happening(100, SHOUTED, warnings=2, reporter="jo", affected=("jo",)),
            Happening(58, AGAIN, reporter="jo", affected=("jo",)),
        ),
        warned=92,
        proposed=52,
        imposed=48,
        spoc="senior",
        orders=("Hand every call and e-mail to Solomon Reid.",),
        risks=("abuse",),
        months=12,
        terms=(
            ("phone", "limited", "Please ring Solomon Reid only."),
            ("email", "limited", "Please write to Solomon Reid only."),
            ("letter", "open", ""),
        ),
    ),
)

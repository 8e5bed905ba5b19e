"""Residents about whom something was logged, and who were at most warned."""

from ops.seed.story import AGAIN, SHOUTED, Happening, Story

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
)

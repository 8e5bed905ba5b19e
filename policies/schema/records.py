"""What is told and kept: who is informed, registers, letters, evidence."""

from policies import vocabulary
from policies.schema import keys

INFORM = keys.Table(
    "Who else is told",
    named=keys.Table(
        "somebody who is told",
        {
            "sees": keys.words("what they see", "arrangement", "reason", "restriction", "entry"),
            "if": keys.texts("conditions, for a person to judge"),
            "by": keys.who("who decides to tell them"),
        },
        short="sees",
    ),
    asked=True,
)

REGISTER = keys.Table(
    "Registers of risks to staff",
    named=keys.Table(
        "a register",
        {
            "name": keys.name("its name", needed=True),
            "risks": keys.words(
                "what it lists",
                "threats", "violence", "aggression", "abuse", "animal", "structure", "drug use", "weapon", "person",
                "restrictions",
            ),
            "enter": keys.word("how an entry comes about", "with restriction", "by decision", "on request", asked=True),
            "on": keys.refs("the steps that enter it", "stage", "action", "path", "kind"),
            "by": keys.who("who decides on an entry"),
            "owner": keys.who("who keeps it"),
            "access": keys.words("who may see it", "staff whose duties need it", "all staff", "contractors"),
            "flag": keys.text("a mark in another system"),
            "tell": keys.yes("whether the resident is told", asked=True),
            "withhold_if": keys.texts("when they are not told"),
            "review": keys.period("how often an entry is looked at again", "entry", asked=True),
            "remove": keys.texts("when an entry is removed", asked=True),
            "says": keys.texts("what an entry records"),
            "was": keys.name("its key in an earlier version"),
        },
        tables={
            "keep": keys.Table(
                "how long an entry is kept",
                named=keys.Table(
                    "for one risk, or `all`",
                    {"minimum": keys.period("at least", *keys.KEPT_FROM), "maximum": keys.period("at most",
                        *keys.KEPT_FROM)},
                    short="maximum",
                ),
            )
        },
        short="name",
    ),
)  # fmt: skip

LETTER = keys.Table(
    "Letters",
    named=keys.Table(
        "a letter",
        {
            "name": keys.name("its name in the policy"),
            "on": keys.refs("the step that sends it", "stage", "action", clause=False, needed=True),
            "sent": keys.words("how it is sent", *vocabulary.CHANNELS, asked=True),
            "within": keys.period("within what time it goes out", "decision", "entry"),
            "says": keys.words(
                "what it must say",
                "behaviour", "incident", "expected", "consequence", "reason", "arrangement", "length", "review",
                "appeal", "outcome", "contacts", "spoc", "adjustments", "always accepted", "support", "register",
                "ombudsman", "dates", "late",
                asked=True,
            ),
            "encloses": keys.words("what goes with it", "policy", "fact sheet", "appeal form", "letter"),
            "signed": keys.who("who signs it", asked=True),
            "unless": keys.texts("when it is not sent"),
            "sample": keys.text("the policy's own sample"),
            "was": keys.name("its key in an earlier version"),
        },
    ),
)  # fmt: skip

EVIDENCE = keys.Table(
    "Evidence and records",
    {
        "excluded": keys.words("what does not count", "hearsay", "opinion", "anonymous report"),
        "labelled": keys.words("what counts only when labelled", "opinion"),
        "needs": keys.texts("what it must be"),
        "store": keys.texts("how distressing material is kept"),
        "log": keys.words(
            "what is written down",
            "incidents",
            "decisions",
            "actions taken",
            "actions not taken",
            "reviews",
            asked=True,
        ),
        "report": keys.texts("reports drawn from it"),
    },
    always=True,
)

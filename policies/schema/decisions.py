"""Who decides, what stands before and in a decision, and how it is looked at again."""

from policies import vocabulary
from policies.schema import keys

DECIDE = keys.Table(
    "Who decides single acts, where that is not said elsewhere",
    named=keys.Table(
        "an act",
        {
            "does": keys.text("an act of the provider's own"),
            "by": keys.who("who decides", asked=True),
            "not_by": keys.words("who may not decide", *vocabulary.NOT_BY),
            "consult": keys.who("who is asked first"),
            "if": keys.texts("conditions, for a person to judge"),
        },
        short="by",
    ),
)

GATE = keys.Table(
    "What must be done before a step",
    named=keys.Table(
        "a gate",
        {
            "before": keys.refs("the steps that wait for it", "stage", "action", "kind", needed=True),
            "asks": keys.text("the question of a gate of the provider's own"),
            "for": keys.texts("what it weighs"),
            "again": keys.texts("when it is done again"),
            "review": keys.period("how often it is done again", "start", "decision"),
            "by": keys.who("who does it"),
        },
        short="before",
    ),
)

CONSIDER = keys.Table("What a decision must show it has weighed", each=keys.texts("questions answered in the decision"))

_APPEAL_FOR = {
    "covers": keys.refs("the decisions that can be appealed", "stage", "action", "kind", "any decision", needed=True),
    "grounds": keys.texts("on what grounds"),
    "by": keys.who("who decides", asked=True),
    "not_by": keys.words("who may not decide", *vocabulary.NOT_BY),
    "consult": keys.who("who is asked first"),
    "window": keys.period("within what time", "decision", *keys.LETTER_DAYS),
    "response": keys.period("when it is answered", "appeal received"),
    "final": keys.yes("whether that ends it within the provider"),
}

APPEAL = keys.Table(
    "Appeals",
    {
        "covers": keys.refs(
            "the decisions that can be appealed", "stage", "action", "kind", "any decision", asked=True
        ),
        "not": keys.texts("what is not an appeal"),
        "grounds": keys.texts("on what grounds"),
        "grounds_are": keys.word("whether these grounds are the only ones", "examples", "closed"),
        "how": keys.words("how it is made", *vocabulary.CHANNELS, asked=True),
        "within_restriction": keys.yes("whether it keeps to the restriction's channels"),
        "window": keys.period("within what time", "decision", *keys.LETTER_DAYS, asked=True),
        "met_by": keys.word("what meets the time", "made", "sent", "received", asked=True),
        "late": keys.word("what happens to a late one", "refused", "exceptional", "accepted", asked=True),
        "acknowledge": keys.period("when it is acknowledged", "appeal received"),
        "response": keys.period("when it is answered", "appeal received", asked=True),
        "by": keys.who("who decides", asked=lambda table: not table.get("for")),
        "not_by": keys.words("who may not decide", *vocabulary.NOT_BY),
        "consult": keys.who("who is asked first"),
        "powers": keys.words("what they may do", "uphold", "vary", "dismiss", "quash"),
        "meanwhile": keys.word("what holds until then", "stands", "suspended", asked=True),
        "final": keys.yes("whether that ends it within the provider", asked=True),
        "next": keys.word("where to go next", *vocabulary.OMBUDSMEN, *vocabulary.INTERNAL, asked=True),
        "pack": keys.texts("what is sent on an appeal"),
        "record": keys.texts("what is recorded"),
        "day_off": keys.word("what happens on a day off", *vocabulary.DAY_OFF),
    },
    tables={
        "for": keys.Table("appeals of some decisions", named=keys.Table("appeals of these", _APPEAL_FOR, short="by"))
    },
    always=True,
)

RECONSIDERATION = keys.Table(
    "Reconsidering outside of an appeal",
    {
        "if": keys.texts("conditions, for a person to judge"),
        "how": keys.words("how it is asked for", *vocabulary.CHANNELS),
        "by": keys.who("who decides", asked=True),
        "window": keys.period("within what time", "decision", *keys.LETTER_DAYS),
        "response": keys.period("when it is answered", "request received", asked=True),
        "final": keys.yes("whether that ends it"),
        "next": keys.word("where to go next", *vocabulary.OMBUDSMEN, *vocabulary.INTERNAL),
        "day_off": keys.word("what happens on a day off", *vocabulary.DAY_OFF),
    },
)

"""Behaviour and what follows it: on the spot, stage by stage, on a path out of them, after a breach."""

from policies import vocabulary
from policies.schema import keys

BEHAVIOUR = keys.Table(
    "What the policy calls unacceptable, in its own headings",
    named=keys.Table(
        "a heading",
        {
            "name": keys.name("the heading", needed=True),
            "is": keys.texts("what belongs to it, in own words"),
            "is_list": keys.word("whether that list is complete", "examples", "closed"),
            "leads_to": keys.texts("what follows at once"),
            "was": keys.name("its key in an earlier version"),
        },
        short="name",
    ),
)

ON_THE_SPOT = keys.Table(
    "What whoever is in the conversation may do",
    {
        "by": keys.who("who may"),
        "may": keys.words("what they may do", "end call", "leave", "end contact", "stop reading", "report online"),
        "warnings": keys.Key("threshold", "the warnings before contact is ended"),
        "unless": keys.texts("when no warning is needed"),
        "at_once": keys.texts("when contact ends at once"),
        "do": keys.texts("what they do afterwards"),
        "cards": keys.text("guidance to be used"),
    },
)

STAGES = keys.Table(
    "The stages as a whole",
    {
        "order": keys.Key("ref", "the stages in their order", ("stage",), many=True, clause=False, ordered=True),
        "ordered": keys.yes("whether they follow one another"),
        "count": keys.Key("count", "how many the policy says there are"),
    },
)

STAGE = keys.Table(
    "The stages",
    named=keys.Table(
        "a stage",
        {
            "name": keys.name("its name in the policy"),
            "state": keys.Key(
                "word", "which of Evenhand's four states it is", vocabulary.STATES, clause=False, needed=True
            ),
            "by": keys.who("who decides to enter it", asked=keys.state_is(*vocabulary.STATES[:3])),
            "not_by": keys.words("who may not decide", *vocabulary.NOT_BY),
            "consult": keys.who("who is asked first"),
            "after": keys.Key(
                "threshold", "what must have happened", asked=keys.state_is("written warning", "contact restriction")
            ),
            "adds_up": keys.yes(
                "whether what is counted adds up over several interactions", asked=keys.counts_within_one_interaction
            ),
            "lapses": keys.period(
                "when it no longer counts",
                *keys.LETTER_DAYS,
                "decision",
                "warning",
                asked=keys.state_is("written warning"),
            ),
            "optional": keys.yes("whether it may be left out"),
            "do": keys.texts("steps to take in it"),
            "was": keys.name("its key in an earlier version"),
        },
        short="by",
    ),
)

PATH = keys.Table(
    "Paths that leave the stages",
    named=keys.Table(
        "a path",
        {
            "name": keys.name("its name"),
            "when": keys.refs("the behaviour that opens it", "behaviour"),
            "if": keys.texts("further conditions, for a person to judge"),
            "at": keys.refs("the stages at which it is open, where not at all of them", "stage"),
            "skips": keys.refs("the stages it leaves out", "stage"),
            "by": keys.who("who decides to take it"),
            "police": keys.word("what is done about the police", "tell", "consider", "involve", "none", asked=True),
            "police_unless": keys.texts("when that is not done"),
            "at_once": keys.yes("whether that is immediate"),
            "interim": keys.yes("whether an interim restriction is possible"),
            "register": keys.refs("the registers it may lead to", "register"),
            "do": keys.texts("what staff do"),
        },
        short="when",
    ),
    asked=True,
)

BREACH = keys.Table(
    "Restrictions that are not kept",
    {
        "ladder": keys.words("what follows, in order", *vocabulary.BREACH_STEPS, asked=True, ordered=True),
        "by": keys.who("who decides"),
        "not_by": keys.words("who may not decide", *vocabulary.NOT_BY),
        "consult": keys.who("who is asked first"),
        "if": keys.texts("conditions, for a person to judge"),
    },
    tables={
        "for": keys.Table(
            "some of these steps",
            named=keys.Table(
                "some steps",
                {
                    "steps": keys.words("which steps", *vocabulary.BREACH_STEPS, needed=True),
                    "by": keys.who("who decides", asked=True),
                    "not_by": keys.words("who may not decide", *vocabulary.NOT_BY),
                    "consult": keys.who("who is asked first"),
                    "if": keys.texts("conditions, for a person to judge"),
                },
                short="by",
            ),
        )
    },
    always=True,
)

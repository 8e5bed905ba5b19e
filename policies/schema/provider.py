"""Whose policy it is, whom it covers, how it counts days, and what it owes to need and to staff."""

from policies import vocabulary
from policies.schema import keys

POLICY = keys.Table(
    "Whose policy it is, from when, and how it is kept",
    {
        "provider": keys.name("the provider's name", needed=True),
        "title": keys.name("the policy's title"),
        "kind": keys.Key("word", "the kind of provider", vocabulary.PROVIDER_KINDS, clause=False, needed=True),
        "nation": keys.Key(
            "word", "the nation whose law and holidays hold", vocabulary.NATIONS, asked=True, clause=False
        ),
        "approved": keys.Key("date", "the day it was approved", clause=False),
        "effective": keys.Key("date", "the day from which it holds", clause=False, needed=True),
        "owner": keys.name("who keeps it"),
        "ombudsman": keys.word("the ombudsman it names", *vocabulary.OMBUDSMEN),
        "review": keys.period("when the policy itself is reviewed", "approval", "adoption", asked=True),
        "read_with": keys.texts("documents to be read with it"),
    },
    tables={"changes": keys.Table("who approves changes", each=keys.text("who approves changes of this size"))},
    always=True,
    clause=False,
)

ROLES = keys.Table(
    "The provider's roles, by the keys used below",
    named=keys.Table(
        "a role",
        {
            "name": keys.name("the role's name", needed=True),
            "as": keys.Key(
                "word",
                "its daily work in Evenhand",
                ("officer", "team leader", "manager", "front line", "data protection officer", "administrator"),
                clause=False,
                needed=True,
            ),
            "of": keys.name("whose: team, service, resident"),
            "rank": keys.Key("count", 'its rank, for "or above"', clause=False),
            "was": keys.name("its key in an earlier version"),
        },
        short="name",
        clause=False,
    ),
    clause=False,
)

SCOPE = keys.Table(
    "Whom the policy covers",
    {
        "covers": keys.words("who is covered", *vocabulary.PERSONS, asked=True),
        "others": keys.texts("who is dealt with elsewhere, and where"),
        "joint": keys.word("what holds for joint tenants", "each", "each if proven", "household", asked=True),
        "representative": keys.text("whether a representative may act"),
        "online": keys.yes("whether public comments online count"),
        "contractors": keys.yes("whether contractors are protected too"),
    },
    always=True,
)

EQUALITY = keys.Table(
    "Equality, needs and safeguarding",
    {
        "advice": keys.texts("advice that may be sought"),
        "tell_us": keys.texts("what residents are asked to tell"),
        "adjustments": keys.texts("adjustments made"),
        "offer": keys.texts("help that is offered"),
        "safeguarding": keys.who("who is told of a risk of harm"),
        "police": keys.text("when others are at risk"),
        "communicate": keys.texts("how decisions are told"),
    },
)

STAFF_CARE = keys.Table(
    "Care for staff",
    {
        "offers": keys.words("what staff are offered", "debrief", "time away", "removal from contact", "counselling",
                         "another name on letters"),
        "absent": keys.texts("what is done for staff who were threatened in their absence"),
        "named_online": keys.texts("what is done when staff are named in public"),
        "tell": keys.who("whom they tell"),
    },
)  # fmt: skip

CLOCKS = keys.Table(
    "How days are counted, where the policy says so",
    {
        "start_day": keys.word("whether the first day counts", "counted", "not counted"),
        "day_off": keys.word("what happens to a deadline on a day off", *vocabulary.DAY_OFF),
        "deemed": keys.period("when a letter counts as received", "letter sent", "letter dated"),
        "day_kind": keys.word("which days are meant by days", "calendar days", "working days"),
    },
)

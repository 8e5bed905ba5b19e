"""What limits a resident's contact: kinds, time, review, the single point of contact, what no limit touches."""

from policies import vocabulary
from policies.schema import keys

RESTRICTION = keys.Table(
    "Restrictions on contact",
    {
        "minimum": keys.period("the shortest length", "start", "decision", "letter dated", asked=True),
        "maximum": keys.period("the longest length", "start", "decision", "letter dated", asked=True),
        "normally": keys.period("the usual length", "start", "decision", "letter dated"),
        "length": keys.period("how the length is found where no bound says", "start", "decision", "letter dated"),
        "on": keys.texts("on whom it may be placed"),
        "keep_open": keys.Key("count", "how many ways of contact stay open"),
        "together": keys.texts("which kinds go together"),
        "kinds_are": keys.word("whether the list of kinds is complete", "examples", "closed", asked=True),
        "scope": keys.words("how far one may reach", "issue", "team", "organisation"),
        "adjustments": keys.texts("what holds where one touches an adjustment"),
        "evidence": keys.texts("what it rests on"),
    },
    tables={
        "kinds": keys.Table(
            "the kinds of restriction",
            named=keys.Table(
                "a kind",
                {
                    "does": keys.word("what it does", *vocabulary.RESTRICTION_KINDS),
                    "channels": keys.words("the ways of contact it speaks of", *vocabulary.CHANNELS),
                    "by": keys.who("who decides it"),
                    "if": keys.texts("conditions, for a person to judge"),
                    "ends_if": keys.texts("when it is withdrawn"),
                    "was": keys.name("its key in an earlier version"),
                },
                short="does",
            ),
        ),
        "extension": keys.Table(
            "extending one",
            {
                "times": keys.Key("count", "how often", asked=True),
                "minimum": keys.period("the shortest extension", "end", "decision", asked=keys.has("times")),
                "maximum": keys.period("the longest extension", "end", "decision", asked=keys.has("times")),
                "if": keys.texts("conditions, for a person to judge"),
                "terms": keys.words("on what terms", "same", "modified"),
                "by": keys.who("who decides"),
            },
            always=True,
        ),
        "interim": keys.Table(
            "a restriction at once, until it is confirmed",
            {
                "by": keys.who("who decides"),
                "confirm": keys.period("by when it is confirmed", "interim", "decision"),
                "unconfirmed": keys.word(
                    "what becomes of one that is not confirmed by then", "lapses", "stands", asked=keys.has("confirm")
                ),
                "if": keys.texts("conditions"),
            },
            short="by",
        ),
    },
    always=True,
)

REVIEW = keys.Table(
    "Reviews of a restriction",
    {
        "interval": keys.period("how often", "start", "decision", "letter dated",
            asked=lambda table: "batch" not in table),
        "minimum": keys.period("the shortest time to a review that is agreed", "start", "decision", "letter dated"),
        "maximum": keys.period("the longest time to a review that is agreed", "start", "decision", "letter dated"),
        "batch": keys.words("months in which all are reviewed", *vocabulary.MONTHS),
        "at_end": keys.yes("whether one is held at the end"),
        "sooner_if": keys.texts("when one is held sooner"),
        "none_if": keys.texts("when there is none"),
        "none_within": keys.period("how near its end a restriction is looked at no more before that end", bare=True),
        "by": keys.who("who decides it", asked=True),
        "not_by": keys.words("who may not decide", *vocabulary.NOT_BY),
        "consult": keys.who("who is asked first"),
        "outcomes": keys.words("what may come of it", "lift", "vary", "extend", "remain", asked=True),
        "day_off": keys.word("what happens on a day off", *vocabulary.DAY_OFF, asked=True),
        "meanwhile": keys.word("what holds between the end and a late review", "stands", "ends",
            asked=keys.has("at_end")),
        "tell": keys.words("how the outcome is told", *vocabulary.CHANNELS),
        "tell_late": keys.yes("whether the resident is told of a late review"),
        "tell_late_by": keys.words("how they are told of a late review", *vocabulary.CHANNELS,
            asked=keys.has("tell_late")),
        "explain": keys.texts("what is explained when the restriction is imposed"),
        "agreement": keys.yes("whether the resident agrees to the time"),
        "do": keys.texts("what else is done"),
    },
    always=True,
)  # fmt: skip

SPOC = keys.Table(
    "Single points of contact",
    {
        "by": keys.who("who decides to name one"),
        "held_by": keys.who("who may be one"),
        "do": keys.texts("what they do"),
        "tell_change": keys.yes("whether the resident is told of a change"),
        "cover": keys.texts("cover while they are away"),
        "quality_review": keys.period(
            "how often their letters and decisions are looked through", "spoc named", "start"
        ),
        "quality_review_by": keys.text("who looks them through"),
    },
)

ALWAYS_ACCEPT = keys.Table(
    "Contacts that no restriction stops",
    {
        "list": keys.words("contacts always accepted", *vocabulary.ALWAYS_ACCEPTED, asked=True),
        "list_is": keys.word("whether that list is complete", "examples", "closed"),
    },
    short="list",
    always=True,
)

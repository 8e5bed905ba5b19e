"""Every key that a policy file may have, what it holds, and which keys are asked.

An *asked* key that is absent is unsaid: the policy is silent, it is listed, and a named person decides. Any other
absent key means that there is nothing of the kind. A path ("appeal.window") names a key in errors, clocks and local
rules.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from policies.vocabulary import ACTIONS as ACTIONS  # for readers, who know it as schema.ACTIONS
from policies.vocabulary import (
    ALWAYS_ACCEPTED,
    BREACH_STEPS,
    CHANNELS,
    DAY_OFF,
    INTERNAL,
    MONTHS,
    NATIONS,
    NOT_BY,
    OMBUDSMEN,
    PERSONS,
    PROVIDER_KINDS,
    RESTRICTION_KINDS,
    STATES,
)
from policies.vocabulary import GATES as GATES

Kind = Literal["text", "word", "name", "yes", "period", "count", "threshold", "who", "ref", "date"]
Asked = bool | Callable[[Mapping[str, Any]], bool]


@dataclass(frozen=True, slots=True)
class Key:
    """One key: what kind of value it holds, and whether silence on it is listed.

    `words` are the words it accepts (kind "word") or what it refers to (kind "ref"). `clause` is False for the few keys
    that name rather than rule. `runs_from` names the events from which a period here can run, the likeliest first: the
    ways to read one that names none. `bare` marks a period that is a length alone, and runs from nothing. `ordered`
    marks a list whose order means something.
    """

    kind: Kind
    about: str
    words: tuple[str, ...] = ()
    many: bool = False
    asked: Asked = False
    clause: bool = True
    needed: bool = False
    runs_from: tuple[str, ...] = ()
    bare: bool = False
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its keys, the tables within it, and what its sub-tables hold where the policy names them itself.

    `short` is the key that a text in place of the table fills; `always` makes the asked keys of an absent table count;
    `each` is the key that every self-chosen name in it holds.
    """

    about: str
    keys: Mapping[str, Key] = field(default_factory=dict)
    tables: Mapping[str, "Table"] = field(default_factory=dict)
    named: "Table | None" = None
    each: Key | None = None
    short: str = ""
    always: bool = False
    asked: bool = False
    clause: bool = True


def _text(about: str, **more: Any) -> Key:
    return Key("text", about, **more)


def _texts(about: str, **more: Any) -> Key:
    return Key("text", about, many=True, **more)


def _word(about: str, *words: str, **more: Any) -> Key:
    return Key("word", about, words, **more)


def _words(about: str, *words: str, **more: Any) -> Key:
    return Key("word", about, words, many=True, **more)


def _yes(about: str, **more: Any) -> Key:
    return Key("yes", about, **more)


def _period(about: str, *runs_from: str, **more: Any) -> Key:
    return Key("period", about, runs_from=runs_from, **more)


def _who(about: str, **more: Any) -> Key:
    return Key("who", about, **more)


def _refs(about: str, *targets: str, **more: Any) -> Key:
    return Key("ref", about, targets, many=True, **more)


def _name(about: str, **more: Any) -> Key:
    return Key("name", about, clause=False, **more)


LETTER_DAYS = ("letter dated", "letter sent", "letter received")
KEPT_FROM = ("entry", "removal", "incident", "end")


def _state_is(*states: str) -> Callable[[Mapping[str, Any]], bool]:
    return lambda table: table.get("state") in states


def _counts_within_one_interaction(table: Mapping[str, Any]) -> bool:
    return "in 1 interaction" in str(table.get("after", ""))


def _has(key: str) -> Callable[[Mapping[str, Any]], bool]:
    return lambda table: key in table


POLICY = Table(
    "Whose policy it is, from when, and how it is kept",
    {
        "provider": _name("the provider's name", needed=True),
        "title": _name("the policy's title"),
        "kind": Key("word", "the kind of provider", PROVIDER_KINDS, clause=False, needed=True),
        "nation": Key("word", "the nation whose law and holidays hold", NATIONS, asked=True, clause=False),
        "approved": Key("date", "the day it was approved", clause=False),
        "effective": Key("date", "the day from which it holds", clause=False, needed=True),
        "owner": _name("who keeps it"),
        "ombudsman": _word("the ombudsman it names", *OMBUDSMEN),
        "review": _period("when the policy itself is reviewed", "approval", "adoption", asked=True),
        "read_with": _texts("documents to be read with it"),
    },
    tables={"changes": Table("who approves changes", each=_text("who approves changes of this size"))},
    always=True,
    clause=False,
)

ROLES = Table(
    "The provider's roles, by the keys used below",
    named=Table(
        "a role",
        {
            "name": _name("the role's name", needed=True),
            "as": Key(
                "word",
                "its daily work in Evenhand",
                ("officer", "team leader", "manager", "front line", "data protection officer", "administrator"),
                clause=False,
                needed=True,
            ),
            "of": _name("whose: team, service, resident"),
            "rank": Key("count", 'its rank, for "or above"', clause=False),
            "was": _name("its key in an earlier version"),
        },
        short="name",
        clause=False,
    ),
    clause=False,
)

SCOPE = Table(
    "Whom the policy covers",
    {
        "covers": _words("who is covered", *PERSONS, asked=True),
        "others": _texts("who is dealt with elsewhere, and where"),
        "joint": _word("what holds for joint tenants", "each", "each if proven", "household", asked=True),
        "representative": _text("whether a representative may act"),
        "online": _yes("whether public comments online count"),
        "contractors": _yes("whether contractors are protected too"),
    },
    always=True,
)

BEHAVIOUR = Table(
    "What the policy calls unacceptable, in its own headings",
    named=Table(
        "a heading",
        {
            "name": _name("the heading", needed=True),
            "is": _texts("what belongs to it, in own words"),
            "is_list": _word("whether that list is complete", "examples", "closed"),
            "leads_to": _texts("what follows at once"),
            "was": _name("its key in an earlier version"),
        },
        short="name",
    ),
)

ON_THE_SPOT = Table(
    "What whoever is in the conversation may do",
    {
        "by": _who("who may"),
        "may": _words("what they may do", "end call", "leave", "end contact", "stop reading", "report online"),
        "warnings": Key("threshold", "the warnings before contact is ended"),
        "unless": _texts("when no warning is needed"),
        "at_once": _texts("when contact ends at once"),
        "do": _texts("what they do afterwards"),
        "cards": _text("guidance to be used"),
    },
)

STAGES = Table(
    "The stages as a whole",
    {
        "order": Key("ref", "the stages in their order", ("stage",), many=True, clause=False, ordered=True),
        "ordered": _yes("whether they follow one another"),
        "count": Key("count", "how many the policy says there are"),
    },
)

STAGE = Table(
    "The stages",
    named=Table(
        "a stage",
        {
            "name": _name("its name in the policy"),
            "state": Key("word", "which of Evenhand's four states it is", STATES, clause=False, needed=True),
            "by": _who("who decides to enter it", asked=_state_is(*STATES[:3])),
            "not_by": _words("who may not decide", *NOT_BY),
            "consult": _who("who is asked first"),
            "after": Key(
                "threshold", "what must have happened", asked=_state_is("written warning", "contact restriction")
            ),
            "adds_up": _yes(
                "whether what is counted adds up over several interactions", asked=_counts_within_one_interaction
            ),
            "lapses": _period(
                "when it no longer counts", *LETTER_DAYS, "decision", "warning", asked=_state_is("written warning")
            ),
            "optional": _yes("whether it may be left out"),
            "do": _texts("steps to take in it"),
            "was": _name("its key in an earlier version"),
        },
        short="by",
    ),
)

PATH = Table(
    "Paths that leave the stages",
    named=Table(
        "a path",
        {
            "name": _name("its name"),
            "when": _refs("the behaviour that opens it", "behaviour"),
            "if": _texts("further conditions, for a person to judge"),
            "at": _refs("the stages at which it is open, where not at all of them", "stage"),
            "skips": _refs("the stages it leaves out", "stage"),
            "by": _who("who decides to take it"),
            "police": _word("what is done about the police", "tell", "consider", "involve", "none", asked=True),
            "police_unless": _texts("when that is not done"),
            "at_once": _yes("whether that is immediate"),
            "interim": _yes("whether an interim restriction is possible"),
            "register": _refs("the registers it may lead to", "register"),
            "do": _texts("what staff do"),
        },
        short="when",
    ),
    asked=True,
)

DECIDE = Table(
    "Who decides single acts, where that is not said elsewhere",
    named=Table(
        "an act",
        {
            "does": _text("an act of the provider's own"),
            "by": _who("who decides", asked=True),
            "not_by": _words("who may not decide", *NOT_BY),
            "consult": _who("who is asked first"),
            "if": _texts("conditions, for a person to judge"),
        },
        short="by",
    ),
)

GATE = Table(
    "What must be done before a step",
    named=Table(
        "a gate",
        {
            "before": _refs("the steps that wait for it", "stage", "action", "kind", needed=True),
            "asks": _text("the question of a gate of the provider's own"),
            "for": _texts("what it weighs"),
            "again": _texts("when it is done again"),
            "review": _period("how often it is done again", "start", "decision"),
            "by": _who("who does it"),
        },
        short="before",
    ),
)

CONSIDER = Table("What a decision must show it has weighed", each=_texts("questions answered in the decision"))

RESTRICTION = Table(
    "Restrictions on contact",
    {
        "minimum": _period("the shortest length", "start", "decision", "letter dated", asked=True),
        "maximum": _period("the longest length", "start", "decision", "letter dated", asked=True),
        "normally": _period("the usual length", "start", "decision", "letter dated"),
        "length": _period("how the length is found where no bound says", "start", "decision", "letter dated"),
        "on": _texts("on whom it may be placed"),
        "keep_open": Key("count", "how many ways of contact stay open"),
        "together": _texts("which kinds go together"),
        "kinds_are": _word("whether the list of kinds is complete", "examples", "closed", asked=True),
        "scope": _words("how far one may reach", "issue", "team", "organisation"),
        "adjustments": _texts("what holds where one touches an adjustment"),
        "evidence": _texts("what it rests on"),
    },
    tables={
        "kinds": Table(
            "the kinds of restriction",
            named=Table(
                "a kind",
                {
                    "does": _word("what it does", *RESTRICTION_KINDS),
                    "channels": _words("the ways of contact it speaks of", *CHANNELS),
                    "by": _who("who decides it"),
                    "if": _texts("conditions, for a person to judge"),
                    "ends_if": _texts("when it is withdrawn"),
                    "was": _name("its key in an earlier version"),
                },
                short="does",
            ),
        ),
        "extension": Table(
            "extending one",
            {
                "times": Key("count", "how often", asked=True),
                "minimum": _period("the shortest extension", "end", "decision", asked=_has("times")),
                "maximum": _period("the longest extension", "end", "decision", asked=_has("times")),
                "if": _texts("conditions, for a person to judge"),
                "terms": _words("on what terms", "same", "modified"),
                "by": _who("who decides"),
            },
            always=True,
        ),
        "interim": Table(
            "a restriction at once, until it is confirmed",
            {
                "by": _who("who decides"),
                "confirm": _period("by when it is confirmed", "interim", "decision"),
                "unconfirmed": _word(
                    "what becomes of one that is not confirmed by then", "lapses", "stands", asked=_has("confirm")
                ),
                "if": _texts("conditions"),
            },
            short="by",
        ),
    },
    always=True,
)

REVIEW = Table(
    "Reviews of a restriction",
    {
        "interval": _period("how often", "start", "decision", "letter dated", asked=lambda table: "batch" not in table),
        "minimum": _period("the shortest time to a review that is agreed", "start", "decision", "letter dated"),
        "maximum": _period("the longest time to a review that is agreed", "start", "decision", "letter dated"),
        "batch": _words("months in which all are reviewed", *MONTHS),
        "at_end": _yes("whether one is held at the end"),
        "sooner_if": _texts("when one is held sooner"),
        "none_if": _texts("when there is none"),
        "none_within": _period("how near its end a restriction is looked at no more before that end", bare=True),
        "by": _who("who decides it", asked=True),
        "not_by": _words("who may not decide", *NOT_BY),
        "outcomes": _words("what may come of it", "lift", "vary", "extend", "remain", asked=True),
        "day_off": _word("what happens on a day off", *DAY_OFF, asked=True),
        "meanwhile": _word("what holds between the end and a late review", "stands", "ends", asked=_has("at_end")),
        "tell": _words("how the outcome is told", *CHANNELS),
        "tell_late": _yes("whether the resident is told of a late review"),
        "tell_late_by": _words("how they are told of a late review", *CHANNELS, asked=_has("tell_late")),
        "explain": _texts("what is explained when the restriction is imposed"),
        "agreement": _yes("whether the resident agrees to the time"),
        "do": _texts("what else is done"),
    },
    always=True,
)  # fmt: skip

_APPEAL_FOR = {
    "covers": _refs("the decisions that can be appealed", "stage", "action", "kind", "any decision", needed=True),
    "grounds": _texts("on what grounds"),
    "by": _who("who decides", asked=True),
    "not_by": _words("who may not decide", *NOT_BY),
    "window": _period("within what time", "decision", *LETTER_DAYS),
    "response": _period("when it is answered", "appeal received"),
    "final": _yes("whether that ends it within the provider"),
}

APPEAL = Table(
    "Appeals",
    {
        "covers": _refs("the decisions that can be appealed", "stage", "action", "kind", "any decision", asked=True),
        "not": _texts("what is not an appeal"),
        "grounds": _texts("on what grounds"),
        "grounds_are": _word("whether these grounds are the only ones", "examples", "closed"),
        "how": _words("how it is made", *CHANNELS, asked=True),
        "within_restriction": _yes("whether it keeps to the restriction's channels"),
        "window": _period("within what time", "decision", *LETTER_DAYS, asked=True),
        "met_by": _word("what meets the time", "made", "sent", "received", asked=True),
        "late": _word("what happens to a late one", "refused", "exceptional", "accepted", asked=True),
        "acknowledge": _period("when it is acknowledged", "appeal received"),
        "response": _period("when it is answered", "appeal received", asked=True),
        "by": _who("who decides", asked=lambda table: not table.get("for")),
        "not_by": _words("who may not decide", *NOT_BY),
        "powers": _words("what they may do", "uphold", "vary", "dismiss", "quash"),
        "meanwhile": _word("what holds until then", "stands", "suspended", asked=True),
        "final": _yes("whether that ends it within the provider", asked=True),
        "next": _word("where to go next", *OMBUDSMEN, *INTERNAL, asked=True),
        "pack": _texts("what is sent on an appeal"),
        "record": _texts("what is recorded"),
        "day_off": _word("what happens on a day off", *DAY_OFF),
    },
    tables={"for": Table("appeals of some decisions", named=Table("appeals of these", _APPEAL_FOR, short="by"))},
    always=True,
)

RECONSIDERATION = Table(
    "Reconsidering outside of an appeal",
    {
        "if": _texts("conditions, for a person to judge"),
        "how": _words("how it is asked for", *CHANNELS),
        "by": _who("who decides", asked=True),
        "window": _period("within what time", "decision", *LETTER_DAYS),
        "response": _period("when it is answered", "request received", asked=True),
        "final": _yes("whether that ends it"),
        "next": _word("where to go next", *OMBUDSMEN, *INTERNAL),
        "day_off": _word("what happens on a day off", *DAY_OFF),
    },
)

BREACH = Table(
    "Restrictions that are not kept",
    {
        "ladder": _words("what follows, in order", *BREACH_STEPS, asked=True, ordered=True),
        "by": _who("who decides"),
        "if": _texts("conditions, for a person to judge"),
    },
    tables={
        "for": Table(
            "some of these steps",
            named=Table(
                "some steps",
                {
                    "steps": _words("which steps", *BREACH_STEPS, needed=True),
                    "by": _who("who decides", asked=True),
                    "not_by": _words("who may not decide", *NOT_BY),
                    "consult": _who("who is asked first"),
                    "if": _texts("conditions, for a person to judge"),
                },
                short="by",
            ),
        )
    },
    always=True,
)

SPOC = Table(
    "Single points of contact",
    {
        "by": _who("who decides to name one"),
        "held_by": _who("who may be one"),
        "do": _texts("what they do"),
        "tell_change": _yes("whether the resident is told of a change"),
        "cover": _texts("cover while they are away"),
        "quality_review": _period("how often their letters and decisions are looked through", "spoc named", "start"),
        "quality_review_by": _text("who looks them through"),
    },
)

ALWAYS_ACCEPT = Table(
    "Contacts that no restriction stops",
    {
        "list": _words("contacts always accepted", *ALWAYS_ACCEPTED, asked=True),
        "list_is": _word("whether that list is complete", "examples", "closed"),
    },
    short="list",
    always=True,
)

INFORM = Table(
    "Who else is told",
    named=Table(
        "somebody who is told",
        {
            "sees": _words("what they see", "arrangement", "reason", "restriction", "entry"),
            "if": _texts("conditions, for a person to judge"),
            "by": _who("who decides to tell them"),
        },
        short="sees",
    ),
    asked=True,
)

REGISTER = Table(
    "Registers of risks to staff",
    named=Table(
        "a register",
        {
            "name": _name("its name", needed=True),
            "risks": _words(
                "what it lists",
                "threats", "violence", "aggression", "abuse", "animal", "structure", "drug use", "weapon", "person",
                "restrictions",
            ),
            "enter": _word("how an entry comes about", "with restriction", "by decision", "on request", asked=True),
            "on": _refs("the steps that enter it", "stage", "action", "path", "kind"),
            "by": _who("who decides on an entry"),
            "owner": _who("who keeps it"),
            "access": _words("who may see it", "staff whose duties need it", "all staff", "contractors"),
            "flag": _text("a mark in another system"),
            "tell": _yes("whether the resident is told", asked=True),
            "withhold_if": _texts("when they are not told"),
            "review": _period("how often an entry is looked at again", "entry", asked=True),
            "remove": _texts("when an entry is removed", asked=True),
            "says": _texts("what an entry records"),
            "was": _name("its key in an earlier version"),
        },
        tables={
            "keep": Table(
                "how long an entry is kept",
                named=Table(
                    "for one risk, or `all`",
                    {"minimum": _period("at least", *KEPT_FROM), "maximum": _period("at most", *KEPT_FROM)},
                    short="maximum",
                ),
            )
        },
        short="name",
    ),
)  # fmt: skip

LETTER = Table(
    "Letters",
    named=Table(
        "a letter",
        {
            "name": _name("its name in the policy"),
            "on": _refs("the step that sends it", "stage", "action", clause=False, needed=True),
            "sent": _words("how it is sent", *CHANNELS, asked=True),
            "within": _period("within what time it goes out", "decision", "entry"),
            "says": _words(
                "what it must say",
                "behaviour", "incident", "expected", "consequence", "reason", "arrangement", "length", "review",
                "appeal", "outcome", "contacts", "spoc", "adjustments", "always accepted", "support", "register",
                "ombudsman", "dates", "late",
                asked=True,
            ),
            "encloses": _words("what goes with it", "policy", "fact sheet", "appeal form", "letter"),
            "signed": _who("who signs it", asked=True),
            "unless": _texts("when it is not sent"),
            "sample": _text("the policy's own sample"),
            "was": _name("its key in an earlier version"),
        },
    ),
)  # fmt: skip

EVIDENCE = Table(
    "Evidence and records",
    {
        "excluded": _words("what does not count", "hearsay", "opinion", "anonymous report"),
        "labelled": _words("what counts only when labelled", "opinion"),
        "needs": _texts("what it must be"),
        "store": _texts("how distressing material is kept"),
        "log": _words(
            "what is written down",
            "incidents",
            "decisions",
            "actions taken",
            "actions not taken",
            "reviews",
            asked=True,
        ),
        "report": _texts("reports drawn from it"),
    },
    always=True,
)

EQUALITY = Table(
    "Equality, needs and safeguarding",
    {
        "advice": _texts("advice that may be sought"),
        "tell_us": _texts("what residents are asked to tell"),
        "adjustments": _texts("adjustments made"),
        "offer": _texts("help that is offered"),
        "safeguarding": _who("who is told of a risk of harm"),
        "police": _text("when others are at risk"),
        "communicate": _texts("how decisions are told"),
    },
)

STAFF_CARE = Table(
    "Care for staff",
    {
        "offers": _words("what staff are offered", "debrief", "time away", "removal from contact", "counselling",
                         "another name on letters"),
        "absent": _texts("what is done for staff who were threatened in their absence"),
        "named_online": _texts("what is done when staff are named in public"),
        "tell": _who("whom they tell"),
    },
)  # fmt: skip

CLOCKS = Table(
    "How days are counted, where the policy says so",
    {
        "start_day": _word("whether the first day counts", "counted", "not counted"),
        "day_off": _word("what happens to a deadline on a day off", *DAY_OFF),
        "deemed": _period("when a letter counts as received", "letter sent", "letter dated"),
        "day_kind": _word("which days are meant by days", "calendar days", "working days"),
    },
)

ROOT = Table(
    "A policy",
    tables={
        "policy": POLICY,
        "roles": ROLES,
        "scope": SCOPE,
        "behaviour": BEHAVIOUR,
        "on_the_spot": ON_THE_SPOT,
        "stages": STAGES,
        "stage": STAGE,
        "path": PATH,
        "decide": DECIDE,
        "gate": GATE,
        "consider": CONSIDER,
        "restriction": RESTRICTION,
        "review": REVIEW,
        "appeal": APPEAL,
        "reconsideration": RECONSIDERATION,
        "breach": BREACH,
        "spoc": SPOC,
        "always_accept": ALWAYS_ACCEPT,
        "inform": INFORM,
        "register": REGISTER,
        "letter": LETTER,
        "evidence": EVIDENCE,
        "equality": EQUALITY,
        "staff_care": STAFF_CARE,
        "clocks": CLOCKS,
    },
    clause=False,
)
# Beside these: [damage], clauses whose text is damaged, and [[local]], what the provider has settled.
EVERYWHERE = ("clause", "note", "lost")


def find(path: str) -> tuple[Key | Table, str]:
    """The key or table at a path, with the path's general form; raises KeyError with the part that is not known.

    >>> find("stage.letter.by")[1]
    'stage.*.by'
    >>> find("appeal.windw")
    Traceback (most recent call last):
    KeyError: 'appeal.windw'
    """
    table: Table = ROOT
    general: list[str] = []
    parts = path.split(".")
    for at, part in enumerate(parts):
        last = at == len(parts) - 1
        if last and part in table.keys:
            return table.keys[part], ".".join([*general, part])
        if last and table.each:
            return table.each, ".".join([*general, "*"])
        if part in table.tables:
            table, general = table.tables[part], [*general, part]
        elif table.named:
            table, general = table.named, [*general, "*"]
        else:
            raise KeyError(path)
    return table, ".".join(general)

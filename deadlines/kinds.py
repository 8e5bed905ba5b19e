"""What somebody may have to do: one row a kind, with its words, its page, whose it is, and how long before it is said.

Rooms name a kind by its constant, never by its key; the keys stand in the database and do not change.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from enum import Enum

from people.access import Can
from policies.calendars import Calendar

WARNING_ISSUE = "warning.issue"
WARNING_REVISE = "warning.revise"
INCIDENT_SUPPORT = "incident.support"
INCIDENT_REPORT = "incident.report"
CASE_MOVE = "case.move"
RESTRICTION_PREPARE = "restriction.prepare"
RESTRICTION_DECIDE = "restriction.decide"
RESTRICTION_REVISE = "restriction.revise"
RESTRICTION_LIFT = "restriction.lift"
RESTRICTION_END = "restriction.end"
REVIEW_INTERVAL = "review.interval"
REVIEW_AT_END = "review.at_end"
REVIEW_AGREE = "review.agree"
REVIEW_WAIVE = "review.waive"
RECONSIDERATION_DECIDE = "reconsideration.decide"
BREACH_ANSWER = "breach.answer"
SPOC_QUALITY_REVIEW = "spoc.quality_review"
SPOC_FOLLOW_UP = "spoc.follow_up"
SPOC_REPLACE = "spoc.replace"
SPOC_CHANGE = "spoc.change"
APPEAL_WINDOW = "appeal.window"
APPEAL_DECIDE = "appeal.decide"
APPEAL_HEAR = "appeal.hear"
REGISTER_REVIEW = "register.review"
REGISTER_LOOK_AGAIN = "register.look_again"
REGISTER_CONSIDER = "register.consider"
REGISTER_KEEP = "register.keep"
REGISTER_REMOVE = "register.remove"
REGISTER_CHANGE = "register.change"
REGISTER_WITHHOLD = "register.withhold"
REGISTER_SHARE = "register.share"
DECISION_APPOINT = "decision.appoint"
LETTER_SEND = "letter.send"
LETTER_RECEIPT = "letter.receipt"
LETTER_FAILED = "letter.failed"
LETTER_UNCERTAIN = "letter.uncertain"

REVIEWS = (REVIEW_INTERVAL, REVIEW_AT_END)
"""The reviews of a restriction that fall due by a clock."""
PROPOSING = (RESTRICTION_PREPARE, RESTRICTION_DECIDE, RESTRICTION_REVISE)
"""A restriction is being proposed while one of these waits."""

OTHERS_AGREE = (RESTRICTION_LIFT, REVIEW_AGREE, REVIEW_WAIVE, SPOC_CHANGE, APPEAL_HEAR)
"""One of several has decided on something in a case, and the others are asked while one of these waits."""

THEIRS_ALONE = (RESTRICTION_PREPARE, RESTRICTION_REVISE)
"""What nobody does who only covers: whoever writes on a proposal proposes it, and is barred from deciding it (F12)."""

GROUPS = {
    "warning": "Warnings",
    "incident": "Support for staff",
    "case": "Cases",
    "restriction": "Restrictions",
    "review": "Reviews",
    "reconsideration": "Requests to reconsider",
    "breach": "Breaches",
    "spoc": "Single points of contact",
    "appeal": "Appeals",
    "register": "Register",
    "decision": "Deciding",
    "letter": "Letters",
}
"""The kinds of work by which a list is narrowed, with their names."""

LONGEST_LEAD = 14
"""The longest lead in calendar days: three working days reach over Christmas and New Year."""


@dataclass(frozen=True)
class Lead:
    """How long before its day a deadline is called due soon. These are Evenhand's own, no policy's."""

    days: int
    working: bool

    def reached(self, due_on: date, on: date, calendar: Callable[[], Calendar]) -> bool:
        """Whether the day lies no further ahead than this; the calendar is asked for only where it is needed."""
        if (due_on - on).days <= self.days:
            return True
        if not self.working or (due_on - on).days > LONGEST_LEAD:
            return False
        return calendar().working_days_between(on, due_on) <= self.days


# Enough to find an hour, even over a long weekend. An appeal is answered within few working days, so earlier is noise.
USUAL_LEAD = Lead(3, working=True)
# Contacts, breaches and the resident's own account have to be gathered before a review.
REVIEW_LEAD = Lead(14, working=False)


class Task(Enum):
    """Whose it is to do."""

    NOBODYS = "It informs."
    ONE_PERSONS = "One person's, by name."
    OF_ROLES = "Anybody's who holds a role, and from whom no rule keeps it, where nobody is named for it."


@dataclass(frozen=True)
class Kind:
    """A kind of deadline.

    `title` is its line on a list of work, in which `{ref}` is the reference of what it is about and `{words}` what
    whoever sets it says. `plain` says it in words that tell a stranger at the screen nothing about anybody, for mail.
    `page` is where it is done; it takes the reference. `name` is short, for lists of dates: "" where it stands in none;
    `told` is what a letter to the resident calls that date. `acting` names it where another version of the policy may
    give it to other people, and `right` is the right of those who decide it where the policy names nobody.
    """

    key: str
    title: str
    plain: str
    page: str
    task: Task
    group: str
    lead: Lead = USUAL_LEAD
    name: str = ""
    told: str = ""
    acting: str = ""
    right: str = ""

    def title_of(self, ref: str, words: str) -> str:
        """Its line on a list of work, for one thing."""
        return " ".join(self.title.format(ref=ref, words=words).split())


KINDS: dict[str, Kind] = {
    kind.key: kind
    for kind in (
        Kind(WARNING_ISSUE, "Read and issue {words} {ref}", "A warning letter to issue",
             "cases:warning", Task.OF_ROLES, "warning", acting="Issuing the warning letter", right=Can.DECIDE),
        Kind(WARNING_REVISE, "Change {words} {ref}, which was returned", "A returned warning letter to revise",
             "cases:warning", Task.ONE_PERSONS, "warning"),
        Kind(INCIDENT_SUPPORT, "Support {words}", "Support for somebody affected by an incident",
             "cases:support", Task.ONE_PERSONS, "incident"),
        Kind(INCIDENT_REPORT, "Read what was reported by somebody who was there, and log it",
             "Something that was reported, to log",
             "cases:reported", Task.OF_ROLES, "incident"),
        Kind(CASE_MOVE, "Decide whether a case goes on under a newer policy",
             "Whether a case goes on under a newer policy, to decide",
             "office:move_case", Task.OF_ROLES, "case"),
        Kind(RESTRICTION_PREPARE, "Finish the proposal of a restriction", "The proposal of a restriction to finish",
             "restrictions:proposal", Task.ONE_PERSONS, "restriction"),
        Kind(RESTRICTION_DECIDE, "Decide a proposed restriction", "A proposed restriction to decide",
             "restrictions:decide", Task.OF_ROLES, "restriction", acting="Deciding the proposed restriction",
             right=Can.DECIDE),
        Kind(RESTRICTION_REVISE, "Change a proposal that was returned", "A returned restriction to revise",
             "restrictions:proposal", Task.ONE_PERSONS, "restriction"),
        Kind(RESTRICTION_LIFT, "Decide whether a restriction is lifted", "The lifting of a restriction to decide",
             "restrictions:lift", Task.OF_ROLES, "restriction"),
        Kind(RESTRICTION_END, "Last day in force", "The last day of a restriction",
             "", Task.NOBODYS, "restriction", lead=REVIEW_LEAD, name="Last day in force"),
        Kind(REVIEW_INTERVAL, "Review a restriction", "A review of a restriction",
             "restrictions:review", Task.OF_ROLES, "review", lead=REVIEW_LEAD, name="Review", told="the next review",
             acting="Deciding the review", right=Can.DECIDE),
        Kind(REVIEW_AT_END, "Review a restriction at its end", "A review of a restriction at its end",
             "restrictions:review", Task.OF_ROLES, "review", lead=REVIEW_LEAD, name="Review at the end",
             told="the review at the end", acting="Deciding the review at its end", right=Can.DECIDE),
        Kind(REVIEW_AGREE, "Decide what a review comes to", "What a review comes to, to decide",
             "restrictions:review", Task.OF_ROLES, "review"),
        Kind(REVIEW_WAIVE, "Decide whether a review is left out", "The leaving out of a review to decide",
             "restrictions:waive", Task.OF_ROLES, "review"),
        Kind(RECONSIDERATION_DECIDE, "Answer a request to reconsider a restriction",
             "A request to reconsider a restriction",
             "restrictions:review", Task.OF_ROLES, "reconsideration", name="Answer to the request to reconsider"),
        Kind(BREACH_ANSWER, "Decide what follows a breach of a restriction", "A breach of a restriction to decide on",
             "restrictions:breaches", Task.OF_ROLES, "breach", acting="Deciding what follows a breach",
             right=Can.DECIDE),
        Kind(SPOC_QUALITY_REVIEW, "Check the work of a single point of contact",
             "The work of a single point of contact to check",
             "restrictions:check_spoc", Task.OF_ROLES, "spoc", lead=REVIEW_LEAD,
             name="Check of the single point of contact"),
        Kind(SPOC_FOLLOW_UP, "Do what a check of the single point of contact left to be done",
             "Something that a check left to be done",
             "restrictions:follow_up", Task.ONE_PERSONS, "spoc"),
        Kind(SPOC_REPLACE, "Name another {words} single point of contact", "Another single point of contact to name",
             "restrictions:change_spoc", Task.OF_ROLES, "spoc", acting="Naming another single point of contact",
             right=Can.DECIDE),
        Kind(SPOC_CHANGE, "Decide on another single point of contact", "Another single point of contact to decide on",
             "restrictions:change_spoc", Task.OF_ROLES, "spoc"),
        Kind(APPEAL_WINDOW, "Last day to appeal {words}", "The last day to appeal",
             "", Task.NOBODYS, "appeal", name="Last day to appeal"),
        Kind(APPEAL_DECIDE, "Decide an appeal", "An appeal to decide",
             "appeals:decide", Task.OF_ROLES, "appeal", acting="Deciding the appeal", right=Can.DECIDE_APPEALS),
        Kind(APPEAL_HEAR, "Decide whether a late appeal is heard", "The hearing of a late appeal to decide",
             "appeals:hear", Task.OF_ROLES, "appeal"),
        Kind(REGISTER_REVIEW, "Look at the register entry again: keep or remove it", "A register entry to review",
             "register:entry", Task.OF_ROLES, "register", lead=REVIEW_LEAD),
        Kind(REGISTER_LOOK_AGAIN, "Look again at not telling the resident of the register entry",
             "A register entry to look at again",
             "register:look_again", Task.OF_ROLES, "register", lead=REVIEW_LEAD),
        Kind(REGISTER_CONSIDER, "Decide on an entry on the {words}", "An entry on a register to decide on",
             "register:consider", Task.OF_ROLES, "register"),
        Kind(REGISTER_KEEP, "Decide whether a register entry is kept", "The keeping of a register entry to decide",
             "register:keep", Task.OF_ROLES, "register"),
        Kind(REGISTER_REMOVE, "Decide whether a register entry is removed",
             "The removal of a register entry to decide",
             "register:remove", Task.OF_ROLES, "register"),
        Kind(REGISTER_CHANGE, "Decide whether a register entry is changed", "A change of a register entry to decide",
             "register:change", Task.OF_ROLES, "register"),
        Kind(REGISTER_WITHHOLD, "Decide whether a resident is told of a register entry",
             "Whether a resident is told of a register entry, to decide",
             "register:look_again", Task.OF_ROLES, "register"),
        Kind(REGISTER_SHARE, "Say which contractors are shown the register entry",
             "Which contractors are shown a register entry, to decide",
             "register:share", Task.OF_ROLES, "register"),
        Kind(DECISION_APPOINT, "Appoint somebody to {words}: nobody is free to",
             "A decision that nobody is free to make",
             "office:appoint", Task.OF_ROLES, "decision"),
        Kind(LETTER_SEND, "Send letter {ref}", "A letter to send",
             "letters:view", Task.ONE_PERSONS, "letter", name="Sending a letter"),
        Kind(LETTER_RECEIPT, "Record when letter {ref} was received: the time to appeal runs from then",
             "The day on which a letter was received",
             "appeals:received", Task.ONE_PERSONS, "letter"),
        Kind(LETTER_FAILED, "Letter {ref} was not sent by {words}: look and decide",
             "A letter that could not be sent",
             "letters:view", Task.ONE_PERSONS, "letter"),
        Kind(LETTER_UNCERTAIN, "Letter {ref} may not have been sent by {words}: look and decide",
             "A letter of which it is not certain that it left",
             "letters:view", Task.ONE_PERSONS, "letter"),
    )
}  # fmt: skip
DATES = tuple(kind.key for kind in KINDS.values() if kind.name)
"""The kinds that a list of dates shows."""
DECIDED = tuple(kind.key for kind in KINDS.values() if kind.acting)
"""The kinds that wait for whom a policy lets decide, and for others once another version holds."""


def of(key: str) -> Kind:
    """The kind by its key. Raises LookupError where there is none."""
    if key not in KINDS:
        raise LookupError(f"there is no kind of deadline “{key}”, only {', '.join(KINDS)}")
    return KINDS[key]


def in_groups(groups: Iterable[str]) -> list[str]:
    """The keys of the kinds in some groups."""
    wanted = set(groups)
    return [kind.key for kind in KINDS.values() if kind.group in wanted]

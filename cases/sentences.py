"""Verbs of the trail as sentences, and the kinds by which a timeline is filtered.

A verb that is not here is still told: "restriction.imposed" becomes "Restriction imposed".
"""

import dataclasses
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any

from audit import subjects
from audit.models import Event
from design import components, dates, words
from policies.policy import Policy

SENTENCES: dict[str, str] = {
    "incident.logged": "Incident {ref} logged",
    "incident.account_added": "Another account of incident {ref} added",
    "incident.details_added": "Details of incident {ref} added",
    "incident.affected": "Who was affected by incident {ref} recorded",
    "incident.evidence_added": "File added to incident {ref}",
    "incident.evidence_infected": "A virus was found in a file of incident {ref}",
    "incident.support_seen": "Line manager has seen incident {ref}",
    "case.opened": "Case opened",
    "case.closed": "Case closed",
    "case.referred_on": "Referred on, because the policy does not cover this person",
    "scope.judged": "Judged that the policy covers this person",
    "case.reopened": "Case reopened",
    "case.handed_over": "Case taken over by a colleague",
    "case.threshold_settled": "Decided that the case goes on to a written warning",
    "case.restriction_settled": "Decided that a restriction may be proposed",
    "gate.answered": "A question of the policy answered",
    "case.not_acted": "Decided not to act",
    "case.restricted": "Case moved to contact restrictions",
    "case.review_begun": "Case moved to review",
    "case.restriction_continued": "Case moved back to contact restrictions",
    "case.unrestricted": "Case moved back: no restriction is in force",
    "warning.drafted": "Warning letter {letter} drafted",
    "warning.sent_for_approval": "Warning letter {letter} sent for approval",
    "warning.returned": "Warning letter {letter} returned",
    "warning.changed": "Warning letter {letter} changed: why it follows the first letter",
    "warning.issued": "Warning letter {letter} issued",
    "warning.withdrawn": "Warning letter {letter} withdrawn",
    "warning.quashed": "Warning {warned} taken back on appeal",
    "warning.suspended": "Warning {warned} suspended while an appeal is decided",
    "warning.resumed": "Warning {warned} counts again",
    "warning.corrected": "Warning letter {letter} issued on appeal, in place of another",
    "case.warning_taken_back": "The case rests on that warning letter no more",
    "risk.assessed": "Risk assessed",
    "equality.assessed": "Equality impact assessed",
    "letter.drafted": "Letter {ref} drafted",
    "letter.redrafted": "Letter {ref} written anew",
    "letter.submitted": "Letter {ref} sent for approval",
    "letter.returned": "Letter {ref} handed back",
    "letter.issued": "Letter {ref} issued",
    "letter.withdrawn": "Letter {ref} withdrawn",
    "letter.rendered": "Letter {ref} made into a PDF",
    "letter.opened": "Letter {ref} opened",
    "letter.arrived": "It is recorded when letter {ref} was received",
    "letter.dispatch_begun": "Sending of letter {ref} begun",
    "letter.dispatched": "Letter {ref} sent{how}",
    "letter.dispatch_put_off": "Sending of letter {ref} put off",
    "letter.dispatch_failed": "Letter {ref} could not be sent",
    "letter.dispatch_uncertain": "Letter {ref} may or may not have been sent",
    "letter.dispatch_confirmed": "Letter {ref} found to have been sent",
    "letter.sending_tried_again": "Sending of letter {ref} tried again",
    "restriction.started": "Proposal {ref} begun",
    "restriction.proposed": "Restriction {ref} proposed",
    "restriction.returned": "Proposal {ref} returned",
    "decision.agreed": "Agreed to {ref}, with others",
    "decision.not_agreed": "Did not agree to {ref}",
    "decision.met": "Meeting on {ref} held{with}",
    "decision.appointed": "Appointed {name} to decide {ref}, because nobody was free to",
    "decision.consulted": "Consulted on {ref}",
    "restriction.handed_over": "Proposal {ref} taken over by a colleague",
    "restriction.withdrawn": "Proposal {ref} withdrawn",
    "restriction.imposed": "Restriction {ref} imposed",
    "restriction.extended": "Restriction {ref} extended",
    "restriction.varied": "Restriction {ref} varied",
    "restriction.kept": "Restriction {ref} kept as it is",
    "restriction.lifted": "Restriction {ref} lifted",
    "restriction.lapsed": "Restriction {ref} lapsed: its last day in force has passed",
    "restriction.suspended": "Restriction {ref} suspended while an appeal is decided",
    "restriction.resumed": "Restriction {ref} holds again",
    "restriction.late_review_told": "Told that the review of {ref} will be late",
    "review.begun": "Review {ref} begun",
    "review.account_recorded": "The resident's own account recorded for review {ref}",
    "spoc.named": "Single point of contact named under {ref}",
    "spoc.changed": "Single point of contact under {ref} changed",
    "spoc.covered": "Cover for the single point of contact under {ref} arranged",
    "spoc.cover_ended": "Single point of contact under {ref} back before the cover was to end",
    "spoc.checked": "Work of the single point of contact under {ref} checked",
    "spoc.followed_up": "What a check of the single point of contact under {ref} left has been done",
    "spoc.left": "The single point of contact under {ref}, or their cover, is there no more: another was asked for",
    "breach.logged": "Breach of {ref} logged",
    "breach.answered": "Decided what follows a breach of {ref}",
    "reconsideration.requested": "The resident asked for a restriction to be looked at again: review {ref}",
    "police.told": "The police told, with {ref}",
    "police.not_told": "Decided that the police are not told, with {ref}",
    "review.waived": "Decided that {ref} is not reviewed before its last day",
    "review.decided": "Review {ref} decided",
    "appeal.lodged": "Appeal {ref} lodged",
    "appeal.acknowledged": "Appeal {ref} acknowledged",
    "appeal.heard_late": "Decided that appeal {ref} is heard",
    "appeal.window_closed": "The time to appeal against {ref} has passed",
    "appeal.upheld": "Appeal {ref} upheld",
    "appeal.varied": "Appeal {ref} decided: the restriction is varied",
    "appeal.out_of_time": "Appeal {ref} refused as late",
    "appeal.dismissed": "Appeal {ref} dismissed",
    "appeal.withdrawn": "Appeal {ref} withdrawn",
    "register.entered": "Register entry {ref} made",
    "register.changed": "Register entry {ref} changed",
    "register.removed": "Register entry {ref} removed",
    "register.stays_on": "Register entry {ref} stays after the end of its restriction",
    "register.asked": "An entry on the {register} put forward",
    "register.not_entered": "Decided against an entry on the {register}",
    "register.erased": "Register entry {ref} erased: the time to keep it is over",
    "highlight.made": "Terms highlighted for those who visit or phone ({ref})",
    "highlight.changed": "What is highlighted for those who visit or phone changed ({ref})",
    "highlight.ended": "Terms no longer highlighted ({ref})",
    "register.kept": "Register entry {ref} kept after a look",
    "report.made": "What happened reported by somebody who was there",
    "report.taken": "An incident begun from what was reported",
    "report.not_logged": "Decided not to log what was reported",
    "register.shared": "Register entry {ref} shared with {organisation}",
    "register.share_carried_over": "Register entry {ref} still shared with {organisation}, as before",
    "register.share_acknowledged": "{organisation} received what is shared of register entry {ref}",
    "register.share_ended": "Register entry {ref} shared with {organisation} no longer",
    "register.looked_up": "Register looked up",
    "register.checked": "Register checked before a visit",
    "register.not_told": "Decided not to tell the resident of register entry {ref}",
    "register.resident_told": "Resident told of register entry {ref}",
    "register.recipients_told": "Those who had seen register entry {ref} told of the change",
    "case.policy_moved": "Case moved to a newer version of the policy",
    "deadline.followed_policy": "A date, or whose it is, changed with the version of the policy",
    "deadline.moved": "A date moved from {was} to {now} because the days off changed. {because}",
}

KINDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "incidents": ("Incidents", ("incident.",)),
    "warnings": ("Warnings", ("warning.",)),
    "assessments": ("Assessments", ("risk.", "equality.")),
    "restrictions": (
        "Restrictions and reviews",
        ("restriction.", "review.", "spoc.", "breach.", "reconsideration.", "decision.", "police."),
    ),
    "appeals": ("Appeals", ("appeal.",)),
    "letters": ("Letters", ("letter.",)),
    "register": ("Register", ("register.", "highlight.")),
    "case": ("Case", ("case.",)),
}
DECISIONS = "decisions"
# How a letter was made and sent stands on its own page; the case is told what was decided, and that the letter went.
WORKINGS = ("letter.rendered", "letter.dispatch_begun", "letter.opened")
HOW = {"print": " to be printed and posted", "email": " by e-mail"}
LABELS = {
    "looked_at": "Looked at",
    "findings": "Found",
    "to_change": "To be changed",
    "done": "Done",
    "account": "",
    "reasons": "Why",
    "why": "Why",
    "considered": "Considered",
    "not_done": "Not done",
    "offered": "Offered",
    "said": "Said",
    "same_again": "Why it follows the first letter",
    "hazard": "Reported as unsafe",
}


HEALTH_VERBS = ("equality.assessed", "need.recorded", "need.ended")
"""What was recorded with words that are about health altogether."""
CLOSED_INCIDENT = "Somebody else had a part in it whose file is closed to you. Ask your team leader."
HEALTH_WORDS = frozenset({"needs_considered", "adjustment_reason"})


def sentence(event: Event) -> str:
    """What happened, in a few words.

    >>> sentence(Event(verb="restriction.term_added", subject_ref="X-000004"))
    'Restriction term added'
    """
    known = SENTENCES.get(event.verb)
    if known is None:
        return words.upper_first(event.verb.replace(".", " ").replace("_", " "))
    facts = event.facts or {}
    if facts.get("first"):
        known = known.replace("Warning letter", "First letter").replace("Warning {warned}", "First {warned}")
    told = {
        "ref": event.subject_ref.partition(".")[0],
        "letter": facts.get("letter", ""),
        "register": facts.get("register", ""),
        "warned": f"letter {facts['letter']}" if facts.get("letter") else f"of {facts.get('incident', '')}",
        "how": HOW.get(facts.get("channel", ""), ""),
        "name": facts.get("name", "somebody"),
        "with": _met(facts),
        "organisation": facts.get("organisation", "a contractor"),
    }
    if event.verb == "deadline.moved":
        told |= {name: dates.day(date.fromisoformat(facts[name])) for name in ("was", "now")}
        told["because"] = facts["because"]
    return known.format(**told).replace("  ", " ")


def _met(facts: Mapping[str, Any]) -> str:
    """On which day a meeting was, and who took part; "" where an event says nothing of that."""
    if not facts.get("took_part"):
        return ""
    *others, last = facts["took_part"]
    people = f"{', '.join(others)} and {last}" if others else last
    return f" on {dates.day(date.fromisoformat(facts['on']))} by {people}"


def body(event: Event) -> dict[str, Any]:
    """The personal words of an event; empty where there were none or they have been erased."""
    text = getattr(event, "words", None)
    return dict(text.body or {}) if text is not None else {}


def acts(events: Iterable[Event]) -> list[tuple[Event, list[Event]]]:
    """Events as acts: what one person did at one instant is one, led by its decision; the rest came with it.

    A service records everything of one act with one instant, so that a decision, what it moved, and its letter belong
    together. A letter that another event of the act names is not told twice. Expects the newest first.
    """
    together: dict[tuple[Any, str], list[Event]] = {}
    for event in events:
        together.setdefault((event.at, event.by_ref), []).append(event)
    return [_led(sorted(act, key=lambda event: event.pk)) for act in together.values()]


def _led(act: list[Event]) -> tuple[Event, list[Event]]:
    lead = min(act, key=lambda event: (getattr(event, "decision", None) is None, _behind(event), event.pk))
    named = {(event.facts or {}).get("letter") for event in act} - {None}
    issued = {event.subject_ref for event in act if event.verb == "letter.issued"}
    rest = [
        event
        for event in act
        if event is not lead
        and not (event.subject_kind == subjects.LETTER and event.subject_ref in named)
        and not (event.verb == "letter.drafted" and event.subject_ref in issued)
    ]
    return lead, rest


def _behind(event: Event) -> int:
    """What follows from other things leads no act: the move of a case, an entry of the register, a letter."""
    return ("case", "register", "highlight", "letter", "deadline").count(event.verb.partition(".")[0])


def about_health(event: Event) -> bool:
    """Whether some of an event's words are about health, and covered until they are asked for (rule D8)."""
    told = body(event)
    return bool(told) and (event.verb in HEALTH_VERBS or not HEALTH_WORDS.isdisjoint(told))


def act_entry(
    lead: Event, rest: Iterable[Event], *, covered: bool = True, closed: Collection[str] = ()
) -> components.Entry:
    """An act as one entry: its lead in full, and what came with it, each with those of its words that say more."""
    first = entry(lead, covered=covered, closed=closed)
    said = set(first.text.split("\n"))
    also = []
    for event in rest:
        one = entry(event, covered=covered, closed=closed)
        more = [line for line in one.text.split("\n") if line and line not in said]
        source = one.clause if one.clause != first.clause else ""
        also.append(". ".join(part for part in (one.title, *(line.rstrip(".") for line in more), source) if part))
    return dataclasses.replace(first, also=also)


def entry(event: Event, *, covered: bool = True, closed: Collection[str] = ()) -> components.Entry:
    """An event as an entry of a timeline, with its words, its decision's source, and a link to what it is about.

    The words that were used against somebody are left to the incident's page, where they are covered. While what is
    about health is `covered`, the entry says that there is some. Of an incident that is `closed` to the reader, by its
    reference, no word is told.
    """
    shut = event.subject_kind == subjects.INCIDENT and event.subject_ref in closed
    told = {} if shut else body(event)
    hidden = covered and about_health(event)
    if hidden:
        told = {} if event.verb in HEALTH_VERBS else {k: v for k, v in told.items() if k not in HEALTH_WORDS}
    decision = getattr(event, "decision", None)
    used = told.pop("words used", "")
    order = list(LABELS)
    lines = [
        f"{label}: {_told(value)}" if label else _told(value)
        for key, value in sorted(told.items(), key=lambda one: order.index(one[0]) if one[0] in order else len(order))
        for label in [LABELS.get(key, words.upper_first(key.replace("_", " ")))]
    ]
    if hidden:
        lines.append("What is about health is covered.")
    if shut:
        lines.append(CLOSED_INCIDENT)
    if used:
        lines.append("The words used stand, covered, on the incident's page.")
    if event.digest and getattr(getattr(event, "words", None), "erased_by_id", None):
        lines.append("The words of this entry were erased; the record of it stays.")
    return components.Entry(
        title=sentence(event),
        at=event.at,
        by=event.by_name or "Evenhand, by the clock",
        text="\n".join(lines),
        clause=_source(decision),
        anchor=f"event-{event.pk}",
    )


def _told(value: Any) -> str:
    """Words as they were written; of several, one after the other."""
    return "; ".join(str(one).rstrip(".;") for one in value) if isinstance(value, list) else str(value)


def _source(decision: Any) -> str:
    """Whose rule a decision was made under, as the screens name it."""
    if decision is None:
        return ""
    if decision.source == "policy":
        plural = "Clauses" if "," in decision.clause else "Clause"
        return f"{plural} {decision.clause}"
    return str(decision.get_source_display())


def moment_of(day: Any, time: Any) -> str:
    """When an incident happened: its day, and its time where that is known."""
    return f"{dates.day(day)} at {dates.clock(time)}" if time else dates.day(day)


def roles(policy: Policy, keys: Collection[str]) -> str:
    """Roles in the policy's own names and order, as a list of dates has them: "Team Leader or Manager"."""
    order = list(policy.roles)
    known = sorted(keys, key=lambda key: order.index(key) if key in order else len(order))
    return words.either([policy.roles[key].name if key in policy.roles else key.replace("_", " ") for key in known])

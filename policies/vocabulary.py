"""The words that a policy file may use, by what they name; where a word needs telling, with what it means."""

STATES = ("initial warning", "written warning", "contact restriction", "review")
NATIONS = ("england", "wales", "scotland", "northern ireland")
PROVIDER_KINDS = ("council", "association", "almo", "co-operative", "charity")
MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
OMBUDSMEN = ("housing ombudsman", "lgsco", "spso", "psow", "nipso")
INTERNAL = ("second appeal", "panel", "complaint")
CHANNELS = (
    "phone", "in person", "email", "post", "letter", "writing", "text message", "social media", "online", "third party",
)  # fmt: skip
ACTIONS: dict[str, str] = {
    "end_contact": "end a call or conversation",
    "warn": "give a warning",
    "restrict": "impose a restriction",
    "interim": "impose an interim restriction",
    "spoc": "name a single point of contact",
    "change_spoc": "change the single point of contact",
    "extend": "extend a restriction",
    "vary": "vary a restriction",
    "lift": "lift a restriction",
    "review": "decide a review",
    "late_review": "hold a review late",
    "appeal": "decide an appeal",
    "appeal_received": "receive an appeal",
    "reconsider": "reconsider a restriction",
    "breach": "answer a breach",
    "police": "tell the police",
    "no_police": "not tell the police",
    "legal_action": "take legal action",
    "enter_register": "enter on the register",
    "remove_register": "remove from the register",
    "withhold_entry": "not tell the resident of an entry",
    "unacceptable_correspondence": "find correspondence unacceptable",
    "limit_complaints": "limit repeat complaints",
    "outside_contact": "record contact outside the office",
    "safeguarding": "refer a safeguarding concern",
    "close_matter": "close the matter",
    "move_case": "let a case go on under a newer version of the policy",
}
GATES = (
    "equality_assessment", "risk_assessment", "root_cause", "less_restrictive", "adjustments", "incident_form",
    "social_work", "evidence",
)  # fmt: skip
RESTRICTION_KINDS: dict[str, str] = {
    "named person": "all contact, or some of it, goes through one person or a few",
    "only channels": "only the ways of contact that are named stay open",
    "no channels": "the ways of contact that are named are closed; all of them, where none is named",
    "third party": "contact goes through somebody who speaks for the resident",
    "times": "contact at certain times or on certain days",
    "frequency": "so many contacts in a week or a month",
    "issues": "so many matters at once or in a period",
    "reply cadence": "answers at stated intervals, not to each contact",
    "appointment": "meetings, or coming to the office, by appointment",
    "two staff": "visits and meetings by two members of staff",
    "witness": "somebody else is there at visits or meetings",
    "no reply": "what is abusive, or was answered before, is read and not answered",
    "return correspondence": "what is sent is given back",
    "block online": "blocked or hidden on social media or a website",
    "withhold details": "names of staff, or how to reach them directly, are not given out",
    "read and file": "what is sent is read and kept, and answered only where there is something new",
    "divert": "calls or e-mails go to another line or mailbox",
    "no further consideration": "one matter is closed, and not looked at again without something new",
    "end direct contact": "no direct contact by the ways that are named, or by any; through somebody else at most",
}
ALWAYS_ACCEPTED = (
    "emergency", "repair", "hazard", "safeguarding", "domestic abuse", "anti-social behaviour", "complaint", "appeal",
    "data request", "adjustment", "ombudsman", "solicitor", "police", "elected representative", "information request",
)  # fmt: skip
PERSONS = (
    "tenant", "prospective tenant", "shared owner", "leaseholder", "homelessness applicant", "applicant",
    "household member", "visitor", "advocate", "elected representative", "service user", "stakeholder",
    "member of the public",
)  # fmt: skip
NOT_BY: dict[str, str] = {
    "proposer": "whoever proposed it",
    "affected": "whoever the behaviour was aimed at",
    "first decider": "whoever made the decision that is looked at again",
    "involved": "whoever had any part in that decision",
    "spoc": "the single point of contact",
}
DAY_OFF = ("next working day", "previous working day", "stands", "may be later")
BREACH_STEPS = (
    "breach warning", "further restriction", "legal warning", "injunction", "civil restraint order",
    "possession notice", "possession", "demotion", "legal action", "tenancy action", "police",
    "loss of housing register place",
)  # fmt: skip

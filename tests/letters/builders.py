"""Facts of every kind of letter, as the apps that ask for letters would make them; and what a letter is about."""

from dataclasses import dataclass

from audit import subjects
from audit.models import Trail
from people.models import PolicyVersion, Resident
from tests.factories import NOON


@dataclass(frozen=True)
class About:
    """What a letter is about, where a test needs no row of it."""

    trail: Trail
    resident: Resident
    policy_version: PolicyVersion


def about(resident: Resident, pointer: str = "case:C-000001", version: PolicyVersion | None = None) -> About:
    """A case of a resident, or something in it, under a version of the policy; without one, that of noon."""
    provider = resident.provider
    kind, ref = subjects.kind_of(pointer), subjects.ref_of(pointer)
    trail = Trail(kind, ref, provider.slug, resident.reference, "C-000001")
    return About(trail, resident, version or provider.policy_version_on(NOON.date()))


INCIDENTS = [
    {
        "reference": "I-000001",
        "on": "2026-12-03",
        "channel": "By phone",
        "what": "You shouted for ten minutes and said that you would come down and sort us out.",
    },
    {
        "reference": "I-000002",
        "on": "2026-12-10",
        "channel": "in person",
        "what": "You followed an officer to her car.",
    },
]
TERMS = [
    {"channel": "phone", "limit": "once a week", "words": "You can phone us once a week, on Tuesdays."},
    {"channel": "in person", "limit": "", "words": "You cannot come to our offices without an appointment."},
]
APPEAL = {
    "until": "2027-01-19",
    "explained": "20 working days from the decision on 18 December 2026 (6.34, must).",
    "how": "in writing, by e-mail or by post",
    "to_post": "Housing Services\nDover District Council\nWhitfield\nDover\nCT16 3PJ",
    "to_email": "housing@dover.gov.uk",
    "decided_by_role": "Manager",
    "clause": "6.34",
}
RESTRICTION = {
    "reference": "X-000004",
    "decided_on": "2026-12-18",
    "reasons": "You were warned on 4 December 2026, and it happened again.",
    "incidents": INCIDENTS,
    "terms": TERMS,
    "arrangement": ["Write to us by post or e-mail."],
    "always_accepted": [
        {"words": "reports of hazards in the home", "cite": "Law"},
        {"words": "complaints", "cite": "Law"},
    ],
    "starts_on": "2026-12-18",
    "ends_on": "2027-06-18",
    "months": 6,
    "review_on": "2027-06-18",
    "review_explained": "On the last day, 18 June 2027 (6.18, must).",
    "appeal": APPEAL,
    "register": {
        "name": "Staff Risk & Unacceptable Behaviour Register",
        "told": True,
        "who_sees": "staff whose duties need it",
        "until": None,
    },
    "spoc": {"name": "Sam Contact", "phone": "01304 111111", "email": "sam@dover.example"},
    "adjustments": "We have agreed to write to you in large print. That stays.",
    "follows": "X-000001",
    "extreme": False,
}
REVIEWED = {
    "review_reference": "V-000003",
    "restriction_reference": "X-000004",
    "outcome": "extend",
    "reasons": "There was another incident on 2 June 2027.",
    "terms": TERMS,
    "starts_on": "2027-06-19",
    "ends_on": "2027-12-18",
    "next_review_on": "2027-12-18",
    "appeal": APPEAL | {"until": "2027-07-16"},
    "late": True,
    "late_reason": "18 June 2027 was a day on which our offices were closed.",
}
BREACH = {
    "restriction_reference": "X-000004",
    "incidents": INCIDENTS,
    "terms": TERMS,
    "consequence": "If it happens again, we may send you a legal warning.",
    "ends_on": "2027-06-18",
}
FACTS: dict[str, dict] = {
    "warning": {
        "incidents": INCIDENTS,
        "expected": "Speak to us without shouting, and do not threaten anybody who works for us.",
        "consequence": "If it happens again, we may limit how you can contact us.",
        "clause_consequence": "6.13",
        "appeal_possible": False,
        "support": "If something is going on that we could help with, tell us.",
    },
    "first_stage": {
        "incidents": INCIDENTS,
        "expected": "Speak to us without shouting, and do not threaten anybody who works for us.",
        "consequence": "If it happens again, we may send you a written warning.",
        "clause_consequence": "4.1",
        "appeal_possible": False,
        "support": "If something is going on that we could help with, tell us.",
        "agreed": "You told us what had made you angry, and that it would not happen again.",
    },
    "restriction": RESTRICTION,
    "restriction_varied": RESTRICTION
    | {"previous_reference": "X-000003", "what_changes": "You can now also phone us."},
    "restriction_extended": RESTRICTION
    | {"previous_reference": "X-000003", "what_changes": "The last day is later: 18 June 2027."},
    "restriction_lifted": {
        "reference": "X-000004",
        "ended_on": "2027-03-01",
        "reasons": "There have been no incidents for ten weeks.",
        "register_removed": True,
    },
    "appeal_acknowledgement": {
        "appeal_reference": "A-000002",
        "restriction_reference": "X-000004",
        "received_on": "2027-01-04",
        "in_time": True,
        "answer_by": "2027-01-18",
        "answer_explained": "10 working days from the day we received it, 4 January 2027 (6.35, endeavour).",
        "decided_by_role": "Manager",
        "meanwhile": "The limits stay in force while we look at your appeal.",
    },
    "appeal_outcome": {
        "appeal_reference": "A-000002",
        "restriction_reference": "X-000004",
        "outcome": "varied",
        "reasons": "The limit on visits was wider than it had to be.",
        "considered": "Your letter, and the records of both incidents.",
        "effect": "From today you can come to our offices by appointment on any weekday.",
        "terms": TERMS,
        "starts_on": "2027-01-12",
        "ends_on": "2027-06-18",
        "final": True,
        "next": {"name": "Housing Ombudsman Service", "words": "Its number is on its website."},
    },
    "review_outcome": REVIEWED,
    "reconsideration_outcome": REVIEWED
    | {
        "outcome": "keep",
        "appeal": None,
        "received_on": "2027-02-01",
        "final": True,
        "late": False,
        "late_reason": "",
    },
    "breach_warning": BREACH,
    "legal_warning": BREACH | {"consequence": "We may ask a court to order you to keep to the limits."},
    "spoc_changed": {
        "restriction_reference": "X-000004",
        "person": {"name": "Colin Cover", "phone": "01304 222222", "email": "colin@dover.example"},
        "from_on": "2027-03-01",
        "until_on": "2027-03-12",
        "afterwards": {"name": "Sam Contact", "phone": "01304 111111", "email": "sam@dover.example"},
        "how": "Ring on weekdays between 10am and midday.",
    },
    "review_waived": {
        "restriction_reference": "X-000004",
        "reasons": "The limits protect a colleague who was hurt.",
        "ends_on": "2027-06-18",
    },
    "policy_moved": {
        "effective_on": "2026-12-01",
        "decided_on": "2026-12-18",
        "restriction_reference": "X-000004",
        "reviews": [
            {
                "at_end": False,
                "was_on": "2027-06-18",
                "now_on": "2027-03-18",
                "explained": "Every 3 months from the start on 18 December 2026 (6.18, must).",
            },
        ],
        "appeals": [
            APPEAL | {"against": "our decision of 18 December 2026 (X-000004)", "was_until": "2027-01-05", "new": False}
        ],
        "always_accepted": [{"words": "complaints", "cite": "Law"}],
        "register": {"name": "Warning markers", "told": True, "who_sees": "Housing Officers", "until": "2027-06-18"},
        "ombudsman_changed": False,
    },
    "late_review_notice": {
        "restriction_reference": "X-000004",
        "due_on": "2027-06-19",
        "falls_on_why": "Saturday",
        "review_on": "2027-06-21",
    },
}

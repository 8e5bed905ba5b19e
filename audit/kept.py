"""How each table of the product is kept. Audit points upwards by the name of the table only, as paper does.

A table is added to and never changed (`APPENDED`), or it changes and every state of each row is kept (`CHANGING`), or
it is no evidence (`BESIDE`), for a reason that stands here. A test compares the three with all models, so that no new
table is forgotten; the guards are written anew from here after each migration (`audit.guards`, docs/adr/0166).
"""

from collections.abc import Mapping
from types import MappingProxyType

PRODUCT = "evenhand_product"
"""The role of the database as which web, worker and beat work: it reads and writes rows, and no more."""
READER = "evenhand_reader"
"""The role of the database that reads and changes nothing."""

WORDS = "audit_eventtext"
HISTORY = "audit_history"

APPENDED: Mapping[str, str] = MappingProxyType(
    {
        "audit_event": "id",
        "audit_decision": "event_id",
        "register_lookup": "id",
        "register_receipt": "id",
        "letters_rendering": "letter_id",
        "cases_evidence": "id",
        "cases_assessment": "id",
        "cases_scan": "id",
        "people_policyversion": "id",
    }
)
"""What is only ever added to, by its key: the database refuses to change, delete or empty it, whoever asks."""

CHANGING: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "appeals_appeal": (),
        "cases_affected": (),
        "cases_case": (),
        "cases_case_incidents": (),
        "cases_incident": (),
        "cases_involvement": (),
        "cases_warning": (),
        "cases_warning_incidents": (),
        "deadlines_deadline": (),
        "deadlines_holiday": (),
        "decisions_appointment": (),
        "decisions_consultation": (),
        "decisions_voice": (),
        "guardian_groupobjectpermission": (),
        "guardian_userobjectpermission": (),
        "letters_arrival": (),
        "letters_dispatch": (),
        "letters_letter": (),
        "office_adoption": (),
        "people_address": (),
        "people_contactpoint": (),
        "people_cover": (),
        "people_fileaccess": (),
        "people_holding": (),
        "people_need": (),
        "people_occupancy": (),
        "people_organisation": (),
        "people_provider": (),
        "people_representative": (),
        "people_resident": ("search",),
        "people_role": (),
        "people_tenancy": (),
        "people_user": ("password", "last_login"),
        "people_user_groups": (),
        "people_user_user_permissions": (),
        "register_consideration": (),
        "register_entry": ("search",),
        "register_report": (),
        "register_share": (),
        "restrictions_breach": (),
        "restrictions_breachstep": (),
        "restrictions_naming": (),
        "restrictions_restriction": (),
        "restrictions_restriction_incidents": (),
        "restrictions_review": (),
        "restrictions_spoccheck": (),
        "restrictions_term": (),
    }
)
"""What changes: every state of each row is kept, but for these columns, which are secrets or made from the others."""

BESIDE: Mapping[str, str] = MappingProxyType(
    {
        HISTORY: "is the history itself, with guards of its own",
        WORDS: "is kept like what is added to, and may be blanked; guards of its own",
        "account_emailaddress": "how somebody signs in; what happened to it is on the trail",
        "account_emailconfirmation": "a link that was sent, for some days",
        "audit_seal": "is the seal itself, with guards of its own",
        "audit_verification": "what a look at the trail found, which can be had again by looking",
        "auth_group": "a name for the permissions of a role; the role has its history",
        "auth_group_permissions": "what every group of one kind may, written anew at each release",
        "auth_permission": "written anew at each release",
        "cases_draft": "what somebody has typed and not yet saved",
        "design_press": "a form sent once, kept for some days",
        "django_content_type": "written anew at each release",
        "django_session": "a sign-in that ends by itself",
        "letters_notice": "a mail to staff that says what waits and where; what it is about has its own events",
        "mfa_authenticator": "how somebody signs in, with secrets; what happened to it is on the trail",
        "people_accountmail": "a mail that is about to stand in the outbox, gone once it does; why is on the trail",
        "people_knownplace": "from where somebody has signed in before, as a hash, for some weeks",
        "people_session": "a sign-in that ends by itself; that it began and ended is on the trail",
        "people_wrongtries": "how often signing in went wrong lately; each time is on the trail",
        "register_handle": "what a search handed out, for some minutes; the search and the look are on the trail",
        "socialaccount_socialaccount": "how somebody signs in; what happened to it is on the trail",
        "socialaccount_socialapp": "set from the environment, and empty",
        "socialaccount_socialtoken": "how somebody signs in, and empty",
        "worklist_digest": "that a mail was asked for, so that none is asked for twice",
        "worklist_reminder": "that a mail was asked for, so that none is asked for twice",
        "worklist_sweep": "how far a nightly look has come",
    }
)
"""What is no evidence, each with the reason."""

RELEASES = "django_migrations"
"""Kept like what changes: rows that a release changed are told from rows that nobody may have changed."""

LOCKED: Mapping[str, str] = MappingProxyType({"register_lookup": "id"})
"""What is added to and yet locked by a service: PostgreSQL asks for the right to write a column for that."""

QUIET: Mapping[str, str] = MappingProxyType(
    {"letters_dispatch": "a worker sends mails to staff too, of which no event tells; each step is in the history"}
)
"""What changes without an event in the same transaction, each with the reason; all else that does so is a break."""

BEING_WRITTEN = ("restrictions_restriction", "restrictions_restriction_incidents", "restrictions_term")
"""A proposal is saved page by page while it is written; one event tells that it was begun, another that it was made."""
UNPROPOSED = ("draft", "returned")

ASKED_BY_THE_CLOCK = ("spoc.replace", "decision.appoint", "letter.receipt")
"""Kinds of deadline by which the nightly sweep asks somebody, or asks no longer: nobody's act, and nothing happened."""

"""Verbs of people: adopt a policy, add and change residents, make accounts."""

from people.services.details import Details, Home, details_of, known
from people.services.files import end_access, keep_out, keep_to, open_to, open_urgently
from people.services.finding import likely_doubles, search_text
from people.services.health import show_health
from people.services.needs import end_need, end_representative, name_representative, record_need
from people.services.providers import adopt_policy, digest_of, found_provider, make_user, wording_carried
from people.services.residents import add_resident, add_with_tenancy, change_resident, saved
from people.services.tenancies import Household, households, join_tenancy, leave_tenancy

__all__ = [
    "Details",
    "Home",
    "Household",
    "add_resident",
    "add_with_tenancy",
    "adopt_policy",
    "change_resident",
    "details_of",
    "digest_of",
    "end_access",
    "end_need",
    "end_representative",
    "found_provider",
    "households",
    "join_tenancy",
    "keep_out",
    "keep_to",
    "known",
    "leave_tenancy",
    "likely_doubles",
    "make_user",
    "name_representative",
    "open_to",
    "open_urgently",
    "record_need",
    "saved",
    "search_text",
    "show_health",
    "wording_carried",
]

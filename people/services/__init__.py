"""Verbs of people: adopt a policy, add and change residents, make accounts."""

from people.services.accounts import (
    StaffDetails,
    arrange_cover,
    change_account,
    close_account,
    end_cover,
    make_user,
    open_account,
    staff_details,
    staff_saved,
    with_manager,
)
from people.services.details import Details, Home, details_of, known
from people.services.files import check_said, closed_to, end_access, keep_out, keep_to, open_to, open_urgently
from people.services.finding import likely_doubles, search_text
from people.services.health import show_health
from people.services.needs import end_need, end_representative, name_representative, record_need
from people.services.providers import adopt_policy, digest_of, found_provider, named_roles, wording_carried
from people.services.residents import add_resident, add_with_tenancy, change_resident, saved
from people.services.tenancies import Household, households, join_tenancy, leave_tenancy

__all__ = [
    "Details",
    "Home",
    "Household",
    "StaffDetails",
    "add_resident",
    "add_with_tenancy",
    "adopt_policy",
    "arrange_cover",
    "change_account",
    "change_resident",
    "close_account",
    "details_of",
    "digest_of",
    "end_cover",
    "end_access",
    "end_need",
    "end_representative",
    "found_provider",
    "households",
    "join_tenancy",
    "check_said",
    "closed_to",
    "keep_out",
    "keep_to",
    "known",
    "leave_tenancy",
    "likely_doubles",
    "make_user",
    "name_representative",
    "named_roles",
    "open_account",
    "record_need",
    "saved",
    "search_text",
    "staff_details",
    "staff_saved",
    "with_manager",
    "open_to",
    "open_urgently",
    "record_need",
    "saved",
    "search_text",
    "show_health",
    "wording_carried",
]

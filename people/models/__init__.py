"""Providers, staff, residents and how to reach them: a module a noun, gathered here as Django needs it."""

from people.models.account_mail import AccountMail
from people.models.cover import Cover
from people.models.file_access import FileAccess
from people.models.need import Need
from people.models.provider import Organisation, PolicyVersion, Provider
from people.models.resident import Address, ContactPoint, Representative, Resident
from people.models.role import Holding, Role
from people.models.session import KnownPlace, Session, WrongTries
from people.models.tenancy import Occupancy, Tenancy
from people.models.user import User

__all__ = [
    "AccountMail",
    "Address",
    "ContactPoint",
    "KnownPlace",
    "Cover",
    "Holding",
    "FileAccess",
    "Need",
    "Occupancy",
    "Organisation",
    "PolicyVersion",
    "Provider",
    "Representative",
    "Resident",
    "Role",
    "Session",
    "Tenancy",
    "User",
    "WrongTries",
]

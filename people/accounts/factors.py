"""How second factors behave here: passkeys belong to the address that people type, secrets are kept encrypted."""

import base64
import hashlib
from functools import lru_cache
from typing import cast
from urllib.parse import urlsplit

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.http import HttpRequest

from people import access
from people.models import User

CODE = "Enter the six figures that the app shows now, or a recovery code that you have not used"
HAS = "second_factor"
# What somebody can open who has to set one up before anything else.
BEFORE = {
    "account_factor_first", "mfa_activate_totp", "mfa_add_webauthn", "account_reauthenticate", "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
}  # fmt: skip
SECOND = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


class Adapter(DefaultMFAAdapter):
    """Our words, our address, and secrets that a copy of the database does not give away."""

    error_messages = DefaultMFAAdapter.error_messages | {"incorrect_code": CODE}

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Passkeys are made for the host of `EVENHAND_BASE_URL`, whatever a request says."""
        return {"id": urlsplit(settings.BASE_URL).hostname or "localhost", "name": "Evenhand"}

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        """What a passkey is called where nobody names it."""
        return f"Passkey {Authenticator.objects.filter(user=user, type=type).count() + 1}"

    def encrypt(self, text: str) -> str:
        """The secret of an app or of recovery codes, as it is kept."""
        return _box(settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS).encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """The same as it was; raises where neither the key nor one before it fits."""
        box = _box(settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
        return box.decrypt(encrypted_text.encode()).decode()


@lru_cache(maxsize=4)
def _box(*keys: str) -> MultiFernet:
    """Encrypts with a key of its own that comes from the newest secret key, and reads what any of them wrote."""
    made = (hashlib.sha256(b"second factor\0" + key.encode()).digest() for key in keys)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(one)) for one in made])


def has_second(user: User) -> bool:
    """Whether somebody has an app or a passkey; recovery codes alone are none."""
    return Authenticator.objects.filter(user=user, type__in=SECOND).exists()


def demanded_of(user: User) -> bool:
    """Whether somebody is to sign in with a second factor: administrators, and roles that the provider chose."""
    held = user.capabilities
    if settings.FACTOR_FOR_ADMINISTRATORS and any(access.Can.ADMINISTER in rights for rights in held.values()):
        return True
    chosen = user.provider.factor_roles
    return bool(chosen) and any(role.key in chosen for role in user.roles)


def owed(request: HttpRequest) -> bool:
    """Whether somebody who is in has to set up a second factor before anything else. Asked once a session."""
    if request.session.get(HAS):
        return False
    user = cast(User, request.user)
    if not demanded_of(user):
        return False
    request.session[HAS] = has_second(user)
    return not request.session[HAS]

"""Second factors for tests: an authenticator app of which the code is known, a passkey, recovery codes."""

import time
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import sha256, websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData

from people.models import User

SECRET = "JBSWY3DPEHPK3PXP"
SEED = "00" * 40


def add(user: User, kind: str) -> Authenticator:
    """A factor of a kind, as the library keeps it."""
    data = {
        "totp": {"secret": get_adapter().encrypt(SECRET)},
        "recovery_codes": {"seed": get_adapter().encrypt(SEED), "used_mask": 0},
        "webauthn": {"name": "Work phone", "credential": _registered(), "passwordless": False},
    }[kind]
    return Authenticator.objects.create(user=user, type=kind, data=data)


def code(secret: str = SECRET, *, at: float | None = None) -> str:
    """What the app shows at an instant."""
    counter = int((time.time() if at is None else at) // 30)
    return f"{auth.hotp_value(secret, counter):06d}"


def _registered() -> dict[str, Any]:
    """What a browser hands over when a passkey is made for localhost; the key itself is thrown away."""
    public = ES256.from_cryptography_key(ec.generate_private_key(ec.SECP256R1()).public_key())
    of_key = AttestedCredentialData.create(bytes(16), b"a passkey of a test", public)
    flags = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.AT
    made = AttestationObject.create("none", AuthenticatorData.create(sha256(b"localhost"), flags, 0, of_key), {})
    client = b'{"type":"webauthn.create","challenge":"AA","origin":"http://localhost:8000"}'
    return {
        "id": websafe_encode(of_key.credential_id),
        "rawId": websafe_encode(of_key.credential_id),
        "type": "public-key",
        "response": {"clientDataJSON": websafe_encode(client), "attestationObject": websafe_encode(bytes(made))},
        "clientExtensionResults": {},
    }

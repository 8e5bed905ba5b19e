"""The forms of accounts: the library's, in our words. The settings name them (`ACCOUNT_FORMS`, `MFA_FORMS`)."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.account import forms as account
from allauth.mfa.base import forms as factors
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from cryptography.exceptions import InvalidSignature
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.http import HttpRequest
from django.utils import timezone

from people.services import passwords

ADDRESS = "Enter your email address in the form name@example.com"
HINT = "12 characters or more. Three words that nobody would put together are easy to remember and hard to guess."
NO_PASSKEY = "The passkey was not read. Press the button to try again"


def _worded(form: forms.Form, field: str, label: str, empty: str, hint: str = "") -> None:
    """Our label, our hint, and our words where nothing is typed; nothing that vanishes as soon as one types."""
    found = form.fields[field]
    found.label, found.help_text = label, hint
    found.error_messages["required"] = empty
    found.widget.attrs.pop("placeholder", None)


class _NewPassword(forms.Form):
    """Two boxes for a new password. Everything that is wrong with it stands beside the first."""

    use_required_attribute = False

    def _word(self) -> None:
        _worded(self, "password1", "New password", "Enter a new password", HINT)
        _worded(self, "password2", "New password again", "Enter the new password again")

    def clean(self) -> Any:
        given = self.cleaned_data
        if given.get("password1") and given.get("password2") and given["password1"] != given["password2"]:
            self.add_error("password2", "Enter the same password in both boxes")
        return given


class ChangePassword(_NewPassword, account.ChangePasswordForm):
    """The password that one has, and a new one twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _worded(self, "oldpassword", "Current password", "Enter your current password")
        self._word()


class NewPassword(_NewPassword, account.ResetPasswordKeyForm):
    """A new password twice, for whoever came by a link."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._word()


class ForgottenPassword(forms.Form):
    """The address to which a link is sent, if it has an account. The page never tells which."""

    use_required_attribute = False
    email = forms.EmailField(
        label="Email address",
        max_length=254,
        error_messages={"required": "Enter your email address", "invalid": ADDRESS, "max_length": ADDRESS},
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
    )

    def clean_email(self) -> str:
        """In small letters, as accounts have it."""
        return str(self.cleaned_data["email"]).lower()

    def save(self, request: HttpRequest) -> str:
        """Ask for the link. Whether there is an account is nothing that this process ever looks up."""
        address: str = self.cleaned_data["email"]
        passwords.ask_for_link(address, at=timezone.now())
        return address


class Link(account.UserTokenForm):
    """The link by which somebody came. It opens nothing for a closed account."""

    reset_user: Any

    def clean(self) -> Any:
        cleaned = super().clean()
        if self.reset_user is not None and not self.reset_user.is_active:
            self.reset_user = None
            raise ValidationError("This link no longer works")
        return cleaned


class ShowItIsYou(account.ReauthenticateForm):
    """The password again."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _worded(self, "password", "Password", "Enter your password")


class _Code(forms.Form):
    """One box for a code, with the keyboard for figures on a telephone."""

    use_required_attribute = False

    def _word(self, hint: str) -> None:
        _worded(self, "code", "Code", "Enter the code that the app shows", hint)
        self.fields["code"].widget.attrs |= {"inputmode": "numeric", "autocomplete": "one-time-code"}


class Code(_Code, factors.AuthenticateForm):
    """The code of an authenticator app, or a recovery code, on the way in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._word("Six figures from your authenticator app, or one of your recovery codes.")


class CodeAgain(_Code, factors.ReauthenticateForm):
    """The same, by somebody who is in and shows again that it is they."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._word("Six figures from your authenticator app, or one of your recovery codes.")


class AddApp(_Code, totp.ActivateTOTPForm):
    """The first code of an app, which shows that it was set up well."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._word("Six figures, which the app shows once you have added the account to it.")


class AddPasskey(webauthn.AddWebAuthnForm):
    """What a passkey is called, so that it is known again in a list."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _worded(self, "name", "What to call it", "Enter a name", "For example “work phone”.")
        _worded(self, "credential", "Passkey", NO_PASSKEY)
        self.fields["name"].validators.append(MaxLengthValidator(60, "The name must be 60 characters or fewer"))

    def clean(self) -> Any:
        with _torn():
            return super().clean()


class Passkey(webauthn.AuthenticateWebAuthnForm):
    """The answer of a passkey, on the way in."""

    def clean_credential(self) -> Authenticator:
        """The passkey that it is, of the person who signs in."""
        with _torn():
            found: Authenticator = super().clean_credential()
        return found


class PasskeyAgain(Passkey):
    """The same, by somebody who is in and shows again that it is they."""

    reauthenticated = True


@contextmanager
def _torn() -> Iterator[None]:
    """The library reads what a browser says of a passkey as if nobody else could have written it."""
    try:
        yield
    except ValidationError as refusal:
        raise ValidationError(NO_PASSKEY) if getattr(refusal, "code", "") == "incorrect_code" else refusal from None
    except (TypeError, ValueError, KeyError, IndexError, AttributeError, InvalidSignature):
        raise ValidationError(NO_PASSKEY) from None

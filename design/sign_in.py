"""The form of the sign-in page: allauth's, in our words. Named in the settings as `ACCOUNT_FORMS["login"]`."""

from typing import Any

from allauth.account.forms import LoginForm
from django.core.exceptions import ValidationError

FORM = "Enter your email address in the form name@example.com"
BOTH = "Check your email address and password, and enter both again"


class SignIn(LoginForm):
    """E-mail and password. A wrong pair gives one message for both, so that nobody learns which addresses exist."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = "Email address"
        self.fields["login"].error_messages |= {
            "required": "Enter your email address",
            "invalid": FORM,
            "max_length": FORM,
        }
        self.fields["password"].label = "Password"
        self.fields["password"].help_text = ""
        self.fields["password"].error_messages["required"] = "Enter your password"

    def clean(self) -> Any:
        try:
            return super().clean()
        except ValidationError as error:
            if error.code != "email_password_mismatch":
                raise
            self.add_error("login", ValidationError(BOTH, code=error.code))
            return self.cleaned_data

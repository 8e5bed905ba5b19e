"""What a person finds out about a sending: the shape of input only."""

from design import fields, forms

ARRIVED, SEND_AGAIN = "arrived", "send_again"


class FoundOut(forms.Form):
    """Of an uncertain sending: did it arrive?"""

    found = fields.ChoiceField(
        label="What did you find out?",
        called="what you found out",
        choices=[(ARRIVED, "It did arrive"), (SEND_AGAIN, "It did not arrive: send it again")],
    )
    reasons = fields.LongTextField(
        label="How do you know?",
        called="how you know",
        help_text="For example: the resident confirmed it by phone, or the mail server's log shows it.",
        max_length=2000,
    )


class TryAgain(forms.Form):
    """Of a failed sending: what is different now."""

    reasons = fields.LongTextField(
        label="What has changed since it failed?",
        called="what has changed since it failed",
        help_text="For example: the e-mail address was put right, or the print folder has room again.",
        max_length=2000,
        required=False,
    )

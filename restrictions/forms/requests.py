"""The shape of a resident's request to reconsider a restriction."""

from design import fields, forms


class Request(forms.Form):
    """When and how it came, and what the resident asks for."""

    received_on = fields.DayField(label="When was the request received?", called="when the request was received")
    how = fields.ChoiceField(
        label="How was it made?",
        called="how it was made",
        choices=[
            ("letter", "By letter"),
            ("e-mail", "By e-mail"),
            ("telephone", "By telephone"),
            ("conversation", "In a conversation"),
            ("a representative", "By somebody for them"),
        ],
        size="m",
    )
    words = fields.LongTextField(
        label="What does the resident ask for, and why?",
        called="what the resident asks for",
        help_text="In their own words, or those of whoever speaks for them.",
    )

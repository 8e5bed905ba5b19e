"""Why no incident is logged from what was reported."""

from design import fields, forms


class NotLogged(forms.Form):
    """The reason."""

    reason = fields.LongTextField(
        label="Why is it not logged?",
        called="why it is not logged",
        rows=3,
        help_text="For example: the same visit was logged already, as an incident of that day.",
    )

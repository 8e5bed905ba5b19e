"""What the worklist can be narrowed to."""

from design import fields, forms

KINDS = {
    "warning": "Warnings",
    "incident": "Support for staff",
    "restriction": "Restrictions",
    "review": "Reviews",
    "reconsideration": "Requests to reconsider",
    "breach": "Breaches",
    "spoc": "Single points of contact",
    "appeal": "Appeals",
    "register": "Register",
}


class Filter(forms.Form):
    """Which kinds of work to show; none chosen shows all."""

    kind = fields.ChoicesField(label="Kind of work", choices=list(KINDS.items()), required=False, small=True)

"""What the worklist can be narrowed to."""

from deadlines import kinds
from design import fields, forms


class Filter(forms.Form):
    """Which kinds of work to show; none chosen shows all."""

    kind = fields.ChoicesField(label="Kind of work", choices=list(kinds.GROUPS.items()), required=False, small=True)

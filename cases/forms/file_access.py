"""Why a closed file is opened urgently, and why what closed or opened a file ends."""

from design import fields, forms


class Urgent(forms.Form):
    """Whose file, and why it cannot wait."""

    who = fields.TextField(
        label="Whose file?", called="whose file it is", help_text="The reference, or the full name", spellcheck=False
    )
    reason = fields.LongTextField(label="Why can it not wait?", called="why it cannot wait", max_length=2000, rows=3)


class WhyItEnds(forms.Form):
    """Why what closed or opened a file ends."""

    reason = fields.LongTextField(label="Why does it end?", called="why it ends", max_length=2000, rows=3)

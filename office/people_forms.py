"""Shapes of input about staff: who joins, which roles, who leaves, who covers, which contractors."""

from collections.abc import Sequence
from typing import Any

from design import fields, forms
from people.models import Organisation, Role, User
from people.services import StaffDetails

NOBODY = ("", "Nobody")
Choices = Sequence[tuple[str, str]]


def named(users: Sequence[User]) -> list[tuple[str, str]]:
    """People as choices: by name, and by job title where there is one."""
    return [(str(user.pk), f"{user.name}, {user.job_title}" if user.job_title else user.name) for user in users]


def key_of(typed: str) -> int | None:
    """The row that was chosen; None where none was."""
    return int(typed) if typed else None


def _choose(form: forms.Form, name: str, choices: Choices) -> None:
    field = form.fields[name]
    assert isinstance(field, fields.SelectField | fields.ChoicesField | fields.ChoiceField)
    field.choices = list(choices)


class Find(forms.Form):
    """What the list of people is narrowed to."""

    q = fields.TextField(label="Name or e-mail", required=False, max_length=200, spellcheck=False)
    role = fields.SelectField(label="Role", required=False)
    account = fields.ChoiceField(
        label="Account",
        required=False,
        inline=True,
        small=True,
        choices=[("", "Open"), ("closed", "Closed"), ("all", "All")],
    )

    def __init__(self, *args: Any, roles: Sequence[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "role", [("", "Any role"), *((role.key, role.name) for role in roles)])


class Details(forms.Form):
    """What is kept of a member of staff."""

    name = fields.TextField(label="Name", called="their name", max_length=200, autocomplete="off")
    job_title = fields.TextField(label="Job title", required=False, max_length=200, autocomplete="off")
    phone = fields.PhoneField(label="Phone", required=False)
    team = fields.TextField(label="Team", required=False, max_length=100, autocomplete="off")
    line_manager = fields.SelectField(
        label="Line manager",
        required=False,
        help_text="Is told when an incident affects this person, and of what is long overdue.",
    )
    letter_name = fields.TextField(
        label="Name in letters",
        required=False,
        max_length=200,
        help_text="Only where residents know this person by another name. Letters show the name above otherwise.",
    )
    letter_phone = fields.PhoneField(
        label="Phone in letters", required=False, help_text="Where residents ring another number, such as a team’s."
    )
    letter_email = fields.EmailField(label="E-mail in letters", required=False)

    def __init__(self, *args: Any, managers: Sequence[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "line_manager", [NOBODY, *named(managers)])

    def details(self) -> StaffDetails:
        """As the service takes it."""
        typed = {name: self.cleaned_data[name] for name in Details.base_fields if name != "line_manager"}
        return StaffDetails(**typed, line_manager=key_of(self.cleaned_data["line_manager"]))


class Add(Details):
    """Somebody who joins."""

    email = fields.EmailField(
        label="E-mail", called="their e-mail address", help_text="They sign in with it, and the invitation goes there."
    )
    roles = fields.ChoicesField(label="Roles", required=False, hints={})
    organisation = fields.SelectField(
        label="Contractor", required=False, help_text="Only for people of a contractor, who hold a contractor’s role."
    )
    reason = fields.LongTextField(
        label="Why do they run the office?",
        required=False,
        rows=3,
        max_length=500,
        help_text="Only for an administrator. Another administrator reads it and confirms.",
    )

    field_order = (
        "name",
        "email",
        "job_title",
        "phone",
        "team",
        "line_manager",
        "roles",
        "reason",
        "organisation",
        "letter_name",
        "letter_phone",
        "letter_email",
    )

    def __init__(self, *args: Any, roles: Sequence[Role], organisations: Sequence[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "roles", [(str(role.pk), role.name) for role in roles])
        _choose(self, "organisation", [("", "None"), *((str(one.pk), one.name) for one in organisations)])


class Address(forms.Form):
    """Under which address somebody signs in from now on."""

    email = fields.EmailField(label="New e-mail address", called="the new e-mail address")


class GiveRole(forms.Form):
    """A role for somebody, from and until when."""

    role = fields.SelectField(label="Role", called="a role")
    from_on = fields.DayField(
        label="First day", called="the first day", required=False, help_text="Leave it empty for at once."
    )
    until_on = fields.DayField(
        label="Last day",
        called="the last day",
        required=False,
        help_text="Leave it empty where it goes on until it is taken away. It ends by itself after that day.",
    )
    reason = fields.LongTextField(
        label="Why do they run the office?",
        required=False,
        rows=3,
        max_length=500,
        help_text="Only for an administrator. Another administrator reads it and confirms.",
    )

    def __init__(self, *args: Any, roles: Sequence[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "role", [("", "Choose a role"), *((str(role.pk), role.name) for role in roles)])


class LastDay(forms.Form):
    """Until when somebody holds a role."""

    until_on = fields.DayField(
        label="Last day", called="the last day", required=False, help_text="Leave it empty for no last day."
    )


class Nothing(forms.Form):
    """A page that only asks for a press."""


class Close(forms.Form):
    """Why somebody's account is closed, and who takes over what."""

    successor = fields.SelectField(
        label="Who takes over the work?",
        called="who takes over the work",
        required=False,
        help_text="What would come to them later, such as a letter that comes back, goes to this colleague too.",
    )
    manager = fields.SelectField(label="Who manages them from now on?", called="who manages them", required=False)
    reason = fields.LongTextField(
        label="Why is the account closed?",
        called="why the account is closed",
        rows=3,
        max_length=500,
        help_text="Such as: left on 30 November. It is kept on record. Do not write about health.",
    )

    def __init__(
        self, *args: Any, successors: Sequence[User], managers: Sequence[User], work: bool, reports: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "successor", [("", "Choose a colleague"), *named(successors)])
        _choose(self, "manager", [("", "Choose a colleague"), *named(managers)])
        self.fields["successor"].required = work
        if not reports:
            del self.fields["manager"]
        else:
            self.fields["manager"].required = True


class Away(forms.Form):
    """Between which days somebody is away, and who covers."""

    from_on = fields.DayField(label="First day away", called="the first day away")
    until_on = fields.DayField(label="Last day away", called="the last day away")
    colleague = fields.SelectField(
        label="Who covers?",
        called="who covers",
        required=False,
        help_text="Their work stands on this colleague’s list as well, and reminders go to the colleague.",
    )

    def __init__(self, *args: Any, colleagues: Sequence[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "colleague", [NOBODY, *named(colleagues)])


class AddOrganisation(forms.Form):
    """A contractor."""

    name = fields.TextField(label="Name of the contractor", called="the name of the contractor", max_length=200)
    phone = fields.PhoneField(label="Phone", required=False)


class CloseOrganisation(forms.Form):
    """Why a contractor works here no longer."""

    reason = fields.LongTextField(
        label="Why does it work here no longer?", called="why it works here no longer", rows=3, max_length=500
    )

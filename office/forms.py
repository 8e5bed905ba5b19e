"""Shapes of input of the office."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, cast

from django import forms as django_forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.datastructures import MultiValueDict

from decisions import forms as asking
from decisions.acts import Act
from decisions.services import Said
from design import evidence, fields, forms
from office.models import Adoption
from people.models import User
from policies import wording
from policies.loader import LARGEST

TOML = {"toml": evidence.Kind("application/toml", text=True), "txt": evidence.Kind("text/plain", text=True)}
TXT = {"txt": evidence.Kind("text/plain", text=True)}
NOT_TEXT = "is not UTF-8 text. Save it as plain text in UTF-8 and choose it again"
AT_MOST = evidence.size_in_words(LARGEST)
TORN = "The files of letters were damaged on the way. Choose them again"


def _file(**said: Any) -> fields.EvidenceField:
    return fields.EvidenceField(required=False, kinds=lambda: TOML, max_bytes=LARGEST, **said)


def _pasted(**said: Any) -> fields.LongTextField:
    return fields.LongTextField(required=False, max_length=LARGEST, count=False, spellcheck=False, **said)


def packed(files: Mapping[str, str]) -> str:
    """The files that word letters as one unseen field; "" where there is none."""
    return json.dumps(dict(files)) if files else ""


def unpacked(text: str) -> dict[str, str]:
    """The same again. Raises ValueError for what `packed` has not made."""
    if not text:
        return {}
    try:
        found = json.loads(text)
    except RecursionError:
        raise ValueError(TORN) from None
    if not isinstance(found, dict) or not all(isinstance(each, str) for each in found.values()):
        raise ValueError(TORN)
    for each in (*found, *found.values()):
        each.encode()
    return found


class WhoLooked(forms.Form):
    """Whose looks, at whom, between which days; nothing chosen shows the last week."""

    resident = fields.TextField(
        label="Resident", help_text="A reference or a part of the name", required=False, width=20, spellcheck=False
    )
    reader = fields.SelectField(label="Who looked", called="who looked", required=False)
    first_on = fields.DayField(label="From", called="the first day", required=False)
    last_on = fields.DayField(label="To", called="the last day", required=False)

    def __init__(self, *args: Any, readers: Sequence[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        who = cast(fields.SelectField, self.fields["reader"])
        who.choices = [("", "Everybody"), *((one.reference, one.name) for one in readers)]

    def clean(self) -> dict[str, Any]:
        """Refuse days the wrong way round."""
        said: dict[str, Any] = super().clean() or {}
        first, last = said.get("first_on"), said.get("last_on")
        if first and last and last < first:
            self.add_error("last_on", "The last day must be the first day or after it")
        return said


class WithLetters(forms.Form):
    """The files that word letters go along unseen from page to page, and whether only they shall hold."""

    wording = fields.LongTextField(
        label="Words of letters", required=False, max_length=LARGEST, widget=django_forms.HiddenInput
    )
    only = fields.TickField(label="Only these", required=False, widget=django_forms.HiddenInput)

    @property
    def kept(self) -> list[str]:
        """The names of the files that were read already."""
        try:
            return sorted(unpacked(self["wording"].value() or ""))
        except ValueError:
            return []

    def clean_wording(self) -> str:
        """What went along has come back whole."""
        given: str = self.cleaned_data["wording"]
        try:
            unpacked(given)
        except ValueError:
            raise ValidationError(TORN) from None
        return given


class Upload(WithLetters):
    """A policy and its local rules, each as a file or pasted, and the files that word its letters.

    A file that is chosen goes before what stands pasted. Whatever could be read of a file stands in the box afterwards,
    so that it can be put right there; files of letters that could be read are kept unseen.
    """

    file = _file(
        label="Policy file", help_text=f"A file that ends in .toml, up to {AT_MOST}. What it holds replaces the text."
    )
    text = _pasted(label="Or its text", called="the policy", rows=12)
    local_file = _file(label="File of local rules", help_text="Only where there are any.")
    local_text = _pasted(
        label="Or their text",
        called="the local rules",
        help_text="What we settled where the policy is silent. Those that hold now stand here: keep or change them.",
        rows=8,
    )

    letters = fields.EvidenceField(
        label="Files of letters",
        help_text="One .txt file for each letter with words of our own, named as the policy names the letter. Leave "
        "it empty to keep the words that hold. A letter whose file you do not choose keeps its words.",
        required=False,
        multiple=True,
        most=wording.MOST_FILES,
        max_bytes=wording.LARGEST * 4,
        kinds=lambda: TXT,
    )
    only = fields.TickField(
        label="Only the letters whose files I chose have words of our own. The others go back to the common wording.",
        called="only the chosen letters",
        required=False,
    )
    field_order = ("file", "text", "local_file", "local_text", "letters", "only", "wording")

    def __init__(self, data: Any = None, files: Any = None, **kwargs: Any) -> None:
        self.unread: dict[str, str] = {}
        if data is not None:
            data = self._with_files(data, files or MultiValueDict())
        super().__init__(data, files, **kwargs)

    def _with_files(self, data: Any, files: MultiValueDict) -> Any:
        """What was typed, with the text of each file in its box; files that are not text are remembered as such."""
        data = data.copy()
        for file, box in (("file", "text"), ("local_file", "local_text")):
            upload = files.get(file)
            if upload is not None and 0 < (upload.size or 0) <= LARGEST:
                try:
                    data[box] = _read(upload)
                except UnicodeDecodeError:
                    self.unread[file] = f"{upload.name} {NOT_TEXT}"
        return self._with_letters(data, files.getlist("letters"))

    def _with_letters(self, data: Any, uploads: list[UploadedFile]) -> Any:
        """What was chosen before, with the text of each file of a letter that was chosen now."""
        try:
            known = unpacked(data.get("wording", ""))
        except ValueError:
            return data
        for upload in uploads[: wording.MOST_FILES]:
            if upload and 0 < (upload.size or 0) <= wording.LARGEST * 4:
                try:
                    known[(upload.name or "").removesuffix(wording.SUFFIX)] = _read(upload)
                except UnicodeDecodeError:
                    self.unread["letters"] = f"{upload.name} {NOT_TEXT}"
        data["wording"] = packed(known)
        return data

    def clean(self) -> dict[str, Any]:
        """There is a policy; what was chosen could be read."""
        given = super().clean() or self.cleaned_data
        for file, why in self.unread.items():
            if file not in self.errors:
                self.add_error(file, ValidationError(why))
        for wrong in self.errors.pop("wording", []):  # what goes unseen is spoken of where it can be put right
            self.add_error("letters", wrong)
        if not given.get("text") and not {"file", "text"} & set(self.errors):
            self.add_error("file", "Choose the policy file, or paste its text")
        return given


def _read(upload: UploadedFile) -> str:
    upload.seek(0)
    text: str = upload.read().decode("utf-8-sig")
    upload.seek(0)
    return text


class Propose(WithLetters):
    """How large a change it is, who approved it and why; the texts that were checked go along unseen."""

    text = fields.LongTextField(label="The policy", max_length=LARGEST, widget=django_forms.HiddenInput)
    local_text = fields.LongTextField(
        label="Local rules", required=False, max_length=LARGEST, widget=django_forms.HiddenInput
    )
    size = fields.ChoiceField(label="How large is the change?", called="how large the change is", choices=Adoption.Size)
    approved_by_name = fields.TextField(
        label="Who approved it?",
        called="who approved it",
        help_text="The person or body, and when. For example: Cabinet, 14 December 2026.",
        max_length=200,
    )
    why = fields.LongTextField(label="Why is it adopted?", called="why it is adopted", rows=3, max_length=5_000)


class Second(forms.Form):
    """What the second administrator makes of it."""

    ADOPT, RETURN = "adopt", "return"
    decision = fields.ChoiceField(
        label="What is your decision?",
        called="your decision",
        choices=[(ADOPT, "Adopt the policy"), (RETURN, "Return it")],
        hints={ADOPT: "I have looked at what it changes", RETURN: "Something has to change first"},
        reveal={RETURN: "reasons"},
    )
    reasons = fields.LongTextField(label="What has to change?", called="what has to change", rows=3, max_length=5_000)


class Withdraw(forms.Form):
    """Why a proposal is dropped."""

    reasons = fields.LongTextField(label="Why is it withdrawn?", called="why it is withdrawn", rows=3, max_length=5_000)


class MoveCase(forms.Form):
    """Why a case goes on under a newer version."""

    reasons = fields.LongTextField(
        label="Why does it go on under the newer policy?",
        called="why it goes on under the newer policy",
        rows=4,
        max_length=5_000,
    )

    def __init__(self, *args: Any, act: Act, reader: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if act.asks:
            self.fields["considered"] = fields.LongTextField(label="What you weighed", rows=4)
            asking.weigh(self, act.asks)
        if act.voices:
            field = self.fields["reasons"]
            assert isinstance(field, fields.Spoken)
            field.label, field.called = "Your reasons", "your reasons"
            field.speak("reasons")
            asking.ask_to_agree(self, "Agree to move the case")
        asking.add_meeting_of(self, act, reader)

    def said(self) -> Said:
        """Why it moves, what was weighed, and with whom it was decided in a meeting."""
        return asking.said_of(self)


class AddDayOff(forms.Form):
    """A proclaimed holiday, or a closure of several days."""

    name = fields.TextField(
        label="What is it called?",
        called="what the day or the closure is called",
        help_text="Residents read it in letters where a date is explained. For example, “Offices closed at Christmas”.",
        max_length=100,
    )
    first_on = fields.DayField(
        label="Day off",
        called="the day off",
        help_text="For a closure of several days, its first day.",
    )
    last_on = fields.DayField(
        label="Last day of the closure (optional)",
        called="the last day of the closure",
        help_text="Leave it empty for one day. Weekends and days that are off already are left out.",
        required=False,
    )


class RemoveDayOff(forms.Form):
    """Why a day is not a day off."""

    reason = fields.LongTextField(
        label="Why is it not a day off?",
        called="why it is not a day off",
        help_text="It is kept with your name. Do not name residents.",
        rows=3,
        max_length=500,
    )


class Explanation(forms.Form):
    """What an administrator found out about a break of the trail."""

    reason = fields.LongTextField(
        label="What is it?",
        called="what you found out",
        help_text="Who changed what outside of Evenhand, why, and how you know. Do not name residents.",
        rows=5,
        max_length=2000,
    )


class ByReference(forms.Form):
    """The reference of what waits for a decision."""

    reference = fields.TextField(
        label="Reference", called="the reference", width=20, max_length=40, spellcheck=False,
        help_text="Of a restriction, review, warning letter, appeal, register entry or case, as its page shows it.",
    )  # fmt: skip


class Appoint(forms.Form):
    """Whom an administrator appoints to decide one thing, and why this person."""

    person = fields.SelectField(label="Whom do you appoint?", called="whom you appoint")
    reason = fields.LongTextField(
        label="Why this person?", called="why this person decides it", rows=4, max_length=5_000,
        help_text="Kept with the decision. The resident, the Ombudsman or a court may read it.",
    )  # fmt: skip

    def __init__(self, *args: Any, people: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["person"]
        assert isinstance(field, fields.SelectField)
        field.choices = [("", "Choose a colleague"), *people]


class SigningIn(forms.Form):
    """Which roles sign in with a second factor, and, where there is single sign-on, whether a password does as well."""

    factor_roles = fields.ChoicesField(
        label="Roles that sign in with a second factor",
        help_text="Administrators always do, unless whoever runs Evenhand has settled otherwise.",
        choices=[],
        required=False,
    )

    sign_on_only = fields.TickField(
        label="Nobody gets in with a password: single sign-on only",
        help_text="Try first that you get in by it yourself. Links to set a password are no longer sent.",
        required=False,
    )

    def __init__(self, *args: Any, roles: Sequence[tuple[str, str]] = (), sign_on: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered: Any = self.fields["factor_roles"]
        offered.choices = list(roles)
        if not sign_on:
            del self.fields["sign_on_only"]


class SignOut(forms.Form):
    """Why somebody is signed out everywhere."""

    reason = fields.LongTextField(
        label="Why are they signed out?",
        called="why they are signed out",
        help_text="For example that their laptop was stolen. It is kept with your name.",
        max_length=1_000,
        rows=3,
    )


class RemoveFactors(forms.Form):
    """Why somebody's second factor is removed."""

    reason = fields.LongTextField(
        label="Why it is removed, and how you know that it is they who ask",
        called="why it is removed",
        help_text="For example that they lost their telephone, and that you spoke with them face to face.",
        max_length=1_000,
        rows=3,
    )

"""Form fields that say what is wrong in the label's own words, and never raise anything but `ValidationError`.

Each takes what every one of them takes (`design/spoken.py`), and arguments of its own.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from design import evidence, widgets, words
from design.spoken import Spoken


class TextField(Spoken, forms.CharField):
    """One line of text. `width` is 2, 3, 4, 5, 10, 20 or 30 characters, or a share such as "one-half"."""

    words = {"max_length": "{Called} must be %(limit_value)s characters or fewer. It has %(show_value)s"}

    def __init__(
        self,
        *args: Any,
        width: int | str | None = None,
        autocomplete: str = "",
        inputmode: str = "",
        spellcheck: bool | None = None,
        before: str = "",
        after: str = "",
        **kwargs: Any,
    ) -> None:
        kwargs.setdefault("max_length", 200)
        super().__init__(*args, **kwargs)
        self.width, self.before, self.after = width, before, after
        asked = {"autocomplete": autocomplete, "inputmode": inputmode}
        self.widget.attrs.update({name: value for name, value in asked.items() if value})
        if spellcheck is not None:
            self.widget.attrs["spellcheck"] = "true" if spellcheck else "false"

    def to_python(self, value: Any) -> str:
        if value in self.empty_values:
            return str(self.empty_value or "")
        return words.clean_line(str(value))

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """No `maxlength`: a browser would cut pasted text off without a word."""
        return {"dir": "auto"}


class LongTextField(TextField):
    """Text of several lines. `count=True` shows how many characters are left, once three quarters are used."""

    widget = forms.Textarea

    def __init__(self, *args: Any, rows: int = 5, count: bool = True, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 10_000)
        super().__init__(*args, **kwargs)
        self.count = count
        self.widget.attrs["rows"] = rows

    def to_python(self, value: Any) -> str:
        return "" if value in self.empty_values else words.clean(str(value))


class EmailField(Spoken, forms.EmailField):
    """An e-mail address."""

    words = {"invalid": "Enter an email address in the form name@example.com"}

    def __init__(self, *args: Any, width: int | str | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 254)
        super().__init__(*args, **kwargs)
        self.width = width
        self.widget.attrs.update({"autocomplete": "email", "spellcheck": "false"})

    def to_python(self, value: Any) -> str:
        return "" if value in self.empty_values else words.clean_line(str(value))


class PhoneField(TextField):
    """A telephone number as people write it: digits, spaces, brackets, dashes, a leading +, an extension."""

    words = {"invalid": "Enter a phone number, like 01304 821199 or +44 7700 900982"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 40)
        super().__init__(*args, width=kwargs.pop("width", 20), autocomplete="tel", inputmode="tel", **kwargs)

    def to_python(self, value: Any) -> str:
        number = super().to_python(value)
        digits = sum(letter.isdigit() for letter in number)
        if number and not (7 <= digits <= 20 and re.fullmatch(r"\+?[\d ()./-]+(\s*(x|ext\.?)\s*\d+)?", number)):
            raise self.wrong("invalid")
        return number


class WholeNumberField(Spoken, forms.IntegerField):
    """A whole number from `min_value` (0) to `max_value` (a million), typed in a plain box."""

    widget = forms.TextInput
    words = {
        "invalid": "{Called} must be a whole number, like 12",
        "min_value": "{Called} must be %(limit_value)s or more",
        "max_value": "{Called} must be %(limit_value)s or fewer",
    }

    def __init__(
        self, *args: Any, width: int | str | None = 4, before: str = "", after: str = "", **kwargs: Any
    ) -> None:
        kwargs.setdefault("min_value", 0)
        kwargs.setdefault("max_value", 1_000_000)
        super().__init__(*args, **kwargs)
        self.width, self.before, self.after = width, before, after
        self.widget.attrs.update({"inputmode": "numeric", "spellcheck": "false"})

    def to_python(self, value: Any) -> int | None:
        if isinstance(value, str):
            value = unicodedata.normalize("NFKC", words.clean_line(value)).replace(",", "")
            if value and not re.fullmatch(r"[+-]?[0-9]{1,18}", value):
                raise self.wrong("invalid")
        return super().to_python(value)


class Options(Spoken):
    """What radios and checkboxes share: a hint under an option, fields that an option reveals, an "or" before one."""

    words = {"required": "Select {called}", "invalid_choice": "Select {called} from the list"}

    def __init__(
        self,
        *args: Any,
        hints: Mapping[str, str] | None = None,
        reveal: Mapping[str, str | Iterable[str]] | None = None,
        divider_before: str | None = None,
        inline: bool = False,
        small: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.hints = dict(hints or {})
        self.reveal = {
            option: (names,) if isinstance(names, str) else tuple(names) for option, names in (reveal or {}).items()
        }
        self.divider_before, self.inline, self.small = divider_before, inline, small

    def revealed(self) -> set[str]:
        """The names of the fields that stand inside one of the options."""
        return {name for names in self.reveal.values() for name in names}


class ChoiceField(Options, forms.ChoiceField):
    """One of several, as radios. None is chosen at first.

    `hints={"phone": "Calls are answered by one person"}`, `reveal={"other": "other_channel"}` (a field of the same
    form, asked for only with that option), `divider_before="unknown"`, `inline=True`, `small=True`.
    """

    widget = widgets.Radios

    def to_python(self, value: Any) -> str:
        return words.clean_line(super().to_python(value))


class YesNoField(ChoiceField):
    """Yes or no, as radios; cleans to True, False, or None where nothing was chosen and nothing had to be."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, choices=[("yes", "Yes"), ("no", "No")], **{"inline": True, **kwargs})

    def prepare_value(self, value: Any) -> Any:
        return {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value

    def clean(self, value: Any) -> bool | None:
        return {"yes": True, "no": False}.get(super().clean(value))


class SelectField(Spoken, forms.ChoiceField):
    """One of many (ten or more), as a drop-down list. Its first choice should be `("", "Choose …")`."""

    words = Options.words

    def __init__(self, *args: Any, width: int | str | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.width = width


def flat(choices: Any) -> Iterable[tuple[Any, Any]]:
    """Choices as pairs of value and words, out of their groups."""
    for value, text in choices:
        if isinstance(text, list | tuple):
            yield from text
        else:
            yield value, text


class ChoicesField(Options, forms.MultipleChoiceField):
    """Any of several, as checkboxes. `exclusive="none"` names the option that cannot stand beside another."""

    widget = widgets.Checkboxes
    words = {"exclusive": 'Select {called}, or select "%(option)s"'}

    def __init__(self, *args: Any, exclusive: str | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.exclusive = exclusive

    def validate(self, value: list[str]) -> None:
        super().validate(value)
        if self.exclusive in value and len(set(value)) > 1:
            option = next((text for key, text in flat(self.choices) if key == self.exclusive), self.exclusive)
            raise self.wrong("exclusive", option=option)


class TickField(Spoken, forms.BooleanField):
    """One checkbox."""

    words = {"required": "Tick the box: {Called}"}


class DayField(Spoken):
    """A date in three boxes; cleans to a `date` or None. The month may be typed as a word.

    An error says which part is missing or wrong, and only that box is marked. Years run from `first_year` (1900) to
    `last_year` (2199), far enough from the ends of the calendar that arithmetic on a date cannot fail.
    """

    widget = widgets.DayBoxes
    words = {
        "incomplete": "{Called} must include a %(missing)s",
        "unreal": "{Called} must be a real date, like 18 12 2026",
        "day": "{Called} must have a day from 1 to 31",
        "month": "{Called} must have a month from 1 to 12",
        "year": "{Called} must have a year in 4 figures, like 2026",
        "range": "{Called} must be from %(first)s to %(last)s",
    }

    def __init__(self, *args: Any, first_year: int = 1900, last_year: int = 2199, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.first_year, self.last_year = first_year, last_year

    def to_python(self, value: Any) -> dt.date | None:
        if isinstance(value, dt.date):
            return value
        typed = [unicodedata.normalize("NFKC", words.clean_line(part)) for part in widgets.day_parts(value)]
        if not any(typed):
            return None
        missing = [box for box, part in zip(widgets.BOXES, typed, strict=True) if not part]
        if missing:
            raise self.wrong("incomplete", missing=" and a ".join(missing), boxes=" ".join(missing))
        day, month, year = self.day_of(typed[0]), self.month_of(typed[1]), self.year_of(typed[2])
        try:
            return dt.date(year, month, day)
        except ValueError:
            raise self.wrong("unreal", boxes="day") from None

    def day_of(self, text: str) -> int:
        """The day of the month, 1 to 31."""
        if not re.fullmatch(r"[0-9]{1,2}", text) or not 1 <= int(text) <= 31:
            raise self.wrong("day", boxes="day")
        return int(text)

    def month_of(self, text: str) -> int:
        """The month, typed as a figure or as (the first three letters or more of) its name."""
        if re.fullmatch(r"[0-9]{1,2}", text) and 1 <= int(text) <= 12:
            return int(text)
        named = [
            number
            for number, name in enumerate(widgets.dates.MONTHS, start=1)
            if len(text) >= 3 and name.lower().startswith(text.lower().rstrip("."))
        ]
        if len(named) != 1:
            raise self.wrong("month", boxes="month")
        return named[0]

    def year_of(self, text: str) -> int:
        """The year in four figures, so that 26 is never guessed to be 1926 or 2026."""
        if not re.fullmatch(r"[0-9]{4}", text):
            raise self.wrong("year", boxes="year")
        if not self.first_year <= int(text) <= self.last_year:
            raise self.wrong("range", first=self.first_year, last=self.last_year, boxes="year")
        return int(text)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return widgets.day_parts(initial) != widgets.day_parts(data)


class TimeField(Spoken):
    """A time of day, typed as 2:14pm, 2pm, 14:14, 1414, midday or midnight; cleans to a `time` or None.

    "2:14" alone is refused, because an officer who types it nearly always means the afternoon.
    """

    widget = widgets.TimeBox
    words = {
        "invalid": "{Called} must be a time, like 2:14pm",
        "half": "{Called} must say am or pm, like 2:14pm",
    }
    named = {"midday": dt.time(12), "noon": dt.time(12), "12 noon": dt.time(12), "midnight": dt.time(0)}

    def __init__(self, *args: Any, width: int | str | None = 5, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.width = width
        self.widget.attrs.setdefault("spellcheck", "false")

    def to_python(self, value: Any) -> dt.time | None:
        if isinstance(value, dt.time):
            return value
        text = unicodedata.normalize("NFKC", words.clean_line("" if value is None else str(value))).lower()
        if not text:
            return None
        if text in self.named:
            return self.named[text]
        found = re.fullmatch(r"([0-9]{1,2})(?:[:. ]?([0-9]{2}))? ?([ap])?(?:\.?m\.?)?", text)
        if not found:
            raise self.wrong("invalid")
        return self.time_of(found[1], found[2], found[3])

    def time_of(self, hours: str, minutes: str | None, half: str | None) -> dt.time:
        """The time from its parts."""
        hour, minute = int(hours), int(minutes or 0)
        if half is None and (minutes is None or len(hours) == 1):
            raise self.wrong("half")
        if half is not None and 1 <= hour <= 12:
            hour = hour % 12 + (12 if half == "p" else 0)
        elif half is not None:
            raise self.wrong("invalid")
        try:
            return dt.time(hour, minute)
        except ValueError:
            raise self.wrong("invalid") from None


class EvidenceField(Spoken, forms.Field):
    """A file, or with `multiple=True` several; cleans to an uploaded file or None, or to a list.

    Each is looked into, because a name proves nothing: a programme called `letter.pdf` is refused. Limit and kinds are
    those of `design.evidence`. A browser cannot keep a chosen file over an error: it has to be
    chosen again.
    """

    widget = widgets.Files
    words = {
        "required": "Choose {called}",
        "too_many": "Choose %(limit)s files or fewer at a time. You chose %(count)s",
    }

    def __init__(
        self,
        *args: Any,
        multiple: bool = False,
        most: int = 20,
        max_bytes: int | None = None,
        kinds: Callable[[], Mapping[str, evidence.Kind]] | None = None,
        **kwargs: Any,
    ) -> None:
        if kinds is None:
            kwargs["help_text"] = evidence.and_whether_checked(kwargs.get("help_text", ""))
        super().__init__(*args, **kwargs)
        self.multiple, self.most, self.max_bytes, self.kinds = multiple, most, max_bytes, kinds
        accepted = (kinds or evidence.kinds)()
        self.widget.attrs["accept"] = ",".join(f".{ending}" for ending in accepted)
        if multiple:
            self.widget.attrs["multiple"] = True

    def clean(self, value: Any) -> Any:
        uploads: list[UploadedFile] = [upload for upload in value or [] if upload]
        if self.required and not uploads:
            raise self.wrong("required")
        if len(uploads) > (self.most if self.multiple else 1):
            raise self.wrong("too_many", limit=self.most if self.multiple else 1, count=len(uploads))
        problems: list[ValidationError] = []
        for upload in uploads:
            try:
                evidence.check(upload, kinds=(self.kinds or evidence.kinds)(), max_bytes=self.max_bytes)
            except evidence.Refused as refused:
                problems.append(ValidationError(str(refused), code=refused.code))
        if problems:
            raise ValidationError(problems)
        if self.multiple:
            return uploads
        return uploads[0] if uploads else None

    def bound_data(self, data: Any, initial: Any) -> Any:
        return data if data else initial

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(data)

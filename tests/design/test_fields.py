"""Fields: no input raises anything but ValidationError, and what was typed comes back."""

import datetime as dt
import re

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from hypothesis import example, given
from hypothesis import strategies as st

from design import dates, drafts, evidence, fields, forms, widgets
from design.spoken import Spoken
from tests.design import pages

NASTY = st.one_of(
    st.text(max_size=60),
    st.text(alphabet="0123456789 :.-/apm\x00\u0660\uff11\u200f", max_size=12),
    st.sampled_from(
        ["", "\x00", "9" * 5000, "-1", "0", "1e9", "１２", "٣", "NaN", "\ud800", "🙂" * 50, "\u202e31", "%s", "%(x)s"]
    ),
)


UNFILLED = re.compile(r"\{[Cc]alled\}|%\((limit|missing|option|first|last|count|show)")


def spoken(field: Spoken, name: str = "thing") -> Spoken:
    field.speak(name)
    return field


def cleaned(field: Spoken, value: object) -> object:
    """What the field makes of a value, or the messages of its refusal."""
    try:
        return field.clean(value)
    except ValidationError as error:
        assert all(message and not UNFILLED.search(message) for message in error.messages)
        return error.messages


@given(NASTY, NASTY, NASTY)
@example("31", "2", "2026")
@example("18", "december", "2026")
def test_no_date_raises_anything_but_a_validation_error(day, month, year):
    answer = cleaned(spoken(fields.DayField(label="Day")), (day, month, year))
    assert isinstance(answer, dt.date | list)


@given(st.dates(min_value=dt.date(1900, 1, 1), max_value=dt.date(2199, 12, 31)), st.booleans())
def test_every_real_date_is_read_back_as_itself(day, by_name):
    field = spoken(fields.DayField(label="Day"))
    month = dates.MONTHS[day.month - 1] if by_name else str(day.month)
    assert field.clean((f" {day.day} ", month, str(day.year))) == day
    assert field.clean(widgets.day_parts(day)) == day


@pytest.mark.parametrize(
    ("typed", "message", "boxes"),
    [
        (("18", "12", ""), "When it happened must include a year", "year"),
        (("", "12", ""), "When it happened must include a day and a year", "day year"),
        (("18", "13", "2026"), "When it happened must have a month from 1 to 12", "month"),
        (("32", "1", "2026"), "When it happened must have a day from 1 to 31", "day"),
        (("18", "12", "26"), "When it happened must have a year in 4 figures, like 2026", "year"),
        (("31", "2", "2026"), "When it happened must be a real date, like 18 12 2026", "day"),
        (("1", "1", "9999"), "When it happened must be from 1900 to 2199", "year"),
        (("18", "Ju", "2026"), "When it happened must have a month from 1 to 12", "month"),
        (("9" * 9000, "1", "2026"), "When it happened must have a day from 1 to 31", "day"),
    ],
)
def test_a_wrong_date_says_which_part(typed, message, boxes):
    field = spoken(fields.DayField(label="When did it happen?", called="when it happened"))
    with pytest.raises(ValidationError) as refusal:
        field.clean(typed)
    assert refusal.value.messages == [message]
    assert refusal.value.params["boxes"] == boxes


@given(NASTY)
@example("2:14pm")
@example("24:00")
@example("13pm")
@example("0am")
def test_no_time_raises_anything_but_a_validation_error(text):
    answer = cleaned(spoken(fields.TimeField(label="Time", required=False)), text)
    assert answer is None or isinstance(answer, dt.time | list)


@given(st.times())
def test_every_time_is_read_back_as_it_is_written(time):
    field = spoken(fields.TimeField(label="Time"))
    minute = time.replace(second=0, microsecond=0)
    assert field.clean(dates.clock(minute)) == minute
    assert field.clean(f"{minute:%H:%M}") == minute or minute.hour < 10
    assert field.clean(f"{minute:%H%M}") == minute


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2:14pm", dt.time(14, 14)),
        ("14:14", dt.time(14, 14)),
        ("1414", dt.time(14, 14)),
        ("2pm", dt.time(14)),
        ("2.14 p.m.", dt.time(14, 14)),
        ("2 14 PM", dt.time(14, 14)),
        ("12am", dt.time(0)),
        ("12pm", dt.time(12)),
        ("midday", dt.time(12)),
        ("Noon", dt.time(12)),
        ("midnight", dt.time(0)),
        ("09:32", dt.time(9, 32)),
        ("0932", dt.time(9, 32)),
    ],
)
def test_times_as_people_write_them(text, time):
    assert spoken(fields.TimeField(label="Time")).clean(text) == time


@pytest.mark.parametrize("text", ["2:14", "2", "914"])
def test_a_time_that_may_be_morning_or_afternoon_is_asked_again(text):
    assert cleaned(spoken(fields.TimeField(label="Time")), text) == ["Time must say am or pm, like 2:14pm"]


@given(st.text())
@example("cafe\u0301\x00\r\n\u200fשלום 👩‍👩‍👧 \ud800"[:-1])
def test_long_text_keeps_every_letter_but_no_control(text):
    answer = spoken(fields.LongTextField(label="Account", required=False)).clean(text)
    assert not set(answer) & {chr(number) for number in (*range(9), 11, 12, *range(14, 32), *range(127, 160))}
    assert "\r" not in answer
    answer.encode()
    assert spoken(fields.LongTextField(label="Account", required=False)).clean(answer) == answer


def test_long_text_is_counted_in_characters_and_says_how_many_too_many():
    field = spoken(fields.LongTextField(label="What happened", max_length=10))
    assert field.clean("🙂" * 10) == "🙂" * 10
    assert cleaned(field, "🙂" * 11) == ["What happened must be 10 characters or fewer. It has 11"]


def test_ten_thousand_characters_with_emoji_and_direction_marks_are_kept():
    text = ("שלום 👩‍👩‍👧 \u200fعربي\u200e café\n" * 500)[:10_000].strip()
    assert spoken(fields.LongTextField(label="Account")).clean(text) == text


@given(NASTY)
def test_no_number_email_phone_or_choice_raises_anything_but_a_validation_error(text):
    for field in (
        fields.WholeNumberField(label="Length"),
        fields.EmailField(label="Email address"),
        fields.PhoneField(label="Phone"),
        fields.TextField(label="Name"),
        fields.ChoiceField(label="Way", choices=[("a", "A")]),
        fields.YesNoField(label="Hurt"),
        fields.SelectField(label="Office", choices=[("a", "A")]),
    ):
        cleaned(spoken(field), text)
    cleaned(spoken(fields.ChoicesField(label="Kinds", choices=[("a", "A")], exclusive="a")), [text, "a"])


@given(
    st.dictionaries(
        st.sampled_from([*pages.Log.base_fields, "happened_on_day", "happened_on_month", "happened_on_year"]),
        st.lists(NASTY, max_size=3),
    )
)
def test_no_posted_form_raises_and_it_is_shown_again(posted):
    data = QueryDict(mutable=True)
    for name, values in posted.items():
        data.setlist(name, values)
    form = pages.Log(data, MultiValueDict())
    form.is_valid()
    assert "govuk-form-group" in form.as_fields()
    assert len(form.errors_by_field()) >= len(form.errors)
    again = pages.Log.from_draft(drafts.typed(data))
    assert "govuk-form-group" in again.as_fields()
    assert "govuk-form-group--error" not in again.as_fields()


def test_a_draft_shows_half_a_date_and_every_choice_again():
    posted = QueryDict(
        "account=Shouted%0D%0Aloud&happened_on_day=18&channel=other&other_channel=drone&kinds=threat&kinds=shouting"
        "&hurt=no&at=2:14&typist=x&csrfmiddlewaretoken=y"
    )
    kept = drafts.typed(posted)
    assert "typist" not in kept and "csrfmiddlewaretoken" not in kept
    shown = pages.Log.from_draft(kept).as_fields()
    for part in (
        "Shouted\nloud</textarea>",
        'name="happened_on_day" type="text" inputmode="numeric" value="18"',
        'value="other" checked',
        'value="drone"',
        'value="threat" checked',
        'value="no" checked',
        'value="2:14"',
    ):
        assert part in shown


# Conditional fields and rules


def full(**changes: str) -> QueryDict:
    """A posted form in order."""
    data = QueryDict(mutable=True)
    data.update(
        {
            "account": "Shouted",
            "who": "Somebody",
            "happened_on_day": "18",
            "happened_on_month": "12",
            "happened_on_year": "2026",
            "at": "2:14pm",
            "channel": "phone",
            "hurt": "no",
            "kinds": "shouting",
            "months": "6",
            "office": "dover",
            "email": "a@example.com",
            "phone": "01304 821199",
            "seen": "on",
            **changes,
        }
    )
    return data


def test_a_form_in_order_gives_plain_values():
    form = pages.Log(full(), MultiValueDict())
    assert form.is_valid(), form.errors
    assert form.cleaned_data["happened_on"] == dt.date(2026, 12, 18)
    assert form.cleaned_data["at"] == dt.time(14, 14)
    assert (form.cleaned_data["hurt"], form.cleaned_data["kinds"], form.cleaned_data["months"]) == (
        False,
        ["shouting"],
        6,
    )
    assert form.cleaned_data["files"] == []


def test_a_field_that_nobody_was_asked_for_is_neither_demanded_nor_kept():
    form = pages.Log(full(other_channel="left over"), MultiValueDict())
    assert form.is_valid()
    assert form.cleaned_data["other_channel"] == ""
    asked = pages.Log(full(channel="other"), MultiValueDict())
    assert asked.errors_by_field() == [("other_channel", "Enter which way")]


def test_none_of_these_stands_alone():
    data = full()
    data.setlist("kinds", ["none", "threat"])
    form = pages.Log(data, MultiValueDict())
    assert form.errors_by_field() == [("kinds", 'Select what kind of behaviour, or select "None of these"')]


class Broken(Exception):
    """As policies.rules.RuleBroken is."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.message, self.rule, self.field = message, "F1", field


@pytest.fixture
def broken_is_known(monkeypatch):
    monkeypatch.setattr(forms, "RULE_BROKEN", (Broken,))


@pytest.mark.parametrize(("field", "named"), [("months", "months"), ("", ""), ("no_such_field", "")])
def test_a_broken_rule_becomes_an_error_beside_its_field(broken_is_known, field, named):
    form = pages.Log(full(), MultiValueDict())
    assert form.is_valid()
    with form.rules():
        raise Broken("Length must be 6 to 12 months (clause 6.16), 100%", field)
    assert form.errors_by_field() == [(named, "Length must be 6 to 12 months (clause 6.16), 100%")]


def test_any_other_exception_goes_its_way(broken_is_known):
    form = pages.Log(full(), MultiValueDict())
    with pytest.raises(LookupError), form.rules():
        raise LookupError
    assert form.is_valid()


# Files

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n"
JPEG = b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0"
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"


def upload(name: str, content: bytes, claimed: str = "application/octet-stream") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, claimed)


@pytest.mark.parametrize(
    ("name", "content", "mime"),
    [
        ("letter.pdf", PDF, "application/pdf"),
        ("PHOTO.JPG", JPEG, "image/jpeg"),
        ("photo.jpeg", JPEG, "image/jpeg"),
        ("screen.png", PNG, "image/png"),
        ("notes.txt", "café שלום".encode(), "text/plain"),
        ("mail.eml", b"From: a@example.com\nSubject: x\n\nhello", "message/rfc822"),
        ("call.mp4", b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom", "video/mp4"),
        ("call.m4a", b"\0\0\0\x20ftypM4A \0\0\0\0M4A mp42", "audio/mp4"),
        ("call.mp3", b"ID3\x03\0\0\0\0\0\x21", "audio/mpeg"),
        ("call.wav", b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0", "audio/wav"),
        ("photo.heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "image/heic"),
    ],
)
def test_evidence_of_every_usual_kind_comes_in_with_its_true_type(name, content, mime):
    file = spoken(fields.EvidenceField(label="File")).clean([upload(name, content)])
    assert (file.content_type, file.tell()) == (mime, 0)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        (
            "letter.pdf",
            b"MZ\x90\0\x03\0\0\0" + b"\0" * 60,
            "letter.pdf is a programme, not the file its name says. It was not added",
        ),
        (
            "letter.pdf",
            b"\x7fELF\x02\x01\x01",
            "letter.pdf is a programme, not the file its name says. It was not added",
        ),
        ("notes.txt", b"#!/bin/sh\nrm -rf /", "notes.txt is a programme, not the file its name says. It was not added"),
        (
            "letter.pdf",
            JPEG,
            "letter.pdf is not what its name says it is. Open it, save it again and choose the new file",
        ),
        (
            "letter.docx",
            b"PK\x03\x04" + b"\0" * 40,
            "letter.docx is not what its name says it is. Open it, save it again and choose the new file",
        ),
        (
            "notes.txt",
            b"a\0b",
            "notes.txt is not what its name says it is. Open it, save it again and choose the new file",
        ),
        ("empty.pdf", b"", "empty.pdf is empty. Choose another file"),
    ],
)
def test_a_file_that_is_not_what_it_says_is_refused_by_name(name, content, message):
    assert cleaned(spoken(fields.EvidenceField(label="File")), [upload(name, content)]) == [message]


@pytest.mark.parametrize(
    "name", ["run.exe", "page.html", "picture.svg", "noending", "letter.pdf.exe", "photo\u202egpj.exe"]
)
def test_a_kind_that_is_not_evidence_is_refused(name):
    (message,) = cleaned(spoken(fields.EvidenceField(label="File")), [upload(name, PDF)])
    assert "is of a kind that cannot be added. Use 3gp, csv, " in message
    assert "\u202e" not in message


def test_a_file_that_is_too_large_is_refused_with_both_sizes():
    large = upload("call.mp4", b"x")
    large.size = 40 * 1024 * 1024
    assert cleaned(spoken(fields.EvidenceField(label="File")), [large]) == [
        "call.mp4 is 40 MB. Files must be 25 MB or smaller"
    ]


def test_of_several_files_every_wrong_one_is_named():
    field = spoken(fields.EvidenceField(label="Files", multiple=True))
    assert len(field.clean([upload("a.pdf", PDF), upload("b.png", PNG)])) == 2
    messages = cleaned(field, [upload("a.pdf", PNG), upload("b.png", PNG), upload("c.exe", PNG)])
    assert [message.split()[0] for message in messages] == ["a.pdf", "c.exe"]
    assert cleaned(spoken(fields.EvidenceField(label="Files", multiple=True, most=1)), [upload("a.pdf", PDF)] * 2) == [
        "Choose 1 files or fewer at a time. You chose 2"
    ]


# A file's own name stands in what is said of it, and may look like a place that was left unfilled.
names_of_files = st.text(max_size=20).filter(lambda name: not UNFILLED.search(name))


@given(names_of_files, st.sampled_from(sorted(evidence.KINDS)), st.binary(max_size=300))
def test_no_file_raises_anything_but_a_validation_error(stem, ending, content):
    cleaned(spoken(fields.EvidenceField(label="File", required=False)), [upload(f"x{stem}.{ending}", content)])

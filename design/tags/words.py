"""How dates, sizes, typed text and statuses are written: filters and the small marks."""

import datetime as dt
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from design import dates, evidence

register = template.Library()


# The one table of words and colours (blue, the plain tag, is also for every stage and whatever is not named here).
COLOURS: dict[str, str] = {
    **dict.fromkeys(("proposed", "received", "approved", "issued", "missing"), ""),
    **dict.fromkeys(("returned", "waiting", "late", "due soon"), "yellow"),
    **dict.fromkeys(("interim", "due today", "uncertain"), "orange"),
    "in force": "purple",
    **dict.fromkeys(("varied", "extended"), "teal"),
    **dict.fromkeys(("upheld", "delivered", "met"), "green"),
    **dict.fromkeys(("overdue", "failed", "undelivered"), "red"),
    **dict.fromkeys(("draft", "lifted", "lapsed", "dismissed", "withdrawn", "closed"), "grey"),
}
PLAIN_STATUSES = ("done", "not required")
NOT_YET = "cannot start yet"


def _filter(show: Any) -> Any:
    """A filter that shows nothing for nothing, and leaves what is no date alone."""

    def shown(value: Any) -> str:
        return show(value) if isinstance(value, dt.date | dt.time) else "" if value is None else str(value)

    shown.__doc__ = show.__doc__
    return shown


register.filter("day", _filter(dates.day))
register.filter("day_short", _filter(dates.day_short))
register.filter("day_weekday", _filter(dates.day_weekday))
register.filter("month", _filter(dates.month))


@register.filter
def clock(value: Any) -> str:
    """`{{ incident.happened_at|clock }}`: 9:32am, midday."""
    return dates.clock(value) if isinstance(value, dt.datetime | dt.time) else "" if value is None else str(value)


@register.filter
def moment(value: Any) -> str:
    """`{{ event.at|moment }}`: 18 December 2026 at 9:32am, in Europe/London."""
    return dates.moment(value) if isinstance(value, dt.datetime) else "" if value is None else str(value)


@register.filter
def typed(value: Any) -> SafeString:
    """`{{ incident.account|typed }}`: what a person typed, escaped, with its line breaks and its own direction."""
    if value in (None, ""):
        return SafeString("")
    lines = str(value).replace("\r\n", "\n").split("\n")
    return format_html(
        '<div class="evenhand-typed" dir="auto">{}</div>',
        format_html_join(mark_safe("<br>"), "{}", ((line,) for line in lines)),
    )


@register.filter
def typed_line(value: Any) -> SafeString:
    """`{{ resident.name|typed_line }}`: typed text inside a sentence, its direction kept apart from the sentence's."""
    return SafeString("") if value in (None, "") else format_html("<bdi>{}</bdi>", value)


@register.filter
def size(value: int) -> str:
    """`{{ evidence.size|size }}`: 2.4 MB."""
    return evidence.size_in_words(int(value or 0))


@register.simple_tag
def tag(word: str, colour: str | None = None) -> SafeString:
    """`{% tag "In force" %}`: the state in a tag, coloured by its word; `colour` for a word that means another."""
    hue = COLOURS.get(str(word).lower(), "") if colour is None else colour
    return format_html('<strong class="govuk-tag{}">{}</strong>', f" govuk-tag--{hue}" if hue else "", word)


@register.simple_tag
def badge(text: str, colour: str = "red", large: bool = True) -> SafeString:
    """`{% badge "Do not visit alone" %}`: an instruction of the register, in sentence case; red and large."""
    return format_html(
        '<span class="moj-badge moj-badge--{}{}">{}</span>', colour, " moj-badge--large" if large else "", text
    )

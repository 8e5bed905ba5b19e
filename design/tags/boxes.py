"""Boxes that set something apart: alerts, panels, what is folded away."""

from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


@register.simple_block_tag(name="ticket_panel", end_name="endticket_panel")
def ticket_panel(
    content: str, title: str = "What happens next", colour: str = "blue", level: int = 2, key: str = "next"
) -> SafeString:
    """`{% ticket_panel "What happens next" %}…{% endticket_panel %}`: who may do what, by when."""
    return mark_safe(
        render_to_string(
            "components/ticket_panel.html",
            {"content": content, "title": title, "colour": colour, "level": level, "key": f"panel-{key}"},
        )
    )


@register.simple_block_tag(name="alert", end_name="endalert")
def alert(content: str, kind: str = "information", title: str = "", level: int = 2) -> SafeString:
    """`{% alert "error" "Someone has decided this" %}…{% endalert %}`: information, success, warning or error."""
    return mark_safe(
        render_to_string("components/alert.html", {"content": content, "kind": kind, "title": title, "level": level})
    )


@register.simple_block_tag(name="panel", end_name="endpanel")
def panel(content: str, title: str) -> SafeString:
    """`{% panel "Restriction imposed" %}Reference <strong>…</strong>{% endpanel %}`: after an irreversible act."""
    return format_html(
        '<div class="govuk-panel govuk-panel--confirmation"><h1 class="govuk-panel__title">{}</h1>'
        '<div class="govuk-panel__body">{}</div></div>',
        title,
        content,
    )


@register.simple_block_tag(name="interruption", end_name="endinterruption")
def interruption(content: str, title: str) -> SafeString:
    """`{% interruption "You are about to open sealed material" %}…{% endinterruption %}`: alone on its page."""
    return format_html(
        '<div class="govuk-panel govuk-panel--interruption"><h1 class="govuk-panel__title">{}</h1>'
        '<div class="govuk-panel__body">{}</div></div>',
        title,
        content,
    )


@register.simple_block_tag(takes_context=True, name="health", end_name="endhealth")
def health(context: template.Context, content: str, resident: Any, when: bool = True) -> SafeString:
    """`{% health resident need.about_health %}{{ need.words|typed }}{% endhealth %}`: covered until it is asked for.

    What is about somebody's health is shown to whoever asked for it (`people.health`); others find the way to ask, once
    a page, or why they may not. `when` tells whether this is about health at all.
    """
    if not when:
        return mark_safe(content)
    request = context.get("request")
    opened = getattr(request, "health", None)
    cover = opened.cover(resident) if opened is not None else None
    if cover is not None and cover.shown:
        return mark_safe(content)
    first = opened is None or opened.first_on_page(resident)
    return mark_safe(render_to_string("components/covered.html", {"cover": cover, "first": first}))


@register.simple_block_tag(name="inset", end_name="endinset")
def inset(content: str) -> SafeString:
    """`{% inset %}Always accepted: 999, the repairs line{% endinset %}`."""
    return format_html('<div class="govuk-inset-text">{}</div>', content)


@register.simple_block_tag(name="warning", end_name="endwarning")
def warning(content: str) -> SafeString:
    """`{% warning %}Anyone in danger now? Ring 999 first.{% endwarning %}`."""
    return format_html(
        '<div class="govuk-warning-text"><span class="govuk-warning-text__icon" aria-hidden="true">!</span>'
        '<strong class="govuk-warning-text__text"><span class="govuk-visually-hidden">Warning</span> {}</strong></div>',
        content,
    )


@register.simple_block_tag(name="details", end_name="enddetails")
def details(content: str, title: str, opened: bool = False, key: str = "") -> SafeString:
    """`{% details "The rules behind this step" %}…{% enddetails %}`; `opened=True` while in use; `key` its id."""
    return format_html(
        '<details class="govuk-details"{}{}><summary class="govuk-details__summary">'
        '<span class="govuk-details__summary-text">{}</span></summary>'
        '<div class="govuk-details__text">{}</div></details>',
        format_html(' id="{}"', key) if key else "",
        mark_safe(" open") if opened else "",
        title,
        content,
    )


@register.simple_tag
def why(explanation: str, title: str = "Why this date", hidden: str = "") -> SafeString:
    """`{% why deadline.explanation hidden="the review" %}`: the arithmetic behind a date, folded away after it."""
    if not explanation:
        return SafeString("")
    rest = format_html('<span class="govuk-visually-hidden">: {}</span>', hidden) if hidden else ""
    return format_html(
        '<details class="govuk-details evenhand-why"><summary class="govuk-details__summary">'
        '<span class="govuk-details__summary-text">{}{}</span></summary>'
        '<div class="govuk-details__text">{}</div></details>',
        title,
        rest,
        explanation,
    )

"""Lists: summaries, tasks, a timeline, pages of a long one."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django import template
from django.core.paginator import Page
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from design import dates
from design.tags import words

register = template.Library()


@register.inclusion_tag("components/summary_list.html")
def summary_list(rows: Sequence[Any], css: str = "") -> dict[str, Any]:
    """`{% summary_list rows %}` with `components.Row(key, value, change=url, hidden="name")` each."""
    return {"rows": rows, "css": css}


@register.simple_block_tag(name="summary", end_name="endsummary")
def summary(content: str, css: str = "") -> SafeString:
    """`{% summary %}{% row "Born" resident.born|day %}{% endsummary %}`: a summary list written in the template."""
    return format_html('<dl class="govuk-summary-list{}">{}</dl>', f" {css}" if css else "", content)


@register.simple_tag
def row(
    key: str, value: Any = "", change: str = "", hidden: str = "", act: str = "Change", empty: str = "Not recorded"
) -> SafeString:
    """`{% row "Address" address change=url hidden="the address" %}`: one row of `{% summary %}`."""
    shown = (
        conditional_escape(value)
        if value not in (None, "")
        else format_html('<span class="evenhand-quiet">{}</span>', empty)
    )
    link = (
        format_html(
            '<dd class="govuk-summary-list__actions"><a class="govuk-link" href="{}">{}'
            '<span class="govuk-visually-hidden"> {}</span></a></dd>',
            change,
            act,
            hidden or str(key).lower(),
        )
        if change
        else ""
    )
    return format_html(
        '<div class="govuk-summary-list__row{}"><dt class="govuk-summary-list__key">{}</dt>'
        '<dd class="govuk-summary-list__value">{}</dd>{}</div>',
        "" if change else " govuk-summary-list__row--no-actions",
        key,
        shown,
        link,
    )


@register.inclusion_tag("components/task_list.html")
def task_list(tasks: Sequence[Any], prefix: str = "task") -> dict[str, Any]:
    """`{% task_list tasks %}` with `components.Task(title, status, url, hint, why)` each.

    Done and Not required (with why) are plain, Missing is a blue tag, Cannot start yet is grey and no link. `prefix`
    tells two lists on one page apart.
    """
    return {"tasks": [_task(task, f"{prefix}-{number}") for number, task in enumerate(tasks, start=1)]}


def getter(thing: Any) -> Callable[[str], Any]:
    """Reads a part of a component, be it an object or a dict; "" where it has none."""
    if isinstance(thing, dict):
        return lambda name: thing.get(name, "")
    return lambda name: getattr(thing, name, "")


def _task(task: Any, key: str) -> dict[str, Any]:
    get = getter(task)
    status = str(get("status"))
    not_yet = status.lower() == words.NOT_YET
    return {
        "id": key,
        "title": get("title"),
        "status": status,
        "url": "" if not_yet else get("url"),
        "hint": get("hint"),
        "why": get("why"),
        "not_yet": not_yet,
        "plain": status.lower() in words.PLAIN_STATUSES,
    }


@register.simple_tag
def timeline(entries: Iterable[Any], level: int = 2) -> SafeString:
    """`{% timeline entries %}` with entries (`components.Entry`), newest first.

    Months are headings of `level` (2), entries of the level below. Written here and not in a template, because a page
    holds 25 of them and a template takes five times as long.
    """
    months: list[tuple[str, list[SafeString]]] = []
    for entry in entries:
        get = getter(entry)
        name = dates.month(get("at"))
        if not months or months[-1][0] != name:
            months.append((name, []))
        months[-1][1].append(_entry(get, level + 1))
    return format_html_join(
        "",
        '<section class="evenhand-month"><h{0} class="govuk-heading-m">{1}</h{0}>'
        '<div class="moj-timeline">{2}</div></section>',
        ((level, name, mark_safe("".join(shown))) for name, shown in months),
    )


def _entry(get: Callable[[str], Any], level: int) -> SafeString:
    at = get("at")
    parts = [words.typed(get("text"))]
    parts += [
        format_html('<p class="govuk-body govuk-!-margin-bottom-1">{}: {}</p>', key, value)
        for key, value in get("facts") or ()
    ]
    if get("clause"):
        parts.append(format_html('<p class="govuk-body-s govuk-!-margin-bottom-1">{}</p>', get("clause")))
    if get("also"):
        items = format_html_join("", '<li dir="auto">{}</li>', ((line,) for line in get("also")))
        parts.append(
            format_html(
                '<p class="govuk-body govuk-!-margin-bottom-1">With it:</p>'
                '<ul class="govuk-list govuk-list--bullet govuk-!-margin-bottom-1">{}</ul>',
                items,
            )
        )
    if get("url"):
        parts.append(
            format_html(
                '<p class="govuk-body govuk-!-margin-bottom-0"><a class="govuk-link" href="{}">{}'
                '<span class="govuk-visually-hidden">: {}, {}</span></a></p>',
                get("url"),
                get("link") or "Open",
                get("title"),
                dates.day(at),
            )
        )
    text = mark_safe("".join(parts))
    return format_html(
        '<div class="moj-timeline__item"{}><div class="moj-timeline__header">'
        '<h{} class="moj-timeline__title">{}</h{}>{}</div>'
        '<p class="moj-timeline__date"><time datetime="{}">{}</time></p>{}</div>',
        format_html(' id="{}"', get("anchor")) if get("anchor") else "",
        level,
        get("title"),
        level,
        format_html(' <p class="moj-timeline__byline">by {}</p>', get("by")) if get("by") else "",
        at.isoformat(),
        words.moment(at) if isinstance(at, dt.datetime) else dates.day(at),
        format_html('<div class="moj-timeline__description">{}</div>', text) if text else "",
    )


@register.inclusion_tag("components/pagination.html", takes_context=True)
def pagination(context: template.Context, page: Page, name: str = "page", label: str = "Pages") -> dict[str, Any]:
    """`{% pagination page %}`: GOV.UK pagination of a Django `Page`; other parts of the address's query are kept."""
    query = context["request"].GET.copy() if "request" in context else None

    def address(number: int) -> str:
        if query is None:
            return f"?{name}={number}"
        query[name] = str(number)
        return f"?{query.urlencode()}"

    last = page.paginator.num_pages
    near = {1, last, *range(page.number - 1, page.number + 2)}
    items: list[dict[str, Any]] = []
    for number in sorted(n for n in near if 1 <= n <= last):
        if items and number - items[-1]["number"] > 1:
            items.append({"number": number, "gap": True})
        items.append({"number": number, "url": address(number), "current": number == page.number})
    return {
        "items": items if last > 1 else [],
        "label": label,
        "previous": address(page.number - 1) if page.has_previous() else "",
        "next": address(page.number + 1) if page.has_next() else "",
    }


@register.inclusion_tag("components/filter_tags.html")
def filter_tags(chosen: Sequence[tuple[str, str]], clear: str = "") -> dict[str, Any]:
    """`{% filter_tags chosen clear=url %}`: the filters in use, (words, address without it) each."""
    return {"chosen": chosen, "clear": clear}


@register.simple_block_tag(name="scroll_table", end_name="endscroll_table")
def scroll_table(content: str, label: str) -> SafeString:
    """`{% scroll_table "Incidents by month" %}<table class="govuk-table">…{% endscroll_table %}`: scrolls on phones."""
    return format_html(
        '<div class="evenhand-scroll" role="region" aria-label="{}" tabindex="0">{}</div>', label, content
    )

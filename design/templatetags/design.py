"""Every component of the screens. `{% load design %}` once; each tag shows how it is used."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django import forms, template
from django.core.paginator import Page
from django.forms.boundfield import BoundField
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from design import dates, evidence, rendering, typist

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


# Dates and words


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


# Small marks


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


# Forms


@register.simple_tag
def field_parts(field: BoundField) -> dict[str, Any]:
    """For `templates/design/field.html` alone."""
    return rendering.parts(field)


@register.simple_tag
def outer_fields(form: forms.BaseForm) -> list[BoundField]:
    """For `templates/design/form.html` alone: the visible fields that no option reveals."""
    inner = rendering.inner_names(form)
    return [field for field in form.visible_fields() if field.name not in inner]


@register.simple_tag
def fields(form: forms.BaseForm, *names: str) -> SafeString:
    """`{% fields form "when" "where" %}`: the groups of those fields, in that order."""
    return mark_safe("".join(form[name].as_field_group() for name in names))


def _forms(found: Iterable[Any]) -> list[forms.BaseForm]:
    flat: list[forms.BaseForm] = []
    for form in found:
        if isinstance(form, forms.BaseFormSet):
            flat += form.forms
        elif isinstance(form, forms.BaseForm):
            flat.append(form)
    return flat


def _errors(form: forms.BaseForm) -> list[tuple[str, str]]:
    """(address of the field or "", message) for every error of a form, in the order of its fields."""
    if not form.is_bound:
        return []
    found = [("", str(message)) for message in form.non_field_errors()]
    for name in form.fields:
        bound = form[name]
        link = "" if bound.is_hidden else f"#{rendering.target(bound)}"
        found += [(link, message) for message in rendering.messages(bound)]
    return found


@register.inclusion_tag("components/error_summary.html")
def error_summary(*found: Any) -> dict[str, Any]:
    """`{% error_summary form %}`: "There is a problem" and a link to each field. `base.html` does it for `form`."""
    errors = [error for form in _forms(found) for error in _errors(form)]
    errors += [
        ("", str(message))
        for part in found
        if isinstance(part, forms.BaseFormSet) and part.is_bound
        for message in part.non_form_errors()
    ]
    return {"errors": errors}


@register.simple_tag
def error_prefix(*found: Any) -> str:
    """`{% error_prefix form %}`: "Error: " for the title where a form has errors."""
    return "Error: " if any(form.is_bound and form.errors for form in _forms(found)) else ""


@register.simple_block_tag(takes_context=True, name="form", end_name="endform")
def form_block(
    context: template.Context,
    content: str,
    form: forms.BaseForm | None = None,
    action: str = "",
    method: str = "post",
    draft: str = "",
    upload: bool = False,
    name: str = "",
    css: str = "",
) -> SafeString:
    """`{% form form %}{{ form }}{% button "Save incident" %}{% endform %}`: a form that posts to its own page.

    `action` another address; `draft` the address that autosave posts to while typing pauses; `method="get"` for a
    search; `upload=True` where a file field is not in `form`; `css` further classes. Writes the CSRF token and who is
    typing, so that a session that ends does not lose the text.
    """
    return mark_safe(
        render_to_string(
            "components/form.html",
            {
                **_form_start(context, form, action, method, draft, upload),
                "name": name,
                "css": css,
                "content": content,
            },
        )
    )


def _form_start(
    context: template.Context, form: forms.BaseForm | None, action: str, method: str, draft: str, upload: bool
) -> dict[str, Any]:
    request = context.get("request")
    user = getattr(request, "user", None)
    posts = method == "post"
    return {
        "action": action,
        "method": method,
        "draft": draft,
        "upload": upload or (form is not None and form.is_multipart()),
        "token": get_token(request) if posts and request is not None else "",
        "typist": typist.sign(user.pk) if posts and user is not None and user.is_authenticated else "",
        "typist_field": typist.FIELD,
    }


@register.simple_tag
def button(
    text: str,
    name: str = "",
    value: str = "",
    kind: str = "",
    href: str = "",
    once: bool = True,
    hidden: str = "",
    form: str = "",
) -> SafeString:
    """`{% button "Save incident" %}`, `{% button "Save draft" name="action" value="draft" kind="secondary" %}`.

    `kind`: secondary, warning (erase only), inverse, start. `href` makes it a link that looks like a button. `once`
    (default) ignores a second click within a second. `hidden` completes the words for who cannot see what it stands by.
    """
    css = f"govuk-button govuk-button--{kind}" if kind else "govuk-button"
    rest = format_html('<span class="govuk-visually-hidden"> {}</span>', hidden) if hidden else ""
    if href:
        return format_html(
            '<a href="{}" role="button" draggable="false" class="{}" data-module="govuk-button">{}{}</a>',
            href,
            css,
            text,
            rest,
        )
    attributes = format_html_join(
        "", ' {}="{}"', ((key, val) for key, val in (("name", name), ("value", value), ("form", form)) if val)
    )
    double = mark_safe(' data-prevent-double-click="true"') if once else ""
    return format_html(
        '<button type="submit" class="{}" data-module="govuk-button"{}{}>{}{}</button>',
        css,
        attributes,
        double,
        text,
        rest,
    )


@register.simple_block_tag(name="buttons", end_name="endbuttons")
def buttons(content: str) -> SafeString:
    """`{% buttons %}{% button "Impose" %}<a class="govuk-link" href="…">Cancel</a>{% endbuttons %}`: one row."""
    return format_html('<div class="govuk-button-group">{}</div>', content)


@register.simple_tag
def status() -> SafeString:
    """`{% status %}`: the page's one role="status". `base.html` has it; a page with a draft moves it to its buttons."""
    return mark_safe(
        '<div class="evenhand-status"><span class="evenhand-status__shown" id="status-shown"></span>'
        '<span class="govuk-visually-hidden" role="status" id="status"></span></div>'
    )


@register.inclusion_tag("components/search.html")
def search(
    action: str, value: str = "", label: str = "Search", name: str = "q", hint: str = "", text: str = "Search"
) -> dict[str, Any]:
    """`{% search url value=q label="Name, address, postcode or phone" text="Find" %}`: one box that asks by GET."""
    return {"action": action, "value": value, "label": label, "name": name, "hint": hint, "text": text}


# Lists


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
    not_yet = status.lower() == NOT_YET
    return {
        "id": key,
        "title": get("title"),
        "status": status,
        "url": "" if not_yet else get("url"),
        "hint": get("hint"),
        "why": get("why"),
        "not_yet": not_yet,
        "plain": status.lower() in PLAIN_STATUSES,
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
    parts = [typed(get("text"))]
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
        moment(at) if isinstance(at, dt.datetime) else dates.day(at),
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


# Frame of a page


@register.inclusion_tag("components/breadcrumbs.html")
def breadcrumbs(*pairs: str) -> dict[str, Any]:
    """`{% url 'cases:list' as all %}{% breadcrumbs "Residents" all "R-0042" "" %}`: words and address, by turns."""
    return {"crumbs": list(zip(pairs[::2], pairs[1::2], strict=True))}


@register.simple_tag
def back_link(href: str, text: str = "Back") -> SafeString:
    """`{% back_link url %}`: back by a real address, in a landmark of its own."""
    return format_html('<nav aria-label="Back"><a href="{}" class="govuk-back-link">{}</a></nav>', href, text)


@register.inclusion_tag("components/identity_bar.html")
def identity_bar(
    name: str,
    born: dt.date | None = None,
    address: str = "",
    reference: str = "",
    stage: str = "",
    badge: str = "",
    url: str = "",
) -> dict[str, Any]:
    """`{% identity_bar resident.name born=… address=… reference=… stage=case.stage_name badge="…" url=case_url %}`."""
    return {
        "name": name,
        "born": born,
        "address": address,
        "reference": reference,
        "stage": stage,
        "badge": badge,
        "url": url,
    }


@register.inclusion_tag("components/sub_navigation.html")
def sub_navigation(items: Sequence[tuple[str, str, bool]], label: str = "Case file") -> dict[str, Any]:
    """`{% sub_navigation tabs label="Case file" %}` with (words, address, whether it is this page) each."""
    return {"items": items, "label": label}


# Boxes


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

"""A form and what stands in it: fields, errors, buttons, the box that searches."""

from collections.abc import Iterable
from typing import Any

from django import forms, template
from django.forms.boundfield import BoundField
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from design import drafts, presses, rendering, typist

register = template.Library()


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
    search; `upload=True` where a file field is not in `form`; `css` further classes. Writes what no page writes itself:
    the CSRF token, who is typing (a session that ends does not lose the text), the once-token of this form, and the
    seal of what the page shows.
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
    return {
        "action": action,
        "method": method,
        "draft": draft,
        "upload": upload or (form is not None and form.is_multipart()),
        "proofs": _proofs(context, form) if method == "post" else [],
    }


def _proofs(context: template.Context, form: forms.BaseForm | None) -> list[tuple[str, str]]:
    """The hidden fields of every form that posts: who asks, once, and having seen what."""
    request = context.get("request")
    user = getattr(request, "user", None)
    proofs = [("csrfmiddlewaretoken", get_token(request))] if request is not None else []
    if user is not None and user.is_authenticated:
        proofs += [(typist.FIELD, typist.sign(user.pk)), (presses.FIELD, presses.token(user))]
    seal = getattr(form or context.get("form"), "seal", "")
    return [*proofs, (drafts.SEEN, seal)] if seal else proofs


def _hidden(pairs: Iterable[tuple[str, str]]) -> SafeString:
    return format_html_join("", '<input type="hidden" name="{}" value="{}">', pairs)


@register.simple_tag(takes_context=True)
def carried(context: template.Context, seal: str = drafts.CHECKED) -> SafeString:
    """`{% form %}{% carried %}…{% endform %}`: what was typed before, and the seal of this page (`design.pages`)."""
    known = context["carried"]
    return _hidden([*known.typed, *([(seal, known.seal)] if known.seal else [])])


@register.simple_tag(takes_context=True)
def check_form(context: template.Context, text: str, change: str = "Change something") -> SafeString:
    """`{% check_form "Impose the restriction" "Change your decision" %}`: the end of a check page, with its buttons."""
    both = button(text, drafts.BUTTON, "do"), button(change, drafts.BUTTON, "change", "secondary")
    return form_block(context, format_html("{}{}", carried(context), buttons(format_html("{}{}", *both))))


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

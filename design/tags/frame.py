"""What stands around a page: the way back, whose file it is, the menu of the file."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


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

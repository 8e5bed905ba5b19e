"""Text in the look of the design system: headings, paragraphs, links and lists."""

from typing import Any

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_block_tag(name="h1", end_name="endh1")
def h1(content: str) -> SafeString:
    """`{% h1 %}Log an incident{% endh1 %}`: the one heading of a page."""
    return format_html('<h1 class="govuk-heading-l">{}</h1>', content)


@register.simple_block_tag(name="h2", end_name="endh2")
def h2(content: str, size: str = "m") -> SafeString:
    """`{% h2 %}What happens next{% endh2 %}`: a part of a page; `{% h2 "l" %}` where parts have parts."""
    return format_html('<h2 class="govuk-heading-{}">{}</h2>', size, content)


@register.simple_block_tag(name="h3", end_name="endh3")
def h3(content: str, size: str = "s") -> SafeString:
    """`{% h3 %}Telephone{% endh3 %}`: a part of a part; `{% h3 "m" %}` under a large one."""
    return format_html('<h3 class="govuk-heading-{}">{}</h3>', size, content)


@register.simple_block_tag(name="p", end_name="endp")
def p(content: str) -> SafeString:
    """`{% p %}It is in force until {{ restriction.ends_on|day }}.{% endp %}`."""
    return format_html('<p class="govuk-body">{}</p>', content)


@register.simple_block_tag(name="bullets", end_name="endbullets")
def bullets(content: str) -> SafeString:
    """`{% bullets %}{% for each in rows %}<li>{{ each }}</li>{% endfor %}{% endbullets %}`: in no order."""
    return format_html('<ul class="govuk-list govuk-list--bullet">{}</ul>', content)


@register.simple_block_tag(name="steps", end_name="endsteps")
def steps(content: str) -> SafeString:
    """`{% steps %}<li>The resident is told.</li>{% endsteps %}`: one after the other, with numbers."""
    return format_html('<ol class="govuk-list govuk-list--number">{}</ol>', content)


@register.simple_block_tag(name="link", end_name="endlink")
def link(content: str, to: str, *args: Any) -> SafeString:
    """`{% link "cases:overview" case.reference %}the case file{% endlink %}`: a page by its name, or an address."""
    address = to if not to or any(mark in to for mark in "/#?") else reverse(to, args=args)
    return format_html('<a class="govuk-link" href="{}">{}</a>', address, content)

"""Every component of the screens. `{% load design %}` once; each tag shows how it is used where it stands."""

from django import template

from design.tags import boxes, forms, frame, lists, text, words

register = template.Library()
for part in (words, text, forms, lists, frame, boxes):
    register.tags |= part.register.tags
    register.filters |= part.register.filters

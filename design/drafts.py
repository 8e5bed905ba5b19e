"""What somebody typed, as it is kept between two pages: a draft, or a form whose session ran out on the way."""

from collections.abc import Iterable, Mapping

from django.http import QueryDict

from design import typist, words

# What a page puts into its form beside what people type: who asks, its once-token, and the seals of what it showed.
PRESS, SEEN, CHECKED = "press", "seen", "checked"
PROOFS = frozenset({"csrfmiddlewaretoken", typist.FIELD, PRESS, SEEN, CHECKED})
# Which button was pressed.
BUTTON = "do"
# Never kept: those, secrets, and the button.
LEFT_OUT = PROOFS | {BUTTON, "password", "password1", "password2", "oldpassword", "code", "action"}


def typed(data: QueryDict) -> dict[str, list[str]]:
    """A posted form as plain lists of text, fit for JSON and for PostgreSQL (no NULs)."""
    return {
        words.clean_line(name)[:200]: [words.clean(value) for value in data.getlist(name)]
        for name in data
        if name not in LEFT_OUT
    }


def as_query(kept: Mapping[str, Iterable[str]]) -> QueryDict:
    """What `typed` kept, as posted data."""
    if isinstance(kept, QueryDict):
        return kept
    query = QueryDict(mutable=True)
    for name, values in kept.items():
        query.setlist(str(name), [str(value) for value in ([values] if isinstance(values, str) else values)])
    return query

"""How people and homes are found by what somebody types: names, addresses, telephone numbers, postcodes."""

import unicodedata

from django.db import models


def plain(text: str) -> str:
    """Text as it is searched: lower case, no accents, letters and digits only, digits of any script as 0 to 9."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    kept = "".join(
        (str(unicodedata.decimal(c)) if c.isdecimal() else c) if c.isalnum() else " "
        for c in folded
        if not unicodedata.combining(c)
    )
    return " ".join(kept.split())


def search_terms(typed: str) -> list[str]:
    """The words typed, as they are searched."""
    return plain(typed).split()


def run_together(typed: str) -> str:
    """What was typed as one term, where it is a phone number or a postcode; else empty.

    A phone number may be typed with spaces, a country code or a leading nought, a postcode with or without its space;
    both are stored without.
    """
    words = plain(typed).split()
    together = "".join(words)
    if together.isdigit() and len(together) >= 4:
        return together[-10:] if len(together) > 10 else together.lstrip("0") or together
    if len(words) == 2 and len(words[1]) == 3 and words[1][0].isdigit() and words[1][1:].isalpha():
        return together
    return ""


def search_filter(typed: str) -> models.Q:
    """Finds rows whose `search` text holds every word typed, or the phone number or postcode that they spell.

    Nothing typed asks for everything: callers that must not show everything look first whether anything was.
    """
    words = models.Q()
    for term in search_terms(typed):
        words &= models.Q(search__contains=term)
    together = run_together(typed)
    return words | models.Q(search__contains=together) if together else words


def same_home(lines: str, postcode: str, other_lines: str, other_postcode: str) -> bool:
    """Whether two addresses name one home, however each is spelt: the same numbers, and the words of one in the other.

    Two flats of one house differ in a number, so they are different homes. Postcodes that differ are different homes;
    one that is missing decides nothing.
    """
    here, there = set(plain(lines).split()), set(plain(other_lines).split())
    codes = {plain(code).replace(" ", "") for code in (postcode, other_postcode)} - {""}
    numbers = [{word for word in words if any(c.isdigit() for c in word)} for words in (here, there)]
    return bool(here and there) and len(codes) < 2 and numbers[0] == numbers[1] and (here <= there or there <= here)

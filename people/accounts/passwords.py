"""Which passwords are refused: short ones, those that are guessed first, and those made of one's own names.

As the NCSC advises: length and a list of what is never let in, no rules on kinds of characters, and no date on which a
password runs out.
"""

import re
import unicodedata
from collections.abc import Iterator

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError

from people.models import User

SHORTEST, LEFT, DIFFERENT = 12, 8, 5
# What people write for letters when they are asked for figures and signs.
FOR_LETTERS = str.maketrans("013457@$!", "oieastasi")
SHORT = f"Password must be {SHORTEST} characters or more"
GUESSED = "This password is among those that are guessed first. Choose another"
NAMES = "Leave your own name, your address and your organisation’s name out of it: they are guessed first"
HELP = f"{SHORTEST} characters or more, without your name or your organisation’s."


class Guessable:
    """Refuses what somebody who guesses would try (NCSC; Cyber Essentials)."""

    def __init__(self) -> None:
        self.common = frozenset(CommonPasswordValidator().passwords)

    def validate(self, password: str, user: User | None = None) -> None:
        """Raise `ValidationError` with the first thing that is wrong."""
        if len(password) < SHORTEST:
            raise ValidationError(SHORT, code="password_too_short")
        if len(set(password)) < DIFFERENT or self._common(password):
            raise ValidationError(GUESSED, code="password_too_common")
        if user is not None and _is_names(password, user):
            raise ValidationError(NAMES, code="password_too_similar")

    def _common(self, password: str) -> bool:
        """Whether it is a common password, also with figures and signs put before, behind or for letters."""
        plain = password.lower().strip()
        core = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", plain)
        tried = {plain, core, plain.translate(FOR_LETTERS), core.translate(FOR_LETTERS)}
        twice = {one[: len(one) // 2] for one in tried if one and one == one[: len(one) // 2] * 2}
        return any(one in self.common for one in tried | twice)

    def get_help_text(self) -> str:
        """What is asked for."""
        return HELP


def _is_names(password: str, user: User) -> bool:
    """Whether a password is little more than the names that somebody would try first."""
    plain = rest = _plain(password)
    for name in sorted(_names(user), key=len, reverse=True):
        rest = rest.replace(name, "")
    return rest != plain and len([one for one in rest if one.isalpha()]) < LEFT


def _names(user: User) -> Iterator[str]:
    """The person's, the provider's and the product's names, each part of four letters or more."""
    said = [user.name, user.email, "evenhand"]
    if user.provider_id:
        said += [user.provider.name, user.provider.short_name, user.provider.slug]
    for words in said:
        yield from (_plain(part) for part in re.split(r"[\W_]+", words) if len(part) >= 4)


def _plain(words: str) -> str:
    """Letters and figures alone, without accents, with figures read as the letters that they stand for."""
    flat = unicodedata.normalize("NFKD", words).casefold().translate(FOR_LETTERS)
    return "".join(one for one in flat if one.isalnum())

"""What makes tests quick without making them untrue: a cheap hash, and a sample of each long proof."""

import os

from django.contrib.auth.hashers import PBKDF2PasswordHasher

SOAK = bool(os.environ.get("EVENHAND_SOAK"))


class QuickHasher(PBKDF2PasswordHasher):
    """One round instead of a million: the product's own hasher reads what it writes."""

    iterations = 1


def examples(sample: int, whole: int) -> int:
    """How many examples a long proof runs: a sample in `./run test`, all of them in `./run soak`."""
    return whole if SOAK else sample


# On a phone in `./run test`; on a desk as well in `./run soak`. Where the town has such a page, both are judged there.
WIDTHS = (390, 1280) if SOAK else (390,)

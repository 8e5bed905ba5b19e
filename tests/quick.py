"""What makes tests quick without making them untrue."""

from django.contrib.auth.hashers import PBKDF2PasswordHasher


class QuickHasher(PBKDF2PasswordHasher):
    """One round instead of a million: the product's own hasher reads what it writes."""

    iterations = 1

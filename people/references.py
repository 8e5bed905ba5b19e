"""References that people read out on the telephone: a letter for the kind and a number that is never used twice."""

from django.db import connection

PREFIXES = {
    "user": "U",
    "resident": "R",
    "incident": "I",
    "case": "C",
    "restriction": "X",
    "appeal": "A",
    "letter": "L",
    "entry": "E",
    "review": "V",
}


def next_reference(kind: str) -> str:
    """The next reference of a kind, such as `C-000042`; safe under concurrency, gaps are possible."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s)", [f"reference_{kind}"])
        return f"{PREFIXES[kind]}-{cursor.fetchone()[0]:06d}"

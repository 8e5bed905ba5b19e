"""Who typed a form, signed into the form itself, so that a session that ran out does not cost a long report.

The middleware that finds a POST without a session reads it, keeps what was typed for that person, and shows it again
after they have signed in. It proves nothing about who is asking now: only the same person, signed in, gets it back.
"""

from datetime import timedelta
from typing import Any

from django.core import signing

FIELD = "typist"
SALT = "typist"
LONGEST = timedelta(days=1)


def sign(user_id: Any) -> str:
    """The signed mark for a hidden field named `FIELD`."""
    return signing.dumps(user_id, salt=SALT)


def read(mark: str, *, longest: timedelta = LONGEST) -> Any:
    """The id of the user who typed, or None where the mark is missing, forged or older than a day."""
    try:
        return signing.loads(mark, salt=SALT, max_age=longest)
    except signing.BadSignature:
        return None

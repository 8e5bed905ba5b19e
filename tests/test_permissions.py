"""`docs/permissions.md` says what test_doors.py proves."""

from pathlib import Path

from tests import permissions
from tests.test_doors import DOORS

PAGE = Path(__file__).parent.parent / "docs" / "permissions.md"


def test_the_document_is_current():
    assert PAGE.read_text(encoding="utf-8") == permissions.document(), "run: ./run manage permissions"


def test_every_page_is_named_in_words_and_has_a_row():
    """Whoever reads it reads no code: each row begins with a sentence."""
    rows = [line for line in permissions.document().splitlines() if "<br>`/" in line]
    assert len(rows) == len(DOORS) and not [row for row in rows if row.startswith("|<br>")]

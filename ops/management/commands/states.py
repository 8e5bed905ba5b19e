"""Write `docs/states.md` from the code."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from ops import states


class Command(BaseCommand):
    """Write `docs/states.md` from the code."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the document."""
        (settings.BASE_DIR / "docs" / "states.md").write_text(states.document(), encoding="utf-8")

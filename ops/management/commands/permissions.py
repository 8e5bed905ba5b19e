"""Write `docs/permissions.md` from the table of doors that the tests prove."""

import importlib
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    """Write `docs/permissions.md` from the table of doors that the tests prove."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the document. Raises CommandError where the tests are not beside the product, as in its image."""
        try:
            permissions = importlib.import_module("tests.permissions")
        except ImportError as missing:
            raise CommandError("The tests are not here: run it in a checkout.") from missing
        (settings.BASE_DIR / "docs" / "permissions.md").write_text(permissions.document(), encoding="utf-8")

"""Where mail goes that no server takes: into files that only their owner reads, or nowhere."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.filebased import EmailBackend as FileBackend

log = structlog.get_logger(__name__)


class Files(FileBackend):
    """The demo's mail, in files. It holds letters and reset links, so folder and files are closed to other users."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        Path(settings.EMAIL_FILE_PATH).chmod(0o700)

    def open(self) -> bool:
        """Make the file, for its owner alone from its first byte."""
        if self.stream is not None:
            return False
        handle = os.open(self._get_filename(), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self.stream = os.fdopen(handle, "ab")
        return True


class Nowhere(BaseEmailBackend):
    """Production without a mail server. Nothing leaves, and nobody is told that anything did."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """None was sent; the log says how many were asked for, and to nobody whom they were for."""
        log.error("no mail server is set up", not_sent=len(email_messages))
        return 0

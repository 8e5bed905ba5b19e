"""Where the servers' data may stand, and who may walk there. Standard library only."""

import hashlib
import os
from pathlib import Path

OPEN = Path("/var/lib/evenhand")


def home(folder: Path) -> Path:
    """Where the servers of a state folder keep their data: in it, or in an open place named after it.

    As root the servers run as `nobody`, who must be able to walk to the data. Where a folder above is closed to
    others (as /root is), the data stand under /var/lib/evenhand.
    """
    if os.geteuid() != 0 or open_to_others(folder):
        return folder
    return OPEN / fingerprint(folder)


def open_to_others(folder: Path) -> bool:
    """Whether another user can walk to this folder."""
    return all(parent.stat().st_mode & 0o001 for parent in (folder, *folder.parents))


def fingerprint(folder: Path) -> str:
    """A short name for a folder."""
    return hashlib.sha256(str(folder).encode()).hexdigest()[:10]

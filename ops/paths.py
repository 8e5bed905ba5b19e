"""Where things stand: the checkout, its environment, and the one folder that holds everything a run leaves behind."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
LOCK = ROOT / "requirements" / "development.txt"


def state() -> Path:
    """The state folder: `EVENHAND_STATE`, or `.state` in the checkout."""
    return Path(os.environ.get("EVENHAND_STATE") or ROOT / ".state").expanduser().absolute()


def make(folder: Path, mode: int = 0o700) -> Path:
    """Make a folder that others cannot read. One that is there already keeps the rights its owner gave it."""
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(mode)
    return folder


def write_private(file: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    new = file.with_name(f".{file.name}.{os.getpid()}")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as stream:
        stream.write(text)
    new.replace(file)

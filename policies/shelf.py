"""The policies that come with Evenhand: `data/<provider>/<effective-date>.toml`; local rules, letters beside."""

from datetime import date
from pathlib import Path

from policies import loader, wording
from policies.policy import Policy

DATA = Path(__file__).parent / "data"
LOCAL = "local.toml"
LETTERS = "letters"


def builtin() -> dict[str, list[Path]]:
    """The files of each provider, by its folder, the oldest first.

    >>> [path.name for path in builtin()["dover-district-council"]]
    ['2024-10-07.toml']
    """
    folders = sorted(path for path in DATA.iterdir() if path.is_dir())
    return {folder.name: sorted(path for path in folder.glob("*.toml") if path.name != LOCAL) for folder in folders}


def local_rules(slug: str) -> str:
    """The text of the local rules that stand beside a provider's policy, or "".

    >>> "[[local]]" in local_rules("dover-district-council")
    True
    """
    path = DATA / slug / LOCAL
    return path.read_text(encoding="utf-8") if path.exists() else ""


def wording_beside(folder: Path) -> dict[str, bytes]:
    """The files that word a provider's letters, by their names without the ending; empty where it has none.

    Raises OSError where one cannot be read.

    >>> wording_beside(DATA / "west-kent")["formal"].startswith(b"# Formal action")
    True
    """
    paths = sorted((folder / LETTERS).glob(f"*{wording.SUFFIX}"))
    return {path.stem: path.read_bytes() for path in paths if path.is_file()}


def letters(slug: str) -> dict[str, str]:
    """The texts that word the letters of a provider on the shelf.

    >>> "warning" in letters("dover-district-council")
    True
    """
    return {name: data.decode("utf-8") for name, data in wording_beside(DATA / slug).items()}


def read_builtin(slug: str, *, on: date | None = None, local: bool = True) -> Policy:
    """The provider's policy that holds on a day (the newest without one), with its local rules unless told otherwise.

    Raises KeyError for a provider that is not on the shelf, LookupError where no version holds yet.

    >>> read_builtin("dover-district-council").provider_name
    'Dover District Council'
    """
    files = builtin()[slug]
    held = [path for path in files if on is None or path.stem <= on.isoformat()]
    if not held:
        raise LookupError(f"{slug} has no policy that holds on {on}")
    return loader.read(held[-1].read_text(encoding="utf-8"), local=local_rules(slug) if local else "")

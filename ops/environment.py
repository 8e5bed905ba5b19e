"""Make `.venv` from the hash-pinned lock, and see that the system libraries are there. Standard library only."""

import ctypes
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import venv

from ops.console import Stop, note
from ops.paths import LOCK, ROOT, VENV

UV = "0.13.8"
PYTHON = VENV / "bin" / "python"
MARK = VENV / "made-from"

LETTERS = {
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "libharfbuzz-subset.so.0": "libharfbuzz-subset0",
}
TOOLS = {"clamd": "clamav-daemon", "age": "age"}
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome-stable", "google-chrome")


def ensure() -> None:
    """Bring `.venv` to what the lock says; a few milliseconds when it is there already.

    Two runs at once wait for each other. A moved checkout, another Python or another lock makes it anew, because an
    environment carries absolute paths. Raises `Stop` with the command to type where venv or the network is missing.
    """
    if current():
        return
    with LOCK.open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not current():
            make()


def wanted() -> str:
    """What the environment must have been made from, as one line."""
    return f"{hashlib.sha256(LOCK.read_bytes()).hexdigest()} uv {UV} python {sys.version.split()[0]} in {VENV}"


def current() -> bool:
    """Whether the environment was made from this lock, in this place, and its Python still runs."""
    if not MARK.is_file():
        return False
    if inside():
        # The Python of the environment itself asks (ops started by it): its version is the environment's own.
        return MARK.read_text() == wanted()
    return MARK.read_text() == wanted() and os.access(PYTHON, os.X_OK)


def inside() -> bool:
    """Whether this process already runs on the environment's Python."""
    return sys.prefix == str(VENV)


def make() -> None:
    """Make the environment from nothing, or bring an old one up to date."""
    if inside():
        raise Stop("The environment is out of date. Run ./run again with the system's Python.")
    if VENV.is_symlink():
        # Making it anew empties the folder first: that of another checkout, if this is a link to one.
        raise Stop(f"{VENV} is a link to {VENV.resolve()}, and ./run makes an environment of its own. Remove the link.")
    fresh = not (os.access(PYTHON, os.X_OK) and subprocess.run([PYTHON, "-c", ""], check=False).returncode == 0)
    if fresh or not MARK.is_file() or not MARK.read_text().endswith(wanted().partition(" python ")[2]):
        note("Making .venv …")
        try:
            venv.create(VENV, with_pip=True, clear=VENV.exists())
        except (subprocess.CalledProcessError, ImportError) as error:
            shutil.rmtree(VENV, ignore_errors=True)
            raise Stop(
                "Python cannot make a virtual environment. On Debian or Ubuntu:  apt-get install python3-venv"
            ) from error
    MARK.unlink(missing_ok=True)
    note("Installing from requirements/development.txt (every file checked against its hash) …")
    step([PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", f"uv=={UV}"])
    settings = {"UV_COMPILE_BYTECODE": "1", "UV_PYTHON_DOWNLOADS": "never", "VIRTUAL_ENV": str(VENV)}
    if index := os.environ.get("PIP_INDEX_URL"):
        settings.setdefault("UV_DEFAULT_INDEX", index)
    step([VENV / "bin" / "uv", "pip", "sync", "--quiet", "--require-hashes", LOCK], **settings)
    MARK.write_text(wanted())


def step(command: list, **settings: str) -> None:
    """Run one step of the installation, showing what it prints."""
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **settings}, check=False)
    if done.returncode:
        raise Stop("That did not work; see above. Evenhand needs a package index the first time it is set up.")


def enter(arguments: list[str]) -> None:
    """Go on with the environment's own Python. Does not return, unless this is it already."""
    if not inside():
        os.execv(PYTHON, [str(PYTHON), str(ROOT / "ops"), *arguments])


def ensure_letter_libraries() -> None:
    """Letters are drawn with Pango: install it where that is allowed, otherwise say how."""
    missing = [package for library, package in LETTERS.items() if not loads(library)]
    if missing:
        install_packages(missing, "Letters are drawn with Pango.")


def ensure_browser() -> None:
    """The journeys are tested in Chromium: install it where that is allowed, otherwise say how.

    Debian packages it without its windows as well, which takes a quarter less time over the same pages.
    """
    if not any(shutil.which(name) for name in BROWSERS):
        install_packages(["chromium-headless-shell|chromium"], "The journeys are tested in a real browser.")


def ensure_tools() -> None:
    """Files are checked by a real ClamAV and backups locked by a real age in the tests: install them likewise."""
    missing = [package for program, package in TOOLS.items() if not shutil.which(program)]
    if missing:
        install_packages(missing, "The tests check files with ClamAV and lock backups with age.")


def loads(library: str) -> bool:
    """Whether the system has this shared library."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def install_packages(packages: list[str], reason: str) -> None:
    """Install Debian packages as root or with a sudo that asks nothing; else raise `Stop` with the line to type.

    `a|b` is b where the system knows no a.
    """
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    before = privilege() if shutil.which("apt-get") else None
    if before is not None:
        note(f"{reason} Installing …")
        subprocess.run([*before, "apt-get", "update", "-qq"], env=quiet, check=False)
    line = f"apt-get install --yes --no-install-recommends {' '.join(map(known, packages))}"
    if before is not None:
        done = subprocess.run([*before, *line.split(), "-qq"], env=quiet, stdout=subprocess.DEVNULL, check=False)
        if done.returncode == 0:
            return
    raise Stop(f"{reason} Please install what is missing, then start again:\n\n    sudo {line}\n")


def known(package: str) -> str:
    """The first of several names for a package that the system's lists hold, else the last."""
    *others, last = package.split("|")
    for name in others if shutil.which("apt-cache") else []:
        if subprocess.run(["apt-cache", "show", name], capture_output=True, check=False).returncode == 0:
            return name
    return last


def privilege() -> list[str] | None:
    """What to put before a command to run it as root: nothing, sudo, or None where neither is allowed."""
    if os.geteuid() == 0:
        return []
    if (
        shutil.which("sudo")
        and subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0
    ):
        return ["sudo", "-n"]
    return None

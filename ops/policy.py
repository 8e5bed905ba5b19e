"""`./run policy`: check a policy file, read it as a page, work out its dates, compare two versions."""

import argparse
import json
import signal
import textwrap
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path

from ops.console import Stop, say
from people import policy_page
from policies import clocks, difference, loader, shelf, wording
from policies.calendars import FIRST_YEAR, LAST_YEAR, NATIONS, Calendar
from policies.policy import Policy
from policies.problems import PolicyProblems, Problem

# The clocks that are answered for every policy, also where it says nothing of them.
ALWAYS = (
    "appeal.window", "appeal.response", "review.interval", "review.at_end", "restriction.minimum",
    "restriction.maximum", "reconsideration.response", "spoc.quality_review",
)  # fmt: skip
DAYS = {
    "decided": ("decision", "the day of the decision"),
    "letter-dated": ("letter dated", "the date on the letter"),
    "letter-sent": ("letter sent", "the day the letter was sent"),
    "letter-received": ("letter received", "the day the letter was received"),
    "appeal-received": ("appeal received", "the day the appeal was received"),
    "starts": ("start", "the first day of the restriction"),
    "ends": ("end", "its last day in force"),
    "request-received": ("request received", "the day a request was received; else that of the appeal"),
    "spoc-named": ("spoc named", "the day the single point of contact was named; else the start"),
    "last-review": ("last review", "the day of the last review"),
    "interim": ("interim", "the day of an interim restriction"),
    "entry": ("entry", "the day of the entry on the register"),
    "removal": ("removal", "the day of its removal"),
    "incident": ("incident", "the day of the incident"),
    "warning": ("warning", "the day of the warning"),
    "breach": ("breach", "the day of the breach"),
}
LOCAL_HELP = "the provider's local rules, read with the policy"
INSTEAD = {"request received": "appeal received", "spoc named": "start"}


def run(arguments: list[str]) -> int:
    """Hand over to `check`, `show`, `clocks` or `diff`; returns the exit code."""
    parser = argparse.ArgumentParser(prog="./run policy", description="Policies as files.")
    commands = parser.add_subparsers(required=True, metavar="check | show | clocks | diff")
    checking = commands.add_parser(
        "check", help="every problem of policy files, at once, and of the wording of letters beside them"
    )
    checking.add_argument("files", nargs="+", metavar="FILE", help="a policy file, or a provider's whole folder")
    checking.add_argument("--text", metavar="TEXT", help="the policy's own text: cited clauses are sought in it")
    checking.add_argument("--local", metavar="LOCAL", help=LOCAL_HELP)
    checking.set_defaults(does=lambda options: check(options.files, options.text, options.local))
    showing = commands.add_parser("show", help="a policy as a readable page")
    showing.add_argument("file", metavar="FILE")
    showing.add_argument("--local", metavar="LOCAL", help=LOCAL_HELP)
    showing.set_defaults(does=lambda options: show(options.file, options.local))
    comparing = commands.add_parser("diff", help="what changed, clause by clause")
    comparing.add_argument("old", metavar="OLD")
    comparing.add_argument("new", metavar="NEW")
    comparing.set_defaults(does=lambda options: compare(options.old, options.new))
    counting = commands.add_parser("clocks", help="the dates that a policy sets, and why")
    counting.add_argument("file", metavar="FILE")
    counting.add_argument("--local", metavar="LOCAL", help=LOCAL_HELP)
    counting.add_argument("--json", action="store_true", help="one JSON object, keyed by parameter")
    counting.add_argument("--nation", choices=list(NATIONS), help="whose working days, where the policy does not say")
    for name, (_, about) in DAYS.items():
        counting.add_argument(f"--{name}", type=_day, metavar="YYYY-MM-DD", help=about)
    counting.set_defaults(does=count)
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # `… | head` ends it without a word
    does: Callable[[argparse.Namespace], int] = options.does
    return does(options)


def check(files: Iterable[str], text: str | None = None, local: str | None = None) -> int:
    """Print every problem of every file, and of the letters worded beside it; 1 if there is any.

    A folder stands for all policy files in it, the newest with the local rules that are there.
    """
    document = _document(text)
    found = 0
    for name, beside in _with_folders(files):
        problems = _problems(name, local or beside, document)
        found += len(problems)
        for where, problem in problems:
            say(f"{where}{problem}")
        if not problems:
            say(f"{name}: no problems")
    return 1 if found else 0


def _with_folders(names: Iterable[str]) -> Iterator[tuple[str, str | None]]:
    """Each policy file that is meant, with the local rules that its folder brings."""
    for name in names:
        folder = Path(name)
        versions = _versions(folder) if _is_folder(folder) else []
        if not versions:
            yield name, None
        for path in versions:
            local = folder / shelf.LOCAL
            yield str(path), str(local) if path == versions[-1] and local.is_file() else None


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def _versions(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.toml") if path.name != shelf.LOCAL)


def _problems(name: str, local: str | None, document: str | None) -> list[tuple[str, Problem]]:
    """What is wrong with a policy file, and with the wording of letters beside the newest one of its folder."""
    try:
        policy = _read(name, local, document)
    except PolicyProblems as wrong:
        return [(f"{name}: ", problem) for problem in wrong.problems]
    folder = Path(name).parent
    versions = _versions(folder)
    if versions and versions[-1].name != Path(name).name:
        return []
    where = "" if str(folder) == "." else f"{folder}/"
    try:
        wording.read_bytes(shelf.wording_beside(folder), policy)
    except PolicyProblems as wrong:
        return [(where, problem) for problem in wrong.problems]
    except OSError as error:
        return [(where, Problem(shelf.LETTERS, f"cannot be read: {error.strerror}"))]
    return []


def show(name: str, local: str | None = None) -> int:
    """Print a policy as its page says it: rules by section, then what is unsaid, lost and local."""
    page = policy_page.read(_or_stop(name, local))
    lines = [page.title, "=" * len(page.title)]
    for section in page.sections:
        lines += ["", section.title, "-" * len(section.title)]
        for group in section.groups:
            lines += [f"  {group.name}"] if group.name else []
            lines += [_line(line) for line in group.lines]
    for title, gaps in (("Unsaid", page.unsaid), ("Lost text", page.lost)):
        lines += ["", title, "-" * len(title), *(map(_line, gaps) if gaps else ["  Nothing."])]
    if page.local:
        lines += ["", "Local rules", "-----------"]
        lines += [f"  {rule.about}: {rule.words}. Settled by {rule.by} on {rule.on}: {rule.why}" for rule in page.local]
    for line in lines:
        say(textwrap.fill(line, 110, subsequent_indent="      ") if line else "")
    return 0


def _line(line: policy_page.Line) -> str:
    binds = line.strength.partition(".")[0].lower()
    cited = f" [{line.cite}{f', {binds}' if binds else ''}]" if line.cite else ""
    return f"    {line.about}: {line.words}{cited}"


def compare(old: str, new: str) -> int:
    """Print what the second file says otherwise than the first."""
    changes = difference.between(_or_stop(old), _or_stop(new))
    for change in changes:
        say(str(change))
    if not changes:
        say("Both say the same.")
    return 0


def count(options: argparse.Namespace) -> int:
    """Print every date that a policy sets, worked out from the days given: the one engine behind every date."""
    policy = _or_stop(options.file, options.local)
    given = {event: vars(options)[name.replace("-", "_")] for name, (event, _) in DAYS.items()}
    events = {event: day or given.get(INSTEAD.get(event, "")) for event, day in given.items()}
    nation = policy.nation or options.nation
    calendar = Calendar.of(nation, FIRST_YEAR, LAST_YEAR) if nation else None
    paths = dict.fromkeys([*ALWAYS, *clocks.clock_paths(policy)])
    found = {path: clocks.work_out(policy, path, {k: v for k, v in events.items() if v}, calendar) for path in paths}
    if options.json:
        say(json.dumps({path: one.to_json() for path, one in found.items()}, indent=2, ensure_ascii=False))
        return 0
    for path, one in found.items():
        say(textwrap.fill(f"{path}: {one.explain()}", 110, subsequent_indent="    "))
    return 0


def _read(name: str, local: str | None = None, document: str | None = None) -> Policy:
    """The policy in a file, with local rules where they are named. Raises `PolicyProblems`, and nothing else."""
    settled = _bytes(local) if local is not None else b""
    return loader.read_bytes(_bytes(name), local=settled, document=document)


def _bytes(name: str) -> bytes:
    path = Path(name)
    try:
        if not path.is_file():
            raise PolicyProblems([Problem("", "is not there" if not path.exists() else "is not a file")])
        return path.read_bytes()
    except OSError as error:
        raise PolicyProblems([Problem("", f"cannot be read: {error.strerror}")]) from None


def _or_stop(name: str, local: str | None = None) -> Policy:
    try:
        return _read(name, local)
    except PolicyProblems as wrong:
        raise Stop("\n".join(f"{name}: {problem}" for problem in wrong.problems)) from None


def _document(name: str | None) -> str | None:
    if name is None:
        return None
    try:
        return Path(name).read_text(encoding="utf-8", errors="replace")
    except (OSError, ValueError) as error:
        raise Stop(f"{name}: the policy's text cannot be read: {error}") from None


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day: write it like 2026-12-18") from None

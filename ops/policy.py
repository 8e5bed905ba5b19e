"""`./run policy`: check a policy file, read it as a page, work out its dates, compare two versions, list its keys."""

import argparse
import json
import signal
import textwrap
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path

from ops import keys
from ops.console import Stop, say
from people import policy_page
from policies import clocks, difference, hints, loader, schema, shelf, wording
from policies.calendars import FIRST_YEAR, LAST_YEAR, NATIONS, Calendar
from policies.policy import Policy
from policies.problems import PolicyProblems, Problem, nearest

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
# What needs the database: these are commands of the office, here by a shorter name (docs/adr/0027).
OF_THE_OFFICE = {"adopt": "adopt_policy", "confirm": "confirm_policy", "return": "return_policy"}
LOCAL_HELP = "the provider's local rules, read with the policy"
INSTEAD = {"request received": "appeal received", "spoc named": "start"}


def run(arguments: list[str]) -> int:
    """Hand over to `check`, `show`, `clocks`, `diff` or `keys`, or to the office; returns the exit code."""
    if arguments and arguments[0] in OF_THE_OFFICE:
        return _of_the_office([OF_THE_OFFICE[arguments[0]], *arguments[1:]])
    parser = argparse.ArgumentParser(prog="./run policy", description="Policies as files, and adopting them.")
    commands = parser.add_subparsers(required=True, metavar="check | show | clocks | diff | keys | adopt | …")
    for name, about in (("adopt", "propose a policy"), ("confirm", "adopt it, as a second person"),
                        ("return", "hand it back")):  # fmt: skip
        commands.add_parser(name, help=f"{about}; --help says how", add_help=False)
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
    comparing.add_argument(
        "--provider", metavar="PROVIDER", help="also which of its open cases NEW would touch, and how"
    )
    comparing.add_argument("--local", metavar="LOCAL", help=f"{LOCAL_HELP}; with --provider, else those that hold")
    comparing.set_defaults(does=_compare)
    counting = commands.add_parser("clocks", help="the dates that a policy sets, and why")
    counting.add_argument("file", metavar="FILE")
    counting.add_argument("--local", metavar="LOCAL", help=LOCAL_HELP)
    counting.add_argument("--json", action="store_true", help="one JSON object, keyed by parameter")
    counting.add_argument("--nation", choices=list(NATIONS), help="whose working days, where the policy does not say")
    for name, (_, about) in DAYS.items():
        counting.add_argument(f"--{name}", type=_day, metavar="YYYY-MM-DD", help=about)
    counting.set_defaults(does=count)
    listing = commands.add_parser("keys", help="every key that a policy file can have")
    listing.add_argument("tables", nargs="*", metavar="TABLE", help="one table alone, such as appeal")
    listing.set_defaults(does=lambda options: list_keys(options.tables))
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # `… | head` ends it without a word
    does: Callable[[argparse.Namespace], int] = options.does
    return does(options)


def check(files: Iterable[str], text: str | None = None, local: str | None = None) -> int:
    """Print every problem of every file and of the letters worded beside it; of a sound one, what to look at again.

    A folder stands for all policy files in it, the newest with the local rules that are there. 1 if there is any
    problem.
    """
    document = _document(text)
    found = 0
    for name, beside in _with_folders(files):
        problems, looked_at = _problems(name, local or beside, document)
        found += len(problems)
        for where, problem in problems:
            say(f"{where}{problem}")
        if not problems:
            say(f"{name}: no problems")
            for hint in looked_at:
                say(f"  look again: {hint}")
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


def _problems(name: str, local: str | None, document: str | None) -> tuple[list[tuple[str, Problem]], list[str]]:
    """What is wrong with a policy file and the letters beside it, each with where, and what deserves a second look."""
    try:
        policy = _read(name, local, document)
    except PolicyProblems as wrong:
        return [(f"{name}: ", problem) for problem in wrong.problems], []
    return _letter_problems(Path(name), policy), [str(hint) for hint in hints.of(policy, document)]


def _letter_problems(path: Path, policy: Policy) -> list[tuple[str, Problem]]:
    """What is wrong with the wording of letters beside a policy file, where that is the newest of its folder."""
    versions = _versions(path.parent)
    if versions and versions[-1].name != path.name:
        return []
    where = "" if str(path.parent) == "." else f"{path.parent}/"
    try:
        wording.read_bytes(shelf.wording_beside(path.parent), policy)
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
            lines += [f"    Note: {group.note}"] if group.note else []
            lines += [text for line in group.lines for text in _lines(line)]
    for title, gaps in (("Unsaid", page.unsaid), ("Lost text", page.lost)):
        shown = [text for gap in gaps for text in _lines(gap, gap.path)]
        lines += ["", title, "-" * len(title), *(shown or ["  Nothing."])]
    if page.local:
        lines += ["", "Local rules", "-----------"]
        lines += [
            f"  {settled.about}: {settled.words}. Settled by {settled.by} on {settled.on}: {settled.why}"
            for settled in page.local
        ]
    for line in lines:
        inner = " " * (len(line) - len(line.lstrip()) + 2)
        say(textwrap.fill(line, 110, subsequent_indent=inner) if line else "")
    return 0


def list_keys(tables: Iterable[str] = ()) -> int:
    """Print the keys of these tables, or of all and the words that they hold: what `docs/policy-keys.md` says."""
    for name in tables:
        if name not in schema.ROOT.tables:
            near = nearest(name, schema.ROOT.tables) or ", ".join(schema.ROOT.tables)
            raise Stop(f"{name} is no table of a policy file. Did you mean {near}?")
    say("\n".join(keys.section(name) for name in tables) or keys.document().rstrip("\n"))
    return 0


def _of_the_office(arguments: list[str]) -> int:
    """A command of the office on the demo's database; files are looked for where the reader stands."""
    from ops import demo

    return demo.manage(arguments, folder=Path.cwd())


def _compare(options: argparse.Namespace) -> int:
    done = compare(options.old, options.new)
    if not options.provider:
        return done
    local = ["--local", options.local] if options.local else []
    return _of_the_office(["cases_touched", options.provider, options.new, *local])


def _lines(line: policy_page.Line, path: str = "") -> list[str]:
    """A rule as the lines of the page: one, or a line for each of its parts."""
    parts = [f"{part.words}{_cited(part)}" for part in line.parts]
    if len(parts) == 1:
        return [f"    {line.about}: {parts[0]}{f' ({path})' if path else ''}"]
    marks = [f"{at}." if line.ordered else "-" for at in range(1, len(parts) + 1)]
    return [f"    {line.about}:", *(f"      {mark} {part}" for mark, part in zip(marks, parts, strict=True))]


def _cited(part: policy_page.Part) -> str:
    return f" [{part.cite}{f', {part.binds}' if part.binds else ''}]" if part.cite else ""


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

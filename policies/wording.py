"""A provider's own words for its letters: text files beside its policy, `letters/<letter>.txt`, in named parts.

Words only. What law or the policy wants told (dates, clauses, how to appeal, what stays open, the ombudsman, every item
of `letter.NAME.says`) is printed by Evenhand whatever stands here, so that no wording can leave it out. For the same
reason dates and periods are never typed: they are named in braces, and the letter that is sent fills them in.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from policies.policy import Policy
from policies.problems import PolicyProblems, Problem, nearest

LARGEST = 16 * 1024
LONGEST_PART = 1_500
LONGEST_SUBJECT = 90
MOST_FILES = 40
MOST_PROBLEMS = 200
SUFFIX = ".txt"

PARTS: Mapping[str, str] = {
    "subject": "the heading of the letter, on one line",
    "opening": "how the letter begins, in place of our first sentences",
    "what happened": "what stands before the record of what happened",
    "what we decided": "what stands before the decision and its reasons",
    "what you must do": "what you ask of the person",
    "appeal": "what stands before how to appeal, wherever the letter can be appealed",
    "help": "what stands before the other ways to get the letter and help",
    "closing": "the last words before the signature",
}
PLACEHOLDERS: Mapping[str, str] = {
    "resident": "the name of whom the letter is to",
    "provider": "your name",
    "policy": "the title of your policy",
    "phone": "your phone number",
    "email": "your e-mail address",
    "today": "the date on the letter",
    "restriction": "the reference of the restriction",
    "previous": "the reference of the restriction that it takes the place of",
    "decided_on": "the day of the decision",
    "starts_on": "the first day of the restriction",
    "ends_on": "its last day in force",
    "ended_on": "the day on which it ended",
    "months": "its length, such as 6 months",
    "review_on": "the day of the next review",
    "due_on": "the day on which the review was due",
    "contact": "the name of the single point of contact",
    "register": "the name of the register, where the person is told of an entry",
    "appeal_until": "the last day to appeal",
    "appeal_decider": "who decides an appeal",
    "appeal": "the reference of the appeal",
    "review": "the reference of the review",
    "received_on": "the day on which the appeal, or the request to look again, was received",
    "answer_by": "the day by which it is answered",
    "next": "where the person can go next",
}
_ALWAYS = ("resident", "provider", "policy", "phone", "email", "today")
_EVERY = ("subject", "opening", "what you must do", "help", "closing")
_TOLD = ("subject", "opening", "what happened", "what we decided", "what you must do", "appeal", "help", "closing")
_DECIDED = ("subject", "opening", "what we decided", "what you must do", "help", "closing")
_LIMITS = (
    "restriction", "decided_on", "starts_on", "ends_on", "months", "review_on", "contact", "register", "appeal_until",
    "appeal_decider",
)  # fmt: skip


@dataclass(frozen=True)
class Letter:
    """A letter that a provider can word.

    `step` is what sends it: a state of the case that is entered, or an act. `parts` have a place in it, and its words
    may name `placeholders`. One that is `asked_for` goes only where a policy has a letter for that step.
    """

    key: str
    step: str
    about: str
    parts: tuple[str, ...] = _EVERY
    named: tuple[str, ...] = ()
    asked_for: bool = False

    @property
    def placeholders(self) -> tuple[str, ...]:
        """What its words may name: what every letter has, then its own."""
        return (*_ALWAYS, *self.named)


LETTERS: Mapping[str, Letter] = {
    letter.key: letter
    for letter in (
        Letter("first_stage", "initial warning", "the first stage, in writing", _TOLD,
               ("review_on", "appeal_until", "appeal_decider"), asked_for=True),
        Letter("warning", "written warning", "a written warning", _TOLD,
               ("review_on", "appeal_until", "appeal_decider")),
        Letter("restriction", "contact restriction", "a restriction", _TOLD, _LIMITS),
        Letter("restriction_varied", "vary", "a change of a restriction", _TOLD, (*_LIMITS, "previous")),
        Letter("restriction_extended", "extend", "an extension of a restriction", _TOLD, (*_LIMITS, "previous")),
        Letter("restriction_lifted", "lift", "the end of a restriction", _DECIDED, ("restriction", "ended_on")),
        Letter("review_outcome", "review", "what a review decided", (*_DECIDED, "appeal"),
               ("restriction", "review", "starts_on", "ends_on", "review_on", "appeal_until", "appeal_decider")),
        Letter("late_review_notice", "late_review", "a review that is held late", _EVERY,
               ("restriction", "due_on", "review_on")),
        Letter("review_waived", "no_review", "a review that is left out", _DECIDED, ("restriction", "ends_on")),
        Letter("appeal_acknowledgement", "appeal_received", "an appeal that has come", _EVERY,
               ("restriction", "appeal", "received_on", "answer_by", "appeal_decider")),
        Letter("appeal_outcome", "appeal", "what was decided on an appeal", _DECIDED,
               ("restriction", "appeal", "starts_on", "ends_on", "next")),
        Letter("reconsideration_outcome", "reconsider", "what was decided on a request to look again",
               (*_DECIDED, "appeal"),
               ("restriction", "review", "received_on", "starts_on", "ends_on", "review_on", "appeal_until",
                "appeal_decider")),
        Letter("spoc_changed", "change_spoc", "a new single point of contact", named=("restriction", "contact")),
        Letter("breach_warning", "breach", "a limit that was not kept", (*_EVERY, "what happened"),
               ("restriction", "ends_on")),
        Letter("legal_warning", "legal_action", "legal action that may follow", (*_EVERY, "what happened"),
               ("restriction", "ends_on")),
        Letter("policy_moved", "move_case", "what changes with a newer policy", (*_EVERY, "appeal"), ("restriction",)),
        Letter("correspondence", "unacceptable_correspondence", "correspondence that is not acceptable",
               asked_for=True),
    )
}  # fmt: skip
_STEPS = {letter.step: letter for letter in LETTERS.values()}
_ACTS = {"end_contact": "initial warning", "warn": "written warning", "restrict": "contact restriction"}

_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
_HEAD = re.compile(r"\[([^\[\]]{1,60})\]")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_COUNT = r"(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fourteen|twenty|twenty-eight|thirty)"
_PERIOD = re.compile(rf"\b{_COUNT}\s+(?:(?:working|calendar)\s+)?(?:days?|weeks?|months?|years?)\b", re.IGNORECASE)
_MONTHS = "january|february|march|april|may|june|july|august|september|october|november|december"
_DATE = re.compile(rf"\b\d{{1,2}}(?:st|nd|rd|th)?\s+(?:{_MONTHS})\b|\b\d{{4}}-\d\d-\d\d\b", re.IGNORECASE)
_CONTROL = re.compile(r"[^\S\n ]|[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")
_MARKUP = re.compile(r"[<>]|&#?\w+;|\*\*|\]\(")


@dataclass(frozen=True)
class Wording:
    """A provider's own words, checked: for each letter its parts, each as it was written, with its placeholders."""

    letters: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def of(self, key: str) -> dict[str, str]:
        """The parts worded for a letter, by our name for it; empty where the common wording holds.

        >>> Wording({"warning": {"subject": "How you speak to us"}}).of("warning")
        {'subject': 'How you speak to us'}
        """
        return dict(self.letters.get(key, {}))


@dataclass(frozen=True)
class Block:
    """A paragraph, or the items of a list, with every placeholder filled in.

    Each text is in runs, one typed and one filled in by turns, so that a name keeps its own direction of writing.
    """

    kind: Literal["paragraph", "list"]
    texts: tuple[tuple[str, ...], ...]

    def __str__(self) -> str:
        return " ".join("".join(runs) for runs in self.texts)


def read(files: Mapping[str, str], policy: Policy) -> Wording:
    """Read the words of a provider's letters: the text of each file by its name without the ending.

    A file is named as a letter of the policy (`letter.adjust` is worded in `adjust.txt`) or, where the policy names no
    such letter, as Evenhand names it (`restriction_lifted.txt`). Raises `PolicyProblems` with everything that is wrong,
    and nothing else, whatever the texts hold.

    >>> from policies import shelf
    >>> read({"warning": "[opning]\\nGood day {resdent}."}, shelf.read_builtin("dover-district-council"))
    Traceback (most recent call last):
    policies.problems.PolicyProblems: letters/warning.txt, line 1: [opning] is not a part of a letter: [subject], \
[opening], [what happened], [what we decided], [what you must do], [appeal], [help], [closing]. Did you mean "opening"?
    """
    problems: list[Problem] = []
    found: dict[str, dict[str, str]] = {}
    worded: dict[str, str] = {}
    if len(files) > MOST_FILES:
        raise PolicyProblems([Problem("letters", f"holds more than {MOST_FILES} files: no policy has so many letters")])
    for name in sorted(files):
        where = f"letters/{_shown(name)}{SUFFIX}"
        letters = _letters_named(name, policy, where, problems)
        parts = _parts(files[name], where, problems)
        for letter in letters:
            if letter.key in worded:
                problems.append(Problem(where, f"words the same letter as {worded[letter.key]}: keep one of them"))
            worded[letter.key] = where
            problems += _misplaced(parts, letter, where)
            found[letter.key] = {part: text for part, (_, text) in parts.items()}
    if problems:
        raise PolicyProblems(list(dict.fromkeys(problems))[:MOST_PROBLEMS])
    return Wording(found)


def read_bytes(files: Mapping[str, bytes], policy: Policy) -> Wording:
    """The same from the bytes of the files; one that is not UTF-8 text is a problem like others.

    >>> from policies import shelf
    >>> read_bytes({"warning": b"\\xff"}, shelf.read_builtin("dover-district-council"))
    Traceback (most recent call last):
    policies.problems.PolicyProblems: letters/warning.txt: is not UTF-8 text: save it as plain text in UTF-8.
    """
    texts: dict[str, str] = {}
    problems: list[Problem] = []
    for name, data in files.items():
        try:
            texts[name] = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            where = f"letters/{_shown(name)}{SUFFIX}"
            problems.append(Problem(where, "is not UTF-8 text: save it as plain text in UTF-8"))
    try:
        wording = read(texts, policy)
    except PolicyProblems as wrong:
        raise PolicyProblems([*problems, *wrong.problems]) from None
    if problems:
        raise PolicyProblems(problems)
    return wording


def _shown(name: str) -> str:
    return name if _NAME.fullmatch(name) else repr(name[:60])[1:-1]


def _letters_named(name: str, policy: Policy, where: str, problems: list[Problem]) -> list[Letter]:
    """The letters that a file of this name words."""
    rule = policy.letters.get(name)
    if rule is None:
        if name in LETTERS and not LETTERS[name].asked_for:
            return [LETTERS[name]]
        known = [*policy.letters, *(key for key, one in LETTERS.items() if not one.asked_for)]
        known = list(dict.fromkeys(known))
        problems.append(Problem(where, "is not named as a letter is: " + ", ".join(known), nearest(name, known)))
        return []
    steps = [_step(each, policy) for each in rule.on]
    letters = [_STEPS[step] for step in dict.fromkeys(steps) if step in _STEPS]
    if not letters:
        problems.append(Problem(where, f"words a letter that Evenhand does not write: on {', '.join(rule.on)}"))
    return letters


def _step(named: str, policy: Policy) -> str:
    """The state or the act that a policy's letter is sent on; a stage stands for its state."""
    state = next((stage.state for stage in policy.stages if stage.key == named), "")
    return state or _ACTS.get(named, named)


def letter_for(policy: Policy, key: str) -> str:
    """The file that words a letter of ours under a policy: its own name for it, or ours where it names none.

    >>> from policies import shelf
    >>> letter_for(shelf.read_builtin("west-kent"), "warning")
    'adjust'
    """
    step = LETTERS[key].step
    return next((name for name, rule in policy.letters.items() if step in [_step(on, policy) for on in rule.on]), key)


def _parts(text: str, where: str, problems: list[Problem]) -> dict[str, tuple[int, str]]:
    """The parts of a file: the line at which each begins, and its text."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    ").replace("\xa0", " ")
    if len(text) > LARGEST:
        problems.append(Problem(where, f"is longer than {LARGEST // 1024} KB: no letter needs that much"))
        return {}
    found: dict[str, tuple[int, list[str]]] = {}
    current: list[str] | None = None
    for number, line in enumerate(text.split("\n"), start=1):
        at = f"{where}, line {number}"
        if line.startswith("#"):
            continue
        if head := _HEAD.fullmatch(line.strip()):
            current = []
            part = " ".join(head[1].lower().split())
            if part not in PARTS:
                every = ", ".join(f"[{one}]" for one in PARTS)
                message = f"[{_printable(head[1])}] is not a part of a letter: {every}"
                problems.append(Problem(at, message, nearest(part, PARTS)))
            elif part in found:
                problems.append(Problem(at, f"[{part}] stands here a second time: put both under one"))
            else:
                found[part] = (number, current)
        elif current is not None:
            current.append(line.rstrip())
        elif line.strip():
            problems.append(Problem(at, "stands before the first part: begin with its name, such as [opening]"))
    if not found and not any(problem.path.startswith(where) for problem in problems):
        problems.append(Problem(where, "has no part: leave the file out where the common wording is to hold"))
    kept = {part: (number, "\n".join(lines).strip("\n")) for part, (number, lines) in found.items()}
    for part, (number, words) in kept.items():
        problems += _wrong(part, words, f"{where}, line {number}, [{part}]")
    return kept


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in text)


def _wrong(part: str, text: str, where: str) -> Iterator[Problem]:
    """What is wrong with the words of a part, whatever letter it is in."""
    most = LONGEST_SUBJECT if part == "subject" else LONGEST_PART
    if not text.strip():
        yield Problem(where, "is empty: leave the part out where the common wording is to hold")
    if len(text) > most:
        yield Problem(where, f"is longer than {most:,} characters: {len(text):,}")
    if part == "subject" and "\n" in text.strip():
        yield Problem(where, "is one line")
    if _MARKUP.search(text):
        yield Problem(where, "holds marks such as < or **: write plain words; a list has lines that begin with a dash")
    if _CONTROL.search(text):
        yield Problem(where, "holds a character that cannot be seen: type it anew as plain text")
    if typed := _PERIOD.search(text) or _DATE.search(text):
        words = " ".join(typed[0].split())
        yield Problem(where, f'types "{words}": name it in braces, such as {{ends_on}}, or leave it to Evenhand')
    if set("{}") & set(_PLACEHOLDER.sub("", text)):
        yield Problem(where, "has a brace without its other half: a placeholder is written {resident}")


def _misplaced(parts: Mapping[str, tuple[int, str]], letter: Letter, where: str) -> Iterator[Problem]:
    """Parts and placeholders that this letter does not have."""
    for part, (number, text) in parts.items():
        at = f"{where}, line {number}, [{part}]"
        if part not in letter.parts:
            had = ", ".join(f"[{one}]" for one in letter.parts)
            yield Problem(at, f"has no place in a letter on {letter.about}, which has {had}")
        for name in dict.fromkeys(_PLACEHOLDER.findall(text)):
            if name not in letter.placeholders:
                had = ", ".join(f"{{{one}}}" for one in letter.placeholders)
                near = nearest(name.strip(), letter.placeholders)
                shown = _printable(name[:60])
                yield Problem(at, f"names {{{shown}}}, which a letter on {letter.about} does not have: {had}", near)


def filled(text: str, values: Mapping[str, str]) -> list[Block]:
    """The words of a part with their placeholders filled in, as paragraphs and lists.

    A paragraph, or an item of a list, that names what this letter does not have is left out whole: a letter never says
    "by None". What is filled in is not read again, whatever it holds.

    >>> filled("Please\\ncome by {ends_on}.\\n\\nAsk {contact}.\\n\\n- One", {"ends_on": "1 May 2027"})
    [Block(kind='paragraph', texts=(('Please come by ', '1 May 2027', '.'),)), Block(kind='list', texts=(('One',),))]
    """
    blocks: list[Block] = []
    for kind, texts in _raw(text):
        told = tuple(_runs(one, values) for one in texts if _has_all(one, values))
        if told:
            blocks.append(Block(kind, told))
    return blocks


def _has_all(text: str, values: Mapping[str, str]) -> bool:
    return all(values.get(name) for name in _PLACEHOLDER.findall(text))


def _runs(text: str, values: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(values[run] if at % 2 else run for at, run in enumerate(_PLACEHOLDER.split(text)))


def _raw(text: str) -> Iterator[tuple[Literal["paragraph", "list"], list[str]]]:
    """The paragraphs and lists of a text; a line goes on with the one before it until a blank line or a dash."""
    kind: Literal["paragraph", "list"] = "paragraph"
    texts: list[str] = []
    for line in [*text.split("\n"), ""]:
        words = line.strip()
        dash = words.startswith("- ")
        if texts and (not words or (dash and kind == "paragraph")):
            yield kind, texts
            texts = []
        if dash:
            kind = "list"
            texts = [*texts, words[2:].strip()]
        elif words:
            kind = kind if texts else "paragraph"
            texts = [*texts[:-1], f"{texts[-1]} {words}"] if texts else [words]

"""What is wrong with a policy file: every problem at once, each at its path, with the nearest known word."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to put right: the path of the value, what is wrong in plain words, and what may have been meant."""

    path: str
    message: str
    nearest: str = ""

    def __str__(self) -> str:
        hint = f' Did you mean "{self.nearest}"?' if self.nearest else ""
        return f"{self.path or 'the file'}: {self.message}.{hint}"


class PolicyProblems(ValueError):
    """The text is not a policy that can be used. `problems` holds all that is wrong, in the order of the file."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__(problems)

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that looks most like the one given, or "".

    >>> nearest("wndow", ["window", "response"])
    'window'
    """
    return next(iter(difflib.get_close_matches(word[:80], list(known), n=1, cutoff=0.6)), "")

"""The words of letters that go with a policy: which are adopted with it, and what they change, part by part."""

from collections.abc import Mapping
from dataclasses import dataclass

import policies.wording
from people import services as people
from people.models import PolicyVersion, Provider
from policies.policy import Policy


@dataclass(frozen=True)
class PartChange:
    """A part of a letter whose words differ; "" stands for the common wording."""

    part: str
    was: str
    now: str


@dataclass(frozen=True)
class LetterChange:
    """A letter that would be worded otherwise: by the policy's name for it, and the file that words it."""

    name: str
    file: str
    parts: tuple[PartChange, ...]


@dataclass(frozen=True)
class Lettering:
    """What becomes of the words of letters: those that differ, how many stay, and the files that cannot go on."""

    changes: tuple[LetterChange, ...]
    same: int
    left_out: tuple[str, ...]


def chosen(provider: Provider, policy: Policy, given: Mapping[str, str], *, only: bool) -> dict[str, str] | None:
    """The words that are proposed with a policy: the files given, over those that hold unless `only` they shall hold.

    None where nothing is given, so that those that hold are carried over.
    """
    if only:
        return dict(given)
    if not given:
        return None
    carried, _ = people.wording_carried(provider, policy)
    return carried | dict(given)


def check(words: Mapping[str, str] | None, policy: Policy) -> None:
    """Raise `policies.problems.PolicyProblems` with all that is wrong with the words of letters."""
    if words is not None:
        policies.wording.read(words, policy)


def compare(
    provider: Provider, follows: PolicyVersion | None, policy: Policy, words: Mapping[str, str] | None
) -> Lettering:
    """What letters would say otherwise once a policy is adopted with these words; None carries over those that hold."""
    left_out: list[str] = []
    if words is None:
        words, left_out = people.wording_carried(provider, policy)
    was = follows.own_words if follows else policies.wording.Wording()
    now = policies.wording.read(words, policy)
    keys = [key for key in policies.wording.LETTERS if was.of(key) or now.of(key)]
    changes = [_letter(key, policy, was.of(key), now.of(key)) for key in keys if was.of(key) != now.of(key)]
    return Lettering(tuple(changes), len(keys) - len(changes), tuple(left_out))


def _letter(key: str, policy: Policy, was: Mapping[str, str], now: Mapping[str, str]) -> LetterChange:
    file = policies.wording.letter_for(policy, key)
    rule = policy.letters.get(file)
    name = rule.name if rule and rule.name else f"Letter on {policies.wording.LETTERS[key].about}"
    parts = [part for part in policies.wording.PARTS if was.get(part, "") != now.get(part, "")]
    return LetterChange(name, file, tuple(PartChange(part, was.get(part, ""), now.get(part, "")) for part in parts))

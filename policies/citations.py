"""The clauses that a policy file cites, held against the policy's own text."""

import re
from collections.abc import Iterable, Iterator

from policies.policy import Policy
from policies.problems import Problem
from policies.rules import Rule


def missing(policy: Policy, document: str) -> Iterator[Problem]:
    """Each clause that a value or a table cites and that is not in the policy's own text.

    >>> from policies import shelf
    >>> dover = shelf.read_builtin("dover-district-council")
    >>> print(next(missing(dover, "6.16 Contact restrictions can last …")))
    policy.ombudsman: cites clause 6.25, which is not in the policy's text.
    """
    rules = [(path, item.rule) for path, value in policy.values.items() for item in value.items]
    rules += list(policy.table_rules.items())
    told = set()
    for path, rule in rules:
        for clause in numbers(rule):
            if (path, clause) not in told and not _stands_in(clause, document):
                told.add((path, clause))
                yield Problem(path, f"cites clause {clause}, which is not in the policy's text")


def numbers(rule: Rule | None) -> list[str]:
    """The clauses that a policy's rule cites, one by one.

    >>> numbers(Rule("policy", "6.9, 6.11")), numbers(Rule("law", "F3"))
    (['6.9', '6.11'], [])
    """
    if rule is None or rule.source == "law":
        return []
    return [clause.strip() for clause in rule.clause.split(",") if clause.strip()]


def _stands_in(clause: str, document: str) -> bool:
    """Whether a clause is in the text: 6.16 as a number, s5 or 7 as a heading; a place in words is believed."""
    if re.fullmatch(r"\d+(\.\d+)+", clause):
        return re.search(rf"(?<![\d.]){re.escape(clause)}(?!\d|\.\d)", document) is not None
    if found := re.fullmatch(r"(?:s|section )?(\d+)(?: L(\d+))?", clause):
        heading = re.search(rf"^\W*(?:Print)?{found[1]}[.\s]", document, re.MULTILINE) is not None
        return heading and int(found[2] or 0) <= document.count("\n") + 1
    return True


def cited(policy: Policy) -> Iterable[str]:
    """Every clause of the policy that the file cites, once.

    >>> from policies import shelf
    >>> "6.16" in cited(shelf.read_builtin("dover-district-council"))
    True
    """
    rules = list(policy.table_rules.values())
    rules += [item.rule for value in policy.values.values() for item in value.items if item.rule]
    return dict.fromkeys(clause for rule in rules for clause in numbers(rule)).keys()

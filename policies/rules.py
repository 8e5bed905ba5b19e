"""A rule and where it stands: in a clause of the policy, in a local rule, in law, or in Evenhand itself."""

import re
from dataclasses import dataclass
from typing import Literal

Source = Literal["policy", "local", "law", "evenhand"]
Strength = Literal["must", "normally", "may", "endeavour", "recommended"]

SOURCES: tuple[Source, ...] = ("policy", "local", "law", "evenhand")
STRENGTHS: dict[Strength, str] = {
    "must": "It binds.",
    "normally": "Departing from it needs a reason.",
    "may": "It is offered, not asked for.",
    "endeavour": "It is aimed at: lateness is explained.",
    "recommended": "Skipping it is shown.",
}

_SECTIONS = re.compile(r"s\d+(?:, s\d+)*")
_NAMES = {"local": "Local rule", "law": "Law", "evenhand": "Evenhand's rule"}


@dataclass(frozen=True, slots=True)
class Rule:
    """Where a value or a refusal comes from, and how strongly it binds.

    `clause` is the clause of the policy ("6.16", "6.9, 6.11"), or for the law the name of what is followed; `implied`
    marks what is read between the lines of a clause. `text` is in our own words, never a quotation.

    >>> Rule("policy", "6.16", "must").cite()
    'Clause 6.16'
    >>> Rule("local", "", "must").cite()
    'Local rule'
    """

    source: Source
    clause: str = ""
    strength: Strength = "must"
    text: str = ""
    implied: bool = False

    def cite(self) -> str:
        """Name the source as the screens do: "Clause 6.16", "Local rule", "Law" or "Evenhand's rule".

        A clause without a number is a place in the document, and is named as it is.

        >>> Rule("policy", "6.9, 6.11").cite(), Rule("policy", "cover").cite(), Rule("law", "X1").cite()
        ('Clauses 6.9, 6.11', 'Cover', 'Law')
        >>> Rule("policy", "s4").cite(), Rule("policy", "s2, s4").cite()
        ('Section 4', 'Sections 2, 4')
        >>> Rule("policy", "4.1, section 5").cite()
        'Clause 4.1, section 5'
        """
        if self.source != "policy":
            return _NAMES[self.source]
        if not self.clause:
            return "The policy"
        if _SECTIONS.fullmatch(self.clause):
            return f"Section{'s' if ',' in self.clause else ''} {self.clause.replace('s', '')}"
        if not self.clause[0].isdigit():
            return self.clause[0].upper() + self.clause[1:]
        numbered = sum(part.strip()[:1].isdigit() for part in self.clause.split(","))
        return f"Clause{'s' if numbered > 1 else ''} {self.clause}"

    def in_brackets(self) -> str:
        """Say the same inside a sentence: "clause 6.16", "local rule", "law", "Evenhand's rule".

        >>> Rule("policy", "6.16").in_brackets(), Rule("evenhand").in_brackets()
        ('clause 6.16', "Evenhand's rule")
        """
        cited = self.cite()
        return cited if self.source == "evenhand" else cited[0].lower() + cited[1:]


class RuleBroken(Exception):
    """What was asked for breaks a rule: a form error that quotes the clause.

    `message` is for a person and uses the words of the form's label; `field` is the form field it belongs to, if one.

    >>> str(RuleBroken("Length must be 6 to 12 months", Rule("policy", "6.16"), "months"))
    'Length must be 6 to 12 months (clause 6.16)'
    """

    def __init__(self, message: str, rule: Rule | None = None, field: str | None = None) -> None:
        self.message = message
        self.rule = rule
        self.field = field
        super().__init__(message, rule, field)

    def __str__(self) -> str:
        return f"{self.message} ({self.rule.in_brackets()})" if self.rule else self.message


def need(words: str, message: str, field: str, rule: Rule | None = None) -> None:
    """Refuse where nothing was written: what is decided or recorded is said in words. Blanks alone are nothing.

    Raises `RuleBroken` with the message beside the field of the form, and the rule that asks for the words, if any.

    >>> need("He rang at nine.", "Enter what happened", "facts")
    >>> need("  ", "Enter what happened", "facts")
    Traceback (most recent call last):
    policies.rules.RuleBroken: Enter what happened
    """
    if not words.strip():
        raise RuleBroken(message, rule, field)

"""What a value of a policy can be: frozen, each with its rule."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from policies.periods import Period
from policies.rules import Rule

State = Literal["said", "unsaid", "lost", "none"]
WORKS_AS = ("officer", "team leader", "manager", "front line", "data protection officer", "administrator")
WORKS_AS_STAFF = ("officer", "team leader", "manager")


@dataclass(frozen=True, slots=True)
class Settled:
    """Who settled what the policy leaves open, when, and why."""

    by: str
    on: date
    why: str


@dataclass(frozen=True, slots=True)
class Item:
    """One entry: what the machine reads (`parsed`, in text `word`), the policy's sense in `words`, its rule."""

    word: str
    words: str = ""
    rule: Rule | None = None
    state: State = "said"
    parsed: Any = None

    def __str__(self) -> str:
        return self.words or self.word


@dataclass(frozen=True, slots=True)
class Value:
    """What the policy says at one path, or that it says nothing there.

    `items` holds every entry; `raw` the one parsed value (a list of them for a list), None where there is none. `said`
    is true where there is a value to go by; `unsaid` where the policy is silent; `lost` where its text is damaged;
    `none` where it says that there is nothing of the kind. `settled` names who filled a gap by a local rule, and
    `policy_words` then keeps what the policy itself had there.
    """

    path: str
    items: tuple[Item, ...] = ()
    many: bool = False
    settled: Settled | None = None
    policy_words: str = ""
    note: str = ""

    @property
    def kept(self) -> list[Item]:
        """The entries that say something."""
        return [item for item in self.items if item.state == "said"]

    @property
    def contradiction(self) -> bool:
        """Two values where one belongs: nobody but the provider can say which holds."""
        return not self.many and len(self.kept) > 1

    @property
    def said(self) -> bool:
        return bool(self.kept) and not self.contradiction

    @property
    def unsaid(self) -> bool:
        """No value at all, and none lost: the policy is silent, and a named person decides."""
        return not self.kept and not self.lost and not self.none

    @property
    def lost(self) -> bool:
        """Some of the text is visibly damaged; beside it, a list may still hold entries."""
        return any(item.state == "lost" for item in self.items)

    @property
    def none(self) -> bool:
        return not self.kept and any(item.state == "none" for item in self.items)

    @property
    def raw(self) -> Any:
        if self.many:
            return [item.parsed for item in self.kept]
        return self.kept[0].parsed if self.said else None

    @property
    def words(self) -> str:
        """The value as a person reads it: own words where there are any."""
        return "; ".join(str(item) for item in self.items if item.state != "lost")

    @property
    def rule(self) -> Rule | None:
        """The rule of the first entry that says something, which for most values is the only one."""
        return next((item.rule for item in (*self.kept, *self.items) if item.rule), None)

    @property
    def readings(self) -> list[Any]:
        """The ways in which it can be read: of a contradiction each; of days unsaid in kind, both kinds."""
        if self.contradiction:
            return [item.parsed for item in self.kept]
        period = self.raw
        if isinstance(period, Period) and period.unit == "days":
            kinds: tuple[Any, ...] = ("calendar days", "working days")
            return [Period(period.count, kind, period.runs_from, period.every) for kind in kinds]
        return [] if period is None or self.many else [period]

    def __contains__(self, word: str) -> bool:
        return any(item.word == word for item in self.kept)


@dataclass(frozen=True, slots=True)
class RoleDef:
    """A role in the provider's own words; `works_as` is its daily work in Evenhand.

    `rule` is the clause in which the policy names the role; None where it comes from the provider's set-up alone.
    """

    key: str
    name: str
    works_as: str
    rank: int | None = None
    of: str = ""
    rule: Rule | None = None
    was: str = ""

    @property
    def from_policy(self) -> bool:
        return self.rule is not None


@dataclass(frozen=True, slots=True)
class Who:
    """Who decides: any of several roles, all of them, a number of people out of them, or a meeting of them.

    `allows` answers for one person; `how_many` says how many different people it takes.
    """

    roles: tuple[str, ...] = ()
    how: Literal["any", "all", "count", "meeting"] = "any"
    count: int = 1
    or_above: bool = False
    staff: bool = False
    rule: Rule | None = None
    known: Mapping[str, RoleDef] = field(default_factory=dict, compare=False, repr=False)

    @property
    def unsaid(self) -> bool:
        """The policy names nobody: a named person decides that they do."""
        return not self.roles and not self.staff

    @property
    def how_many(self) -> int:
        if self.how == "count":
            return self.count
        return len(self.roles) if self.how in ("all", "meeting") else 1

    def keys(self) -> set[str]:
        """Every role that is meant, with those above it where "or above" is said."""
        named = set(self.roles)
        if self.staff:
            named |= {key for key, role in self.known.items() if role.works_as in WORKS_AS_STAFF}
        ranks = [role.rank for key, role in self.known.items() if key in self.roles and role.rank is not None]
        if self.or_above and ranks:
            named |= {key for key, role in self.known.items() if role.rank is not None and role.rank >= min(ranks)}
        return named

    def allows(self, role_keys: Collection[str]) -> bool:
        """Whether somebody who holds these roles may be one of those who decide. False where it is unsaid.

        >>> lead, head = RoleDef("lead", "Area Lead", "team leader", 1), RoleDef("head", "Head", "manager", 2)
        >>> who = Who(("lead",), or_above=True, known={"lead": lead, "head": head})
        >>> who.allows({"head"}), who.allows({"adviser"})
        (True, False)
        """
        return bool(self.keys() & set(role_keys))

    def missing(self, deciders: Collection[Collection[str]]) -> bool:
        """Whether these people, each given by the roles they hold, are still too few or the wrong ones.

        >>> who = Who(("lead", "head"), how="meeting")
        >>> who.missing([{"lead"}]), who.missing([{"lead"}, {"head"}])
        (True, False)
        """
        allowed = [set(person) for person in deciders if self.allows(person)]
        if len(allowed) < self.how_many:
            return True
        return self.how in ("all", "meeting") and not _each_has_someone(self.roles, allowed)

    def names(self) -> str:
        """The deciders in the policy's own names of roles.

        >>> known = {"a": RoleDef("a", "Area Lead", "team leader"), "b": RoleDef("b", "Head", "manager")}
        >>> Who(("a", "b"), known=known).names(), Who(("a", "b"), how="count", count=2, known=known).names()
        ('Area Lead or Head', '2 of: Area Lead or Head')
        >>> Who().names()
        'nobody: the policy is silent'
        """
        if self.unsaid:
            return "nobody: the policy is silent"
        called = [self.known[key].name if key in self.known else key for key in self.roles]
        if self.staff:
            called.append("the member of staff who deals with it")
        joined = _joined(called, "and" if self.how in ("all", "meeting") else "or") + (" or above" * self.or_above)
        return {"count": f"{self.count} of: {joined}", "meeting": f"a meeting of {joined}"}.get(self.how, joined)

    def __str__(self) -> str:
        return self.names()


@dataclass(frozen=True, slots=True)
class Threshold:
    """How many of what lead to a stage, counted within what.

    `count` is None where the number is unsaid. `within` is "" (no window said), "in 1 interaction", "in the case", a
    period, or "before STAGE lapses".
    """

    count: int | None
    what: str
    within: str = ""
    period: Period | None = None
    stage: str = ""
    rule: Rule | None = None
    unsaid: bool = False

    def __str__(self) -> str:
        if self.unsaid:
            return "the policy is silent"
        number = f"{self.count} " if self.count is not None else ""
        what = self.what[:-1] if self.count == 1 and self.what.endswith("s") else self.what
        return f"{number}{what}" + (f" {self.within}" if self.within else "")


@dataclass(frozen=True, slots=True)
class Gap:
    """Something the policy leaves open: where, in plain words what, and the rule beside which it stands."""

    path: str
    what: str
    rule: Rule | None = None
    part: str = ""

    def __str__(self) -> str:
        return f"{self.path}: {self.what}"


def _joined(words: list[str], last: str) -> str:
    return " ".join(words) if len(words) < 2 else f"{', '.join(words[:-1])} {last} {words[-1]}"


def _each_has_someone(roles: tuple[str, ...], people: list[set[str]]) -> bool:
    """Whether each role can be taken by a different person (a matching, found by trying)."""
    if not roles:
        return True
    return any(
        roles[0] in person and _each_has_someone(roles[1:], people[:at] + people[at + 1 :])
        for at, person in enumerate(people)
    )

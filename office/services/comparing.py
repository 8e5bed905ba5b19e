"""What a policy that is to be adopted changes: its rules against those that hold, its roles, what looks like a slip."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import policies.loader
from design import dates, words
from design.dates import day_of
from office import permissions
from people import access
from people.models import PolicyVersion, Provider, Role
from policies import difference, schema
from policies.difference import Change
from policies.policy import Policy
from policies.rules import Rule, RuleBroken

ONE_AFTER_THE_OTHER = Rule("evenhand", text="Of several versions in effect the one with the latest date holds.")


@dataclass(frozen=True)
class RoleChange:
    """What happens to a role: in the policy's own name, in a sentence, and how many people hold it."""

    name: str
    words: str
    holders: int


@dataclass(frozen=True)
class Section:
    """The changes to one part of the policy, under its heading."""

    title: str
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Comparison:
    """A policy beside the version that it follows, if any, as people look at it before they adopt it."""

    policy: Policy
    follows: PolicyVersion | None
    sections: tuple[Section, ...]
    roles: tuple[RoleChange, ...]
    slips: tuple[str, ...]

    @property
    def count(self) -> int:
        """How many rules differ."""
        return sum(len(section.changes) for section in self.sections)


def newest(provider: Provider) -> PolicyVersion | None:
    """The adopted version with the latest effective date, in effect already or not; None before the first."""
    return provider.policy_versions.order_by("-effective_on", "-pk").first()


def read(text: str, local: str) -> Policy:
    """The policy that is to be adopted. Raises `policies.problems.PolicyProblems` with all that is wrong."""
    return policies.loader.read(text, local=local)


def as_kept(text: str, local: str) -> tuple[str, str]:
    """A policy and its local rules as they are kept: whatever way they came in, by the same letters."""
    return words.clean(text), words.clean(local)


def compare(provider: Provider, policy: Policy, *, on: date) -> Comparison:
    """What would change at a provider if it adopted this policy."""
    follows = newest(provider)
    changes = difference.between(follows.policy, policy) if follows else []
    slips = _slips(provider, policy, follows, on)
    return Comparison(policy, follows, sections(changes), _roles(provider, policy), slips)


def sections(changes: Iterable[Change]) -> tuple[Section, ...]:
    """Changes under the headings of the schema, in its order."""
    found: dict[str, list[Change]] = {}
    for change in changes:
        found.setdefault(change.path.partition(".")[0], []).append(change)
    return tuple(Section(schema.ROOT.tables[top].about, tuple(some)) for top, some in found.items())


def check(
    provider: Provider, policy: Policy, *, text: str, local: str, on: date, wording: Mapping[str, str] | None = None
) -> None:
    """Refuse what cannot be adopted on a day, whatever it says.

    The same text with the same words of letters twice; one that would never hold, because a later one holds already;
    one of another nation, whose working days and ombudsman are not the provider's; one after which nobody would run
    the office.
    """
    versions = list(provider.policy_versions.order_by("-effective_on", "-pk"))
    follows = next((one for one in versions if one.effective_on <= on), None)
    alike = [one for one in versions if as_kept(one.text, one.local_text) == as_kept(text, local)]
    same = next((one for one in alike if wording is None or wording == one.wording), None)
    if same:
        when = dates.day(day_of(same.adopted_at))
        letters = " and these words of letters" if wording else ""
        raise RuleBroken(f"This very policy, with these local rules{letters}, was adopted on {when}", None, "text")
    if follows and policy.effective_on < follows.effective_on:
        holds, was = dates.day(follows.effective_on), dates.day(policy.effective_on)
        raise RuleBroken(
            f"The policy holds from {was}, and one of {holds} holds already: it would never be used. "
            "Give it a later effective date",
            ONE_AFTER_THE_OTHER,
            "text",
        )
    if policy.nation and policy.nation.replace(" ", "_") != provider.nation:
        raise RuleBroken(
            f"The policy is for {policy.nation.title()}, and {provider.short_name} is in "
            f"{provider.get_nation_display()}: other working days and another ombudsman hold there",
            None,
            "text",
        )
    _check_office(provider, policy)


def _check_office(provider: Provider, policy: Policy) -> None:
    working = {role.key: role.works_as for role in provider.roles.all()}
    working |= {key: role.works_as for key, role in policy.roles.items()}
    keys = [key for key, works_as in working.items() if works_as == "administrator"]
    gained = {role.was for role in policy.roles.values() if role.works_as == "administrator" and role.was}
    if not access.holders(provider, {*keys, *gained}):
        raise RuleBroken(
            "With these roles nobody would be left to run the office", permissions.SOMEBODY_RUNS_IT, "text"
        )


def _roles(provider: Provider, policy: Policy) -> tuple[RoleChange, ...]:
    """What becomes of each role; none that does not change is named."""
    counted = provider.roles.annotate(holding=access.count_of_holders())
    known: dict[str, Role] = {role.key: role for role in counted.order_by("pk")}
    renamed = {role.was: role for role in policy.roles.values() if role.was and role.was not in policy.roles}
    found = []
    for key, now in policy.roles.items():
        was = known.get(key)
        if was is None:
            found += [] if now.was in renamed else [RoleChange(now.name, "New: nobody holds it yet.", 0)]
        elif said := _said(was, now.name, now.works_as):
            found.append(RoleChange(was.name, said, _count(was)))
    set_up = {works_as.replace(" ", "_") for works_as in access.SET_UP_ROLES}
    for key, was in known.items():
        if key in renamed:
            said = f"Is now called {renamed[key].name}: whoever holds it is given that too."
            found.append(RoleChange(was.name, said, _count(was)))
        elif key not in policy.roles and key not in set_up:
            found.append(RoleChange(was.name, GONE, _count(was)))
    return tuple(found)


GONE = "Is named no more. Whoever holds it keeps it, because cases under earlier versions still ask for it."


def _said(was: Role, name: str, works_as: str) -> str:
    parts = []
    if was.name != name:
        parts.append(f"Is now called {name}.")
    if was.works_as != works_as:
        parts.append(f"Works as {works_as} instead of {was.works_as}, and may do what that work carries.")
    return " ".join(parts)


def _count(role: Role) -> int:
    return int(getattr(role, "holding", 0))


def _slips(provider: Provider, policy: Policy, follows: PolicyVersion | None, on: date) -> tuple[str, ...]:
    """What may be meant and may be a slip; it stops nothing."""
    found = []
    if policy.provider_name not in (provider.name, provider.short_name, follows and follows.policy.provider_name):
        found.append(f"The file says that it is the policy of {policy.provider_name}.")
    council = policy.kind == "council"
    if council is not (provider.kind == Provider.Kind.COUNCIL):
        found.append(f"The file says what kind of provider it is: {policy.kind}. We are recorded as another kind.")
    if policy.effective_on > on:
        found.append(f"It holds from {dates.day(policy.effective_on)}. Until then the present version goes on.")
    if follows and policy.effective_on == follows.effective_on:
        found.append(
            "It has the effective date of the version that it follows, so it takes its place for every case that is "
            "opened after it is adopted. That is right for a correction and for a new local rule."
        )
    return tuple(found)

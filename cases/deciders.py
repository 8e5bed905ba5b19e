"""Who decides one act together: whom the policy names, whom it bars, whom it has asked first. Only reads."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from decisions.models import Consultation, Voice
from people import access
from people.access import Can
from people.models import Provider, User
from policies.policy import Policy
from policies.rules import Rule
from policies.values import Who

BINDING = ("must", "normally")


@dataclass(frozen=True)
class Deciders:
    """Who decides an act: each of `whos` has to be satisfied by those who agree, taken together.

    One person may satisfy them all, as where several kinds of restriction each have a decider. A policy that names
    nobody leaves it to anybody with the right to decide.
    """

    act: str
    whos: tuple[Who, ...]
    consult: Who | None = None

    @property
    def rule(self) -> Rule | None:
        """The rule of the first who is named."""
        return next((who.rule for who in self.whos if not who.unsaid and who.rule), None)

    @property
    def unsaid(self) -> bool:
        """The policy names nobody at all: a named person decides that they do."""
        return all(who.unsaid for who in self.whos)

    @property
    def meets(self) -> bool:
        """Whether they decide in a meeting, which one of them writes down."""
        return any(who.how == "meeting" for who in self.whos)

    @property
    def how_many(self) -> int:
        """How many different people it takes, but for one who holds the roles of several."""
        most = max((who.how_many for who in self.whos), default=1)
        return most if self._one_role_is_enough else max(most, 2)

    @property
    def _one_role_is_enough(self) -> bool:
        """Whether there is a role that each of those lets decide; otherwise several are asked, each for their part."""
        named = [who.keys() for who in self.whos if not who.unsaid]
        return not named or bool(set.intersection(*named))

    @property
    def together(self) -> bool:
        """Whether each gives a voice of their own: more than one decides, and not in a meeting."""
        return self.how_many > 1 and not self.meets

    @property
    def consult_binds(self) -> bool:
        """Whether nothing is decided before somebody was consulted; otherwise the policy only commends it."""
        rule = self.consult.rule if self.consult else None
        return rule is not None and rule.strength in BINDING

    def names(self) -> str:
        """Who they are, in the policy's own names: each body once."""
        said = list(dict.fromkeys(who.names() for who in self.whos if not who.unsaid))
        return "; and ".join(said) if said else "nobody: the policy is silent"

    def keys(self, provider: Provider) -> list[str]:
        """Every role that may have a voice; where the policy is silent, every role with the right to decide.

        One that does no case work is asked only with others: alone it could not carry out what it decides.
        """
        found: set[str] = set()
        for who in self.whos:
            found |= set(who.keys()) if not who.unsaid else set(access.keys_with(provider, Can.DECIDE))
        able = found & set(access.keys_with(provider, Can.WORK_CASES))
        return sorted(able if able and not (self.together or self.meets) else found)

    def why_not_carry_out(self, user: User, provider_id: int) -> str:
        """Why somebody whom the policy names could not carry out what they decide; "" where they could.

        The letter goes out in the name of somebody who works on cases, and the case moves. Of several who decide
        together one is enough; alone, or to write a meeting down, it is the decider.
        """
        if self.together or access.can(user, Can.WORK_CASES, provider_id):
            return ""
        if self.meets:
            return (
                "Your role does no case work in Evenhand: somebody who took part and works on cases writes the meeting "
                "down, and the letter goes out in that name."
            )
        return (
            "Your role does no case work in Evenhand, so what you decide could not be carried out: the letter goes out "
            "in the name of somebody who works on cases."
        )

    def allows(self, user: User, provider_id: int) -> bool:
        """Whether somebody may be one of those who decide."""
        if not user.is_active:
            return False
        held = access.role_keys(user, provider_id)
        return any(access.can(user, Can.DECIDE, provider_id) if who.unsaid else who.allows(held) for who in self.whos)

    def lacking(self, people: Sequence[User], provider_id: int) -> list[str]:
        """The bodies, in the policy's names, that these people do not make up; empty where they may decide."""
        return [who.names() for who in self.whos if not _satisfied(who, people, provider_id)]


def of_act(policy: Policy, act: str, whos: Iterable[Who] = ()) -> Deciders:
    """Who decides an act under a policy; `whos` where it depends on more than the act, as on kinds of restriction."""
    chosen = tuple(dict.fromkeys(whos)) or (policy.decides(act),)
    return Deciders(act, chosen, policy.consulted_on(act))


def _satisfied(who: Who, people: Sequence[User], provider_id: int) -> bool:
    if who.unsaid:
        return any(access.can(user, Can.DECIDE, provider_id) for user in people)
    different = {user.pk: access.role_keys(user, provider_id) for user in people if user.is_active}
    return not who.missing(list(different.values()))


def voices(about: str, act: str) -> list[Voice]:
    """Who has decided on what waits, in order; what was said before it went back does not count."""
    found = Voice.objects.filter(about=about, act=act, dropped_at__isnull=True).select_related("by", "recorded_by")
    return list(found.order_by("pk"))


def put(about: str, act: str) -> dict[str, Any]:
    """What the first of several has decided, for the others to agree to or not; empty where nobody has."""
    said = voices(about, act)
    return dict(said[0].what) if said else {}


def who_agreed(about: str, act: str) -> set[int]:
    """The accounts of everybody who agreed to what was decided, or waits for others: its first deciders (F12)."""
    found = Voice.objects.filter(about=about, act=act, dropped_at__isnull=True, says=Voice.Says.AGREE)
    return set(found.values_list("by_id", flat=True))


def consultations(about: str, act: str) -> list[Consultation]:
    """Who was consulted, in order."""
    found = Consultation.objects.filter(about=about, act=act).select_related("person", "recorded_by")
    return list(found.order_by("pk"))


def consulted(body: Deciders, about: str, provider_id: int) -> bool:
    """Whether everybody whom the policy has asked first was."""
    if body.consult is None:
        return True
    people = [one.person for one in consultations(about, body.act)]
    return _satisfied(body.consult, people, provider_id)

"""An act that a policy gives to somebody: who decides it, who is barred, who is asked first, what is weighed.

The room that owns an act builds it in its `acts.py`, once a request, and hands it along: the page shows it, the service
hands it to `decisions.services`, the worklist owns what it waits for. This room knows no act by its name.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from django.utils.text import slugify

from audit import services as audit
from deadlines.services import Subject, Whose
from decisions import who_can
from decisions.asked_first import AskedFirst
from decisions.models import Appointment, Voice
from people import access
from people.access import Can, NotPermitted
from people.models import Provider, User
from policies.rules import Rule
from policies.values import Item, Who


@dataclass(frozen=True)
class Bar:
    """Why somebody may not decide: what they did, as it follows "You", and the rule that keeps them from deciding."""

    did: str
    rule: Rule


KEPT_OUT = Bar("are kept out of this resident’s file", Rule("evenhand", text="Whoever has a conflict decides nothing."))


@dataclass(frozen=True, kw_only=True)
class Deciders:
    """Whom a policy lets decide: each of `whos` has to be satisfied by those who agree, taken together.

    One person may satisfy them all, as where several kinds of restriction each have a decider. Where the policy names
    nobody, whoever has the `right` decides; `able` are the rights of which a decider needs one for what follows to be
    carried out in their name (a letter, a stage).
    """

    whos: tuple[Who, ...]
    provider: Provider
    right: str = Can.DECIDE
    able: tuple[str, ...] = (Can.WORK_CASES,)

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

    def names(self) -> str:
        """Who they are, in the policy's own names: each body once."""
        said = list(dict.fromkeys(who.names() for who in self.whos if not who.unsaid))
        return "; and ".join(said) if said else "nobody: the policy is silent"

    def names_with_article(self) -> str:
        """The same as a sentence goes on with it: "a Manager", "the Head of Housing", "2 of: Warden or Keeper"."""
        said = [
            who.names() if who.how != "any" or who.staff or who.or_above else who_can.any_of(self.provider, who.roles)
            for who in self.whos
            if not who.unsaid
        ]
        return "; and ".join(dict.fromkeys(said))

    def keys(self) -> list[str]:
        """Every role that may have a voice; where the policy is silent, every role with the right to decide.

        One that could not carry out what it decides is asked only with others.
        """
        able = self._named_keys & self._able_keys
        return sorted(able if able and not (self.together or self.meets) else self._named_keys)

    @cached_property
    def _named_keys(self) -> set[str]:
        found: set[str] = set()
        for who in self.whos:
            found |= who.keys() if not who.unsaid else set(access.keys_with(self.provider, self.right))
        return found

    @cached_property
    def _able_keys(self) -> set[str]:
        return {key for right in self.able for key in access.keys_with(self.provider, right)}


@dataclass(frozen=True, kw_only=True)
class Act(Deciders):
    """One act on one thing, and everything that a policy and Evenhand's own rules say of who decides it.

    `doing` is what follows "lets a Manager …" in a sentence. Events are recorded on `subject`; voices hang on `thing`,
    where that is not the same. The first of several is one of `opened_by`, where that is given; the others any of
    `whos`. While it waits for others, a deadline of the kind `waits` about `waits_on` stands on their lists.
    `appointed_once` says from when on somebody can be appointed, where that is not yet; `never` are those who cannot.
    `part` is the step that it is about, where the policy gives each to others.
    """

    name: str
    doing: str
    subject: Subject
    thing: audit.Subject
    first: tuple[AskedFirst, ...] = ()
    barred: Mapping[int, Bar] = field(default_factory=dict)
    asks: tuple[Item, ...] = ()
    opened_by: tuple[Who, ...] = ()
    waits: str = ""
    waits_on: Subject | None = None
    appointed_once: str = ""
    part: str = ""
    never: frozenset[int] = frozenset()

    @property
    def about(self) -> str:
        """How voices and appointments point at what is decided."""
        return self.thing.trail.about

    @property
    def whose(self) -> Whose:
        """Whose it is to do, for a deadline: everybody's who may decide it and whom no rule keeps from that."""
        appointed = self.appointed.keys()
        return Whose(roles=self.keys(), not_for=self.barred.keys() - appointed, also=appointed)

    # Who may

    @cached_property
    def appointed(self) -> dict[int, set[str]]:
        """Whom an administrator let decide this one act, each with the roles they stand in for ("" for any).

        Only while it is needed: once somebody is free without it, it counts no more.
        """
        rows = Appointment.objects.filter(about=self.about, act__startswith=self.name, spent_at__isnull=True)
        return self.counting(rows.values_list("act", "person", "role"))

    def counting(self, rows: Iterable[tuple[str, int, str]]) -> dict[int, set[str]]:
        """Of who was appointed on the same thing: those for this act, and for this step of it where it has several."""
        found: dict[int, set[str]] = {}
        for act, person, role in rows:
            name, _, part = act.partition(":")
            if name == self.name and (not self.part or part == self._part):
                found.setdefault(person, set()).add(role)
        if not found:
            return {}
        without = replace(self)
        without.__dict__["appointed"] = {}
        return found if without.stuck else {}

    @property
    def _part(self) -> str:
        return slugify(self.part)[:20]

    @property
    def appointed_as(self) -> str:
        """By which name an appointment is for this act, and for this step of it alone where it has several."""
        return f"{self.name}:{self._part}" if self.part else self.name

    def allows(self, user: User) -> bool:
        """Whether the policy names somebody for it, or an administrator appointed them; whatever part they had."""
        whos = self.opened_by if self.opened_by and not self.voices else self.whos
        return user.is_active and any(self._satisfies(who, user) for who in whos)

    def _satisfies(self, who: Who, user: User) -> bool:
        if who.unsaid:
            return access.can(user, self.right, self.provider.pk) or user.pk in self.appointed
        held = access.role_keys(user, self.provider.pk)
        return who.allows(held) or who.allows(held | self.appointed.get(user.pk, set()))

    def lacking(self, people: Iterable[User]) -> list[str]:
        """The bodies, in the policy's names, that these people do not make up; empty where they may decide."""
        there = {user.pk: user for user in people if user.is_active}
        return [who.names() for who in self.whos if not self._made_up(who, list(there.values()))]

    def _made_up(self, who: Who, people: Sequence[User]) -> bool:
        if who.unsaid:
            return any(self._satisfies(who, user) for user in people)
        held = [access.role_keys(user, self.provider.pk) | self.appointed.get(user.pk, set()) for user in people]
        return not who.missing(held)

    def takes_others(self, user: User) -> bool:
        """Whether somebody cannot decide it alone."""
        return bool(self.lacking([user]))

    def is_able(self, user: User) -> bool:
        """Whether what somebody decides can be carried out in their name."""
        return any(access.can(user, right, self.provider.pk) for right in self.able)

    def why_not_able(self, user: User) -> str:
        """Why somebody whom the policy names could not carry out what they decide; "" where they could.

        Of several who decide together one is enough; alone, or to write a meeting down, it is the decider.
        """
        if self.together or self.is_able(user):
            return ""
        if Can.WORK_CASES not in self.able:
            return "Your role does not decide on cases in Evenhand, so what you decide could not be carried out."
        if self.meets:
            return (
                "Your role does no case work in Evenhand: somebody who took part and works on cases writes the meeting "
                "down, and the letter goes out in that name."
            )
        return (
            "Your role does no case work in Evenhand, so what you decide could not be carried out: the letter goes out "
            "in the name of somebody who works on cases."
        )

    def check(self, user: User) -> None:
        """Raise `NotPermitted`, with the rule and who can, for somebody who may not decide it.

        Not named by the policy, not able to carry it out, or barred because of their part in it (F12, `not_by`).
        """
        cited = self.rule.cite() if self.rule else "The policy"
        if not self.allows(user):
            if self.unsaid:
                raise NotPermitted(
                    f"To {self.doing} needs the right to “{Can(self.right).label.lower()}”. {self.who_can()}"
                )
            several = len({key for who in self.whos for key in who.roles}) > 1
            held = "you hold none of these roles" if several else "you do not hold that role"
            raise NotPermitted(f"{cited} lets {self.names_with_article()} {self.doing}; {held}. {self.who_can()}")
        if why := self.why_not_able(user):
            raise NotPermitted(f"{cited} lets {self.names_with_article()} {self.doing}. {why} {self.who_can()}")
        if self.is_barred(user):
            bar = self.bar_of(user)
            raise NotPermitted(f"You {bar.did}, so somebody else decides ({bar.rule.in_brackets()}). {self.who_can()}")

    def bar_of(self, user: User) -> Bar:
        """What keeps somebody who is barred from it."""
        return self.barred.get(user.pk, KEPT_OUT)

    def is_barred(self, user: User) -> bool:
        """Whether a rule keeps somebody from it because of their part in it, and nobody appointed them all the same.

        Whoever is kept out of the resident's file has declared a conflict, or has one; no appointment mends that.
        """
        if self.subject.trail.resident in user.kept_out_of:
            return True
        return user.pk in self.barred and user.pk not in self.appointed

    def may(self, user: User) -> bool:
        """Whether `check` lets somebody decide it, without the sentence that says who can."""
        return self.allows(user) and not self.why_not_able(user) and not self.is_barred(user)

    def why_not(self, user: User) -> str:
        """Why somebody may not decide it, for a page to show instead of a button; "" where they may."""
        return access.why_not(lambda reader: self.check(reader), user)

    # Who is left

    @cached_property
    def free(self) -> list[User]:
        """Everybody who may take part and whom no rule keeps from it, by name."""
        found = self._holders
        if missing := self.appointed.keys() - {user.pk for user in found}:
            found = sorted([*found, *User.objects.filter(pk__in=missing, is_active=True)], key=lambda user: user.name)
        return [user for user in found if not self.is_barred(user)]

    @cached_property
    def _holders(self) -> list[User]:
        found = access.holders(self.provider, self._named_keys)
        access.read_rights(found)
        return found

    def others(self, reader: User) -> list[User]:
        """Everybody but the reader who may take part."""
        return [user for user in self.free if user.pk != reader.pk]

    @cached_property
    def _deciding(self) -> list[User]:
        return self.free if self.together else [user for user in self.free if self.is_able(user)]

    @cached_property
    def stuck(self) -> str:
        """Why nobody at all can decide it at present, as it follows a colon; "" where somebody can.

        Everybody who could has had a part in it, nobody holds the role, whoever holds it does no case work, or too few
        are left of several. An administrator appoints somebody then (F12).
        """
        if not self.free:
            return "everybody who could has had a part in it" if self._holders else "nobody holds the role"
        if not any(self.is_able(user) for user in self.free):
            return "whoever could does no case work in Evenhand"
        if lacking := self.lacking(self.free if self.meets else self._deciding):
            return f"too few are left who could, of {'; and '.join(lacking)}"
        return ""

    def roles_lacking(self) -> list[str]:
        """For each body that nobody is left to make up: the role that somebody would stand in for; "" for any.

        Where those who are left could decide it and none carry it out, a role of the first body that is named.
        """
        left = [access.role_keys(user, self.provider.pk) for user in self._deciding]
        able = any(self.is_able(user) for user in self.free)
        lacking = [who for who in self.whos if not able or not self._made_up(who, self._deciding)]
        return [
            next((key for key in who.roles if not any(key in held for held in left)), "".join(sorted(who.keys())[:1]))
            for who in lacking
        ]

    @cached_property
    def appointable(self) -> list[User]:
        """Whom an administrator can appoint: staff who could carry it out, and are not free to decide it already.

        Those who had a part in it are left out while there is somebody who had none (F12).
        """
        found = access.holders(self.provider, self._able_keys)
        access.read_rights(found)
        staff = [user for user in found if user not in self.free and user.pk not in self.never]
        staff = [user for user in staff if self.subject.trail.resident not in user.kept_out_of]
        return [user for user in staff if user.pk not in self.barred] or staff

    def who_can(self) -> str:
        """A sentence that names who can; where nobody is left, that it is so and who may appoint somebody."""
        if self.stuck:
            return (
                f"Nobody at {self.provider.short_name} can at present: {self.stuck}. "
                f"An administrator can appoint somebody to decide it{self.appointed_once}, and says why."
            )
        return who_can.who_can([user for user in self._deciding if self.may(user) and not self.has_decided(user)])

    # What was said

    @cached_property
    def voices(self) -> list[Voice]:
        """Who has decided on what waits, in order; what was said before it went back does not count."""
        return list(Voice.objects.on(self.about, self.name).select_related("recorded_by"))

    @property
    def put(self) -> dict[str, Any]:
        """What the first of several has decided, for the others to agree to or not; empty where nobody has."""
        return dict(self.voices[0].what) if self.voices else {}

    @property
    def agreed(self) -> list[User]:
        """Those who agreed to it, in order; not who was barred since (F12)."""
        agreed = [voice.by for voice in self.voices if voice.says == Voice.Says.AGREE]
        if unread := [user for user in agreed if "kept_out_of" not in user.__dict__]:
            access.read_kept_out(unread)
        return [user for user in agreed if not self.is_barred(user)]

    def has_decided(self, user: User) -> bool:
        """Whether somebody's voice on it is recorded, and counts."""
        return any(voice.by_id == user.pk for voice in self.voices)


def read_together(acts: Sequence[Act]) -> list[Act]:
    """Several acts on one thing, with who was appointed and what was said on each read in two queries."""
    about, found = acts[0].about if acts else "", list(acts)
    voices = Voice.objects.filter(about=about, dropped_at__isnull=True).select_related("by", "recorded_by")
    appointed = Appointment.objects.filter(about=about, spent_at__isnull=True).values_list("act", "person", "role")
    said, stands_in = list(voices.order_by("pk")), list(appointed)
    for act in found:
        act.__dict__["voices"] = [voice for voice in said if voice.act == act.name]
        act.__dict__["appointed"] = act.counting(stands_in)
    return found

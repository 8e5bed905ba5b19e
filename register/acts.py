"""The acts of the register: who decides on an entry, who is barred and why, who is asked first, what is weighed.

An entry of a register is decided on by whom the policy has decide on that register (`register.NAME.by`) and by whom it
has decide the act (`decide.enter_register`, `decide.remove_register`, `decide.withhold_entry`); where it names nobody,
by whoever has the right to decide. What stands with a restriction was decided with it.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date

from deadlines import kinds
from deadlines import services as deadlines
from decisions.acts import Act
from decisions.asked_first import AskedFirst, asked_first
from people import access
from people.access import Can
from people.models import PolicyVersion, Provider, Resident, User
from policies.policy import Policy, RegisterRule
from policies.values import Item, Value, Who
from register.models import Consideration, Entry
from register.services import barred
from register.services.barred import Grounds

ENTER, REMOVE, WITHHOLD = "enter_register", "remove_register", "withhold_entry"
"""Acts that a policy may speak of by name."""
KEEP, CHANGE, SHARE = "keep_entry", "change_entry", "share_entry"
ABLE = (Can.VIEW_REGISTER,)
"""Nothing goes out with an entry, so whoever sees entries can make one if the policy lets them."""


# Entering


def enter(
    version: PolicyVersion,
    register: RegisterRule,
    provider: Provider,
    *,
    resident: Resident | None = None,
    source: str = "",
    told: bool = True,
) -> Act:
    """Enter a person or a place, before anybody has asked for it: for the page, and for who may ask at all.

    Not to tell the resident needs whoever the policy lets decide that as well (Dover 6.33), and bars whom it bars.
    """
    subject = deadlines.About((resident or provider).trail, provider, resident)
    return _entering(version.policy, register, subject, lambda: Grounds(provider, resident, source=source), told)


def answer(question: Consideration, *, told: bool = True) -> Act:
    """Decide whether somebody or some place is entered, as was asked: to enter, or not to."""
    policy = question.policy_version.policy
    return _entering(policy, question.rule, question, lambda: Grounds.of_question(question), told)


def _entering(
    policy: Policy, register: RegisterRule, subject: deadlines.Subject, grounds: Callable[[], Grounds], told: bool
) -> Act:
    actions = (ENTER,) if told else (ENTER, WITHHOLD)
    return Act(
        name=ENTER,
        doing=f"enter {'somebody' if subject.resident else 'a place'} on {called(register)}",
        subject=subject,
        thing=subject,
        provider=subject.provider,
        whos=_whos(policy, register, *actions),
        first=_first(policy, subject, *actions),
        barred=barred.by(_kept_out(policy, *actions), grounds),
        asks=_asks(policy, *actions),
        able=ABLE,
        waits=kinds.REGISTER_CONSIDER,
    )


def called(register: RegisterRule) -> str:
    """A register in a sentence: "the Safety List", also of "The Visit Alert List"."""
    return f"the {register.name.removeprefix('The ')}"


def open_registers(user: User, provider: Provider, on: date) -> list[RegisterRule]:
    """The registers on which somebody may ask for an entry without a restriction.

    Not a list of restrictions alone: that is entered with one.
    """
    version = provider.policy_version_on(on)
    listed = [each for each in version.policy.registers if not each.restrictions_alone]
    return [each for each in listed if may_ask(enter(version, each, provider), user)]


def owned(user: User, provider: Provider, on: date) -> list[str]:
    """The keys of the registers that the policy has somebody keep (Northampton section 5): they see its entries and
    when each is looked at next, with no right to read cases, and decide nothing by that alone."""
    held = access.role_keys(user, provider.pk)
    registers = provider.policy_version_on(on).policy.registers
    return [each.key for each in registers if each.owner.said and user.is_active and each.owner.raw.allows(held)]


def may_ask(act: Act, user: User) -> bool:
    """Whether somebody may ask for an entry, to decide it themselves or to put it before those who do.

    Whom the policy has decide on it may, whatever keeps them from deciding this one; and whoever has the right to
    decide, while nobody at all can: an administrator then appoints somebody.
    """
    return act.allows(user) or (access.can(user, Can.DECIDE, act.provider.pk) and bool(act.stuck))


# An entry that stands


def keep(entry: Entry) -> Act:
    """Decide, when it is looked at again, that an entry stays: whoever could remove it, and nobody is asked first."""
    return _of_entry(entry, KEEP, "keep an entry", REMOVE, first=(), asks=())


def remove(entry: Entry) -> Act:
    """Decide that an entry goes, because the risk has passed."""
    return _of_entry(entry, REMOVE, "remove an entry", REMOVE)


def change(entry: Entry) -> Act:
    """Change what an entry says: whoever enters on its register, because it says what staff must do from then on."""
    return _of_entry(entry, CHANGE, "change an entry", ENTER, first=(), asks=())


def withhold(entry: Entry) -> Act:
    """Decide again that the resident is not told of an entry (Dover 6.33).

    Of what stands with a restriction too: not telling is an act of its own. Whoever the policy names for the register
    decides only on what stands by itself.
    """
    return _of_entry(entry, WITHHOLD, "decide that a resident is not told of an entry", WITHHOLD)


def share(entry: Entry) -> Act:
    """Decide which contractors are shown an entry, or that one no longer is.

    Whom the policy has tell contractors; where it names nobody, one of those who may enter on its register, and with a
    restriction whoever has the right to decide, because no register gives that to anybody. One is enough even where
    several enter: nothing new is said of anybody.
    """
    policy = entry.policy_version.policy
    named = policy.who("inform.contractors.by") if "contractors" in policy.names("inform") else None
    return Act(
        name=SHARE,
        doing="share an entry with a contractor",
        subject=entry,
        thing=entry,
        provider=entry.provider,
        whos=_whos(policy, None if entry.stands_with else entry.rule, ENTER)
        if named is None or named.unsaid
        else (named,),
        able=ABLE,
    )


def open_on(entry: Entry) -> list[Act]:
    """Each act that can be decided on an entry; with a restriction, only whether its resident is told of it."""
    if entry.stands_with:
        return [withhold(entry)]
    found = [keep(entry), change(entry), remove(entry)]
    return found if entry.resident_told else [*found, withhold(entry)]


OF_ENTRY: Mapping[str, Callable[[Entry], Act]] = {KEEP: keep, REMOVE: remove, CHANGE: change, WITHHOLD: withhold}
"""The acts on an entry that stands, by name."""
WAITS = {
    KEEP: kinds.REGISTER_KEEP, REMOVE: kinds.REGISTER_REMOVE, CHANGE: kinds.REGISTER_CHANGE,
    WITHHOLD: kinds.REGISTER_WITHHOLD,
}  # fmt: skip


def _of_entry(
    entry: Entry,
    name: str,
    doing: str,
    action: str,
    *,
    first: tuple[AskedFirst, ...] | None = None,
    asks: tuple[Item, ...] | None = None,
) -> Act:
    """An act on an entry, decided by whom the policy names for its register and for `action`, which also bars."""
    policy = entry.policy_version.policy
    return Act(
        name=name,
        doing=doing,
        subject=entry,
        thing=entry,
        provider=entry.provider,
        whos=_whos(policy, None if entry.stands_with else entry.rule, action),
        first=_first(policy, _look(entry), action) if first is None else first,
        barred=barred.by(_kept_out(policy, action), lambda: Grounds.of_entry(entry)),
        asks=_asks(policy, action) if asks is None else asks,
        able=ABLE,
        waits=WAITS[name],
    )


def _look(entry: Entry) -> deadlines.About:
    """What a consultation is about: the look at an entry that comes next, so that none serves for the one after."""
    last = max(filter(None, (entry.entered_on, entry.kept_on)))
    trail = replace(entry.trail, ref=f"{entry.reference}:{last}")
    return deadlines.About(trail, entry.provider, entry.resident)


# What the policy says


def _whos(policy: Policy, register: RegisterRule | None, *actions: str) -> tuple[Who, ...]:
    """Everybody whom the policy names: for the register, and for each of the acts; nobody at all where it is silent."""
    named = [register.by if register else Who(known=policy.roles), *(policy.decides(action) for action in actions)]
    return tuple(dict.fromkeys(who for who in named if not who.unsaid)) or (named[0],)


def _kept_out(policy: Policy, *actions: str) -> list[Value]:
    return [policy.not_by(action) for action in actions]


def _first(policy: Policy, on: deadlines.Subject, *actions: str) -> tuple[AskedFirst, ...]:
    return tuple(one for action in actions for one in asked_first(policy, action, on))


def _asks(policy: Policy, *actions: str) -> tuple[Item, ...]:
    return tuple(item for action in actions for item in policy.questions_for(action))

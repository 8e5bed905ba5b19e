"""The acts on an appeal: who decides it, and who says that a late one is heard; who is barred, who is asked first.

Each is worked out from the policy of the case once a request and handed along: pages show it, services take it.
"""

from dataclasses import replace

from appeals.against import finding
from appeals.against.appealable import Appealable
from appeals.models import Appeal
from deadlines import kinds
from decisions.acts import Act, Bar, Deciders
from decisions.asked_first import AskedFirst
from people.access import Can
from policies import law
from policies.policy import Policy
from policies.values import Who

APPEAL, HEAR = "appeal", "hear"
ABLE = (Can.DECIDE, Can.DECIDE_APPEALS)
"""Either right carries out what an appeal comes to: it ends or changes a restriction, or takes a warning back."""


def decide(appeal: Appeal, against: Appealable | None = None) -> Act:
    """Decide an appeal: whom the policy names for what it is against (Dover 6.35: a Manager; Northampton 4.2).

    Where the policy is silent, whoever has the right to decide appeals. Barred are those who had a part in what it is
    against (law.OTHER_PERSON), and whom the policy adds.
    """
    against = against or finding.of_appeal(appeal)
    asked = against.rules.consult
    first = () if asked is None else (AskedFirst(APPEAL, asked, appeal),)
    return replace(to_come(against), subject=appeal, thing=appeal, first=first, waits=kinds.APPEAL_DECIDE)


def hear_late(appeal: Appeal, against: Appealable | None = None) -> Act:
    """Say that a late appeal is heard, and decide it later: whoever decides it.

    What was said by those who are asked before it is decided serves for both, so that nobody is asked twice.
    """
    act = decide(appeal, against)
    return replace(act, name=HEAR, doing="say that a late appeal is heard", asks=(), waits=kinds.APPEAL_HEAR)


def open_on(appeal: Appeal) -> list[Act]:
    """Each act that can be decided on an appeal now."""
    if not appeal.is_open:
        return []
    against = finding.of_appeal(appeal)
    heard = [hear_late(appeal, against)] if appeal.awaits_hearing else []
    return [*heard, decide(appeal, against)]


def to_come(against: Appealable) -> Act:
    """Decide an appeal that has not come yet: to tell who would."""
    case = against.case
    who = deciders(against, case.policy)
    return Act(
        name=APPEAL,
        doing="decide an appeal",
        subject=case,
        thing=case,
        provider=case.provider,
        whos=who.whos,
        right=who.right,
        able=who.able,
        barred=_barred(against),
        asks=tuple(case.policy.questions_for(APPEAL)),
    )


def deciders(against: Appealable, policy: Policy) -> Deciders:
    """Whom a policy lets decide an appeal against a decision; nobody where it lets nobody appeal."""
    rules = against.rules_under(policy)
    who = rules.by if rules else Who(known=policy.roles)
    return Deciders(whos=(who,), provider=against.case.provider, right=Can.DECIDE_APPEALS, able=ABLE)


def names(act: Deciders) -> str:
    """Who decides, in the policy's own names of roles, for letters and pages; where it is silent, who has the right."""
    if not act.unsaid:
        return act.names()
    roles = act.provider.roles.filter(key__in=act.keys()).order_by("name")
    return " or ".join(role.name for role in roles)


def _barred(against: Appealable) -> dict[int, Bar]:
    """Everybody who may not decide it: because the policy says so, or by rule F12; what they did, under which rule."""
    said = against.rules.not_by
    adds = against.kept_out_by([item.word for item in said.kept])
    return {pk: Bar(did, said.rule or law.OTHER_PERSON) for pk, did in adds.items()} | {
        pk: Bar(did, law.OTHER_PERSON) for pk, did in against.took_part().items()
    }

"""Who may run the office, and the reason why not."""

from audit.breaks import Answer
from decisions.who_can import who_can
from office.models import Adoption
from people import access
from people.models import Holding, Provider, User
from policies.rules import Rule, RuleBroken

Can = Provider.Capability
SOMEBODY_RUNS_IT = Rule("evenhand", text="Each provider has somebody who runs its office.")
BY_COMMAND = (
    "Nobody else here runs the office, so nobody could confirm it. Whoever runs the server names a second "
    "administrator by a command: ./run manage name_administrator"
)
ANSWERED_BY_TWO = Rule("evenhand", text="Two administrators answer for a break of the trail.")
SECOND_PERSON = Rule("evenhand", text="Whoever proposes a policy does not confirm it.")


def check_can_open(user: User, provider: Provider) -> None:
    """The provider's own administrators run its office."""
    why = "The office is for administrators, because what is changed there changes everybody's work."
    access.require(user, Can.ADMINISTER, provider, why)


def check_can_accept(user: User, provider: Provider, answer: Answer) -> None:
    """Another administrator than whoever explained a break of the trail agrees with it: nobody clears themselves."""
    check_can_open(user, provider)
    if user.reference == answer.by_ref:
        raise access.NotPermitted(
            f"You explained this, so another administrator agrees ({ANSWERED_BY_TWO.in_brackets()})."
        )


def check_can_see_who_looked(user: User, provider: Provider) -> None:
    """Whoever may read the trail sees who looked: the data protection officer, and whom the policy gives that work."""
    why = "Who looked at what is for those who may read the trail, as the data protection officer."
    access.require(user, Can.VIEW_TRAIL, provider, why)


def check_can_propose(user: User, provider: Provider) -> None:
    """An administrator of the provider proposes the policy that it has approved (Dover 7.2)."""
    access.require(user, Can.ADMINISTER, provider, "An administrator of the provider proposes what is to be adopted.")


def check_can_confirm(user: User, adoption: Adoption) -> None:
    """Another administrator than the one who proposed it: four eyes see what two miss."""
    access.require(
        user, Can.ADMINISTER, adoption.provider_id, "An administrator of the provider confirms what is to be adopted."
    )
    if user.pk == adoption.proposed_by_id:
        raise access.NotPermitted(
            f"You proposed this, so somebody else confirms it ({SECOND_PERSON.in_brackets()}).{_who_can(adoption)}"
        )


def check_can_send_back(user: User, adoption: Adoption) -> None:
    """Returning it is a decision on it like confirming it."""
    check_can_confirm(user, adoption)


def check_can_withdraw(user: User, adoption: Adoption) -> None:
    """Only whoever proposed it drops it; anybody else returns it, with reasons."""
    access.require(user, Can.ADMINISTER, adoption.provider_id)
    if user.pk != adoption.proposed_by_id:
        raise access.NotPermitted(f"{adoption.proposed_by.name} proposed this and may withdraw it. You may return it.")


def check_can_keep_people(user: User, provider: Provider) -> None:
    """The provider's administrators keep its accounts: who joins, who leaves, who covers for whom."""
    why = "An administrator keeps the accounts, because whoever has one reads the most sensitive records there are."
    access.require(user, Can.ADMINISTER, provider, why)


def check_can_give_roles(user: User, person: User) -> None:
    """An administrator gives roles, and never to themselves: another one does."""
    check_can_keep_people(user, person.provider)
    if user.pk == person.pk:
        raise access.NotPermitted("Another administrator gives you roles: nobody gives themselves rights.")


def check_can_close(user: User, person: User) -> None:
    """An administrator closes an account, and another one theirs: whoever locked themselves out could not undo it."""
    check_can_keep_people(user, person.provider)
    if user.pk == person.pk:
        raise access.NotPermitted("Another administrator closes your account.")


def check_somebody_is_left(person: User) -> None:
    """Somebody else than the person runs the office, for good. Raises RuleBroken."""
    keys = access.keys_with(person.provider, Can.ADMINISTER)
    staying = Holding.objects.in_force(access.today()).filter(until_on__isnull=True, user__is_active=True)
    if not staying.filter(role__provider=person.provider, role__key__in=keys).exclude(user=person).exists():
        raise RuleBroken(f"Without {person.name} nobody would be left to run the office", SOMEBODY_RUNS_IT, "")


def administrators(provider: Provider) -> list[User]:
    """The people who run the provider's office, by name."""
    return access.holders(provider, access.keys_with(provider, Can.ADMINISTER))


def _who_can(adoption: Adoption) -> str:
    others = [user for user in administrators(adoption.provider) if user.pk != adoption.proposed_by_id]
    if not others:
        return f" Nobody else at {adoption.provider.short_name} runs the office: a second administrator is needed."
    return f" {who_can(others)}"

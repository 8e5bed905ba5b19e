"""Contractors: organisations whose people visit for the provider. One step ends all of their accounts."""

from datetime import datetime

from django.db import transaction
from django_fsm import TransitionNotAllowed

from audit import services as audit
from office import permissions
from people import services as people
from people.models import Organisation, Provider, User
from policies.rules import RuleBroken, need
from register.services import sharing


@transaction.atomic
def add_organisation(provider: Provider, *, name: str, phone: str, by: User, at: datetime) -> Organisation:
    """Write down a contractor, whose people can be given accounts then. Raises RuleBroken for a name known already."""
    permissions.check_can_keep_people(by, provider)
    need(name, "Enter the name of the contractor", "name")
    Provider.objects.select_for_update(no_key=True).get(pk=provider.pk)
    if provider.organisations.filter(name__iexact=name.strip()).exists():
        raise RuleBroken("A contractor of this name is known already", None, "name")
    made = Organisation.objects.create(provider=provider, name=name.strip(), phone=phone)
    audit.record("organisation.added", subject=made, by=by, at=at, facts={"name": made.name})
    return made


@transaction.atomic
def close_organisation(organisation_id: int, *, reason: str, by: User, at: datetime) -> Organisation:
    """End a contractor's work: no account of its people opens anything from now on, and nothing of the register is
    shared with it. What they did stays on record.

    Raises TransitionNotAllowed where it is closed, RuleBroken without a reason.
    """
    made = Organisation.objects.select_for_update(of=("self",)).select_related("provider").get(pk=organisation_id)
    permissions.check_can_keep_people(by, made.provider)
    need(reason, "Enter why it works here no longer", "reason")
    if made.closed_at is not None:
        raise TransitionNotAllowed(f"{made.name} is closed already.")
    made.closed_at = at
    made.save(update_fields=["closed_at"])
    ended = list(made.people.filter(is_active=True).order_by("pk"))
    for user in ended:
        people.close_account(user.pk, by=by, at=at, why=reason)
    sharing.end_all_of(made, reason=reason, by=by, at=at)
    facts = {"name": made.name, "accounts": [user.reference for user in ended]}
    audit.record("organisation.closed", subject=made, by=by, at=at, facts=facts, words={"reason": reason})
    return made

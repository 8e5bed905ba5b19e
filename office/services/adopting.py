"""Adopting a policy: one administrator proposes it, another adopts or returns it; whoever proposed it may withdraw."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django_fsm import TransitionNotAllowed

from audit import services as audit
from design import seals
from design.dates import day, day_of
from letters import services as letters
from office import permissions
from office.models import Adoption
from office.services import comparing, lettering
from people import services as people
from people.models import PolicyVersion, Provider, User
from policies.policy import Policy
from policies.rules import Rule, RuleBroken, need

REASONS_NEEDED = Rule("evenhand", text="Whoever returns or withdraws a proposal says why.")
APPROVED = Rule("evenhand", text="A policy is adopted only once the provider has approved it.")
NOTICE = "policy_proposed"


def who_approves(provider: Provider, size: str) -> tuple[str, Rule | None]:
    """Who approves a change of this size by the policy that holds, and its rule; ("", None) where that is silent.

    Dover 7.2: significant changes by the Council's Cabinet, minor ones by officers.
    """
    held = comparing.newest(provider)
    path = f"policy.changes.{size}"
    if held is None or path not in held.policy.values:
        return "", None
    value = held.policy.value(path)
    return value.words, value.rule


def shown(provider: Provider) -> dict[str, Any]:
    """What a page on which a policy is proposed or adopted compares it with.

    The proposed texts never change, and open cases go on under their own version, so none of them is decided here.
    """
    held = comparing.newest(provider)
    return {"the policy that holds until then": held and [held.pk, held.effective_on]}


def acted(provider: Provider) -> seals.Since:
    """Who adopted a policy, from an instant on."""
    return audit.since(provider, did={"policy.adopted": "adopted a policy"})


@transaction.atomic
def propose(
    provider_id: int,
    *,
    text: str,
    local: str = "",
    wording: Mapping[str, str] | None = None,
    size: str,
    approved_by_name: str,
    why: str,
    by: User,
    at: datetime,
    seen: str | None = None,
) -> Adoption:
    """Put a policy that the provider has approved before a second administrator.

    `wording` is the text of each file that words a letter, by its name; without it those that hold are carried over.
    Nothing holds yet. `seen` is the seal of what it was compared with. Raises `policies.problems.PolicyProblems` with
    every problem of the text or of the words, RuleBroken for what cannot be adopted or is not filled in,
    TransitionNotAllowed while another proposal waits, and ChangedSince where another policy was adopted since.
    """
    provider = Provider.objects.select_for_update(no_key=True).get(pk=provider_id)
    permissions.check_can_propose(by, provider)
    text, local = comparing.as_kept(text, local)
    policy = comparing.read(text, local)
    lettering.check(wording, policy)
    check_none_waits(provider)
    seals.check(seen, shown(provider), since=acted(provider))
    comparing.check(provider, policy, text=text, local=local, on=day_of(at), wording=wording)
    if size not in Adoption.Size.values:
        raise RuleBroken("Select how large the change is", who_approves(provider, Adoption.Size.MINOR)[1], "size")
    need(approved_by_name, "Enter who approved it", "approved_by_name", who_approves(provider, size)[1] or APPROVED)
    need(why, "Enter why it is adopted", "why", APPROVED)
    adoption = Adoption.objects.create(
        provider=provider,
        text=text,
        local_text=local,
        wording=None if wording is None else dict(wording),
        digest=people.digest_of(text, local, wording),
        effective_on=policy.effective_on,
        size=size,
        approved_by_name=approved_by_name.strip()[:200],
        why=why.strip(),
        proposed_by=by,
        proposed_at=at,
    )
    audit.record("policy.proposed", subject=adoption, by=by, at=at, facts=_facts(adoption), words={"why": adoption.why})
    _tell_the_others(adoption, at=at)
    return adoption


def check_none_waits(provider: Provider) -> None:
    """Refuse a second proposal while one waits: whoever adopts it must know what it follows."""
    other = provider.adoptions.waiting().select_related("proposed_by").first()
    if other:
        raise TransitionNotAllowed(
            f"{other.proposed_by.name} has proposed a policy that is not adopted yet. It is adopted, returned or "
            "withdrawn first.",
            object=other,
        )


@transaction.atomic
def adopt(adoption_id: int, *, by: User, at: datetime, seen: str | None = None) -> PolicyVersion:
    """Adopt a proposed policy, as a second person who has looked at what it changes.

    Cases opened from its effective date on run under it; those that are open keep theirs. The roles are those that it
    names. What could not be adopted when it was proposed still cannot. `seen` is the seal of what it was compared with.
    Raises TransitionNotAllowed where somebody has adopted, returned or withdrawn it, and ChangedSince where another
    policy was adopted since.
    """
    adoption = _locked(adoption_id)
    permissions.check_can_confirm(by, adoption)
    _check_waits(adoption)
    seals.check(seen, shown(adoption.provider), since=acted(adoption.provider))
    policy = comparing.read(adoption.text, adoption.local_text)
    kept = {"text": adoption.text, "local": adoption.local_text}
    comparing.check(adoption.provider, policy, on=day_of(at), wording=adoption.wording, **kept)
    rule = who_approves(adoption.provider, adoption.size)[1]
    version = people.adopt_policy(
        adoption.provider,
        text=adoption.text,
        local=adoption.local_text,
        wording=adoption.wording,
        by_name=adoption.approved_by_name,
        by=by,
        at=at,
    )
    adoption.adopt(by=by, at=at, version=version)
    adoption.save()
    audit.decide(
        "policy.confirmed",
        subject=adoption,
        by=by,
        at=at,
        reasons=adoption.why,
        rule=rule,
        outcome=f"adopted as a {adoption.size} change",
        facts=_facts(adoption),
    )
    return version


@transaction.atomic
def send_back(adoption_id: int, *, reasons: str, by: User, at: datetime) -> Adoption:
    """Return a proposed policy to whoever proposed it, with reasons; a corrected one is proposed anew."""
    adoption = _locked(adoption_id)
    permissions.check_can_send_back(by, adoption)
    _check_waits(adoption)
    need(reasons, "Enter what has to change", "reasons", REASONS_NEEDED)
    adoption.send_back(by=by, at=at, reasons=reasons.strip())
    adoption.save()
    audit.decide(
        "policy.returned", subject=adoption, by=by, at=at, reasons=reasons, rule=REASONS_NEEDED, outcome="returned",
        facts=_facts(adoption),
    )  # fmt: skip
    return adoption


@transaction.atomic
def withdraw(adoption_id: int, *, reasons: str, by: User, at: datetime) -> Adoption:
    """Drop a policy that one has proposed oneself, with reasons; the row and its text stay."""
    adoption = _locked(adoption_id)
    permissions.check_can_withdraw(by, adoption)
    _check_waits(adoption)
    need(reasons, "Enter why it is withdrawn", "reasons", REASONS_NEEDED)
    adoption.withdraw(by=by, at=at, reasons=reasons.strip())
    adoption.save()
    audit.record("policy.withdrawn", subject=adoption, by=by, at=at, facts=_facts(adoption), words={"reasons": reasons})
    return adoption


def _locked(adoption_id: int) -> Adoption:
    """The proposal with its provider's row and its own locked, read after the wait (docs/adr/0051)."""
    provider_id = Adoption.objects.values_list("provider_id", flat=True).get(pk=adoption_id)
    Provider.objects.select_for_update(no_key=True).get(pk=provider_id)
    Adoption.objects.select_for_update(of=("self",), no_key=True).only("pk").get(pk=adoption_id)
    return Adoption.objects.select_related("provider", "proposed_by", "ended_by").get(pk=adoption_id)


def _check_waits(adoption: Adoption) -> None:
    if adoption.state != Adoption.State.PROPOSED:
        raise TransitionNotAllowed(ended_words(adoption), object=adoption)


def ended_words(adoption: Adoption) -> str:
    """Who ended a proposal, how and when: for whoever comes second."""
    assert adoption.ended_by and adoption.ended_at
    did = {Adoption.State.ADOPTED: "adopted", Adoption.State.RETURNED: "returned"}.get(
        Adoption.State(adoption.state), "withdrew"
    )
    return f"{adoption.ended_by.name} {did} this policy on {day(day_of(adoption.ended_at))}."


def _facts(adoption: Adoption) -> dict[str, object]:
    return {
        "effective_on": adoption.effective_on,
        "digest": adoption.digest,
        "letters": None if adoption.wording is None else sorted(adoption.wording),
        "size": adoption.size,
        "approved_by": adoption.approved_by_name,
        "proposed_by": adoption.proposed_by.reference,
    }


def _tell_the_others(adoption: Adoption, *, at: datetime) -> None:
    """Tell whoever can adopt it that it waits."""
    for user in permissions.administrators(adoption.provider):
        if user.pk != adoption.proposed_by_id:
            letters.notify(
                user,
                kind=NOTICE,
                subject="A policy waits to be adopted",
                body=f"{adoption.proposed_by.name} has proposed a policy that holds from {day(adoption.effective_on)}. "
                "A second administrator looks at what it changes, and adopts or returns it. It stands under Office.",
                about=adoption.trail.about,
                at=at,
            )


def reading(text: str, local: str) -> Policy:
    """The policy in a text as it would be kept. Raises `policies.problems.PolicyProblems`."""
    return comparing.read(*comparing.as_kept(text, local))

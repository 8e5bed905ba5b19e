"""A provider and the policy it adopts."""

import hashlib
from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction

import policies.loader
import policies.wording
from audit import services as audit
from people import access
from people.models import PolicyVersion, Provider, Role, User
from policies.policy import Policy
from policies.problems import PolicyProblems


@transaction.atomic
def found_provider(
    *,
    slug: str,
    name: str,
    short_name: str,
    nation: str,
    kind: str,
    address: str,
    email: str,
    phone: str,
    website: str = "",
    at: datetime,
) -> Provider:
    """Set up a provider that has no policy yet, and nobody but the office's role to be given."""
    provider = Provider.objects.create(
        slug=slug,
        name=name,
        short_name=short_name,
        nation=nation,
        kind=kind,
        address=address,
        email=email,
        phone=phone,
        website=website,
    )
    audit.record("provider.founded", subject=provider, by=None, at=at, facts={"nation": nation, "kind": kind})
    access.define_office(provider, at=at)
    return provider


@transaction.atomic
def adopt_policy(
    provider: Provider,
    *,
    text: str,
    local: str = "",
    wording: Mapping[str, str] | None = None,
    by_name: str,
    by: User | None = None,
    at: datetime,
) -> PolicyVersion:
    """Adopt a policy with the provider's local rules; cases opened from its effective date run under it.

    `wording` is the provider's own words for its letters, the text of each file by its name; left out, those of its
    newest version go on, as far as the policy still has these letters. `by_name` is who approved it, `by` whoever
    confirmed that (nobody where a provider is set up). Raises `policies.problems.PolicyProblems` with every problem at
    once when the policy or its wording cannot be read.
    """
    policy = policies.loader.read(text, local=local)
    words, left_out = (wording, []) if wording is not None else wording_carried(provider, policy)
    policies.wording.read(words, policy)
    version = PolicyVersion.objects.create(
        provider=provider,
        text=text,
        local_text=local,
        wording=dict(words),
        digest=digest_of(text, local, words),
        effective_on=policy.effective_on,
        adopted_at=at,
        adopted_by_name=by_name,
    )
    audit.record(
        "policy.adopted",
        subject=provider,
        by=by,
        at=at,
        facts={
            "effective_on": policy.effective_on,
            "digest": version.digest,
            "by": by_name,
            "letters": sorted(words),
            "letters_left_out": left_out,
        },
    )
    access.define_roles(provider, policy, at=at, by=by)
    return version


def named_roles(provider: Provider, on: date) -> list[Role]:
    """The roles that the provider's policy names now or from a day to come, and those of the set-up; highest first.

    What only an older version named is held by whoever holds it, and given to nobody any more.
    """
    now = provider.policy_versions.filter(effective_on__lte=on).order_by("-effective_on", "-pk")[:1]
    versions = [*now, *provider.policy_versions.filter(effective_on__gt=on)]
    keys = {key for version in versions for key in version.policy.roles}
    keys |= {works_as.replace(" ", "_") for works_as in access.SET_UP_ROLES}
    return list(provider.roles.annotate(held=access.count_of_holders()).filter(key__in=keys).order_by("-rank", "pk"))


def wording_carried(provider: Provider, policy: Policy) -> tuple[dict[str, str], list[str]]:
    """The words of letters that go on from the provider's newest version under a policy, and the files that do not.

    A file is left out where the policy has no such letter any more, or where its words no longer fit.
    """
    newest = provider.policy_versions.order_by("-effective_on", "-pk").first()
    kept: dict[str, str] = {}
    left_out: list[str] = []
    for name, text in sorted(newest.wording.items()) if newest else ():
        try:
            policies.wording.read(kept | {name: text}, policy)
        except PolicyProblems:
            left_out.append(name)
        else:
            kept[name] = text
    return kept, left_out


def digest_of(text: str, local: str = "", wording: Mapping[str, str] | None = None) -> str:
    """What tells one adopted version from another: the policy, its local rules and the words of its letters."""
    letters = "".join(f"\0{name}\0{words}" for name, words in sorted((wording or {}).items()))
    return hashlib.sha256((text + "\0" + local + letters).encode()).hexdigest()

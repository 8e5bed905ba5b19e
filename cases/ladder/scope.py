"""Whether the policy covers this person at all, and where somebody goes whom it does not cover.

Policies differ in whom they cover: Dover its tenants, prospective tenants, shared owners, leaseholders and homelessness
applicants (2.1), West Kent whoever lives in or visits a home (1.2). How the person stands to the provider is asked when
the person is added.
"""

from dataclasses import dataclass

from cases.models import Case
from people.models import Resident
from policies.rules import Rule
from policies.values import Item

SCOPE = "scope"
_Relation = Resident.Relation
# How the person stands to the provider, in the words by which a policy may name such people.
_NAMED_AS: dict[str, tuple[str, ...]] = {
    _Relation.TENANT: ("tenant", "service user"),
    _Relation.SHELTERED: ("tenant", "service user"),
    _Relation.INTERIM: ("tenant", "service user"),
    _Relation.PROSPECTIVE: ("prospective tenant", "applicant"),
    _Relation.SHARED_OWNER: ("shared owner", "service user"),
    _Relation.LEASEHOLDER: ("leaseholder", "service user"),
    _Relation.HOMELESS_APPLICANT: ("homelessness applicant", "applicant"),
    _Relation.HOUSEHOLD: ("household member",),
    _Relation.VISITOR: ("visitor", "member of the public"),
    _Relation.REPRESENTATIVE: ("advocate",),
    _Relation.ELECTED: ("elected representative",),
    _Relation.OTHER: (),
}


@dataclass(frozen=True)
class Scope:
    """Whether a policy covers somebody: `named` by it; else `open`, where a person judges; else not covered.

    `sentence` says what the policy says of it, and `elsewhere` where it sends those whom it does not cover.
    """

    named: bool
    open: bool
    sentence: str
    rule: Rule | None
    elsewhere: tuple[Item, ...]

    @property
    def shown(self) -> dict[str, str]:
        """What the page on which it is judged shows of it, by name."""
        return {"how the person stands to us, and whom the policy covers": self.sentence}


def scope(case: Case) -> Scope:
    """Whether the case's policy covers its resident.

    A policy that says nothing of whom it covers stops nobody. Where it covers others in words of its own, or part of
    its list is lost, a person judges. A complete list in which nobody of this relation stands does not cover them.
    """
    said = case.policy.value("scope.covers")
    elsewhere = tuple(case.policy.value("scope.others").kept)
    relation = case.resident.relation
    names = _NAMED_AS[relation]
    item = next((one for one in said.kept if one.word in names), None)
    if item is not None or not said.kept:
        return Scope(True, False, "", item.rule if item else said.rule, elsewhere)
    wide = [one for one in said.kept if one.word == "other"]
    is_open = bool(wide) or said.lost
    whom = ", ".join(str(one) for one in said.kept)
    stands = f"{case.resident.name} stands to us as: {case.resident.get_relation_display()}. The policy covers {whom}"
    if said.lost:
        stands += "; part of its list is lost from its text"
    ends = "whether it covers this person, somebody judges" if is_open else "so it does not cover this person"
    return Scope(False, is_open, f"{stands}: {ends}.", said.rule, elsewhere)

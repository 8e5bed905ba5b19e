"""What a restriction consists of: limits by channel, and what must stay open."""

from collections.abc import Sequence
from dataclasses import dataclass

from people.access import Can, can
from people.models import User
from policies import law
from policies.policy import Policy
from policies.rules import Rule, RuleBroken, need
from restrictions.models import Restriction, Term

Channel, Limit = Term.Channel, Term.Limit
PROPOSED = Rule("evenhand", text="Who decides on a single point of contact decides on a proposal of one.")
ROUTES = (Channel.PHONE, Channel.EMAIL, Channel.LETTER, Channel.OFFICE)
"""The ways by which a resident can write or speak to the provider, and so complain or appeal."""


@dataclass(frozen=True)
class NewTerm:
    """One limit as chosen: what may or may not be done on one channel; for a single point of contact, who it is."""

    channel: str
    limit: str
    words: str = ""
    person_id: int | None = None

    @classmethod
    def of(cls, term: Term) -> "NewTerm":
        """The same limit as a value, for instance to carry it into a successor."""
        return cls(term.channel, term.limit, term.words, term.person_id)

    def line(self, person: User | None = None) -> str:
        """The limit in one line that both sides can follow."""
        if self.channel == Channel.SPOC and person:
            return f"Single point of contact: {person.name}. {self.words}".strip()
        label = self.words if self.channel == Channel.OTHER else Channel(self.channel).label
        if self.channel == Channel.OTHER:
            return label
        how = self.words if self.limit == Limit.LIMITED else f"{Limit(self.limit).label}. {self.words}"
        return f"{label}: {how}".strip()


def check_terms(policy: Policy, terms: Sequence[NewTerm]) -> None:
    """Refuse terms that limit nothing, say nothing, or leave the resident no way to complain or appeal (F3).

    One written or spoken channel at least stays open or limited, whatever the policy allows; more where the policy says
    how many. Raises RuleBroken with the field of the form.
    """
    chosen = {term.channel: term for term in terms}
    for term in terms:
        if term.limit == Limit.LIMITED:
            need(term.words, f"Enter how “{Channel(term.channel).label}” is limited", f"{term.channel}_words")
        if term.channel == Channel.SPOC and term.person_id is None:
            raise RuleBroken("Select who the single point of contact is", field="spoc_person")
        if term.channel == Channel.OTHER:
            need(term.words, "Enter the other term", "other_words")
    if not any(term.limit != Limit.OPEN for term in terms):
        raise RuleBroken("Select at least one contact that is limited or not used", field="phone")
    left = [channel for channel in ROUTES if channel not in chosen or chosen[channel].limit != Limit.CLOSED]
    if not left:
        raise RuleBroken(
            "Leave telephone, e-mail, letters or visits to the office open or limited: "
            "a resident must be able to complain and to appeal",
            law.WAYS_TO_COMPLAIN,
            "phone",
        )
    wanted, rule = policy.keep_open
    if len(left) < wanted:
        raise RuleBroken(f"Leave at least {wanted} ways of contact open or limited", rule, "phone")


def check_person(restriction: Restriction, terms: Sequence[NewTerm], affected: set[int]) -> None:
    """Refuse a single point of contact who does not work cases at the provider, or whom the behaviour has hit."""
    for term in terms:
        if term.person_id is None:
            continue
        person = User.objects.filter(pk=term.person_id, is_active=True).first()
        if person is None or not can(person, Can.WORK_CASES, restriction.case.provider_id):
            raise RuleBroken("Select a colleague who works on cases", field="spoc_person")
        if person.pk in affected:
            raise RuleBroken(
                f"Select somebody other than {person.name}, who was affected by what happened",
                Rule("evenhand", "", text="Nobody is made the contact of somebody who hurt or threatened them."),
                "spoc_person",
            )


def check_no_contact_added(restriction: Restriction, terms: Sequence[NewTerm]) -> None:
    """Refuse terms that bring in a single point of contact where there was none.

    A policy may have a meeting decide on one (Northampton, section 5), so it is proposed, never added on the way.
    """
    if any(term.channel == Channel.SPOC for term in terms) and restriction.contact_term() is None:
        raise RuleBroken("A single point of contact is proposed as a restriction of its own", PROPOSED, "outcome")


def of(restriction: Restriction) -> list[Term]:
    """A restriction's terms with their people, in their order."""
    return list(restriction.terms.select_related("person"))


def arrangement(terms: Sequence[Term]) -> list[str]:
    """The limits line by line, as the register's card and the letters say them; what stays open is not listed."""
    return [NewTerm.of(term).line(term.person) for term in terms if term.limit != Limit.OPEN]


def as_facts(terms: Sequence[Term]) -> list[dict[str, str]]:
    """The limits for a letter, each a sentence that stands by itself; what is not limited is not listed."""
    return [
        {"channel": term.get_channel_display(), "limit": "", "words": _sentence(term)}
        for term in terms
        if term.limit != Limit.OPEN
    ]


def _sentence(term: Term) -> str:
    if term.channel == Channel.OTHER:
        return term.words
    if term.limit == Limit.CLOSED:
        return f"{term.get_channel_display()}: {_NOT_USED.get(Channel(term.channel), 'not used.')} {term.words}".strip()
    return NewTerm.of(term).line(term.person)


_NOT_USED = {
    Channel.PHONE: "do not phone us.",
    Channel.EMAIL: "do not e-mail us.",
    Channel.LETTER: "do not write us letters.",
    Channel.OFFICE: "do not come to our offices.",
    Channel.VISIT: "we do not visit you at home.",
    Channel.ONLINE: "do not contact us or our staff online.",
}


def ways_left(terms: Sequence[Term]) -> list[str]:
    """How the resident reaches the provider from now on: every way that is not shut, as before or within its limit.

    All contact goes through the single point of contact, where there is one, so none of the ways is as before then.
    """
    chosen = {term.channel: term for term in terms}
    single = single_point(terms)
    left = []
    for channel in ROUTES:
        term = chosen.get(channel)
        if term is not None and term.limit == Limit.CLOSED:
            continue
        limited = term is not None and term.limit == Limit.LIMITED
        said = ["within the limit above"] if limited else []
        said += [f"through {single['name']}"] if single else []
        left.append(f"{channel.label}: {', '.join(said) or 'as before'}.")
    return left


def as_rows(terms: Sequence[Term]) -> list[dict[str, str]]:
    """Every channel with what holds for it, for a screen."""
    return [
        {
            "channel": term.get_channel_display(),
            "words": (f"{term.person.name}. " if term.person else "")
            + (term.words if term.limit == Limit.LIMITED else f"{term.get_limit_display()}. {term.words}".strip(". ")),
        }
        for term in terms
    ]


def single_point(terms: Sequence[Term]) -> dict[str, str] | None:
    """The single point of contact for a letter and the register, or None."""
    person = next((term.person for term in terms if term.person), None)
    return {"name": person.name, "phone": person.phone, "email": person.email} if person else None


def changed(before: Sequence[NewTerm], after: Sequence[NewTerm]) -> bool:
    """Whether two sets of terms say different things."""
    return {(t.channel, t.limit, t.words.strip(), t.person_id) for t in before if t.limit != Limit.OPEN} != {
        (t.channel, t.limit, t.words.strip(), t.person_id) for t in after if t.limit != Limit.OPEN
    }

"""Who had a part in what an entry of a register rests on, and whom the policy therefore keeps from deciding on it.

The register stands below the casework, so it reads the trail, where the rooms above told who was affected, who proposed
and who is the single point of contact.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db.models import Q

from audit import subjects
from audit.models import Event
from decisions.acts import Bar
from decisions.models import Voice
from people.models import Provider, Resident, User
from policies import law
from policies.values import Value
from register.models import Consideration, Entry

NAMED = {"spoc.named": "person", "spoc.changed": "now", "spoc.covered": "by"}
"""Events that name a single point of contact, each with the fact that says whom."""


def by(words_of_policy: Iterable[Value], grounds: Callable[[], "Grounds"]) -> dict[int, Bar]:
    """Whom words of a policy keep from an act, with what they did; `grounds` is asked only where they bar somebody."""
    out: dict[str, Bar] = {}
    for said in words_of_policy:
        for word in said.raw or ():
            out |= {ref: Bar(did, said.rule or law.OTHER_PERSON) for ref, did in grounds().did(word).items()}
    people = User.objects.filter(reference__in=out).values_list("reference", "pk") if out else ()
    return {pk: out[ref] for ref, pk in people}


@dataclass(frozen=True)
class Grounds:
    """What an entry rests on: an incident, what a question was asked because of, and the decision that made it."""

    provider: Provider
    resident: Resident | None
    source: str = ""
    question: Consideration | None = None
    entry: Entry | None = None

    @classmethod
    def of_question(cls, question: Consideration) -> "Grounds":
        """What an entry would rest on that is asked for."""
        return cls(question.provider, question.resident, question.proposed.get("source", ""), question)

    @classmethod
    def of_entry(cls, entry: Entry) -> "Grounds":
        """What an entry rests on that stands, and the question from which it came."""
        question = Consideration.objects.filter(entry=entry).select_related("asked_by").first()
        return cls(entry.provider, entry.resident, entry.source, question, entry)

    def did(self, word: str) -> dict[str, str]:
        """Who had the part that a word of a policy names ("affected"), by reference, with what each did."""
        if word == "proposer":
            return dict.fromkeys(self._proposers(), "put this entry forward")
        if word == "affected":
            return dict.fromkeys(self._affected(), "were affected by what this entry rests on")
        if word == "first decider":
            return dict.fromkeys(self._deciders(), "decided on this entry")
        if word == "spoc":
            return dict.fromkeys(self._contacts(), "were named the single point of contact in this case")
        if word != "involved":
            raise ValueError(f"a policy bars “{word}”, which nobody can be")
        out = dict.fromkeys(self._decided_on_it(), "had a part in this entry")
        for part in ("spoc", "affected", "first decider", "proposer"):
            out |= self.did(part)
        return out

    def _proposers(self) -> set[str]:
        """Whoever asked for the entry; after a restriction, whoever proposed that."""
        asked = {self.question.asked_by.reference} if self.question and self.question.asked_by else set()
        proposed = Event.objects.filter(verb="restriction.proposed", subject_ref=subjects.ref_of(self._because))
        return asked | _actors(proposed)

    def _deciders(self) -> set[str]:
        if self.entry is None:
            return set()
        counted = Voice.objects.agreeing().filter(dropped_at__isnull=True).select_related("by")
        agreed = counted.filter(about=self.question.trail.about) if self.question else ()
        return {self.entry.entered_by.reference, *(voice.by.reference for voice in agreed)}

    def _decided_on_it(self) -> set[str]:
        things = [self._because, *(thing.trail.about for thing in (self.entry, self.question) if thing)]
        places = Q(pk__in=[])
        for about in filter(None, things):
            places |= Q(subject_kind=subjects.kind_of(about), subject_ref=subjects.ref_of(about))
        return _actors(Event.objects.filter(places, decision__isnull=False))

    def _affected(self) -> set[str]:
        logged = Event.objects.filter(verb="incident.logged", case_ref__in=self._cases())
        refs = {*self._incidents(), *logged.values_list("subject_ref", flat=True)}
        events = Event.objects.filter(verb="incident.affected", subject_ref__in=refs)
        return {person for facts in events.values_list("facts", flat=True) for person in facts["people"]}

    def _contacts(self) -> set[str]:
        named = Event.objects.filter(verb__in=NAMED, case_ref__in=self._cases())
        found = named.values_list("verb", "facts")
        return {facts[NAMED[verb]] for verb, facts in found if NAMED[verb] in facts}

    @property
    def _because(self) -> str:
        """The restriction that it stands with, or that led to the question."""
        if subjects.kind_of(self.source) == subjects.RESTRICTION:
            return self.source
        return self.question.because if self.question else ""

    def _incidents(self) -> set[str]:
        own = [subjects.ref_of(self.source)] if subjects.kind_of(self.source) == subjects.INCIDENT else []
        return {*(self.question.incidents if self.question else ()), *own}

    def _cases(self) -> set[str]:
        """The resident's cases that it rests on: its own, and those of its incidents."""
        if self.resident is None:
            return set()
        own = self.entry or self.question
        logged = Event.objects.for_resident(self.resident.reference).filter(
            verb="incident.logged", subject_ref__in=self._incidents()
        )
        return {ref for ref in (own.case_ref if own else "", *logged.values_list("case_ref", flat=True)) if ref}


def _actors(events: Iterable[Event]) -> set[str]:
    return {event.by_ref for event in events if event.by_ref}

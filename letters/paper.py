"""A letter as paper: who writes, to whom, and the words of its kind, as HTML. Knows nothing of PDF or of sending.

The words are ours (templates/letters/), but for the parts that a provider has worded itself (`policies.wording`). They
follow good practice where a policy leaves the contents of a letter open or its text is lost (rules F6): what happened,
why, what, how long, when it is looked at again, how to disagree, and where to go after us. A clause is named only where
the fact came with one. What is a fact is printed by the template, whatever words stand around it.
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from design import dates, words
from letters import facts as kinds
from people.models import ContactPoint, PolicyVersion, Provider, Resident, User
from policies import law, wording
from policies.policy import Policy
from policies.rules import STRENGTHS, Rule

# N1: an address is three to seven lines, and none starts with one of these.
MOST_LINES = 7
BAD_START = '@()=[]"\\/,<>~'
NO_HOME = re.compile(r"\b(no fixed (abode|address)|nfa|of no fixed)\b", re.IGNORECASE)
FUNCTION_OF = {
    Resident.Relation.HOMELESS_APPLICANT: "homelessness",
    Resident.Relation.PROSPECTIVE: "allocations",
}
DATES = re.compile(r"(^|_)(on|until|by)$")
LARGE_PRINT = "large"
NO_CLAUSE = ("Local rule", "Law", "Evenhand's rule", "The policy")
CITED = re.compile(rf"\(([^();]+), (?:{'|'.join(STRENGTHS)})(?:; local rule)?\)")
TO_A_RESIDENT = {
    "First day not counted: our convention": "The first day is not counted",
    ": our convention": "",
    "(local rule)": "(a rule of our own)",
    "(law)": "(by law)",
    " (Evenhand's rule)": "",
}
# What a policy wants told is told where one of these facts is there.
TOLD_BY = {
    "behaviour": ("incidents",),
    "incident": ("incidents",),
    "expected": ("expected",),
    "consequence": ("consequence",),
    "reason": ("reasons",),
    "arrangement": ("terms", "arrangement"),
    "length": ("ends_on",),
    "review": ("review_on", "next_review_on"),
    "appeal": ("appeal", "final"),
    "outcome": ("outcome", "agreed", "what_changes"),
    "spoc": ("spoc", "person"),
    "support": ("support",),
}


def frame_facts(provider: Provider, policy: Policy, resident: Resident | None = None) -> dict[str, Any]:
    """What every letter states about the provider, its policy and the ombudsman, frozen into the facts at draft.

    The ombudsman is the one that the policy names for appeals or, where it names none, the one for the nation and for
    what the provider does for this resident (F9): not every resident is a tenant.
    """
    function = FUNCTION_OF.get(Resident.Relation(resident.relation)) if resident else None
    ombudsman = law.ombudsman(provider.nation, function) if function else policy.appeal.ombudsman
    return {
        "provider": provider.name,
        "short_name": provider.short_name,
        "address": [line.strip() for line in provider.address.splitlines() if line.strip()],
        "email": provider.email,
        "phone": provider.phone,
        "website": provider.website,
        "policy": policy.title,
        "ombudsman": {"name": ombudsman.name, "url": ombudsman.url} if ombudsman else None,
    }


def worded(kind: str, version: PolicyVersion) -> dict[str, Any]:
    """The provider's own words for a letter of this kind, and what its policy wants told in it.

    Frozen into the facts at draft, so that a letter is the same each time, whatever version is adopted after it.
    """
    spec = kinds.kind_of(kind)
    rule = kinds.governing(version.policy, spec)
    says = list(dict.fromkeys(item.word for item in rule.says)) if rule else []
    return {"wording": version.own_words.of(kind), "says": says}


def address_lines(resident: Resident) -> list[str]:
    """The resident's postal address as the window of an envelope shows it, without the name; empty where there is none.

    Three to seven lines with the name, the postcode last and in capitals, no line that a sorting machine refuses (N1).
    "No fixed abode" is not an address: such a letter is handed over.
    """
    home = resident.address
    if home is None or NO_HOME.search(home.lines):
        return []
    lines = [line.strip().lstrip(BAD_START).strip() for line in home.lines.splitlines()]
    lines = [line for line in lines if line]
    postcode = [" ".join(home.postcode.upper().split())] if home.postcode else []
    room = MOST_LINES - 1 - len(postcode)
    if len(lines) > room:
        lines = [*lines[: room - 1], ", ".join(lines[room - 1 :])]
    return [*lines, *postcode] if lines else []


def safe_email(resident: Resident) -> str:
    """The first e-mail address of the resident that is marked safe to use, or none."""
    points = resident.contact_points.filter(kind=ContactPoint.Kind.EMAIL, safe=True).order_by("pk")
    return points.values_list("value", flat=True).first() or ""


def addressee(resident: Resident) -> dict[str, Any]:
    """Whom the letter is to, as known now: frozen into the facts when it is issued."""
    lines = address_lines(resident)
    return {
        "name": resident.name,
        "address": lines,
        "by_hand": not lines,
        "format": resident.preferred_format,
        "format_words": resident.get_preferred_format_display(),
        "language": resident.preferred_language,
    }


def signature(by: User | None, on: date) -> dict[str, Any]:
    """Who signs it and its date; the highest role stands in for a job title."""
    roles = by.roles if by else []
    title = by.job_title or (roles[0].name if roles else "") if by else ""
    return {"name": by.name if by else "", "title": title, "on": on.isoformat()}


def _with_dates(value: Any, key: str = "") -> Any:
    """The facts with their dates, which JSON keeps as text, as dates again."""
    if isinstance(value, Mapping):
        return {name: _with_dates(inner, name) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_with_dates(inner, key) for inner in value]
    if isinstance(value, str) and DATES.search(key):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return value
    return value


def clause_words(clause: str | None) -> str:
    """A clause as a letter names it, or nothing where what was given is not a clause of the policy.

    >>> clause_words("6.34"), clause_words("Clauses 6.12, 6.13"), clause_words("Local rule"), clause_words("")
    ('clause 6.34 of our policy', 'clauses 6.12 and 6.13 of our policy', '', '')
    >>> clause_words("s10"), clause_words("s2, s4")
    ('section 10 of our policy', 'sections 2 and 4 of our policy')
    >>> clause_words("Appendix B"), clause_words("cover")
    ('appendix B of our policy', 'the cover of our policy')
    """
    clause = (clause or "").strip()
    if not clause or clause in NO_CLAUSE:
        return ""
    cited = " and ".join(Rule("policy", clause).in_brackets().rsplit(", ", 1))
    return f"{cited if any(map(str.isdigit, cited)) or ' ' in cited else f'the {cited}'} of our policy"


def arithmetic(explained: str) -> str:
    """How a date was worked out, as a resident reads it: how strongly a clause binds us is our own affair.

    >>> arithmetic("20 working days from the decision (6.34, must). First day not counted: our convention.")
    '20 working days from the decision (clause 6.34 of our policy). The first day is not counted.'
    >>> arithmetic("On the last day, 18 June 2027 (s10, normally; local rule). A time (local rule).")
    'On the last day, 18 June 2027 (section 10 of our policy). A time (a rule of our own).'
    """
    told = CITED.sub(lambda found: f"({clause_words(found[1]) or found[1]})", explained)
    for ours, theirs in TO_A_RESIDENT.items():
        told = told.replace(ours, theirs)
    return told


def with_article(role: str) -> str:
    """A role with its article.

    >>> with_article("Manager"), with_article("Area Lead")
    ('a Manager', 'an Area Lead')
    """
    return f"{'an' if role[:1].lower() in 'aeiou' else 'a'} {role}" if role else ""


def title(kind: str, facts: Mapping[str, Any]) -> str:
    """The heading of a letter: the provider's own, or that of its kind."""
    own = wording.filled(facts["frame"].get("wording", {}).get("subject", ""), named(_with_dates(facts)))
    return str(own[0]) if own else kinds.kind_of(kind).title


def own_parts(read: Mapping[str, Any]) -> dict[str, list[wording.Block]]:
    """The provider's own words, part by part, with the facts of this letter in their places.

    A part is absent where the provider has not worded it, and where all of it names what this letter does not have.
    """
    values = named(read)
    parts = {part: wording.filled(text, values) for part, text in read["frame"].get("wording", {}).items()}
    return {part.replace(" ", "_"): blocks for part, blocks in parts.items() if blocks}


def says_more(kind: str, read: Mapping[str, Any]) -> list[str]:
    """What the policy wants told in this letter (`letter.NAME.says`) and its template does not tell by itself."""
    told = kinds.kind_of(kind).prints | {word for word, names in TOLD_BY.items() if any(map(read.get, names))}
    return [word for word in read["frame"].get("says", []) if word not in told]


def named(read: Mapping[str, Any]) -> dict[str, str]:
    """What a provider's own words may name in braces (`policies.wording.PLACEHOLDERS`), as this letter has it."""
    frame, appeal = read["frame"], read.get("appeal") or {}
    register, months = read.get("register") or {}, read.get("months")
    values: dict[str, Any] = {
        "resident": read["to"]["name"],
        "provider": frame["provider"],
        "policy": frame["policy"],
        "phone": frame["phone"],
        "email": frame["email"],
        "today": read["signed"]["on"],
        "restriction": read.get("restriction_reference") or read.get("reference"),
        "previous": read.get("previous_reference"),
        "months": f"{months} month{'' if months == 1 else 's'}" if months else "",
        "review_on": read.get("review_on") or read.get("next_review_on"),
        "contact": (read.get("spoc") or read.get("person") or {}).get("name"),
        "register": register.get("name") if register.get("told") else "",
        "appeal_until": appeal.get("until"),
        "appeal_decider": with_article(appeal.get("decided_by_role") or read.get("decided_by_role") or ""),
        "appeal": read.get("appeal_reference"),
        "review": read.get("review_reference"),
        "next": (read.get("next") or {}).get("name"),
    }
    values |= {key: read.get(key) for key in wording.PLACEHOLDERS.keys() - values.keys()}
    return {key: dates.day(value) if isinstance(value, date) else str(value or "") for key, value in values.items()}


def html(
    kind: str, facts: Mapping[str, Any], *, reference: str = "", about: str = "", heading_level: int = 2
) -> SafeString:
    """The letter as a fragment of HTML. `facts` hold `frame`, `to` and `signed` beside those of the kind.

    `about` is the reference of what it is about. `heading_level` is that of its title: 1 on paper, 2 within a page of
    ours.
    """
    spec = kinds.kind_of(kind)
    read = _with_dates(facts)
    appeal = read.get("appeal") or {}
    for incident in read.get("incidents", []):
        incident["channel"] = words.lower_first(incident.get("channel") or "")
    if appeal:
        appeal["explained"] = arithmetic(appeal.get("explained") or "")
    for told in [*read.get("appeals", []), *read.get("reviews", [])]:
        told["explained"] = arithmetic(told.get("explained") or "")
        told["decider"] = with_article(told.get("decided_by_role") or "")
    for key in {"review_explained", "answer_explained"} & read.keys():
        read[key] = arithmetic(read[key] or "")
    own = own_parts(read)
    context = {
        **read,
        "kind": spec,
        "title": title(kind, facts),
        "own": own,
        "says_more": says_more(kind, read),
        "letter_reference": reference,
        "about_reference": about,
        "top": f"h{heading_level}",
        "sub": f"h{heading_level + 1}",
        "large": read["to"]["format"] == LARGE_PRINT,
        "appeal_clause": clause_words(appeal.get("clause")),
        "consequence_clause": clause_words(read.get("clause_consequence")),
        "appeal_decider": with_article(appeal.get("decided_by_role") or ""),
        "decider": with_article(read.get("decided_by_role") or ""),
        "terms_by_channel": read.get("terms") or [],
    }
    return mark_safe(render_to_string(spec.template, context))

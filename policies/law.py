"""What holds whatever a policy says: rules of law and of good process, the contacts that stay open, the ombudsman.

Each rule is defined here and nowhere else, by its source and in our own words; none of their wording is quoted. Rules
of Evenhand's own that one room alone keeps stand in that room.
"""

from dataclasses import dataclass

from policies.rules import Rule

OTHER_PERSON = Rule(
    "evenhand",
    "F12",
    text="Who proposed it, who is affected by it and who decided it first do not decide it, its appeal or its review.",
)
PERSON_DECIDES = Rule(
    "evenhand", "D10", text="A named person decides, and gives reasons: nothing is decided by the system."
)
EVIDENCED = Rule("law", "F1", text="No restriction without evidence, reasons and a review date.")
PROPORTIONATE = Rule("law", "F2", text="A restriction is proportionate and has regard to the Equality Act.")
WAYS_TO_COMPLAIN = Rule("law", "F3", text="Complaining stays possible, by more than one way in.")
REVIEWED_WHEN_DUE = Rule(
    "law", "F7", text="A review is held when it is due; where it is late, the resident is told why."
)
TOLD_OF_ENTRY = Rule(
    "law",
    "D2",
    text="A person is told of an entry, or it is on record why not, by whom, and when that is looked at again.",
)
HEALTH_APART = Rule("law", "D8", text="What is about health stands apart, and is read by those who need it.")
NO_LONGER_THAN_NEEDED = Rule("law", "D3", text="An entry stands no longer than it is needed.")
SHARED_AS_NEEDED = Rule("law", "D4", text="Only what is needed is shared, and every disclosure is on record.")
HAZARDS_REPORTED = Rule("law", "X1", text="A hazard in the home may be reported in any way.")
RIGHTS_USED = Rule(
    "law", "X2", text="An appeal, a request about data or an adjustment, and help from others stay open to everybody."
)
INFORMATION_ASKED = Rule("law", "X3", text="A public body may be asked for information in any way.")
GOOD_PRACTICE = Rule("evenhand", "X4", text="Good practice that several policies state.")


@dataclass(frozen=True, slots=True)
class Ombudsman:
    """Where a resident can go next. `url` is the ombudsman's front page."""

    key: str
    name: str
    url: str


OMBUDSMEN = {
    "housing ombudsman": Ombudsman(
        "housing ombudsman", "Housing Ombudsman Service", "https://www.housing-ombudsman.org.uk/"
    ),
    "lgsco": Ombudsman("lgsco", "Local Government and Social Care Ombudsman", "https://www.lgo.org.uk/"),
    "spso": Ombudsman("spso", "Scottish Public Services Ombudsman", "https://www.spso.org.uk/"),
    "psow": Ombudsman("psow", "Public Services Ombudsman for Wales", "https://www.ombudsman.wales/"),
    "nipso": Ombudsman("nipso", "Northern Ireland Public Services Ombudsman", "https://www.nipso.org.uk/"),
}
_BY_NATION = {"scotland": "spso", "wales": "psow", "northern ireland": "nipso"}
FUNCTIONS = ("landlord", "homelessness", "allocations", "other")


def ombudsman(nation: str, function: str = "landlord") -> Ombudsman | None:
    """The ombudsman for what a provider does in a nation (F9); None where the nation is not known.

    In England the Housing Ombudsman hears a landlord's tenants, councils as landlords included; the Local Government
    and Social Care Ombudsman hears what councils do otherwise, such as homelessness. Raises ValueError for a function
    that is not one.

    >>> ombudsman("england").name, ombudsman("england", "homelessness").key, ombudsman("scotland").key
    ('Housing Ombudsman Service', 'lgsco', 'spso')
    """
    if function not in FUNCTIONS:
        raise ValueError(f'"{function}" is not a function: {", ".join(FUNCTIONS)}')
    nation = nation.lower().replace("_", " ")
    if nation == "england":
        return OMBUDSMEN["housing ombudsman" if function == "landlord" else "lgsco"]
    key = _BY_NATION.get(nation)
    return OMBUDSMEN[key] if key else None


def ombudsman_called(key: str) -> Ombudsman | None:
    """The ombudsman by the word that a policy file uses for it, or None.

    >>> ombudsman_called("psow").name
    'Public Services Ombudsman for Wales'
    """
    return OMBUDSMEN.get(key)


def nations_of(key: str) -> list[str]:
    """The nations in which an ombudsman hears complaints.

    >>> nations_of("lgsco"), nations_of("spso")
    (['england'], ['scotland'])
    """
    if key in ("housing ombudsman", "lgsco"):
        return ["england"]
    return [nation for nation, named in _BY_NATION.items() if named == key]


_FLOOR: tuple[tuple[str, Rule], ...] = (
    ("complaints", WAYS_TO_COMPLAIN),
    ("appeals against a restriction", RIGHTS_USED),
    ("requests about personal data, and complaints about its handling", RIGHTS_USED),
    ("requests for an adjustment", RIGHTS_USED),
    ("contact through an ombudsman, a solicitor or the police", RIGHTS_USED),
)
_HAZARDS = ("reports of hazards in the home", HAZARDS_REPORTED)
_INFORMATION = ("requests for information held by a public body", INFORMATION_ASKED)
_GOOD_PRACTICE = (
    "emergencies with a risk to a person or to property, safeguarding, domestic abuse, critical anti-social behaviour",
    GOOD_PRACTICE,
)
PUBLIC_BODIES = ("council", "almo")


def always_accepted(nation: str, kind: str) -> list[tuple[str, Rule]]:
    """The contacts that no restriction may stop and no policy can switch off (X1 to X4), for a provider of this kind.

    Reports of hazards bind landlords in England; where the nation is not known they are kept open as well, because a
    floor that is too low harms somebody. Requests for information bind public bodies.

    >>> [words for words, rule in always_accepted("england", "council") if rule.clause in ("X1", "X3")]
    ['reports of hazards in the home', 'requests for information held by a public body']
    """
    floor = list(_FLOOR)
    if nation in ("england", ""):
        floor.insert(0, _HAZARDS)
    if kind in PUBLIC_BODIES:
        floor.append(_INFORMATION)
    return [*floor, _GOOD_PRACTICE]

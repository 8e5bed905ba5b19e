"""Who lives and works in the demo. All invented; telephone numbers are from the ranges kept for fiction."""

from datetime import date
from random import Random

PASSWORD = "evenhand demo"  # printed by the demo, for the demo only

# key, name, job title, role in the policy, key of the line manager
STAFF = [
    ("head", "Helena Marsh", "Head of Housing", "manager", None),
    ("deputy", "Desmond Achebe", "Deputy Head of Housing", "manager", "head"),
    ("neighbourhoods", "Tessa Lowe", "Team Leader, Neighbourhoods", "team_leader", "deputy"),
    ("repairs", "Tariq Aziz", "Team Leader, Repairs", "team_leader", "deputy"),
    ("income", "Lynne Fairweather", "Line Manager, Income and Options", "line_manager", "head"),
    ("senior", "Solomon Reid", "Senior Officer, Neighbourhoods", "senior_officer", "neighbourhoods"),
    ("olive", "Olive Brennan", "Housing Officer", "housing_officer", "neighbourhoods"),
    ("piotr", "Piotr Zielinski", "Housing Officer", "housing_officer", "neighbourhoods"),
    ("amara", "Amara Nwosu", "Income Officer", "housing_officer", "income"),
    ("jo", "Jo Pritchard", "Housing Options Officer", "housing_officer", "income"),
    ("fran", "Fran Doyle", "Caretaker", "front_line", "neighbourhoods"),
    ("ravi", "Ravi Patel", "Repairs Inspector", "front_line", "repairs"),
    ("dipa", "Dipa Sengupta", "Data Protection Officer", "data_protection_officer", "head"),
    ("ada", "Ada Hughes", "Systems Administrator", "administrator", "head"),
    ("bill", "Bill Tanner", "Policy and Systems Officer", "administrator", "head"),
]
CONTRACTORS = [
    ("gas", "Carl Whitstable", "Gas Engineer", "Channel Heating Ltd"),
    ("lifts", "Nia Roberts", "Lift Engineer", "Harbour Lifts Ltd"),
]
FIRST = [
    "Margaret", "Dylan", "Precious", "Tomasz", "Siobhan", "Gareth", "Fatima", "Leonard", "Chidi", "Rosalind",
    "Kevin", "Mei", "Abdul", "Doreen", "Craig", "Ioana", "Winston", "Sheila", "Mohammed", "Bronwen", "Terence",
    "Yasmin", "Callum", "Edith", "Marek", "Josephine", "Stuart", "Blessing", "Norman", "Aoife",
]  # fmt: skip
LAST = [
    "Ashdown", "Okonkwo", "Whitfield", "Nowak", "Kearsney", "Pritchett", "Hussain", "Temple", "Langdon", "Adeyemi",
    "Barlow", "Chen", "Rahman", "Eythorne", "Mongeham", "Popescu", "Alkham", "Tilmanstone", "Begum", "Rhys", "Worth",
    "Qureshi", "Ferguson", "Sutton", "Wojcik", "Ripple", "Denton", "Mensah", "Swingate", "Doherty",
]  # fmt: skip
STREETS = [
    ("Aycliffe Terrace", "CT17 9AA"),
    ("Buckland Rise", "CT16 2AB"),
    ("Castle View", "CT16 1AD"),
    ("Folkestone Parade", "CT17 9AE"),
    ("Harbour Court", "CT16 1AF"),
    ("Limekiln Gardens", "CT17 9AG"),
    ("Poulton Lane", "CT17 0AH"),
    ("Tower Hamlets Way", "CT17 0AJ"),
]
RELATIONS = ["tenant"] * 12 + [
    "sheltered",
    "interim",
    "prospective",
    "shared_owner",
    "leaseholder",
    "homeless_applicant",
]


def residents(count: int) -> list[dict]:
    """So many people, always the same ones, as keyword arguments of `people.services.Details` and `Home`."""
    chance = Random(20241007)
    names = [f"{first} {last}" for first, last in zip(FIRST, LAST, strict=True)]
    names += [f"{first} {last}" for first, last in zip(FIRST, LAST[7:] + LAST[:7], strict=True)]
    made = []
    for number, name in enumerate(names[:count]):
        street, postcode = STREETS[number % len(STREETS)]
        relation = RELATIONS[number % len(RELATIONS)]
        made.append(
            {
                "name": name,
                "relation": relation,
                "known_as": [name.split()[0][:3] + "s"] if number % 11 == 0 else [],
                "date_of_birth": date(1938 + chance.randrange(66), 1 + chance.randrange(12), 1 + chance.randrange(28)),
                "home": (f"{2 + number * 3} {street}\nDover", postcode, f"1000622{90000 + number}"),
                "phones": (f"07700 900{100 + number:03d}",),
                "emails": (f"{name.lower().replace(' ', '.')}@example.org",) if number % 3 else (),
                "tenancy": f"T{40000 + number}"
                if relation in ("tenant", "sheltered", "interim", "leaseholder")
                else "",
            }
        )
    return made

"""Four more providers beside the demo's council, each on its own policy, with its people and residents."""

from dataclasses import dataclass
from datetime import datetime

import people.services
from ops.seed import providers
from ops.seed.around import Around
from people.models import Provider, Resident, Role


@dataclass(frozen=True)
class House:
    """A provider: the folder of its policy, its names, where it is, and the ending of its addresses."""

    slug: str
    name: str
    short: str
    nation: str
    address: str
    postcode: str
    domain: str


HOUSES = (
    House("west-kent", "West Kent", "West Kent", "england", "101 Orchard Way\nTonbridge", "TN9 1ZZ", "westkent"),
    House("homes-for-life", "Homes for Life", "Homes for Life", "scotland", "7 Sidegate\nHaddington", "EH41 3ZZ",
          "homesforlife"),
    House("northampton-partnership-homes", "Northampton Partnership Homes", "Northampton", "england",
          "1 Westbridge Yard\nNorthampton", "NN5 5ZZ", "northampton"),
    House("tenancy-enforcement-procedure", "A provider that its procedure does not name", "Unnamed", "england",
          "The Housing Office\nAnytown", "AN1 1ZZ", "unnamed"),
)  # fmt: skip
STAFF = [
    "Harriet Bell", "Samir Khan", "Moira Laing", "Ewan Doherty", "Grace Obi", "Peter Vance", "Lena Fox", "Ali Reza",
    "Rhona Gill", "Tom Hale", "Una Byrne", "Max Stone", "Vera Quill", "Noel Ashe", "Wilf Carter", "Ida Lunn",
]  # fmt: skip
RESIDENTS = [
    "Colin Marsh", "Denise Otieno", "Archie Dunn", "Wanda Pike", "Faisal Noor", "Ruth Ellery", "Nadia Frost",
    "Brendan Lyle", "Hetty Moss", "Gwyn Parry",
]  # fmt: skip


class Neighbour(Around):
    """One provider as it is built up: its people by their role."""

    def __init__(self, now: datetime, house: House) -> None:
        super().__init__(now)
        self.house = house

    def build(self) -> None:
        """Provider, policy, people and residents."""
        self.found()
        self.hire()
        self.residents = [self.move_in(number, name) for number, name in enumerate(RESIDENTS)]

    def found(self) -> None:
        """The provider and the policy that it adopted."""
        house = self.house
        self.provider = providers.found(
            providers.on_shelf(house.slug),
            by_name="Director of Housing",
            at=self.at(78, 9),
            today=self.today,
            slug=house.slug,
            name=house.name,
            short_name=house.short,
            nation=house.nation,
            kind=Provider.Kind.ASSOCIATION,
            address=f"{house.address}\n{house.postcode}",
            email=f"housing@{house.domain}.example",
            phone="01632 960300",
            website=f"{house.domain}.example",
        )

    def hire(self) -> None:
        """Somebody in every role of the policy, a second officer and a second administrator."""
        at = self.at(78, 10)
        roles = list(Role.objects.filter(provider=self.provider).exclude(works_as="contractor").order_by("pk"))
        officer = next(role for role in roles if role.works_as == "officer")
        administrator = next(role for role in roles if role.works_as == "administrator")
        keys = [*(role.key for role in roles), "colleague", "second_administrator"]
        for name, key, role in zip(STAFF, keys, [*roles, officer, administrator], strict=False):
            self.staff[key] = providers.hire(role, name, role.name, domain=self.house.domain, at=at)
        self.staff["contact"] = self.staff[max(role.key for role in roles if role.works_as == "officer")]
        self.deciders = tuple(role.key for role in roles)

    def move_in(self, number: int, name: str) -> Resident:
        """A tenant at an address of the provider's town."""
        town = self.house.address.partition("\n")[2]
        details = people.services.Details(
            name=name,
            relation=Resident.Relation.TENANT,
            home=people.services.Home(f"{3 + number * 2} Mill Lane\n{town}", self.house.postcode, ""),
            phones=(f"07700 9003{number:02d}",),
            emails=(f"{name.lower().replace(' ', '.')}@example.org",),
        )
        return people.services.add_resident(self.provider, details, by=self.staff["colleague"], at=self.at(77, 11))

"""The demo's council: the provider and its policy, its people at work, its residents, and a dog."""

from datetime import timedelta
from typing import Any

import people.services
from decisions.services import Said
from ops.seed import providers, townsfolk
from ops.seed.around import Around
from people.models import Organisation, Provider, Role
from register import acts
from register.models import Entry
from register.services import entering, sharing
from register.services.new_entries import NewEntry

SLUG = "dover-district-council"


class Council(Around):
    """The council as it is built up."""

    deciders = ("neighbourhoods", "income", "senior", "repairs")

    def found(self) -> None:
        """The council and the policy that it adopted, with its local rules."""
        self.provider = providers.found(
            providers.on_shelf(SLUG),
            by_name="Helena Marsh, Head of Housing",
            at=self.at(400, 9),
            today=self.today,
            slug=SLUG,
            name="Dover District Council",
            short_name="Dover",
            nation=Provider.Nation.ENGLAND,
            kind=Provider.Kind.COUNCIL,
            address="Housing Services\nCouncil Offices\nWhite Cliffs Business Park\nWhitfield\nDover\nCT16 3PJ",
            email="housing@dover.example",
            phone="01632 960100",
            website="dover.example",
        )

    def hire(self) -> None:
        """Staff with their roles and line managers, and the contractors' people."""
        at = self.at(400, 10)
        roles = {role.key: role for role in Role.objects.filter(provider=self.provider)}
        for key, name, title, role, manager in townsfolk.STAFF:
            self._hire(key, roles[role], name, title, at=at, line_manager=self.staff.get(manager or ""))
        contractor = next(role for role in roles.values() if role.works_as == "contractor")
        for key, name, title, company in townsfolk.CONTRACTORS:
            organisation = Organisation.objects.create(provider=self.provider, name=company, phone="01632 960200")
            self._hire(key, contractor, name, title, at=at, organisation=organisation)

    def _hire(self, key: str, role: Role, name: str, title: str, **details: Any) -> None:
        phone = f"01632 9601{10 + len(self.staff):02d}"
        self.staff[key] = providers.hire(role, name, title, domain="dover", phone=phone, **details)

    def house(self) -> None:
        """The residents, where they live and how they are reached."""
        for number, person in enumerate(townsfolk.residents(60)):
            lines, postcode, uprn = person.pop("home")
            tenancy = person.pop("tenancy")
            details = people.services.Details(**person, home=people.services.Home(lines, postcode, uprn))
            at = self.at(390 - number, 11)
            resident = people.services.add_resident(self.provider, details, by=self.staff["olive"], at=at)
            if tenancy:
                people.services.join_tenancy(
                    resident.pk, reference=tenancy, kind="Secure tenancy", part="tenant", by=self.staff["olive"], at=at
                )
            self.residents.append(resident)

    def note_the_dog(self) -> None:
        """An entry of the register without a case: a place, not a person."""
        new = NewEntry(
            provider=self.provider,
            place="Yard behind 14 Poulton Lane\nDover",
            postcode="CT17 0AH",
            register_key="staff_risk",
            risks=["animal"],
            instructions=[
                "Do not open the gate: the dog is loose.",
                "Ring the site office, and wait for the dog to be tied.",
            ],
            ring="01632 960150",
            review_on=self.today + timedelta(days=120),
            shared_with_contractors=True,
        )
        said = Said("The dog bit a meter reader; the inspector saw it.")
        entering.enter(new, said, by=self.staff["senior"], at=self.at(25, 15))

    def share_with_contractors(self) -> None:
        """Each entry that contractors may be shown, shared with the gas engineers; they have received the dog."""
        firm = self.staff["gas"].organisation
        assert firm is not None
        wanted = Entry.objects.in_force(self.today).filter(provider=self.provider, shared_with_contractors=True)
        for entry in wanted.select_related("policy_version", "provider", "resident").order_by("pk"):
            new = sharing.NewShare([firm.pk], "They service the boilers every year.")
            (made,) = sharing.share(entry.pk, new, by=acts.share(entry).free[0], at=self.at(1, 9))
            if entry.place:
                sharing.acknowledge(made.token, by=self.staff["gas"], at=self.at(1, 10))

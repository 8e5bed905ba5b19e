"""Builders for tests: a provider on Dover's policy, staff in every role, residents; all through the services."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

import policies.shelf
from audit import subjects
from audit.models import Trail
from deadlines import services as deadlines
from ops.seed import build, providers
from people import access
from people import services as people
from people.models import Organisation, Provider, Resident, Role, User
from tests.remembered import remembered

NOON = datetime(2026, 12, 18, 12, 0, tzinfo=UTC)
PASSWORD = "correct horse battery"
DOVER = "dover-district-council"


def dover(slug: str = DOVER, *, at: datetime = NOON) -> Provider:
    """A provider that runs on Dover's policy with the demo's local rules; another slug gives another provider."""
    return running_on(DOVER, slug=slug, at=at)


@remembered
def running_on(policy: str, *, slug: str, at: datetime = NOON, worded: bool = True) -> Provider:
    """A provider that runs on one of the policies on the shelf, named by its folder, with its own words for letters."""
    read = policies.shelf.read_builtin(policy)
    papers = providers.on_shelf(policy)
    return providers.found(
        papers if worded else replace(papers, wording={}),
        by_name="Head of Housing",
        at=at,
        slug=slug,
        name="Dover District Council" if slug == DOVER else slug.replace("-", " ").title(),
        short_name="Dover" if slug == DOVER else slug,
        nation=(read.nation or "england").replace(" ", "_"),
        kind=Provider.Kind.COUNCIL if read.kind == "council" else Provider.Kind.ASSOCIATION,
        address="Housing Services\nCouncil Offices\nWhite Cliffs Business Park\nWhitfield\nDover\nCT16 3PJ",
        email=f"housing@{slug}.example",
        phone="01304 000000",
    )


def person(provider: Provider, *role_keys: str, name: str = "", manager: User | None = None, **extra: object) -> User:
    """A member of staff with roles by their keys in the policy (or the work of a set-up role)."""
    name = name or f"{' and '.join(role_keys) or 'Nobody'} {User.objects.count() + 1}".replace("_", " ").title()
    email = f"{name.lower().replace(' ', '.')}@{provider.slug}.example"
    user = people.make_user(
        provider=provider, email=email, name=name, password=PASSWORD, line_manager=manager, at=NOON, **extra
    )
    for key in role_keys:
        access.grant(Role.objects.get(provider=provider, key=key), user, by=None, at=NOON)
    return user


def working_as(provider: Provider, work: str, **extra: object) -> User:
    """A member of staff in the first role of the provider that does this work ("officer", "manager", "contractor")."""
    role = Role.objects.filter(provider=provider, works_as=work).order_by("pk").first()
    assert role is not None, f"no role works as {work}"
    return person(provider, role.key, **extra)


@dataclass(frozen=True)
class Staff:
    """One of each, the officer and a colleague reporting to the team leader."""

    officer: User
    colleague: User
    team_leader: User
    manager: User
    other_manager: User
    front_line: User
    contractor: User
    dpo: User
    administrator: User


def firm(provider: Provider, name: str = "Carl & Sons") -> Organisation:
    """A contractor of a provider, by name."""
    return Organisation.objects.get_or_create(provider=provider, name=name)[0]


@remembered
def staff(provider: Provider) -> Staff:
    """Somebody in every role at a provider."""
    manager = working_as(provider, "manager", name="Morgan Manager")
    team_leader = working_as(provider, "team leader", name="Terry Leader", manager=manager)
    return Staff(
        officer=working_as(provider, "officer", name="Olive Officer", manager=team_leader),
        colleague=working_as(provider, "officer", name="Colin Colleague", manager=team_leader),
        team_leader=team_leader,
        manager=manager,
        other_manager=working_as(provider, "manager", name="Maxine Manager"),
        front_line=working_as(provider, "front line", name="Fran Line", manager=team_leader),
        contractor=working_as(provider, "contractor", name="Carl Contractor", organisation=firm(provider)),
        dpo=working_as(provider, "data protection officer", name="Dipa Officer"),
        administrator=working_as(provider, "administrator", name="Ada Office"),
    )


@remembered
def resident(provider: Provider, by: User, name: str = "Rowan Resident", **extra: object) -> Resident:
    """A tenant at an address, with a phone and an e-mail."""
    details: dict = {
        "relation": Resident.Relation.TENANT,
        "date_of_birth": date(1980, 5, 17),
        "home": people.Home("12 Marine Parade\nDover", "CT16 1LW", "100062289876"),
        "phones": ("07700 900123",),
        "emails": (f"{name.lower().replace(' ', '.')}@example.org",),
    }
    return people.add_resident(provider, people.Details(name=name, **details | extra), by=by, at=NOON)


def about(pointer: str, provider: Provider, resident: Resident | None = None, case: str = "") -> deadlines.About:
    """What a deadline is about, where a test needs no row of it: `about("appeal:A-000001", provider)`."""
    ref = resident.reference if resident else ""
    trail = Trail(subjects.kind_of(pointer), subjects.ref_of(pointer), provider.slug, ref, case)
    return deadlines.About(trail, provider, resident)


@remembered
def town(now: datetime) -> Provider:
    """The demo's council as it stands at an instant: cases at every stage, letters, entries, what is due."""
    build.council(now)
    return Provider.objects.get(slug=DOVER)

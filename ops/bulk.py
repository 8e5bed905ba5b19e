"""A large council for measuring: rows in bulk, alike in shape to what the services write."""

from datetime import UTC, datetime, timedelta
from random import Random

from django.db import transaction

from audit import subjects
from audit.models import Event, EventText
from cases.models import Case, Incident, Involvement, Warning
from deadlines import kinds
from deadlines.models import Deadline
from ops.seed import providers, townsfolk
from people import access
from people import services as people
from people.models import Address, ContactPoint, Provider, Resident, Role, User

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


@transaction.atomic
def council(*, cases: int, incidents: int) -> User:
    """One provider with so many cases and incidents, and an officer who may read them all. Returns the officer."""
    provider = providers.found(
        providers.on_shelf("dover-district-council"),
        by_name="Head of Housing",
        at=START,
        slug="measured",
        name="Measured Council",
        short_name="Measured",
        nation=Provider.Nation.ENGLAND,
        kind=Provider.Kind.COUNCIL,
        address="Town Hall\nMeasured\nCT16 3PJ",
        email="housing@measured.example",
        phone="01304 000000",
    )
    version = provider.policy_version_on(START.date())
    officer = people.make_user(provider=provider, email="officer@measured.example", name="Olive Officer", at=START)
    role = Role.objects.filter(provider=provider, works_as="team leader").order_by("pk").first()
    assert role is not None
    access.grant(role, officer, by=None, at=START)
    _rows(provider, version.pk, officer, cases, incidents, Random(1))
    return officer


def officers(count: int) -> list[User]:
    """So many people of that provider who work cases and close them, made where there are fewer."""
    provider = Provider.objects.get(slug="measured")
    role = Role.objects.filter(provider=provider, works_as="team leader").order_by("pk").first()
    assert role is not None
    found = list(User.objects.filter(email__startswith="officer-", provider=provider).order_by("pk")[:count])
    for number in range(len(found), count):
        made = people.make_user(
            provider=provider, email=f"officer-{number}@measured.example", name=f"Officer {number}", at=START
        )
        access.grant(role, made, by=None, at=START)
        found.append(made)
    return found


def _rows(provider: Provider, version: int, officer: User, cases: int, incidents: int, chance: Random) -> None:
    residents = Resident.objects.bulk_create(
        [
            Resident(
                provider=provider,
                reference=f"R-{900_000 + n}",
                name=f"{chance.choice(townsfolk.FIRST)} {chance.choice(townsfolk.LAST)} {n}",
                relation=Resident.Relation.TENANT,
                search=f"r {900_000 + n} flat {n} marine parade dover ct161lw 0770090{n:05d}",
            )
            for n in range(cases)
        ],
    )
    Address.objects.bulk_create(
        [
            Address(resident=r, lines=f"Flat {n}\nMarine Parade\nDover", postcode="CT16 1LW")
            for n, r in enumerate(residents)
        ],
    )
    ContactPoint.objects.bulk_create(
        [ContactPoint(resident=r, kind="phone", value=f"07700 9{n:05d}") for n, r in enumerate(residents)],
    )
    stages = [*Case.OPEN_STAGES, Case.Stage.INITIAL_WARNING, Case.Stage.INITIAL_WARNING]
    opened = Case.objects.bulk_create(
        [
            Case(
                provider=provider,
                resident=r,
                policy_version_id=version,
                reference=f"C-{900_000 + n}",
                stage=stages[n % len(stages)],
                owner=officer,
                opened_by=officer,
                opened_at=START + timedelta(minutes=n),
                begun_at=START + timedelta(minutes=n),
                moved_at=START + timedelta(minutes=n * 2),
            )
            for n, r in enumerate(residents)
        ],
    )
    happened = Incident.objects.bulk_create(
        [
            Incident(
                provider=provider,
                reference=f"I-{900_000 + n}",
                happened_on=(START + timedelta(hours=n % 6000)).date(),
                channel=Incident.Channel.PHONE,
                facts="Shouted for ten minutes about a repair and would not let the officer speak.",
                categories=["aggression"],
                warnings_given=n % 3,
                continued_after_warnings=n % 3 == 2,
                reported_by=officer,
                reported_at=START + timedelta(minutes=n),
            )
            for n in range(incidents)
        ],
    )
    own = [(opened[n % cases], incident) for n, incident in enumerate(happened)]
    Involvement.objects.bulk_create(
        [Involvement(incident=i, resident_id=c.resident_id, part="behaved") for c, i in own]
    )
    through = Case.incidents.through
    through.objects.bulk_create([through(case_id=c.pk, incident_id=i.pk) for c, i in own])
    Warning.objects.bulk_create(
        [
            Warning(case=c, kind="initial", incident=i, given_on=i.happened_on, given_by=officer)
            for c, i in own
            for _ in range(i.warnings_given)
        ],
    )
    events = Event.objects.bulk_create(
        [
            Event(
                at=i.reported_at,
                verb="incident.logged",
                by_ref=officer.reference,
                by_name=officer.name,
                subject_kind=subjects.INCIDENT,
                subject_ref=i.reference,
                provider_ref=provider.slug,
                resident_ref=c.resident.reference,
                case_ref=c.reference,
                digest="0" * 64,
            )
            for c, i in own
        ],
    )
    EventText.objects.bulk_create(
        [EventText(event=e, salt="0" * 32, body={"facts": "Shouted for ten minutes."}) for e in events],
    )
    Deadline.objects.bulk_create(
        [
            Deadline(
                provider=provider,
                resident_id=c.resident_id,
                kind=kinds.REVIEW_INTERVAL,
                about=c.trail.about,
                case_ref=c.reference,
                title="Review the restriction",
                due_on=(START + timedelta(days=n % 400)).date(),
                owner=officer,
                set_at=START,
            )
            for n, c in enumerate(opened)
            if n % 3 == 0
        ],
    )

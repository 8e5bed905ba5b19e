"""A case file with one of everything that is kept: for tests of what may be done to it."""

import hashlib

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from cases.services import evidence
from letters.models import Rendering
from register.services import lookups
from tests.factories import NOON
from tests.restrictions import builders

PDF = b"%PDF-1.7 the letter as it was made"


@transaction.atomic
def filed():
    """A case with a restriction in force, its letter made, a look at the register with its receipt, and a file."""
    world = builders.in_force()
    digest = hashlib.sha256(PDF).hexdigest()
    Rendering.objects.create(letter=world.restriction.letter, pdf=PDF, sha256=digest, pages=1, rendered_at=NOON)
    lookup = lookups.look_up(world.resident, by=world.staff.front_line, purpose="visit", at=NOON)
    lookups.confirm_checked(lookup.pk, by=world.staff.front_line, at=NOON)
    note = SimpleUploadedFile("note.txt", b"He shouted.", "text/plain")
    evidence.add_evidence(world.case.incidents.first().pk, files=[note], by=world.staff.officer, at=NOON)
    return world

"""What has been typed of an incident and is not one yet: kept, thrown away, locked while it becomes one."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from cases import permissions
from cases.models import Draft
from design import seals
from people.models import User


@transaction.atomic
def save_draft(token: uuid.UUID, *, data: Mapping[str, Sequence[str]], by: User, at: datetime) -> Draft:
    """Keep what has been typed so far. What became an incident is left alone, so a late autosave changes nothing."""
    draft = lock(token, by, at)
    if draft.became_id is None:
        draft.data, draft.updated_at = dict(data), at
        draft.save()
    return draft


@transaction.atomic
def discard_draft(token: uuid.UUID, *, by: User, seen: str | None = None) -> None:
    """Throw away a draft of one's own that became nothing; not one that went on growing since its page was `seen`."""
    draft = Draft.objects.select_for_update(of=("self",)).filter(token=token, became__isnull=True).first()
    if draft is None:
        return
    permissions.check_can_use_draft(by, draft)
    seals.check(seen, draft.shown)
    draft.delete()


def lock(token: uuid.UUID, by: User, at: datetime) -> Draft:
    """The draft's row, made where there is none, and locked: two savings of one form wait for each other here."""
    Draft.objects.get_or_create(token=token, defaults={"user": by, "updated_at": at})
    draft = Draft.objects.select_for_update(of=("self",)).get(token=token)
    permissions.check_can_use_draft(by, draft)
    return draft

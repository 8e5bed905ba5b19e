"""The ledger of what was shown to contractors: what was shared with whom, and what their people looked at (D4)."""

from collections.abc import Iterable

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Coalesce

from audit.models import Event
from people.models import Organisation, User
from people.models.file_access import not_closed
from register.models import Lookup, Share

SHARING = {
    "register.shared": "Shared",
    "register.share_carried_over": "Carried over from when every contractor was shown it",
    "register.share_acknowledged": "Received",
    "register.share_ended": "Ended",
}
"""What the trail says of a share, in words."""


def ledger(providers: Iterable[int], reader: User) -> models.QuerySet[Share]:
    """Every share of some providers, of files that are open to the reader, newest first.

    Each with how often its entry was looked at from there, and when.
    """
    looks = Lookup.objects.filter(
        organisation=models.OuterRef("organisation"),
        at__gte=models.OuterRef("decided_at"),
        entries_shown__contains=_list_of(models.OuterRef("entry__reference")),
    ).order_by()
    counted = looks.values("organisation").annotate(looks=models.Count("pk")).values("looks")
    newest = looks.values("organisation").annotate(newest=models.Max("at")).values("newest")
    related = ("entry__resident", "entry__provider", "organisation", "decided_by", "acknowledged_by", "recalled_by")
    return (
        Share.objects.filter(not_closed(reader, "entry__resident_id"), entry__provider__in=list(providers))
        .select_related(*related)
        .annotate(looks=Coalesce(models.Subquery(counted), 0), looked_at=models.Subquery(newest))
    )


def firms(providers: Iterable[int]) -> models.QuerySet[Organisation]:
    """The contractors of some providers with whom anything was ever shared."""
    return Organisation.objects.filter(provider__in=list(providers), shares__isnull=False).distinct().order_by("name")


def _list_of(one: models.OuterRef) -> models.Func:
    return models.Func(
        one, template="ARRAY[%(expressions)s]::varchar(20)[]", output_field=ArrayField(models.CharField(max_length=20))
    )


def looks_of(share: Share) -> models.QuerySet[Lookup]:
    """Each look at the entry by somebody of the contractor, newest first."""
    found = Lookup.objects.filter(organisation=share.organisation, entries_shown__contains=[share.entry.reference])
    return found.select_related("by").order_by("-at", "-pk")


def trail_of(share: Share) -> list[tuple[str, Event]]:
    """What the trail says of a share, in words, newest first."""
    found = Event.objects.about(share.entry.trail).filter(
        verb__in=SHARING, facts__share=share.pk, provider_ref=share.entry.provider.slug
    )
    return [(SHARING[event.verb], event) for event in found.with_words()]

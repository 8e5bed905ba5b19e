"""The entries, for those who decide on them: the list, one of them, what can be done with it, and that it is gone."""

from collections.abc import Mapping
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from audit import looks, subjects
from deadlines.services import calendar_for
from decisions.acts import Act, read_together
from people import access
from people.access import Can, SignedInRequest
from people.models import Provider, User
from register import acts, forms, permissions
from register.models import Entry, Share
from register.services import recipients, retention

ROWS_A_PAGE = 25
PAGES: Mapping[str, tuple[str, str]] = {
    acts.KEEP: ("keep", "Keep the entry"),
    acts.CHANGE: ("change", "Change the entry"),
    acts.WITHHOLD: ("look_again", "Look again at not telling the resident"),
    acts.REMOVE: ("remove", "Remove the entry"),
}
"""The page of each act on an entry, and what leads there."""


def find(request: SignedInRequest, reference: str) -> tuple[Entry, dict[str, Act]]:
    """An entry of the person's providers, with what can be decided of it, by the name of the act.

    404 where it is not theirs, and for a contractor whatever it is; 403 where they decide nothing of it.
    """
    related = ("provider", "resident", "entered_by", "removed_by", "policy_version")
    today = timezone.localdate()
    theirs = permissions.where_entries_are_seen(request.user, today)
    mine = (
        Entry.objects.filter(provider__in=theirs).not_closed_to(request.user).with_next_look().select_related(*related)
    )
    found = get_object_or_404(mine, reference=reference)
    known = {act.name: act for act in read_together(acts.open_on(found))}
    permissions.check_can_read(request.user, found, known.values(), today)
    looks.note(request, found)
    return found, known


def checks(reader: User) -> dict[str, bool]:
    """Whether somebody may check the register at all, for the way back to it: whoever only reads entries may not."""
    return {"checks": bool(access.providers_where(reader, Can.VIEW_REGISTER))}


def provider_of(user: User) -> Provider:
    """Where somebody decides on entries: at their own provider, unless they decide only elsewhere.

    Raises `NotPermitted`, with who can, for somebody who decides on none.
    """
    mine = access.providers_where(user, Can.DECIDE)
    own: Provider = user.provider
    if own.pk in mine or acts.open_registers(user, own, timezone.localdate()):
        return own
    if mine:
        return Provider.objects.get(pk=mine[0])
    version = own.policy_version_on(timezone.localdate())
    for register in version.policy.registers[:1]:
        acts.enter(version, register, own).check(user)
    raise access.NotPermitted("The policy keeps no register, so nobody is entered on one.")


@require_safe
def entries(request: SignedInRequest) -> HttpResponse:
    """Every entry that stands, those to be looked at soonest first; for whoever keeps a register, that one's."""
    reader, today = request.user, timezone.localdate()
    whole, kept = permissions.entries_read_by(reader, today)
    if not kept:
        provider_of(reader)
    theirs = Q(provider__in=whole) | Q(provider=reader.provider_id, register_key__in=kept)
    standing = Entry.objects.filter(theirs).not_closed_to(reader).on_a_register().in_force(today).with_next_look()
    ordered = standing.select_related("provider", "resident").order_by("looked_at_on", "ends_on", "pk")
    page = Paginator(ordered, ROWS_A_PAGE).get_page(request.GET.get("page"))
    looks.note(request, *page.object_list)
    may_enter = permissions.keeps_a_register(reader, today)
    return render(
        request, "register/entries.html", {"page": page, "today": today, "may_enter": may_enter} | checks(reader)
    )


@require_safe
def entry(request: SignedInRequest, reference: str) -> HttpResponse:
    """All that stands behind an entry, and what can be done with it."""
    found, known = find(request, reference)
    possible = known.keys() - ({acts.WITHHOLD} if found.resident_told else set())
    rule, steps = found.rule, {name: _step(found, known[name], request.user) for name in PAGES if name in possible}
    keep = steps.get(acts.KEEP)
    context = {
        "entry": found,
        "risks": [] if rule is None or rule.restrictions_alone else [forms.risk_words(risk) for risk in found.risks],
        "restriction": found.stands_with,
        "incident": found.stands_on(subjects.INCIDENT),
        "after": found.stands_on(subjects.AFTER),
        "contact": found.contact_on(timezone.localdate()),
        "flag": rule.flag if rule and rule.flag.said else None,
        "lasting": retention.in_words(rule) if rule else [],
        "dates": retention.explained(found, calendar_for(found.provider)),
        "recipients": recipients.of(found),
        "stands": found.removed_on is None,
        "steps": list(steps.values()),
        "keep": keep["url"] if keep and not keep["why_not"] else "",
        "firms": list(
            Share.objects.in_force(timezone.localdate())
            .filter(entry=found)
            .values_list("organisation__name", flat=True)
        ),
        "may_share": not acts.share(found).why_not(request.user),
        **checks(request.user),
        "reads_files": access.can(request.user, Can.VIEW_CASES, found.provider_id),
    }
    return render(request, "register/entry.html", context)


def _step(found: Entry, act: Act, reader: User) -> dict[str, Any]:
    """What leads to the page of an act: a link, or why there is none; and what waits for others."""
    page, text = PAGES[act.name]
    waits = act.lacking(act.agreed) if act.voices else []
    return {
        "text": text,
        "url": reverse(f"register:{page}", args=[found.reference]),
        "why_not": act.why_not(reader),
        "waits": f"{act.voices[0].by.name} has decided this. It waits for: {'; '.join(waits)}." if waits else "",
    }


@require_safe
def removed(request: SignedInRequest, reference: str) -> HttpResponse:
    """That it is done, and who was told."""
    found, _ = find(request, reference)
    if found.removed_on is None:
        raise Http404("The entry stands")
    return render(request, "register/removed.html", {"entry": found, "recipients": recipients.of(found)})

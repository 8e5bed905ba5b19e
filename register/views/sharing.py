"""What contractors are shown: deciding and ending it, the ledger of it, and their own page of what they were given."""

from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_fsm import TransitionNotAllowed

from audit import looks
from audit import services as audit
from design import refusals
from design.forms import Form
from design.pages import Page
from people import access
from people.access import Can, SignedInRequest
from register import acts, forms, permissions, shown
from register.models import Entry, Share
from register.services import disclosures, sharing
from register.views import entries, looking

FRAME = "register/step.html"
ROWS_A_PAGE = 25
DID = {
    "register.shared": "shared it",
    "register.share_ended": "ended what was shared",
    "register.changed": "changed the entry",
    "register.removed": "removed the entry",
}


def share(request: SignedInRequest, reference: str) -> HttpResponse:
    """Decide with which contractors an entry is shared, why, and until when."""
    now = timezone.now()
    theirs = access.providers_where(request.user, Can.VIEW_REGISTER)
    mine = Entry.objects.filter(provider__in=theirs).not_closed_to(request.user)
    related = ("provider", "resident", "removed_by", "policy_version")
    entry = get_object_or_404(mine.select_related(*related), reference=reference)
    acts.share(entry).check(request.user)
    looks.note(request, entry)
    standing = list(Share.objects.standing().filter(entry=entry).select_related("organisation", "decided_by"))
    taken = {each.organisation_id for each in standing}
    open_to = sharing.contractors_of(entry).exclude(pk__in=taken)
    page = Page(request, at=now, since=audit.since(entry, did=DID), context={"entry": entry, "frame": FRAME})
    form = page.form(forms.ShareEntry, organisations=list(open_to))

    def do(seen: str | None) -> str:
        sharing.share(entry.pk, form.new(), by=request.user, at=page.at, seen=seen)
        return reverse("register:share", args=[reference])

    def show() -> HttpResponse:
        context = {
            "entry": entry,
            "form": form,
            "standing": standing,
            "rule": sharing.rule_of(entry),
            "gone": entry.removed_on is not None,
            "not_to_be": not entry.shared_with_contractors,
            "reads_files": access.can(request.user, Can.VIEW_CASES, entry.provider_id),
        }
        return render(request, "register/share.html", context)

    return page.decide(form, shown=shown.shares(entry), do=do, show=show, late=lambda why: _late(request, entry, why))


def _late(request: SignedInRequest, entry: Entry, refusal: TransitionNotAllowed) -> HttpResponse:
    return refusals.too_late(request, str(refusal), back=reverse("register:share", args=[entry.reference]))


@require_safe
def ledger(request: SignedInRequest) -> HttpResponse:
    """Everything that was shared with a contractor: to whom, what, when, why, acknowledged, ended, looked at."""
    today = timezone.localdate()
    providers = permissions.check_can_read_disclosures(request.user, today)
    rows = disclosures.ledger(providers, request.user)
    firms = list(disclosures.firms(providers))
    firm = next((each for each in firms if str(each.pk) == request.GET.get("contractor")), None)
    if firm is not None:
        rows = rows.filter(organisation=firm)
    page = Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page"))
    looks.note(request, *(share.entry for share in page.object_list))
    kept = permissions.entries_read_by(request.user, today)
    context = {"page": page, "firms": firms, "firm": firm, "today": today}
    return render(
        request, "register/ledger.html", context | entries.checks(request.user) | {"keeps_entries": any(kept)}
    )


@require_safe
def disclosure(request: SignedInRequest, pk: int) -> HttpResponse:
    """One share: what was decided, who received it, who looked, and what the trail says."""
    found = _find(request, pk)
    context = {
        "share": found,
        "may_recall": not acts.share(found.entry).why_not(request.user),
        "may_read": permissions.may_read(request.user, found.entry, timezone.localdate()),
        "trail": disclosures.trail_of(found),
        "looks": Paginator(disclosures.looks_of(found), ROWS_A_PAGE).get_page(request.GET.get("page")),
        "today": timezone.localdate(),
        **entries.checks(request.user),
    }
    return render(request, "register/disclosure.html", context)


def recall(request: SignedInRequest, pk: int) -> HttpResponse:
    """Decide that a contractor is shown an entry no longer."""
    found = _find(request, pk)
    acts.share(found.entry).check(request.user)
    page = Page(request, at=timezone.now(), since=audit.since(found.entry, did=DID), context={"entry": found.entry})
    form: Form = page.form(forms.RecallShare)

    def do(seen: str | None) -> str:
        sharing.recall(found.pk, reason=form.cleaned_data["reason"], by=request.user, at=page.at, seen=seen)
        return reverse("register:disclosure", args=[pk])

    def late(refusal: TransitionNotAllowed) -> HttpResponse:
        return refusals.too_late(request, str(refusal), back=reverse("register:disclosure", args=[pk]))

    return page.decide(
        form,
        shown=shown.share(found),
        do=do,
        late=late,
        show=lambda: render(request, "register/recall.html", {"form": form, "share": found}),
    )


def _find(request: SignedInRequest, pk: int) -> Share:
    """A share that the reader may know of; 404 where it is another provider's."""
    providers = permissions.check_can_read_disclosures(request.user, timezone.localdate())
    rows = disclosures.ledger(providers, request.user).select_related("entry__policy_version")
    found = get_object_or_404(rows, pk=pk)
    looks.note(request, found.entry)
    return found


@require_safe
@never_cache
def shared(request: SignedInRequest) -> HttpResponse:
    """What the reader's organisation was given: since when, until when, and whether somebody has received it.

    It says of nobody who they are: that is read at the door, or by whoever receives it, and each time recorded.
    """
    organisation = permissions.check_can_receive(request.user)
    rows = Share.objects.in_force(timezone.localdate()).filter(organisation=organisation)
    ordered = rows.select_related("acknowledged_by", "entry__provider").order_by("acknowledged_at", "-decided_at", "pk")
    page = Paginator(ordered, ROWS_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "register/shared.html", {"page": page, "organisation": organisation})


@never_cache
def receive(request: SignedInRequest, token: UUID) -> HttpResponse:
    """Receive what was shared: the press acknowledges it, is a recorded look, and leads to what it says."""
    organisation = permissions.check_can_receive(request.user)
    now = timezone.now()
    rows = Share.objects.in_force(timezone.localdate(now)).filter(organisation=organisation)
    found = get_object_or_404(rows.select_related("entry__provider", "acknowledged_by"), token=token)
    if found.acknowledged_at is not None and request.method != "POST":
        return redirect("register:shared")
    page = Page(request, at=now)
    form = page.form(Form)

    def do(seen: str | None) -> str:
        lookup = sharing.acknowledge(token, by=request.user, at=page.at)
        return reverse("register:card", args=[lookup.pk]) if lookup else reverse("register:shared")

    def show() -> HttpResponse:
        return render(request, "register/receive.html", {"share": found, "form": form})

    return looking.unless_too_many(request, lambda: page.decide(form, do=do, show=show))

"""Office, contractors: organisations, their people, and the one step that ends their work here."""

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from design import pages
from office import people_forms as forms
from office.services import contractors
from office.views.people import opened
from people.access import SignedInRequest
from people.models import Organisation


@require_safe
def organisations(request: SignedInRequest) -> HttpResponse:
    """Every contractor, with how many of its people have an account; those that have ended last."""
    open_accounts = Count("people", filter=Q(people__is_active=True))
    rows = opened(request).organisations.annotate(open_accounts=open_accounts).order_by("-closed_at", "name")
    found = list(rows)
    context = {
        "working": [one for one in found if one.closed_at is None],
        "ended": [one for one in found if one.closed_at is not None],
    }
    return render(request, "office/organisations.html", context)


def add(request: SignedInRequest) -> HttpResponse:
    """Write down a contractor."""
    provider = opened(request)
    page = pages.Page(request, at=timezone.now(), context={"frame": "base.html"})
    form = page.form(forms.AddOrganisation)

    def do(_: str | None) -> str:
        made = contractors.add_organisation(provider, **form.cleaned_data, by=request.user, at=page.at)
        messages.success(request, f"{made.name} is added. Now add its people.")
        return reverse("office:organisation", args=[made.pk])

    return page.decide(form, do=do, show=lambda: render(request, "office/organisation_add.html", {"form": form}))


@require_safe
def organisation(request: SignedInRequest, pk: int) -> HttpResponse:
    """A contractor and its people."""
    found = _organisation(request, pk)
    people = found.people.order_by("-is_active", "name")
    return render(request, "office/organisation.html", {"organisation": found, "people": people})


def close(request: SignedInRequest, pk: int) -> HttpResponse:
    """End a contractor's work: all of its people's accounts at once."""
    found = _organisation(request, pk)
    back = reverse("office:organisation", args=[pk])
    if found.closed_at and request.method != "POST":
        return redirect(back)
    page = pages.Page(request, at=timezone.now(), context={"frame": "base.html"})
    form = page.form(forms.CloseOrganisation)
    people = list(found.people.filter(is_active=True).order_by("name"))

    def do(_: str | None) -> str:
        contractors.close_organisation(found.pk, reason=form.cleaned_data["reason"], by=request.user, at=page.at)
        messages.success(request, f"{found.name} works here no longer, and none of its accounts is open.")
        return back

    context = {"form": form, "organisation": found, "people": people, "back": back}
    return page.decide(
        form,
        do=do,
        show=lambda: render(request, "office/organisation_close.html", context),
        shown={"its people": [user.reference for user in people], "whether it is closed": found.closed_at},
    )


def _organisation(request: SignedInRequest, pk: int) -> Organisation:
    return get_object_or_404(opened(request).organisations, pk=pk)

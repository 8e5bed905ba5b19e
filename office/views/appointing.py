"""Appointing somebody to decide what nobody is free to: what waits, a look by reference, and the form (F12)."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from decisions.acts import Act
from design import pages
from letters.services import mail
from office import forms, permissions
from people.access import SignedInRequest
from people.models import Provider
from worklist.services import appointing

ROWS_A_PAGE = 25


@require_safe
def appointments(request: SignedInRequest) -> HttpResponse:
    """The decisions that nobody is free to make, as they were found, and a look for another by its reference."""
    provider = _open(request)
    form = forms.ByReference(request.GET or None)
    if request.GET and form.is_valid():
        return redirect("office:appoint", form.cleaned_data["reference"])
    page = Paginator(appointing.asked(provider), ROWS_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "office/appointments.html", {"page": page, "form": form})


@require_safe
def on_reference(request: SignedInRequest, ref: str) -> HttpResponse:
    """What can be decided on one thing now: by whom, or that nobody is free to and somebody has to be appointed."""
    acts = appointing.on_reference(_open(request), ref)
    rows = [(act, appointing.key(act)) for act in acts]
    return render(request, "office/appoint_on.html", {"ref": ref, "rows": rows})


def appoint(request: SignedInRequest, ref: str, which: str) -> HttpResponse:
    """Appoint one person for one decision, with the reason; 404 where it cannot be decided, or never could be."""
    provider, at = _open(request), timezone.now()
    act = next((each for each in appointing.on_reference(provider, ref) if appointing.key(each) == which), None)
    if act is None:
        raise Http404("No such decision waits on this reference")
    context = {"ref": ref, "act": act, "back": reverse("office:appoint", args=[ref])}
    if not act.stuck:
        late = 409 if request.method == "POST" else 200
        return render(request, "office/appointed_already.html", context, status=late)
    page = pages.Page(request, at=at, context=context | {"frame": "base.html"})
    form = page.form(forms.Appoint, people=_people(act))

    def do(seen: str | None) -> str:
        typed = form.cleaned_data
        person = int(typed["person"]) if typed["person"] else None
        reason, by = typed["reason"], request.user
        appointing.appoint(provider, ref, which, person_id=person, reason=reason, by=by, at=at, seen=seen)
        messages.success(request, f"Appointed, and told {mail.by_email()}. It stands on the person’s list.")
        return reverse("office:appoint", args=[ref])

    context |= {"form": form}
    shown = appointing.shown(act)
    return page.decide(form, shown=shown, do=do, show=lambda: render(request, "office/appoint.html", context))


def _people(act: Act) -> list[tuple[str, str]]:
    """Whom an administrator can appoint, each with what part they had in it, where everybody had one."""
    return [
        (str(user.pk), f"{user.name} ({act.barred[user.pk].did})" if user.pk in act.barred else user.name)
        for user in act.appointable
    ]


def _open(request: SignedInRequest) -> Provider:
    permissions.check_can_open(request.user, request.user.provider)
    return request.user.provider

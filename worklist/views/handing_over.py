"""Handing over: from a case, or from somebody's page, one case, several or all of their work."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from cases.models import Case
from cases.views import frame
from design import pages
from letters.services import mail
from people import access, permissions
from people.access import Can, SignedInRequest
from people.models import User
from worklist import forms
from worklist.services import handing_over


def case(request: SignedInRequest, ref: str) -> HttpResponse:
    """Hand over what whoever holds a case has in it."""
    found = frame.find(request, ref)
    if found.stage == Case.Stage.CLOSED:
        raise Http404("Nothing is done on a closed case, so there is nothing to hand over")
    return _hand_over(request, found.owner, reverse("cases:overview", args=[ref]), found.reference)


def person(request: SignedInRequest, ref: str) -> HttpResponse:
    """Hand over the work of a colleague: some cases, or all of it. Who hands over none learns of no colleague."""
    if not access.providers_where(request.user, Can.DECIDE, Can.ADMINISTER, Can.WORK_CASES):
        raise access.NotPermitted("Those who decide on cases, an administrator, or whoever has it hand over work.")
    found = User.objects.select_related("provider", "line_manager").filter(reference=ref, is_active=True).first()
    if found is None or found.provider_id not in request.user.capabilities:
        raise Http404("Nobody here has this reference")
    office = handing_over.administers(request.user, found)
    return _hand_over(request, found, reverse("office:person", args=[ref]) if office else reverse("worklist:team"), "")


def _hand_over(request: SignedInRequest, person: User, back: str, case_ref: str) -> HttpResponse:
    permissions.check_can_hand_over(request.user, person)
    page = pages.Page(request, at=timezone.now(), context={"frame": "base.html"})
    work = handing_over.work_of(person, [case_ref] if case_ref else None).as_read_by(request.user)
    people = handing_over.who_can_take(person)
    form = page.form(forms.HandOver, people=people, cases=work.case_refs, one=bool(case_ref))

    def do(_: str | None) -> str:
        typed = form.cleaned_data
        extent = handing_over.Extent(
            [case_ref] if case_ref else form.refs(), typed["from_on"], typed["until_on"], typed["reason"]
        )
        handing_over.hand_over(person.pk, extent, to_id=int(typed["to"]), by=request.user, at=page.at)
        messages.success(request, f"Handed over. Whoever it concerns is told {mail.by_email()}.")
        return back

    context = {"form": form, "person": person, "work": work, "back": back, "case_ref": case_ref}
    return page.decide(form, do=do, show=lambda: render(request, "worklist/hand_over.html", context))
